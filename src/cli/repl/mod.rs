//! `lookback repl`: questions one after the other, at a prompt.
//!
//! The terminal is the editor's while a line is typed and the program's while a statement runs, so
//! that Ctrl-C is a key in the one and a signal in the other.

mod acts;
mod commands;
mod complete;
mod editor;
mod external;
mod history;
mod input;
mod lists;
mod options;
mod pairs;
mod report;
mod screen;
mod session;
mod sql;
mod trouble;

use std::io::{IsTerminal, stdin};
use std::path::PathBuf;

use crate::error::{Error, Result};

use self::acts::Step;
use self::editor::{Editor, Line};
use self::session::Session;
use super::settings::Settings;
use super::{Status, printer};

pub(in crate::cli) use self::options::ReplOptions;

/// The file of statements that a session begins with, in the user's folder of settings.
const RC: &str = "lookback/rc";
/// The same in the home folder.
const RC_AT_HOME: &str = ".lookbackrc";

/// The commands of the REPL that are not SQL, with their arguments, and what they do.
pub fn repl_commands() -> impl Iterator<Item = (String, &'static str)> {
    commands::COMMANDS.iter().map(|command| (command.usage(), command.doc))
}

/// True if and only if there is somebody to talk with.
pub(super) fn has_terminal() -> bool {
    stdin().is_terminal() && printer::is_terminal() && printer::is_watched()
}

pub(super) async fn run(settings: &Settings, options: &ReplOptions) -> Result<Status> {
    if !has_terminal() {
        return Err(Error::input("the REPL needs a terminal")
            .with_hint("pipe SQL into `lookback sql`, or name a file with `lookback sql --file`"));
    }
    let mut session = Session::open(settings, &options.read).await?;
    greet(settings, &mut session).await?;
    let mut step = begin(&mut session, options).await?;
    let mut editor = Editor::open(settings, &session.names);
    while step != Step::End {
        if let Step::Edit(text) = &step {
            editor.put(text);
        }
        session.begin();
        step = match tokio::task::block_in_place(|| editor.read(session.pinned()))? {
            Line::Text(text) => session.obey_all(&text, 0, None).await,
            Line::Cleared => Step::Next,
            Line::Edit(text) => edited(settings, text),
            Line::End => Step::End,
        };
    }
    Ok(Status::Done)
}

/// What was typed so far, as the user's editor leaves it.
fn edited(settings: &Settings, text: String) -> Step {
    let editor = settings.environment.terminal.editor();
    let edited = tokio::task::block_in_place(|| external::edit(editor, &text));
    Step::Edit(edited.unwrap_or_else(|err| {
        printer::error(&err);
        text
    }))
}

async fn greet(settings: &Settings, session: &mut Session<'_>) -> Result<()> {
    let snapshot = session.engine().await?.snapshot();
    printer::note(&format!(
        "lookback {}: warehouse \"{}\", snapshot {} of {}",
        env!("CARGO_PKG_VERSION"),
        settings.warehouse.display(),
        snapshot.id,
        snapshot.time
    ));
    printer::note("a statement ends with ; and \\? lists the commands");
    Ok(())
}

/// Runs the file that a session begins with.
async fn begin(session: &mut Session<'_>, options: &ReplOptions) -> Result<Step> {
    if let Some(named) = &options.init {
        return session.include(named, 1).await;
    }
    let environment = &session.settings.environment;
    let file = first_file([
        environment.config_home.as_ref().map(|folder| folder.join(RC)),
        environment.home.as_ref().map(|folder| folder.join(RC_AT_HOME)),
    ]);
    let Some(path) = file else { return Ok(Step::Next) };
    // A file that nobody named is no reason not to start.
    Ok(session.include(&path, 1).await.unwrap_or_else(|err| {
        printer::error(&err);
        Step::Next
    }))
}

fn first_file(paths: [Option<PathBuf>; 2]) -> Option<PathBuf> {
    paths.into_iter().flatten().find(|path| path.is_file())
}
