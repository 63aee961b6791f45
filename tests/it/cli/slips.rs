//! Slips that nothing used to tell, and those that were told as another's.

use std::fs;

use insta::assert_snapshot;

use super::{Desk, JOBS, jobs};

#[test]
fn a_region_and_an_account_of_an_import_must_be_ones() {
    let desk = Desk::new();
    desk.write("jobs.json", jobs(&JOBS));
    let import = |flags: &[&str]| desk.run(&[["import", "jobs.json"].as_slice(), flags].concat());
    assert_snapshot!(import(&["--region", "us-est-1"]), @r#"
    exit 2
    -- stderr
    error: invalid value 'us-est-1' for '--region <REGION>': this version knows no such Region; did you mean "us-east-1"?

    For more information, try '--help'.
    "#);
    assert_snapshot!(import(&["--region", "mars"]), @"
    exit 2
    -- stderr
    error: invalid value 'mars' for '--region <REGION>': this version knows no such Region

    For more information, try '--help'.
    ");
    assert_snapshot!(import(&["--account", "12"]), @"
    exit 2
    -- stderr
    error: invalid value '12' for '--account <ACCOUNT_ID>': it is no account id of 12 digits

    For more information, try '--help'.
    ");
    assert!(!desk.path("warehouse").exists());
    assert_snapshot!(import(&["--region", "us-gov-west-1"]), @"
    exit 0
    -- stderr
    imported 1 file: 3 new, 0 changed, 0 unchanged, 0 refused; snapshot 2
    ");
    assert_snapshot!(desk.run(&["emulate", "--regions", "us-east-1,us-est-1"]), @r#"
    exit 2
    -- stderr
    error: invalid value 'us-est-1' for '--regions <REGION,…>': this version knows no such Region; did you mean "us-east-1"?

    For more information, try '--help'.
    "#);
}

#[test]
fn an_address_may_be_a_port_and_is_told_with_an_example() {
    let desk = Desk::new();
    assert_snapshot!(desk.run(&["emulate", "--listen", "here:1"]), @"
    exit 2
    -- stderr
    error: invalid value 'here:1' for '--listen <ADDR:PORT>': it is no address; write one such as 127.0.0.1:4562

    For more information, try '--help'.
    ");
    assert_snapshot!(desk.run(&["serve", "aws", "--listen", "65536"]), @"
    exit 2
    -- stderr
    error: invalid value '65536' for '--listen <ADDR:PORT>': it is no address; write one such as 127.0.0.1:4562

    For more information, try '--help'.
    ");
}

#[test]
fn a_variable_that_is_wrong_is_named() {
    let mut desk = Desk::with_jobs();
    let query = ["sql", "SELECT 1"];
    desk.environment = vec![("LOOKBACK_TIMEOUT", "abc".to_owned())];
    assert_snapshot!(desk.run(&query), @"
    exit 2
    -- stderr
    error: invalid value 'abc' for 'LOOKBACK_TIMEOUT': it is no number of seconds above 0

    For more information, try '--help'.
    ");
    assert_snapshot!(desk.run(&[&query[..], &["--timeout", "x"]].concat()), @"
    exit 2
    -- stderr
    error: invalid value 'x' for '--timeout <SECONDS>': it is no number of seconds above 0

    For more information, try '--help'.
    ");
    desk.environment = vec![("LOOKBACK_LOG", "loud".to_owned())];
    assert_snapshot!(desk.run(&query), @"
    exit 2
    -- stderr
    error: invalid value 'loud' for 'LOOKBACK_LOG'
      [possible values: off, error, warn, info, debug]

    For more information, try '--help'.
    ");
}

#[test]
fn a_lost_catalog_is_told_with_the_way_back() {
    let desk = Desk::with_jobs();
    assert!(desk.run(&["maintain"]).starts_with("exit 0\n"));
    let catalog = desk.path("warehouse/catalog.sqlite");
    fs::write(&catalog, "no database, but long enough to be looked at as if it were one").unwrap();
    assert_snapshot!(desk.run(&["sql", "SELECT 1"]), @r#"
    exit 2
    -- stderr
    error: failed to open catalog "[DESK]/warehouse/catalog.sqlite": file is not a database: Error code 26: file is not a database
    hint: run `lookback restore-catalog`, which takes the newest copy in the folder "backups"
    "#);
    fs::remove_file(&catalog).unwrap();
    assert_snapshot!(desk.run(&["sql", "SELECT 1"]), @r#"
    exit 2
    -- stderr
    error: folder "warehouse" is not a warehouse: it has no catalog.sqlite
    hint: run `lookback restore-catalog`, which takes the newest copy in the folder "backups"
    "#);
    assert_snapshot!(desk.run(&["import", "jobs.json"]), @r#"
    exit 2
    -- stderr
    error: folder "warehouse" is not a warehouse and not empty: it holds "backups"
    hint: run `lookback restore-catalog`, which takes the newest copy in the folder "backups"
    "#);
    // Whoever looks with SQLite's shell makes a blank one: that is not the start of a warehouse.
    fs::write(&catalog, "").unwrap();
    let blank = desk.run(&["import", "jobs.json"]);
    assert!(blank.contains("catalog.sqlite of folder \"warehouse\" is empty, beside "), "{blank}");
    assert!(blank.contains("hint: run `lookback restore-catalog`"), "{blank}");
    assert_snapshot!(desk.run(&["sql", "SELECT 1"]), @r#"
    exit 2
    -- stderr
    error: file "[DESK]/warehouse/catalog.sqlite" is not a Lookback catalog
    hint: run `lookback restore-catalog`, which takes the newest copy in the folder "backups"
    "#);
    fs::remove_file(&catalog).unwrap();
    assert_snapshot!(desk.run(&["restore-catalog"]), @r#"
    exit 0
    -- stderr
    restored "warehouse/backups/catalog-2026-01-05.sqlite": snapshot 2 of 2026-01-05T00:00:00Z
    hint: run `lookback ingest` to read again what was committed since then, and `lookback import` for what was imported
    "#);
    assert!(desk.run(&["sql", "SELECT 1"]).starts_with("exit 0\n"));
}

#[test]
fn a_blank_catalog_beside_data_is_no_new_warehouse() {
    let desk = Desk::with_jobs();
    fs::write(desk.path("warehouse/catalog.sqlite"), "").unwrap();
    assert_snapshot!(desk.run(&["import", "jobs.json"]), @r#"
    exit 2
    -- stderr
    error: catalog.sqlite of folder "warehouse" is empty, beside "data": it was lost
    hint: put it back from a copy of your own, or name another --warehouse
    "#);
    assert_eq!(fs::read(desk.path("warehouse/catalog.sqlite")).unwrap(), b"");
}

#[test]
fn a_disk_of_its_own_becomes_a_warehouse() {
    let desk = Desk::new();
    desk.write("jobs.json", jobs(&[("b-1", "COMPLETED", "2026-01-04T01:00:00Z")]));
    fs::create_dir_all(desk.path("warehouse/lost+found")).unwrap();
    assert!(desk.run(&["import", "jobs.json"]).starts_with("exit 0\n"));
}

#[test]
fn what_a_restored_catalog_does_not_name_is_told() {
    let desk = Desk::with_jobs();
    desk.run(&["maintain"]);
    desk.write("more.json", jobs(&[("b-77", "COMPLETED", "2023-01-04T01:00:00Z")]));
    desk.run(&["import", "more.json"]);
    fs::remove_file(desk.path("warehouse/catalog.sqlite")).unwrap();
    let told = desk.run(&["restore-catalog"]);
    let warned: Vec<_> = told.lines().filter(|line| line.starts_with("warning: ")).collect();
    let [warned] = warned[..] else { panic!("{told}") };
    assert!(warned.starts_with("warning: no catalog names 2 of the data files, such as \"main/"));
    assert!(warned.ends_with("`lookback maintain` deletes them once they are a day old"));
}

#[test]
fn an_error_in_a_query_is_shown_with_its_place() {
    let desk = Desk::with_jobs();
    assert_snapshot!(desk.run(&["sql", "SELECT * FRM jobs"]), @"
    exit 2
    -- stderr
    error: the SQL does not parse: Expected: end of statement, found: FRM at Line: 1, Column: 10
      SELECT * FRM jobs
               ^
    ");
    desk.write("q.sql", "SELECT kind,\n    stat\nFROM jobs;\n");
    assert_snapshot!(desk.run(&["sql", "-f", "q.sql"]), @r#"
    exit 2
    -- stderr
    error: there is no column "stat"
      2 |     stat
              ^
    hint: did you mean "state"?
    "#);
}

#[test]
fn a_text_in_double_quotes_is_told_to_need_single_ones() {
    let desk = Desk::with_jobs();
    assert_snapshot!(desk.run(&["sql", "SELECT 1 FROM jobs WHERE state = \"FAILED\""]), @r#"
    exit 2
    -- stderr
    error: there is no column "FAILED"
      SELECT 1 FROM jobs WHERE state = "FAILED"
                                       ^
    hint: use single quotes for a text: 'FAILED'
    "#);
    let hint = |name: &str| {
        let told = desk.run(&["sql", &format!("SELECT 1 FROM jobs WHERE state = \"{name}\"")]);
        told.lines().last().unwrap().to_owned()
    };
    assert_eq!(hint("COMPLETED"), "hint: use single quotes for a text: 'COMPLETED'");
    assert_eq!(hint("111111111111"), "hint: use single quotes for a text: '111111111111'");
    assert_eq!(hint("State"), "hint: did you mean \"state\"?");
}

#[test]
fn a_hint_is_of_what_was_asked() {
    let desk = Desk::with_jobs();
    let export = ["export", "jobs", "--output", "e", "--partition-by", "yr"];
    assert_snapshot!(desk.run(&export), @r#"
    exit 2
    -- stderr
    error: view "jobs" has no column "yr"
    hint: list its columns with: DESCRIBE jobs
    "#);
    assert_snapshot!(desk.run(&["demo", "--keep", "jobs.json"]), @r#"
    exit 2
    -- stderr
    error: "jobs.json" is a file
    hint: name a new folder with --keep
    "#);
    assert_snapshot!(desk.run(&["connect", "duckdb", "--files", "e"]), @"
    exit 2
    -- stderr
    error: --files says nothing to duckdb, which opens the warehouse itself
    hint: leave out --files
    ");
}

#[test]
fn a_resource_type_that_nobody_knows_is_told() {
    let desk = Desk::with_jobs();
    let run = |name| desk.run(&["summaries", "backup", "--resource-type", name]);
    assert_snapshot!(run("Foo"), @r#"
    exit 0
    -- stdout
    ┌────────┬────────────┬───────┬───────────────┬──────────────────┬───────┬────────────┬──────────┐
    │ region │ account_id │ state │ resource_type │ message_category │ count │ start_time │ end_time │
    ├────────┼────────────┼───────┼───────────────┼──────────────────┼───────┼────────────┼──────────┤
    └────────┴────────────┴───────┴───────────────┴──────────────────┴───────┴────────────┴──────────┘
    -- stderr
    warning: resource type "Foo" is not known, and no backup job is of it
    "#);
    assert!(!run("ebs").contains("warning"));
    let held = r#"{"BackupJobs": [{"BackupJobId": "b-9", "State": "CREATED", "ResourceType": "Foo",
        "CreationDate": "2026-01-03T00:00:00Z", "AccountId": "111111111111"}]}"#;
    desk.write("new.json", held);
    desk.run(&["import", "new.json", "--region", "eu-west-1"]);
    assert!(!run("FOO").contains("warning"));
}
