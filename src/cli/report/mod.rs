//! `lookback report`: questions that have a name.

mod command;
mod known;
mod listing;

use std::io::Write;
use std::sync::Arc;

use crate::engine::{Answer, Engine, Value};
use crate::error::{Error, Result};
use crate::model::DAY;
use crate::reports::{self, Report};

use super::settings::Settings;
use super::target::Target;
use super::workers::Workers;
use super::{Status, chart, printer, sql};

use command::RunOptions;
pub(super) use command::{Chosen, ReportOptions, with_reports};
pub(super) use known::known;
pub(super) use listing::listing;

/// After so many days without a reading a report says so.
const STALE_DAYS: i64 = 3;

pub(super) async fn run(
    settings: &Settings,
    options: &ReportOptions,
    reports: &[Report],
) -> Result<Status> {
    let Some(chosen) = &options.chosen else {
        print(&listing(reports), &Target::Stdout)?;
        let is_broken = reports.iter().any(Report::is_broken);
        return Ok(if is_broken { Status::Attention } else { Status::Done });
    };
    let report = reports::find(reports, &chosen.name)?;
    let RunOptions { sql: is_read, answer: options } = chosen.options()?;
    if is_read {
        let target = Target::open(options.output.as_deref())?;
        print(&report.sql, &target)?;
        target.finish()?;
        return Ok(Status::Done);
    }
    if options.chart.chart.is_some() && !report.has_chart() {
        let name = &report.name;
        return Err(Error::input(format!("there is no chart of report \"{name}\"")).with_hint(
            "lookback sql --chart draws one column of times or categories, and numbers",
        ));
    }
    let values = report.values(&given(report, chosen))?;
    let engine = Arc::new(settings.engine(&options.read).await?);
    warn_if_stale(&engine).await?;
    let workers = Workers::new()?;
    let asked = report.clone();
    let asked = async move { asked.run(&engine, &values).await };
    let target = Target::open(options.output.as_deref())?;
    let answering = async {
        let answer = Answer::made_on(workers.handle(), asked).await?;
        if let Some(chosen) = options.chart.chart {
            let canvas = target.canvas(&settings.environment.terminal);
            return chart::show(answer, &report.chart, chosen, &target, canvas).await;
        }
        sql::show(answer, target.format(options.format)?, &target).await
    };
    target.filled(answering).await?;
    target.finish()?;
    Ok(Status::Done)
}

/// Tells that nothing was read for days: most reports are of the days before the present instant.
pub(super) async fn warn_if_stale(engine: &Engine) -> Result<()> {
    let Some(last) = reports::last_read(engine).await? else { return Ok(()) };
    let days = (engine.present() - last) / DAY;
    if days >= STALE_DAYS {
        printer::warning(&format!(
            "the warehouse was last read {days} days ago; --now {last} asks as of then"
        ));
    }
    Ok(())
}

/// The values of the parameters that have one.
fn given(report: &Report, chosen: &Chosen) -> Vec<(String, Value)> {
    let value = |name: &String| chosen.value(name).map(|value| (name.clone(), value));
    report.parameters.iter().filter_map(|parameter| value(&parameter.name)).collect()
}

fn print(text: &str, target: &Target) -> Result<()> {
    let mut out = target.out()?;
    out.write_all(text.as_bytes())
        .and_then(|()| out.flush())
        .map_err(|err| Error::io("write the output", err))
}
