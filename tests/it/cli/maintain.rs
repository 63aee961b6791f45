//! `lookback maintain` and `lookback restore-catalog`: what they tell.

use std::fs;

use insta::assert_snapshot;

use super::{Desk, JOBS, alter_catalog, jobs, without_size};

/// A warehouse of three days of January.
fn desk() -> Desk {
    let desk = Desk::new();
    for (day, job) in JOBS.iter().enumerate() {
        desk.write("job.json", jobs(&[*job]));
        let now = format!("2026-01-0{}T00:00:00Z", 3 + day);
        let told = desk.run(&["import", "job.json", "--now", &now, "--observed-at", &now]);
        assert!(told.starts_with("exit 0\n"), "{told}");
    }
    desk
}

const SPRING: [&str; 2] = ["--now", "2026-03-20T04:00:00Z"];

fn maintain(desk: &Desk, flags: &[&str]) -> String {
    without_size(&desk.run(&[&["maintain"], flags, &SPRING].concat()))
}

#[test]
fn a_dry_run_tells_and_does_nothing() {
    let desk = desk();
    let first = maintain(&desk, &["--dry-run"]);
    assert_snapshot!("dry_run", first);
    assert!(!desk.path("warehouse/backups").exists());
    assert_eq!(maintain(&desk, &["--dry-run"]), first);
}

#[test]
fn each_task_tells_what_it_did() {
    let desk = desk();
    let first = maintain(&desk, &[]);
    let again = maintain(&desk, &[]);
    let some = maintain(&desk, &["--only", "expire,compact"]);
    let later = ["maintain", "--keep", "1d", "--now", "2026-04-20T04:00:00Z"];
    let later = without_size(&desk.run(&later));
    assert_snapshot!("tasks", [first, again, some, later].concat());
}

#[test]
fn what_cannot_be_done_is_told_with_the_way_out() {
    let desk = desk();
    alter_catalog(
        &desk.path("warehouse"),
        "INSERT INTO ducklake_delete_file(delete_file_id, table_id, begin_snapshot, data_file_id,
             path, path_is_relative)
         VALUES (0, 1, 2, 0, 'd.parquet', 1)",
    );
    let told = [
        &["--only", "compact"][..],
        &["--only", "tidy"],
        &["--budget", "10"],
        &["--only", "sweep", "--warehouse", "elsewhere"],
    ];
    assert_snapshot!("refusals", told.map(|flags| maintain(&desk, flags)).concat());
}

#[test]
fn what_fails_keeps_nothing_else_from_being_done() {
    let desk = desk();
    maintain(&desk, &["--only", "copy"]);
    fs::write(desk.path("warehouse/backups/replaced-2026-01-01T00-00-00Z.sqlite"), "damaged")
        .unwrap();
    let told = [&["--dry-run"][..], &[], &["--only", "sweep"]];
    assert_snapshot!("failures", told.map(|flags| maintain(&desk, flags)).concat());
}

#[test]
fn a_catalog_is_restored_from_its_copy() {
    let desk = desk();
    let none = desk.run(&["restore-catalog"]);
    maintain(&desk, &[]);
    fs::write(desk.path("warehouse/catalog.sqlite"), "damaged").unwrap();
    assert!(desk.run(&["sql", "SELECT 1"]).starts_with("exit 2\n"));
    let restored = desk.run(&["restore-catalog"]);
    assert_snapshot!(desk.run(&["sql", "--format", "csv", "SELECT count(*) AS jobs FROM jobs"]), @"
    exit 0
    -- stdout
    jobs
    3
    ");
    let unknown = desk.run(&["restore-catalog", "catalog-2020-01-01.sqlite"]);
    fs::remove_dir_all(desk.path("warehouse/data/main/backup_jobs")).unwrap();
    let gone = desk.run(&["restore-catalog", "catalog-2026-03-20.sqlite"]);
    assert_snapshot!("restore", [none, restored, unknown, gone].concat());
}
