//! `lookback ingest`: from AWS into the warehouse.

mod document;
mod problems;
mod progress;
mod summary;

use std::io::Write;
use std::sync::Arc;

use tokio::sync::watch;

use crate::error::{Error, Kind, Result};
use crate::ingest::{Options, Progress, Pull, Report};
use crate::source::aws::{CallClass, Source, regions};

use self::progress::Display;
use super::args::IngestOptions;
use super::settings::Settings;
use super::signals::Signals;
use super::target::Target;
use super::{Status, printer};

pub(super) async fn run(settings: &Settings, options: &IngestOptions) -> Result<Status> {
    let sources = settings.sources(options)?;
    let mut signals = Signals::listen()?;
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
        ended = pull.run() => ended,
        err = interrupted(&mut signals, &stop) => Err(err),
    };
    display.end().await;
    let report = ended?;
    let status = status(&report, &sources);
    if options.json {
        write(&document::text(&report, status)?)?;
    }
    summary::tell(&report, &sources, status);
    Ok(status)
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
fn status(report: &Report, sources: &[Source]) -> Status {
    let failed: u64 = report.places.values().map(|place| place.failed).sum();
    if failed > 0 && failed == report.totals.units_ended && report.totals.jobs == 0 {
        return Status::NotDone;
    }
    let is_expected = |source: &str, region: &str| {
        sources.iter().any(|it| it.name == source && reads_every_region(it))
            && regions::is_opt_in(region)
    };
    let is_whole = report.is_whole()
        || !report.is_stopped
            && report.places.values().all(|it| it.refused == 0 && it.lost.is_empty())
            && report.problems.iter().all(|problem| {
                problem.class == CallClass::RegionDisabled
                    && is_expected(&problem.place.source, &problem.place.region)
            });
    if is_whole { Status::Done } else { Status::Attention }
}

/// Whoever asks for every Region does not mean those that the account has not enabled.
fn reads_every_region(source: &Source) -> bool {
    regions::REGIONS.iter().all(|region| source.regions.iter().any(|name| name == region.name))
}

fn write(text: &str) -> Result<()> {
    let mut out = Target::Stdout.out();
    writeln!(out, "{text}")
        .and_then(|()| out.flush())
        .map_err(|err| Error::io("write to standard output", err))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::{PlaceReport, Problem, Totals};
    use crate::model::{JobKind, Place, Reach};

    /// A source of that name that reads these Regions.
    pub(super) fn source(name: &str, regions: Vec<String>) -> Source {
        Source {
            name: name.to_owned(),
            regions,
            kinds: JobKind::ALL.to_vec(),
            reach: Reach::Account,
            profile: None,
            role: None,
            endpoint_url: None,
            is_emulator: false,
            rate: 50.0,
            account_id: None,
        }
    }

    /// The status when one unit of ten has failed so, in that Region of a source of these Regions.
    #[track_caller]
    fn check(class: CallClass, region: &str, regions: &[&str], expected: Status) {
        let place =
            Place { source: "a".to_owned(), region: region.to_owned(), kind: JobKind::Backup };
        let key = (place.source.clone(), place.region.clone());
        let error = Error::new(Kind::Source, "no");
        let report = Report {
            run_id: String::new(),
            snapshot: None,
            places: [(key, PlaceReport { failed: 1, ..PlaceReport::default() })].into(),
            totals: Totals { units_ended: 10, ..Totals::default() },
            problems: vec![Problem { place, operation: "list", class, error }],
            refusals: Vec::new(),
            is_stopped: false,
        };
        let regions = regions.iter().map(|region| (*region).to_owned()).collect();
        assert_eq!(status(&report, &[source("a", regions)]), expected);
        let stopped = Report { is_stopped: true, ..report };
        assert_eq!(status(&stopped, &[]), Status::Attention);
    }

    #[test]
    fn whoever_reads_every_region_does_not_mean_those_that_are_not_enabled() {
        let every: Vec<_> = regions::REGIONS.iter().map(|region| region.name).collect();
        check(CallClass::RegionDisabled, "af-south-1", &every, Status::Done);
        check(CallClass::RegionDisabled, "us-east-1", &every, Status::Attention);
        check(CallClass::Denied, "af-south-1", &every, Status::Attention);
        check(CallClass::RegionDisabled, "af-south-1", &["af-south-1"], Status::Attention);
    }
}
