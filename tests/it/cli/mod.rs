//! What the user of the command line sees: exit status, standard output and standard error, whole.

mod chart;
mod check;
mod completions;
mod config;
mod connect;
mod damage;
pub(crate) mod emulated;
mod export;
mod failures;
mod import;
mod ingest;
mod limits;
mod log;
mod maintain;
mod night;
mod outputs;
mod pruning;
mod reconcile;
mod refusals;
mod report;
mod schedule;
mod serve;
mod slips;
mod sql;
mod status;
mod summaries;
mod together;
mod verify;
mod wire;

use std::fmt::Write as _;
use std::fs;
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};
use tempfile::TempDir;

/// A folder of its own in which commands run.
pub(crate) struct Desk {
    folder: TempDir,
    /// All that commands have of an environment, besides a time zone.
    environment: Vec<(&'static str, String)>,
}

impl Desk {
    fn new() -> Self {
        let folder = TempDir::with_prefix("lookback-cli-").unwrap();
        Self { folder, environment: Vec::new() }
    }

    /// One with a warehouse of three backup jobs.
    pub(crate) fn with_jobs() -> Self {
        let desk = Self::new();
        desk.write("jobs.json", jobs(&JOBS));
        let told = desk.run(&["import", "jobs.json"]);
        assert!(told.starts_with("exit 0\n"), "{told}");
        desk
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        fs::write(self.path(name), bytes).unwrap();
    }

    /// Runs `lookback`, on 5 January 2026 where the arguments say nothing else.
    pub(crate) fn run(&self, arguments: &[&str]) -> String {
        self.run_with(arguments, "")
    }

    /// Runs `lookback` with a text for its standard input; gives all that it told.
    fn run_with(&self, arguments: &[&str], input: &str) -> String {
        self.told(Command::new(env!("CARGO_BIN_EXE_lookback")), arguments, input)
    }

    /// `lookback` as a user whom the modes of files bind. They do not bind root, who runs it as
    /// somebody else, from where that one may read it.
    fn nobody(&self) -> Command {
        let program = PathBuf::from(env!("CARGO_BIN_EXE_lookback"));
        if fs::metadata(self.path("")).unwrap().uid() != 0 {
            return Command::new(program);
        }
        fs::copy(program, self.path("lookback")).unwrap();
        let mut command = Command::new(self.path("lookback"));
        command.uid(65534).gid(65534);
        command
    }

    fn told(&self, command: Command, arguments: &[&str], input: &str) -> String {
        let (status, told) = self.outcome(command, arguments, input);
        let status = status.map_or("killed".to_owned(), |status| status.to_string());
        self.redact(&format!("exit {status}\n{told}"))
    }

    fn outcome(
        &self,
        mut command: Command,
        arguments: &[&str],
        input: &str,
    ) -> (Option<i32>, String) {
        command.current_dir(self.folder.path()).env_clear().env("TZ", "Asia/Tokyo");
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command.args(arguments);
        if !arguments.contains(&"--now") {
            command.args(["--now", "2026-01-05T00:00:00Z"]);
        }
        if arguments[0] == "import" && !arguments.contains(&"--observed-at") {
            command.args(["--observed-at", "2026-01-04T00:00:00Z"]);
        }
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = spawn(&mut command);
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        let mut told = String::new();
        for (name, bytes) in [("stdout", output.stdout), ("stderr", output.stderr)] {
            if !bytes.is_empty() {
                let text = String::from_utf8(bytes).unwrap();
                write!(told, "-- {name}\n{text}").unwrap();
            }
        }
        (output.status.code(), told)
    }

    /// What differs from run to run is named: the folder and the ids of data files.
    fn redact(&self, text: &str) -> String {
        let folder = self.folder.path().display().to_string();
        let mut rest = text.replace(&folder, "[DESK]");
        let mut redacted = String::new();
        while let Some((before, after)) = rest.split_once("/lookback-") {
            redacted.push_str(before);
            redacted.push_str("/lookback-");
            let is_file = after.get(36..).is_some_and(|end| end.starts_with(".parquet"));
            redacted.push_str(if is_file { "[ID]" } else { "" });
            rest = after[if is_file { 36 } else { 0 }..].to_owned();
        }
        redacted + &rest
    }

    /// The one data file of a table.
    fn data_file(&self, table: &str) -> PathBuf {
        let mut path = self.path("warehouse/data/main").join(table);
        while path.is_dir() {
            let mut entries = path.read_dir().unwrap();
            let next = entries.next().unwrap().unwrap().path();
            assert!(entries.next().is_none(), "more than one in {}", path.display());
            path = next;
        }
        path
    }
}

/// Starts a program that may just have been copied: until a process that another test starts runs
/// its own program, it holds the copy open for writing.
fn spawn(command: &mut Command) -> Child {
    loop {
        match command.spawn() {
            Err(err) if err.kind() == ErrorKind::ExecutableFileBusy => {
                sleep(Duration::from_millis(5));
            }
            child => return child.unwrap(),
        }
    }
}

/// A query that takes hours, and every thread there is.
pub(crate) const BUSY: &str = "SELECT sum(a.value * b.value) AS n \
    FROM generate_series(1, 3000000) a \
    JOIN generate_series(1, 3000000) b ON a.value % 7 = b.value % 7;";

/// Id, state and creation date of three backup jobs.
const JOBS: [(&str, &str, &str); 3] = [
    ("b-1", "COMPLETED", "2026-01-01T01:00:00Z"),
    ("b-2", "RUNNING", "2026-01-01T02:00:00.5Z"),
    ("b-3", "CREATED", "2026-01-02T03:00:00Z"),
];

fn job((id, state, created): (&str, &str, &str)) -> Value {
    json!({
        "BackupJobId": id,
        "State": state,
        "CreationDate": created,
        "BackupVaultArn": "arn:aws:backup:eu-west-1:111111111111:backup-vault:v",
    })
}

pub(crate) fn jobs(jobs: &[(&str, &str, &str)]) -> String {
    json!({"BackupJobs": jobs.iter().map(|it| job(*it)).collect::<Vec<_>>()}).to_string()
}

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

/// What was told, but for how large the catalog is: that hangs on SQLite.
fn without_size(told: &str) -> String {
    let size = |line: &str| match line.split_once("the catalog has ") {
        Some((before, _)) => format!("{before}the catalog has [SIZE]\n"),
        None => format!("{line}\n"),
    };
    told.lines().map(size).collect()
}

/// Changes the catalog of a warehouse behind its back.
fn alter_catalog(warehouse: &Path, sql: &str) {
    let catalog = rusqlite::Connection::open(warehouse.join("catalog.sqlite")).unwrap();
    catalog.execute_batch(sql).unwrap();
}
