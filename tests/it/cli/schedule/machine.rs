//! `lookback schedule` on a machine that lacks something, or has not let all be done.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};

use insta::assert_snapshot;
use lookback::catalog::WriterLock;

use super::super::Desk;
use super::super::emulated::Emulator;
use super::{BROKEN, CRONTAB, SYSTEMCTL, check_removed, desk};

impl Desk {
    /// The commands of the machine that runs this test are out of reach.
    pub(super) fn secluded(mut self) -> Self {
        let bin = self.path("bin").display().to_string();
        self.environment.retain(|(name, _)| *name != "PATH");
        self.environment.push(("PATH", bin));
        self
    }
}

#[test]
fn without_systemd_the_ledger_is_told_and_units_are_cleared_away() {
    let desk = desk(&[("systemctl", SYSTEMCTL)]).secluded();
    desk.schedule(&["install"]);
    // As systemd does.
    let wants = desk.path("home/.config/systemd/user/timers.target.wants");
    fs::create_dir(&wants).unwrap();
    symlink("../lookback.timer", wants.join("lookback.timer")).unwrap();
    fs::remove_file(desk.path("bin/systemctl")).unwrap();
    assert_snapshot!(desk.schedule(&["status"]), @"
    exit 1
    -- stdout
    no run yet
    -- stderr
    warning: failed to run `systemctl --user show lookback.timer --property=ActiveState,NextElapseUSecRealtime,LastTriggerUSec`: there is no systemctl
    ");
    assert_snapshot!(desk.schedule(&["remove"]), @r#"
    exit 0
    -- stderr
    warning: failed to run `systemctl --user disable --now lookback.timer`: there is no systemctl
    done: delete file "[DESK]/home/.config/systemd/user/lookback.service"
    done: delete file "[DESK]/home/.config/systemd/user/lookback.timer"
    done: delete file "[DESK]/home/.config/systemd/user/timers.target.wants/lookback.timer"
    done: delete folder "[DESK]/home/.config/systemd/user/timers.target.wants" if it is empty
    done: delete folder "[DESK]/home/.config/systemd/user" if it is empty
    done: delete folder "[DESK]/home/.config/systemd" if it is empty
    done: delete folder "[DESK]/home/.config" if it is empty
    warning: failed to run `systemctl --user daemon-reload`: there is no systemctl
    "#);
    assert_eq!(desk.home(), Vec::<String>::new());
}

#[test]
fn without_a_bus_the_ledger_is_told() {
    let desk = desk(&[("systemctl", BROKEN)]);
    desk.schedule(&["install"]);
    assert_snapshot!(desk.schedule(&["status"]), @"
    exit 1
    -- stdout
    no run yet
    -- stderr
    warning: failed to run `systemctl --user show lookback.timer --property=ActiveState,NextElapseUSecRealtime,LastTriggerUSec` (exit status: 1): Failed to connect to bus
    ");
}

#[test]
fn what_systemd_deletes_itself_is_not_told_twice() {
    let deleting = "case $* in\n\
        *disable*) rm -r \"$HOME/.config/systemd/user/timers.target.wants\" ;;\n\
        esac\n";
    let desk = desk(&[("systemctl", deleting)]);
    desk.schedule(&["install"]);
    let wants = desk.path("home/.config/systemd/user/timers.target.wants");
    fs::create_dir(&wants).unwrap();
    symlink("../lookback.timer", wants.join("lookback.timer")).unwrap();
    check_removed(&desk);
    assert_eq!(desk.home(), Vec::<String>::new());
}

#[test]
fn a_service_of_the_system_runs_as_whoever_asks_for_it_and_not_as_root() {
    let mut desk = desk(&[("systemctl", SYSTEMCTL)]);
    let users = |desk: &Desk, flags: &[&str]| {
        let told = desk.schedule(&[&["print", "systemd", "--system"], flags].concat());
        let lines = told.lines().filter(|line| !line.contains('/') && line.contains("ser"));
        let lines = lines.filter(|line| line.starts_with("User=") || line.contains(": "));
        lines.collect::<Vec<_>>().join("\n")
    };
    assert_eq!(users(&desk, &[]), "User=ana");
    desk.environment.retain(|(name, _)| *name != "USER");
    assert_snapshot!(desk.schedule(&["print", "systemd", "--system"]), @"
    exit 2
    -- stderr
    error: nobody is named as whom the system's service is to run
    hint: name the user with --run-as
    ");
    desk.environment.extend([("USER", "root".into()), ("SUDO_USER", "eva.maria".into())]);
    assert_eq!(users(&desk, &[]), "User=eva.maria");
    assert_eq!(users(&desk, &["--run-as", "backup"]), "User=backup");
}

#[test]
fn whoever_may_not_change_the_system_is_told_how() {
    let desk = desk(&[("systemctl", SYSTEMCTL)]);
    for name in ["", "warehouse", "home", "bin"] {
        fs::set_permissions(desk.path(name), fs::Permissions::from_mode(0o755)).unwrap();
    }
    let install = ["schedule", "install", "--system", "--name", "lookback-of-a-test"];
    let told = desk.told(desk.nobody(), &install, "");
    assert!(told.starts_with("exit 2\n"), "{told}");
    assert_snapshot!(told.lines().last().unwrap(), @"
    hint: run as root: sudo lookback --config [DESK]/lookback.toml --warehouse [DESK]/warehouse schedule install --system --name lookback-of-a-test --at 03:00 --run-as ana; undo with `lookback schedule remove --system --name lookback-of-a-test`
    ");
}

#[test]
fn a_line_of_cron_is_well_if_the_ledger_says_so() {
    let desk = desk(&[("crontab", CRONTAB)]);
    let read_at = "2026-01-05T03:20:00Z";
    let emulator = Emulator::at(read_at, "");
    let source = "[[source]]\nname = \"prod\"\nregions = [\"us-east-1\"]\nkinds = [\"copy\"]\n\
                  emulator = true\n";
    desk.write("lookback.toml", format!("{source}endpoint_url = \"{}\"\n", emulator.url));
    desk.schedule(&["install", "--with", "cron"]);
    desk.run(&["night", "--no-reconcile", "--now", read_at]);
    let status = |now: &str| {
        let told = desk.schedule(&["status", "--now", now]);
        told.lines().filter(|line| !line.contains("[PROGRAM]")).collect::<Vec<_>>().join("\n")
    };
    assert_snapshot!(status("2026-01-06T04:00:00Z"), @"
    exit 0
    -- stdout
    timer  the user's crontab, every hour, if the night is due:

    run                   status  seconds  new  changed  calls  throttled
    2026-01-05T03:20:00Z  done          0  116        0      2          0
    ");
    assert_snapshot!(status("2026-01-06T05:00:00Z"), @"
    exit 1
    -- stdout
    timer  the user's crontab, every hour, if the night is due:

    run                   status  seconds  new  changed  calls  throttled
    2026-01-05T03:20:00Z  done          0  116        0      2          0
    -- stderr
    warning: no night was done since 2026-01-06T03:00:00Z, when it was due
    ");
    // A long night may go on.
    let _writer = WriterLock::take(&desk.path("warehouse")).unwrap();
    let told = status("2026-01-06T05:00:00Z");
    assert!(told.starts_with("exit 0\n"), "{told}");
    assert!(told.ends_with("the warehouse is being written now: most likely the night goes on"));
}
