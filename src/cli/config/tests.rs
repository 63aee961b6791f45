//! Each key, right and wrong.

use insta::assert_snapshot;

use super::super::section::Entry;
use super::*;
use crate::serve::aws::Secret;

const EXAMPLE: &str = include_str!("../../../examples/lookback.toml");

/// A file that has every key.
const EVERY_KEY: &str = "
        warehouse = \"/var/lib/lookback\"
        reports = \"reports\"
        checks = \"checks\"
        caller = \"111111111111\"
        memory_limit = \"2G\"
        timeout = 1.5
        [ingest]
        concurrency = 4
        [night]
        metrics = \"m.prom\"
        budget = \"10m\"
        [check.rpo-violated]
        max_hours = 24
        skip = true
        [[source]]
        name = \"prod\"
        regions = [\"us-east-1\"]
        kinds = [\"backup\", \"scan\"]
        scope = \"organization\"
        rate = 20
        [[source]]
        regions = \"all\"
        accounts = [\"111111111111\"]
        [[serve.key]]
        access_key_id = \"AKIDREADER000000\"
        secret_access_key = \"a\"
        secret_access_key_file = \"f\"
        account_id = \"111111111111\"
        scope = \"organization\"
";

#[track_caller]
fn check_wrong(text: &str, message: &str, hint: Option<&str>) {
    let err = Config::parse("l.toml", text).unwrap_err();
    assert_eq!((err.chain().as_str(), err.hint()), (message, hint));
}

#[test]
fn an_empty_file_settles_nothing() {
    assert_eq!(Config::parse("l.toml", "").unwrap(), Config::default());
}

#[test]
fn every_key_has_its_type() {
    let prod = Table {
        origin: Some("file \"l.toml\", line 16".to_owned()),
        name: Some("prod".to_owned()),
        regions: Some(Regions::These(vec!["us-east-1".to_owned()])),
        kinds: Some(vec![JobKind::Backup, JobKind::Scan]),
        reach: Reach::Organization,
        rate: Some(20.0),
        ..Table::default()
    };
    let other = Table {
        origin: Some("file \"l.toml\", line 22".to_owned()),
        regions: Some(Regions::All),
        accounts: Some(vec!["111111111111".to_owned()]),
        ..Table::default()
    };
    let entry = |key: &str, text: &str, line| Entry {
        key: key.to_owned(),
        text: text.to_owned(),
        place: format!("file \"l.toml\", line {line}"),
    };
    let thresholds = Named {
        name: "rpo-violated".to_owned(),
        place: "file \"l.toml\", line 13".to_owned(),
        entries: vec![entry("max_hours", "24", 14), entry("skip", "true", 15)],
    };
    let reader = keys::Table {
        origin: "file \"l.toml\", line 25".to_owned(),
        id: Some("AKIDREADER000000".to_owned()),
        secret: Some(Secret::new("a")),
        secret_file: Some(PathBuf::from("f")),
        account_id: Some("111111111111".to_owned()),
        reach: Reach::Organization,
    };
    let expected = Config {
        warehouse: Some(PathBuf::from("/var/lib/lookback")),
        reports: Some(PathBuf::from("reports")),
        checks: Some(PathBuf::from("checks")),
        caller: Some("111111111111".to_owned()),
        memory_limit: Some(2 << 30),
        timeout: Some(Duration::from_millis(1500)),
        concurrency: Some(4),
        metrics: Some(PathBuf::from("m.prom")),
        budget: Some(Duration::from_mins(10)),
        thresholds: vec![thresholds],
        sources: vec![prod, other],
        access_keys: vec![reader],
    };
    assert_eq!(Config::parse("l.toml", EVERY_KEY).unwrap(), expected);
}

#[test]
fn a_text_that_is_no_toml_is_told_with_its_line() {
    let message = "file \"l.toml\", line 2: it is no TOML: string values must be quoted, \
                   expected literal string";
    check_wrong("timeout = 1\nwarehouse = here\n", message, None);
}

#[test]
fn unknown_keys_are_told_with_the_nearest() {
    check_wrong(
        "warehous = \"w\"",
        "file \"l.toml\", line 1: there is no key \"warehous\" in the settings",
        Some("did you mean \"warehouse\"?"),
    );
    check_wrong(
        "[ingest]\nfast = true",
        "file \"l.toml\", line 2: there is no key \"fast\" in [ingest]",
        Some("the keys are concurrency"),
    );
    check_wrong(
        "[[source]]\nname = \"a\"\nRegion = \"us-east-1\"",
        "file \"l.toml\", line 3: there is no key \"Region\" in [[source]]",
        Some("did you mean \"regions\"?"),
    );
}

#[test]
fn wrong_types_are_told_with_the_value() {
    let check = |text: &str, message: &str| {
        check_wrong(text, &format!("file \"l.toml\", line 1: key {message}"), None);
    };
    check("warehouse = 1", "\"warehouse\" is 1, not a text in quotes");
    check("warehouse = \"\"", "\"warehouse\" is \"\", not a text in quotes");
    check("timeout = \"30\"", "\"timeout\" is \"30\", not a number");
    check("ingest = 3", "\"ingest\" is 3, not a table; write [ingest]");
    check("check = 1", "\"check\" is 1, not tables with names; write [check.NAME]");
    check("check = {a = 1}", "\"a\" is 1, not a table; write [check.a]");
    check("check = {a = {b = []}}", "\"b\" is [], not a text in quotes, a number or a boolean");
    check("source = 1", "\"source\" is no list of tables; write [[source]]");
    check("source = [{emulator = 1}]", "\"emulator\" is 1, not true or false");
    check("source = [1]", "\"source\" is no list of tables; write [[source]]");
}

#[test]
fn values_out_of_range_are_told_with_a_way_out() {
    check_wrong(
        "memory_limit = \"much\"",
        "file \"l.toml\", line 1: key \"memory_limit\" is \"much\", not a size",
        Some("write a size such as \"512M\" or \"2G\""),
    );
    check_wrong(
        "caller = \"12\"",
        "file \"l.toml\", line 1: key \"caller\" is \"12\", not an account id",
        Some("write 12 digits in quotes"),
    );
    check_wrong(
        "timeout = 0",
        "file \"l.toml\", line 1: key \"timeout\" is 0, not above 0",
        Some("write a number of seconds such as 30"),
    );
    check_wrong(
        "[night]\nbudget = \"long\"",
        "file \"l.toml\", line 2: key \"budget\" is \"long\", not a length of time",
        Some("write one such as \"30m\""),
    );
    check_wrong(
        "[ingest]\nconcurrency = 0",
        "file \"l.toml\", line 2: key \"concurrency\" is 0, not from 1 to 256",
        Some("leave it out, or write 16"),
    );
    check_wrong(
        "[[source]]\nregions = \"every\"",
        "file \"l.toml\", line 2: key \"regions\" is \"every\", neither \"all\" nor a list",
        Some("write regions = \"all\", or a list such as [\"us-east-1\"]"),
    );
    check_wrong(
        "[[source]]\nkinds = [\"backups\"]",
        "file \"l.toml\", line 2: key \"kinds\" is [\"backups\"], not a list of kinds of job",
        Some(
            "choose from \"backup\", \"copy\", \"restore\", \"scan\", or leave it out for all \
             of them",
        ),
    );
    check_wrong(
        "[[source]]\nscope = \"everything\"",
        "file \"l.toml\", line 2: key \"scope\" is \"everything\", not a scope",
        Some("write scope = \"account\" or scope = \"organization\""),
    );
    check_wrong(
        "[[source]]\nrate = 0.1",
        "file \"l.toml\", line 2: key \"rate\" is 0.1, not from 0.5 to 1000",
        Some("it is calls a second of one operation in one Region; the default is 50"),
    );
}

#[test]
fn the_example_shows_every_key() {
    let config = Config::parse("lookback.toml", EXAMPLE).unwrap();
    assert!(!config.sources.is_empty());
    let inner = INGEST_KEYS.iter().chain(&NIGHT_KEYS).chain(&SOURCE_KEYS).chain(&ACCESS_KEY_KEYS);
    for key in KEYS.iter().chain(inner) {
        let is_shown = |line: &str| {
            let line = line.trim_start_matches(['#', ' ', '[']);
            line.strip_prefix(key).is_some_and(|rest| rest.starts_with([' ', ']', '.']))
        };
        assert!(EXAMPLE.lines().any(is_shown), "{key}");
    }
}

#[test]
fn secrets_are_taken_out_however_they_are_written() {
    let without = |text: &str| without_secrets("l.toml", text).unwrap();
    let settings = "# é\n[[serve.key]] # a\nsecret_access_key = \"s'1\" # b\n[[source]]\nname = \
                    \"secret_access_key\"\n[[serve.key]]\nsecret_access_key = \'\'\'\ns2\'\'\'\n";
    assert_snapshot!(without(settings), @r#"
    # é
    [[serve.key]] # a
    secret_access_key = "" # b
    [[source]]
    name = "secret_access_key"
    [[serve.key]]
    secret_access_key = ""
    "#);
    let inline = "serve = { key = [{ secret_access_key = 's3', scope = \"account\" }] }";
    assert_snapshot!(without(inline), @r#"
    serve = { key = [{ secret_access_key = "", scope = "account" }] }
    "#);
    assert_eq!(without("caller = \"1\"\n"), "caller = \"1\"\n");
}
