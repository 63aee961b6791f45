//! What keeps an ingest from being done: the whole of what is told, and how soon.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use insta::assert_snapshot;
use lookback::lake::WritableLake;
use lookback::model::regions::REGIONS;
use lookback::model::{Instant, Steps};
use serde_json::Value;

use super::emulated::Emulator;
use super::{Desk, jobs, wire};

const NIGHT: &str = "2026-01-05T02:00:00Z";
/// A page without jobs and one without summaries.
const NOTHING: &str = "{\"CopyJobs\": [], \"CopyJobSummaries\": []}";
/// The Regions of the emulator.
const ALL: [&str; 2] = ["--region", "us-east-1,eu-west-1"];

impl Desk {
    /// One in whose environment AWS's standard chain finds nothing, and asks nobody.
    fn without_credentials() -> Self {
        let mut desk = Self::new();
        fs::create_dir(desk.path("home")).unwrap();
        let home = desk.path("home").display().to_string();
        desk.environment.push(("HOME", home));
        desk.environment.push(("AWS_EC2_METADATA_DISABLED", "true".to_owned()));
        desk
    }

    /// `lookback ingest` from that endpoint, of an account alone.
    fn ingest_from(&self, url: &str, more: &[&str]) -> String {
        let source = ["ingest", "--endpoint-url", url, "--now", NIGHT];
        self.run(&[&source[..], &ALL, more].concat()).replace(url, "[URL]")
    }

    /// What became of the units of all runs: how many ended so, and the status of their runs.
    fn units(&self) -> String {
        let sql = "SELECT r.status AS run, u.status AS unit, count(*) AS units
                   FROM ops.units u JOIN ops.runs r ON r.run_id = u.run_id
                   GROUP BY 1, 2 ORDER BY 1, 2";
        self.run(&["sql", "--format", "csv", sql])
    }
}

#[test]
fn no_credentials_are_one_error_for_all_of_a_source() {
    let desk = Desk::without_credentials();
    let url = wire::closed();
    assert_snapshot!(desk.ingest_from(&url, &[]), @r#"
    exit 2
    -- stderr
    error: source "default": failed to find AWS credentials
    hint: name a profile with --profile, set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (with AWS_SESSION_TOKEN), or log in with `aws sso login`
    "#);
    assert_snapshot!(desk.units(), @"
    exit 0
    -- stdout
    run,unit,units
    attention,failed,16
    ");
    assert_snapshot!(desk.ingest_from(&url, &["--profile", "auditor"]), @r#"
    exit 2
    -- stderr
    error: source "auditor": failed to find AWS credentials of profile "auditor"
    hint: set the keys of the profile in ~/.aws, or log in with `aws sso login --profile auditor`
    "#);
    fs::create_dir(desk.path("home/.aws")).unwrap();
    desk.write("home/.aws/config", "[profile other]\nregion = us-east-1\n");
    assert_snapshot!(desk.ingest_from(&url, &["--profile", "auditor"]), @r#"
    exit 2
    -- stderr
    error: source "auditor": failed to find AWS credentials of profile "auditor": profile `auditor` was not defined: could not find source profile auditor referenced from the root profile
    hint: set the keys of the profile in ~/.aws, or log in with `aws sso login --profile auditor`
    "#);
    desk.write("home/.aws/config", "[profile\n");
    assert_snapshot!(desk.ingest_from(&url, &[]), @r#"
    exit 2
    -- stderr
    error: source "default": failed to find AWS credentials: ProfileFile provider could not be built: invalid profile: could not parse profile file
    hint: name a profile with --profile, set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (with AWS_SESSION_TOKEN), or log in with `aws sso login`
    "#);
}

#[test]
fn sources_without_credentials_are_told_together() {
    let desk = Desk::without_credentials();
    let source = |name: &str| {
        let url = wire::closed();
        format!(
            "[[source]]\nname = \"{name}\"\nregions = [\"us-east-1\"]\nendpoint_url = \"{url}\"\n"
        )
    };
    desk.write("lookback.toml", source("one") + &source("other"));
    assert_snapshot!(desk.run(&["ingest"]), @"
    exit 2
    -- stderr
    error: failed to find AWS credentials
      (sources one, other)
    hint: name a profile with --profile, set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (with AWS_SESSION_TOKEN), or log in with `aws sso login`
    ");
}

#[test]
fn an_expired_token_is_told_once() {
    let desk = Desk::with_credentials();
    let emulator = Emulator::at(NIGHT, "expired-token=1");
    assert_snapshot!(desk.ingest_from(&emulator.url, &[]), @r#"
    exit 2
    -- stderr
    error: source "default": the AWS credentials have expired: ExpiredTokenException: The security token included in the request is expired
    hint: name a profile with --profile, refresh AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (with AWS_SESSION_TOKEN), or log in with `aws sso login`
    "#);
}

#[test]
fn an_operation_that_is_denied_names_the_action_and_the_rest_is_read() {
    let desk = Desk::with_credentials();
    let url = wire::scripted(|head| {
        if head.contains("/scan/jobs") {
            let message = "User: arn:aws:iam::111122223333:user/u is not authorized to perform: \
                           backup:ListScanJobs";
            return wire::error(403, "", "AccessDeniedException", message);
        }
        wire::answer(200, "", NOTHING)
    });
    assert_snapshot!(desk.ingest_from(&url, &["--kind", "copy,scan"]), @r#"
    exit 1
    -- stderr
    source   Region     read  new  changed  unchanged  refused  lost days  failed
    default  eu-west-1     0    0        0          0        0          0       1
    default  us-east-1     0    0        0          0        0          0       1
    total                  0    0        0          0        0          0       2
    8 units, 12 calls; nothing changed
    warning: access denied to ListScanJobs in Region "eu-west-1": AccessDeniedException: User: arn:aws:iam::111122223333:user/u is not authorized to perform: backup:ListScanJobs
      (2 of these: source default; Regions eu-west-1, us-east-1; scan jobs)
    hint: allow the IAM action backup:ListScanJobs
    "#);
    assert_snapshot!(desk.units(), @"
    exit 0
    -- stdout
    run,unit,units
    attention,complete,6
    attention,denied,2
    ");
}

#[test]
fn an_endpoint_where_nobody_listens_is_given_up_after_three_tries() {
    let desk = Desk::with_credentials();
    let url = wire::closed();
    let told = desk.ingest_from(&url, &[]);
    assert_snapshot!(told, @r#"
    exit 2
    -- stderr
    error: source "default": failed to connect to endpoint "[URL]": Connection refused (os error 111)
    hint: check --endpoint-url, and that something listens there
    "#);
    let (every, now) = (["ingest", "--all-regions", "--endpoint-url", &url], ["--now", NIGHT]);
    let of_every = desk.run(&[&every[..], &now].concat());
    assert_eq!(of_every.replace(&url, "[URL]"), told);
    let sql = "SELECT sum(calls) AS calls FROM ops.runs GROUP BY run_id";
    assert_snapshot!(desk.run(&["sql", "--format", "csv", sql]), @"
    exit 0
    -- stdout
    calls
    3
    3
    ");
}

/// AWS, on another day than this machine.
fn skewed(learns: bool) -> String {
    wire::scripted(move |head| {
        let is_right = head.contains("x-amz-date: 20260104t");
        if is_right && learns {
            return wire::answer(200, "", NOTHING);
        }
        let message = "Signature expired: 20261122T100000Z is now earlier than 20261122T101500Z";
        let date = "Date: Sun, 04 Jan 2026 12:00:00 GMT\r\n";
        wire::error(403, date, "InvalidSignatureException", message)
    })
}

#[test]
fn a_wrong_clock_is_made_up_for() {
    let desk = Desk::with_credentials();
    let told = desk.ingest_from(&skewed(true), &["--kind", "copy", "--concurrency", "1"]);
    assert_snapshot!(told, @"
    exit 0
    -- stderr
    there was nothing in eu-west-1, us-east-1
    4 units, 5 calls, 1 repeated; nothing changed
    ");
}

#[test]
fn a_clock_that_stays_wrong_is_told() {
    let desk = Desk::with_credentials();
    assert_snapshot!(desk.ingest_from(&skewed(false), &[]), @r#"
    exit 2
    -- stderr
    error: source "default": AWS's clock does not agree with that of this machine: InvalidSignatureException: Signature expired: 20261122T100000Z is now earlier than 20261122T101500Z
    hint: set the clock, and keep it right with a time service
    "#);
}

#[test]
fn regions_that_are_not_enabled_are_a_failure_only_by_name() {
    let url = wire::scripted(|head| {
        // The Region stands in the scope of the signature.
        if REGIONS.iter().any(|it| it.is_opt_in && head.contains(&format!("/{}/", it.name))) {
            let message = "The security token included in the request is invalid.";
            return wire::error(403, "", "UnrecognizedClientException", message);
        }
        wire::answer(200, "", NOTHING)
    });
    let desk = Desk::with_credentials();
    let every = ["ingest", "--all-regions", "--kind", "copy", "--endpoint-url", &url];
    // One unit at a time, so that their number of calls is always the same.
    let every = [&every[..], &["--concurrency", "1", "--now", NIGHT]].concat();
    assert_snapshot!(desk.run(&every), @"
    exit 0
    -- stderr
    there was nothing in ap-northeast-1, ap-northeast-2, ap-northeast-3, ap-south-1, ap-southeast-1, ap-southeast-2, ca-central-1, eu-central-1, eu-north-1, eu-west-1, eu-west-2, eu-west-3, sa-east-1, us-east-1, us-east-2, us-west-1, us-west-2
    not enabled for the account: af-south-1, ap-east-1, ap-east-2, ap-south-2, ap-southeast-3, ap-southeast-4, ap-southeast-5, ap-southeast-6, ap-southeast-7, ca-west-1, eu-central-2, eu-south-1, eu-south-2, il-central-1, me-central-1, me-south-1, mx-central-1
    68 units, 51 calls; nothing changed
    ");
    assert_snapshot!(desk.units(), @"
    exit 0
    -- stdout
    run,unit,units
    done,complete,34
    done,not_offered,34
    ");
    let sql =
        "SELECT status, count(DISTINCT region) AS regions FROM ops.coverage GROUP BY 1 ORDER BY 1";
    assert_snapshot!(desk.run(&["sql", "--format", "csv", sql]), @"
    exit 0
    -- stdout
    status,regions
    complete,17
    not_offered,17
    ");
    let told = desk.run(&["status", "--now", NIGHT, "--max-age", "1h"]);
    let shown = |line: &&str| line.contains("af-south-1") || line.starts_with("exit");
    assert_snapshot!(told.lines().filter(shown).collect::<Vec<_>>().join("\n"), @"
    exit 0
    default  af-south-1      copy  1 min ago        0     0  ..............~------------------------------
    ");
    let json = desk.run(&[&every[..], &["--json"]].concat());
    let json = json.strip_prefix("exit 0\n-- stdout\n").unwrap().split("-- stderr").next().unwrap();
    let document: Value = serde_json::from_str(json).unwrap();
    assert_eq!(document["not_enabled"].as_array().unwrap().len(), 17);
    assert_eq!(document["not_enabled"][0]["region"], "af-south-1");

    let desk = Desk::with_credentials();
    let named = ["--region", "af-south-1,us-east-1", "--kind", "copy", "--endpoint-url", &url];
    let named = [&["ingest", "--concurrency", "1", "--now", NIGHT], &named[..]].concat();
    assert_snapshot!(desk.run(&named), @r#"
    exit 1
    -- stderr
    source   Region      read  new  changed  unchanged  refused  lost days  failed
    default  af-south-1     0    0        0          0        0          0       2
    there was nothing in us-east-1
    4 units, 3 calls; nothing changed
    warning: Region "af-south-1" is not enabled for the account: UnrecognizedClientException: The security token included in the request is invalid.
      (2 of these: source default; Region af-south-1; copy jobs)
    hint: enable the Region in the account's settings, or leave it out of --region; if it is enabled, check the credentials
    "#);
    assert_snapshot!(desk.units(), @"
    exit 0
    -- stdout
    run,unit,units
    attention,complete,2
    attention,denied,2
    ");
}

#[test]
fn a_second_ingest_is_refused_while_one_runs() {
    let desk = Desk::with_credentials();
    let now = Instant::from_text(NIGHT).unwrap();
    let folder = desk.path("warehouse");
    let lake = WritableLake::open_or_create(&folder, now, &Steps::none()).unwrap();
    let emulator = Emulator::at(NIGHT, "");
    assert_snapshot!(desk.ingest_from(&emulator.url, &["--kind", "copy"]), @r#"
    exit 2
    -- stderr
    error: warehouse "warehouse" is being written by another process
    hint: wait until it is done; readers need not wait
    "#);
    drop(lake);
    let told = desk.ingest_from(&emulator.url, &["--kind", "copy"]);
    assert!(told.starts_with("exit 0\n"), "{told}");
}

#[test]
fn a_warehouse_that_may_not_be_written_is_told() {
    let desk = Desk::with_jobs();
    let modes = [("warehouse/catalog.sqlite", 0o444), ("warehouse", 0o555), ("", 0o755)];
    for (name, mode) in modes {
        fs::set_permissions(desk.path(name), Permissions::from_mode(mode)).unwrap();
    }
    let url = wire::closed();
    let ingest = |more: &[&str]| {
        let source = ["ingest", "--emulator", "--endpoint-url", &url, "--now", NIGHT];
        desk.told(desk.nobody(), &[&source[..], &ALL, more].concat(), "")
    };
    assert_snapshot!(ingest(&[]), @r#"
    exit 2
    -- stderr
    error: failed to open lock file "warehouse/writer.lock": Permission denied (os error 13)
    hint: writing needs a warehouse folder that may be written
    "#);
    assert_snapshot!(ingest(&["--warehouse", "other"]), @r#"
    exit 2
    -- stderr
    error: failed to make folder "other": Permission denied (os error 13)
    hint: name a folder that may be written with --warehouse
    "#);
    fs::set_permissions(desk.path("warehouse"), Permissions::from_mode(0o755)).unwrap();
}

/// What a process tells that may write no file larger than so many blocks of 512 bytes.
fn limited(desk: &Desk, blocks: u32, arguments: &[&str]) -> String {
    let mut command = Command::new("sh");
    let program = env!("CARGO_BIN_EXE_lookback");
    command.arg("-c").arg(format!("ulimit -f {blocks} && exec '{program}' \"$@\"")).arg("sh");
    desk.told(command, arguments, "")
}

#[test]
fn a_disk_that_is_full_is_an_error_and_what_was_held_stays() {
    let desk = Desk::with_jobs();
    let ids: Vec<_> = (0..3000).map(|number| format!("{number:08}")).collect();
    let many: Vec<_> =
        ids.iter().map(|id| (id.as_str(), "COMPLETED", "2026-01-02T03:00:00Z")).collect();
    desk.write("many.json", jobs(&many));
    let count = ["sql", "--format", "csv", "SELECT count(*) AS jobs FROM backup_jobs"];
    let import = |blocks| limited(&desk, blocks, &["import", "many.json"]);
    assert_snapshot!(import(16), @r#"
    exit 2
    -- stderr
    error: failed to write data file "main/backup_jobs/year=2026/month=1/lookback-[ID].parquet": File too large (os error 27)
    hint: make room and run it again: what was committed stays
    "#);
    // Data files have room, and the catalog has none.
    assert_snapshot!(import(64), @"
    exit 2
    -- stderr
    error: failed to write the commit: disk I/O error: Error code 778: disk I/O error
    hint: check that the disk has room and may be written: what was committed stays
    ");
    assert_snapshot!(desk.run(&count), @"
    exit 0
    -- stdout
    jobs
    3
    ");
    assert_snapshot!(desk.run(&["import", "many.json"]), @"
    exit 0
    -- stderr
    imported 1 file: 3000 new, 0 changed, 0 unchanged, 0 refused; snapshot 3
    ");
    let emulator = Emulator::at(NIGHT, "");
    let ingest = ["ingest", "--emulator", "--endpoint-url", &emulator.url, "--now", NIGHT];
    assert_snapshot!(limited(&desk, 16, &[&ingest[..], &ALL].concat()), @r#"
    exit 2
    -- stderr
    error: failed to write data file "main/backup_jobs/year=2025/month=12/lookback-[ID].parquet": File too large (os error 27)
    hint: make room and run it again: what was committed stays
    "#);
}

#[test]
fn an_emulator_asks_for_no_credentials() {
    let desk = Desk::without_credentials();
    let emulator = Emulator::at(NIGHT, "");
    let ingest = ["ingest", "--endpoint-url", &emulator.url, "--emulator"];
    let flags = ["--organization", "--now", NIGHT, "--kind", "copy"];
    assert_snapshot!(desk.run(&[&ingest[..], &ALL, &flags].concat()), @"
    exit 0
    -- stderr
    source   Region     read  new  changed  unchanged  refused  lost days  failed
    default  eu-west-1   130  130        0          0        0          0       0
    default  us-east-1   181  181        0          0        0          0       0
    total                311  311        0          0        0          0       0
    4 units, 4 calls; snapshot 2
    AWS's own counts: 98 groups compared: 98 match
    ");
    assert_snapshot!(desk.run(&["ingest", "--emulator", "--region", "us-east-1"]), @"
    exit 2
    -- stderr
    error: the following required arguments were not provided:
      --endpoint-url <URL>

    Usage: lookback ingest --endpoint-url <URL> --emulator --region <REGION,…> --now <TIMESTAMP>

    For more information, try '--help'.
    ");
    assert_snapshot!(desk.run(&[&ingest[..], &ALL, &["--profile", "p"]].concat()), @"
    exit 2
    -- stderr
    error: the argument '--emulator' cannot be used with '--profile <NAME>'

    Usage: lookback ingest --endpoint-url <URL> --emulator --region <REGION,…> --now <TIMESTAMP>

    For more information, try '--help'.
    ");
    assert_snapshot!(desk.run(&["sql", "SELECT 1", "--warehouse", "none"]), @r#"
    exit 2
    -- stderr
    error: folder "none" is not a warehouse: it has no catalog.sqlite
    hint: name the folder of a warehouse with --warehouse, or make one with `lookback ingest`, `lookback import` or `lookback demo --keep DIR`
    "#);
}
