//! `lookback completions` and `lookback man`: what shells and `man` are to know, from the
//! declarations of the arguments.

use clap::builder::PossibleValuesParser;
use clap::{Args, Command, CommandFactory};
use clap_complete::aot::{Bash, Fish, Zsh, generate};
use clap_mangen::Man;

use crate::error::{Error, Result};

use super::Status;
use super::args::Arguments;
use super::section::nearest;
use super::target::Target;

/// Print the completions of a shell, to be sourced or installed.
///
/// For bash: `source <(lookback completions bash)` in ~/.bashrc. For zsh: into a file `_lookback`
/// of a folder of `$fpath`. For fish: into ~/.config/fish/completions/lookback.fish.
#[derive(Args, Debug)]
pub(super) struct CompletionsOptions {
    /// The shell.
    #[arg(value_parser = PossibleValuesParser::new(SHELLS))]
    shell: String,
}

const SHELLS: [&str; 3] = ["bash", "zsh", "fish"];

/// Print the manual page of Lookback, or of one of its commands, for `man -l -`.
#[derive(Args, Debug)]
pub(super) struct ManOptions {
    /// The command.
    command: Option<String>,
}

/// The name of the program.
const NAME: &str = "lookback";
/// Which version a page is of.
const SOURCE: &str = concat!("lookback ", env!("CARGO_PKG_VERSION"));

pub(super) fn completions(options: &CompletionsOptions) -> Result<Status> {
    let mut command = Arguments::command();
    let mut text = Vec::new();
    match options.shell.as_str() {
        "zsh" => generate(Zsh, &mut command, NAME, &mut text),
        "fish" => generate(Fish, &mut command, NAME, &mut text),
        _ => generate(Bash, &mut command, NAME, &mut text),
    }
    write(text)
}

pub(super) fn man(options: &ManOptions) -> Result<Status> {
    let command = match &options.command {
        None => program(),
        Some(name) => find(name)?,
    };
    let mut text = Vec::new();
    let rendered = Man::new(command).source(SOURCE).manual("Lookback").render(&mut text);
    rendered.map_err(|err| Error::io("render the manual page", err))?;
    write(text)
}

fn program() -> Command {
    let mut command = Arguments::command().disable_help_subcommand(true);
    command.build();
    command
}

fn find(name: &str) -> Result<Command> {
    let program = program();
    if let Some(command) = program.find_subcommand(name) {
        return Ok(command.clone());
    }
    let names: Vec<_> = program.get_subcommands().map(Command::get_name).collect();
    let error = Error::input(format!("there is no command \"{name}\""));
    Err(match nearest(name, &names) {
        Some(near) => error.with_hint(format!("did you mean \"{near}\"?")),
        None => error.with_hint(format!("the commands are {}", names.join(", "))),
    })
}

fn write(text: Vec<u8>) -> Result<Status> {
    let text = String::from_utf8(text)
        .map_err(|err| Error::internal("print a text in UTF-8").with_source(err))?;
    Target::say(&text)?;
    Ok(Status::Done)
}
