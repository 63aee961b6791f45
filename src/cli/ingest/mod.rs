//! `lookback ingest`: from AWS into the warehouse.

mod document;
mod problems;
mod progress;
mod summary;

use std::sync::Arc;

use tokio::sync::watch;

use crate::error::{Error, Kind, Result};
use crate::ingest::{Options, Progress, Pull};
use crate::nights::{self, Comparison, NightReport};

use self::progress::Display;
use super::args::IngestOptions;
use super::settings::Settings;
use super::signals::Signals;
use super::target::Target;
use super::{Status, printer};

pub(super) async fn run(settings: &Settings, options: &IngestOptions) -> Result<Status> {
    let mut signals = Signals::listen()?;
    let report = read(settings, options, &mut signals).await?;
    let status = status(&report);
    if options.json {
        Target::say(&(document::text(&report, status)? + "\n"))?;
    }
    summary::tell(&report, status);
    Ok(status)
}

/// What the ingest of a night did, told already.
#[derive(Debug)]
pub(super) struct Ingested {
    pub(super) status: Status,
    /// What it did, in a few words.
    pub(super) words: String,
    /// The document of `--json`.
    pub(super) document: String,
}

/// Reads for a night, and tells what was read.
pub(super) async fn nightly(
    settings: &Settings,
    options: &IngestOptions,
    signals: &mut Signals,
) -> Result<Ingested> {
    let report = read(settings, options, signals).await?;
    let status = status(&report);
    summary::tell(&report, status);
    Ok(Ingested {
        status,
        words: summary::words(&report),
        document: document::text(&report, status)?,
    })
}

async fn read(
    settings: &Settings,
    options: &IngestOptions,
    signals: &mut Signals,
) -> Result<NightReport> {
    let sources = settings.sources(options)?;
    let lake = settings.writable_lake()?;
    let progress = Arc::new(Progress::default());
    let display = Display::start(Arc::clone(&progress));
    let (stop, stopped) = watch::channel(false);
    let pull = Pull {
        lake: &lake,
        sources: &sources,
        clock: Arc::clone(&settings.clock),
        steps: settings.steps.clone(),
        options: pull_options(settings, options),
        progress,
        watch: display.watch(),
        stop: stopped,
    };
    let ended = tokio::select! {
        ended = take(&pull, options.no_reconcile) => ended,
        err = interrupted(signals, &stop) => Err(err),
    };
    display.end().await;
    ended
}

async fn take(pull: &Pull<'_>, is_alone: bool) -> Result<NightReport> {
    if is_alone {
        let ingest = pull.clone().run().await?;
        return Ok(NightReport { ingest, comparison: Comparison::None });
    }
    nights::night(pull).await
}

fn pull_options(settings: &Settings, options: &IngestOptions) -> Options {
    let defaults = Options::default();
    let concurrency = settings.concurrency(options).unwrap_or(defaults.concurrency);
    Options { concurrency, ..defaults }
}

/// Asks the ingest to stop at the first signal; ends with the second.
async fn interrupted(signals: &mut Signals, stop: &watch::Sender<bool>) -> Error {
    signals.next().await;
    printer::note("stopping: what was read is being committed; interrupt again to stop at once");
    stop.send_replace(true);
    signals.next().await;
    Error::new(Kind::Io, "the ingest was interrupted before it could commit")
        .with_hint("run it again: what was committed stays, and the rest is read again")
}

/// How an ingest ended.
fn status(NightReport { ingest: report, comparison }: &NightReport) -> Status {
    let has_nothing = report.units_read == 0 && report.totals.jobs == 0;
    if has_nothing && !report.problems.is_empty() {
        return Status::NotDone;
    }
    let is_well = match comparison {
        Comparison::None => true,
        Comparison::Failed(_) => false,
        Comparison::Done(compared) => compared.reconciliation.unexplained().groups == 0,
    };
    if report.is_whole() && is_well { Status::Done } else { Status::Attention }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::{PlaceReport, Problem, Report, Totals};
    use crate::model::{JobKind, Place};
    use crate::source::aws::CallClass;

    /// The status when so many units of ten have failed, and so many jobs came.
    #[track_caller]
    fn check(failed: u64, jobs: u64, is_stopped: bool, expected: Status) {
        let (source, region) = ("a".to_owned(), "us-east-1".to_owned());
        let key = (source.clone(), region.clone());
        let place = Place { source, region, kind: JobKind::Backup };
        let problem = |_| {
            let error = Error::new(Kind::Source, "no");
            Problem { place: place.clone(), operation: "list", class: CallClass::Denied, error }
        };
        let report = Report {
            run_id: String::new(),
            snapshot: None,
            places: [(key, PlaceReport { failed, ..PlaceReport::default() })].into(),
            totals: Totals { units_ended: 10, jobs, ..Totals::default() },
            problems: (0..failed).map(problem).collect(),
            units_read: 10 - failed,
            not_enabled: [("a".to_owned(), "af-south-1".to_owned())].into(),
            refusals: Vec::new(),
            is_stopped,
        };
        let night = NightReport { ingest: report, comparison: Comparison::None };
        assert_eq!(status(&night), expected);
        let failed = Comparison::Failed(Error::corrupt("no"));
        let night = NightReport { comparison: failed, ..night };
        let with_comparison = if expected == Status::Done { Status::Attention } else { expected };
        assert_eq!(status(&night), with_comparison);
    }

    #[test]
    fn an_ingest_is_not_done_when_nothing_of_it_is() {
        check(0, 5, false, Status::Done);
        check(0, 0, false, Status::Done);
        check(1, 5, false, Status::Attention);
        check(10, 5, false, Status::Attention);
        check(10, 0, false, Status::NotDone);
        check(0, 5, true, Status::Attention);
    }
}
