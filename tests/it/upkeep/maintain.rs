//! The tasks of upkeep, one by one and together.

use std::fs;

use arrow::array::RecordBatch;
use lookback::catalog::{AsOf, Expired};
use lookback::engine::{Asker, Engine, Limits};
use lookback::lake::Lake;
use lookback::model::{FixedClock, Instant, Steps};
use lookback::upkeep::{Options, Report, Task, Work};
use serde_json::json;

use super::{SPRING, age, check_whole, live_files, maintain, night, only, rows_of, winter};
use crate::crash::state;
use crate::warehouse::{Warehouse, block_on, instant};

/// Upkeep in spring: the state is the same before and after.
#[track_caller]
fn keep_up(warehouse: &Warehouse, options: &Options) -> Report {
    let before = state(warehouse);
    let report = maintain(warehouse, SPRING, options, &Steps::none()).unwrap();
    assert_eq!(state(warehouse), before);
    assert!(report.problems.is_empty(), "{:?}", report.problems);
    check_whole(warehouse);
    report
}

fn sizes(warehouse: &Warehouse) -> u64 {
    let data = warehouse.path().join("data");
    let size = |path: &String| fs::metadata(data.join(path)).unwrap().len();
    warehouse.files_on_disk().iter().map(size).sum()
}

#[test]
fn an_old_month_becomes_a_file_a_table_and_a_young_one_stays() {
    let warehouse = winter(2..=12);
    let before = live_files(&warehouse);
    assert_eq!(before, [("scan_jobs", 28), ("aws_job_summaries", 12), ("job_transitions", 12)]);
    let report = keep_up(&warehouse, &only(&[Task::Compact]));
    let [Work::Compacted { files: 46, into_files: 3, bytes, into_bytes }] = report.work[..] else {
        panic!("{report:?}")
    };
    assert!(into_bytes.unwrap() * 3 < bytes, "{bytes} became {into_bytes:?}");
    let after = live_files(&warehouse);
    assert_eq!(after, [("scan_jobs", 5), ("aws_job_summaries", 2), ("job_transitions", 2)]);
    let again = keep_up(&warehouse, &only(&[Task::Compact])).work;
    let nothing = Work::Compacted { files: 0, bytes: 0, into_files: 0, into_bytes: Some(0) };
    assert_eq!(again, [nothing]);
}

#[test]
fn a_large_month_becomes_files_of_a_bounded_size_that_lie_one_after_the_other() {
    let warehouse = winter(2..=12);
    let options = Options { file_rows: 10, ..only(&[Task::Compact]) };
    keep_up(&warehouse, &options);
    let lake = Lake::open(&warehouse.path()).unwrap();
    let snapshot = lake.catalog.snapshot(AsOf::Latest).unwrap();
    let files = lake.catalog.files(&lookback::tables::SCAN_JOBS, snapshot).unwrap();
    let time = lookback::tables::SCAN_JOBS.index("creation_date");
    let mut spans: Vec<_> = files
        .iter()
        .map(|file| {
            let bounds = file.columns[time].clone().unwrap();
            (bounds.min.unwrap(), bounds.max.unwrap(), file.record_count)
        })
        .filter(|(min, _, _)| min.starts_with("2026-01"))
        .collect();
    spans.sort();
    assert_eq!(spans.iter().map(|span| span.2).collect::<Vec<_>>(), [8, 8, 8]);
    assert!(spans.windows(2).all(|pair| pair[0].1 <= pair[1].0), "{spans:?}");
}

#[test]
fn a_job_of_a_compacted_month_changes_by_copy_on_write() {
    let warehouse = winter(2..=12);
    keep_up(&warehouse, &Options { file_rows: 10, ..only(&[Task::Compact]) });
    let vault = "arn:aws:backup:eu-west-1:111111111111:backup-vault:v";
    let late = json!({"ScanJobs": [
        {"ScanJobId": "s-1-5-1", "State": "COMPLETED", "CreationDate": "2026-01-05T01:00:00Z",
         "AccountId": "111111111111", "BackupVaultArn": vault, "ResourceName": "late"},
        {"ScanJobId": "new", "State": "COMPLETED", "CreationDate": "2026-01-05T09:00:00Z",
         "AccountId": "111111111111", "BackupVaultArn": vault}]});
    let at = instant("2026-03-19");
    let before = live_files(&warehouse);
    let rows = rows_of(&[late], at);
    let ingested = warehouse.ingest(&rows, at, &Steps::none()).unwrap();
    assert_eq!((ingested.counts.changed, ingested.counts.new), (1, 1));
    // One file was rewritten, and one came.
    let after = live_files(&warehouse);
    assert_eq!((after[0].1, before[0].1), (before[0].1 + 1, 7));
    keep_up(&warehouse, &only(&Task::ALL));
    assert_eq!(warehouse.ingest(&rows, at, &Steps::none()).unwrap().snapshot, None);
}

#[test]
fn snapshots_go_with_the_files_that_only_they_name() {
    let warehouse = winter(2..=12);
    let before = warehouse.files_on_disk().len();
    let report = keep_up(&warehouse, &only(&[Task::Expire]));
    // The bare one, that of the tables, and those of January but the last: in force until March.
    let [Work::Expired(Expired { snapshots: 12, files, .. })] = report.work[..] else {
        panic!("{report:?}")
    };
    assert!(files > 10, "{files}");
    assert_eq!(warehouse.files_on_disk().len(), before, "expiring deletes nothing");
    let swept = keep_up(&warehouse, &only(&[Task::Sweep]));
    let [Work::Swept { files: gone, left_over: 0, .. }] = swept.work[..] else {
        panic!("{swept:?}")
    };
    assert_eq!((gone, warehouse.files_on_disk().len() as u64), (files, before as u64 - files));
    let catalog = Lake::open(&warehouse.path()).unwrap().catalog;
    let oldest = catalog.snapshot(AsOf::Time(instant("2026-01-10"))).unwrap_err();
    assert_eq!(oldest.chain(), "there is no snapshot as old as 2026-01-10T00:00:00Z");
    assert!(catalog.snapshot(AsOf::Time(instant("2026-02-20"))).is_ok());
}

#[test]
fn every_instant_that_is_kept_answers_as_before() {
    let warehouse = winter(2..=12);
    let count = |at: &str| {
        let lake = Lake::open(&warehouse.path()).unwrap();
        let asker = Asker::at(Instant::from_micros(0));
        let as_of = AsOf::Time(instant(at));
        let engine = block_on(Engine::open(&lake, as_of, Limits::default(), asker)).unwrap();
        let sql = "SELECT state, count(*) FROM scan_jobs GROUP BY state ORDER BY state";
        format!("{:?}", block_on(engine.query(sql)).unwrap())
    };
    let instants = ["2026-02-13T04:00:00Z", "2026-03-18T03:59:59Z", "2026-03-18T04:00:00Z"];
    let before = instants.map(count);
    assert_ne!(before[1], before[2]);
    keep_up(&warehouse, &only(&Task::ALL));
    keep_up(&warehouse, &only(&Task::ALL));
    assert_eq!(instants.map(count), before);
}

#[test]
fn a_reader_that_began_before_reads_on() {
    let warehouse = winter(2..=12);
    let lake = Lake::open(&warehouse.path()).unwrap();
    let asker = Asker::at(Instant::from_micros(0));
    let open = Engine::open(&lake, AsOf::Latest, Limits::default(), asker);
    let engine = block_on(open).unwrap();
    // What nothing names stays a day: no query is as long.
    let grace = Options { keep: 0, ..Options::default() };
    maintain(&warehouse, SPRING, &grace, &Steps::none()).unwrap();
    maintain(&warehouse, SPRING, &grace, &Steps::none()).unwrap();
    let rows = block_on(engine.query("SELECT * FROM scan_jobs")).unwrap();
    assert_eq!(rows.iter().map(RecordBatch::num_rows).sum::<usize>(), 28);
}

#[test]
fn what_killed_runs_left_goes_after_a_day() {
    let warehouse = winter(2..=4);
    let folder = warehouse.path().join("data/main/scan_jobs/year=2026/month=1");
    let left = ["lookback-old.parquet", "lookback-old.parquet#1", "lookback-young.parquet"];
    let of_others = ["notes.txt", "ducklake-old.parquet"];
    for name in left.iter().chain(&of_others) {
        fs::write(folder.join(name), "left").unwrap();
        age(&folder.join(name), "2026-03-19T04:00:00Z");
    }
    age(&folder.join(left[2]), "2026-03-19T04:00:01Z");
    let options = Options { tasks: vec![Task::Sweep], ..Options::default() };
    let report = maintain(&warehouse, SPRING, &options, &Steps::none()).unwrap();
    assert_eq!(report.work, [Work::Swept { files: 2, bytes: 8, left_over: 2 }]);
    let there = |name: &str| folder.join(name).exists();
    assert_eq!(left.map(there), [false, false, true]);
    assert!(of_others.iter().all(|name| there(name)), "what is not ours is not touched");
}

#[test]
fn a_dry_run_says_what_is_then_done() {
    let warehouse = winter(2..=12);
    let options = only(&Task::ALL);
    let before = (sizes(&warehouse), fs::read(warehouse.path().join("catalog.sqlite")).unwrap());
    let lake = Lake::open(&warehouse.path()).unwrap();
    let clock = FixedClock(instant(SPRING));
    let said = options.preview(&lake, &clock).unwrap().work;
    let after = (sizes(&warehouse), fs::read(warehouse.path().join("catalog.sqlite")).unwrap());
    assert_eq!(before, after);
    let done = keep_up(&warehouse, &only(&[Task::Compact])).work;
    let [Work::Compacted { files, bytes, into_files, into_bytes: None }] = said[..1] else {
        panic!("{said:?}")
    };
    let [Work::Compacted { files: a, bytes: b, into_files: c, .. }] = done[..] else {
        panic!("{done:?}")
    };
    assert_eq!((files, bytes, into_files), (a, b, c));
    for (place, task) in Task::ALL.into_iter().enumerate().skip(1) {
        let said = options.preview(&lake, &clock).unwrap().work;
        let done = keep_up(&warehouse, &only(&[task])).work;
        assert_eq!(said[place], done[0], "{task:?}");
    }
}

#[test]
fn what_there_is_no_time_for_is_put_off() {
    let warehouse = winter(2..=4);
    let options = Options { budget: Some(std::time::Duration::ZERO), ..only(&Task::ALL) };
    let report = maintain(&warehouse, SPRING, &options, &Steps::none()).unwrap();
    // No night ends without a copy.
    let copied = Work::Copied { name: "catalog-2026-03-20.sqlite".into(), removed: 0 };
    assert_eq!((report.work, report.put_off), (vec![copied], Task::ALL[..4].to_vec()));
}

#[test]
fn copies_are_one_a_day_and_bounded() {
    let warehouse = winter(2..=4);
    let copies = || -> Vec<String> {
        let folder = fs::read_dir(warehouse.path().join("backups")).unwrap();
        let mut names: Vec<_> =
            folder.map(|it| it.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    };
    for day in [10, 11, 11, 12, 13] {
        let now = format!("2026-03-{day}T04:00:00Z");
        let options = Options { copies: 3, ..only(&[Task::Copy]) };
        maintain(&warehouse, &now, &options, &Steps::none()).unwrap();
    }
    let names = [11, 12, 13].map(|day| format!("catalog-2026-03-{day}.sqlite"));
    assert_eq!(copies(), names);
}

#[test]
fn the_catalog_gives_back_what_it_no_longer_needs() {
    let warehouse = winter(2..=28);
    keep_up(&warehouse, &only(&[Task::Compact]));
    keep_up(&warehouse, &Options { keep: 0, ..only(&[Task::Expire]) });
    let size = || fs::metadata(warehouse.path().join("catalog.sqlite")).unwrap().len();
    let before = size();
    let report = keep_up(&warehouse, &only(&[Task::Vacuum]));
    let [Work::Vacuumed { bytes, freed: Some(freed) }] = report.work[..] else {
        panic!("{report:?}")
    };
    assert_eq!(bytes, before);
    assert!(size() <= before - freed + 8192, "{before} less {freed} is {}", size());
}

#[test]
fn a_run_of_upkeep_is_in_the_ledger() {
    let warehouse = winter(2..=12);
    keep_up(&warehouse, &Options::default());
    let lake = Lake::open(&warehouse.path()).unwrap();
    let table = lookback::tables::Table::of_ops("runs").unwrap();
    let rows = lake.catalog.ops(table).unwrap();
    let rows: Vec<_> =
        rows.iter().flat_map(|it| lookback::tables::rows(table, it).unwrap()).collect();
    let last = rows.last().unwrap();
    let words = ["command", "status", "detail"].map(|column| last.text(column).unwrap());
    assert_eq!(words, ["maintain", "done", "compact,expire,sweep,vacuum,copy"]);
    let (_, at) = night(18, 3);
    assert!(last.time("started_at").unwrap() > at);
}

#[test]
fn a_warehouse_without_digests_is_brought_up_to_date() {
    let warehouse = winter(2..=4);
    let catalog = rusqlite::Connection::open(warehouse.path().join("catalog.sqlite")).unwrap();
    let older = "DROP TABLE lookback_file_digest;
        UPDATE ducklake_metadata SET value = '3' WHERE key = 'lookback_version'";
    catalog.execute_batch(older).unwrap();
    check_whole(&warehouse);
    keep_up(&warehouse, &only(&[Task::Compact]));
    let digests = "SELECT count(*) FROM lookback_file_digest";
    let digests: u64 = catalog.query_row(digests, [], |row| row.get(0)).unwrap();
    assert_eq!(digests, 3);
}
