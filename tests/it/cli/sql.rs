//! `lookback sql`: questions that are answered.

use std::fs;

use insta::assert_snapshot;

use super::{Desk, jobs};

const QUERY: &str = "SELECT backup_job_id AS id, state, creation_date, completion_date, \
    backup_size_in_bytes AS size FROM backup_jobs ORDER BY id LIMIT 2";

#[test]
fn every_text_format_is_written() {
    let desk = Desk::with_jobs();
    let format = |format| desk.run(&["sql", QUERY, "--format", format]);
    assert_snapshot!(format("table"), @"");
    assert_snapshot!(format("csv"), @"");
    assert_snapshot!(format("json"), @"");
    assert_snapshot!(format("ndjson"), @"");
    assert_snapshot!(format("markdown"), @"");
}

#[test]
fn null_is_told_from_the_empty_text() {
    let desk = Desk::with_jobs();
    let query = "SELECT '' AS empty, CAST(NULL AS varchar) AS absent, 'NULL' AS word";
    let format = |format| desk.run(&["sql", query, "--format", format]);
    assert_snapshot!(format("table"), @"");
    assert_snapshot!(format("csv"), @"");
    assert_snapshot!(format("ndjson"), @"");
    assert_snapshot!(format("markdown"), @"");
}

#[test]
fn a_query_comes_from_a_file_or_from_standard_input() {
    let desk = Desk::with_jobs();
    desk.write("query.sql", "-- How many?\nSELECT count(*) AS jobs FROM jobs;\n");
    assert_snapshot!(desk.run(&["sql", "--file", "query.sql"]), @"");
    assert_snapshot!(desk.run_with(&["sql"], "SELECT max(state) AS state FROM jobs"), @"");
}

#[test]
fn several_statements_share_a_session() {
    let desk = Desk::with_jobs();
    let text = "CREATE VIEW open AS SELECT job_id FROM jobs WHERE outcome = 'open';
        SELECT count(*) AS open FROM open; SELECT min(job_id) AS first FROM open";
    assert_snapshot!(desk.run(&["sql", text]), @"");
    assert_snapshot!(desk.run(&["sql", text, "--format", "csv"]), @"");
}

#[test]
fn an_output_file_is_there_whole_or_not_at_all() {
    let desk = Desk::with_jobs();
    assert_snapshot!(desk.run(&["sql", QUERY, "--output", "answer.csv"]), @"");
    let answer = fs::read_to_string(desk.path("answer.csv")).unwrap();
    assert_snapshot!(answer, @"");
    let wrong = "SELECT 10 / (length(backup_job_id) - 3) AS n FROM backup_jobs";
    assert_snapshot!(desk.run(&["sql", wrong, "--output", "answer.csv"]), @"");
    assert_eq!(fs::read_to_string(desk.path("answer.csv")).unwrap(), answer);
    let names = fs::read_dir(desk.path("")).unwrap().map(|entry| entry.unwrap().file_name());
    let mut names: Vec<_> = names.map(|name| name.into_string().unwrap()).collect();
    names.sort();
    assert_eq!(names, ["answer.csv", "jobs.json", "warehouse"]);
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
    assert_snapshot!(as_of("1"), @"");
    assert_snapshot!(as_of("2"), @"");
    assert_snapshot!(as_of("3"), @"");
    assert_snapshot!(as_of("2026-01-05T12:00:00Z"), @"");
    assert_snapshot!(as_of("2026-01-06"), @"");
    assert_snapshot!(as_of("4"), @"");
    assert_snapshot!(as_of("2026-01-04"), @"");
    assert_snapshot!(as_of("yesterday"), @"");
}

#[test]
fn a_warehouse_that_was_moved_opens_at_its_new_place() {
    let desk = Desk::with_jobs();
    fs::rename(desk.path("warehouse"), desk.path("elsewhere")).unwrap();
    let query = "SELECT backup_job_id FROM backup_jobs ORDER BY 1";
    assert_snapshot!(desk.run(&["sql", query, "--warehouse", "elsewhere"]), @"");
    let import = ["import", "jobs.json", "--warehouse", "elsewhere"];
    assert_snapshot!(desk.run(&import), @"");
}
