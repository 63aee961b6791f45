//! `lookback serve aws`: what it tells, and what it serves while the warehouse changes.

use std::fs::{self, File, Permissions};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::process::{Child, ChildStdout, Command, Stdio};

use insta::assert_snapshot;
use serde_json::Value;

use super::{Desk, jobs, spawn};
use crate::aws::encode;

/// A server in a process of its own.
struct Served<'d> {
    desk: &'d Desk,
    process: Child,
    stdout: BufReader<ChildStdout>,
    url: String,
}

impl<'d> Served<'d> {
    fn start(desk: &'d Desk, arguments: &[&str]) -> Self {
        Self::run(desk, Command::new(env!("CARGO_BIN_EXE_lookback")), arguments)
    }

    fn run(desk: &'d Desk, mut command: Command, arguments: &[&str]) -> Self {
        command.args(["serve", "aws"]).args(arguments);
        if !arguments.contains(&"--listen") {
            command.args(["--listen", "127.0.0.1:0"]);
        }
        if !arguments.contains(&"--now") {
            command.args(["--now", "2026-01-05T00:00:00Z"]);
        }
        let stderr = File::create(desk.path("served")).unwrap();
        command.current_dir(desk.path("")).env_clear();
        command.envs(desk.environment.iter().map(|(name, value)| (name, value)));
        command.stdout(Stdio::piped()).stderr(stderr);
        let mut process = spawn(&mut command);
        let mut stdout = BufReader::new(process.stdout.take().unwrap());
        let mut url = String::new();
        stdout.read_line(&mut url).unwrap();
        let url = url.trim_end().to_owned();
        assert!(!url.is_empty(), "{}", fs::read_to_string(desk.path("served")).unwrap());
        Self { desk, process, stdout, url }
    }

    /// The body of the answer, with its status.
    fn get(&self, target: &str) -> (u16, Value) {
        let host = self.url.strip_prefix("http://").unwrap();
        let mut stream = TcpStream::connect(host).unwrap();
        let head = format!("GET {target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        stream.write_all(head.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        (status, serde_json::from_str(body).unwrap())
    }

    /// The ids of the backup jobs of a page, and the token of the next one.
    fn list(&self, query: &str) -> (Vec<String>, String) {
        let (status, body) = self.get(&format!("/backup-jobs?{query}"));
        assert_eq!(status, 200, "{body}");
        let ids = body["BackupJobs"].as_array().unwrap().iter();
        let ids = ids.map(|job| job["BackupJobId"].as_str().unwrap().to_owned()).collect();
        (ids, encode(body["NextToken"].as_str().unwrap_or_default()))
    }

    /// Interrupts it; gives all that it told.
    fn stop(mut self) -> String {
        let pid = self.process.id().to_string();
        assert!(Command::new("kill").args(["-INT", &pid]).status().unwrap().success());
        let mut rest = String::new();
        self.stdout.read_to_string(&mut rest).unwrap();
        let status = self.process.wait().unwrap().code().unwrap();
        let stderr = fs::read_to_string(self.desk.path("served")).unwrap();
        let told = format!("exit {status}\n-- stdout\n{}\n{rest}-- stderr\n{stderr}", self.url);
        self.desk.redact(&told).replace(&self.url, "[URL]")
    }
}

impl Drop for Served<'_> {
    fn drop(&mut self) {
        // It has ended already, unless the test failed.
        self.process.kill().unwrap_or_default();
        self.process.wait().unwrap();
    }
}

#[test]
fn it_tells_what_it_serves_and_to_whom() {
    let desk = Desk::with_jobs();
    let served = Served::start(&desk, &[]);
    assert_eq!(served.list("").0, ["b-3", "b-2", "b-1"]);
    assert_snapshot!(served.stop(), @r#"
    exit 0
    -- stdout
    [URL]
    -- stderr
    serving warehouse "warehouse", snapshot 2: 3 jobs, created from 2026-01-01T01:00:00Z to 2026-01-02T03:00:00Z
    to anyone on this machine; a request that names no account is for all of them, with --caller ACCOUNT_ID for that one
    try: AWS_ACCESS_KEY_ID=any AWS_SECRET_ACCESS_KEY=any aws backup list-backup-jobs --region eu-west-1 --endpoint-url [URL] --by-account-id '*' --max-items 3
    try: boto3.client("backup", region_name="eu-west-1", endpoint_url="[URL]", aws_access_key_id="any", aws_secret_access_key="any")
    "#);
    let other = ["--caller", "222222222222", "--retention", "45d", "--as-of", "2"];
    let served = Served::start(&desk, &other);
    assert_eq!(served.list("").0, Vec::<String>::new());
    assert_eq!(served.list("accountId=*").0.len(), 3);
    assert_snapshot!(served.stop(), @r#"
    exit 0
    -- stdout
    [URL]
    -- stderr
    serving warehouse "warehouse", snapshot 2: 3 jobs, created from 2026-01-01T01:00:00Z to 2026-01-02T03:00:00Z; later snapshots are not shown; each is forgotten 45 days after its creation
    to anyone on this machine, as account 222222222222, which sees every account
    try: AWS_ACCESS_KEY_ID=any AWS_SECRET_ACCESS_KEY=any aws backup list-backup-jobs --region eu-west-1 --endpoint-url [URL] --by-account-id '*' --max-items 3
    try: boto3.client("backup", region_name="eu-west-1", endpoint_url="[URL]", aws_access_key_id="any", aws_secret_access_key="any")
    "#);
}

#[test]
fn with_keys_it_serves_their_holders_at_any_address() {
    let mut desk = Desk::with_jobs();
    desk.write("reader.secret", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY\n");
    fs::set_permissions(desk.path("reader.secret"), Permissions::from_mode(0o600)).unwrap();
    let key = "[[serve.key]]\naccess_key_id = \"LOOKBACKREADER00\"\n\
               secret_access_key_file = \"reader.secret\"\naccount_id = \"111111111111\"\n";
    desk.write("lookback.toml", key);
    let told = desk.run(&["serve", "aws", "--listen", "127.0.0.1:0", "--caller", "222222222222"]);
    assert_snapshot!(told, @"
    exit 2
    -- stderr
    error: --caller says nothing here: each key in the settings file has an account
    hint: leave out --caller, or change account_id of a key
    ");
    // A setting of other commands.
    desk.environment.push(("LOOKBACK_CALLER", "222222222222".to_owned()));
    let served = Served::start(&desk, &["--listen", "0.0.0.0:0"]);
    // No client connects to all addresses.
    assert!(served.url.starts_with("http://127.0.0.1:"), "{}", served.url);
    let (status, body) = served.get("/backup-jobs");
    assert_eq!((status, &body["Code"]), (403, &"MissingAuthenticationTokenException".into()));
    assert_snapshot!(served.stop(), @r#"
    exit 0
    -- stdout
    [URL]
    -- stderr
    serving warehouse "warehouse", snapshot 2: 3 jobs, created from 2026-01-01T01:00:00Z to 2026-01-02T03:00:00Z
    to the holders of the keys in the settings file
    try: aws backup list-backup-jobs --region eu-west-1 --endpoint-url [URL] --by-account-id '*' --max-items 3
    try: boto3.client("backup", region_name="eu-west-1", endpoint_url="[URL]")
    "#);
}

#[test]
fn an_empty_warehouse_is_served_too() {
    let desk = Desk::new();
    desk.write("none.json", r#"{"BackupJobs": []}"#);
    desk.run(&["import", "none.json"]);
    let served = Served::start(&desk, &[]);
    assert_eq!(served.list("").0, Vec::<String>::new());
    assert_snapshot!(served.stop(), @r#"
    exit 0
    -- stdout
    [URL]
    -- stderr
    serving warehouse "warehouse", snapshot 1: 0 jobs
    to anyone on this machine; a request that names no account is for all of them, with --caller ACCOUNT_ID for that one
    try: AWS_ACCESS_KEY_ID=any AWS_SECRET_ACCESS_KEY=any aws backup list-backup-jobs --region us-east-1 --endpoint-url [URL] --by-account-id '*' --max-items 3
    try: boto3.client("backup", region_name="us-east-1", endpoint_url="[URL]", aws_access_key_id="any", aws_secret_access_key="any")
    "#);
}

const NEWER: [(&str, &str, &str); 2] =
    [("b-4", "CREATED", "2026-01-04T03:00:00Z"), ("b-2", "FAILED", "2026-01-01T02:00:00.5Z")];

#[test]
fn what_is_committed_is_shown_at_once_and_a_listing_goes_on_after_a_restart() {
    let desk = Desk::with_jobs();
    let served = Served::start(&desk, &[]);
    let pinned = Served::start(&desk, &["--as-of", "2"]);
    let (first, token) = served.list("maxResults=1");
    assert_eq!(first, ["b-3"]);
    desk.write("newer.json", jobs(&NEWER));
    let told = desk.run(&["import", "newer.json", "--observed-at", "2026-01-05T00:00:00Z"]);
    assert_snapshot!(told, @"
    exit 0
    -- stderr
    imported 1 file: 1 new, 1 changed, 0 unchanged, 0 refused; snapshot 3
    ");
    assert_eq!(served.list("").0, ["b-4", "b-3", "b-2", "b-1"]);
    assert_eq!(served.list("state=FAILED").0, ["b-2"]);
    assert_eq!(pinned.list("").0, ["b-3", "b-2", "b-1"]);
    let (second, token) = served.list(&format!("maxResults=1&nextToken={token}"));
    assert_eq!(second, ["b-2"]);
    served.stop();
    let served = Served::start(&desk, &[]);
    assert_eq!(served.list(&format!("maxResults=1&nextToken={token}")).0, ["b-1"]);
}

#[test]
fn what_aws_would_have_forgotten_is_forgotten_where_that_is_asked_for() {
    let desk = Desk::with_jobs();
    let served = Served::start(&desk, &["--now", "2026-02-01T00:00:00Z", "--retention", "30d"]);
    assert_eq!(served.list("").0, ["b-3"]);
    assert_eq!(served.get("/backup-jobs/b-3").0, 200);
    let (status, body) = served.get("/backup-jobs/b-1");
    assert_eq!((status, &body["Code"]), (400, &"ResourceNotFoundException".into()));
    drop(served);
    let served = Served::start(&desk, &["--now", "2026-01-03T00:00:00Z", "--retention", "15d"]);
    let (_, body) = served.get("/audit/backup-job-summaries?AggregationPeriod=SEVEN_DAYS");
    assert_snapshot!(format!("{body:#}"), @r#"
    {
      "AggregationPeriod": "SEVEN_DAYS",
      "BackupJobSummaries": [
        {
          "Count": 3,
          "EndTime": 1767398400,
          "Region": "eu-west-1",
          "StartTime": 1766793600
        }
      ]
    }
    "#);
}

#[test]
fn a_warehouse_that_may_not_be_written_is_served() {
    let desk = Desk::with_jobs();
    let folder = desk.path("warehouse");
    let command = desk.nobody();
    for path in [folder.join("catalog.sqlite"), folder.clone()] {
        let mode = if path.is_dir() { 0o555 } else { 0o444 };
        fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
    }
    fs::set_permissions(desk.path(""), Permissions::from_mode(0o755)).unwrap();
    let served = Served::run(&desk, command, &[]);
    assert_eq!(served.list("").0, ["b-3", "b-2", "b-1"]);
    drop(served);
    fs::set_permissions(folder, Permissions::from_mode(0o755)).unwrap();
}

#[test]
fn a_warehouse_that_is_gone_is_told_in_the_log_and_not_to_callers() {
    let desk = Desk::with_jobs();
    let served = Served::start(&desk, &["--log", "off"]);
    fs::rename(desk.path("warehouse"), desk.path("aside")).unwrap();
    let (status, body) = served.get("/backup-jobs");
    assert_snapshot!(format!("{status} {body:#}"), @r#"
    500 {
      "Code": "InternalFailure",
      "Context": null,
      "Message": "the service failed; its log tells why",
      "Type": null
    }
    "#);
    fs::rename(desk.path("aside"), desk.path("warehouse")).unwrap();
    assert_eq!(served.list("").0.len(), 3);
}

#[test]
fn what_cannot_be_served_is_refused() {
    let desk = Desk::with_jobs();
    let run = |arguments: &[&str]| desk.run(&[&["serve", "aws"], arguments].concat());
    assert_snapshot!(run(&["--warehouse", "nowhere"]), @r#"
    exit 2
    -- stderr
    error: folder "nowhere" is not a warehouse: it has no catalog.sqlite
    hint: name the folder of a warehouse with --warehouse, or make one with `lookback ingest`, `lookback import` or `lookback demo --keep DIR`
    "#);
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let told = run(&["--listen", &address]).replace(&address, "[ADDRESS]");
    assert_snapshot!(told, @r#"
    exit 2
    -- stderr
    error: failed to listen on "[ADDRESS]": Address already in use (os error 98)
    hint: name another address with --listen; 127.0.0.1:0 takes any free port
    "#);
    let told = run(&["--listen", "0.0.0.0:0"]);
    let (before, after) = told.split_once("0.0.0.0:").unwrap();
    let after = after.trim_start_matches(|c: char| c.is_ascii_digit());
    assert_snapshot!(format!("{before}0.0.0.0:[PORT]{after}"), @r#"
    exit 2
    -- stderr
    error: address "0.0.0.0:[PORT]" is not a loopback address
    hint: listen on 127.0.0.1 or [::1]; `lookback serve aws` listens elsewhere once [[serve.key]] of the settings file says who may call
    "#);
    assert_snapshot!(run(&["--as-of", "9"]), @"
    exit 2
    -- stderr
    error: there is no snapshot 9
    hint: the warehouse has snapshots 1 (2026-01-05T00:00:00Z) to 2 (2026-01-05T00:00:00Z)
    ");
}

#[test]
fn wrong_flags_are_refused() {
    let desk = Desk::new();
    let run = |arguments: &[&str]| desk.run(&[&["serve"], arguments].concat());
    assert_snapshot!(run(&[]), @"
    exit 2
    -- stderr
    error: 'lookback serve' requires a subcommand but one was not provided
      [subcommands: aws, help]

    Usage: lookback serve [OPTIONS] <COMMAND>

    For more information, try '--help'.
    ");
    assert_snapshot!(run(&["aws", "--retention", "7d"]), @"
    exit 2
    -- stderr
    error: invalid value '7d' for '--retention <TIME>': it is no length of time from 15d to 36500d; AWS's is 30d

    For more information, try '--help'.
    ");
    assert_snapshot!(run(&["aws", "--listen", "here"]), @"
    exit 2
    -- stderr
    error: invalid value 'here' for '--listen <ADDR:PORT>': it is no address; write one such as 127.0.0.1:4562

    For more information, try '--help'.
    ");
    assert_snapshot!(run(&["aws", "--caller", "me"]), @"
    exit 2
    -- stderr
    error: invalid value 'me' for '--caller <ACCOUNT_ID>': it is no account id of 12 digits

    For more information, try '--help'.
    ");
    assert_snapshot!(run(&["gcp"]), @"
    exit 2
    -- stderr
    error: unrecognized subcommand 'gcp'

    Usage: lookback serve [OPTIONS] <COMMAND>

    For more information, try '--help'.
    ");
}
