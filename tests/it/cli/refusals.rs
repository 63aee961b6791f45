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
    assert_snapshot!(import("jobs.txt", "Dear customer,"), @r#"
    exit 2
    -- stderr
    error: file "jobs.txt" is not JSON at line 1 column 1: expected value
    hint: import what `aws backup list-backup-jobs --output json` or boto3's `json.dumps` prints, an Audit Manager job report in JSON, or AWS Backup events
    "#);
    assert_snapshot!(import("vms.json", r#"{"Reservations": [{"Instances": []}]}"#), @r#"
    exit 2
    -- stderr
    error: file "vms.json" holds no AWS Backup jobs: record 1 is an object with the members "Reservations"
    hint: import what `aws backup list-backup-jobs --output json` or boto3's `json.dumps` prints, an Audit Manager job report in JSON, or AWS Backup events
    "#);
    let packed = gzip(&jobs(&JOBS));
    assert_snapshot!(import("jobs.json.gz", &packed[..packed.len() - 12]), @r#"
    exit 2
    -- stderr
    error: gzip of file "jobs.json.gz" breaks off before its end: incomplete deflate stream
    hint: fetch the file again; nothing was taken
    "#);
    assert_snapshot!(import("jobs.json", &jobs(&JOBS)[..100]), @r#"
    exit 2
    -- stderr
    error: file "jobs.json" breaks off inside a JSON value, at line 1 column 100
    hint: write the file again; nothing was taken
    "#);
    assert_snapshot!(import("jobs.json", ""), @r#"
    exit 2
    -- stderr
    error: file "jobs.json" is empty
    hint: import what `aws backup list-backup-jobs --output json` or boto3's `json.dumps` prints, an Audit Manager job report in JSON, or AWS Backup events
    "#);
}

#[test]
fn records_that_are_no_jobs_are_refused() {
    let no_id = r#"{"BackupJobs": [{"State": "CREATED", "CreationDate": 0}]}"#;
    assert_snapshot!(import("jobs.json", no_id), @r#"
    exit 1
    -- stderr
    warning: file "jobs.json", record 1: backup job has no BackupJobId
    imported 1 file: 0 new, 0 changed, 0 unchanged, 1 refused; nothing to commit
    "#);
    let no_time = jobs(&[("b-1", "CREATED", "yesterday")]);
    assert_snapshot!(import("jobs.json", no_time), @r#"
    exit 1
    -- stderr
    warning: file "jobs.json", record 1: backup job "b-1": CreationDate is "yesterday", which is no time
    imported 1 file: 0 new, 0 changed, 0 unchanged, 1 refused; nothing to commit
    "#);
}

#[test]
fn files_that_are_not_there_are_refused_and_nothing_is_made() {
    let desk = Desk::new();
    assert_snapshot!(desk.run(&["import", "jobs.json"]), @r#"
    exit 2
    -- stderr
    error: failed to read file "jobs.json": No such file or directory (os error 2)
    "#);
    assert_snapshot!(desk.run(&["import", "."]), @r#"
    exit 2
    -- stderr
    error: "." is a folder
    hint: name the files in it
    "#);
    assert!(!desk.path("warehouse").exists());
    assert_snapshot!(desk.run(&["sql", "--file", "query.sql"]), @r#"
    exit 2
    -- stderr
    error: failed to read file "query.sql": No such file or directory (os error 2)
    "#);
}

#[test]
fn sql_that_is_wrong_about_the_schema_ops_is_refused() {
    let desk = Desk::with_jobs();
    let sql = |text| desk.run(&["sql", text]);
    assert_snapshot!(sql("SELECT * FROM ops.run"), @r#"
    exit 2
    -- stderr
    error: there is no table "ops.run"
      SELECT * FROM ops.run
                    ^
    hint: did you mean "ops.runs"?
    "#);
    assert_snapshot!(sql("SELECT * FROM ops.invoices"), @r#"
    exit 2
    -- stderr
    error: there is no table "ops.invoices"
      SELECT * FROM ops.invoices
                    ^
    hint: the tables of ops are coverage, files, open_jobs, reconciliation, runs, snapshots, units
    "#);
    assert_snapshot!(sql("SELECT * FROM coverage"), @r#"
    exit 2
    -- stderr
    error: there is no table "coverage"
      SELECT * FROM coverage
                    ^
    hint: did you mean "ops.coverage"?
    "#);
    assert_snapshot!(sql("DESCRIBE ops.unit"), @r#"
    exit 2
    -- stderr
    error: there is no table "ops.unit"
      DESCRIBE ops.unit
               ^
    hint: did you mean "ops.units"?
    "#);
    assert_snapshot!(sql("DELETE FROM ops.runs"), @r#"
    exit 2
    -- stderr
    error: the statement "DELETE FROM …" is not allowed: a warehouse is read-only in SQL
    hint: SELECT, EXPLAIN, SHOW, DESCRIBE, SET and CREATE VIEW (for this session) are allowed
    "#);
}

#[test]
fn sql_that_is_wrong_is_refused() {
    let desk = Desk::with_jobs();
    let sql = |sql| desk.run(&["sql", sql]);
    assert_snapshot!(sql("SELEC 1"), @"
    exit 2
    -- stderr
    error: the SQL does not parse: Expected: an SQL statement, found: SELEC at Line: 1, Column: 1
      SELEC 1
      ^
    ");
    assert_snapshot!(sql("SELECT state FROM"), @"
    exit 2
    -- stderr
    error: the SQL does not parse: Expected: identifier, found: EOF
    ");
    assert_snapshot!(sql(" ; "), @"
    exit 2
    -- stderr
    error: there is no statement to run
    ");
    assert_snapshot!(sql("SELECT * FROM backup_job"), @r#"
    exit 2
    -- stderr
    error: there is no table "backup_job"
      SELECT * FROM backup_job
                    ^
    hint: did you mean "backup_jobs"?
    "#);
    assert_snapshot!(sql("SELECT * FROM invoices"), @r#"
    exit 2
    -- stderr
    error: there is no table "invoices"
      SELECT * FROM invoices
                    ^
    hint: the tables and views are aws_job_summaries, backup_job_summaries, backup_jobs, copy_job_summaries, copy_jobs, job_day_counts, job_transitions, jobs, restore_job_summaries, restore_jobs, scan_job_summaries, scan_jobs
    "#);
}

#[test]
fn a_name_that_does_not_exist_is_refused_with_the_nearest() {
    let desk = Desk::with_jobs();
    let sql = |query: &str| desk.run(&["sql", query]);
    assert_snapshot!(sql("SELECT backup_jobid FROM backup_jobs"), @r#"
    exit 2
    -- stderr
    error: there is no column "backup_jobid"
      SELECT backup_jobid FROM backup_jobs
             ^
    hint: did you mean "backup_job_id"?
    "#);
    assert_snapshot!(sql("SELECT price FROM backup_jobs"), @r#"
    exit 2
    -- stderr
    error: there is no column "price"
      SELECT price FROM backup_jobs
             ^
    hint: list the columns of a table with: DESCRIBE table
    "#);
    assert_snapshot!(sql("SELECT stat FROM jobs"), @r#"
    exit 2
    -- stderr
    error: there is no column "stat"
      SELECT stat FROM jobs
             ^
    hint: did you mean "state"?
    "#);
    assert_snapshot!(sql("SELECT lenght(state) FROM jobs"), @r#"
    exit 2
    -- stderr
    error: there is no function "lenght"
      SELECT lenght(state) FROM jobs
             ^
    hint: did you mean "length"?
    "#);
    assert_snapshot!(sql("SELECT CAST(state AS bigint) FROM jobs WHERE state = 'CREATED'"), @"
    exit 2
    -- stderr
    error: Cast error: Cannot cast string 'CREATED' to value of Int64 type
    ");
    // Conditions are judged while files are read: no file is to blame.
    let sql = |condition: &str| sql(&format!("SELECT 1 FROM backup_jobs WHERE {condition}"));
    assert_snapshot!(sql("CAST(left(backup_job_id, 2) AS bigint) = 1"), @"
    exit 2
    -- stderr
    error: Cast error: Cannot cast string 'b-' to value of Int64 type
    ");
    assert_snapshot!(sql("1 / (length(state) % 1) = 1"), @"
    exit 2
    -- stderr
    error: Divide by zero error
    ");
    assert_snapshot!(sql("to_timestamp(left(backup_job_id, 2)) > now()"), @"
    exit 2
    -- stderr
    error: Parser error: Error parsing timestamp from 'b-': timestamp must contain at least 10 characters
    ");
}

#[test]
fn statements_that_write_are_refused() {
    let desk = Desk::with_jobs();
    let sql = |sql| desk.run(&["sql", sql]);
    assert_snapshot!(sql("DELETE FROM backup_jobs"), @r#"
    exit 2
    -- stderr
    error: the statement "DELETE FROM …" is not allowed: a warehouse is read-only in SQL
    hint: SELECT, EXPLAIN, SHOW, DESCRIBE, SET and CREATE VIEW (for this session) are allowed
    "#);
    assert_snapshot!(sql("COPY backup_jobs TO 'x.csv'"), @r#"
    exit 2
    -- stderr
    error: the statement "COPY BACKUP_JOBS …" is not allowed: a warehouse is read-only in SQL
    hint: SELECT, EXPLAIN, SHOW, DESCRIBE, SET and CREATE VIEW (for this session) are allowed
    "#);
    assert_snapshot!(sql("CREATE EXTERNAL TABLE x STORED AS CSV LOCATION 'jobs.json'"), @r#"
    exit 2
    -- stderr
    error: the statement "CREATE EXTERNAL …" is not allowed: a warehouse is read-only in SQL
    hint: SELECT, EXPLAIN, SHOW, DESCRIBE, SET and CREATE VIEW (for this session) are allowed
    "#);
    assert_snapshot!(sql("SELECT * FROM 'jobs.json'"), @r#"
    exit 2
    -- stderr
    error: there is no table "jobs.json"
    hint: did you mean "jobs"?
    "#);
    assert_snapshot!(sql("SET datafusion.runtime.memory_limit = '9G'"), @r#"
    exit 2
    -- stderr
    error: the variable "datafusion.runtime.memory_limit" may not be set
    hint: these may be set: datafusion.execution.batch_size, datafusion.execution.target_partitions, datafusion.explain.analyze_level, datafusion.explain.format, datafusion.explain.logical_plan_only, datafusion.explain.physical_plan_only, datafusion.explain.show_schema, datafusion.explain.show_sizes, datafusion.explain.show_statistics
    "#);
}

#[test]
fn folders_that_are_no_warehouse_are_refused() {
    let desk = Desk::new();
    desk.write("jobs.json", jobs(&JOBS));
    assert_snapshot!(desk.run(&["sql", "SELECT 1"]), @r#"
    exit 2
    -- stderr
    error: folder "warehouse" is not a warehouse: it has no catalog.sqlite
    hint: name the folder of a warehouse with --warehouse, or make one with `lookback ingest`, `lookback import` or `lookback demo --keep DIR`
    "#);
    assert_snapshot!(desk.run(&["import", "jobs.json", "--warehouse", "."]), @r#"
    exit 2
    -- stderr
    error: folder "." is not a warehouse and not empty: it holds "jobs.json"
    hint: name an empty or new folder with --warehouse
    "#);
    desk.write("catalog.sqlite", "no database, but long enough to be looked at as if it were one");
    assert_snapshot!(desk.run(&["sql", "SELECT 1", "--warehouse", "."]), @r#"
    exit 2
    -- stderr
    error: failed to open catalog "[DESK]/catalog.sqlite": file is not a database: Error code 26: file is not a database
    hint: the file is damaged or no SQLite database; restore it from a copy
    "#);
    std::fs::remove_file(desk.path("catalog.sqlite")).unwrap();
    alter_catalog(&desk.path(""), "CREATE TABLE t(x)");
    assert_snapshot!(desk.run(&["sql", "SELECT 1", "--warehouse", "."]), @r#"
    exit 2
    -- stderr
    error: file "[DESK]/catalog.sqlite" is not a Lookback catalog
    hint: name the folder of a warehouse with --warehouse
    "#);
    assert_snapshot!(desk.run(&["import", "jobs.json", "--warehouse", "."]), @r#"
    exit 2
    -- stderr
    error: file "[DESK]/catalog.sqlite" is not a Lookback catalog
    hint: name the folder of a warehouse with --warehouse
    "#);
}

#[test]
fn a_catalog_of_a_newer_version_is_refused() {
    let desk = Desk::with_jobs();
    let newer = "UPDATE ducklake_metadata SET \"value\" = '99' WHERE \"key\" = 'lookback_version'";
    alter_catalog(&desk.path("warehouse"), newer);
    assert_snapshot!(desk.run(&["sql", "SELECT 1"]), @r#"
    exit 2
    -- stderr
    error: catalog "[DESK]/warehouse/catalog.sqlite" has version 99 (DuckLake 1.0); this Lookback reads up to 5 (DuckLake 1.0)
    hint: use the newer Lookback that wrote it
    "#);
    assert_snapshot!(desk.run(&["import", "jobs.json"]), @r#"
    exit 2
    -- stderr
    error: catalog "[DESK]/warehouse/catalog.sqlite" has version 99 (DuckLake 1.0); this Lookback reads up to 5 (DuckLake 1.0)
    hint: use the newer Lookback that wrote it
    "#);
}

#[test]
fn flags_that_are_wrong_are_refused() {
    let desk = Desk::new();
    assert_snapshot!(desk.run(&["sql", "SELECT 1", "--format", "xml"]), @"
    exit 2
    -- stderr
    error: invalid value 'xml' for '--format <FORMAT>'
      [possible values: table, csv, json, ndjson, markdown, parquet, arrow]

    For more information, try '--help'.
    ");
    assert_snapshot!(desk.run(&["sql", "SELECT 1", "--memory-limit", "much"]), @"
    exit 2
    -- stderr
    error: invalid value 'much' for '--memory-limit <SIZE>': it is no size; write one such as 512M or 2G

    For more information, try '--help'.
    ");
    assert_snapshot!(desk.run(&["sql", "SELECT 1", "--timeout", "0"]), @"
    exit 2
    -- stderr
    error: invalid value '0' for '--timeout <SECONDS>': it is no number of seconds above 0

    For more information, try '--help'.
    ");
    assert_snapshot!(desk.run(&["import", "x", "--observed-at", "noon"]), @"
    exit 2
    -- stderr
    error: invalid value 'noon' for '--observed-at <TIMESTAMP>': it is no time; write one such as 2026-11-01T00:00:00Z

    For more information, try '--help'.
    ");
}
