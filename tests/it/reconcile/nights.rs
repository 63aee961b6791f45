//! Night after night: undisturbed ones agree, and what a disturbed one lacks the next one heals.

use insta::assert_snapshot;
use lookback::emulator::Config;
use lookback::lake::Lake;
use lookback::model::{DAY, HOUR, Instant, Reach};
use lookback::nights::Verdict;
use lookback::tables::{self, Row, Table};

use super::{compared, count, done, reasons};
use crate::ingest::organisation::{Night, small, source};
use crate::warehouse::{Warehouse, block_on, instant};

const FIRST: &str = "2026-03-01T03:10:00Z";

fn night(number: i64) -> Instant {
    instant(FIRST) + number * DAY
}

fn config() -> Config {
    small(31, 2, 6)
}

/// The rows of `ops.reconciliation`.
fn kept(warehouse: &Warehouse) -> Vec<Row> {
    let table = Table::of_ops("reconciliation").unwrap();
    let batches = Lake::open(&warehouse.path()).unwrap().catalog.ops(table).unwrap();
    batches.iter().flat_map(|batch| tables::rows(table, batch).unwrap()).collect()
}

#[test]
fn undisturbed_nights_agree_with_aws_for_good() {
    let warehouse = Warehouse::new();
    let sources = [source(&config(), "s", Reach::Organization)];
    let mut days = 0;
    for number in 0..24 {
        // Jobs that run at each hour of the night are seen at some.
        let night = Night::quiet(night(number) + number % 5 * HOUR);
        let report = block_on(night.live(&warehouse, &config(), &sources)).unwrap();
        assert!(report.ingest.is_whole(), "{:?}", report.ingest);
        let found = done(&report);
        let verdicts: Vec<_> = found.reconciliation.sums().into_keys().collect();
        assert_eq!(verdicts, [Verdict::Match], "night {number}: {:?}", found.reconciliation);
        assert_eq!(found.days_read_again, 0);
        days = found.reconciliation.days.len();
    }
    assert!(days > 60, "only {days} days of places are compared");
    // By now some jobs have changed since AWS counted their day for the last time.
    let found = compared(&warehouse, night(25));
    let verdicts: Vec<_> = found.sums().into_keys().collect();
    assert!(verdicts == [Verdict::Match] || verdicts == [Verdict::Match, Verdict::Moved]);
    let starts: std::collections::BTreeSet<_> = found.days.iter().map(|day| day.start).collect();
    assert_eq!(starts.len(), 14 + 23, "each day that AWS counted in any night");
    // What was kept of the nights is the same: a row a day and place.
    let kept = kept(&warehouse);
    let sum = |column: &str| kept.iter().filter_map(|row| row.long(column)).sum::<i64>();
    assert_eq!(sum("aws_count"), sum("our_count"));
    let groups: u64 = found.sums().values().map(|sum| sum.groups).sum();
    assert_eq!(sum("group_count"), i64::try_from(groups).unwrap());
    assert!(kept.iter().all(|row| row.text("verdict") == Some("match")));
    assert_eq!(kept.len(), found.days.len());
}

/// Three quiet nights, one with faults and a single attempt for each call, and a quiet one; gives
/// what was found in the last two.
fn disturbed(faults: &'static str) -> [String; 2] {
    let warehouse = Warehouse::new();
    let sources = [source(&config(), "s", Reach::Organization)];
    let live = |number: i64, faults: &'static str| {
        let mut night = Night { faults, ..Night::quiet(night(number)) };
        if !faults.is_empty() {
            night.options.retry.attempts = 1;
        }
        block_on(night.live(&warehouse, &config(), &sources)).unwrap()
    };
    (0..3).for_each(|number| drop(live(number, "")));
    [live(3, faults), live(4, "")].map(|night| {
        let found = &done(&night).reconciliation;
        assert_eq!(found.unexplained().groups, 0, "{found:?}");
        let reasons = reasons(found).into_keys();
        let words = reasons.map(|(verdict, why)| format!("{}: {why}", verdict.name()));
        words.collect::<Vec<_>>().join("\n")
    })
}

#[test]
fn a_listing_that_is_denied_is_the_reason_and_the_next_night_heals_it() {
    let [then, next] = disturbed("deny=ListBackupJobs,deny=ListScanJobs");
    assert_snapshot!(then, @"
    match: 
    moved: the jobs have changed since AWS counted them, or still can
    missing_here: AWS refused to list the day
    ");
    assert_snapshot!(next, @"match: ");
}

#[test]
fn a_region_that_is_denied_is_not_compared_until_it_is_read() {
    let [then, next] = disturbed("deny-region=us-east-1");
    assert_snapshot!(then, @"match: ");
    assert_snapshot!(next, @"match: ");
}

#[test]
fn listings_that_fail_are_the_reason_and_the_next_night_heals_them() {
    let [then, next] = disturbed("failure=0.4");
    assert_snapshot!(then, @"
    match: 
    moved: the jobs have changed since AWS counted them, or still can
    missing_here: the day could not be listed
    ");
    assert_snapshot!(next, @"match: ");
}

#[test]
fn throttling_and_dropped_connections_change_nothing() {
    let (quiet, busy) = (Warehouse::new(), Warehouse::new());
    let sources = [source(&config(), "s", Reach::Organization)];
    for (warehouse, faults) in [(&quiet, ""), (&busy, "throttle=0.1,drop=0.05,unavailable=0.02")] {
        for number in 0..2 {
            let night = Night { faults, ..Night::quiet(night(number)) };
            let report = block_on(night.live(warehouse, &config(), &sources)).unwrap();
            assert!(report.ingest.is_whole());
        }
    }
    let (quiet, busy) = (compared(&quiet, night(2)), compared(&busy, night(2)));
    assert!(count(&quiet, Verdict::Match) > 100);
    assert_eq!(quiet, busy);
}

#[test]
fn a_night_that_is_read_again_finds_the_same() {
    let warehouse = Warehouse::new();
    let sources = [source(&config(), "s", Reach::Account)];
    let live = || {
        let night = Night::quiet(night(0));
        block_on(night.live(&warehouse, &config(), &sources)).unwrap()
    };
    let (first, second) = (live(), live());
    assert_eq!(second.ingest.snapshot, None, "it changes nothing");
    assert_eq!(done(&first).reconciliation, done(&second).reconciliation);
}
