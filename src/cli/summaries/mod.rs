//! `lookback summaries`: AWS's job summaries, over all history held.

mod aws_json;
mod options;

use std::sync::Arc;

use arrow::util::display::array_value_to_string;

use crate::engine::{Answer, Engine};
use crate::error::{Error, Result};
use crate::model::{Choice, Dimension, RESOURCE_TYPES, SummaryRequest, same_value};

use super::settings::Settings;
use super::sql;
use super::target::Target;
use super::workers::Workers;
use super::{Status, printer};

pub(super) use options::SummariesOptions;

use options::SummaryFormat;

pub(super) async fn run(settings: &Settings, options: &SummariesOptions) -> Result<Status> {
    let question = options.question()?;
    let engine = Arc::new(settings.engine(&options.read).await?);
    // Before a file is begun: what is wrong is told here.
    let request = engine.request(&question)?;
    warn_of_unknown_type(&engine, &request).await?;
    let workers = Workers::new()?;
    let target = Target::open(options.output.as_deref())?;
    let format = match options.format {
        Some(SummaryFormat::AwsJson) => {
            refuse_further(options)?;
            let answering = document(engine, request, &workers, &target);
            target.filled(answering).await?;
            return target.finish().map(|()| Status::Done);
        }
        Some(SummaryFormat::Rows(format)) => target.format(Some(format))?,
        None => target.format(None)?,
    };
    let asked = async move { engine.summarize(&question).await };
    let answering = async {
        let answer = Answer::made_on(workers.handle(), asked).await?;
        sql::show(answer, format, &target).await
    };
    target.filled(answering).await?;
    target.finish()?;
    Ok(Status::Done)
}

/// Tells of a resource type that AWS does not list and no job has: a slip would be told as a count
/// of zero. AWS adds types, so it is no error.
async fn warn_of_unknown_type(engine: &Engine, request: &SummaryRequest) -> Result<()> {
    let Choice::Value(wanted) = request.choice(Dimension::ResourceType) else { return Ok(()) };
    if RESOURCE_TYPES.iter().any(|known| same_value(known, wanted)) {
        return Ok(());
    }
    let table = request.kind.table();
    let found = engine.query(&format!("SELECT DISTINCT resource_type FROM {table}")).await?;
    for batch in &found {
        let types = batch.column(0);
        let is_wanted = |row| array_value_to_string(types, row).map(|it| same_value(&it, wanted));
        for row in 0..batch.num_rows() {
            if is_wanted(row).map_err(|err| Error::internal("read types").with_source(err))? {
                return Ok(());
            }
        }
    }
    printer::warning(&format!(
        "resource type \"{wanted}\" is not known, and no {} job is of it",
        request.kind
    ));
    Ok(())
}

/// AWS's rows have no place for columns of ours.
fn refuse_further(options: &SummariesOptions) -> Result<()> {
    if !options.has_dimensions() {
        return Ok(());
    }
    Err(Error::input("format aws-json has no place for the columns of --dimensions")
        .with_hint("leave out --dimensions, or use --format json"))
}

async fn document(
    engine: Arc<Engine>,
    request: SummaryRequest,
    workers: &Workers,
    target: &Target,
) -> Result<()> {
    let (kind, period) = (request.kind, aws_json::period(&request.buckets));
    let rows = workers.done(async move { engine.summaries(&request).await }).await?;
    aws_json::write(kind, period, &rows, &mut target.out()?)
}
