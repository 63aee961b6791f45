//! `lookback summaries`: AWS's job summaries, over all history held.

mod aws_json;
mod options;

use crate::engine::{Engine, Question};
use crate::error::{Error, Result};

use super::Status;
use super::settings::Settings;
use super::sql;
use super::target::Target;

pub(super) use options::SummariesOptions;

use options::SummaryFormat;

pub(super) async fn run(settings: &Settings, options: &SummariesOptions) -> Result<Status> {
    let question = options.question()?;
    let engine = settings.engine(&options.read).await?;
    // Before a file is begun: what is wrong is told here.
    engine.request(&question)?;
    let target = Target::open(options.output.as_deref())?;
    match options.format {
        Some(SummaryFormat::AwsJson) => {
            refuse_further(options)?;
            document(&engine, &question, &target).await?;
        }
        Some(SummaryFormat::Rows(format)) => {
            let format = target.format(Some(format))?;
            sql::show(engine.summarize(&question).await?, format, &target).await?;
        }
        None => {
            let format = target.format(None)?;
            sql::show(engine.summarize(&question).await?, format, &target).await?;
        }
    }
    target.finish()?;
    Ok(Status::Done)
}

/// AWS's rows have no place for columns of ours.
fn refuse_further(options: &SummariesOptions) -> Result<()> {
    if !options.has_dimensions() {
        return Ok(());
    }
    Err(Error::input("format aws-json has no place for the columns of --dimensions")
        .with_hint("leave out --dimensions, or use --format json"))
}

async fn document(engine: &Engine, question: &Question, target: &Target) -> Result<()> {
    let request = engine.request(question)?;
    let rows = engine.summaries(&request).await?;
    let period = aws_json::period(&request.buckets);
    aws_json::write(question.kind(), period, &rows, &mut target.out()?)
}
