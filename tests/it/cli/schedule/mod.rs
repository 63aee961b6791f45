//! `lookback schedule`, on a machine whose systemd and cron only write down what they are told.

mod machine;
mod odd;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use insta::{allow_duplicates, assert_snapshot};

use super::Desk;

/// A home with settings and a warehouse, on a machine with the commands that are named.
fn desk(commands: &[(&str, &str)]) -> Desk {
    let mut desk = Desk::with_jobs();
    let bin = desk.path("bin");
    fs::create_dir(&bin).unwrap();
    for (name, script) in commands {
        let path = bin.join(name);
        fs::write(&path, format!("#!/bin/sh\n{script}")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }
    fs::create_dir(desk.path("home")).unwrap();
    desk.write("lookback.toml", "[[source]]\nname = \"prod\"\nregions = [\"us-east-1\"]\n");
    let home = desk.path("home").display().to_string();
    desk.environment.extend([
        ("HOME", home),
        ("PATH", format!("{}:/usr/bin:/bin", bin.display())),
        ("USER", "ana".to_owned()),
    ]);
    desk
}

/// Writes down what it is told.
const SYSTEMCTL: &str = "echo \"systemctl $*\" >> \"$HOME/../calls\"\n\
    case $* in\n\
    *'show lookback.timer'*) printf 'ActiveState=active\\nNextElapseUSecRealtime=Tue 2026-01-06 \
    03:12:00 UTC\\nLastTriggerUSec=Mon 2026-01-05 03:04:00 UTC\\n' ;;\n\
    *'show lookback.service'*) printf 'ActiveState=failed\\nResult=exit-code\\nExecMainStatus=1\\n'\n\
    ;;\n\
    esac\n";

/// Keeps a crontab in a file, as cron does.
const CRONTAB: &str = "echo \"crontab $*\" >> \"$HOME/../calls\"\n\
    case $1 in\n\
    -l) cat \"$HOME/../crontab\" 2>/dev/null || { echo 'no crontab for ana' >&2; exit 1; } ;;\n\
    -r) rm \"$HOME/../crontab\" ;;\n\
    -) cat > \"$HOME/../crontab\" ;;\n\
    esac\n";

/// A machine where systemd is asked and cannot be.
const BROKEN: &str =
    "[ \"$1\" = --version ] && exit 0\necho 'Failed to connect to bus' >&2\nexit 1\n";

impl Desk {
    /// `lookback schedule`, whose program and home have other names each time.
    fn schedule(&self, arguments: &[&str]) -> String {
        let told = self.run(&[&["schedule"], arguments].concat());
        let told = told.replace(env!("CARGO_BIN_EXE_lookback"), "[PROGRAM]");
        // The minute hangs on the folder.
        let minute = |line: &str| match line.split_once(" * * * * [PROGRAM]") {
            Some((minute, rest)) if minute.trim().parse::<u8>().is_ok_and(|minute| minute < 60) => {
                let space = &minute[..minute.len() - minute.trim_start().len()];
                format!("{space}[MINUTE] * * * * [PROGRAM]{rest}\n")
            }
            _ => format!("{line}\n"),
        };
        told.lines().map(minute).collect()
    }

    /// What the machine was told since it was asked last.
    fn calls(&self) -> String {
        let calls = fs::read_to_string(self.path("calls")).unwrap_or_default();
        fs::remove_file(self.path("calls")).ok();
        calls
    }

    /// All that is in the home.
    fn home(&self) -> Vec<String> {
        let mut found = Vec::new();
        let mut folders: Vec<PathBuf> = vec![self.path("home")];
        while let Some(folder) = folders.pop() {
            for entry in folder.read_dir().unwrap() {
                let path = entry.unwrap().path();
                found.push(path.strip_prefix(self.path("home")).unwrap().display().to_string());
                if path.is_dir() {
                    folders.push(path);
                }
            }
        }
        found.sort();
        found
    }
}

/// Removes the units, and with them every folder that was made for them.
#[track_caller]
fn check_removed(desk: &Desk) {
    let told = desk.schedule(&["remove"]);
    allow_duplicates!(assert_snapshot!(told, @r#"
    exit 0
    -- stderr
    done: run `systemctl --user disable --now lookback.timer`
    done: run `systemctl --user clean --what=state lookback.timer`
    done: run `systemctl --user reset-failed lookback.service`
    done: delete file "[DESK]/home/.config/systemd/user/lookback.service"
    done: delete file "[DESK]/home/.config/systemd/user/lookback.timer"
    done: delete folder "[DESK]/home/.config/systemd/user" if it is empty
    done: delete folder "[DESK]/home/.config/systemd" if it is empty
    done: delete folder "[DESK]/home/.config" if it is empty
    done: run `systemctl --user daemon-reload`
    "#));
}

#[test]
fn systemd_is_set_up() {
    let desk = desk(&[("systemctl", SYSTEMCTL), ("crontab", CRONTAB)]);
    assert_snapshot!(desk.schedule(&["install", "--dry-run"]), @r#"
    exit 0
    -- stdout
    make folder "[DESK]/home/.config"
    make folder "[DESK]/home/.config/systemd"
    make folder "[DESK]/home/.config/systemd/user"
    write file "[DESK]/home/.config/systemd/user/lookback.service"
    write file "[DESK]/home/.config/systemd/user/lookback.timer"
    run `systemctl --user daemon-reload`
    run `systemctl --user enable --now lookback.timer`
    -- stderr
    it runs while the user is logged in; to have it run always: loginctl enable-linger
    "#);
    assert_eq!(desk.home(), Vec::<String>::new());
    desk.calls();
    assert_snapshot!(desk.schedule(&["install"]), @r#"
    exit 0
    -- stderr
    done: make folder "[DESK]/home/.config"
    done: make folder "[DESK]/home/.config/systemd"
    done: make folder "[DESK]/home/.config/systemd/user"
    done: write file "[DESK]/home/.config/systemd/user/lookback.service"
    done: write file "[DESK]/home/.config/systemd/user/lookback.timer"
    done: run `systemctl --user daemon-reload`
    done: run `systemctl --user enable --now lookback.timer`
    it runs while the user is logged in; to have it run always: loginctl enable-linger
    "#);
    assert_snapshot!(desk.calls(), @"
    systemctl --version
    systemctl --user daemon-reload
    systemctl --user enable --now lookback.timer
    ");
    // Once more is as once.
    assert_snapshot!(desk.schedule(&["install"]), @"
    exit 0
    -- stderr
    done: run `systemctl --user daemon-reload`
    done: run `systemctl --user enable --now lookback.timer`
    it runs while the user is logged in; to have it run always: loginctl enable-linger
    ");
}

#[test]
fn the_units_are_told_by_systemd_and_by_the_ledger() {
    let desk = desk(&[("systemctl", SYSTEMCTL), ("crontab", CRONTAB)]);
    desk.schedule(&["install"]);
    let service = fs::read_to_string(desk.path("home/.config/systemd/user/lookback.service"));
    let service = service.unwrap().replace(env!("CARGO_BIN_EXE_lookback"), "[PROGRAM]");
    let command = desk.redact(service.split("\n\n").nth(1).unwrap());
    assert_snapshot!(command, @"
    [Service]
    Type=oneshot
    ExecStart=[PROGRAM] --config [DESK]/lookback.toml --warehouse [DESK]/warehouse night
    # Secrets such as AWS_SECRET_ACCESS_KEY can be kept here, by line, with mode 600.
    EnvironmentFile=-[DESK]/home/.config/lookback/lookback.env
    # It is asked to stop, commits what it has read, and goes on the next night.
    TimeoutStartSec=12h
    TimeoutStopSec=5min
    Nice=10
    ");
    assert_snapshot!(desk.schedule(&["status"]), @"
    exit 1
    -- stdout
    timer  lookback.timer of the user's systemd: active
    next   Tue 2026-01-06 03:12:00 UTC
    last   Mon 2026-01-05 03:04:00 UTC: exit status 1

    no run yet
    ");
}

#[test]
fn systemd_is_cleared_away() {
    let desk = desk(&[("systemctl", SYSTEMCTL), ("crontab", CRONTAB)]);
    desk.schedule(&["install"]);
    desk.calls();
    assert_snapshot!(desk.schedule(&["remove", "--dry-run"]), @r#"
    exit 0
    -- stdout
    run `systemctl --user disable --now lookback.timer`
    run `systemctl --user clean --what=state lookback.timer`
    run `systemctl --user reset-failed lookback.service`
    delete file "[DESK]/home/.config/systemd/user/lookback.service"
    delete file "[DESK]/home/.config/systemd/user/lookback.timer"
    delete folder "[DESK]/home/.config/systemd/user" if it is empty
    delete folder "[DESK]/home/.config/systemd" if it is empty
    delete folder "[DESK]/home/.config" if it is empty
    run `systemctl --user daemon-reload`
    "#);
    check_removed(&desk);
    assert_snapshot!(desk.calls(), @"
    crontab -l
    crontab -l
    systemctl --user disable --now lookback.timer
    systemctl --user clean --what=state lookback.timer
    systemctl --user reset-failed lookback.service
    systemctl --user daemon-reload
    ");
    assert_eq!(desk.home(), Vec::<String>::new());
    assert_snapshot!(desk.schedule(&["remove"]), @r#"
    exit 0
    -- stderr
    no schedule "lookback" is installed
    "#);
    assert_snapshot!(desk.schedule(&["status"]), @r#"
    exit 1
    -- stdout
    no run yet
    -- stderr
    warning: no schedule "lookback" is installed
    "#);
}

#[test]
fn cron_is_set_up_where_there_is_no_systemd_and_its_other_lines_stay() {
    let mut desk = desk(&[("crontab", CRONTAB)]);
    // The commands of the machine that runs this test are out of reach.
    let bin = desk.path("bin").display().to_string();
    for tool in ["cat", "rm"] {
        std::os::unix::fs::symlink(format!("/bin/{tool}"), desk.path("bin").join(tool)).unwrap();
    }
    desk.environment.retain(|(name, _)| *name != "PATH");
    desk.environment.push(("PATH", bin));
    assert_snapshot!(desk.schedule(&["install", "--dry-run"]), @r#"
    exit 0
    -- stdout
    run `crontab -`
      # lookback schedule "lookback": begin (made by `lookback schedule install`)
      [MINUTE] * * * * [PROGRAM] --config [DESK]/lookback.toml --warehouse [DESK]/warehouse night --due 03:00
      # lookback schedule "lookback": end
    "#);
    desk.calls();
    assert_snapshot!(desk.schedule(&["install"]), @"
    exit 0
    -- stderr
    done: run `crontab -`
    ");
    assert_snapshot!(desk.calls(), @"
    crontab -l
    crontab -
    ");
    assert_snapshot!(desk.schedule(&["status"]), @"
    exit 1
    -- stdout
    timer  the user's crontab, every hour, if the night is due:
           [MINUTE] * * * * [PROGRAM] --config [DESK]/lookback.toml --warehouse [DESK]/warehouse night --due 03:00

    no run yet
    -- stderr
    warning: no night was done since 2026-01-04T03:00:00Z, when it was due
    ");
    assert!(desk.schedule(&["remove"]).starts_with("exit 0\n"));
    assert!(!desk.path("crontab").exists());
    // With lines of the user's own.
    let own = "MAILTO=ana\n5 4 * * * true 50\\%\n";
    desk.write("crontab", own);
    desk.schedule(&["install"]);
    let with_ours = fs::read_to_string(desk.path("crontab")).unwrap();
    assert!(with_ours.starts_with(own) && with_ours.len() > own.len());
    desk.calls();
    desk.schedule(&["install"]);
    assert_eq!(desk.calls(), "crontab -l\n");
    assert_snapshot!(desk.schedule(&["remove"]), @"
    exit 0
    -- stderr
    done: run `crontab -`
    ");
    assert_eq!(fs::read_to_string(desk.path("crontab")).unwrap(), own);
    assert_eq!(desk.home(), Vec::<String>::new());
}

#[test]
fn what_the_machine_refuses_is_told_and_can_be_cleared_away() {
    let desk = desk(&[("systemctl", BROKEN)]);
    assert_snapshot!(desk.schedule(&["install"]), @r#"
    exit 2
    -- stderr
    done: make folder "[DESK]/home/.config"
    done: make folder "[DESK]/home/.config/systemd"
    done: make folder "[DESK]/home/.config/systemd/user"
    done: write file "[DESK]/home/.config/systemd/user/lookback.service"
    done: write file "[DESK]/home/.config/systemd/user/lookback.timer"
    error: failed to run `systemctl --user daemon-reload` (exit status: 1): Failed to connect to bus
    hint: undo what was done with `lookback schedule remove --name lookback`; without systemd, install with --with cron
    "#);
    assert_snapshot!(desk.schedule(&["remove"]), @r#"
    exit 0
    -- stderr
    warning: failed to run `systemctl --user disable --now lookback.timer` (exit status: 1): Failed to connect to bus
    done: delete file "[DESK]/home/.config/systemd/user/lookback.service"
    done: delete file "[DESK]/home/.config/systemd/user/lookback.timer"
    done: delete folder "[DESK]/home/.config/systemd/user" if it is empty
    done: delete folder "[DESK]/home/.config/systemd" if it is empty
    done: delete folder "[DESK]/home/.config" if it is empty
    warning: failed to run `systemctl --user daemon-reload` (exit status: 1): Failed to connect to bus
    "#);
    assert_eq!(desk.home(), Vec::<String>::new());
    let user = desk.path("home/.config/systemd/user");
    fs::create_dir_all(&user).unwrap();
    fs::write(user.join("mine.timer"), "[Timer]\n").unwrap();
    assert_snapshot!(desk.schedule(&["install", "--name", "mine"]), @r#"
    exit 2
    -- stderr
    error: file "[DESK]/home/.config/systemd/user/mine.timer" is there and was not made by `lookback schedule`
    hint: choose another name with --name
    "#);
}

#[test]
fn mistakes_are_told_with_the_way_out() {
    let desk = desk(&[("systemctl", SYSTEMCTL)]);
    assert_snapshot!(desk.schedule(&["install", "--warehouse", "nowhere"]), @r#"
    exit 2
    -- stderr
    error: folder "nowhere" is not a warehouse: it has no catalog.sqlite
    hint: read once with `lookback night` or `lookback ingest`, then install
    "#);
    assert_snapshot!(desk.schedule(&["print", "kubernetes"]), @"
    exit 2
    -- stderr
    error: the following required arguments were not provided:
      --image <IMAGE>

    Usage: lookback schedule print --now <TIMESTAMP> --image <IMAGE> <SCHEDULER>

    For more information, try '--help'.
    ");
    assert_snapshot!(desk.schedule(&["print", "cron", "--at", "25:00"]), @"
    exit 2
    -- stderr
    error: invalid value '25:00' for '--at <HH:MM>': it is no time of day; write one such as 03:00

    For more information, try '--help'.
    ");
    assert_snapshot!(desk.schedule(&["print", "cron", "--name", "../x"]), @"
    exit 2
    -- stderr
    error: invalid value '../x' for '--name <NAME>': use up to 40 letters from a to z, digits and hyphens, with a letter first

    For more information, try '--help'.
    ");
    assert_snapshot!(desk.schedule(&["install", "--system", "--with", "cron"]), @"
    exit 2
    -- stderr
    error: cron has no schedules of the system that `lookback` could set up
    hint: leave out --system, or --with cron
    ");
    fs::remove_file(desk.path("lookback.toml")).unwrap();
    assert_snapshot!(desk.schedule(&["install"]), @"
    exit 2
    -- stderr
    error: the night would have nothing to read: lookback.toml describes no source
    hint: describe sources in lookback.toml (see examples/lookback.toml)
    ");
}
