//! `lookback ingest`: what it tells of what it read, and of what it could not.

use insta::assert_snapshot;
use serde_json::Value;

use super::Desk;
use super::emulated::Emulator;

const NIGHT: &str = "2026-01-05T02:00:00Z";
const NEXT: &str = "2026-01-06T02:00:00Z";

#[test]
fn a_night_is_read_and_the_same_night_again_changes_nothing() {
    let desk = Desk::with_credentials();
    let emulator = Emulator::at(NIGHT, "");
    assert_snapshot!(desk.ingest(&emulator, NIGHT, &[]), @"
    exit 0
    -- stderr
    source   Region     read   new  changed  unchanged  refused  lost days  failed
    default  eu-west-1   568   568        0          0        0          0       0
    default  us-east-1   794   794        0          0        0          0       0
    total               1362  1362        0          0        0          0       0
    16 units, 20 calls; snapshot 2
    AWS's own counts: 397 groups compared: 397 match
    ");
    assert_snapshot!(desk.ingest(&emulator, NIGHT, &["--kind", "scan,copy"]), @"
    exit 0
    -- stderr
    source   Region     read  new  changed  unchanged  refused  lost days  failed
    default  eu-west-1   134    0        0        134        0          0       0
    default  us-east-1    69    0        0         69        0          0       0
    total                203    0        0        203        0          0       0
    8 units, 12 calls; nothing changed
    AWS's own counts: 124 groups compared: 124 match
    ");
    let emulator = Emulator::at(NEXT, "");
    assert_snapshot!(desk.ingest(&emulator, NEXT, &[]), @"
    exit 0
    -- stderr
    source   Region     read  new  changed  unchanged  refused  lost days  failed
    default  eu-west-1   265   23        3        239        0          0       0
    default  us-east-1   304   36        2        266        0          0       0
    total                569   59        5        505        0          0       0
    17 units, 22 calls; snapshot 3
    AWS's own counts: 402 groups compared: 402 match
    ");
}

#[test]
fn programs_are_told_in_json() {
    let desk = Desk::with_credentials();
    let emulator = Emulator::at(NIGHT, "deny=ListScanJobs");
    let told = desk.ingest(&emulator, NIGHT, &["--json", "--kind", "backup,scan"]);
    let (told, stderr) = told.split_once("-- stderr\n").unwrap();
    let mut document: Value =
        serde_json::from_str(told.strip_prefix("exit 1\n-- stdout\n").unwrap()).unwrap();
    let run = document["run_id"].as_str().unwrap().to_owned();
    assert_eq!(run.len(), 36, "{run}");
    document["run_id"] = "[RUN]".into();
    document.as_object_mut().unwrap().remove("reconciliation");
    for list in ["places", "problems"] {
        document[list].as_array_mut().unwrap().truncate(1);
    }
    assert_snapshot!(serde_json::to_string_pretty(&document).unwrap(), @r#"
    {
      "calls": 12,
      "is_stopped": false,
      "not_enabled": [],
      "places": [
        {
          "changed": 0,
          "failed": 1,
          "lost": [],
          "new": 364,
          "read": 364,
          "refused": 0,
          "region": "eu-west-1",
          "source": "default",
          "unchanged": 0
        }
      ],
      "problems": [
        {
          "class": "organization_denied",
          "hint": "switch on cross-account monitoring in the settings of AWS Backup and read with the management account or a delegated administrator, or read the account alone",
          "kind": "scan",
          "message": "access denied to other accounts' jobs: ListScanJobs in Region \"eu-west-1\": AccessDeniedException: Insufficient privileges to perform this action.",
          "operation": "list",
          "region": "eu-west-1",
          "source": "default"
        }
      ],
      "refusals": [],
      "retries": 0,
      "run_id": "[RUN]",
      "snapshot": 2,
      "status": "attention",
      "throttles": 0,
      "units_ended": 8,
      "units_planned": 8
    }
    "#);
    assert_snapshot!(stderr, @r#"
    source   Region     read  new  changed  unchanged  refused  lost days  failed
    default  eu-west-1   364  364        0          0        0          0       1
    default  us-east-1   609  609        0          0        0          0       1
    total                973  973        0          0        0          0       2
    8 units, 12 calls; snapshot 2
    AWS's own counts: 293 groups compared: 267 match, 26 missing here
    warning: access denied to other accounts' jobs: ListScanJobs in Region "eu-west-1": AccessDeniedException: Insufficient privileges to perform this action.
      (2 of these: source default; Regions eu-west-1, us-east-1; scan jobs)
    hint: switch on cross-account monitoring in the settings of AWS Backup and read with the management account or a delegated administrator, or read the account alone
    "#);
}

#[test]
fn programs_are_told_how_the_counts_compare() {
    let desk = Desk::with_credentials();
    let emulator = Emulator::at(NIGHT, "deny=ListScanJobs");
    let told = desk.ingest(&emulator, NIGHT, &["--json", "--kind", "backup,scan"]);
    let (told, _) = told.split_once("-- stderr\n").unwrap();
    let document: Value =
        serde_json::from_str(told.strip_prefix("exit 1\n-- stdout\n").unwrap()).unwrap();
    let found = serde_json::to_string_pretty(&document["reconciliation"]).unwrap();
    assert_snapshot!(found, @r#"
    {
      "days_healed": 0,
      "days_read_again": 0,
      "error": null,
      "groups": {
        "extra_here": 0,
        "match": 267,
        "missing_here": 26,
        "moved": 0,
        "outside_coverage": 0,
        "rule": 0,
        "unexplained": 0
      },
      "unexplained": 0
    }
    "#);
}

#[test]
fn what_is_denied_is_told_once_and_the_rest_is_read() {
    let desk = Desk::with_credentials();
    let emulator = Emulator::at(NIGHT, "deny=ListScanJobs,deny-region=eu-west-1");
    assert_snapshot!(desk.ingest(&emulator, NIGHT, &["--kind", "copy,scan"]), @r#"
    exit 1
    -- stderr
    source   Region     read  new  changed  unchanged  refused  lost days  failed
    default  eu-west-1     0    0        0          0        0          0       4
    default  us-east-1   181  181        0          0        0          0       1
    total                181  181        0          0        0          0       5
    8 units, 10 calls; snapshot 2
    AWS's own counts: 57 groups compared: 57 match
    warning: access denied to other accounts' jobs: ListCopyJobs in Region "eu-west-1": AccessDeniedException: Insufficient privileges to perform this action.
      (5 of these: source default; Regions eu-west-1, us-east-1; copy, scan jobs)
    hint: switch on cross-account monitoring in the settings of AWS Backup and read with the management account or a delegated administrator, or read the account alone
    "#);
}

#[test]
fn where_nothing_can_be_read_it_is_not_done() {
    let desk = Desk::with_credentials();
    let emulator = Emulator::at(NIGHT, "deny-scope=organization");
    assert_snapshot!(desk.ingest(&emulator, NIGHT, &["--kind", "copy"]), @r#"
    exit 2
    -- stderr
    error: access denied to other accounts' jobs: ListCopyJobs in Region "eu-west-1": AccessDeniedException: Insufficient privileges to perform this action.
      (4 of these: source default; Regions eu-west-1, us-east-1; copy jobs)
    hint: switch on cross-account monitoring in the settings of AWS Backup and read with the management account or a delegated administrator, or read the account alone
    "#);
}

#[test]
fn sources_that_cannot_be_read_are_refused_before_anything_is_made() {
    let desk = Desk::new();
    assert_snapshot!(desk.run(&["ingest"]), @"
    exit 2
    -- stderr
    error: there is nothing to read: no Region and no source is named
    hint: name the Regions with --region us-east-1,eu-west-1 or --all-regions, or describe sources in lookback.toml (see examples/lookback.toml)
    ");
    assert_snapshot!(desk.run(&["ingest", "--region", "us-east-1"]), @r#"
    exit 2
    -- stderr
    error: --now 2026-01-05T00:00:00Z cannot be pretended to AWS itself, which source "default" reads
    hint: leave out --now, or name an emulator with --endpoint-url
    "#);
    assert_snapshot!(desk.run(&["ingest", "--region", "us-est-1"]), @r#"
    exit 2
    -- stderr
    error: source "default" names Region "us-est-1", which is not known
    hint: did you mean "us-east-1"? a Region newer than this version is read with --endpoint-url https://backup.REGION.amazonaws.com
    "#);
    assert_snapshot!(desk.run(&["ingest", "--source", "prod"]), @r#"
    exit 2
    -- stderr
    error: there is no source "prod"
    hint: add a [[source]] table of that name to lookback.toml, or name the file with --config
    "#);
    assert_snapshot!(desk.run(&["ingest", "--source", "prod", "--profile", "p"]), @"
    exit 2
    -- stderr
    error: the argument '--source <NAME,…>' cannot be used with '--profile <NAME>'

    Usage: lookback ingest --source <NAME,…> --now <TIMESTAMP>

    For more information, try '--help'.
    ");
    assert_snapshot!(desk.run(&["ingest", "--external-id", "x", "--region", "us-east-1"]), @"
    exit 2
    -- stderr
    error: the following required arguments were not provided:
      --role-arn <ARN>

    Usage: lookback ingest --role-arn <ARN> --external-id <ID> --region <REGION,…> --now <TIMESTAMP>

    For more information, try '--help'.
    ");
    assert_snapshot!(desk.run(&["ingest", "--kind", "tape"]), @"
    exit 2
    -- stderr
    error: invalid value 'tape' for '--kind <KIND,…>'
      [possible values: backup, copy, restore, scan]

    For more information, try '--help'.
    ");
    assert!(!desk.path("warehouse").exists());
}

#[test]
fn settings_come_from_the_file() {
    let mut desk = Desk::with_credentials();
    let emulator = Emulator::at(NIGHT, "");
    let file = format!(
        "warehouse = \"held\"\n[[source]]\nname = \"org\"\nregions = [\"us-east-1\"]\n\
         kinds = [\"copy\"]\nscope = \"organization\"\nendpoint_url = \"{}\"\n",
        emulator.url
    );
    std::fs::create_dir(desk.path("etc")).unwrap();
    desk.write("etc/settings.toml", &file);
    assert_snapshot!(desk.run(&["ingest", "--config", "etc/settings.toml", "--now", NIGHT]), @"
    exit 0
    -- stderr
    source  Region     read  new  changed  unchanged  refused  lost days  failed
    org     us-east-1   181  181        0          0        0          0       0
    2 units, 2 calls; snapshot 2
    AWS's own counts: 57 groups compared: 57 match
    ");
    assert!(desk.path("etc/held/catalog.sqlite").exists());
    desk.environment.push(("LOOKBACK_CONFIG", "etc/settings.toml".to_owned()));
    assert_snapshot!(desk.run(&["ingest", "--source", "prod"]), @r#"
    exit 2
    -- stderr
    error: there is no source "prod"
    hint: the sources are org
    "#);
    assert_snapshot!(desk.run(&["sql", "--format", "csv", "SELECT count(*) > 0 FROM copy_jobs"]), @"
    exit 0
    -- stdout
    count(*) > Int64(0)
    true
    ");
    desk.environment.clear();
    desk.write("lookback.toml", "warehouse = \"held\"\nspeed = 3\n");
    assert_snapshot!(desk.run(&["sql", "SELECT 1"]), @r#"
    exit 2
    -- stderr
    error: file "lookback.toml", line 2: there is no key "speed" in the settings
    hint: the keys are warehouse, reports, checks, caller, memory_limit, timeout, ingest, night, check, source, serve
    "#);
    assert_snapshot!(desk.run(&["sql", "--config", "none.toml", "SELECT 1"]), @r#"
    exit 2
    -- stderr
    error: there is no settings file "none.toml"
    hint: name another with --config, or leave out --config and LOOKBACK_CONFIG
    "#);
}

#[test]
fn an_interrupted_ingest_commits_what_it_has_read() {
    let desk = Desk::with_credentials();
    let emulator = Emulator::at(NIGHT, "");
    // Half a call a second: it would take long.
    let source = ["ingest", "--endpoint-url", &emulator.url, "--region", "us-east-1"];
    let flags = ["--rate", "0.5", "--now", NIGHT];
    assert_snapshot!(desk.interrupted(&[&source[..], &flags].concat(), "-INT"), @"
    exit 1
    stopping: what was read is being committed; interrupt again to stop at once
    warning: the ingest was interrupted; the next one reads the rest
    ");
}
