//! `lookback schedule` with a crontab, an environment and settings that are not as most are.

use std::fs;

use insta::assert_snapshot;

use super::super::Desk;
use super::{CRONTAB, SYSTEMCTL, desk};

/// What systemd's service says of these keys.
fn service(desk: &Desk, keys: &[&str]) -> String {
    let told = desk.schedule(&["print", "systemd"]);
    let lines = told.lines().filter(|line| keys.iter().any(|key| line.starts_with(key)));
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn lines_of_a_crontab_without_their_end_are_left_to_the_user() {
    let desk = desk(&[("crontab", CRONTAB)]);
    desk.schedule(&["install", "--with", "cron"]);
    let whole = fs::read_to_string(desk.path("crontab")).unwrap();
    let cut: String = whole.split_inclusive('\n').take(2).collect();
    let cut = cut + "5 4 * * * true\n";
    desk.write("crontab", &cut);
    assert_snapshot!(desk.schedule(&["remove"]), @r#"
    exit 2
    -- stderr
    error: the crontab has the line `# lookback schedule "lookback": begin (made by `lookback schedule install`)`, and below it no line `# lookback schedule "lookback": end`
    hint: delete the lines of the schedule with `crontab -e`
    "#);
    let install = ["install", "--with", "cron", "--at", "04:00"];
    assert_eq!(desk.schedule(&install), desk.schedule(&["remove"]));
    assert_eq!(desk.schedule(&["status"]), desk.schedule(&["remove"]));
    assert_eq!(fs::read_to_string(desk.path("crontab")).unwrap(), cut);
}

#[test]
fn a_crontab_that_ends_in_the_middle_of_a_line_is_ended_first() {
    let desk = desk(&[("crontab", CRONTAB)]);
    desk.write("crontab", "5 4 * * * true");
    desk.schedule(&["install", "--with", "cron"]);
    let lines = fs::read_to_string(desk.path("crontab")).unwrap();
    assert!(lines.starts_with("5 4 * * * true\n# lookback schedule"), "{lines}");
}

#[test]
fn a_crontab_in_another_encoding_is_left_to_the_user() {
    let desk = desk(&[("crontab", CRONTAB)]);
    desk.write("crontab", b"# caf\xe9\n");
    assert_snapshot!(desk.schedule(&["install", "--with", "cron"]), @"
    exit 2
    -- stderr
    error: the crontab has characters that are no UTF-8
    hint: replace them with `crontab -e`: they would be lost
    ");
    assert_eq!(fs::read(desk.path("crontab")).unwrap(), b"# caf\xe9\n");
}

#[test]
fn busybox_s_way_to_have_no_crontab_is_known() {
    let without = "[ \"$1\" = -l ] || exit 0\n\
        echo \"crontab: can't open 'ana': No such file or directory\" >&2\nexit 1\n";
    let desk = desk(&[("crontab", without)]);
    assert_snapshot!(desk.schedule(&["install", "--with", "cron"]), @"
    exit 0
    -- stderr
    done: run `crontab -`
    ");
}

#[test]
fn metrics_beside_the_settings_file_can_be_written() {
    let desk = desk(&[("systemctl", SYSTEMCTL)]);
    let source = fs::read_to_string(desk.path("lookback.toml")).unwrap();
    desk.write("lookback.toml", format!("[night]\nmetrics = \"m.prom\"\n{source}"));
    assert_snapshot!(service(&desk, &["ReadWritePaths"]), @"
    ReadWritePaths=/tmp /var/tmp
    ReadWritePaths=[DESK]/warehouse
    ReadWritePaths=-[DESK]
    ReadWritePaths=-[DESK]/home/.aws/sso/cache
    ");
}

#[test]
fn variables_hold_for_another_folder_and_secrets_are_not_written() {
    let mut desk = desk(&[("systemctl", SYSTEMCTL)]);
    let variables = [
        ("AWS_CA_BUNDLE", "ca.pem"),
        ("AWS_CONFIG_FILE", "~/aws"),
        ("AWS_ENDPOINT_URL_BACKUP", "https://vpce.example"),
        ("AWS_SHARED_CREDENTIALS_FILE", "aws/credentials"),
        ("AWS_WEB_IDENTITY_TOKEN_FILE", "/run/token"),
        ("LOOKBACK_CHECKS", "checks"),
        ("LOOKBACK_LOG", ""),
        ("no_proxy", "vpce.example"),
        ("all_proxy", "http://user:planted@proxy:1"),
    ];
    desk.environment.extend(variables.map(|(name, value)| (name, value.to_owned())));
    assert_snapshot!(service(&desk, &["exit", "Environment=", "warning", "hint"]), @r#"
    exit 0
    Environment=AWS_CA_BUNDLE=[DESK]/ca.pem
    Environment="AWS_CONFIG_FILE=~/aws"
    Environment=AWS_ENDPOINT_URL_BACKUP=https://vpce.example
    Environment=AWS_SHARED_CREDENTIALS_FILE=[DESK]/aws/credentials
    Environment=AWS_WEB_IDENTITY_TOKEN_FILE=/run/token
    Environment=LOOKBACK_CHECKS=[DESK]/checks
    Environment=no_proxy=vpce.example
    warning: secrets are not written to files: all_proxy
    hint: write them by line to "[DESK]/home/.config/lookback/lookback.env" with mode 600, or use a profile or a role
    "#);
}

#[test]
fn an_odd_home_writes_no_line_of_its_own() {
    let mut desk = desk(&[("systemctl", SYSTEMCTL)]);
    let set = |desk: &mut Desk, home: &str| {
        desk.environment.retain(|(name, _)| *name != "HOME");
        desk.environment.push(("HOME", home.to_owned()));
    };
    set(&mut desk, "/home/ana\nExecStartPre=/bin/false");
    assert_snapshot!(desk.schedule(&["print", "systemd"]), @r#"
    exit 2
    -- stderr
    error: path "/home/ana\nExecStartPre=/bin/false" has a control character
    hint: rename it: no scheduler can hold it
    "#);
    // One that is relative is none.
    set(&mut desk, "home");
    assert_snapshot!(desk.schedule(&["install", "--with", "systemd"]), @"
    exit 2
    -- stderr
    error: there is no folder for the user's units: HOME is not set
    hint: set HOME, or install with --system
    ");
}

#[test]
fn a_cluster_gets_nothing_that_is_about_this_machine() {
    let mut desk = desk(&[]);
    let source = "[[source]]\nname = \"prod\"\nregions = [\"us-east-1\"]\nprofile = \"p\"\n";
    let key = "[[serve.key]]\naccess_key_id = \"LOOKBACKREADER00\"\naccount_id = \
               \"111122223333\"\nsecret_access_key = \"0123456789abcdef\"\n";
    let night = "checks = \"checks\"\n[night]\nmetrics = \"m.prom\"\n";
    desk.write("lookback.toml", format!("{night}{source}{key}"));
    let variables = [
        ("AWS_CONFIG_FILE", "aws/config"),
        ("AWS_PROFILE", "p"),
        ("AWS_REGION", "eu-west-1"),
        ("LOOKBACK_CHECKS", "checks"),
        ("LOOKBACK_TIMEOUT", "30"),
    ];
    desk.environment.extend(variables.map(|(name, value)| (name, value.to_owned())));
    let told = desk.schedule(&["print", "kubernetes", "--image", "l"]);
    let (documents, warnings) = told.split_once("-- stderr\n").unwrap();
    let variables = documents.lines().filter(|line| line.contains("value: ")).map(str::trim);
    assert_snapshot!(variables.collect::<Vec<_>>().join("\n"), @r#"
    - {name: AWS_REGION, value: "eu-west-1"}
    - {name: LOOKBACK_TIMEOUT, value: "30"}
    "#);
    assert_snapshot!(warnings, @"
    warning: there is no node exporter's folder in a cluster, and `metrics` names one
    hint: leave out `metrics` in [night]
    warning: there is no folder of checks in a cluster, and `checks` names one
    hint: have the image hold it, and name its place there; or leave out `checks`
    warning: there are no profiles in a cluster, and sources have one: prod
    hint: leave out `profile`, and name a role with --role-arn
    warning: variables that are about this machine are left out: AWS_CONFIG_FILE, AWS_PROFILE, LOOKBACK_CHECKS
    hint: name a role with --role-arn; write to `env` what the cluster needs besides
    warning: the secrets of [[serve.key]] are left out: a night needs none
    hint: have a server of the cluster read them from files, with `secret_access_key_file`
    ");
}
