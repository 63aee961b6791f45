//! A service and a timer of systemd. Pure.
//!
//! Sources of what must be quoted: systemd.syntax(7), "Quoting", systemd.service(5), "Command
//! lines", and systemd.unit(5), "Specifiers".

use std::fmt::Write;

use crate::error::{Error, Result};

use super::plan::{Plan, SPREAD_MINUTES};

/// What keeps the service from doing more than it must: those that every manager can do.
const HARDENING: &str = "\
NoNewPrivileges=yes
ProtectSystem=strict
ProtectHome=read-only
LockPersonality=yes
MemoryDenyWriteExecute=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_NETLINK AF_UNIX
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native
UMask=0027
";

/// Those that need the system's manager: a user's fails to start a service that has one.
const SYSTEM_HARDENING: &str = "\
CapabilityBoundingSet=
PrivateDevices=yes
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectProc=invisible
SystemCallFilter=@system-service
";

/// The text of the service.
///
/// # Errors
/// `Input` for a program that systemd does not start.
pub(super) fn service(plan: &Plan) -> Result<String> {
    let mut text = "[Unit]\nDescription=Lookback: what is to be done every night\n".to_owned();
    if plan.is_system {
        text.push_str("Wants=network-online.target\nAfter=network-online.target\n");
    }
    text.push_str("\n[Service]\nType=oneshot\n");
    if let Some(user) = plan.user.as_ref().filter(|_| plan.is_system) {
        let _ = writeln!(text, "User={user}");
    }
    let arguments: Vec<_> = plan.arguments().into_iter().map(argument).collect();
    let _ = writeln!(text, "ExecStart={} {}", program(&plan.executable)?, arguments.join(" "));
    for (name, value) in &plan.environment {
        let _ = writeln!(text, "Environment={}", word(&format!("{name}={value}")));
    }
    if let Some(file) = &plan.environment_file {
        text.push_str(
            "# Secrets such as AWS_SECRET_ACCESS_KEY can be kept here, by line, with mode 600.\n",
        );
        let _ = writeln!(text, "EnvironmentFile=-{}", file.replace('%', "%%"));
    }
    text.push_str("# It is asked to stop, commits what it has read, and goes on the next night.\n");
    text.push_str("TimeoutStartSec=12h\nTimeoutStopSec=5min\nNice=10\n\n");
    text.push_str(HARDENING);
    if plan.is_system {
        text.push_str(SYSTEM_HARDENING);
    }
    text.push_str(temporary(plan));
    let _ = writeln!(text, "ReadWritePaths={}", word(&plan.warehouse));
    if let Some(folder) = &plan.metrics_folder {
        let _ = writeln!(text, "ReadWritePaths={}", word(&format!("-{folder}")));
    }
    if let Some(home) = plan.home.as_ref().filter(|_| !plan.is_system) {
        // Tokens of single sign-on are renewed there.
        let _ = writeln!(text, "ReadWritePaths={}", word(&format!("-{home}/.aws/sso/cache")));
    }
    Ok(text)
}

/// The text of the timer.
pub(super) fn timer(plan: &Plan) -> String {
    format!(
        "[Unit]\n\
         Description=Lookback, every night, after AWS has refreshed its job summaries\n\
         \n\
         [Timer]\n\
         OnCalendar=*-*-* {}:00 UTC\n\
         RandomizedDelaySec={SPREAD_MINUTES}min\n\
         # A machine that slept catches up.\n\
         Persistent=true\n\
         \n\
         [Install]\n\
         WantedBy=timers.target\n",
        plan.at
    )
}

/// Where rows of large ingests wait: in a folder of its own, unless something of ours is in the one
/// that all share, and would be hidden.
fn temporary(plan: &Plan) -> &'static str {
    let paths = [Some(&plan.executable), plan.config.as_ref(), Some(&plan.warehouse)];
    let is_shared = |path: &&String| path.starts_with("/tmp/") || path.starts_with("/var/tmp/");
    if paths.into_iter().flatten().any(|path| is_shared(&path)) {
        return "ReadWritePaths=/tmp /var/tmp\n";
    }
    "PrivateTmp=yes\n"
}

/// The program. Of it alone systemd takes a `$` as it stands, and some characters not at all.
fn program(path: &str) -> Result<String> {
    if path.contains(['"', '\'', '\\']) {
        let message =
            format!("systemd starts no program with a quote or a backslash in its path: {path}");
        return Err(
            Error::input(message).with_hint("copy lookback to another folder, and run it there")
        );
    }
    Ok(word(path))
}

/// An argument, in which a variable is never put for its name.
fn argument(text: &str) -> String {
    word(&text.replace('$', "$$"))
}

/// A word, in quotes where it needs them.
fn word(text: &str) -> String {
    let text = text.replace('%', "%%");
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/._-=+:@,%".contains(c);
    if !text.is_empty() && text.chars().all(is_plain) {
        return text;
    }
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::super::plan::tests::{awkward, plain};
    use super::*;

    #[test]
    fn a_user_s_units() {
        let text = service(&plain()).unwrap().replace(HARDENING, "[HARDENING]\n");
        assert_snapshot!(text, @"
        [Unit]
        Description=Lookback: what is to be done every night

        [Service]
        Type=oneshot
        ExecStart=/usr/local/bin/lookback --config /home/ana/.config/lookback/lookback.toml --warehouse /home/ana/warehouse night
        Environment=AWS_PROFILE=backup
        # Secrets such as AWS_SECRET_ACCESS_KEY can be kept here, by line, with mode 600.
        EnvironmentFile=-/home/ana/.config/lookback/lookback.env
        # It is asked to stop, commits what it has read, and goes on the next night.
        TimeoutStartSec=12h
        TimeoutStopSec=5min
        Nice=10

        [HARDENING]
        PrivateTmp=yes
        ReadWritePaths=/home/ana/warehouse
        ReadWritePaths=-/home/ana/.aws/sso/cache
        ");
        assert_snapshot!(timer(&plain()), @"
        [Unit]
        Description=Lookback, every night, after AWS has refreshed its job summaries

        [Timer]
        OnCalendar=*-*-* 03:00:00 UTC
        RandomizedDelaySec=30min
        # A machine that slept catches up.
        Persistent=true

        [Install]
        WantedBy=timers.target
        ");
    }

    #[test]
    fn a_system_s_unit_has_a_user_and_more_hardening() {
        let of_user = service(&plain()).unwrap();
        let of_system = service(&Plan { is_system: true, ..plain() }).unwrap();
        let added = of_system.lines().filter(|line| !of_user.lines().any(|other| other == *line));
        assert_snapshot!(added.collect::<Vec<_>>().join("\n"), @"
        Wants=network-online.target
        After=network-online.target
        User=ana
        CapabilityBoundingSet=
        PrivateDevices=yes
        ProtectClock=yes
        ProtectControlGroups=yes
        ProtectHostname=yes
        ProtectKernelLogs=yes
        ProtectKernelModules=yes
        ProtectKernelTunables=yes
        ProtectProc=invisible
        SystemCallFilter=@system-service
        ");
    }

    #[test]
    fn what_means_something_to_systemd_is_quoted() {
        let text = service(&awkward()).unwrap();
        let quoted = text.lines().filter(|line| line.contains("Exec") || line.contains("%%"));
        assert_snapshot!(quoted.collect::<Vec<_>>().join("\n"), @r#"
        ExecStart="/opt/a b%%c$d/lookback" --config "/etc/it's \"x\" 100%%/$$HOME/`l`\\n.toml" --warehouse "/srv/w & <w> %%h $${HOME} $$(id) 'q' \"d\" \\" night
        Environment="AWS_PROFILE=it's 50%% \"p\" $(x) \\t"
        MemoryDenyWriteExecute=yes
        ReadWritePaths="/srv/w & <w> %%h ${HOME} $(id) 'q' \"d\" \\"
        "#);
    }

    #[test]
    fn a_program_that_systemd_does_not_start_is_refused() {
        let plan = Plan { executable: "/opt/it's/lookback".to_owned(), ..plain() };
        let err = service(&plan).unwrap_err();
        let expected =
            "systemd starts no program with a quote or a backslash in its path: /opt/it's/lookback";
        assert_eq!(err.chain(), expected);
    }
}
