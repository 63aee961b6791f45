//! `lookback status`: what is held, and how old it is.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;

use insta::assert_snapshot;
use serde_json::Value;

use super::Desk;
use super::emulated::Emulator;

const NIGHT: &str = "2026-01-05T02:00:00Z";
const MORNING: &str = "2026-01-05T08:30:00Z";

/// A desk with a night's ingest, in which scan jobs were denied.
fn desk() -> Desk {
    let desk = Desk::with_credentials();
    let emulator = Emulator::at(NIGHT, "deny=ListScanJobs");
    let told = desk.ingest(&emulator, NIGHT, &["--kind", "copy,scan"]);
    assert!(told.starts_with("exit 1\n"), "{told}");
    desk
}

#[test]
fn people_see_a_strip_of_days() {
    let desk = desk();
    assert_snapshot!(desk.run(&["status", "--now", MORNING]), @"
    exit 0
    -- stdout
    source    Region     kind  last success  open  lost  days
    default*  eu-west-1  copy  6 h ago          1     0  ..............~###########################+++
    default*  eu-west-1  scan  never            0     0  ..............xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
    default*  us-east-1  copy  6 h ago          1     0  ..............~###########################+++
    default*  us-east-1  scan  never            0     0  ..............xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx

    * all accounts of the organization
    days from 2025-11-22 to 2026-01-05 UTC: # held, + held so far, read again, ~ held in part, x denied, . not read
    ");
    let later = ["status", "--now", "2026-03-05T08:30:00Z", "--max-age", "26h"];
    assert_snapshot!(desk.run(&later), @"
    exit 1
    -- stdout
    source    Region     kind  last success  open  lost  days
    default*  eu-west-1  copy  59 d ago         1     0  .............................................
    default*  eu-west-1  scan  never            0     0  .............................................
    default*  us-east-1  copy  59 d ago         1     0  .............................................
    default*  us-east-1  scan  never            0     0  .............................................

    * all accounts of the organization
    days from 2026-01-20 to 2026-03-05 UTC: . not read
    -- stderr
    warning: 4 of 4 have no success since 2026-03-04T06:30:00Z: default eu-west-1 copy, default eu-west-1 scan, default us-east-1 copy, default us-east-1 scan
    ");
}

#[test]
fn a_second_night_moves_the_strip_on() {
    let desk = Desk::with_credentials();
    for (night, failed) in [(NIGHT, 0), ("2026-01-06T02:00:00Z", 1)] {
        let faults = if failed == 0 { "" } else { "deny-region=us-east-1" };
        let told = desk.ingest(&Emulator::at(night, faults), night, &["--kind", "copy"]);
        assert!(told.starts_with(&format!("exit {failed}\n")), "{told}");
    }
    let later = ["status", "--now", "2026-01-06T08:30:00Z", "--max-age", "26h"];
    assert_snapshot!(desk.run(&later), @"
    exit 1
    -- stdout
    source    Region     kind  last success  open  lost  days
    default*  eu-west-1  copy  6 h ago          0     0  .............~############################+++
    default*  us-east-1  copy  30 h ago         1     0  .............~###########################++xx

    * all accounts of the organization
    days from 2025-11-23 to 2026-01-06 UTC: # held, + held so far, read again, ~ held in part, x denied, . not read
    -- stderr
    warning: 1 of 2 have no success since 2026-01-05T06:30:00Z: default us-east-1 copy
    ");
}

#[test]
fn programs_are_told_in_json() {
    let told = desk().run(&["status", "--now", MORNING, "--format", "json", "--max-age", "7h"]);
    let (stdout, stderr) = told.split_once("-- stderr\n").unwrap();
    let mut document: Value =
        serde_json::from_str(stdout.strip_prefix("exit 1\n-- stdout\n").unwrap()).unwrap();
    document["places"].as_array_mut().unwrap().truncate(1);
    let days = document["places"][0]["days"].take();
    let days: Vec<_> = days.as_array().unwrap().iter().map(|day| day.as_str().unwrap()).collect();
    assert_eq!(days.len(), 45);
    assert_eq!(days[40..], ["complete", "complete", "recent", "recent", "recent"]);
    assert_snapshot!(serde_json::to_string_pretty(&document).unwrap(), @r#"
    {
      "first_day": "2025-11-22",
      "now": "2026-01-05T08:30:00Z",
      "open_jobs_elsewhere": 0,
      "places": [
        {
          "days": null,
          "is_stale": false,
          "kind": "copy",
          "last_success": "2026-01-05T01:59:00Z",
          "lost_days": 0,
          "open_jobs": 1,
          "region": "eu-west-1",
          "scope": "organization",
          "source": "default"
        }
      ]
    }
    "#);
    assert_snapshot!(
        stderr,
        @"
    warning: 2 of 4 have no success since 2026-01-05T01:30:00Z: default eu-west-1 scan, default us-east-1 scan
    "
    );
}

#[test]
fn monitors_are_told_in_metrics() {
    let told = desk().run(&["status", "--now", MORNING, "--format", "prometheus"]);
    let success = told.lines().filter(|line| line.contains("last_success"));
    assert_snapshot!(success.collect::<Vec<_>>().join("\n"), @r#"
    # HELP lookback_last_success_timestamp_seconds Up to when everything is held that AWS still shows.
    # TYPE lookback_last_success_timestamp_seconds gauge
    lookback_last_success_timestamp_seconds{source="default",scope="organization",region="eu-west-1",kind="copy"} 1767578340
    lookback_last_success_timestamp_seconds{source="default",scope="organization",region="eu-west-1",kind="scan"} 0
    lookback_last_success_timestamp_seconds{source="default",scope="organization",region="us-east-1",kind="copy"} 1767578340
    lookback_last_success_timestamp_seconds{source="default",scope="organization",region="us-east-1",kind="scan"} 0
    "#);
}

#[test]
fn a_source_that_was_never_read_is_stale() {
    let desk = Desk::with_jobs();
    assert_snapshot!(desk.run(&["status"]), @"
    exit 0
    -- stdout
    nothing was ingested yet
    open jobs of other sources, such as imports: 2
    ");
    assert_snapshot!(desk.run(&["status", "--max-age", "1d"]), @"
    exit 1
    -- stdout
    nothing was ingested yet
    open jobs of other sources, such as imports: 2
    -- stderr
    warning: no source was ever read, and none is configured
    ");
    desk.write("lookback.toml", "[[source]]\nname = \"p\"\nregions = [\"us-east-1\"]\n");
    assert_snapshot!(desk.run(&["status", "--max-age", "1d"]), @"
    exit 1
    -- stdout
    source  Region     kind     last success  open  lost  days
    p       us-east-1  backup   never            0     0  .............................................
    p       us-east-1  copy     never            0     0  .............................................
    p       us-east-1  restore  never            0     0  .............................................
    p       us-east-1  scan     never            0     0  .............................................

    days from 2025-11-22 to 2026-01-05 UTC: . not read
    open jobs of other sources, such as imports: 2
    -- stderr
    warning: 4 of 4 have no success since 2026-01-04T00:00:00Z: p us-east-1 backup, p us-east-1 copy, p us-east-1 restore, p us-east-1 scan
    ");
    assert_snapshot!(desk.run(&["status", "--source", "q"]), @r#"
    exit 2
    -- stderr
    error: there is no source "q"
    hint: see all of them with `lookback status`
    "#);
    assert_snapshot!(desk.run(&["status", "--max-age", "soon"]), @"
    exit 2
    -- stderr
    error: invalid value 'soon' for '--max-age <TIME>': it is no length of time; write one such as 90m, 26h or 2d

    For more information, try '--help'.
    ");
}

#[test]
fn a_source_that_never_answered_is_no_place_and_has_lost_nothing() {
    let desk = Desk::with_credentials();
    let (later, soon) = ("2026-01-05T02:01:00Z", "2026-01-05T02:02:00Z");
    for faults in ["expired-token=1", "deny-scope=organization"] {
        for night in [NIGHT, later] {
            let told = desk.ingest(&Emulator::at(night, faults), night, &["--kind", "copy"]);
            assert!(told.starts_with("exit 2\n") && !told.contains("lost"), "{told}");
        }
    }
    assert_snapshot!(desk.run(&["status", "--now", soon]), @"
    exit 0
    -- stdout
    nothing was ingested yet
    ");
    let metrics = desk.run(&["status", "--now", soon, "--format", "prometheus"]);
    assert!(!metrics.contains("source="), "{metrics}");
    let sql = "SELECT source, operation, status, count(*) AS units FROM ops.units
               GROUP BY 1, 2, 3 ORDER BY 1, 2, 3";
    assert_snapshot!(desk.run(&["sql", "--format", "csv", sql]), @"
    exit 0
    -- stdout
    source,operation,status,units
    default,list,denied,4
    default,list,failed,4
    default,summaries,denied,4
    default,summaries,failed,4
    ");
    assert_snapshot!(desk.ingest(&Emulator::at(soon, ""), soon, &["--kind", "copy"]), @"
    exit 0
    -- stderr
    source   Region     read  new  changed  unchanged  refused  lost days  failed
    default  eu-west-1   130  130        0          0        0          0       0
    default  us-east-1   181  181        0          0        0          0       0
    total                311  311        0          0        0          0       0
    4 units, 4 calls; snapshot 2
    AWS's own counts: 98 groups compared: 98 match
    ");
    assert_snapshot!(desk.run(&["status", "--now", MORNING]), @"
    exit 0
    -- stdout
    source    Region     kind  last success  open  lost  days
    default*  eu-west-1  copy  6 h ago          1     0  ..............~###########################+++
    default*  us-east-1  copy  6 h ago          1     0  ..............~###########################+++

    * all accounts of the organization
    days from 2025-11-22 to 2026-01-05 UTC: # held, + held so far, read again, ~ held in part, . not read
    ");
}

#[test]
fn a_warehouse_that_may_not_be_looked_into_is_not_taken_for_none() {
    let desk = Desk::with_jobs();
    for (name, mode) in [("warehouse", 0o600), ("", 0o777)] {
        fs::set_permissions(desk.path(name), Permissions::from_mode(mode)).unwrap();
    }
    for command in [&["schedule", "status"][..], &["night", "--region", "us-east-1"]] {
        let told = desk.told(desk.nobody(), command, "");
        assert!(!told.contains("no run yet") && !told.contains("is not a warehouse"), "{told}");
    }
    let told = desk.told(desk.nobody(), &["status"], "");
    fs::set_permissions(desk.path("warehouse"), Permissions::from_mode(0o755)).unwrap();
    assert_snapshot!(told, @r#"
    exit 2
    -- stderr
    error: failed to open catalog "warehouse/catalog.sqlite": Permission denied (os error 13)
    "#);
}
