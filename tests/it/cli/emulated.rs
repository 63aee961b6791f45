//! A desk beside a simulated organisation: `lookback emulate` in a process of its own.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use super::Desk;

/// `lookback emulate`, until this is dropped.
pub(crate) struct Emulator {
    process: Child,
    pub(crate) url: String,
}

impl Emulator {
    /// Two accounts in two Regions whose time stands still at `now`, with these faults.
    pub(crate) fn at(now: &str, faults: &str) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_lookback"))
            .args(["emulate", "--listen", "127.0.0.1:0", "--now", now, "--speed", "0"])
            .args(["--accounts", "2", "--resources", "24", "--regions", "us-east-1,eu-west-1"])
            .args(["--faults", faults, "--log", "off"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut url = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut url).unwrap();
        Self { process, url: url.trim_end().to_owned() }
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

impl Desk {
    /// One whose commands have credentials.
    pub(super) fn with_credentials() -> Self {
        let mut desk = Self::new();
        let keys = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"];
        desk.environment.extend(keys.map(|name| (name, "any".to_owned())));
        desk
    }

    /// `lookback ingest` of the whole organisation at the instant of the emulator.
    pub(super) fn ingest(&self, emulator: &Emulator, now: &str, more: &[&str]) -> String {
        let regions = "us-east-1,eu-west-1";
        let source =
            ["ingest", "--organization", "--region", regions, "--endpoint-url", &emulator.url];
        let told = self.run(&[&source[..], &["--now", now], more].concat());
        told.replace(&emulator.url, "[URL]")
    }

    /// Runs `lookback` until it has been reading for a moment, and sends it a signal; gives the
    /// exit status, and what it told of being interrupted.
    pub(super) fn interrupted(&self, arguments: &[&str], signal: &str) -> String {
        // Once there is a warehouse, signals are listened to.
        self.interrupted_when(arguments, signal, || self.path("warehouse/catalog.sqlite").exists())
    }

    /// The same once something is there.
    pub(super) fn interrupted_when(
        &self,
        arguments: &[&str],
        signal: &str,
        is_there: impl Fn() -> bool,
    ) -> String {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lookback"));
        command.current_dir(self.path("")).env_clear().stderr(Stdio::piped());
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        let process = command.args(arguments).spawn().unwrap();
        while !is_there() {
            sleep(Duration::from_millis(10));
        }
        sleep(Duration::from_millis(300));
        let pid = process.id().to_string();
        assert!(Command::new("kill").args([signal, &pid]).status().unwrap().success());
        let output = process.wait_with_output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        let told: Vec<_> = stderr.lines().filter(|line| line.contains("interrupt")).collect();
        format!("exit {}\n{}", output.status.code().unwrap(), told.join("\n"))
    }
}
