//! `lookback export`: files, and what is told of mistakes.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use insta::assert_snapshot;
use serde_json::Value;

use super::{Desk, JOBS, jobs};

impl Desk {
    /// Every file below a folder of the desk, hidden ones included.
    fn files(&self, folder: &str) -> Vec<String> {
        let top = self.path(folder);
        let mut found = Vec::new();
        let mut folders = vec![top.clone()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    found.push(path.strip_prefix(&top).unwrap().display().to_string());
                }
            }
        }
        found.sort();
        found
    }

    fn text(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    fn names(&self) -> Vec<String> {
        let names = fs::read_dir(self.path("")).unwrap();
        let mut names: Vec<_> =
            names.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

const CSV: &str = "SELECT backup_job_id AS id, state, creation_date FROM backup_jobs ORDER BY id";

#[test]
fn one_table_is_one_file_or_goes_to_standard_output() {
    let desk = Desk::with_jobs();
    assert_snapshot!(desk.run(&["export", "--sql", CSV, "-o", "jobs.csv"]), @r#"
    exit 0
    -- stderr
    exported 3 rows to "jobs.csv" (128 B); snapshot 2
    "#);
    assert_snapshot!(desk.text("jobs.csv"), @"
    id,state,creation_date
    b-1,COMPLETED,2026-01-01T01:00:00Z
    b-2,RUNNING,2026-01-01T02:00:00.500Z
    b-3,CREATED,2026-01-02T03:00:00Z
    ");
    assert_eq!(desk.names(), ["jobs.csv", "jobs.json", "warehouse"]);
    let told = desk.run(&["export", "job_transitions", "-o", "-", "--format", "ndjson"]);
    let rows = told.split("-- stdout\n").nth(1).unwrap().split("-- stderr\n");
    let rows: Vec<_> = rows.collect();
    assert_eq!(rows[0].lines().count(), 3);
    let first: Value = serde_json::from_str(rows[0].lines().next().unwrap()).unwrap();
    assert_eq!(first["to_state"], "COMPLETED");
    assert_snapshot!(rows[1], @"
    exported 3 rows to standard output; snapshot 2
    what changes from now on: --changed-since 2
    ");
}

#[test]
fn all_tables_are_a_folder_with_a_manifest() {
    let desk = Desk::with_jobs();
    let all = ["export", "--all", "--output", "out", "--format", "csv"];
    assert_snapshot!(desk.run(&all), @r#"
    exit 0
    -- stderr
    exported 6 rows of 6 tables to "out" (6 files, 3.7 KiB); snapshot 2
    what changes from now on: --changed-since 2
    "#);
    assert_snapshot!(desk.files("out").join("\n"), @"
    _lookback.json
    aws_job_summaries/part-00001.csv
    backup_jobs/part-00001.csv
    copy_jobs/part-00001.csv
    job_transitions/part-00001.csv
    restore_jobs/part-00001.csv
    scan_jobs/part-00001.csv
    ");
    let mut manifest: Value = serde_json::from_str(&desk.text("out/_lookback.json")).unwrap();
    let tables = manifest["tables"].as_array_mut().unwrap();
    assert_eq!(tables.len(), 6);
    tables.truncate(1);
    tables[0]["columns"].as_array_mut().unwrap().truncate(3);
    assert_snapshot!(serde_json::to_string_pretty(&manifest).unwrap(), @r#"
    {
      "changed_since": null,
      "format": "csv",
      "lookback": "0.1.0",
      "partition_by": [],
      "since": null,
      "snapshot": 2,
      "snapshot_time": "2026-01-05T00:00:00Z",
      "tables": [
        {
          "columns": [
            {
              "name": "region",
              "type": "varchar"
            },
            {
              "name": "account_id",
              "type": "varchar"
            },
            {
              "name": "backup_job_id",
              "type": "varchar"
            }
          ],
          "files": [
            {
              "bytes": 1436,
              "path": "backup_jobs/part-00001.csv",
              "rows": 3
            }
          ],
          "key": [
            "region",
            "account_id",
            "backup_job_id"
          ],
          "name": "backup_jobs",
          "rows": 3
        }
      ],
      "until": null
    }
    "#);
}

#[test]
fn files_are_partitioned_as_hive_does_it() {
    let desk = Desk::with_jobs();
    desk.write("more.json", jobs(&[("b-4", "CREATED", "2025-12-31T23:59:59.999Z")]));
    desk.run(&["import", "more.json"]);
    let export = ["export", "backup_jobs", "--output", "out", "--format", "csv"];
    let told = desk.run(&[&export[..], &["--partition-by", "year,day,resource_arn"]].concat());
    assert_snapshot!(told, @r#"
    exit 0
    -- stderr
    exported 4 rows of 1 table to "out" (3 files, 3.1 KiB); snapshot 3
    what changes from now on: --changed-since 3
    "#);
    assert_snapshot!(desk.files("out").join("\n"), @"
    _lookback.json
    backup_jobs/year=2025/day=31/resource_arn=__HIVE_DEFAULT_PARTITION__/part-00001.csv
    backup_jobs/year=2026/day=1/resource_arn=__HIVE_DEFAULT_PARTITION__/part-00001.csv
    backup_jobs/year=2026/day=2/resource_arn=__HIVE_DEFAULT_PARTITION__/part-00001.csv
    ");
    let name = "out/backup_jobs/year=2025/day=31/resource_arn=__HIVE_DEFAULT_PARTITION__";
    let text = desk.text(&format!("{name}/part-00001.csv"));
    assert!(!text.lines().next().unwrap().contains("resource_arn"), "{text}");
    assert_eq!(text.lines().count(), 2);
    let none = ["--since", "2027-01-01", "--partition-by", "year,month", "--overwrite"];
    assert!(desk.run(&[&export[..], &none].concat()).starts_with("exit 0\n"));
    assert_snapshot!(desk.files("out").join("\n"), @"
    _lookback.json
    backup_jobs/year=__HIVE_DEFAULT_PARTITION__/month=__HIVE_DEFAULT_PARTITION__/part-00001.csv
    ");
}

#[test]
fn files_end_at_a_size() {
    let desk = Desk::new();
    let ids: Vec<_> = (0..5000).map(|number| format!("{number:08}")).collect();
    let many: Vec<_> = ids.iter().map(|id| (id.as_str(), "CREATED", "2026-01-02")).collect();
    desk.write("many.json", jobs(&many));
    desk.run(&["import", "many.json"]);
    let export = ["export", "backup_jobs", "--output", "out", "--format", "csv"];
    assert!(desk.run(&[&export[..], &["--max-file-size", "400K"]].concat()).contains("exit 0"));
    let manifest: Value = serde_json::from_str(&desk.text("out/_lookback.json")).unwrap();
    let files = manifest["tables"][0]["files"].as_array().unwrap();
    let rows: Vec<_> = files.iter().map(|file| file["rows"].as_u64().unwrap()).collect();
    assert_eq!(rows.iter().sum::<u64>(), 5000);
    assert_eq!(rows, [2048, 2048, 904]);
    let mut texts = String::new();
    for file in files {
        let path = format!("out/{}", file["path"].as_str().unwrap());
        let text = desk.text(&path);
        assert_eq!(text.len() as u64, file["bytes"].as_u64().unwrap());
        texts.extend(text.lines().skip(1).map(|line| format!("{line}\n")));
    }
    let whole = desk.run(&["export", "backup_jobs", "-o", "-", "--format", "csv"]);
    assert!(whole.contains(&texts));
}

#[test]
fn a_table_that_does_not_fit_into_memory_is_exported_all_the_same() {
    let desk = Desk::new();
    let ids: Vec<_> = (0..40_000).map(|number| format!("{:08}", number * 7 % 40_000)).collect();
    let many: Vec<_> = ids.iter().map(|id| (id.as_str(), "CREATED", "2026-01-02")).collect();
    desk.write("many.json", jobs(&many));
    desk.run(&["import", "many.json"]);
    let export = |memory, name| {
        let flags = ["--memory-limit", memory, "-o", name];
        let told = desk.run(&[&["export", "backup_jobs"][..], &flags].concat());
        assert!(told.starts_with("exit 0\n"), "{told}");
        desk.text(name)
    };
    assert!(export("1G", "roomy.csv") == export("24M", "tight.csv"));
}

#[test]
fn the_time_and_the_snapshot_choose_rows() {
    let desk = Desk::with_jobs();
    desk.write(
        "more.json",
        jobs(&[("b-2", "COMPLETED", JOBS[1].2), ("b-9", "CREATED", "2026-01-03")]),
    );
    let later = ["--now", "2026-01-06T00:00:00Z", "--observed-at", "2026-01-05T00:00:00Z"];
    desk.run(&[&["import", "more.json"][..], &later].concat());
    let ids = |flags: &[&str]| {
        let export = ["export", "backup_jobs", "-o", "-", "--format", "ndjson"];
        let told = desk.run(&[&export[..], flags].concat());
        let rows = told.lines().filter(|line| line.starts_with('{'));
        let id = |line: &str| {
            let row: Value = serde_json::from_str(line).unwrap();
            row["backup_job_id"].as_str().unwrap().to_owned()
        };
        rows.map(id).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(ids(&[]), "b-1 b-2 b-3 b-9");
    assert_eq!(ids(&["--since", "2026-01-01T02:00:00.500Z"]), "b-2 b-3 b-9");
    assert_eq!(ids(&["--until", "2026-01-01T02:00:00.500Z"]), "b-1");
    assert_eq!(ids(&["--changed-since", "2"]), "b-2 b-9");
    assert_eq!(ids(&["--changed-since", "2026-01-05T12:00:00Z"]), "b-2 b-9");
    assert_eq!(ids(&["--changed-since", "2", "--since", "2026-01-02"]), "b-9");
    assert_eq!(ids(&["--changed-since", "3"]), "");
    assert_eq!(ids(&["--changed-since", "1", "--as-of", "2"]), "b-1 b-2 b-3");
}

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
fn what_a_killed_export_left_is_swept_and_what_it_moved_aside_comes_back() {
    let desk = Desk::with_jobs();
    let export = ["export", "copy_jobs", "--output", "out"];
    assert!(desk.run(&export).starts_with("exit 0\n"));
    fs::create_dir_all(desk.path(".out.lookback-partial/copy_jobs")).unwrap();
    desk.write(".out.lookback-partial/copy_jobs/part-00001.parquet", "half");
    fs::rename(desk.path("out"), desk.path(".out.lookback-replaced")).unwrap();
    // Refused, it has brought everything in order all the same.
    assert!(desk.run(&export).contains("is not empty"));
    assert_eq!(desk.names(), ["jobs.json", "out", "warehouse"]);
    assert_eq!(desk.files("out"), ["_lookback.json", "copy_jobs/part-00001.parquet"]);
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
    assert_snapshot!(export(&["backup_jobs", "--changed-since", "2", "--as-of", "1"]), @"
    exit 2
    -- stderr
    error: snapshot 2 is not older than snapshot 1
    hint: name an earlier snapshot; leave out --changed-since for all rows
    ");
    super::alter_catalog(
        &desk.path("warehouse"),
        "DELETE FROM ducklake_snapshot WHERE snapshot_id = 1",
    );
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
    use portable_pty::{CommandBuilder, PtySize, native_pty_system};
    use std::io::Read;
    let desk = Desk::with_jobs();
    let size = PtySize { rows: 24, cols: 200, ..PtySize::default() };
    let pair = native_pty_system().openpty(size).unwrap();
    let mut command = CommandBuilder::new(Path::new(env!("CARGO_BIN_EXE_lookback")));
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
    hint: add --output FILE, or redirect the output
    ");
}

#[test]
fn a_report_is_exported_with_its_parameters() {
    let desk = Desk::with_jobs();
    let export = ["export", "--report", "outcomes-by-day", "--output", "out", "--format", "csv"];
    let export = |flags: &[&str]| desk.run(&[&export[..], flags].concat());
    assert_snapshot!(export(&["--partition-by", "day", "--param", "days=3"]), @r#"
    exit 0
    -- stderr
    exported 4 rows to "out" (4 files, 421 B); snapshot 2
    "#);
    assert_snapshot!(desk.files("out").join("\n"), @"
    _lookback.json
    outcomes-by-day/day=2026-01-02/part-00001.csv
    outcomes-by-day/day=2026-01-03/part-00001.csv
    outcomes-by-day/day=2026-01-04/part-00001.csv
    outcomes-by-day/day=2026-01-05/part-00001.csv
    ");
    assert_snapshot!(export(&["--overwrite", "--param", "days=many"]), @r#"
    exit 2
    -- stderr
    error: parameter "days" is "many": it is no whole number of days from 0 to 36500
    "#);
    assert_snapshot!(export(&["--overwrite", "--param", "dayz=3"]), @r#"
    exit 2
    -- stderr
    error: report "outcomes-by-day" has no parameter "dayz"
    hint: did you mean "days"?
    "#);
    assert_snapshot!(export(&["--overwrite", "--param", "days"]), @"
    exit 2
    -- stderr
    error: invalid value 'days' for '--param <NAME=VALUE>': write NAME=VALUE

    For more information, try '--help'.
    ");
    assert_snapshot!(desk.run(&["export", "--report", "weather", "-o", "a.csv"]), @r#"
    exit 2
    -- stderr
    error: there is no report "weather"
    hint: list the reports with: lookback report
    "#);
}
