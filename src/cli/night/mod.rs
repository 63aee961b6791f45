//! `lookback night`: what is to be done every night, with one log and one exit status.

mod document;
mod options;
mod steps;

use crate::catalog::WriterLock;
use crate::error::Result;
use crate::model::{DAY, Instant};

use self::document::Outcome;
use self::steps::{Did, Night, STEPS, Step};
use super::ledger::{self, catalog};
use super::metrics::{self, Exposition};
use super::settings::Settings;
use super::signals::Signals;
use super::target::Target;
use super::{Status, printer, status};

pub(super) use self::options::{NightOptions, TimeOfDay};

pub(super) async fn run(settings: &Settings, options: &NightOptions) -> Result<Status> {
    if let Some(due) = options.due
        && let Some(words) = not_due(settings, options, due)
    {
        // A timer may ring every hour, and mail what is told: a person alone is told.
        if printer::is_watched() {
            printer::note(&words);
        } else {
            tracing::info!("{words}");
        }
        return Ok(Status::Done);
    }
    let signals = Signals::listen()?;
    let metrics = Exposition::default();
    let mut night = Night { settings, options, signals, metrics };
    let mut outcomes = Vec::new();
    for step in STEPS {
        let outcome = take(step, &mut night).await;
        tracing::info!(
            step = outcome.name,
            status = outcome.status.map_or("left_out", Status::word),
            "{}",
            outcome.words
        );
        outcomes.push(outcome);
    }
    end(night, &outcomes)
}

/// Why the night is not due, if it is not.
fn not_due(settings: &Settings, options: &NightOptions, due: TimeOfDay) -> Option<String> {
    // Most likely the night that rang an hour ago.
    if WriterLock::is_held(&settings.warehouse) {
        return Some("not due: another process writes the warehouse".to_owned());
    }
    let now = settings.clock.now();
    let last = last_night(settings, options, now).filter(|last| *last >= due.last_before(now))?;
    Some(done_already(last, due, now))
}

fn done_already(last: Instant, due: TimeOfDay, now: Instant) -> String {
    let next = due.last_before(now) + DAY;
    format!("not due: the last night that read began at {last}; the next is due at {next}")
}

/// When the last such night began, if that is known: where the ledger or the sources cannot be
/// read, the night is due, and its steps and its metrics tell why.
fn last_night(settings: &Settings, options: &NightOptions, now: Instant) -> Option<Instant> {
    let catalog = catalog(settings).ok().flatten()?;
    let sources = settings.sources(&options.ingest).ok()?;
    ledger::last_night(&catalog, &sources, now).ok().flatten()
}

/// Takes a step, whatever became of the others.
async fn take(step: &Step, night: &mut Night<'_>) -> Outcome {
    let started_at = night.settings.clock.now();
    let (status, words, hint, document) = match left_out(step, night) {
        Some(reason) => (None, reason.to_owned(), None, None),
        None => match (step.run)(night).await {
            Ok(Did { status, words, document }) => (Some(status), words, None, document),
            Err(err) => {
                printer::error(&err);
                (Some(Status::from(err.kind())), err.chain(), err.hint().map(str::to_owned), None)
            }
        },
    };
    let ended_at = night.settings.clock.now();
    Outcome { name: step.name, status, started_at, ended_at, words, hint, document }
}

/// Why a step is left out, if it is.
fn left_out(step: &Step, night: &Night<'_>) -> Option<&'static str> {
    if night.signals.is_asked() {
        return Some("the night was interrupted");
    }
    // A catalog that cannot be opened is the step's to tell.
    let is_missing = || matches!(catalog(night.settings), Ok(None));
    (step.needs_warehouse && is_missing()).then_some("there is no warehouse yet")
}

/// Writes the metrics, and tells what became of all steps.
fn end(mut night: Night<'_>, outcomes: &[Outcome]) -> Result<Status> {
    let is_stopped = night.signals.is_asked();
    let mut status = document::status(outcomes, is_stopped);
    // First, since an alert hangs on them, and what follows may fail.
    if let Err(err) = measure(&mut night, outcomes, is_stopped) {
        printer::error(&err);
        status = Status::NotDone;
    }
    for line in document::summary(outcomes) {
        printer::note(&line);
    }
    if night.options.ingest.json {
        Target::say(&document::text(outcomes, is_stopped)?)?;
    }
    Ok(status)
}

/// Writes the metrics, if that is asked: what can be told, if not all can.
fn measure(night: &mut Night<'_>, outcomes: &[Outcome], is_stopped: bool) -> Result<()> {
    let path = night.settings.metrics(night.options.metrics.clone()).value;
    let Some(path) = path else { return Ok(()) };
    let held = tell_held(night);
    document::tell_metrics(outcomes, is_stopped, &mut night.metrics);
    metrics::write(&path, &night.metrics.text()).and(held)
}

/// Adds the metrics of what is held, if there is a warehouse.
fn tell_held(night: &mut Night<'_>) -> Result<()> {
    match catalog(night.settings)? {
        Some(_) => status::tell_metrics(night.settings, &mut night.metrics),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_due_is_told_with_both_times() {
        let at = |text: &str| Instant::from_text(text).unwrap();
        let due = TimeOfDay { hour: 3, minute: 0 };
        let told = |now: &str| done_already(at("2026-01-05T03:04:00Z"), due, at(now));
        let expected = "not due: the last night that read began at 2026-01-05T03:04:00Z; the next \
                        is due at 2026-01-06T03:00:00Z";
        assert_eq!(told("2026-01-05T12:00:00Z"), expected);
        assert_eq!(told("2026-01-06T02:59:59Z"), expected);
    }
}
