//! `lookback night`: every step is taken, and the exit status tells the worst.

mod odd;

use std::fs;

use insta::assert_snapshot;
use lookback::catalog::WriterLock;
use serde_json::Value;

use super::emulated::Emulator;
use super::{Desk, alter_catalog, without_size};

const NIGHT: &str = "2026-01-05T03:00:00Z";
const NEXT: &str = "2026-01-06T03:00:00Z";

impl Desk {
    /// Settings with one source at a URL, and more of them.
    fn settle(&self, url: &str, more: &str) {
        let source = "name = \"prod\"\nregions = [\"us-east-1\", \"eu-west-1\"]\n\
                      scope = \"organization\"\nemulator = true\n";
        let text = format!("{more}\n[[source]]\n{source}endpoint_url = \"{url}\"\n");
        self.write("lookback.toml", text);
    }

    /// `lookback night` with these flags at that time.
    fn night(&self, now: &str, flags: &[&str]) -> String {
        without_size(&self.run(&[&["night", "--now", now], flags].concat()))
    }
}

/// The checks of which the simulated organisation says nothing in these tests.
const QUIET: &str = "[check.rpo-violated]\nskip = true\n[check.gone-silent]\nskip = true\n\
                     [check.issues-high]\nskip = true\n[check.new-failures]\nskip = true\n\
                     [check.success-rate-low]\nskip = true\n";

#[test]
fn a_night_reads_and_checks() {
    let desk = Desk::new();
    let emulator = Emulator::at(NIGHT, "");
    desk.settle(&emulator.url, QUIET);
    assert_snapshot!(desk.night(NIGHT, &[]), @"
    exit 0
    -- stderr
    source  Region     read   new  changed  unchanged  refused  lost days  failed
    prod    eu-west-1   568   568        0          0        0          0       0
    prod    us-east-1   792   792        0          0        0          0       0
    total              1360  1360        0          0        0          0       0
    16 units, 20 calls; snapshot 2
    AWS's own counts: 397 groups compared: 397 match
    compact: nothing to merge
    expire: no snapshot is old enough
    sweep: nothing to remove
    vacuum: not worth it, the catalog has [SIZE]
    copy: backups/catalog-2026-01-05.sqlite
    step      status  seconds
    ingest    done          0  1360 read, 1360 new; snapshot 2; AWS's counts are explained
    maintain  done          0  compact, expire, sweep, vacuum, copy
    check     done          0  2 of 2 hold
    ");
}

#[test]
fn a_night_that_read_nothing_checks_all_the_same() {
    let desk = Desk::new();
    let emulator = Emulator::at(NIGHT, "");
    desk.settle(&emulator.url, QUIET);
    desk.night(NIGHT, &[]);
    drop(emulator);
    // Nothing listens there: port 1 is nobody's.
    desk.settle("http://127.0.0.1:1", QUIET);
    let told = desk.night("2026-01-07T03:00:00Z", &[]);
    assert_snapshot!(told, @r#"
    exit 2
    -- stderr
    error: source "prod": failed to connect to endpoint "http://127.0.0.1:1": Connection refused (os error 111)
    hint: check --endpoint-url, and that something listens there
    compact: nothing to merge
    expire: no snapshot is old enough
    sweep: nothing to remove
    vacuum: not worth it, the catalog has [SIZE]
    copy: backups/catalog-2026-01-07.sqlite
    warning: check "data-stale" does not hold: 8 findings
    step      status     seconds
    ingest    not done         0  0 read, 0 new, 17 failed
    maintain  done             0  compact, expire, sweep, vacuum, copy
    check     attention        0  1 of 2 hold
    "#);
}

#[test]
fn a_first_night_without_a_source_leaves_out_what_needs_a_warehouse() {
    assert_snapshot!(Desk::new().night(NIGHT, &["--json"]), @r#"
    exit 2
    -- stdout
    {
      "started_at": "2026-01-05T03:00:00Z",
      "ended_at": "2026-01-05T03:00:00Z",
      "status": "not_done",
      "is_stopped": false,
      "steps": [
        {
          "step": "ingest",
          "status": "not_done",
          "seconds": 0,
          "message": "there is nothing to read: no Region and no source is named",
          "hint": "name the Regions with --region us-east-1,eu-west-1 or --all-regions, or describe sources in lookback.toml (see examples/lookback.toml)",
          "document": null
        },
        {
          "step": "maintain",
          "status": "left_out",
          "seconds": 0,
          "message": "there is no warehouse yet",
          "hint": null,
          "document": null
        },
        {
          "step": "check",
          "status": "left_out",
          "seconds": 0,
          "message": "there is no warehouse yet",
          "hint": null,
          "document": null
        }
      ]
    }
    -- stderr
    error: there is nothing to read: no Region and no source is named
    hint: name the Regions with --region us-east-1,eu-west-1 or --all-regions, or describe sources in lookback.toml (see examples/lookback.toml)
    step      status    seconds
    ingest    not done        0  there is nothing to read: no Region and no source is named
    maintain  left out           there is no warehouse yet
    check     left out           there is no warehouse yet
    "#);
}

#[test]
fn programs_are_told_of_each_step() {
    let desk = Desk::new();
    let emulator = Emulator::at(NIGHT, "deny=ListScanJobs");
    desk.settle(&emulator.url, QUIET);
    let told = desk.night(NIGHT, &["--json", "--kind", "copy,scan"]);
    let told = told.strip_prefix("exit 1\n-- stdout\n").unwrap_or_else(|| panic!("{told}"));
    let document = told.split("-- stderr\n").next().unwrap();
    let mut document: Value = serde_json::from_str(document).unwrap();
    for (index, key, expected) in
        [(0, "units_ended", Value::from(8)), (2, "status", "attention".into())]
    {
        let of_step: Value = document["steps"][index]["document"].take();
        assert_eq!(of_step[key], expected, "{of_step}");
    }
    assert_snapshot!(serde_json::to_string_pretty(&document).unwrap(), @r#"
    {
      "ended_at": "2026-01-05T03:00:00Z",
      "is_stopped": false,
      "started_at": "2026-01-05T03:00:00Z",
      "status": "attention",
      "steps": [
        {
          "document": null,
          "hint": null,
          "message": "335 read, 335 new, 2 failed; snapshot 2; AWS's counts are explained",
          "seconds": 0,
          "status": "attention",
          "step": "ingest"
        },
        {
          "document": null,
          "hint": null,
          "message": "compact, expire, sweep, vacuum, copy",
          "seconds": 0,
          "status": "done",
          "step": "maintain"
        },
        {
          "document": null,
          "hint": null,
          "message": "0 of 2 hold",
          "seconds": 0,
          "status": "attention",
          "step": "check"
        }
      ]
    }
    "#);
}

#[test]
fn an_hourly_timer_has_it_run_once_a_night() {
    let desk = Desk::new();
    let emulator = Emulator::at(NIGHT, "");
    desk.settle(&emulator.url, QUIET);
    let runs = |desk: &Desk| {
        let query = "SELECT count(*) AS runs FROM ops.runs WHERE command = 'ingest'";
        let told = desk.run(&["sql", query, "--format", "csv"]);
        told.lines().last().unwrap().to_owned()
    };
    let due = ["--due", "02:45", "--kind", "scan"];
    desk.night(NIGHT, &due);
    assert_eq!(runs(&desk), "1");
    assert_eq!(desk.night("2026-01-06T02:44:59Z", &due), "exit 0\n");
    assert_eq!(runs(&desk), "1");
    drop(emulator);
    let emulator = Emulator::at(NEXT, "");
    desk.settle(&emulator.url, QUIET);
    desk.night(NEXT, &due);
    assert_eq!(runs(&desk), "2");
}

#[test]
fn what_is_read_beside_the_nights_is_none() {
    let desk = Desk::new();
    let emulator = Emulator::at(NIGHT, "");
    desk.settle(&emulator.url, QUIET);
    let due = ["--due", "02:45", "--kind", "scan", "--kind", "copy"];
    let is_due = |due: &[&str]| desk.night(NIGHT, due) != "exit 0\n";
    // Another source, one kind of two, and all there is but upkeep.
    let mine = fs::read_to_string(desk.path("lookback.toml")).unwrap();
    desk.write("lookback.toml", mine.replace("\"prod\"", "\"dev\""));
    assert!(is_due(&due) && !is_due(&due));
    desk.write("lookback.toml", mine);
    desk.run(&["ingest", "--now", NIGHT, "--kind", "scan"]);
    desk.run(&["maintain", "--now", NIGHT]);
    let warehouse = desk.path("warehouse");
    let before = fs::read(warehouse.join("catalog.sqlite")).unwrap();
    let writer = WriterLock::take(&warehouse).unwrap();
    // A night that goes on is not begun twice, nor is it told as one that failed.
    let busy = [&due[..], &["--metrics", "m.prom"]].concat();
    assert!(!is_due(&busy) && !desk.path("m.prom").exists());
    drop(writer);
    assert_eq!(fs::read(warehouse.join("catalog.sqlite")).unwrap(), before);
    assert!(is_due(&due) && !is_due(&due));
    assert!(!is_due(&["--due", "02:45", "--kind", "scan"]));
    // A night of the future, when a clock was wrong, is none.
    alter_catalog(&warehouse, "UPDATE lookback_run SET started_at = '2030-01-05T03:00:00Z'");
    assert!(is_due(&due));
}

#[test]
fn metrics_are_written_whole() {
    let desk = Desk::new();
    let emulator = Emulator::at(NIGHT, "throttle=0.1");
    desk.settle(&emulator.url, &format!("[night]\nmetrics = \"m.prom\"\n{QUIET}"));
    let told = desk.night(NIGHT, &["--kind", "copy"]);
    assert!(told.starts_with("exit 0\n"), "{told}");
    let text = fs::read_to_string(desk.path("m.prom")).unwrap();
    // How many bytes there are, and how often it was throttled, hang on chance.
    let varies = ["_bytes", "throttles_total", "retries_total", "calls_total"];
    let redact = |line: &str| match line.rsplit_once(' ') {
        Some((name, _)) if varies.iter().any(|word| name.contains(word)) => format!("{name} [N]"),
        _ => line.to_owned(),
    };
    let others = ["us-east-1", "\"backup\"", "\"restore\"", "\"scan\""];
    let is_other = |line: &&str| others.iter().any(|other| line.contains(other));
    let samples = text.lines().filter(|line| !line.starts_with('#') && !is_other(line));
    assert_snapshot!(samples.map(redact).collect::<Vec<_>>().join("\n"), @r#"
    lookback_last_success_timestamp_seconds{source="prod",scope="organization",region="eu-west-1",kind="copy"} 1767581940
    lookback_open_jobs{source="prod",scope="organization",region="eu-west-1",kind="copy"} 0
    lookback_lost_days{source="prod",scope="organization",region="eu-west-1",kind="copy"} 0
    lookback_days{source="prod",scope="organization",region="eu-west-1",kind="copy",coverage="complete"} 27
    lookback_days{source="prod",scope="organization",region="eu-west-1",kind="copy",coverage="recent"} 3
    lookback_days{source="prod",scope="organization",region="eu-west-1",kind="copy",coverage="partial"} 1
    lookback_days{source="prod",scope="organization",region="eu-west-1",kind="copy",coverage="failed"} 0
    lookback_days{source="prod",scope="organization",region="eu-west-1",kind="copy",coverage="denied"} 0
    lookback_days{source="prod",scope="organization",region="eu-west-1",kind="copy",coverage="lost"} 0
    lookback_days{source="prod",scope="organization",region="eu-west-1",kind="copy",coverage="not_offered"} 0
    lookback_days{source="prod",scope="organization",region="eu-west-1",kind="copy",coverage="unknown"} 14
    lookback_runs_total{command="ingest",status="done"} 1
    lookback_runs_total{command="maintain",status="done"} 1
    lookback_last_run_timestamp_seconds{command="ingest"} 1767582000
    lookback_last_run_timestamp_seconds{command="maintain"} 1767582000
    lookback_last_run_duration_seconds{command="ingest"} 0
    lookback_last_run_duration_seconds{command="maintain"} 0
    lookback_rows_total{command="ingest",result="new"} 309
    lookback_rows_total{command="ingest",result="changed"} 0
    lookback_rows_total{command="ingest",result="unchanged"} 0
    lookback_rows_total{command="ingest",result="refused"} 0
    lookback_rows_total{command="maintain",result="new"} 0
    lookback_rows_total{command="maintain",result="changed"} 0
    lookback_rows_total{command="maintain",result="unchanged"} 0
    lookback_rows_total{command="maintain",result="refused"} 0
    lookback_calls_total [N]
    lookback_throttles_total [N]
    lookback_retries_total [N]
    lookback_files{table="aws_job_summaries"} 28
    lookback_files{table="copy_jobs"} 60
    lookback_files{table="job_transitions"} 1
    lookback_file_rows{table="aws_job_summaries"} 98
    lookback_file_rows{table="copy_jobs"} 211
    lookback_file_rows{table="job_transitions"} 211
    lookback_file_bytes{table="aws_job_summaries"} [N]
    lookback_file_bytes{table="copy_jobs"} [N]
    lookback_file_bytes{table="job_transitions"} [N]
    lookback_catalog_bytes [N]
    lookback_check_status{check="data-stale",subject="freshness"} 0
    lookback_check_status{check="days-lost-soon",subject="freshness"} 0
    lookback_check_findings{check="data-stale",subject="freshness"} 0
    lookback_check_findings{check="days-lost-soon",subject="freshness"} 0
    lookback_night_start_timestamp_seconds 1767582000
    lookback_night_duration_seconds 0
    lookback_night_status 0
    lookback_night_step_status{step="ingest"} 0
    lookback_night_step_status{step="maintain"} 0
    lookback_night_step_status{step="check"} 0
    lookback_night_step_duration_seconds{step="ingest"} 0
    lookback_night_step_duration_seconds{step="maintain"} 0
    lookback_night_step_duration_seconds{step="check"} 0
    "#);
}

#[test]
fn metrics_that_cannot_be_written_are_told() {
    let desk = Desk::new();
    desk.settle("http://127.0.0.1:1", QUIET);
    let told = desk.night(NIGHT, &["--kind", "copy", "--metrics", "no/where.prom"]);
    assert!(told.starts_with("exit 2\n"));
    // The name of the file that it tried hangs on chance.
    let lines = told.lines().filter(|line| line.contains("metrics"));
    let lines: Vec<_> = lines.filter_map(|line| line.split(" at path").next()).collect();
    assert_snapshot!(lines.join("\n"), @r#"
    error: failed to write the metrics to file "no/where.prom": No such file or directory (os error 2)
    hint: name another file with --metrics, or with `metrics` in lookback.toml
    "#);
}

#[test]
fn mistakes_are_told_with_the_way_out() {
    let desk = Desk::new();
    assert_snapshot!(desk.night(NIGHT, &["--due", "3:00"]), @"
    exit 2
    -- stderr
    error: invalid value '3:00' for '--due <HH:MM>': it is no time of day; write one such as 03:00

    For more information, try '--help'.
    ");
    desk.write("lookback.toml", "[night]\nmetric = \"m.prom\"\n");
    assert_snapshot!(desk.night(NIGHT, &[]), @r#"
    exit 2
    -- stderr
    error: file "lookback.toml", line 2: there is no key "metric" in [night]
    hint: did you mean "metrics"?
    "#);
}

#[test]
fn an_interrupted_night_commits_what_it_has_read_and_leaves_out_the_rest() {
    let desk = Desk::new();
    let emulator = Emulator::at(NIGHT, "");
    desk.settle(&emulator.url, QUIET);
    // Half a call a second: it would take long.
    let night = ["night", "--rate", "0.5", "--now", NIGHT];
    assert_snapshot!(desk.interrupted(&night, "-TERM"), @"
    exit 1
    stopping: what was read is being committed; interrupt again to stop at once
    warning: the ingest was interrupted; the next one reads the rest
    maintain  left out            the night was interrupted
    check     left out            the night was interrupted
    ");
}
