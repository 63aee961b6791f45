//! Random lives of jobs, observed in every order and way, into a warehouse and into a map.

use std::collections::BTreeMap;

use lookback::ingest::{Counts, Ingested};
use lookback::model::{DAY, Instant, JobKey, JobKind, Steps};
use lookback::tables::{
    BACKUP_JOBS, COPY_JOBS, Cell, Column, ColumnType, Given, JOB_TRANSITIONS, Origin, RESTORE_JOBS,
    Row, SCAN_JOBS, Table, absence, settle,
};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::naive::{Key, Model, Outcome};
use crate::warehouse::{Warehouse, instant};

const REGIONS: [&str; 2] = ["eu-west-1", "us-east-1"];
const ACCOUNTS: [&str; 2] = ["111111111111", "222222222222"];
/// Jobs of a kind in one Region and account; each has a day of its own, over three months. The
/// last is so young that a restore test may still change.
const JOBS: usize = 4;
const DAYS_APART: i64 = 23;

/// The ways in which a job is seen; that it is seen no longer is [`absent`].
const ORIGINS: [Origin; 5] =
    [Origin::List, Origin::Describe, Origin::CliJson, Origin::AuditReport, Origin::Event];

/// The tables that are compared: the jobs', and the trail.
const TABLES: [&Table; 5] = [&BACKUP_JOBS, &COPY_JOBS, &RESTORE_JOBS, &SCAN_JOBS, &JOB_TRANSITIONS];

/// One sighting of one job.
fn observation() -> impl Strategy<Value = Row> {
    let place = (select(&JobKind::ALL), 0..JOBS, select(&REGIONS), select(&ACCOUNTS));
    // What a restore test is shows only when it is seen often, in every way.
    let test = Just((JobKind::Restore, JOBS - 1, REGIONS[0], ACCOUNTS[0]));
    let place = prop_oneof![3 => place, 1 => test];
    (place, select(&ORIGINS), 0..12_i64).prop_flat_map(
        |((kind, job, region, account), origin, hour)| {
            let columns = Table::of_jobs(kind).columns;
            let observed_at = instant("2026-03-20") + hour * DAY / 24;
            let source = ["a", "b"][job % 2];
            let cells: Vec<_> = columns.iter().map(|column| cell(column, origin)).collect();
            cells
                .prop_map(move |cells| {
                    let mut row = Row::new(Table::of_jobs(kind));
                    for (index, cell) in cells.into_iter().enumerate() {
                        *row.cell_mut(index) = cell;
                    }
                    row.set("region", Cell::text(region));
                    row.set("account_id", Cell::text(account));
                    row.set(row.table().key[2], Cell::text(format!("job-{job}")));
                    row.set("creation_date", Cell::Time(created(job, origin)));
                    settle(&mut row, source, origin, observed_at);
                    row
                })
                .boxed()
        },
    )
}

/// When a job was created; the first has the last milliseconds of its day, and events, which have
/// whole seconds, say less.
fn created(job: usize, origin: Origin) -> Instant {
    let day = i64::try_from(job).unwrap() * DAYS_APART;
    let micros = (instant("2025-12-31T23:59:59.987Z") + day * DAY).micros();
    Instant::from_micros(if origin == Origin::Event { micros - micros % 1_000_000 } else { micros })
}

/// A value out of few, so that observations often agree; NULL where `origin` cannot know it.
fn cell(column: &Column, origin: Origin) -> BoxedStrategy<Cell> {
    let is_brief = matches!(origin, Origin::AuditReport | Origin::Event);
    if column.given == Given::ByUs
        || (column.given == Given::DescribeOnly && matches!(origin, Origin::List | Origin::CliJson))
        || (column.name == "restore_testing_plan_arn" && is_brief)
    {
        return Just(Cell::Null).boxed();
    }
    let some = match (column.name, column.ty) {
        ("state" | "status", _) => {
            return select(vec!["CREATED", "RUNNING", "COMPLETED", "FAILED", "ODD"])
                .prop_map(Cell::text)
                .boxed();
        }
        ("validation_status", _) => {
            select(vec!["VALIDATING", "SUCCESSFUL", "TIMED_OUT"]).prop_map(Cell::text).boxed()
        }
        ("deletion_status", _) => {
            select(vec!["DELETING", "SUCCESSFUL", "FAILED"]).prop_map(Cell::text).boxed()
        }
        (_, ColumnType::Text) => Just(Cell::text("a")).boxed(),
        (_, ColumnType::Long) => Just(Cell::Long(0)).boxed(),
        (_, ColumnType::Bool) => any::<bool>().prop_map(Cell::Bool).boxed(),
        (_, ColumnType::Time) => Just(Cell::Time(instant("2026-03-19T01:02:03.004Z"))).boxed(),
        (_, ColumnType::TextMap) => Just(Cell::TextMap(vec![("k".into(), "v".into())])).boxed(),
        (_, ColumnType::LongMap) => select(vec![
            Cell::LongMap(vec![]),
            Cell::LongMap(vec![("FAILED".into(), 1), ("COMPLETED".into(), 2)]),
        ])
        .boxed(),
    };
    prop_oneof![9 => some, 1 => Just(Cell::Null)].boxed()
}

/// Imports, with duplicates within and across them, and absences of jobs that were seen.
pub(super) fn imports() -> impl Strategy<Value = Vec<Vec<Row>>> {
    let again = vec(any::<prop::sample::Index>(), 0..3);
    let gone = vec((any::<prop::sample::Index>(), 0..12_i64), 0..4);
    let import = (vec(observation(), 0..12), again, gone);
    vec(import, 1..6).prop_map(|imports| {
        let mut seen: Vec<Row> = Vec::new();
        let mut all = Vec::new();
        for (mut rows, again, gone) in imports {
            seen.extend(rows.iter().cloned());
            if !seen.is_empty() {
                rows.extend(again.iter().map(|index| seen[index.index(seen.len())].clone()));
                let gone = gone.into_iter().map(|(index, hour)| absent(index.get(&seen), hour));
                rows.extend(gone);
            }
            all.push(rows);
        }
        all
    })
}

/// At that hour AWS shows the job no longer.
fn absent(row: &Row, hour: i64) -> Row {
    let text = |column: &str| row.text(column).unwrap().to_owned();
    let key = JobKey {
        kind: row.table().kind.unwrap(),
        region: text("region"),
        account_id: text("account_id"),
        job_id: text(row.table().key[2]),
    };
    let created = row.time("creation_date").unwrap();
    absence(&key, created, &text("source"), instant("2026-03-20") + hour * DAY / 24)
}

/// What a run told in `job_transitions`; a job that is told twice fails.
fn told(transitions: Vec<Row>, run_id: &str) -> Outcome {
    let mut outcome = Outcome::default();
    for row in transitions {
        if row.text("run_id") != Some(run_id) {
            continue;
        }
        let text = |column: &str| row.text(column).map(str::to_owned);
        let kind = JobKind::from_name(row.text("kind").unwrap()).unwrap();
        let place = (text("region").unwrap(), text("account_id").unwrap());
        let key: Key = (kind, place.0, place.1, text("job_id").unwrap());
        let states = (text("from_state"), text("to_state"), row.get("observed_at").clone());
        let twice = outcome.transitions.insert(key, states);
        assert_eq!(twice, None, "told twice: {row:?}");
    }
    outcome
}

/// Each row is counted as read where it came from, and no place says more than there is.
#[track_caller]
fn check_places(rows: &[Row], ingested: &Ingested) {
    let mut read: BTreeMap<(String, String), u64> = BTreeMap::new();
    for row in rows {
        let text = |column: &str| row.text(column).unwrap().to_owned();
        *read.entry((text("source"), text("region"))).or_default() += 1;
    }
    let counted = ingested.by_place.iter().map(|(place, counts)| (place.clone(), counts.read));
    assert_eq!(counted.collect::<BTreeMap<_, _>>(), read);
    assert_eq!(ingested.by_place.values().copied().sum::<Counts>(), ingested.counts);
    for counts in ingested.by_place.values() {
        assert_eq!(counts.read, counts.new + counts.changed + counts.unchanged);
    }
}

#[track_caller]
fn check(imports: &[Vec<Row>]) {
    let warehouse = Warehouse::new();
    let mut model = Model::default();
    for (step, rows) in imports.iter().enumerate() {
        let now = instant("2026-04-01") + i64::try_from(step).unwrap() * DAY;
        let expected = model.import(rows);
        let ingested = warehouse.ingest(rows, now, &Steps::none()).unwrap();
        let counts = ingested.counts;
        let [jobs @ .., transitions] = warehouse.rows(TABLES);
        let mut got = told(transitions, &ingested.run_id);
        (got.new, got.changed, got.unchanged) = (counts.new, counts.changed, counts.unchanged);
        assert_eq!(got, expected, "import {step}");
        for (kind, rows) in JobKind::ALL.into_iter().zip(jobs) {
            assert_eq!(by_key(&rows), by_key(&model.rows(kind)), "{kind} jobs after import {step}");
        }
        assert_eq!(warehouse.open_jobs(), model.open_jobs(), "open jobs after import {step}");
        check_places(rows, &ingested);
        let files = warehouse.files_on_disk();
        let again = warehouse.ingest(rows, now, &Steps::none()).unwrap();
        let unchanged = (again.counts.new, again.counts.changed, again.snapshot);
        assert_eq!(unchanged, (0, 0, None), "import {step} again");
        assert_eq!(warehouse.files_on_disk(), files, "import {step} again");
    }
    warehouse.stored().unwrap();
}

/// Rows one line a job, so that a difference is readable.
fn by_key(rows: &[Row]) -> BTreeMap<String, Vec<String>> {
    let columns = |row: &Row| {
        let cells = row.table().columns.iter().zip(row.cells());
        let shown = cells.filter(|(_, cell)| !cell.is_null());
        shown.map(|(column, cell)| format!("{} = {cell:?}", column.name)).collect()
    };
    let key = |row: &Row| {
        let cells: Vec<_> = row.table().key.iter().map(|column| row.get(column)).collect();
        format!("{cells:?}")
    };
    let count = rows.len();
    let map: BTreeMap<String, _> = rows.iter().map(|row| (key(row), columns(row))).collect();
    assert_eq!(map.len(), count, "a key is there twice");
    map
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 24,
        max_shrink_iters: 200,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn a_warehouse_is_what_the_naive_model_says(imports in imports()) {
        check(&imports);
    }
}
