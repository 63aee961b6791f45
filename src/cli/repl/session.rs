//! What a session holds, and how it asks: each statement of the newest snapshot, stoppable.

use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};
use std::time::{Duration, Instant};

use futures::StreamExt;

use crate::catalog::AsOf;
use crate::engine::{Answer, Engine, Statement, Value, Vocabulary};
use crate::error::{Error, Result};
use crate::output::{self, Format, Options, Out, Written};
use crate::reports::Report;

use super::super::args::ReadOptions;
use super::super::chart::Rows;
use super::super::printer;
use super::super::settings::Settings;
use super::super::signals::Interrupts;
use super::super::target::{Target, screen_size};
use super::super::workers::Workers;
use super::screen::Screen;

/// The names that completion knows.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) vocabulary: Vocabulary,
    pub(super) reports: Vec<Report>,
}

/// The same; they change while the editor has them.
pub(super) type Names = Arc<RwLock<Known>>;

/// A session.
#[derive(Debug)]
pub(super) struct Session<'a> {
    pub(super) settings: &'a Settings,
    pub(super) names: Names,
    /// How answers are written; `None` is as the file's name says, or a table.
    pub(super) format: Option<Format>,
    /// The file that the next answer goes to.
    pub(super) output: Option<PathBuf>,
    pub(super) is_timed: bool,
    pub(super) is_paged: bool,
    /// The last answer with rows, unless it ended early.
    pub(super) last: Option<Rows>,
    /// The last SQL that was typed.
    pub(super) text: String,
    read: ReadOptions,
    engine: Arc<Engine>,
    /// The views and settings that this session made: a new snapshot's engine needs them again.
    definitions: Vec<Statement>,
    interrupts: Interrupts,
    workers: Workers,
}

/// What is asked: SQL, or what a command has worked out already.
pub(super) enum Question {
    Statement(Statement),
    Report(Box<Report>, Vec<(String, Value)>),
    Answer(Answer),
}

/// How an answer ended.
struct Outcome {
    /// `None` for a statement that has no rows by its nature.
    written: Option<Written>,
    rows: Option<Rows>,
}

/// Where an answer goes.
enum Way {
    Screen(Screen),
    File(Target),
}

impl<'a> Session<'a> {
    /// Opens the warehouse.
    pub(super) async fn open(settings: &'a Settings, read: &ReadOptions) -> Result<Self> {
        let engine = settings.engine(read).await?;
        let (vocabulary, reports) = (engine.vocabulary().await?, settings.reports()?);
        let names = Arc::new(RwLock::new(Known { vocabulary, reports }));
        Ok(Self {
            settings,
            names,
            format: None,
            output: None,
            is_timed: true,
            is_paged: true,
            last: None,
            text: String::new(),
            read: read.clone(),
            engine: Arc::new(engine),
            definitions: Vec::new(),
            interrupts: Interrupts::listen()?,
            workers: Workers::new()?,
        })
    }

    /// Ctrl-C from here on stops what is asked next; before, it was for something else.
    pub(super) fn begin(&mut self) {
        self.interrupts.forget();
    }

    /// The engine of the snapshot that a statement asked now is of.
    pub(super) async fn engine(&mut self) -> Result<Arc<Engine>> {
        let catalog = self.settings.lake()?.catalog;
        if catalog.snapshot(self.as_of())? != self.engine.snapshot() {
            self.reopen().await?;
        }
        Ok(Arc::clone(&self.engine))
    }

    /// The names there are.
    pub(super) fn known(&self) -> RwLockReadGuard<'_, Known> {
        self.names.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Which state is asked.
    pub(super) fn as_of(&self) -> AsOf {
        self.read.as_of.unwrap_or_default()
    }

    /// The snapshot that is read, where it is not the newest.
    pub(super) fn pinned(&self) -> Option<i64> {
        (self.as_of() != AsOf::Latest).then(|| self.engine.snapshot().id)
    }

    /// Asks another state from now on.
    ///
    /// # Errors
    /// There is no such state; the session stays as it was.
    pub(super) async fn pin(&mut self, as_of: AsOf) -> Result<()> {
        let before = self.read.as_of.replace(as_of);
        if let Err(err) = self.reopen().await {
            self.read.as_of = before;
            return Err(err);
        }
        Ok(())
    }

    /// Opens the warehouse anew, and makes again what the session made.
    async fn reopen(&mut self) -> Result<()> {
        let engine = self.settings.engine(&self.read).await?;
        let mut kept = Vec::new();
        for statement in std::mem::take(&mut self.definitions) {
            match make(&engine, statement.clone()).await {
                Ok(()) => kept.push(statement),
                Err(err) => {
                    printer::warning(&format!(
                        "\"{statement}\" does not work any more: {}",
                        err.chain()
                    ));
                }
            }
        }
        self.definitions = kept;
        self.engine = Arc::new(engine);
        self.learn_names().await
    }

    async fn learn_names(&mut self) -> Result<()> {
        let vocabulary = self.engine.vocabulary().await?;
        self.names.write().unwrap_or_else(PoisonError::into_inner).vocabulary = vocabulary;
        Ok(())
    }

    /// Runs the statements of a text, one after the other; false if one was cancelled.
    ///
    /// # Errors
    /// The first that fails; those behind it do not run.
    pub(super) async fn ask(&mut self, text: &str) -> Result<bool> {
        // A statement that is wrong is the one that is edited next.
        text.trim().clone_into(&mut self.text);
        let engine = self.engine().await?;
        let statements = engine.parse(text)?;
        for statement in statements {
            if !self.answer(Question::Statement(statement), self.format).await? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Shows one answer; false if it was cancelled.
    pub(super) async fn answer(
        &mut self,
        question: Question,
        format: Option<Format>,
    ) -> Result<bool> {
        let is_list = matches!(question, Question::Answer(_));
        let definition = match &question {
            Question::Statement(statement) => Some(statement.clone()),
            Question::Report(..) | Question::Answer(_) => None,
        };
        let way = self.way()?;
        let (screen, file, written) = match &way {
            Way::Screen(screen) => (Some(screen.clone()), None, None),
            Way::File(target) => (None, self.output.clone(), target.file()),
        };
        let started = Instant::now();
        let work = work(Arc::clone(&self.engine), question, format, way);
        let outcome = self.workers.run(work, self.interrupts.next()).await;
        let took = started.elapsed();
        let is_whole = matches!(outcome, Ok(Some(_)));
        if !is_whole {
            // Whoever writes it may be busy for hours.
            drop(written.and_then(|file| file.take()));
        }
        end(screen, is_whole)?;
        // In a pager, Ctrl-C is the pager's.
        self.interrupts.forget();
        let outcome = match outcome {
            // Whoever left the pager has seen enough.
            Err(err) if err.is_broken_pipe() => {
                self.last = self.last.take().filter(|_| is_list);
                return Ok(true);
            }
            outcome => outcome?,
        };
        let Some(outcome) = outcome else {
            self.last = self.last.take().filter(|_| is_list);
            // Behind the `^C` that the terminal shows.
            printer::note("\ncancelled");
            return Ok(false);
        };
        if outcome.written.is_none() {
            self.definitions.extend(definition);
            self.learn_names().await?;
        } else if file.is_some() {
            self.output = None;
        }
        self.tell(&outcome, took, file);
        if !is_list {
            self.last = outcome.rows.or(self.last.take());
        }
        Ok(true)
    }

    fn way(&self) -> Result<Way> {
        if let Some(path) = &self.output {
            return Ok(Way::File(Target::open(Some(path))?));
        }
        Ok(Way::Screen(Screen::open(self.pager())))
    }

    /// The command that pages, if one does.
    pub(super) fn pager(&self) -> Option<String> {
        self.is_paged.then(|| self.settings.environment.terminal.pager()).flatten()
    }

    /// Tells how many rows there were and how long it took.
    fn tell(&self, outcome: &Outcome, took: Duration, file: Option<PathBuf>) {
        if let Some(written) = outcome.written
            && written.hidden() > 0
        {
            let (shown, rows) = (written.shown, written.rows);
            printer::warning(&format!(
                "{shown} of {rows} rows are shown; use LIMIT, or \\o FILE for all"
            ));
        }
        let what = match outcome.written.map(|written| written.rows) {
            None => "done".to_owned(),
            Some(1) => "1 row".to_owned(),
            Some(rows) => format!("{rows} rows"),
        };
        let file = file.filter(|_| outcome.written.is_some());
        let place = file.map(|path| format!(" in \"{}\"", path.display())).unwrap_or_default();
        let time =
            if self.is_timed { format!(", {:.3} s", took.as_secs_f64()) } else { String::new() };
        printer::note(&format!("({what}{place}{time})"));
    }
}

/// Shows what is left of an answer, or forgets it.
fn end(screen: Option<Screen>, is_whole: bool) -> Result<()> {
    let Some(screen) = screen else { return Ok(()) };
    // The reader may be in a pager for as long as it likes.
    let outcome =
        tokio::task::block_in_place(|| if is_whole { screen.show() } else { screen.cancel() });
    outcome.map_err(|err| Error::io("show the answer", err))
}

/// Runs a statement that has no rows.
async fn make(engine: &Engine, statement: Statement) -> Result<()> {
    engine.run(statement).await?.collect().await.map(drop)
}

/// Asks, and writes the answer where it goes.
async fn work(
    engine: Arc<Engine>,
    question: Question,
    format: Option<Format>,
    way: Way,
) -> Result<Outcome> {
    let drawn = match &question {
        Question::Report(report, _) => report.chart.clone(),
        Question::Statement(_) | Question::Answer(_) => Vec::new(),
    };
    let answer = match question {
        Question::Statement(statement) => engine.run(statement).await?,
        Question::Report(report, given) => report.run(&engine, &given).await?,
        Question::Answer(answer) => answer,
    };
    // SET and CREATE VIEW answer nothing.
    if answer.schema.fields().is_empty() {
        answer.collect().await?;
        return Ok(Outcome { written: None, rows: None });
    }
    match way {
        Way::Screen(screen) => {
            let options = Options { width: Some(screen_size().0), ..Options::default() };
            let format = format.unwrap_or(Format::Table);
            write(answer, &drawn, format, Box::new(screen), options).await
        }
        Way::File(target) => {
            // The file's name goes before what `\\format` says.
            let format = target.format(target.format_of_name().or(format))?;
            let outcome = write(answer, &drawn, format, target.out()?, target.options()).await?;
            target.finish()?;
            Ok(outcome)
        }
    }
}

/// Writes an answer, and keeps the columns of it that a chart is to draw.
async fn write(
    mut answer: Answer,
    drawn: &[String],
    format: Format,
    out: Out,
    options: Options,
) -> Result<Outcome> {
    let mut sink = output::writer(format, &answer.schema, out, options)?;
    let mut rows = Rows::new(&answer.schema, drawn)?;
    while let Some(batch) = answer.batches.next().await {
        let batch = batch?;
        rows.keep(&batch)?;
        sink.write(&batch)?;
    }
    Ok(Outcome { written: Some(sink.finish()?), rows: Some(rows) })
}
