//! `lookback report`: questions that have a name.

mod command;
mod known;
mod listing;

use std::io::Write;

use crate::engine::Value;
use crate::error::{Error, Result};
use crate::reports::{self, Report};

use super::settings::Settings;
use super::target::Target;
use super::{Status, chart, sql};

pub(super) use command::{Chosen, ReportOptions, with_reports};
pub(super) use known::known;
pub(super) use listing::listing;

pub(super) async fn run(
    settings: &Settings,
    options: &ReportOptions,
    reports: &[Report],
) -> Result<Status> {
    let Some(chosen) = &options.chosen else {
        return print(&listing(reports), &Target::Stdout);
    };
    let report = reports::find(reports, &chosen.name)?;
    let options = chosen.options()?;
    if options.sql {
        let target = Target::open(options.output.as_deref())?;
        print(&report.sql, &target)?;
        target.finish()?;
        return Ok(Status::Done);
    }
    let engine = settings.engine(&options.read).await?;
    let answer = report.run(&engine, &given(report, chosen)).await?;
    let target = Target::open(options.output.as_deref())?;
    if let Some(chosen) = options.chart.chart {
        let canvas = target.canvas(&settings.environment.terminal);
        chart::show(answer, chosen, &target, canvas).await?;
    } else {
        let format = target.format(options.format)?;
        sql::show(answer, format, &target).await?;
    }
    target.finish()?;
    Ok(Status::Done)
}

/// The values of the parameters that have one.
fn given(report: &Report, chosen: &Chosen) -> Vec<(String, Value)> {
    let value = |name: &String| chosen.value(name).map(|value| (name.clone(), value));
    report.parameters.iter().filter_map(|parameter| value(&parameter.name)).collect()
}

fn print(text: &str, target: &Target) -> Result<Status> {
    let mut out = target.out();
    out.write_all(text.as_bytes())
        .and_then(|()| out.flush())
        .map_err(|err| Error::io("write the output", err))?;
    Ok(Status::Done)
}
