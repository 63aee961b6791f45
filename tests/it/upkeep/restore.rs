//! Coming back from a copy of the catalog.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use lookback::error::Kind;
use lookback::model::Steps;
use lookback::upkeep::{Check, GRACE, Options, Task, restore};
use rusqlite::Connection;

use super::{LATER, check_sound, check_whole, copied, findings, maintain, night, only, rows_of};
use crate::crash::state;
use crate::warehouse::{Warehouse, instant};

/// The one copy of the catalog.
fn copy_of(warehouse: &Warehouse) -> PathBuf {
    let mut backups = fs::read_dir(warehouse.path().join("backups")).unwrap();
    let copy = backups.next().unwrap().unwrap().path();
    assert!(backups.next().is_none());
    copy
}

#[test]
fn the_copy_takes_the_place_of_a_catalog_that_is_gone_or_damaged() {
    // A blank one, which somebody made who looked for it, needs nothing.
    for (damage, is_unknown) in [(None, false), (Some(""), false), (Some("damaged"), true)] {
        let (warehouse, then) = copied();
        let catalog = warehouse.path().join("catalog.sqlite");
        match damage {
            None => fs::remove_file(&catalog).unwrap(),
            Some(text) => fs::write(&catalog, text).unwrap(),
        }
        let restored = restore(&warehouse.path(), None, instant(LATER), &Steps::none()).unwrap();
        assert_eq!(restored.replaced.is_some(), is_unknown);
        // The files of the night after the copy, if it is known that nothing names them.
        let unnamed = restored.unnamed.map(|files| !files.is_empty());
        assert_eq!(unnamed, (!is_unknown).then_some(true));
        assert_eq!(state(&warehouse), then);
        // What a damaged catalog needs is not known.
        let found = findings(&warehouse, GRACE);
        let found: Vec<_> = found.iter().map(|finding| finding.check).collect();
        assert_eq!(found, vec![Check::UnreadableCopy; usize::from(is_unknown)]);
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
    assert_eq!(restored.unnamed.as_deref(), Some(&[][..]));
    // Long after, upkeep still spares what the replaced catalog names.
    let far = "2028-01-01T00:00:00Z";
    maintain(&warehouse, far, &only(&Task::ALL), &Steps::none()).unwrap();
    let replaced = restored.replaced.unwrap();
    restore(&warehouse.path(), Some(&replaced), instant(far), &Steps::none()).unwrap();
    assert_eq!(state(&warehouse), now);
}

#[test]
fn the_catalog_can_be_written_even_if_the_copy_cannot() {
    let (warehouse, _) = copied();
    fs::remove_file(warehouse.path().join("catalog.sqlite")).unwrap();
    fs::set_permissions(copy_of(&warehouse), Permissions::from_mode(0o440)).unwrap();
    restore(&warehouse.path(), None, instant(LATER), &Steps::none()).unwrap();
    let restored = fs::metadata(warehouse.path().join("catalog.sqlite")).unwrap();
    assert_eq!(restored.permissions().mode() & 0o777, 0o640);
}

#[test]
fn a_copy_whose_files_are_gone_changes_nothing() {
    let (warehouse, _) = copied();
    let before = state(&warehouse);
    let catalog = Connection::open(copy_of(&warehouse)).unwrap();
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
    for older in [
        "",
        "DROP TABLE lookback_file_digest; \
                   UPDATE ducklake_metadata SET value = '3' WHERE key = 'lookback_version'",
    ] {
        let (warehouse, then) = copied();
        // Until then only older snapshots named what goes now.
        let options = Options { keep: 0, ..only(&[Task::Expire, Task::Sweep]) };
        maintain(&warehouse, LATER, &options, &Steps::none()).unwrap();
        // The copy may be of an older version.
        Connection::open(copy_of(&warehouse)).unwrap().execute_batch(older).unwrap();
        restore(&warehouse.path(), None, instant(LATER), &Steps::none()).unwrap();
        assert_eq!(state(&warehouse), then);
        check_whole(&warehouse);
    }
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
        check_sound(&left);
    }
    panic!("no restore survives");
}

#[test]
fn a_program_that_writes_to_the_old_catalog_is_waited_for() {
    let (warehouse, then) = copied();
    let other = Connection::open(warehouse.path().join("catalog.sqlite")).unwrap();
    let begun = "PRAGMA cache_size = 1; BEGIN IMMEDIATE;
        UPDATE lookback_run SET detail = 'written by another program, ' || hex(zeroblob(9000))";
    other.execute_batch(begun).unwrap();
    let restored = thread::scope(|scope| {
        scope.spawn(move || {
            thread::sleep(Duration::from_millis(300));
            other.execute_batch("COMMIT").unwrap();
        });
        restore(&warehouse.path(), None, instant(LATER), &Steps::none()).unwrap()
    });
    assert_eq!(state(&warehouse), then);
    let replaced = Connection::open(restored.replaced.unwrap()).unwrap();
    let sql = "SELECT count(*) = 0 FROM lookback_run WHERE detail NOT LIKE 'written by another%'";
    assert!(replaced.query_row(sql, [], |row| row.get::<_, bool>(0)).unwrap());
}

#[test]
fn each_catalog_that_was_replaced_at_one_instant_is_kept() {
    let (warehouse, then) = copied();
    let mut replaced = Vec::new();
    for day in [21, 22] {
        let (documents, at) = night(day, 3);
        warehouse.ingest(&rows_of(&documents, at), at, &Steps::none()).unwrap();
        let before = state(&warehouse);
        let restored = restore(&warehouse.path(), None, instant(LATER), &Steps::none()).unwrap();
        assert_eq!(state(&warehouse), then);
        replaced.push((restored.replaced.unwrap(), before));
    }
    let names = ["replaced-2026-03-22T04-00-00Z.sqlite", "replaced-2026-03-22T04-00-00Z-2.sqlite"];
    for ((file, before), name) in replaced.iter().zip(names) {
        assert_eq!(file.file_name().unwrap(), name);
        restore(&warehouse.path(), Some(file), instant(LATER), &Steps::none()).unwrap();
        assert_eq!(&state(&warehouse), before);
    }
}

#[test]
fn the_restored_catalog_has_the_mode_of_the_one_that_it_replaces() {
    let (warehouse, _) = copied();
    let catalog = warehouse.path().join("catalog.sqlite");
    for (file, mode) in [(&catalog, 0o664), (&copy_of(&warehouse), 0o600)] {
        fs::set_permissions(file, Permissions::from_mode(mode)).unwrap();
    }
    restore(&warehouse.path(), None, instant(LATER), &Steps::none()).unwrap();
    assert_eq!(fs::metadata(&catalog).unwrap().permissions().mode() & 0o777, 0o664);
}

#[test]
fn a_copy_of_a_clock_that_was_ahead_is_the_last_to_be_taken_and_the_first_to_go() {
    let (warehouse, _) = copied();
    let day = |now: &str| {
        let options = Options { copies: 2, ..only(&[Task::Copy]) };
        maintain(&warehouse, now, &options, &Steps::none()).unwrap();
        let backups = fs::read_dir(warehouse.path().join("backups")).unwrap();
        let names = backups.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<_> = names.collect();
        names.sort();
        names
    };
    assert_eq!(day("2030-01-01"), ["catalog-2026-03-20.sqlite", "catalog-2030-01-01.sqlite"]);
    let restored = restore(&warehouse.path(), None, instant(LATER), &Steps::none()).unwrap();
    assert_eq!(restored.copy.file_name().unwrap(), "catalog-2026-03-20.sqlite");
    fs::remove_file(restored.replaced.unwrap()).unwrap();
    assert_eq!(day(LATER), ["catalog-2026-03-20.sqlite", "catalog-2026-03-22.sqlite"]);
}
