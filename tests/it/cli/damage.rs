//! Data files that are gone or damaged: a query fails and names them, and others still answer.

use std::fs;

use insta::assert_snapshot;

use super::{Desk, JOBS, jobs};

fn desk() -> Desk {
    let desk = Desk::new();
    desk.write("jobs.json", jobs(&JOBS[..2]));
    desk.run(&["import", "jobs.json"]);
    desk
}

const QUERY: &str = "SELECT backup_job_id FROM backup_jobs";

#[test]
fn a_missing_file_is_named() {
    let desk = desk();
    fs::remove_file(desk.data_file("backup_jobs")).unwrap();
    assert_snapshot!(desk.run(&["sql", QUERY]), @r#"
    exit 2
    -- stderr
    error: data file "main/backup_jobs/year=2026/month=1/lookback-[ID].parquet" is missing
    hint: restore the file from a copy of the warehouse
    "#);
    assert_snapshot!(desk.run(&["import", "jobs.json"]), @r#"
    exit 2
    -- stderr
    error: data file "main/backup_jobs/year=2026/month=1/lookback-[ID].parquet" is missing
    hint: restore the file from a copy of the warehouse
    "#);
    let transitions = "SELECT job_id FROM job_transitions ORDER BY 1";
    assert_snapshot!(desk.run(&["sql", transitions]), @"
    exit 0
    -- stdout
    ┌────────┐
    │ job_id │
    ├────────┤
    │ b-1    │
    │ b-2    │
    └────────┘
    ");
}

#[test]
fn a_truncated_file_is_named() {
    let desk = desk();
    let file = desk.data_file("backup_jobs");
    let bytes = fs::read(&file).unwrap();
    fs::write(&file, &bytes[..1000]).unwrap();
    assert_snapshot!(desk.run(&["sql", QUERY]), @r#"
    exit 2
    -- stderr
    error: data file "main/backup_jobs/year=2026/month=1/lookback-[ID].parquet" has 1000 bytes, not 9092 as the catalog says
    hint: restore the file from a copy of the warehouse
    "#);
    assert_snapshot!(desk.run(&["import", "jobs.json"]), @r#"
    exit 2
    -- stderr
    error: data file "main/backup_jobs/year=2026/month=1/lookback-[ID].parquet" has 1000 bytes, not 9092 as the catalog says
    hint: restore the file from a copy of the warehouse
    "#);
    fs::write(&file, "").unwrap();
    assert_snapshot!(desk.run(&["sql", QUERY]), @r#"
    exit 2
    -- stderr
    error: data file "main/backup_jobs/year=2026/month=1/lookback-[ID].parquet" has 0 bytes, not 9092 as the catalog says
    hint: restore the file from a copy of the warehouse
    "#);
}

#[test]
fn a_file_whose_bytes_were_changed_is_named() {
    let desk = desk();
    let file = desk.data_file("backup_jobs");
    let mut bytes = fs::read(&file).unwrap();
    let length = bytes.len();
    bytes[length - 60..length - 30].fill(0xff);
    fs::write(&file, &bytes).unwrap();
    let told = desk.run(&["sql", QUERY]);
    let first = told.lines().nth(2).unwrap().split(": ").take(2).collect::<Vec<_>>().join(": ");
    let first = first.replace("main/backup_jobs/year=2026/month=1/", "");
    assert_snapshot!(first, @r#"error: data file "lookback-[ID].parquet" cannot be read"#);
    assert!(told.starts_with("exit 2\n"), "{told}");
}
