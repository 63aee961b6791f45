//! An upkeep that fails, or whose process is killed, at each of its steps.
//!
//! After each every answer is the same and nothing is wrong; and the same upkeep, undisturbed, then
//! leaves as many files as an undisturbed one, once what the killed one left is old.

use std::collections::BTreeSet;

use lookback::catalog::AsOf;
use lookback::lake::Lake;
use lookback::model::Steps;
use lookback::upkeep::{Options, Task};

use super::{STEPS_MAX, State, kill_at_each_step, state};
use crate::upkeep::{NO_GRACE, check_sound, check_whole, live_files, maintain, only, winter};
use crate::warehouse::Warehouse;

/// A day later, when what became free in spring is swept.
const NEXT: &str = "2026-03-21T05:00:00Z";

/// What an interrupted upkeep must have left behind.
struct Interrupted {
    start: Warehouse,
    state: State,
    tasks: Vec<Task>,
    /// What an undisturbed one leaves: the live files of each table, and all files.
    done: (Vec<(&'static str, usize)>, usize),
    /// What was left so far.
    left: BTreeSet<String>,
}

impl Interrupted {
    fn new(tasks: &[Task]) -> Self {
        let start = winter(2..=5);
        // Something is to be swept as well.
        maintain(&start, "2026-03-18T05:00:00Z", &only(&[Task::Expire]), &Steps::none()).unwrap();
        let done = start.copy();
        let options = options(tasks);
        maintain(&done, NEXT, &options, &Steps::none()).unwrap();
        let done = ending(&done);
        let (state, left) = (state(&start), BTreeSet::new());
        Self { start, state, tasks: tasks.to_vec(), done, left }
    }

    /// Looks at what was left, once for each sort of it, and finishes.
    #[track_caller]
    fn check(&mut self, left: &Warehouse, step: u64) {
        if !self.left.insert(outline(left)) {
            return;
        }
        assert_eq!(state(left), self.state, "at step {step}");
        check_sound(left);
        let report = maintain(left, NEXT, &options(&self.tasks), &Steps::none()).unwrap();
        assert!(report.is_well(), "after step {step}: {report:?}");
        assert_eq!(state(left), self.state, "after step {step}");
        assert_eq!(ending(left), self.done, "after step {step}");
        check_whole(left);
    }
}

fn options(tasks: &[Task]) -> Options {
    Options { tasks: tasks.to_vec(), ..Options::default() }
}

fn ending(warehouse: &Warehouse) -> (Vec<(&'static str, usize)>, usize) {
    let later = Options { grace: NO_GRACE, ..only(&[Task::Expire, Task::Sweep]) };
    maintain(warehouse, NEXT, &later, &Steps::none()).unwrap();
    (live_files(warehouse), warehouse.files_on_disk().len())
}

/// What a warehouse is, as far as the names of its files and its catalog tell.
fn outline(warehouse: &Warehouse) -> String {
    let catalog = Lake::open(&warehouse.path()).unwrap().catalog;
    let snapshot = catalog.snapshot(AsOf::Latest).unwrap().id;
    let (scheduled, named) = (catalog.scheduled().unwrap(), catalog.named_files().unwrap());
    let files = warehouse.files_on_disk().len();
    let backups = std::fs::read_dir(warehouse.path().join("backups"));
    let backups = backups.map_or(0, Iterator::count);
    format!("{snapshot} {} {} {files} {backups}", scheduled.len(), named.len())
}

/// Fails with an error at each step.
fn check_errors(tasks: &[Task], steps_min: u64) {
    let mut interrupted = Interrupted::new(tasks);
    for step in 1..STEPS_MAX {
        let left = interrupted.start.copy();
        let problems = match maintain(&left, NEXT, &options(tasks), &Steps::failing_at(step)) {
            Ok(report) => report.problems,
            Err(err) => vec![err],
        };
        if problems.is_empty() {
            assert_eq!(state(&left), interrupted.state);
            assert!(step > steps_min, "only {step} steps");
            return;
        }
        for err in problems {
            assert!(err.to_string().contains("injected failure"), "{err}");
        }
        interrupted.check(&left, step);
    }
    panic!("no upkeep survives");
}

/// Kills the process at each step.
fn check_kills(tasks: &[Task], steps_min: u64) {
    let mut interrupted = Interrupted::new(tasks);
    let names: Vec<_> = tasks.iter().map(|task| task.name()).collect();
    let arguments = ["maintain", "--now", NEXT, "--only", &names.join(",")];
    let start = interrupted.start.copy();
    let check = |left: &Warehouse, step| interrupted.check(left, step);
    let done = kill_at_each_step(&start, &arguments, steps_min, check);
    assert_eq!(state(&done), interrupted.state);
}

const REST: [Task; 4] = [Task::Expire, Task::Sweep, Task::Vacuum, Task::Copy];

#[test]
fn compaction_fails_at_every_step() {
    check_errors(&[Task::Compact], 250);
}

#[test]
fn expiry_sweep_and_copy_fail_at_every_step() {
    check_errors(&REST, 20);
}

#[test]
fn compaction_is_killed_at_every_step() {
    check_kills(&[Task::Compact], 250);
}

#[test]
fn expiry_sweep_and_copy_are_killed_at_every_step() {
    check_kills(&REST, 20);
}
