//! `lookback export`: the files, and what is told of them.

mod refusals;

use std::fs;

use insta::assert_snapshot;
use serde_json::Value;

use super::{BUSY, Desk, JOBS, jobs};

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
fn an_export_that_is_busy_on_every_thread_is_stopped_and_leaves_nothing() {
    let desk = Desk::with_jobs();
    let partial = desk.path(".busy.csv.lookback-partial/export");
    for signal in ["-INT", "-TERM"] {
        let export = ["export", "--sql", BUSY, "-o", "busy.csv"];
        let told = desk.interrupted_when(&export, signal, || partial.exists());
        assert_eq!(told, "exit 2\nerror: the export was interrupted");
        assert_eq!(desk.names(), ["jobs.json", "warehouse"]);
    }
}

#[test]
fn columns_of_one_name_are_told_apart_in_every_file_and_in_the_manifest() {
    let desk = Desk::with_jobs();
    let twice = "SELECT a.state, b.state, 1 AS n FROM backup_jobs AS a \
        JOIN backup_jobs AS b ON a.backup_job_id = b.backup_job_id";
    let export = ["export", "--sql", twice, "--output", "out", "--format", "csv"];
    let told = desk.run(&[&export[..], &["--partition-by", "state"]].concat());
    assert!(told.starts_with("exit 0\n"), "{told}");
    assert_eq!(desk.text("out/query/state=RUNNING/part-00001.csv"), "state_2,n\nRUNNING,1\n");
    let manifest: Value = serde_json::from_str(&desk.text("out/_lookback.json")).unwrap();
    let columns = manifest["tables"][0]["columns"].as_array().unwrap().iter();
    let names: Vec<_> = columns.map(|column| column["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["state", "state_2", "n"]);
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
