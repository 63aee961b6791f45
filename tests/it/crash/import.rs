//! An import that fails, or whose process is killed, at each of its steps.
//!
//! After each the warehouse is the old state or the new one, whole; and the same import,
//! undisturbed, then gives what an undisturbed run gives.

use std::collections::BTreeSet;
use std::fs;

use lookback::model::{Instant, Steps};
use lookback::tables::Row;
use serde_json::{Value, json};

use super::{STEPS_MAX, State, is_empty, kill_at_each_step, state};
use crate::upkeep::rows_of;
use crate::warehouse::{Warehouse, instant};

/// The documents of a first night and of the next, in which some jobs moved on.
fn night(second: bool) -> Vec<Value> {
    let vault = "arn:aws:backup:eu-west-1:111111111111:backup-vault:v";
    let scan = |id: &str, date: &str, state: &str| {
        json!({"ScanJobId": id, "CreationDate": date, "State": state, "BackupVaultArn": vault,
               "AccountId": "111111111111"})
    };
    let count = |day: &str, count: u32| {
        let period = json!({"StartTime": format!("{day}T00:00:00Z"), "Count": count,
            "EndTime": format!("{day}T23:59:59Z"), "Region": "eu-west-1", "State": "COMPLETED"});
        json!({"ScanJobSummaries": [period], "AggregationPeriod": "ONE_DAY"})
    };
    let moved = if second { "COMPLETED" } else { "RUNNING" };
    let mut jobs = vec![
        scan("s-1", "2026-01-31T01:00:00Z", moved),
        scan("s-2", "2026-01-31T02:00:00Z", "RUNNING"),
        scan("s-3", "2026-02-01T01:00:00Z", "COMPLETED"),
    ];
    if second {
        jobs.push(scan("s-4", "2026-02-02T01:00:00Z", "CREATED"));
    }
    vec![json!({"ScanJobs": jobs}), count("2026-01-31", if second { 2 } else { 1 })]
}

pub(super) fn now(second: bool) -> Instant {
    instant(if second { "2026-02-03" } else { "2026-02-02" })
}

/// The rows of a night.
pub(super) fn rows(second: bool) -> Vec<Row> {
    rows_of(&night(second), now(second))
}

/// A warehouse after the first night, or the empty place before it.
fn before(second: bool) -> Warehouse {
    let warehouse = Warehouse::new();
    if second {
        warehouse.ingest(&rows(false), now(false), &Steps::none()).unwrap();
    } else {
        fs::create_dir(warehouse.path()).unwrap();
    }
    warehouse
}

/// What an interrupted night must have left behind, given the states before and after it.
struct Nights {
    second: bool,
    start: Warehouse,
    old: State,
    new: State,
    /// What was left so far: whether it is a warehouse, whether it is the new state, and how many
    /// files lie there.
    left: BTreeSet<(bool, bool, usize)>,
}

impl Nights {
    fn new(second: bool) -> Self {
        let start = before(second);
        let done = start.copy();
        done.ingest(&rows(second), now(second), &Steps::none()).unwrap();
        let (old, new) = (state(&start), state(&done));
        assert_ne!(old, new);
        Self { second, start, old, new, left: BTreeSet::new() }
    }

    /// Looks at what was left, and runs the night again, once for each sort of what is left: with
    /// the same rows and as many files, it does the same.
    #[track_caller]
    fn check(&mut self, left: &Warehouse, step: u64) {
        let found = state(left);
        let is_created = is_empty(&found);
        let is_old = found == self.old || (!self.second && is_created);
        assert!(is_old || found == self.new, "at step {step}: {found:?}");
        let files = left.files_on_disk().len();
        if !self.left.insert((found.is_some(), found == self.new, files)) {
            return;
        }
        left.ingest(&rows(self.second), now(self.second), &Steps::none()).unwrap();
        assert_eq!(state(left), self.new, "a night after step {step}");
    }
}

/// Fails with an error at each step.
fn check_errors(second: bool) {
    let mut nights = Nights::new(second);
    for step in 1..STEPS_MAX {
        let left = nights.start.copy();
        let files = left.files_on_disk();
        let steps = Steps::failing_at(step);
        match left.ingest(&rows(second), now(second), &steps) {
            Ok(_) => {
                assert_eq!(state(&left), nights.new);
                assert!(step > 100, "only {step} steps");
                return;
            }
            Err(err) => assert!(err.to_string().contains("injected failure"), "{err}"),
        }
        assert_eq!(left.files_on_disk(), files, "files stay behind after step {step}");
        nights.check(&left, step);
    }
    panic!("no run survives");
}

/// Kills the process at each step.
fn check_kills(second: bool) {
    let mut nights = Nights::new(second);
    let documents: Vec<_> = night(second).iter().map(Value::to_string).collect();
    let file = nights.start.path().with_extension("json");
    fs::write(&file, documents.concat()).unwrap();
    let (file, now) = (file.display().to_string(), now(second).to_string());
    let arguments = ["import", "--now", &now, "--observed-at", &now, &file];
    let start = nights.start.copy();
    let check = |left: &Warehouse, step| nights.check(left, step);
    let done = kill_at_each_step(&start, &arguments, 100, check);
    assert_eq!(state(&done), nights.new);
}

#[test]
fn the_first_import_fails_at_every_step() {
    check_errors(false);
}

#[test]
fn a_later_import_fails_at_every_step() {
    check_errors(true);
}

#[test]
fn the_first_import_is_killed_at_every_step() {
    check_kills(false);
}

#[test]
fn a_later_import_is_killed_at_every_step() {
    check_kills(true);
}
