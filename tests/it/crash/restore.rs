//! A restore of the catalog whose process is killed at each of its steps.
//!
//! After each the warehouse is what it was before or what the copy says, whole; and the same
//! restore, undisturbed, then gives what an undisturbed one gives.

use std::fs;

use lookback::model::Steps;
use lookback::upkeep::restore;
use rusqlite::Connection;

use super::{kill_at_each_step, state};
use crate::upkeep::{LATER, check_sound, copied};
use crate::warehouse::{Warehouse, instant};

/// What a program leaves that is killed within a transaction which has reached the catalog's file.
fn torn(warehouse: &Warehouse) -> Warehouse {
    let file = warehouse.path().join("catalog.sqlite");
    let catalog = Connection::open(file).unwrap();
    let begun = "PRAGMA cache_size = 1; BEGIN IMMEDIATE;
        UPDATE ducklake_file_column_stats SET min_value = 'torn' || hex(zeroblob(100))";
    catalog.execute_batch(begun).unwrap();
    let torn = warehouse.copy();
    let bytes = fs::read(torn.path().join("catalog.sqlite")).unwrap();
    assert!(bytes.windows(9).any(|bytes| bytes == b"torn00000"), "it is not torn");
    assert!(torn.path().join("catalog.sqlite-journal").exists());
    torn
}

#[track_caller]
fn check_kills(tear: fn(&Warehouse) -> Warehouse) {
    let (whole, then) = copied();
    let before = state(&whole);
    let check = |left: &Warehouse, step| {
        let found = state(left);
        assert!(found == before || found == then, "at step {step}");
        restore(&left.path(), None, instant(LATER), &Steps::none()).unwrap();
        assert_eq!(state(left), then, "after step {step}");
        check_sound(left);
    };
    let arguments = ["restore-catalog", "--now", LATER];
    let done = kill_at_each_step(&tear(&whole), &arguments, 5, check);
    assert_eq!(state(&done), then);
    // The way back is open.
    let backups = fs::read_dir(done.path().join("backups")).unwrap();
    let names = backups.map(|entry| entry.unwrap().path());
    let is_replaced = |path: &std::path::PathBuf| path.to_string_lossy().contains("/replaced-");
    let replaced: Vec<_> = names.filter(is_replaced).collect();
    assert_eq!(replaced.len(), 1, "{replaced:?}");
    restore(&done.path(), Some(&replaced[0]), instant(LATER), &Steps::none()).unwrap();
    assert_eq!(state(&done), before);
}

#[test]
fn a_restore_is_killed_at_every_step() {
    check_kills(Warehouse::copy);
}

#[test]
fn a_restore_over_a_catalog_that_was_torn_is_killed_at_every_step() {
    check_kills(torn);
}
