//! Throttling, failures and dropped connections change nothing but the number of calls.

use lookback::emulator::Config;
use lookback::ingest::{Options, Report, RetryPolicy};
use lookback::model::Reach;

use super::organisation::{Night, small, source};
use crate::crash::state;
use crate::warehouse::{Warehouse, block_on, instant};

fn config() -> Config {
    small(19, 2, 8)
}

/// Two nights with the retries that a user has, but for the pauses between them.
fn ingest(warehouse: &Warehouse, faults: &'static str) -> Vec<Report> {
    let defaults = Options::default();
    let quick = Night::quiet(instant("2026-03-01T00:00:00Z")).options.retry;
    let retry = RetryPolicy { attempts: defaults.retry.attempts, ..quick };
    let options = Options { retry, ..defaults };
    let sources = [source(&config(), "s", Reach::Organization)];
    let night = |at| Night { faults, options, ..Night::quiet(instant(at)) };
    ["2026-03-01T03:21:00Z", "2026-03-02T04:00:00Z"]
        .map(|at| block_on(night(at).ingest(warehouse, &config(), &sources)).unwrap())
        .into()
}

#[track_caller]
fn check(faults: &'static str, are_throttled: bool) {
    let (quiet, disturbed) = (Warehouse::new(), Warehouse::new());
    let undisturbed = ingest(&quiet, "");
    let (mut retries, mut throttles) = (0, 0);
    for (report, quiet) in ingest(&disturbed, faults).iter().zip(&undisturbed) {
        assert!(report.is_whole(), "{report:?}");
        let (totals, quiet) = (report.totals, quiet.totals);
        assert_eq!(totals.calls - totals.retries, quiet.calls, "calls but for the repeated ones");
        assert_eq!(totals.jobs, quiet.jobs);
        retries += totals.retries;
        throttles += totals.throttles;
    }
    assert!(retries > 0, "nothing went wrong");
    assert_eq!(throttles > 0, are_throttled);
    assert_eq!(state(&disturbed), state(&quiet));
}

#[test]
fn throttling_changes_nothing() {
    check("throttle=0.1", true);
}

#[test]
fn failures_change_nothing() {
    check("failure=0.025,unavailable=0.025", false);
}

#[test]
fn dropped_connections_change_nothing() {
    check("drop=0.05", false);
}

#[test]
fn all_of_them_at_once_change_nothing() {
    check("throttle=0.1,failure=0.025,unavailable=0.025,drop=0.05", true);
}
