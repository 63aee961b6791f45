//! `lookback export`: mistakes, and places where something is already; the whole of what is told.

use std::fs;
use std::io::Read;
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::process::Command;

use insta::assert_snapshot;
use portable_pty::{CommandBuilder, PtySize, native_pty_system};

use super::super::{Desk, alter_catalog};

#[test]
fn an_export_is_replaced_only_when_it_is_one_and_that_is_asked() {
    let desk = Desk::with_jobs();
    let export = ["export", "copy_jobs", "scan_jobs", "--output", "out"];
    assert!(desk.run(&export).starts_with("exit 0\n"));
    assert_snapshot!(desk.run(&export), @r#"
    exit 2
    -- stderr
    error: folder "out" is not empty: it holds "_lookback.json"
    hint: name a new folder with --output, or replace an earlier export with --overwrite
    "#);
    let overwrite = [&export[..], &["--overwrite", "--format", "arrow"]].concat();
    assert!(desk.run(&overwrite).starts_with("exit 0\n"));
    assert_eq!(
        desk.files("out")[1..],
        ["copy_jobs/part-00001.arrow", "scan_jobs/part-00001.arrow"]
    );
    assert_eq!(desk.names(), ["jobs.json", "out", "warehouse"]);
    desk.write("out/thesis.txt", "years of work");
    assert_snapshot!(desk.run(&overwrite), @r#"
    exit 2
    -- stderr
    error: folder "out" holds "thesis.txt", which is not of the export
    hint: move it elsewhere, or name another folder with --output
    "#);
    assert_eq!(desk.text("out/thesis.txt"), "years of work");
    fs::remove_file(desk.path("out/thesis.txt")).unwrap();
    fs::create_dir(desk.path("mine")).unwrap();
    desk.write("mine/thesis.txt", "years of work");
    let mine = ["export", "--all", "--output", "mine", "--overwrite"];
    assert_snapshot!(desk.run(&mine), @r#"
    exit 2
    -- stderr
    error: folder "mine" is no export: it has no _lookback.json
    hint: name another folder with --output: --overwrite replaces earlier exports only
    "#);
    assert_snapshot!(desk.run(&["export", "copy_jobs", "-o", "mine/thesis.txt"]), @r#"
    exit 2
    -- stderr
    error: "mine/thesis.txt" is a file
    hint: name a folder with --output
    "#);
    desk.write("a.csv", "mine");
    assert_snapshot!(desk.run(&["export", "copy_jobs", "-o", "a.csv"]), @r#"
    exit 2
    -- stderr
    error: file "a.csv" is there already
    hint: name another file with --output, or replace it with --overwrite
    "#);
    assert_eq!(desk.text("a.csv"), "mine");
    assert!(desk.run(&["export", "copy_jobs", "-o", "a.csv", "--overwrite"]).contains("exit 0"));
    assert!(desk.text("a.csv").starts_with("region,"));
    assert_snapshot!(desk.run(&["export", "--all", "-o", "jobs.json"]), @"
    exit 2
    -- stderr
    error: format json is none of exports, which are parquet, csv, ndjson, arrow
    hint: choose one with --format, or use `lookback sql --output`
    ");
    fs::create_dir(desk.path("b.csv")).unwrap();
    assert!(desk.run(&["export", "copy_jobs", "-o", "b.csv"]).starts_with("exit 0\n"));
    assert_eq!(desk.files("b.csv"), ["_lookback.json", "copy_jobs/part-00001.parquet"]);
    assert_eq!(desk.names(), ["a.csv", "b.csv", "jobs.json", "mine", "out", "warehouse"]);
}

#[test]
fn a_pipe_is_not_replaced() {
    let desk = Desk::with_jobs();
    assert!(Command::new("mkfifo").arg(desk.path("a.csv")).status().unwrap().success());
    assert_snapshot!(desk.run(&["export", "copy_jobs", "-o", "a.csv", "--overwrite"]), @r#"
    exit 2
    -- stderr
    error: "a.csv" is a pipe or a device
    hint: name a file, or write to standard output with --output -
    "#);
    assert!(fs::metadata(desk.path("a.csv")).unwrap().file_type().is_fifo());
}

#[test]
fn two_exports_to_one_place_are_kept_apart() {
    let desk = Desk::with_jobs();
    fs::create_dir(desk.path(".out.lookback-partial")).unwrap();
    let other = fs::File::open(desk.path(".out.lookback-partial")).unwrap();
    other.lock().unwrap();
    let export = ["export", "--all", "--output", "out"];
    assert_snapshot!(desk.run(&export), @r#"
    exit 2
    -- stderr
    error: "out" is being written by another process
    hint: wait until it is done, or name another place
    "#);
    drop(other);
    assert!(desk.run(&export).starts_with("exit 0\n"));
}

#[test]
fn names_that_do_not_exist_are_told_with_the_nearest() {
    let desk = Desk::with_jobs();
    let export = |flags: &[&str]| desk.run(&[&["export", "--output", "out"], flags].concat());
    assert_snapshot!(export(&["backup_job"]), @r#"
    exit 2
    -- stderr
    error: there is no table "backup_job"
    hint: did you mean "backup_jobs"?
    "#);
    assert_snapshot!(export(&["invoices"]), @r#"
    exit 2
    -- stderr
    error: there is no table "invoices"
    hint: the tables and views are aws_job_summaries, backup_job_summaries, backup_jobs, copy_job_summaries, copy_jobs, job_day_counts, job_transitions, jobs, restore_job_summaries, restore_jobs, scan_job_summaries, scan_jobs
    "#);
    assert_snapshot!(export(&["ops.run"]), @r#"
    exit 2
    -- stderr
    error: there is no table "ops.run"
    hint: did you mean "ops.runs"?
    "#);
    assert_snapshot!(export(&["backup_jobs", "--partition-by", "backup_vault"]), @r#"
    exit 2
    -- stderr
    error: table "backup_jobs" has no column "backup_vault"
    hint: did you mean "backup_vault_arn"?
    "#);
    assert_snapshot!(export(&["jobs", "--partition-by", "year"]), @r#"
    exit 2
    -- stderr
    error: view "jobs" has no column "year"
    hint: list its columns with: DESCRIBE jobs
    "#);
    assert_snapshot!(export(&["--sql", "SELECT 1 AS n", "--partition-by", "m"]), @r#"
    exit 2
    -- stderr
    error: the query has no column "m"
    hint: its columns are n
    "#);
    assert_snapshot!(export(&["backup_jobs", "--partition-by", "region,region"]), @r#"
    exit 2
    -- stderr
    error: --partition-by names "region" twice
    hint: name each column once
    "#);
    assert_snapshot!(export(&["backup_jobs", "--partition-by", "creation_date"]), @r#"
    exit 2
    -- stderr
    error: "creation_date" of type Timestamp(µs, "UTC") cannot name a partition
    hint: partition by texts, whole numbers, truth values or dates, such as year,month
    "#);
    assert_snapshot!(export(&["--sql", "SELECT 1 AS n", "--partition-by", "n"]), @r#"
    exit 2
    -- stderr
    error: nothing of "query" is left beside its partition columns
    hint: partition by fewer columns
    "#);
    assert_snapshot!(export(&["--sql", "SELECT 1 AS n, '' AS a", "--partition-by", "a"]), @r#"
    exit 2
    -- stderr
    error: partition column "a" has the value '', which reads back as NULL
    hint: partition by another column, or export a query with nullif(a, '')
    "#);
    assert_eq!(desk.names(), ["jobs.json", "warehouse"]);
}

#[test]
fn rows_cannot_be_chosen_by_a_time_that_is_not_there() {
    let desk = Desk::with_jobs();
    let export = |flags: &[&str]| desk.run(&[&["export", "--output", "out"], flags].concat());
    assert_snapshot!(export(&["jobs", "--since", "2026-01-01"]), @r#"
    exit 2
    -- stderr
    error: view "jobs" cannot be exported with --since
    hint: export the tables of jobs, or a query with --sql
    "#);
    let turned = ["copy_jobs", "--since", "2026-01-02", "--until", "2026-01-01"];
    assert_snapshot!(export(&turned), @"
    exit 2
    -- stderr
    error: --since 2026-01-02T00:00:00Z is not before --until 2026-01-01T00:00:00Z
    hint: give the earlier instant to --since
    ");
    assert_snapshot!(export(&["ops.runs", "--changed-since", "1"]), @r#"
    exit 2
    -- stderr
    error: table "ops.runs" cannot be exported with --changed-since
    hint: export the tables of jobs, or a query with --sql
    "#);
    assert_snapshot!(export(&["--sql", "SELECT 1", "--since", "2026-01-01"]), @"
    exit 2
    -- stderr
    error: the argument '--sql <QUERY>' cannot be used with '--since <TIMESTAMP>'

    Usage: lookback export --output <PATH> --now <TIMESTAMP> <TABLE|--all|--sql <QUERY>|--file <FILE>|--report <NAME>>

    For more information, try '--help'.
    ");
    assert_snapshot!(export(&["backup_jobs", "--changed-since", "7"]), @"
    exit 2
    -- stderr
    error: there is no snapshot 7
    hint: the warehouse has snapshots 1 (2026-01-05T00:00:00Z) to 2 (2026-01-05T00:00:00Z); leave out --changed-since for all rows
    ");
    assert_snapshot!(export(&["backup_jobs", "--changed-since", "2025-01-01"]), @"
    exit 2
    -- stderr
    error: there is no snapshot as old as 2025-01-01T00:00:00Z
    hint: the warehouse has snapshots 1 (2026-01-05T00:00:00Z) to 2 (2026-01-05T00:00:00Z); leave out --changed-since for all rows
    ");
    assert_snapshot!(export(&["backup_jobs", "--changed-since", "2099-01-01"]), @"
    exit 2
    -- stderr
    error: --changed-since 2099-01-01T00:00:00Z is yet to come: it is 2026-01-05T00:00:00Z
    hint: name the snapshot that the last export told, or its time
    ");
    assert_snapshot!(export(&["backup_jobs", "--changed-since", "2", "--as-of", "1"]), @"
    exit 2
    -- stderr
    error: snapshot 2 is not older than snapshot 1
    hint: name an earlier snapshot; leave out --changed-since for all rows
    ");
    alter_catalog(&desk.path("warehouse"), "DELETE FROM ducklake_snapshot WHERE snapshot_id = 1");
    assert_snapshot!(export(&["backup_jobs", "--changed-since", "1"]), @"
    exit 2
    -- stderr
    error: there is no snapshot 1
    hint: the warehouse has snapshots 2 (2026-01-05T00:00:00Z) to 2 (2026-01-05T00:00:00Z); leave out --changed-since for all rows
    ");
    assert_eq!(desk.names(), ["jobs.json", "warehouse"]);
}

#[test]
fn a_place_that_does_not_fit_is_told() {
    let desk = Desk::with_jobs();
    let export = |flags: &[&str]| desk.run(&[&["export"], flags].concat());
    assert_snapshot!(export(&["--all", "-o", "-"]), @"
    exit 2
    -- stderr
    error: standard output holds one table, and these are 6
    hint: name a folder with --output
    ");
    assert_snapshot!(export(&["--all", "-o", "all.parquet"]), @r#"
    exit 2
    -- stderr
    error: file "all.parquet" holds one table, and these are 6
    hint: name a folder with --output
    "#);
    assert_snapshot!(export(&["copy_jobs", "-o", "a.parquet", "--max-file-size", "1M"]), @r#"
    exit 2
    -- stderr
    error: file "a.parquet" is one file, and --partition-by and --max-file-size make many
    hint: name a folder with --output
    "#);
    assert_snapshot!(export(&["copy_jobs", "-o", "a.json"]), @"
    exit 2
    -- stderr
    error: format json is none of exports, which are parquet, csv, ndjson, arrow
    hint: choose one with --format, or use `lookback sql --output`
    ");
    assert_snapshot!(export(&["copy_jobs", "-o", "no/such/folder"]), @r#"
    exit 2
    -- stderr
    error: failed to find folder "no/such": No such file or directory (os error 2)
    hint: make the folder first, or name another with --output
    "#);
    assert_snapshot!(export(&["copy_jobs", "-o", "warehouse/data/out"]), @r#"
    exit 2
    -- stderr
    error: "warehouse/data/out" lies in the warehouse itself
    hint: name a place outside of it with --output
    "#);
    assert_snapshot!(export(&["copy_jobs", "-o", "/"]), @r#"
    exit 2
    -- stderr
    error: "/" is not a place for an export
    hint: name a new folder with --output
    "#);
    assert_snapshot!(export(&["copy_jobs"]), @"
    exit 2
    -- stderr
    error: the following required arguments were not provided:
      --output <PATH>

    Usage: lookback export --output <PATH> --now <TIMESTAMP> <TABLE|--all|--sql <QUERY>|--file <FILE>|--report <NAME>>

    For more information, try '--help'.
    ");
    assert_snapshot!(export(&["-o", "out"]), @"
    exit 2
    -- stderr
    error: the following required arguments were not provided:
      <TABLE|--all|--sql <QUERY>|--file <FILE>|--report <NAME>>

    Usage: lookback export --output <PATH> --now <TIMESTAMP> <TABLE|--all|--sql <QUERY>|--file <FILE>|--report <NAME>>

    For more information, try '--help'.
    ");
    assert_eq!(desk.names(), ["jobs.json", "warehouse"]);
}

#[test]
fn a_folder_that_may_not_be_written_is_told() {
    let desk = Desk::with_jobs();
    fs::create_dir(desk.path("closed")).unwrap();
    let modes = |mode| fs::set_permissions(desk.path("closed"), mode).unwrap();
    modes(PermissionsExt::from_mode(0o555));
    fs::set_permissions(desk.path(""), PermissionsExt::from_mode(0o755)).unwrap();
    let export = ["export", "--all", "--output", "closed/out"];
    assert_snapshot!(desk.told(desk.nobody(), &export, ""), @r#"
    exit 2
    -- stderr
    error: failed to make folder "[DESK]/closed/.out.lookback-partial": Permission denied (os error 13)
    hint: name a place that may be written with --output
    "#);
    modes(PermissionsExt::from_mode(0o755));
    assert_eq!(fs::read_dir(desk.path("closed")).unwrap().count(), 0);
}

#[test]
fn a_query_that_fails_leaves_nothing() {
    let desk = Desk::with_jobs();
    let wrong = "SELECT 10 / (length(backup_job_id) - 3) AS n FROM backup_jobs";
    assert_snapshot!(desk.run(&["export", "--sql", wrong, "-o", "out"]), @"
    exit 2
    -- stderr
    error: Divide by zero error
    ");
    let two = "SELECT 1 AS n; SELECT 2 AS n";
    assert_snapshot!(desk.run(&["export", "--sql", two, "-o", "out"]), @"
    exit 2
    -- stderr
    error: an export holds one answer, and the text asks for more
    hint: export one query at a time
    ");
    assert_snapshot!(desk.run(&["export", "-f", "none.sql", "-o", "out"]), @r#"
    exit 2
    -- stderr
    error: failed to read file "none.sql": No such file or directory (os error 2)
    "#);
    desk.write("two.sql", "CREATE VIEW a AS SELECT 1 AS n; -- and\nSELECT n FROM a;");
    assert_snapshot!(desk.run(&["export", "-f", "two.sql", "-o", "-", "--format", "csv"]), @"
    exit 0
    -- stdout
    n
    1
    -- stderr
    exported 1 row to standard output; snapshot 2
    ");
    assert_eq!(desk.names(), ["jobs.json", "two.sql", "warehouse"]);
}

#[test]
fn binary_formats_have_no_place_on_a_terminal() {
    let desk = Desk::with_jobs();
    let size = PtySize { rows: 24, cols: 200, ..PtySize::default() };
    let pair = native_pty_system().openpty(size).unwrap();
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_lookback"));
    command.args(["export", "copy_jobs", "--output", "-"]);
    command.cwd(desk.path(""));
    let mut child = pair.slave.spawn_command(command).unwrap();
    let mut reader = pair.master.try_clone_reader().unwrap();
    drop(pair.slave);
    let status = child.wait().unwrap();
    let mut told = Vec::new();
    // A terminal whose other end has gone ends with an error.
    let _ = reader.read_to_end(&mut told);
    assert_eq!(status.exit_code(), 2);
    assert_snapshot!(String::from_utf8_lossy(&told).replace('\r', ""), @"
    error: format parquet is binary and would upset the terminal
    hint: name a file with --output, or redirect the output
    ");
}
