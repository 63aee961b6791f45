//! Where answers go: what the names of `--output` and of files to read mean.

use std::fs;

use insta::assert_snapshot;

use super::Desk;

const QUERY: &str = "SELECT backup_job_id FROM backup_jobs ORDER BY 1 LIMIT 1";

#[test]
fn a_dash_is_standard_output_of_every_command() {
    let desk = Desk::with_jobs();
    let day = ["--since", "2026-01-01", "--until", "2026-01-02", "--format", "csv"];
    for arguments in [
        ["sql", QUERY].as_slice(),
        &["report", "tables", "--sql"],
        &["reconcile"],
        &[["summaries", "backup"].as_slice(), &day].concat(),
    ] {
        let dashed = desk.run(&[arguments, &["--output", "-"]].concat());
        assert_eq!(dashed, desk.run(arguments), "{arguments:?}");
        assert!(!desk.path("-").exists(), "{arguments:?}");
    }
}

#[test]
fn a_name_that_ends_in_no_format_s_is_refused() {
    let desk = Desk::with_jobs();
    let sql = |flags: &[&str]| desk.run(&[["sql", QUERY].as_slice(), flags].concat());
    assert_snapshot!(sql(&["--output", "x.xlsx"]), @r#"
    exit 2
    -- stderr
    error: the name "x.xlsx" ends in no format's
    hint: choose a format with --format, or end the name so: table, csv, json, ndjson, markdown, parquet, arrow
    "#);
    assert_snapshot!(sql(&["--output", "x.xlsx", "--format", "csv"]), @"exit 0");
    assert_eq!(fs::read_to_string(desk.path("x.xlsx")).unwrap(), "backup_job_id\nb-1\n");
    assert_snapshot!(desk.run(&["export", "backup_jobs", "--output", "y.xlsx"]), @r#"
    exit 2
    -- stderr
    error: the name "y.xlsx" ends in no format's
    hint: end it so for a file: parquet, csv, ndjson, arrow; or in `/` for a folder
    "#);
    assert!(!desk.path("y.xlsx").exists());
    assert_snapshot!(desk.run(&["export", "backup_jobs", "--output", "y.xlsx/"]), @r#"
    exit 0
    -- stderr
    exported 3 rows of 1 table to "y.xlsx/" (1 file, 15.0 KiB); snapshot 2
    what changes from now on: --changed-since 2
    "#);
    assert!(desk.path("y.xlsx").is_dir());
    let again = desk.run(&["export", "backup_jobs", "--output", "y.xlsx", "--overwrite"]);
    assert!(again.starts_with("exit 0\n"), "{again}");
}

#[test]
fn the_formats_of_the_aws_cli_are_no_files() {
    let desk = Desk::with_jobs();
    let run = |name: &str| desk.run(&["summaries", "backup", "--output", name]);
    assert_snapshot!(run("json"), @"
    exit 2
    -- stderr
    error: invalid value 'json' for '--output <FILE>': --output names a file; use --format json, or write ./json

    For more information, try '--help'.
    ");
    assert_snapshot!(run("text"), @"
    exit 2
    -- stderr
    error: invalid value 'text' for '--output <FILE>': --output names a file; use --format table, or write ./text

    For more information, try '--help'.
    ");
    assert!(!desk.path("json").exists() && !desk.path("text").exists());
    assert_snapshot!(run("./text"), @"exit 0");
    assert!(desk.path("text").exists());
}

#[test]
fn a_dash_is_standard_input_of_a_query() {
    let desk = Desk::with_jobs();
    let expected = desk.run(&["sql", QUERY]);
    assert_eq!(desk.run_with(&["sql", "-"], QUERY), expected);
    assert_eq!(desk.run_with(&["sql", "--file", "-"], QUERY), expected);
}

#[test]
fn a_byte_order_mark_before_a_query_is_skipped() {
    let desk = Desk::with_jobs();
    desk.write("q.sql", format!("\u{feff}{QUERY}"));
    let expected = desk.run(&["sql", QUERY]);
    assert_eq!(desk.run(&["sql", "-f", "q.sql"]), expected);
    assert_eq!(desk.run_with(&["sql"], &format!("\u{feff}{QUERY}")), expected);
}
