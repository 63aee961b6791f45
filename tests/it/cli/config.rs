//! `lookback config`: each setting and where its value came from.

use std::fs;

use insta::assert_snapshot;
use serde_json::Value;

use super::Desk;

/// A desk whose environment can be set.
fn desk(environment: &[(&'static str, &str)]) -> Desk {
    let mut desk = Desk::new();
    desk.environment = environment.iter().map(|(name, it)| (*name, (*it).to_owned())).collect();
    desk
}

const FILE: &str = "\
warehouse = \"w\"
caller = \"111111111111\"
memory_limit = \"512M\"
timeout = 1.5
[ingest]
concurrency = 4
[[source]]
name = \"prod\"
profile = \"audit\"
regions = [\"us-east-1\", \"eu-west-1\"]
scope = \"organization\"
[[source]]
name = \"archive\"
regions = \"all\"
role_arn = \"arn:aws:iam::111122223333:role/lookback\"
external_id = \"a-secret\"
";

#[test]
fn without_anything_said_there_are_defaults() {
    assert_snapshot!(desk(&[]).run(&["config"]), @"
    exit 0
    -- stdout
    setting             value                                                      from
    warehouse           warehouse                                                  default
    config              lookback.toml here, else in the user's folder of settings  default
    now                 2026-01-05T00:00:00Z                                       flag --now
    log                 warn                                                       default
    log-format          text                                                       default
    caller              all accounts                                               default
    memory_limit        1G                                                         default
    timeout             as long as it takes                                        default
    reports             none                                                       default
    checks              none                                                       default
    ingest.concurrency  8                                                          default
    night.metrics       none                                                       default
    night.budget        30m                                                        default
    ");
}

#[test]
fn a_file_gives_values_with_its_path_and_key() {
    let desk = desk(&[]);
    desk.write("lookback.toml", FILE);
    assert_snapshot!(desk.run(&["config"]), @r#"
    exit 0
    -- stdout
    setting             value                                                       from
    warehouse           w                                                           file "lookback.toml", key warehouse
    config              lookback.toml                                               default
    now                 2026-01-05T00:00:00Z                                        flag --now
    log                 warn                                                        default
    log-format          text                                                        default
    caller              111111111111                                                file "lookback.toml", key caller
    memory_limit        512M                                                        file "lookback.toml", key memory_limit
    timeout             1.5                                                         file "lookback.toml", key timeout
    reports             none                                                        default
    checks              none                                                        default
    ingest.concurrency  4                                                           file "lookback.toml", key ingest.concurrency
    night.metrics       none                                                        default
    night.budget        30m                                                         default
    source "prod"       organization, us-east-1,eu-west-1, profile audit            file "lookback.toml", line 7
    source "archive"    account, all, role arn:aws:iam::111122223333:role/lookback  file "lookback.toml", line 12
    "#);
    fs::create_dir_all(desk.path("home/lookback")).unwrap();
    fs::rename(desk.path("lookback.toml"), desk.path("home/lookback/lookback.toml")).unwrap();
    let home = desk.path("home").display().to_string();
    let of_user = Desk { environment: vec![("XDG_CONFIG_HOME", home)], ..desk };
    // How wide the columns are hangs on the folder.
    let told = of_user.run(&["config"]);
    let cells = |line: &str| {
        let cells = line.split("  ").map(str::trim).filter(|cell| !cell.is_empty());
        cells.collect::<Vec<_>>().join(" | ")
    };
    assert_snapshot!(told.lines().map(cells).collect::<Vec<_>>().join("\n"), @r#"
    exit 0
    -- stdout
    setting | value | from
    warehouse | [DESK]/home/lookback/w | file "[DESK]/home/lookback/lookback.toml", key warehouse
    config | [DESK]/home/lookback/lookback.toml | default
    now | 2026-01-05T00:00:00Z | flag --now
    log | warn | default
    log-format | text | default
    caller | 111111111111 | file "[DESK]/home/lookback/lookback.toml", key caller
    memory_limit | 512M | file "[DESK]/home/lookback/lookback.toml", key memory_limit
    timeout | 1.5 | file "[DESK]/home/lookback/lookback.toml", key timeout
    reports | none | default
    checks | none | default
    ingest.concurrency | 4 | file "[DESK]/home/lookback/lookback.toml", key ingest.concurrency
    night.metrics | none | default
    night.budget | 30m | default
    source "prod" | organization, us-east-1,eu-west-1, profile audit | file "[DESK]/home/lookback/lookback.toml", line 7
    source "archive" | account, all, role arn:aws:iam::111122223333:role/lookback | file "[DESK]/home/lookback/lookback.toml", line 12
    "#);
}

#[test]
fn variables_go_before_the_file_and_flags_before_both() {
    let desk = desk(&[
        ("LOOKBACK_WAREHOUSE", "v"),
        ("LOOKBACK_CONFIG", "other.toml"),
        ("LOOKBACK_CALLER", "222222222222"),
        ("LOOKBACK_MEMORY_LIMIT", "1536K"),
        ("LOOKBACK_TIMEOUT", "30"),
        ("LOOKBACK_CONCURRENCY", "2"),
    ]);
    desk.write("other.toml", FILE);
    assert_snapshot!(desk.run(&["config"]), @r#"
    exit 0
    -- stdout
    setting             value                                                       from
    warehouse           v                                                           variable LOOKBACK_WAREHOUSE
    config              other.toml                                                  variable LOOKBACK_CONFIG
    now                 2026-01-05T00:00:00Z                                        flag --now
    log                 warn                                                        default
    log-format          text                                                        default
    caller              222222222222                                                variable LOOKBACK_CALLER
    memory_limit        1536K                                                       variable LOOKBACK_MEMORY_LIMIT
    timeout             30                                                          variable LOOKBACK_TIMEOUT
    reports             none                                                        default
    checks              none                                                        default
    ingest.concurrency  2                                                           variable LOOKBACK_CONCURRENCY
    night.metrics       none                                                        default
    night.budget        30m                                                         default
    source "prod"       organization, us-east-1,eu-west-1, profile audit            file "other.toml", line 7
    source "archive"    account, all, role arn:aws:iam::111122223333:role/lookback  file "other.toml", line 12
    "#);
    let flags = ["config", "--warehouse", "f", "--caller", "333333333333", "--timeout", "2"];
    let more = ["--memory-limit", "2G", "--concurrency", "1", "--config", "other.toml"];
    assert_snapshot!(desk.run(&[&flags[..], &more].concat()), @r#"
    exit 0
    -- stdout
    setting             value                                                       from
    warehouse           f                                                           flag --warehouse
    config              other.toml                                                  flag --config
    now                 2026-01-05T00:00:00Z                                        flag --now
    log                 warn                                                        default
    log-format          text                                                        default
    caller              333333333333                                                flag --caller
    memory_limit        2G                                                          flag --memory-limit
    timeout             2                                                           flag --timeout
    reports             none                                                        default
    checks              none                                                        default
    ingest.concurrency  1                                                           flag --concurrency
    night.metrics       none                                                        default
    night.budget        30m                                                         default
    source "prod"       organization, us-east-1,eu-west-1, profile audit            file "other.toml", line 7
    source "archive"    account, all, role arn:aws:iam::111122223333:role/lookback  file "other.toml", line 12
    "#);
}

#[test]
fn programs_are_told_in_json_and_no_secret() {
    let desk = desk(&[("LOOKBACK_TIMEOUT", "30")]);
    desk.write("lookback.toml", FILE);
    let told = desk.run(&["config", "--format", "json", "--memory-limit", "2G"]);
    assert!(!told.contains("a-secret"), "{told}");
    let document: Value =
        serde_json::from_str(told.strip_prefix("exit 0\n-- stdout\n").unwrap()).unwrap();
    let lines = document.as_object().unwrap().iter().flat_map(|(name, items)| {
        let items = items.as_array().unwrap().iter();
        items.map(move |item| format!("{name}: {item}"))
    });
    assert_snapshot!(lines.collect::<Vec<_>>().join("\n"), @r#"
    settings: {"file":"lookback.toml","key":"warehouse","origin":"file","setting":"warehouse","value":"w"}
    settings: {"origin":"default","setting":"config","value":"lookback.toml"}
    settings: {"flag":"--now","origin":"flag","setting":"now","value":"2026-01-05T00:00:00Z"}
    settings: {"origin":"default","setting":"log","value":null}
    settings: {"origin":"default","setting":"log-format","value":null}
    settings: {"file":"lookback.toml","key":"caller","origin":"file","setting":"caller","value":"111111111111"}
    settings: {"flag":"--memory-limit","origin":"flag","setting":"memory_limit","value":"2G"}
    settings: {"origin":"variable","setting":"timeout","value":"30","variable":"LOOKBACK_TIMEOUT"}
    settings: {"origin":"default","setting":"reports","value":null}
    settings: {"origin":"default","setting":"checks","value":null}
    settings: {"file":"lookback.toml","key":"ingest.concurrency","origin":"file","setting":"ingest.concurrency","value":"4"}
    settings: {"origin":"default","setting":"night.metrics","value":null}
    settings: {"origin":"default","setting":"night.budget","value":"30m"}
    sources: {"credentials":"profile audit","name":"prod","origin":"file \"lookback.toml\", line 7","regions":["us-east-1","eu-west-1"],"scope":"organization"}
    sources: {"credentials":"role arn:aws:iam::111122223333:role/lookback","name":"archive","origin":"file \"lookback.toml\", line 12","regions":["all"],"scope":"account"}
    "#);
}

#[test]
fn a_setting_that_is_wrong_is_told_and_not_shown() {
    let desk = desk(&[("LOOKBACK_MEMORY_LIMIT", "much")]);
    assert_snapshot!(desk.run(&["config"]), @"
    exit 2
    -- stderr
    error: invalid value 'much' for 'LOOKBACK_MEMORY_LIMIT': it is no size; write one such as 512M or 2G

    For more information, try '--help'.
    ");
}

#[test]
fn a_variable_that_is_empty_gives_nothing() {
    let names = ["CALLER", "CONCURRENCY", "CONFIG", "LOG", "LOG_FORMAT", "MEMORY_LIMIT", "TIMEOUT"];
    let mut desk = Desk::with_jobs();
    let plain = desk.run(&["config"]);
    let variables = names.map(|name| format!("LOOKBACK_{name}"));
    desk.environment.extend(variables.map(|name| (&*name.leak(), String::new())));
    assert_eq!(desk.run(&["config"]), plain);
    // The checks of a night read variables for which it has no flags.
    let told = desk.run(&["night", "--emulator", "--endpoint-url", "http://127.0.0.1:1"]);
    assert!(!told.contains("invalid value"), "{told}");
}

#[test]
fn the_log_and_the_keys_of_callers_are_told_without_their_secrets() {
    let desk = desk(&[("LOOKBACK_LOG", "info")]);
    let key = "[[serve.key]]\naccess_key_id = \"LOOKBACKREADER00\"\n";
    let of_account = "secret_access_key = \"0123456789abcdef\"\naccount_id = \"111122223333\"\n";
    let of_all = "secret_access_key_file = \"secret\"\nscope = \"organization\"\n";
    desk.write("lookback.toml", format!("{key}{of_account}{key}{of_all}"));
    let lines = |flags: &[&str]| {
        let told = desk.run(&[&["config"], flags].concat());
        let is_meant = |line: &&str| line.starts_with("log") || line.starts_with("serve");
        told.lines().filter(is_meant).map(str::to_owned).collect::<Vec<_>>().join("\n")
    };
    assert_snapshot!(lines(&["--log-format", "text"]), @r#"
    log                           info                  variable LOOKBACK_LOG
    log-format                    text                  flag --log-format
    serve.key "LOOKBACKREADER00"  account 111122223333  file "lookback.toml", line 1
    serve.key "LOOKBACKREADER00"  organization          file "lookback.toml", line 5
    "#);
    let told = desk.run(&["config", "--format", "json"]);
    assert!(!told.contains("0123456789abcdef"), "{told}");
    let (_, keys) = told.split_once("\"keys\": ").unwrap();
    assert_snapshot!(keys.trim_end(), @r#"
    [
        {
          "access_key_id": "LOOKBACKREADER00",
          "account_id": "111122223333",
          "scope": "account",
          "origin": "file \"lookback.toml\", line 1"
        },
        {
          "access_key_id": "LOOKBACKREADER00",
          "scope": "organization",
          "origin": "file \"lookback.toml\", line 5"
        }
      ]
    }
    "#);
}
