//! The commands of the REPL that are not SQL, declared once: what runs, `\?`, completion and the
//! README's table come from here.

use crate::error::{Error, Result};

use super::super::section::nearest;
use super::input::{MARK, words};
use super::pairs::pairs;

/// A command.
#[derive(Debug)]
pub(super) struct Command {
    /// Its name, without the backslash, and other names for it.
    pub(super) names: &'static [&'static str],
    /// Its arguments, as help shows them.
    pub(super) arguments: &'static str,
    /// One sentence.
    pub(super) doc: &'static str,
    /// How many arguments it takes at most.
    most: usize,
    /// What its first argument is.
    pub(super) takes: Takes,
    pub(super) act: Act,
}

/// What an argument is, for completion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Takes {
    Nothing,
    Relation,
    Format,
    Chart,
    /// The name of a report; what follows are its flags.
    Report,
    Switch,
    File,
    State,
}

/// What a command does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Act {
    Help,
    Describe,
    Reports,
    Report,
    Chart,
    Format,
    Output,
    Timing,
    Pager,
    Snapshot,
    AsOf,
    Status,
    Edit,
    Include,
    Quit,
}

const fn command(
    names: &'static [&'static str],
    act: Act,
    (arguments, takes): (&'static str, Takes),
    doc: &'static str,
) -> Command {
    let most = match takes {
        Takes::Nothing => 0,
        Takes::Report => usize::MAX,
        _ => 1,
    };
    Command { names, arguments, doc, most, takes, act }
}

const NONE: (&str, Takes) = ("", Takes::Nothing);
const SWITCH: (&str, Takes) = ("[on|off]", Takes::Switch);

/// Every command, in the order in which help lists them.
pub(super) static COMMANDS: [Command; 15] = [
    command(
        &["d", "dt", "describe", "tables"],
        Act::Describe,
        ("[TABLE]", Takes::Relation),
        "List the tables and views, or describe one of them or a table function.",
    ),
    command(&["reports"], Act::Reports, NONE, "List the reports, by subject."),
    command(
        &["report"],
        Act::Report,
        ("NAME [--FLAG VALUE …]", Takes::Report),
        "Run a report; with --help, tell what it asks, takes and answers.",
    ),
    command(
        &["chart"],
        Act::Chart,
        ("[KIND]", Takes::Chart),
        "Draw the last answer: bars, lines or a calendar.",
    ),
    command(
        &["format"],
        Act::Format,
        ("[FORMAT]", Takes::Format),
        "Write answers as table, csv, json, ndjson or markdown; alone, tell the format.",
    ),
    command(
        &["o", "output"],
        Act::Output,
        ("[FILE]", Takes::File),
        "Write the next answer to a file, in the format of its name; alone, to the screen again.",
    ),
    command(&["timing"], Act::Timing, SWITCH, "Tell how long each answer took."),
    command(&["pager"], Act::Pager, SWITCH, "Show in a pager what is longer than the screen."),
    command(&["snapshot"], Act::Snapshot, NONE, "Tell which snapshot is read."),
    command(
        &["as-of", "asof"],
        Act::AsOf,
        ("[TIMESTAMP|SNAPSHOT]", Takes::State),
        "Read an earlier state from now on; alone, the newest again.",
    ),
    command(&["status"], Act::Status, NONE, "Tell what is held, as `lookback status` does."),
    command(&["e", "edit"], Act::Edit, NONE, "Edit the last statement in VISUAL or EDITOR."),
    command(
        &["i", "include"],
        Act::Include,
        ("FILE", Takes::File),
        "Run the statements and commands of a file.",
    ),
    command(&["?", "h", "help"], Act::Help, NONE, "List these commands."),
    command(&["q", "quit", "exit"], Act::Quit, NONE, "End the session, as Ctrl-D does."),
];

impl Command {
    /// Its name as it is typed.
    pub(super) fn typed(&self) -> String {
        format!("{MARK}{}", self.names[0])
    }

    /// The same with its arguments.
    pub(super) fn usage(&self) -> String {
        format!("{} {}", self.typed(), self.arguments).trim_end().to_owned()
    }
}

/// The command that a text without its backslash calls, and its arguments.
///
/// # Errors
/// There is no such command, or it takes fewer arguments.
pub(super) fn parse(text: &str) -> Result<(&'static Command, Vec<String>)> {
    let text = text.trim().trim_end_matches(';').trim_end();
    let (name, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    let Some(command) = named(name) else { return Err(unknown(name)) };
    let arguments = words(rest);
    if arguments.len() > command.most {
        let typed = command.typed();
        if command.most == 0 {
            let message = format!("{typed} takes no argument, and is given \"{}\"", rest.trim());
            return Err(Error::input(message).with_hint("write it alone on its line"));
        }
        let message = format!("{typed} takes one argument, and is given {}", arguments.len());
        return Err(Error::input(message).with_hint("put an argument with spaces in quotes"));
    }
    Ok((command, arguments))
}

/// The command of that name.
pub(super) fn named(name: &str) -> Option<&'static Command> {
    COMMANDS.iter().find(|command| command.names.contains(&name))
}

fn unknown(name: &str) -> Error {
    let names: Vec<_> = COMMANDS.iter().flat_map(|command| command.names).copied().collect();
    let error = Error::input(format!("there is no command \"{MARK}{name}\""));
    match nearest(name, &names) {
        Some(near) => error.with_hint(format!("did you mean \"{MARK}{near}\"? {MARK}? lists all")),
        None => error.with_hint(format!("list the commands with {MARK}?")),
    }
}

/// The lines of `\?`, for so many columns.
pub(super) fn help(width: usize) -> String {
    let entries: Vec<_> = COMMANDS.iter().map(|it| (it.usage(), it.doc.to_owned())).collect();
    let keys = "\nA statement ends with `;`. Tab completes, Ctrl-R searches the history, Ctrl-O \
                opens\nthe editor, Ctrl-C cancels, Ctrl-D ends.\n";
    pairs(&entries, width) + keys
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_name_is_one_command_s_and_every_doc_a_sentence() {
        let mut names = BTreeSet::new();
        for command in &COMMANDS {
            assert!(command.names.iter().all(|name| names.insert(*name)), "{command:?}");
            assert!(command.doc.ends_with('.'), "{command:?}");
        }
    }

    #[track_caller]
    fn check(text: &str, expected: Result<(Act, &[&str]), &str>) {
        let found = parse(text);
        let found = found.as_ref().map(|(command, words)| {
            (command.act, words.iter().map(String::as_str).collect::<Vec<_>>())
        });
        let expected = expected.map(|(act, words)| (act, words.to_vec()));
        assert_eq!(found.map_err(ToString::to_string), expected.map_err(str::to_owned));
    }

    #[test]
    fn a_command_is_found_with_its_arguments() {
        check("d", Ok((Act::Describe, &[])));
        check("d ops.runs;", Ok((Act::Describe, &["ops.runs"])));
        check("o 'a b.csv'", Ok((Act::Output, &["a b.csv"])));
        check("exit", Ok((Act::Quit, &[])));
        check("q now", Err("\\q takes no argument, and is given \"now\""));
        check("o a b", Err("\\o takes one argument, and is given 2"));
        check("shapshot", Err("there is no command \"\\shapshot\""));
        check("", Err("there is no command \"\\\""));
    }
}
