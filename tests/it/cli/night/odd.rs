//! `lookback night` where nobody listens, or where what it tells or reads cannot be had.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};

use insta::assert_snapshot;

use super::super::emulated::Emulator;
use super::super::{Desk, wire};
use super::{NIGHT, QUIET};

/// One call of a night, soon done.
const SHORT: [&str; 4] = ["--kind", "copy", "--metrics", "m.prom"];

/// A shell that runs `lookback` with what stands before and behind it.
fn shell(before: &str, behind: &str) -> Command {
    let mut command = Command::new("/bin/sh");
    let script = format!("{before}exec \"$0\" \"$@\"{behind}");
    command.args(["-c", &script, env!("CARGO_BIN_EXE_lookback")]);
    command
}

impl Desk {
    fn short_night(&self, command: Command, more: &[&str]) -> String {
        self.told(command, &[&["night", "--now", NIGHT], &SHORT[..], more].concat(), "")
    }

    fn night_status(&self) -> String {
        let text = fs::read_to_string(self.path("m.prom")).unwrap();
        let mut lines = text.lines().filter(|line| line.starts_with("lookback_night_status"));
        lines.next().unwrap().to_owned()
    }
}

#[test]
fn a_night_that_found_nobody_is_due_again() {
    let desk = Desk::new();
    desk.settle(&wire::closed(), QUIET);
    let due = ["--due", "03:00", "--kind", "copy", "--log", "off"];
    assert!(desk.night(NIGHT, &due).starts_with("exit 2\n"));
    let (later, latest) = ("2026-01-05T04:00:00Z", "2026-01-05T05:00:00Z");
    let emulator = Emulator::at(later, "");
    desk.settle(&emulator.url, QUIET);
    let told = desk.night(later, &due);
    assert!(told.contains("309 read, 309 new"), "{told}");
    assert_eq!(desk.night(latest, &due), "exit 0\n");
}

#[test]
fn a_damaged_catalog_is_told_by_a_night_that_may_not_be_due() {
    let desk = Desk::with_jobs();
    desk.settle(&wire::closed(), QUIET);
    desk.write("warehouse/catalog.sqlite", "damaged, and not empty");
    let told = desk.night(NIGHT, &["--due", "03:00", "--metrics", "m.prom"]);
    assert!(told.starts_with("exit 2\n"), "{told}");
    assert_eq!(desk.night_status(), "lookback_night_status 2");
}

#[test]
fn metrics_are_for_every_user_whatever_the_umask_is() {
    let desk = Desk::new();
    let emulator = Emulator::at(NIGHT, "");
    desk.settle(&emulator.url, QUIET);
    let told = desk.short_night(shell("umask 027; ", ""), &[]);
    assert!(told.starts_with("exit 0\n"), "{told}");
    let mode = fs::metadata(desk.path("m.prom")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o644, "{mode:o}");
}

#[test]
fn a_night_ends_as_it_does_whether_or_not_it_can_be_told() {
    let desk = Desk::new();
    let emulator = Emulator::at(NIGHT, "deny=ListCopyJobs");
    desk.settle(&emulator.url, QUIET);
    for more in [&[][..], &["--log", "debug"], &["--log", "debug", "--log-format", "json"]] {
        assert_eq!(desk.short_night(shell("", " 2>/dev/full"), more), "exit 1\n");
        assert_eq!(desk.night_status(), "lookback_night_status 1");
        fs::remove_file(desk.path("m.prom")).unwrap();
    }
    let told = desk.short_night(shell("", " >/dev/full"), &["--json"]);
    assert_snapshot!(told.lines().last().unwrap(), @"
    error: failed to write to standard output: No space left on device (os error 28)
    ");
    assert!(told.starts_with("exit 2\n"), "{told}");
    assert_eq!(desk.night_status(), "lookback_night_status 1");
}

#[test]
fn a_reader_who_has_gone_changes_no_exit_status() {
    let desk = Desk::new();
    let url = wire::closed();
    desk.settle(&url, QUIET);
    for command in ["night", "ingest"] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_lookback"))
            .args([command, "--json", "--kind", "copy", "--now", NIGHT])
            .current_dir(desk.path(""))
            .env_clear()
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        drop(command.stdout.take());
        assert_eq!(command.wait().unwrap().code(), Some(2));
    }
    // Nor has it one that is told what it typed wrong.
    let told = desk.told(shell("", " 2>/dev/full"), &["night", "--dew", "03:00"], "");
    assert_eq!(told, "exit 2\n");
}
