//! What the commands of the REPL do.

use std::path::{Path, PathBuf};

use crate::catalog::AsOf;
use crate::error::{Error, Result};
use crate::output::{Canvas, Format};
use crate::reports;

use super::super::chart::{Chosen, FITTING};
use super::super::printer;
use super::super::report::listing;
use super::super::section::nearest;
use super::super::sql::file_text;
use super::super::status;
use super::super::target::{DASH, Target, not_for_terminals, screen_size};
use super::commands::{self, Act};
use super::complete::quoted;
use super::external;
use super::input::{Input, pieces};
use super::lists::{members, relations};
use super::report;
use super::screen::Screen;
use super::session::{Question, Session};
use super::trouble;

/// How deep files may include one another.
const DEPTH_MAX: usize = 16;

/// What comes next.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// The next prompt.
    Next,
    /// The next prompt: what ran was cancelled or failed, and what follows it is not run.
    Stopped,
    /// The next prompt, with a text to go on with.
    Edit(String),
    /// The end of the session.
    End,
}

impl Session<'_> {
    /// Does what the statements and commands of a text say, up to the first that fails, which is
    /// told; of a file, with the line.
    pub(super) async fn obey_all(&mut self, text: &str, depth: usize, file: Option<&Path>) -> Step {
        for piece in pieces(text) {
            match self.obey(piece.text, depth).await {
                Ok(Step::Next) => {}
                Ok(step) => return step,
                Err(err) => {
                    trouble::tell(&err, piece.text);
                    if let Some(file) = file {
                        let (name, line) = (file.display(), piece.line);
                        printer::note(&format!("file \"{name}\" ends here, at line {line}"));
                    }
                    return Step::Stopped;
                }
            }
        }
        Step::Next
    }

    /// Does what one of them says.
    ///
    /// # Errors
    /// What could not be done; the session goes on.
    async fn obey(&mut self, text: &str, depth: usize) -> Result<Step> {
        match Input::of(text) {
            Input::Blank => Ok(Step::Next),
            Input::Sql(sql) => {
                let is_whole = self.ask(sql).await?;
                Ok(if is_whole { Step::Next } else { Step::Stopped })
            }
            Input::Command(command) => {
                let (command, arguments) = commands::parse(command)?;
                self.act(command.act, &arguments, depth).await
            }
        }
    }

    async fn act(&mut self, act: Act, arguments: &[String], depth: usize) -> Result<Step> {
        let argument = arguments.first().map(String::as_str);
        match act {
            Act::Help => self.show(&commands::help(screen_size().0))?,
            Act::Describe => self.describe(argument).await?,
            Act::Chart => self.chart(argument)?,
            Act::Format => self.set_format(argument)?,
            Act::Output => self.set_output(argument)?,
            Act::Timing => self.is_timed = switch("timing", argument, self.is_timed)?,
            Act::Pager => self.is_paged = switch("pager", argument, self.is_paged)?,
            Act::Snapshot => self.tell_snapshot().await?,
            Act::AsOf => self.set_as_of(argument).await?,
            Act::Reports => {
                let text = listing(&self.known().reports);
                self.show(&text)?;
            }
            Act::Report => return self.report(arguments).await,
            Act::Status => {
                let text = status::text(self.settings, screen_size().0)?;
                self.show(&text)?;
            }
            Act::Edit => return self.edit(),
            Act::Include => return Box::pin(self.include_named(argument, depth)).await,
            Act::Quit => return Ok(Step::End),
        }
        Ok(Step::Next)
    }

    /// Shows a text of ours.
    fn show(&self, text: &str) -> Result<()> {
        use std::io::Write;
        let mut screen = Screen::open(self.pager());
        let written = screen.write_all(text.as_bytes());
        let shown = tokio::task::block_in_place(|| screen.show());
        match written.and(shown) {
            // Whoever left the pager has seen enough.
            Err(err) if err.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
            outcome => outcome.map_err(|err| Error::io("show the text", err)),
        }
    }

    async fn report(&mut self, arguments: &[String]) -> Result<Step> {
        let Some((name, flags)) = arguments.split_first() else {
            return Err(Error::input("\\report needs the name of a report")
                .with_hint("list the reports with \\reports"));
        };
        let report = reports::find(&self.known().reports, name)?.clone();
        if report::asks_for_help(flags) {
            self.show(&report::help(&report, screen_size().0))?;
            return Ok(Step::Next);
        }
        let given = report::given(&report, flags)?;
        self.engine().await?;
        let question = Question::Report(Box::new(report), given);
        let is_whole = self.answer(question, self.format).await?;
        Ok(if is_whole { Step::Next } else { Step::Stopped })
    }

    async fn describe(&mut self, name: Option<&str>) -> Result<()> {
        let engine = self.engine().await?;
        let vocabulary = self.known().vocabulary.clone();
        let function = |name| vocabulary.table_functions.iter().find(|it| it.name == name);
        // The quotes that a name needs are gone by now, or were not typed.
        let written = |name: &str| {
            let is_there = vocabulary.relations.iter().any(|it| it.name == name);
            if is_there { quoted(name) } else { name.to_owned() }
        };
        let question = match (name, name.and_then(function)) {
            (None, _) => Question::Answer(relations(&vocabulary)?),
            (_, Some(function)) => Question::Answer(members("argument", &function.arguments)?),
            (Some(name), None) => match engine.parse(&format!("DESCRIBE {}", written(name)))?.pop()
            {
                Some(statement) => Question::Statement(statement),
                None => return Err(Error::input(format!("\"{name}\" is no name of a table"))),
            },
        };
        self.answer(question, None).await.map(drop)
    }

    fn chart(&self, kind: Option<&str>) -> Result<()> {
        let chosen = Chosen::from_name(kind.unwrap_or(FITTING))?;
        let Some(rows) = &self.last else {
            return Err(Error::input("there is no whole answer to draw")
                .with_hint("ask first: SELECT state, count(*) AS jobs FROM jobs GROUP BY state;"));
        };
        let canvas: Canvas = Target::Stdout.canvas(&self.settings.environment.terminal);
        let text = rows.chart(chosen, canvas)?;
        self.show(&text)
    }

    fn set_format(&mut self, name: Option<&str>) -> Result<()> {
        if let Some(name) = name {
            self.format = named_format(name)?;
        }
        let format = self.format.unwrap_or(Format::Table);
        printer::note(&format!("answers are written as {format}"));
        Ok(())
    }

    fn set_output(&mut self, path: Option<&str>) -> Result<()> {
        let path = path.filter(|path| *path != DASH).map(|path| self.path(path));
        // Whether the file can be there is better told now than behind a long query.
        Target::open(path.as_deref())?.format(self.format)?;
        self.output = path;
        match &self.output {
            Some(path) => {
                printer::note(&format!("the next answer goes to \"{}\"", path.display()));
            }
            None => printer::note("answers go to the screen"),
        }
        Ok(())
    }

    /// A path as a shell would take it: `~/` is the user's folder.
    fn path(&self, text: &str) -> PathBuf {
        match (text.strip_prefix("~/"), &self.settings.environment.home) {
            (Some(rest), Some(home)) => home.join(rest),
            _ => PathBuf::from(text),
        }
    }

    async fn tell_snapshot(&mut self) -> Result<()> {
        let snapshot = self.engine().await?.snapshot();
        let which = if self.pinned().is_some() { "" } else { ", the newest" };
        printer::note(&format!("snapshot {} of {}{which}", snapshot.id, snapshot.time));
        Ok(())
    }

    async fn set_as_of(&mut self, text: Option<&str>) -> Result<()> {
        let as_of = match text {
            None | Some("latest") => AsOf::Latest,
            Some(text) => AsOf::parse(text).map_err(Error::input)?,
        };
        self.pin(as_of).await?;
        self.tell_snapshot().await
    }

    /// The last statement, as the user's editor leaves it, for the prompt.
    fn edit(&self) -> Result<Step> {
        let editor = self.settings.environment.terminal.editor();
        tokio::task::block_in_place(|| external::edit(editor, &self.text)).map(Step::Edit)
    }

    async fn include_named(&mut self, path: Option<&str>, depth: usize) -> Result<Step> {
        let Some(path) = path else {
            return Err(Error::input("\\i needs a file").with_hint("write \\i FILE"));
        };
        let path = self.path(path);
        self.include(&path, depth + 1).await
    }

    /// Runs the statements and commands of a file.
    ///
    /// # Errors
    /// The file cannot be read. What goes wrong in it is told with its line, and what follows does
    /// not run.
    pub(super) async fn include(&mut self, path: &Path, depth: usize) -> Result<Step> {
        let name = path.display();
        if depth > DEPTH_MAX {
            let message = format!("file \"{name}\" is included {DEPTH_MAX} files deep");
            return Err(Error::input(message).with_hint("look for a file that includes itself"));
        }
        let text = file_text(path)?;
        Ok(self.obey_all(&text, depth, Some(path)).await)
    }
}

/// The format that is asked for; `None` is a table, or what a file's name says.
fn named_format(name: &str) -> Result<Option<Format>> {
    let format = Format::from_name(name).ok_or_else(|| {
        let texts = Format::ALL.into_iter().filter(|format| !format.is_binary());
        let names: Vec<_> = texts.map(Format::name).collect();
        let error = Error::input(format!("there is no format \"{name}\""));
        match nearest(name, &names) {
            Some(near) => error.with_hint(format!("did you mean \"{near}\"?")),
            None => error.with_hint(format!("the formats are {}", names.join(", "))),
        }
    })?;
    if format.is_binary() {
        let hint = format!("name a file instead: \\o answer.{format}");
        return Err(not_for_terminals(format, hint));
    }
    Ok((format != Format::Table).then_some(format))
}

fn switch(name: &str, argument: Option<&str>, was: bool) -> Result<bool> {
    let is_on = match argument {
        None => !was,
        Some("on") => true,
        Some("off") => false,
        Some(other) => {
            return Err(Error::input(format!("{name} is neither on nor off with \"{other}\""))
                .with_hint(format!("write \\{name} on, or \\{name} off")));
        }
    };
    printer::note(&format!("{name} is {}", if is_on { "on" } else { "off" }));
    Ok(is_on)
}
