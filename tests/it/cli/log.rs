//! The log: what it tells, how, and what it never tells.

use std::fs;
use std::path::Path;
use std::sync::mpsc;

use insta::assert_snapshot;
use serde_json::Value;

use super::emulated::Emulator;
use super::{Desk, wire};

const NIGHT: &str = "2026-01-05T02:00:00Z";

/// Part of every secret that is planted.
const PLANTED: &str = "planted";

/// The records of standard error, each without what differs from run to run.
fn records(told: &str) -> Vec<Value> {
    let (_, lines) = told.split_once("-- stderr\n").unwrap_or_else(|| panic!("{told}"));
    let record = |line: &str| {
        let mut record: Value = serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}"));
        let time = record.as_object_mut().unwrap().remove("timestamp").unwrap();
        assert!(time.as_str().unwrap().ends_with('Z'), "{time}");
        record
    };
    lines.lines().map(record).collect()
}

#[test]
fn all_of_standard_error_is_records_if_that_is_asked() {
    let desk = Desk::with_credentials();
    let emulator = Emulator::at(NIGHT, "deny=ListScanJobs");
    let flags = ["--kind", "scan", "--region", "us-east-1", "--log-format", "json"];
    let command = ["ingest", "--now", NIGHT, "--endpoint-url", &emulator.url];
    let told = desk.run(&[&command[..], &flags].concat()).replace(&emulator.url, "[URL]");
    let records = records(&told).iter().map(Value::to_string).collect::<Vec<_>>();
    assert_snapshot!(records.join("\n"), @r#"
    {"level":"INFO","message":"source   Region     read  new  changed  unchanged  refused  lost days  failed","target":"lookback::told"}
    {"level":"INFO","message":"default  us-east-1     0    0        0          0        0          0       1","target":"lookback::told"}
    {"level":"INFO","message":"2 units, 4 calls; nothing changed","target":"lookback::told"}
    {"hint":"allow the IAM action backup:ListScanJobs","level":"WARN","message":"source \"default\": access denied to ListScanJobs in Region \"us-east-1\": AccessDeniedException: Insufficient privileges to perform this action.","target":"lookback::told"}
    "#);
    let told = desk.run(&["sql", "SELECT 1 FROM nothing", "--log-format", "json"]);
    assert_snapshot!(self::records(&told)[0].to_string(), @r#"
    {"hint":"the tables and views are aws_job_summaries, backup_job_summaries, backup_jobs, copy_job_summaries, copy_jobs, job_day_counts, job_transitions, jobs, restore_job_summaries, restore_jobs, scan_job_summaries, scan_jobs","level":"ERROR","message":"there is no table \"nothing\"","target":"lookback::told"}
    "#);
}

#[test]
fn a_unit_is_a_line_if_that_is_asked() {
    let desk = Desk::with_credentials();
    let emulator = Emulator::at(NIGHT, "");
    let flags = ["--kind", "scan", "--region", "us-east-1", "--log", "info"];
    let command = ["ingest", "--now", NIGHT, "--endpoint-url", &emulator.url];
    let told = desk.run(&[&command[..], &flags].concat());
    let units = told.lines().filter_map(|line| line.split_once("  INFO ").map(|parts| parts.1));
    let units = units.filter(|line| line.contains("unit ended")).collect::<Vec<_>>();
    assert_snapshot!(units.join("\n"), @r#"
    lookback::cli::ingest::progress: unit ended source="default" region="us-east-1" kind="scan" operation="list" status="complete" calls=1 throttles=0 jobs=0 why=""
    lookback::cli::ingest::progress: unit ended source="default" region="us-east-1" kind="scan" operation="summaries" status="complete" calls=3 throttles=0 jobs=0 why=""
    "#);
}

#[test]
fn levels_and_formats_that_are_none_are_refused() {
    let desk = Desk::new();
    assert_snapshot!(desk.run(&["status", "--log", "loud"]), @"
    exit 2
    -- stderr
    error: invalid value 'loud' for '--log <LEVEL>'
      [possible values: off, error, warn, info, debug]

    For more information, try '--help'.
    ");
    assert_snapshot!(desk.run(&["status", "--log-format", "xml"]), @"
    exit 2
    -- stderr
    error: invalid value 'xml' for '--log-format <FORMAT>'
      [possible values: text, json]

    For more information, try '--help'.
    ");
}

/// Everything below a folder as one text, but for what was planted there.
fn contents(folder: &Path, except: &[&str]) -> String {
    let mut text = String::new();
    for entry in folder.read_dir().unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if except.contains(&&*name) {
            continue;
        }
        if path.is_dir() {
            text.push_str(&contents(&path, except));
        } else {
            text.push_str(&String::from_utf8_lossy(&fs::read(&path).unwrap()));
        }
    }
    text
}

/// What a night says whose requests were signed: without credentials there would be none.
const USED: &str = "access denied to ListBackupJobs";
/// What it says of a file of credentials that is none.
const UNREAD: &str = "could not parse profile file";

/// Runs a night with everything told that can be told, and looks for secrets in all that it left.
/// How it ended tells how far the secret came.
#[track_caller]
fn check(desk: &Desk, url: &str, source: &str, ended: &str) {
    let text = format!(
        "[night]\nmetrics = \"m.prom\"\n[[source]]\nname = \"s\"\nregions = [\"us-east-1\"]\n\
         endpoint_url = \"{url}\"\n{source}\n"
    );
    desk.write("lookback.toml", text);
    for format in ["text", "json"] {
        let told = desk.run(&["night", "--now", NIGHT, "--log", "debug", "--log-format", format]);
        assert!(!told.contains(PLANTED), "{told}");
        assert!(told.contains(ended), "{told}");
    }
    let told = desk.run(&["status", "--format", "prometheus"]);
    assert!(!told.contains(PLANTED), "{told}");
    let left = contents(&desk.path(""), &["lookback.toml", "aws"]);
    assert!(left.contains("lookback_night_status"));
    assert!(!left.contains(PLANTED));
}

/// A desk with files of AWS's own settings.
fn desk_with(config: &str, credentials: &str) -> Desk {
    let mut desk = Desk::new();
    fs::create_dir(desk.path("aws")).unwrap();
    desk.write("aws/config", config);
    desk.write("aws/credentials", credentials);
    for (name, file) in
        [("AWS_CONFIG_FILE", "config"), ("AWS_SHARED_CREDENTIALS_FILE", "credentials")]
    {
        let path = desk.path("aws").join(file).display().to_string();
        desk.environment.push((name, path));
    }
    desk
}

#[test]
fn no_secret_is_told_wherever_it_comes_from() {
    let emulator = Emulator::at(NIGHT, "deny=ListBackupJobs");
    let url = &emulator.url;
    // The environment.
    let mut desk = Desk::new();
    for name in ["AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"] {
        desk.environment.push((name, format!("{PLANTED}-in-the-environment")));
    }
    desk.environment.push(("AWS_ACCESS_KEY_ID", "any".to_owned()));
    check(&desk, url, "", USED);
    // A profile.
    let keys = "aws_access_key_id = any\naws_secret_access_key = planted\naws_session_token = \
                planted\n";
    let profile = "profile = \"p\"";
    check(&desk_with("", &format!("[p]\n{keys}")), url, profile, USED);
    // A profile that is cut short, on the line of a secret.
    let cut = "[p]\naws_access_key_id = any\nplanted\n";
    check(&desk_with("", cut), url, profile, UNREAD);
    check(&desk_with("", "[p\naws_secret_access_key = planted\n"), url, profile, UNREAD);
    // A program that prints keys, and one that prints what it should not.
    let keys = "{\\\"Version\\\": 1, \\\"AccessKeyId\\\": \\\"any\\\", \\\"SecretAccessKey\\\": \
                \\\"planted\\\"}";
    let process = |text: &str| format!("[profile p]\ncredential_process = /bin/echo {text}\n");
    check(&desk_with(&process(&format!("\"{keys}\"")), ""), url, profile, USED);
    check(&desk_with(&process("planted"), ""), url, profile, "could not parse response");
    // The external id of a role, which nobody can assume here.
    let (sender, requests) = mpsc::channel();
    let refusal = "<ErrorResponse><Error><Code>AccessDenied</Code></Error></ErrorResponse>";
    let sts = wire::scripted(move |request| {
        sender.send(request.contains("externalid=planted")).ok();
        wire::answer(403, "", refusal)
    });
    let keys = "[default]\naws_access_key_id = any\naws_secret_access_key = any\n";
    let mut desk = desk_with("", keys);
    desk.environment.push(("AWS_ENDPOINT_URL_STS", sts));
    let role = "role_arn = \"arn:aws:iam::111122223333:role/r\"\nexternal_id = \"planted\"";
    check(&desk, url, role, "failed to assume role");
    let is_sent: Vec<_> = requests.try_iter().collect();
    assert!(is_sent.contains(&true) && !is_sent.contains(&false), "{is_sent:?}");
}
