//! Upkeep: fewer files and the same answers, whoever reads or writes meanwhile.

mod maintain;
mod nights;
mod problems;
mod restore;
mod together;

use std::fs::File;
use std::path::Path;
use std::time::{Duration, UNIX_EPOCH};

use lookback::catalog::AsOf;
use lookback::error::Result;
use lookback::lake::Lake;
use lookback::model::{DAY, FixedClock, Instant, Steps};
use lookback::source::files::{Defaults, Found, read};
use lookback::tables::{self, Row};
use lookback::upkeep::{Finding, GRACE, Maintain, Options, Report, Task, Verify};
use serde_json::{Value, json};

use crate::crash::{State, state};
use crate::warehouse::{Warehouse, block_on, instant};

/// When January is old.
pub(crate) const SPRING: &str = "2026-03-20T04:00:00Z";

/// The rows of documents, as `lookback import` would make them.
pub(crate) fn rows_of(documents: &[Value], observed_at: Instant) -> Vec<Row> {
    let (region, account_id) = (None, None);
    let defaults = Defaults { region, account_id, source: "import".into(), observed_at };
    let mut rows = Vec::new();
    for document in documents {
        let bytes = document.to_string();
        let findings = read(bytes.as_bytes(), "night.json", &defaults, &mut |found| {
            if let Found::Row(row) = found {
                rows.push(row);
            }
            Ok(())
        });
        assert_eq!(findings.unwrap().bad, 0);
    }
    rows
}

/// What one night shows: scan jobs of two Regions, those of the day before ended, and a count.
pub(crate) fn night(day: u32, month: u32) -> (Vec<Value>, Instant) {
    let date = |day: u32| format!("2026-{month:02}-{day:02}");
    let scan = |region: &str, of: u32, job: u32| {
        let state = if of < day { "COMPLETED" } else { "RUNNING" };
        json!({"ScanJobId": format!("s-{month}-{of}-{job}"), "State": state,
               "CreationDate": format!("{}T0{job}:00:00Z", date(of)), "AccountId": "111111111111",
               "BackupVaultArn": format!("arn:aws:backup:{region}:111111111111:backup-vault:v")})
    };
    let mut jobs = Vec::new();
    for of in [day - 1, day] {
        jobs.extend([scan("eu-west-1", of, 1), scan("us-east-1", of, 2)]);
    }
    let count = json!({"AggregationPeriod": "ONE_DAY", "ScanJobSummaries": [
        {"StartTime": format!("{}T00:00:00Z", date(day - 1)), "State": "COMPLETED", "Count": 2,
         "EndTime": format!("{}T23:59:59Z", date(day - 1)), "Region": "eu-west-1"}]});
    (vec![json!({"ScanJobs": jobs}), count], instant(&format!("{}T04:00:00Z", date(day))))
}

/// A warehouse after some nights of January and one of March.
pub(crate) fn winter(days: std::ops::RangeInclusive<u32>) -> Warehouse {
    let warehouse = Warehouse::new();
    for (day, month) in days.map(|day| (day, 1)).chain([(18, 3)]) {
        let (documents, at) = night(day, month);
        warehouse.ingest(&rows_of(&documents, at), at, &Steps::none()).unwrap();
    }
    warehouse
}

/// Upkeep at an instant.
pub(crate) fn maintain(
    warehouse: &Warehouse,
    now: &str,
    options: &Options,
    steps: &Steps,
) -> Result<Report> {
    let now = instant(now);
    let lake = warehouse.open(now, steps)?;
    let (clock, steps, options) = (&FixedClock(now), steps.clone(), options.clone());
    block_on(Maintain { lake: &lake, clock, steps, options }.run())
}

/// Only these tasks, and files that nothing names go at once.
pub(crate) fn only(tasks: &[Task]) -> Options {
    Options { tasks: tasks.to_vec(), grace: 0, ..Options::default() }
}

/// A grace that no file is young enough for, whatever the machine's clock says.
pub(crate) const NO_GRACE: i64 = -100 * 366 * DAY;

/// What verifying finds; files that nothing names are found once they are older than `grace`.
pub(crate) fn findings(warehouse: &Warehouse, grace: i64) -> Vec<Finding> {
    let lake = Lake::open(&warehouse.path()).unwrap();
    let clock = &FixedClock(instant(SPRING));
    block_on(Verify { lake: &lake, clock, grace }.run()).unwrap().findings
}

/// Nothing is wrong with it, and there is no file that nothing names.
#[track_caller]
pub(crate) fn check_whole(warehouse: &Warehouse) {
    let findings = findings(warehouse, NO_GRACE);
    assert!(findings.is_empty(), "{findings:#?}");
}

/// Nothing is wrong with it but what somebody who was killed may have left.
#[track_caller]
pub(crate) fn check_sound(warehouse: &Warehouse) {
    let findings = findings(warehouse, GRACE);
    assert!(findings.is_empty(), "{findings:#?}");
}

/// When a catalog is restored.
pub(crate) const LATER: &str = "2026-03-22T04:00:00Z";

/// A warehouse with a copy of its catalog, and one more night after it; and its state before that.
pub(crate) fn copied() -> (Warehouse, State) {
    let warehouse = winter(2..=6);
    maintain(&warehouse, SPRING, &only(&[Task::Copy]), &Steps::none()).unwrap();
    let then = state(&warehouse);
    let (documents, at) = night(21, 3);
    warehouse.ingest(&rows_of(&documents, at), at, &Steps::none()).unwrap();
    assert_ne!(state(&warehouse), then);
    (warehouse, then)
}

/// The number of live files of each table that has any.
pub(crate) fn live_files(warehouse: &Warehouse) -> Vec<(&'static str, usize)> {
    let lake = Lake::open(&warehouse.path()).unwrap();
    let snapshot = lake.catalog.snapshot(AsOf::Latest).unwrap();
    let count = |table: &'static tables::Table| {
        (table.name, lake.catalog.files(table, snapshot).unwrap().len())
    };
    tables::ALL.map(count).into_iter().filter(|(_, count)| *count > 0).collect()
}

/// Lets a file look as if it had last been changed at that instant.
pub(crate) fn age(path: &Path, changed: &str) {
    let since = Duration::from_micros(instant(changed).micros().unsigned_abs());
    File::options().write(true).open(path).unwrap().set_modified(UNIX_EPOCH + since).unwrap();
}
