//! `lookback sql`: questions that are answered.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::process::Command;
use std::thread;

use insta::assert_snapshot;

use super::{BUSY, Desk, jobs};

const QUERY: &str = "SELECT backup_job_id AS id, state, creation_date, completion_date, \
    backup_size_in_bytes AS size FROM backup_jobs ORDER BY id LIMIT 2";

#[test]
fn every_text_format_is_written() {
    let desk = Desk::with_jobs();
    let format = |format| desk.run(&["sql", QUERY, "--format", format]);
    assert_snapshot!(format("table"), @"
    exit 0
    -- stdout
    ┌─────┬───────────┬──────────────────────────┬─────────────────┬──────┐
    │ id  │ state     │ creation_date            │ completion_date │ size │
    ├─────┼───────────┼──────────────────────────┼─────────────────┼──────┤
    │ b-1 │ COMPLETED │ 2026-01-01T01:00:00Z     │ NULL            │ NULL │
    │ b-2 │ RUNNING   │ 2026-01-01T02:00:00.500Z │ NULL            │ NULL │
    └─────┴───────────┴──────────────────────────┴─────────────────┴──────┘
    ");
    assert_snapshot!(format("csv"), @"
    exit 0
    -- stdout
    id,state,creation_date,completion_date,size
    b-1,COMPLETED,2026-01-01T01:00:00Z,,
    b-2,RUNNING,2026-01-01T02:00:00.500Z,,
    ");
    assert_snapshot!(format("json"), @r#"
    exit 0
    -- stdout
    [
    {"id":"b-1","state":"COMPLETED","creation_date":"2026-01-01T01:00:00Z","completion_date":null,"size":null},
    {"id":"b-2","state":"RUNNING","creation_date":"2026-01-01T02:00:00.500Z","completion_date":null,"size":null}
    ]
    "#);
    assert_snapshot!(format("ndjson"), @r#"
    exit 0
    -- stdout
    {"id":"b-1","state":"COMPLETED","creation_date":"2026-01-01T01:00:00Z","completion_date":null,"size":null}
    {"id":"b-2","state":"RUNNING","creation_date":"2026-01-01T02:00:00.500Z","completion_date":null,"size":null}
    "#);
    assert_snapshot!(format("markdown"), @"
    exit 0
    -- stdout
    | id | state | creation_date | completion_date | size |
    | --- | --- | --- | --- | ---: |
    | b-1 | COMPLETED | 2026-01-01T01:00:00Z | NULL | NULL |
    | b-2 | RUNNING | 2026-01-01T02:00:00.500Z | NULL | NULL |
    ");
}

#[test]
fn null_is_told_from_the_empty_text() {
    let desk = Desk::with_jobs();
    let query = "SELECT '' AS empty, CAST(NULL AS varchar) AS absent, 'NULL' AS word";
    let format = |format| desk.run(&["sql", query, "--format", format]);
    assert_snapshot!(format("table"), @"
    exit 0
    -- stdout
    ┌───────┬────────┬──────┐
    │ empty │ absent │ word │
    ├───────┼────────┼──────┤
    │       │ NULL   │ NULL │
    └───────┴────────┴──────┘
    ");
    assert_snapshot!(format("csv"), @r#"
    exit 0
    -- stdout
    empty,absent,word
    "",,NULL
    "#);
    assert_snapshot!(format("ndjson"), @r#"
    exit 0
    -- stdout
    {"empty":"","absent":null,"word":"NULL"}
    "#);
    assert_snapshot!(format("markdown"), @"
    exit 0
    -- stdout
    | empty | absent | word |
    | --- | --- | --- |
    |  | NULL | NULL |
    ");
}

#[test]
fn a_query_comes_from_a_file_or_from_standard_input() {
    let desk = Desk::with_jobs();
    desk.write("query.sql", "-- How many?\nSELECT count(*) AS jobs FROM jobs;\n");
    assert_snapshot!(desk.run(&["sql", "--file", "query.sql"]), @"
    exit 0
    -- stdout
    ┌──────┐
    │ jobs │
    ├──────┤
    │    3 │
    └──────┘
    ");
    assert_snapshot!(desk.run_with(&["sql"], "SELECT max(state) AS state FROM jobs"), @"
    exit 0
    -- stdout
    ┌─────────┐
    │ state   │
    ├─────────┤
    │ RUNNING │
    └─────────┘
    ");
}

#[test]
fn several_statements_share_a_session() {
    let desk = Desk::with_jobs();
    let text = "CREATE VIEW open AS SELECT job_id FROM jobs WHERE outcome = 'open';
        SELECT count(*) AS open FROM open; SELECT min(job_id) AS first FROM open";
    assert_snapshot!(desk.run(&["sql", text]), @"
    exit 0
    -- stdout
    ┌──────┐
    │ open │
    ├──────┤
    │    2 │
    └──────┘
    ┌───────┐
    │ first │
    ├───────┤
    │ b-2   │
    └───────┘
    ");
    assert_snapshot!(desk.run(&["sql", text, "--format", "csv"]), @"
    exit 2
    -- stdout
    open
    2
    -- stderr
    error: format csv holds one answer, and the text asks for more
    hint: run one query at a time, or use --format table
    ");
}

#[test]
fn an_output_file_is_there_whole_or_not_at_all() {
    let desk = Desk::with_jobs();
    assert_snapshot!(desk.run(&["sql", QUERY, "--output", "answer.csv"]), @"exit 0");
    let answer = fs::read_to_string(desk.path("answer.csv")).unwrap();
    assert_snapshot!(answer, @"
    id,state,creation_date,completion_date,size
    b-1,COMPLETED,2026-01-01T01:00:00Z,,
    b-2,RUNNING,2026-01-01T02:00:00.500Z,,
    ");
    let wrong = "SELECT 10 / (length(backup_job_id) - 3) AS n FROM backup_jobs";
    assert_snapshot!(desk.run(&["sql", wrong, "--output", "answer.csv"]), @"
    exit 2
    -- stderr
    error: Divide by zero error
    ");
    assert_eq!(fs::read_to_string(desk.path("answer.csv")).unwrap(), answer);
    let names = fs::read_dir(desk.path("")).unwrap().map(|entry| entry.unwrap().file_name());
    let mut names: Vec<_> = names.map(|name| name.into_string().unwrap()).collect();
    names.sort();
    assert_eq!(names, ["answer.csv", "jobs.json", "warehouse"]);
}

#[test]
fn an_interrupted_query_leaves_nothing_of_its_file() {
    let desk = Desk::with_jobs();
    let names = || {
        let names = fs::read_dir(desk.path("")).unwrap().map(|entry| entry.unwrap().file_name());
        let mut names: Vec<_> = names.map(|name| name.into_string().unwrap()).collect();
        names.sort();
        names
    };
    let is_begun = || names()[0].starts_with(".lookback-");
    assert_snapshot!(desk.interrupted_when(&["sql", BUSY, "-o", "a.csv"], "-TERM", is_begun), @"
    exit 2
    error: the query was interrupted
    ");
    assert_eq!(names(), ["jobs.json", "warehouse"]);
}

#[test]
fn an_output_file_stays_what_it_is_where_nothing_answers() {
    let desk = Desk::with_jobs();
    desk.write("keep.csv", "mine");
    assert_snapshot!(desk.run(&["sql", "-o", "keep.csv", "CREATE VIEW a AS SELECT 1 AS n"]), @r#"
    exit 2
    -- stderr
    error: nothing of the text answers, so "keep.csv" stays as it was
    hint: end the text with a query
    "#);
    assert_eq!(fs::read_to_string(desk.path("keep.csv")).unwrap(), "mine");
    assert_snapshot!(desk.run(&["sql", "-o", "warehouse", "SELECT 1 AS n"]), @r#"
    exit 2
    -- stderr
    error: "warehouse" is a folder
    hint: name a file in it
    "#);
}

#[test]
fn an_output_file_keeps_its_kind_its_links_and_its_mode() {
    let desk = Desk::with_jobs();
    let write = |name| assert_eq!(desk.run(&["sql", "-o", name, "SELECT 1 AS n"]), "exit 0\n");
    let mode = |name| fs::metadata(desk.path(name)).unwrap().permissions().mode() & 0o777;
    desk.write("new.csv", "");
    let usual = mode("new.csv");
    fs::remove_file(desk.path("new.csv")).unwrap();
    write("new.csv");
    assert_eq!(mode("new.csv"), usual);
    desk.write("secret.csv", "");
    fs::set_permissions(desk.path("secret.csv"), PermissionsExt::from_mode(0o600)).unwrap();
    symlink("secret.csv", desk.path("link.csv")).unwrap();
    write("link.csv");
    assert!(fs::symlink_metadata(desk.path("link.csv")).unwrap().is_symlink());
    assert_eq!(fs::read_to_string(desk.path("secret.csv")).unwrap(), "n\n1\n");
    assert_eq!(mode("secret.csv"), 0o600);
    assert!(Command::new("mkfifo").arg(desk.path("pipe.csv")).status().unwrap().success());
    let pipe = desk.path("pipe.csv");
    let reader = thread::spawn(move || fs::read_to_string(pipe).unwrap());
    write("pipe.csv");
    assert_eq!(reader.join().unwrap(), "n\n1\n");
}

#[test]
fn what_messages_repeat_steers_no_terminal() {
    let desk = Desk::with_jobs();
    assert_snapshot!(desk.run(&["sql", "SELECT \"\u{1b}[2J\" FROM jobs"]), @r#"
    exit 2
    -- stderr
    error: there is no column "\u{1b}[2J"
      SELECT "\u{1b}[2J" FROM jobs
             ^
    hint: use single quotes for a text: '\u{1b}[2J'
    "#);
}

#[test]
fn binary_files_are_what_their_names_say() {
    let desk = Desk::with_jobs();
    for (name, magic) in [("a.parquet", b"PAR1".as_slice()), ("a.arrow", b"\xff\xff\xff\xff")] {
        assert_eq!(desk.run(&["sql", QUERY, "--output", name]), "exit 0\n");
        assert!(fs::read(desk.path(name)).unwrap().starts_with(magic), "{name}");
    }
}

#[test]
fn an_earlier_state_is_asked_by_number_and_by_time() {
    let desk = Desk::with_jobs();
    desk.write("more.json", jobs(&[("b-9", "CREATED", "2026-01-03T00:00:00Z")]));
    desk.run(&["import", "more.json", "--now", "2026-01-06T00:00:00Z"]);
    let as_of = |as_of| {
        let query = "SELECT count(*) AS jobs FROM backup_jobs";
        desk.run(&["sql", query, "--as-of", as_of, "--format", "csv"])
    };
    assert_snapshot!(as_of("1"), @"
    exit 0
    -- stdout
    jobs
    0
    ");
    assert_snapshot!(as_of("2"), @"
    exit 0
    -- stdout
    jobs
    3
    ");
    assert_snapshot!(as_of("3"), @"
    exit 0
    -- stdout
    jobs
    4
    ");
    assert_snapshot!(as_of("2026-01-05T12:00:00Z"), @"
    exit 0
    -- stdout
    jobs
    3
    ");
    assert_snapshot!(as_of("2026-01-06"), @"
    exit 0
    -- stdout
    jobs
    4
    ");
    let runs = "SELECT count(*) AS runs FROM ops.runs";
    assert_snapshot!(desk.run(&["sql", runs, "--as-of", "1", "--format", "csv"]), @"
    exit 0
    -- stdout
    runs
    2
    ");
    assert_snapshot!(as_of("4"), @"
    exit 2
    -- stderr
    error: there is no snapshot 4
    hint: the warehouse has snapshots 1 (2026-01-05T00:00:00Z) to 3 (2026-01-06T00:00:00Z)
    ");
    assert_snapshot!(as_of("2026-01-04"), @"
    exit 2
    -- stderr
    error: there is no snapshot as old as 2026-01-04T00:00:00Z
    hint: the warehouse has snapshots 1 (2026-01-05T00:00:00Z) to 3 (2026-01-06T00:00:00Z)
    ");
    assert_snapshot!(as_of("yesterday"), @r#"
    exit 2
    -- stderr
    error: invalid value 'yesterday' for '--as-of <TIMESTAMP|SNAPSHOT>': "yesterday" is neither a snapshot number nor a time such as 2026-11-01T00:00:00Z

    For more information, try '--help'.
    "#);
}

#[test]
fn a_warehouse_that_was_moved_opens_at_its_new_place() {
    let desk = Desk::with_jobs();
    fs::rename(desk.path("warehouse"), desk.path("elsewhere")).unwrap();
    let query = "SELECT backup_job_id FROM backup_jobs ORDER BY 1";
    assert_snapshot!(desk.run(&["sql", query, "--warehouse", "elsewhere"]), @"
    exit 0
    -- stdout
    ┌───────────────┐
    │ backup_job_id │
    ├───────────────┤
    │ b-1           │
    │ b-2           │
    │ b-3           │
    └───────────────┘
    ");
    let import = ["import", "jobs.json", "--warehouse", "elsewhere"];
    assert_snapshot!(desk.run(&import), @"
    exit 0
    -- stderr
    imported 1 file: 0 new, 0 changed, 3 unchanged, 0 refused; nothing to commit
    ");
}
