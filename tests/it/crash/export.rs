//! An export whose process is killed at each of its steps.
//!
//! After each there is no export or a whole one, of the old state or of the new; and the same
//! export, undisturbed, then gives the new one and leaves nothing beside it.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use lookback::model::Steps;
use tempfile::TempDir;

use super::STEPS_MAX;
use super::import::{now, rows};
use crate::warehouse::Warehouse;

/// The files of a folder, with their bytes.
type Files = BTreeMap<String, Vec<u8>>;

fn files(folder: &Path) -> Option<Files> {
    let mut found = Files::new();
    if folder.is_file() {
        found.insert(String::new(), fs::read(folder).unwrap());
        return Some(found);
    }
    for entry in fs::read_dir(folder).ok()? {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let below = files(&path).unwrap();
        found.extend(below.into_iter().map(|(file, bytes)| (format!("{name}/{file}"), bytes)));
    }
    Some(found)
}

/// Exports into `out` of a folder; true if it was not killed.
fn export(warehouse: &Warehouse, folder: &Path, flags: &[&str], step: Option<u64>) -> bool {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lookback"));
    if let Some(step) = step {
        command.env("LOOKBACK_TEST_ABORT_AT_STEP", step.to_string());
    }
    command.arg("--warehouse").arg(warehouse.path()).arg("export").args(flags);
    let status = command.current_dir(folder).stderr(Stdio::null()).status().unwrap();
    assert!(status.success() || (step.is_some() && status.code().is_none()), "{status}");
    status.success()
}

/// Kills an export at each step, over an older one or none.
#[track_caller]
fn check(flags: &[&str], out: &str, over_an_older: bool, steps_min: u64) {
    let warehouse = Warehouse::new();
    warehouse.ingest(&rows(false), now(false), &Steps::none()).unwrap();
    let older = TempDir::new().unwrap();
    if over_an_older {
        assert!(export(&warehouse, older.path(), flags, None));
        warehouse.ingest(&rows(true), now(true), &Steps::none()).unwrap();
    }
    let flags = &[flags, &["--overwrite"]].concat();
    let done = TempDir::new().unwrap();
    assert!(export(&warehouse, done.path(), flags, None));
    let (old, new) = (files(&older.path().join(out)), files(&done.path().join(out)));
    assert_ne!(old, new);
    for step in 1..STEPS_MAX {
        let left = TempDir::new().unwrap();
        crate::warehouse::copy_folder(older.path(), left.path());
        let survived = export(&warehouse, left.path(), flags, Some(step));
        let found = files(&left.path().join(out));
        let aside = files(&left.path().join(format!(".{out}.lookback-replaced")));
        let is_old = found == old || (found.is_none() && aside == old);
        assert!(found == new || (is_old && !survived), "at step {step}: {found:?}");
        export(&warehouse, left.path(), flags, None);
        assert_eq!(files(&left.path().join(out)), new, "after step {step}");
        assert_eq!(fs::read_dir(left.path()).unwrap().count(), 1, "after step {step}");
        if survived {
            assert!(step > steps_min, "only {step} steps");
            return;
        }
    }
    panic!("no export survives");
}

#[test]
fn a_first_export_is_killed_at_every_step() {
    check(&["--all", "--partition-by", "year,month", "-o", "out"], "out", false, 15);
}

#[test]
fn an_export_over_an_older_one_is_killed_at_every_step() {
    check(&["--all", "--max-file-size", "1K", "-o", "out"], "out", true, 15);
}

#[test]
fn a_file_is_killed_at_every_step() {
    check(&["scan_jobs", "-o", "out.csv"], "out.csv", false, 4);
    check(&["scan_jobs", "-o", "out.csv"], "out.csv", true, 4);
}
