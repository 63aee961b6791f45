//! Coming back from a copy of the catalog.

use std::fs;

use lookback::error::Kind;
use lookback::model::Steps;
use lookback::upkeep::{Options, Task, restore};

use super::{SPRING, check_whole, maintain, night, only, rows_of, winter};
use crate::crash::state;
use crate::warehouse::{Warehouse, instant};

/// A warehouse with a copy of its catalog, and one more night after it.
fn copied() -> (Warehouse, crate::crash::State) {
    let warehouse = winter(2..=6);
    maintain(&warehouse, SPRING, &only(&[Task::Copy]), &Steps::none()).unwrap();
    let then = state(&warehouse);
    let (documents, at) = night(21, 3);
    warehouse.ingest(&rows_of(&documents, at), at, &Steps::none()).unwrap();
    assert_ne!(state(&warehouse), then);
    (warehouse, then)
}

const LATER: &str = "2026-03-22T04:00:00Z";

#[test]
fn the_copy_takes_the_place_of_a_catalog_that_is_gone_or_damaged() {
    for damage in [None, Some("")] {
        let (warehouse, then) = copied();
        let catalog = warehouse.path().join("catalog.sqlite");
        match damage {
            None => fs::remove_file(&catalog).unwrap(),
            Some(text) => fs::write(&catalog, text).unwrap(),
        }
        let restored = restore(&warehouse.path(), None, instant(LATER), &Steps::none()).unwrap();
        assert_eq!(restored.replaced.is_some(), damage.is_some());
        assert_eq!(state(&warehouse), then);
        check_whole(&warehouse);
        // The night that was lost is read again.
        let (documents, at) = night(21, 3);
        let ingested = warehouse.ingest(&rows_of(&documents, at), at, &Steps::none()).unwrap();
        assert!(ingested.counts.new > 0);
    }
}

#[test]
fn the_replaced_catalog_and_its_files_are_kept() {
    let (warehouse, then) = copied();
    let now = state(&warehouse);
    let restored = restore(&warehouse.path(), None, instant(LATER), &Steps::none()).unwrap();
    assert_eq!(state(&warehouse), then);
    // Long after, upkeep still spares what the replaced catalog names.
    let far = "2028-01-01T00:00:00Z";
    maintain(&warehouse, far, &only(&Task::ALL), &Steps::none()).unwrap();
    let replaced = restored.replaced.unwrap();
    restore(&warehouse.path(), Some(&replaced), instant(far), &Steps::none()).unwrap();
    assert_eq!(state(&warehouse), now);
}

#[test]
fn a_copy_whose_files_are_gone_changes_nothing() {
    let (warehouse, _) = copied();
    let before = state(&warehouse);
    let copy = fs::read_dir(warehouse.path().join("backups")).unwrap().next().unwrap().unwrap();
    let catalog = rusqlite::Connection::open(copy.path()).unwrap();
    catalog.execute_batch("UPDATE ducklake_data_file SET path = 'gone.parquet'").unwrap();
    drop(catalog);
    let refused = restore(&warehouse.path(), None, instant(LATER), &Steps::none()).unwrap_err();
    assert_eq!(refused.kind(), Kind::Corrupt);
    assert!(refused.to_string().contains("\"main/aws_job_summaries/gone.parquet\""), "{refused}");
    assert_eq!(state(&warehouse), before);
    let left: Vec<_> = fs::read_dir(warehouse.path()).unwrap().collect();
    assert_eq!(left.len(), 4, "{left:?}");
}

#[test]
fn nothing_is_restored_while_another_writes() {
    let (warehouse, _) = copied();
    let _writer = warehouse.open(instant(LATER), &Steps::none()).unwrap();
    let refused = restore(&warehouse.path(), None, instant(LATER), &Steps::none()).unwrap_err();
    assert_eq!(refused.kind(), Kind::Busy);
}

#[test]
fn snapshots_of_the_copy_whose_files_were_swept_are_expired() {
    let (warehouse, then) = copied();
    // Until then only older snapshots named what goes now.
    let options = Options { keep: 0, ..only(&[Task::Expire, Task::Sweep]) };
    maintain(&warehouse, LATER, &options, &Steps::none()).unwrap();
    restore(&warehouse.path(), None, instant(LATER), &Steps::none()).unwrap();
    assert_eq!(state(&warehouse), then);
    check_whole(&warehouse);
}

#[test]
fn a_restore_that_fails_at_any_step_leaves_the_old_catalog_or_the_new_one() {
    let (start, then) = copied();
    let before = state(&start);
    for step in 1..100 {
        let left = start.copy();
        match restore(&left.path(), None, instant(LATER), &Steps::failing_at(step)) {
            Ok(_) => {
                assert!(step > 5, "only {step} steps");
                return;
            }
            Err(err) => assert!(err.to_string().contains("injected failure"), "{err}"),
        }
        let found = state(&left);
        assert!(found == before || found == then, "at step {step}");
        restore(&left.path(), None, instant(LATER), &Steps::none()).unwrap();
        assert_eq!(state(&left), then, "after step {step}");
        check_whole(&left);
    }
    panic!("no restore survives");
}
