//! `lookback check`: whether all is as it should be.

mod chosen;
mod document;
mod junit;
mod options;
mod outcome;
mod table;

use std::io::Write;
use std::path::Path;

use crate::engine::Engine;
use crate::error::{Error, Result};

use self::chosen::{Chosen, choose};
use self::document::Document;
use self::options::CheckFormat;
use self::outcome::Outcome;
use super::metrics::Exposition;
use super::settings::Settings;
use super::target::Target;
use super::{Status, printer, report};

pub(super) use self::options::CheckOptions;

pub(super) async fn run(settings: &Settings, options: &CheckOptions) -> Result<Status> {
    let checks = settings.checks(options.checks.as_deref())?;
    let chosen = choose(&checks, &options.names, settings.thresholds(), &options.set)?;
    if options.list {
        write(&table::listing(&chosen), options.output.as_deref())?;
        let is_broken = chosen.iter().any(|it| it.check.is_broken());
        return Ok(if is_broken { Status::Attention } else { Status::Done });
    }
    let engine = settings.engine(&options.read).await?;
    report::warn_if_stale(&engine).await?;
    let outcomes = outcomes(chosen, &engine).await;
    let text = match options.format {
        CheckFormat::Table => {
            let width =
                if options.output.is_none() { Target::Stdout.options().width } else { None };
            table::text(&outcomes, width)?
        }
        CheckFormat::Json => {
            Document::of(&outcomes, engine.present(), engine.snapshot().id)?.text()?
        }
        CheckFormat::Junit => junit::text(&outcomes)?,
        CheckFormat::Prometheus => {
            let mut exposition = Exposition::default();
            outcome::tell_metrics(&outcomes, &mut exposition);
            exposition.text()
        }
    };
    write(&text, options.output.as_deref())?;
    tell(&outcomes);
    Ok(outcome::status(&outcomes))
}

/// What the checks of a night told.
#[derive(Debug)]
pub(super) struct Checked {
    pub(super) status: Status,
    /// What they told, in a few words.
    pub(super) words: String,
    /// The document of `--format json`.
    pub(super) document: String,
    pub(super) metrics: Exposition,
}

/// Runs all checks for a night.
///
/// # Errors
/// There is no warehouse to ask, or the settings of a check are wrong.
pub(super) async fn all(settings: &Settings) -> Result<Checked> {
    let checks = settings.checks(None)?;
    let chosen = choose(&checks, &[], settings.thresholds(), &[])?;
    let engine = settings.engine(&options::of_environment()?).await?;
    let outcomes = outcomes(chosen, &engine).await;
    tell(&outcomes);
    let mut metrics = Exposition::default();
    outcome::tell_metrics(&outcomes, &mut metrics);
    Ok(Checked {
        status: outcome::status(&outcomes),
        words: summary(&outcomes),
        document: Document::of(&outcomes, engine.present(), engine.snapshot().id)?.text()?,
        metrics,
    })
}

async fn outcomes<'a>(chosen: Vec<Chosen<'a>>, engine: &Engine) -> Vec<Outcome<'a>> {
    let mut outcomes = Vec::new();
    for chosen in chosen {
        outcomes.push(Outcome::of(chosen, engine).await);
    }
    outcomes
}

/// Tells of each check that does not hold, and why one could not run.
fn tell(outcomes: &[Outcome<'_>]) {
    for outcome in outcomes {
        let check = outcome.chosen.check;
        match &outcome.found {
            Ok(found) if found.total == 0 => {}
            Ok(found) => {
                printer::warning(&format!(
                    "check \"{}\" does not hold: {}",
                    check.name,
                    found.words()
                ));
            }
            Err(err) => printer::error(&outcome::named(check, err)),
        }
    }
}

/// `5 of 7 hold`.
fn summary(outcomes: &[Outcome<'_>]) -> String {
    let count = |status| outcomes.iter().filter(|outcome| outcome.status() == status).count();
    let failed = match count(Status::NotDone) {
        0 => String::new(),
        failed => format!(", {failed} could not run"),
    };
    format!("{} of {} hold{failed}", count(Status::Done), outcomes.len())
}

fn write(text: &str, output: Option<&Path>) -> Result<()> {
    let target = Target::open(output)?;
    let mut out = target.out()?;
    out.write_all(text.as_bytes())
        .and_then(|()| out.flush())
        .map_err(|err| Error::io("write the checks", err))?;
    drop(out);
    target.finish()
}
