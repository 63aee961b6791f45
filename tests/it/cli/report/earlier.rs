//! Reports of an earlier state of the warehouse.

use insta::assert_snapshot;

use super::super::Desk;
use super::super::emulated::Emulator;
use super::desk;

#[test]
fn the_present_of_an_earlier_state_is_that_state() {
    let desk = desk();
    let report = ["report", "outcomes-by-day", "--days", "1", "--format", "csv", "--as-of"];
    let as_of = |as_of| desk.run(&[report.as_slice(), &[as_of, "--now", "2026-03-01"]].concat());
    assert_snapshot!(as_of("2"), @"
    exit 0
    -- stdout
    day,places,complete_places,jobs,ok,ok_with_issues,failed,expired,partial,aborted,open,unknown
    2026-01-04,0,0,,,,,,,,,
    2026-01-05,0,0,,,,,,,,,
    ");
    // Of what came after it was committed it knows nothing.
    assert_eq!(as_of("2026-01-07"), as_of("2"));
}

#[test]
fn an_earlier_state_claims_nothing_that_was_read_after_it() {
    let desk = Desk::with_credentials();
    for now in ["2026-01-05T03:00:00Z", "2026-01-07T03:00:00Z"] {
        let emulator = Emulator::at(now, "");
        desk.ingest(&emulator, now, &["--kind", "backup", "--no-reconcile"]);
    }
    let days = |more: &[&str]| {
        let report = ["report", "outcomes-by-day", "--days", "1", "--format", "csv"];
        let told = desk.run(&[&report[..], more].concat());
        let rows = told.lines().filter(|line| line.starts_with("2026-"));
        rows.map(|row| row.split(',').take(3).collect::<Vec<_>>().join(",")).collect::<Vec<_>>()
    };
    let then = days(&["--as-of", "2026-01-05T23:00:00Z", "--now", "2026-01-08"]);
    assert_eq!(then, ["2026-01-04,2,2", "2026-01-05,2,0"]);
    // By now the fifth is held whole; the seventh has not ended.
    assert_eq!(days(&["--now", "2026-01-05T23:00:00Z"]), ["2026-01-04,2,2", "2026-01-05,2,0"]);
    assert_eq!(days(&["--now", "2026-01-06T01:00:00Z"]), ["2026-01-05,2,2", "2026-01-06,2,0"]);
    assert_eq!(days(&["--now", "2026-01-07T04:00:00Z"]), ["2026-01-06,2,2", "2026-01-07,2,0"]);
}
