//! Bad input: the whole of what is told.

use insta::assert_snapshot;

use super::{Desk, JOBS, alter_catalog, gzip, jobs};

/// What importing a file with these bytes tells.
fn import(name: &str, bytes: impl AsRef<[u8]>) -> String {
    let desk = Desk::new();
    desk.write(name, bytes);
    desk.run(&["import", name])
}

#[test]
fn files_that_cannot_be_read_are_refused() {
    assert_snapshot!(import("jobs.txt", "Dear customer,"), @"");
    assert_snapshot!(import("vms.json", r#"{"Reservations": [{"Instances": []}]}"#), @"");
    let packed = gzip(&jobs(&JOBS));
    assert_snapshot!(import("jobs.json.gz", &packed[..packed.len() - 12]), @"");
    assert_snapshot!(import("jobs.json", &jobs(&JOBS)[..100]), @"");
    assert_snapshot!(import("jobs.json", ""), @"");
}

#[test]
fn records_that_are_no_jobs_are_refused() {
    let no_id = r#"{"BackupJobs": [{"State": "CREATED", "CreationDate": 0}]}"#;
    assert_snapshot!(import("jobs.json", no_id), @"");
    let no_time = jobs(&[("b-1", "CREATED", "yesterday")]);
    assert_snapshot!(import("jobs.json", no_time), @"");
}

#[test]
fn files_that_are_not_there_are_refused_and_nothing_is_made() {
    let desk = Desk::new();
    assert_snapshot!(desk.run(&["import", "jobs.json"]), @"");
    assert_snapshot!(desk.run(&["import", "."]), @"");
    assert!(!desk.path("warehouse").exists());
    assert_snapshot!(desk.run(&["sql", "--file", "query.sql"]), @"");
}

#[test]
fn sql_that_is_wrong_is_refused() {
    let desk = Desk::with_jobs();
    let sql = |sql| desk.run(&["sql", sql]);
    assert_snapshot!(sql("SELEC 1"), @"");
    assert_snapshot!(sql("SELECT state FROM"), @"");
    assert_snapshot!(sql(" ; "), @"");
    assert_snapshot!(sql("SELECT * FROM backup_job"), @"");
    assert_snapshot!(sql("SELECT * FROM invoices"), @"");
    assert_snapshot!(sql("SELECT backup_jobid FROM backup_jobs"), @"");
    assert_snapshot!(sql("SELECT price FROM backup_jobs"), @"");
    assert_snapshot!(sql("SELECT stat FROM jobs"), @"");
    assert_snapshot!(sql("SELECT lenght(state) FROM jobs"), @"");
    assert_snapshot!(sql("SELECT CAST(state AS bigint) FROM jobs"), @"");
}

#[test]
fn statements_that_write_are_refused() {
    let desk = Desk::with_jobs();
    let sql = |sql| desk.run(&["sql", sql]);
    assert_snapshot!(sql("DELETE FROM backup_jobs"), @"");
    assert_snapshot!(sql("COPY backup_jobs TO 'x.csv'"), @"");
    assert_snapshot!(sql("CREATE EXTERNAL TABLE x STORED AS CSV LOCATION 'jobs.json'"), @"");
    assert_snapshot!(sql("SELECT * FROM 'jobs.json'"), @"");
    assert_snapshot!(sql("SET datafusion.runtime.memory_limit = '9G'"), @"");
}

#[test]
fn folders_that_are_no_warehouse_are_refused() {
    let desk = Desk::new();
    desk.write("jobs.json", jobs(&JOBS));
    assert_snapshot!(desk.run(&["sql", "SELECT 1"]), @"");
    assert_snapshot!(desk.run(&["import", "jobs.json", "--warehouse", "."]), @"");
    desk.write("catalog.sqlite", "no database, but long enough to be looked at as if it were one");
    assert_snapshot!(desk.run(&["sql", "SELECT 1", "--warehouse", "."]), @"");
    std::fs::remove_file(desk.path("catalog.sqlite")).unwrap();
    alter_catalog(&desk.path(""), "CREATE TABLE t(x)");
    assert_snapshot!(desk.run(&["sql", "SELECT 1", "--warehouse", "."]), @"");
    assert_snapshot!(desk.run(&["import", "jobs.json", "--warehouse", "."]), @"");
}

#[test]
fn a_catalog_of_a_newer_version_is_refused() {
    let desk = Desk::with_jobs();
    let newer = "UPDATE ducklake_metadata SET \"value\" = '99' WHERE \"key\" = 'lookback_version'";
    alter_catalog(&desk.path("warehouse"), newer);
    assert_snapshot!(desk.run(&["sql", "SELECT 1"]), @"");
    assert_snapshot!(desk.run(&["import", "jobs.json"]), @"");
}

#[test]
fn flags_that_are_wrong_are_refused() {
    let desk = Desk::new();
    assert_snapshot!(desk.run(&["sql", "SELECT 1", "--format", "xml"]), @"");
    assert_snapshot!(desk.run(&["sql", "SELECT 1", "--memory-limit", "much"]), @"");
    assert_snapshot!(desk.run(&["sql", "SELECT 1", "--timeout", "0"]), @"");
    assert_snapshot!(desk.run(&["import", "x", "--observed-at", "noon"]), @"");
}
