//! A full export and all incremental ones after it, merged by key, are a full export of the end.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use lookback::catalog::AsOf;
use lookback::engine::{Asker, Engine, Limits};
use lookback::error::Result;
use lookback::export::{Dataset, Export, MANIFEST, Place, Progress, Rows, Shape, Staging};
use lookback::lake::Lake;
use lookback::model::{DAY, HOUR, Instant, Reach, Steps};
use lookback::output::Format;
use lookback::tables::{self, AWS_JOB_SUMMARIES, Cell, Row};
use proptest::prelude::*;
use serde_json::Value;
use tempfile::TempDir;
use tokio::runtime::Handle;

use super::model::imports;
use super::organisation::{Night, small, source};
use crate::warehouse::{Warehouse, block_on, instant};

/// The rows of each table by their key.
type Tables = BTreeMap<String, BTreeMap<String, Value>>;

/// Exports all tables of the newest snapshot, or what changed in them, and gives the snapshot.
fn export(warehouse: &Warehouse, since: Option<i64>, target: &Path, steps: &Steps) -> Result<i64> {
    let lake = Lake::open(&warehouse.path())?;
    let asker = Asker::at(Instant::from_micros(0));
    let shape = Shape {
        format: Format::Ndjson,
        partition_by: vec!["region".to_owned()],
        file_bytes_max: Some(10_000),
    };
    let rows = Rows { changed_only: since.is_some(), ..Rows::default() };
    block_on(async {
        let engine = Engine::open(&lake, AsOf::Latest, Limits::default(), asker).await?;
        let changed_since = since.map(|it| engine.show_changes(AsOf::Snapshot(it))).transpose()?;
        let mut datasets = Vec::new();
        for table in tables::ALL {
            let dataset = Dataset::table(&engine, table.name, rows, &shape.partition_by);
            datasets.push(dataset.await?);
        }
        let staging = Staging::begin(&Place::Folder(target.to_owned()), false, steps)?;
        let (snapshot, threads) = (engine.snapshot().id, Handle::current());
        let engine = Arc::new(engine);
        let export = Export { engine, threads, datasets, rows, changed_since, shape };
        export.to_folder(staging, &Progress::default()).await?;
        Ok(snapshot)
    })
}

/// What an export holds, by the keys that its manifest names.
fn read(target: &Path) -> Tables {
    let manifest: Value =
        serde_json::from_str(&fs::read_to_string(target.join(MANIFEST)).unwrap()).unwrap();
    let mut tables = Tables::new();
    for table in manifest["tables"].as_array().unwrap() {
        let key = table["key"].as_array().unwrap();
        let rows = tables.entry(table["name"].as_str().unwrap().to_owned()).or_default();
        let mut count = 0;
        for file in table["files"].as_array().unwrap() {
            let path = file["path"].as_str().unwrap();
            let region = path.split('/').nth(1).unwrap().strip_prefix("region=").unwrap();
            for line in fs::read_to_string(target.join(path)).unwrap().lines() {
                let mut row: Value = serde_json::from_str(line).unwrap();
                row["region"] = region.into();
                let key: Vec<_> = key.iter().map(|column| &row[column.as_str().unwrap()]).collect();
                rows.insert(serde_json::to_string(&key).unwrap(), row);
                count += 1;
            }
        }
        assert_eq!(rows.len(), count, "a key is there twice in {}", table["name"]);
        assert_eq!(table["rows"], count);
    }
    tables
}

/// A consumer that took one full export, and since then only what changed.
struct Consumer {
    folder: TempDir,
    exports: usize,
    snapshot: Option<i64>,
    held: Tables,
}

impl Consumer {
    fn new() -> Self {
        let folder = TempDir::with_prefix("lookback-exports-").unwrap();
        Self { folder, exports: 0, snapshot: None, held: Tables::new() }
    }

    fn export(&mut self, warehouse: &Warehouse, since: Option<i64>) -> (i64, Tables) {
        self.exports += 1;
        let target = self.folder.path().join(self.exports.to_string());
        let snapshot = export(warehouse, since, &target, &Steps::none()).unwrap();
        (snapshot, read(&target))
    }

    /// Takes what changed, and nothing else; then holds what the warehouse holds.
    #[track_caller]
    fn follow(&mut self, warehouse: &Warehouse) {
        let (snapshot, changed) = self.export(warehouse, self.snapshot);
        for (table, rows) in changed {
            let held = self.held.entry(table).or_default();
            for (key, row) in rows {
                assert_ne!(held.get(&key), Some(&row), "it has not changed");
                held.insert(key, row);
            }
        }
        self.snapshot = Some(snapshot);
        let (of_all, all) = self.export(warehouse, None);
        assert_eq!(of_all, snapshot);
        assert_eq!(self.held, all);
    }
}

#[track_caller]
fn check(imports: &[Vec<Row>], skipped: &[bool]) {
    let warehouse = Warehouse::new();
    let mut consumer = Consumer::new();
    for (step, rows) in imports.iter().enumerate() {
        let now = instant("2026-04-01") + i64::try_from(step).unwrap() * DAY;
        warehouse.ingest(rows, now, &Steps::none()).unwrap();
        if !skipped[step % skipped.len()] {
            consumer.follow(&warehouse);
        }
    }
    consumer.follow(&warehouse);
    let (_, nothing) = consumer.export(&warehouse, consumer.snapshot);
    assert!(nothing.values().all(BTreeMap::is_empty), "{nothing:?}");
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 12,
        max_shrink_iters: 100,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn what_changed_since_each_snapshot_is_all_that_changed(
        imports in imports(),
        skipped in prop::collection::vec(any::<bool>(), 1..4),
    ) {
        check(&imports, &skipped);
    }
}

#[test]
fn nights_are_followed_in_every_table() {
    let config = small(7, 2, 12);
    let sources = [source(&config, "s", Reach::Organization)];
    let warehouse = Warehouse::new();
    let mut consumer = Consumer::new();
    for night in 0..4 {
        let at = instant("2026-03-01T02:00:00Z") + night * DAY;
        let report = block_on(Night::quiet(at).ingest(&warehouse, &config, &sources));
        assert!(report.unwrap().problems.is_empty());
        consumer.follow(&warehouse);
    }
    for table in tables::ALL {
        assert!(!consumer.held[table.name].is_empty(), "{}", table.name);
    }
}

/// What AWS said at an hour of the jobs that failed on a day.
fn reading(count: i64, hour: i64) -> Row {
    let day = instant("2026-03-01");
    let mut row = Row::new(&AWS_JOB_SUMMARIES);
    for (column, text) in [
        ("kind", "backup"),
        ("aggregation_period", "ONE_DAY"),
        ("region", "eu-west-1"),
        ("account_id", "111111111111"),
        ("state", "FAILED"),
        ("source", "s"),
        ("origin", "list"),
    ] {
        row.set(column, Cell::text(text));
    }
    row.set("count", Cell::Long(count));
    row.set("start_time", Cell::Time(day));
    row.set("end_time", Cell::Time(day + DAY));
    row.set("observed_at", Cell::Time(day + DAY + hour * HOUR));
    row
}

#[test]
fn a_reading_that_a_later_one_replaced_has_changed() {
    let warehouse = Warehouse::new();
    let mut consumer = Consumer::new();
    for (hour, count) in [(1, 7), (2, 8), (3, 8), (4, 9)] {
        let now = instant("2026-03-02") + hour * HOUR;
        warehouse.ingest(&[reading(count, hour)], now, &Steps::none()).unwrap();
        consumer.follow(&warehouse);
    }
    let readings = consumer.held["aws_job_summaries"].values();
    let mut shown: Vec<_> =
        readings.map(|row| format!("{} until {}", row["count"], row["replaced_at"])).collect();
    shown.sort();
    let expected = ["7 until \"2026-03-02T02:00:00Z\"", "8 until \"2026-03-02T04:00:00Z\""];
    assert_eq!(shown, [expected[0], expected[1], "9 until null"]);
}

#[test]
fn an_export_that_fails_at_any_step_leaves_nothing() {
    let warehouse = Warehouse::new();
    warehouse.ingest(&[reading(7, 1)], instant("2026-03-02"), &Steps::none()).unwrap();
    let folder = TempDir::with_prefix("lookback-exports-").unwrap();
    let target = folder.path().join("out");
    let entries = || fs::read_dir(folder.path()).unwrap().count();
    for step in 1.. {
        let done = export(&warehouse, None, &target, &Steps::failing_at(step));
        let is_placed = target.exists();
        assert_eq!(entries(), usize::from(is_placed), "after step {step}");
        if done.is_ok() {
            assert!(is_placed && step > 15, "only {step} steps");
            return;
        }
        if is_placed {
            // It failed when all was done but making the place last.
            read(&target);
            fs::remove_dir_all(&target).unwrap();
        }
    }
}
