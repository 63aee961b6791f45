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
    let lake = settings.writable_lake()?;
    let mut signals = Signals::listen()?;
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
