//! `lookback sql`: a question, an answer.

use std::io::{IsTerminal, Read, stdin};
use std::path::Path;
use std::sync::Arc;

use futures::StreamExt;
use tokio::runtime::Handle;

use crate::engine::{Answer, Engine, Statement};
use crate::error::{Error, Result};
use crate::output::{self, Format, Written};

use super::args::{AnswerOptions, SqlOptions};
use super::caret::of_error;
use super::settings::Settings;
use super::target::{DASH, Target};
use super::workers::Workers;
use super::{Status, chart, printer};

pub(super) async fn run(settings: &Settings, options: &SqlOptions) -> Result<Status> {
    let text = question(options.query.as_deref(), options.file.as_deref())?;
    let err = match answer_text(settings, &options.answer, &text).await {
        Ok(()) => return Ok(Status::Done),
        Err(err) => err,
    };
    let Some(lines) = of_error(&err, &text) else { return Err(err) };
    printer::error_at(&err, Some(&lines));
    Ok(Status::from(err.kind()))
}

async fn answer_text(settings: &Settings, options: &AnswerOptions, text: &str) -> Result<()> {
    let engine = Arc::new(settings.engine(&options.read).await?);
    let statements = engine.parse(text)?;
    if statements.is_empty() {
        return Err(Error::input("there is no statement to run"));
    }
    let workers = Workers::new()?;
    let target = Target::open(options.output.as_deref())?;
    let answering = answer_all(settings, options, &engine, workers.handle(), statements, &target);
    let answers = target.filled(answering).await?;
    if let (0, Target::File { path, .. } | Target::Stream(path)) = (answers, &target) {
        let message =
            format!("nothing of the text answers, so \"{}\" stays as it was", path.display());
        return Err(Error::input(message).with_hint("end the text with a query"));
    }
    target.finish()
}

/// Runs one statement after the other; gives how many answered.
async fn answer_all(
    settings: &Settings,
    options: &AnswerOptions,
    engine: &Arc<Engine>,
    threads: &Handle,
    statements: Vec<Statement>,
    target: &Target,
) -> Result<usize> {
    let format = match options.chart.chart {
        Some(_) => Format::Table,
        None => target.format(options.format)?,
    };
    let mut answers = 0;
    for statement in statements {
        let engine = Arc::clone(engine);
        let asked = async move { engine.run(statement).await };
        let answer = Answer::made_on(threads, asked).await?;
        // SET and CREATE VIEW answer nothing.
        if answer.schema.fields().is_empty() {
            answer.collect().await?;
            continue;
        }
        answers += 1;
        if let Some(chosen) = options.chart.chart {
            let canvas = target.canvas(&settings.environment.terminal);
            chart::show(answer, &[], chosen, target, canvas).await?;
            continue;
        }
        refuse_second_answer(format, answers)?;
        show(answer, format, target).await?;
    }
    Ok(answers)
}

/// The SQL text: as it was typed, from a file, or from standard input.
pub(super) fn question(query: Option<&str>, file: Option<&Path>) -> Result<String> {
    match (query, file) {
        (Some(query), _) if query != DASH => return Ok(query.to_owned()),
        (_, Some(path)) if path != Path::new(DASH) => return file_text(path),
        (None, None) if stdin().is_terminal() => {
            return Err(Error::input("there is no query").with_hint(
                "write it behind `lookback sql`, name a file with --file, or pipe it in",
            ));
        }
        _ => {}
    }
    let mut text = String::new();
    stdin().read_to_string(&mut text).map_err(|err| Error::io("read standard input", err))?;
    Ok(without_mark(text))
}

/// The SQL text of a file.
pub(super) fn file_text(path: &Path) -> Result<String> {
    std::fs::read_to_string(path)
        .map(without_mark)
        .map_err(|err| Error::io(format!("read file \"{}\"", path.display()), err))
}

/// The text without the byte order mark that some editors put before it.
fn without_mark(text: String) -> String {
    text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text)
}

/// The one statement of a text that answers, which is its last; those before it are run.
pub(super) async fn last_statement(engine: &Engine, text: &str) -> Result<Statement> {
    let mut statements = engine.parse(text)?;
    let last = statements.pop().ok_or_else(|| Error::input("there is no statement to run"))?;
    for statement in statements {
        let answer = engine.run(statement).await?;
        if !answer.schema.fields().is_empty() {
            return Err(Error::input("an export holds one answer, and the text asks for more")
                .with_hint("export one query at a time"));
        }
        answer.collect().await?;
    }
    Ok(last)
}

/// A file of most formats holds one answer.
fn refuse_second_answer(format: Format, answers: usize) -> Result<()> {
    if answers < 2 || matches!(format, Format::Table | Format::Markdown) {
        return Ok(());
    }
    Err(Error::input(format!("format {format} holds one answer, and the text asks for more"))
        .with_hint("run one query at a time, or use --format table"))
}

/// Writes an answer, and tells how many rows it has.
pub(super) async fn show(answer: Answer, format: Format, target: &Target) -> Result<()> {
    tell(write(answer, format, target).await?);
    Ok(())
}

async fn write(mut answer: Answer, format: Format, target: &Target) -> Result<Written> {
    let options = target.options();
    let mut sink = output::writer(format, &answer.schema, target.out()?, options)?;
    while let Some(batch) = answer.batches.next().await {
        sink.write(&batch?)?;
    }
    sink.finish()
}

/// Tells a person how many rows there were, and anybody about rows that were not shown.
fn tell(written: Written) {
    if written.hidden() > 0 {
        let (shown, rows) = (written.shown, written.rows);
        printer::warning(&format!(
            "{shown} of {rows} rows are shown; use LIMIT, or --format csv for all"
        ));
    } else if printer::is_terminal() && printer::is_watched() {
        let rows = written.rows;
        printer::note(&format!("({rows} row{})", if rows == 1 { "" } else { "s" }));
    }
}
