//! What stands in the way of one task, and what the others then do.

use std::fs;
use std::os::unix::fs::symlink;

use lookback::catalog::Expired;
use lookback::error::Kind;
use lookback::model::Steps;
use lookback::upkeep::{Check, Report, Task, Work};
use rusqlite::Connection;

use super::{NO_GRACE, SPRING, age, check_whole, findings, live_files, maintain, only, winter};
use crate::warehouse::Warehouse;

const JANUARY: &str = "data/main/scan_jobs/year=2026/month=1";

#[track_caller]
fn keep_up(warehouse: &Warehouse) -> Report {
    maintain(warehouse, SPRING, &only(&Task::ALL), &Steps::none()).unwrap()
}

fn problems(report: &Report) -> Vec<Kind> {
    report.problems.iter().map(lookback::error::Error::kind).collect()
}

/// A file of ours that nothing names, long since.
fn leave(warehouse: &Warehouse, name: &str) -> String {
    let file = warehouse.path().join(JANUARY).join(name);
    fs::write(&file, "left").unwrap();
    age(&file, "2026-03-19T03:00:00Z");
    file.display().to_string()
}

#[test]
fn a_file_that_is_gone_keeps_only_its_own_month_from_being_merged() {
    let warehouse = winter(2..=12);
    let live = |table: &str| live_files(&warehouse).iter().find(|it| it.0 == table).unwrap().1;
    let before = live("scan_jobs");
    let catalog = Connection::open(warehouse.path().join("catalog.sqlite")).unwrap();
    let sql = "SELECT f.path FROM ducklake_data_file AS f JOIN ducklake_table AS t USING (table_id)
        WHERE t.table_name = 'scan_jobs' AND f.end_snapshot IS NULL AND f.path LIKE '%month=1/%'";
    let path: String = catalog.query_row(sql, [], |row| row.get(0)).unwrap();
    fs::remove_file(warehouse.path().join("data/main/scan_jobs").join(path)).unwrap();
    let report = keep_up(&warehouse);
    assert_eq!(problems(&report), [Kind::Corrupt]);
    let [
        Work::Compacted { into_files: 2, .. },
        Work::Expired(Expired { snapshots: 12, .. }),
        Work::Swept { .. },
        Work::Vacuumed { .. },
        Work::Copied { .. },
    ] = report.work[..]
    else {
        panic!("{report:?}")
    };
    let after = ["scan_jobs", "aws_job_summaries", "job_transitions"].map(live);
    assert_eq!(after, [before, 2, 2]);
}

#[test]
fn a_task_that_fails_keeps_no_other_from_being_done() {
    let warehouse = winter(2..=12);
    fs::write(warehouse.path().join("backups"), "no folder").unwrap();
    let report = keep_up(&warehouse);
    assert_eq!(problems(&report), [Kind::Io, Kind::Io]);
    let [Work::Compacted { .. }, Work::Expired(_), Work::Vacuumed { .. }] = report.work[..] else {
        panic!("{report:?}")
    };
    let copy = only(&[Task::Copy]);
    let nothing = maintain(&warehouse, SPRING, &copy, &Steps::none()).unwrap_err();
    assert_eq!(nothing.kind(), Kind::Io);
}

#[test]
fn files_that_cannot_be_removed_keep_no_other_from_going() {
    let warehouse = winter(2..=12);
    let left = leave(&warehouse, "lookback-left.parquet");
    let sweep = only(&[Task::Sweep]);
    let before_that = only(&[Task::Compact, Task::Expire]);
    maintain(&warehouse, SPRING, &before_that, &Steps::none()).unwrap();
    // Folders took the places of two files that are to be deleted: not even root removes them.
    let due = |catalog: &Connection| {
        let sql = "SELECT path FROM ducklake_files_scheduled_for_deletion ORDER BY path";
        let mut query = catalog.prepare(sql).unwrap();
        let paths = query.query_map([], |row| row.get::<_, String>(0)).unwrap();
        paths.map(Result::unwrap).collect::<Vec<_>>()
    };
    let catalog = Connection::open(warehouse.path().join("catalog.sqlite")).unwrap();
    let before = due(&catalog);
    assert!(before.len() > 2, "{before:?}");
    let stuck = [&before[0], &before[2]].map(|path| warehouse.path().join("data").join(path));
    for file in &stuck {
        fs::remove_file(file).unwrap();
        fs::create_dir(file).unwrap();
    }
    let report = maintain(&warehouse, SPRING, &sweep, &Steps::none()).unwrap();
    assert_eq!(problems(&report), [Kind::Io]);
    assert_eq!(report.problems[0].hint(), Some("2 files cannot be removed: this is the first"));
    let [Work::Swept { files, .. }] = report.work[..] else { panic!("{report:?}") };
    assert_eq!(files, before.len() as u64 - 2 + 1);
    assert!(!fs::exists(&left).unwrap());
    assert_eq!(due(&catalog), [before[0].clone(), before[2].clone()]);
    for file in stuck {
        fs::remove_dir(file).unwrap();
    }
    assert!(maintain(&warehouse, SPRING, &sweep, &Steps::none()).unwrap().is_well());
    assert_eq!(due(&catalog), [] as [String; 0]);
}

#[test]
fn nothing_goes_while_a_catalog_in_backups_cannot_be_read() {
    for name in ["catalog-2026-03-19.sqlite", "replaced-2026-03-19T04-00-00Z.sqlite"] {
        let warehouse = winter(2..=4);
        leave(&warehouse, "lookback-left.parquet");
        let backups = warehouse.path().join("backups");
        fs::create_dir(&backups).unwrap();
        fs::write(backups.join(name), "damaged").unwrap();
        let before = warehouse.files_on_disk();
        let found = findings(&warehouse, NO_GRACE);
        let found: Vec<_> = found.iter().map(|it| (it.check, it.can_be_mended())).collect();
        assert_eq!(found, [(Check::ExtraFile, false), (Check::UnreadableCopy, false)]);
        maintain(&warehouse, SPRING, &only(&[Task::Expire]), &Steps::none()).unwrap();
        let report = keep_up(&warehouse);
        assert_eq!(problems(&report), [Kind::Corrupt]);
        assert!(report.problems[0].chain().contains(name), "{report:?}");
        assert!(before.is_subset(&warehouse.files_on_disk()));
        fs::remove_file(backups.join(name)).unwrap();
        assert!(keep_up(&warehouse).is_well());
        check_whole(&warehouse);
    }
}

#[test]
fn a_file_that_a_table_of_another_tool_names_by_its_absolute_path_stays() {
    let warehouse = winter(2..=4);
    let file = leave(&warehouse, "lookback-named.parquet");
    let catalog = Connection::open(warehouse.path().join("catalog.sqlite")).unwrap();
    let sql = "INSERT INTO ducklake_data_file VALUES (900, 900, 2, NULL, NULL, ?1, 0, 'parquet', 1,
         4, 4, 0, NULL, NULL, NULL, NULL)";
    catalog.execute(sql, [&file]).unwrap();
    catalog.execute("UPDATE ducklake_snapshot SET next_file_id = 999", []).unwrap();
    check_whole(&warehouse);
    maintain(&warehouse, SPRING, &only(&[Task::Sweep]), &Steps::none()).unwrap();
    assert!(fs::exists(file).unwrap());
}

#[test]
fn a_file_is_missing_only_if_it_is_not_there() {
    let warehouse = winter(2..=4);
    // What a link leads to is read, and is not found by looking through the folders.
    let (month, elsewhere) = (warehouse.path().join(JANUARY), warehouse.path().join("elsewhere"));
    fs::rename(&month, &elsewhere).unwrap();
    symlink(&elsewhere, &month).unwrap();
    check_whole(&warehouse);
}
