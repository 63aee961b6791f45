//! `lookback report`: a user's own reports, right and wrong ones.

use std::fs;

use insta::assert_snapshot;

use super::super::Desk;
use super::{OWN, desk};

#[test]
fn own_reports_come_from_a_flag_the_environment_or_the_settings() {
    let mut desk = desk();
    desk.write("own/jobs-in-state.sql", OWN);
    let run = |desk: &Desk, flags: &[&str]| {
        let report = ["report", "jobs-in-state", "--state", "RUNNING", "--format", "csv"];
        desk.run(&[&report, flags].concat())
    };
    let expected = "exit 0\n-- stdout\njobs\n1\n";
    assert_eq!(run(&desk, &["--reports=own"]), expected);
    assert_snapshot!(run(&desk, &[]), @r#"
    exit 2
    -- stderr
    error: there is no report "jobs-in-state"
    hint: list the reports with: lookback report
    "#);
    // A relative folder begins at the folder of the settings.
    fs::create_dir_all(desk.path("etc/mine")).unwrap();
    desk.write("etc/mine/jobs-in-state.sql", OWN);
    desk.write("etc/l.toml", "reports = \"mine\"\n");
    assert_eq!(run(&desk, &["--config", "etc/l.toml"]), expected);
    desk.environment.push(("LOOKBACK_REPORTS", "own".to_owned()));
    assert_eq!(run(&desk, &[]), expected);
    assert_snapshot!(run(&desk, &["--reports", "elsewhere"]), @r#"
    exit 2
    -- stderr
    error: there is no folder of reports "elsewhere"
    hint: name a folder of .sql files with --reports, or with `reports` in lookback.toml
    "#);
}

#[test]
fn values_are_bound_and_never_pasted() {
    let desk = desk();
    desk.write("own/jobs-in-state.sql", OWN);
    let run = |flags: &[&str]| {
        let report = ["report", "--reports", "own", "jobs-in-state", "--format", "csv"];
        desk.run(&[&report, flags].concat())
    };
    assert_snapshot!(run(&["--state", "' OR 1 = 1 --"]), @"
    exit 0
    -- stdout
    jobs
    0
    ");
    assert_snapshot!(run(&["--since", "2026-01-01T01:00:00Z"]), @"
    exit 0
    -- stdout
    jobs
    1
    ");
    assert_snapshot!(run(&["--since", "2026-01-01T01:00:00.001Z"]), @"
    exit 0
    -- stdout
    jobs
    0
    ");
}

#[test]
fn own_files_without_a_right_header_are_told() {
    let desk = desk();
    let run = |text: &str| {
        desk.write("own/mine.sql", text);
        desk.run(&["report", "--reports", "own", "mine", "--state", "RUNNING", "--format", "csv"])
    };
    assert_snapshot!(run("SELECT 1 AS jobs"), @r#"
    exit 2
    -- stderr
    error: file "own/mine.sql", line 1: the header has no title
    hint: begin the file with comments such as: -- title: text
    "#);
    assert_snapshot!(run(&OWN.replace("param: state", "parma: state")), @r#"
    exit 2
    -- stderr
    error: file "own/mine.sql", line 4: there is no key "parma" in a header
    hint: did you mean "param"?
    "#);
    assert_snapshot!(run(&OWN.replace("text 'COMPLETED'", "varchar 'COMPLETED'")), @r#"
    exit 2
    -- stderr
    error: file "own/mine.sql", line 4: parameter "state" has type "varchar", which is none
    hint: write -- param: name type default -- text, with one of the types text, bigint, double, boolean, timestamp, days and one_of(a, b), and the default NULL for none
    "#);
    assert_snapshot!(run(&OWN.replace("param: state", "param: format")), @r#"
    exit 2
    -- stderr
    error: file "own/mine.sql", line 4: a parameter may not have the name "format"
    hint: write -- param: name type default -- text, with one of the types text, bigint, double, boolean, timestamp, days and one_of(a, b), and the default NULL for none
    "#);
}

#[test]
fn own_files_whose_query_is_another_than_declared_are_told() {
    let desk = desk();
    let run = |text: &str| {
        desk.write("own/mine.sql", text);
        desk.run(&["report", "--reports", "own", "mine", "--state", "RUNNING", "--format", "csv"])
    };
    assert_snapshot!(run(&OWN.replace("= $state", "= $status")), @r#"
    exit 2
    -- stderr
    error: file "own/mine.sql", line 12: parameter "$status" is not declared
    hint: declare it in the header: -- param: status bigint 1 -- text
    "#);
    assert_snapshot!(run(&OWN.replace("state = $state", "TRUE")), @r#"
    exit 2
    -- stderr
    error: file "own/mine.sql", line 4: parameter "state" is declared, and the query does not use it
    hint: write $state in the query
    "#);
    assert_snapshot!(run(&OWN.replace("AS jobs", "AS number")), @r#"
    exit 2
    -- stderr
    error: file "own/mine.sql", line 10: column "number" of the query is not declared
    hint: say in the header what it means: -- column: number -- text
    "#);
    assert_snapshot!(run(&OWN.replace("count(*) AS jobs", "*")), @r#"
    exit 2
    -- stderr
    error: file "own/mine.sql", line 10: the column "*" of the query has no name
    hint: list the columns one by one, and name each with AS
    "#);
    assert_snapshot!(run(&OWN.replace("FROM backup_jobs", "FORM backup_jobs")), @r#"
    exit 2
    -- stderr
    error: file "own/mine.sql": the SQL does not parse: Expected: end of statement, found: FORM at Line: 11, Column: 1
    "#);
    assert_snapshot!(run(&format!("{OWN}; DROP VIEW jobs")), @r#"
    exit 2
    -- stderr
    error: file "own/mine.sql": the text is not one query
    hint: write one SELECT, with or without WITH
    "#);
}

#[test]
fn a_file_that_is_no_report_hurts_no_other_and_hides_the_one_of_its_name() {
    let desk = desk();
    desk.write("own/My Report.sql", OWN);
    desk.write("own/jobs-in-state.sql", OWN);
    desk.write("own/gone-silent.sql", OWN.replace("= $state", "= $status"));
    let run = |arguments: &[&str]| desk.run(&[&["report", "--reports", "own"], arguments].concat());
    let listed = run(&[]);
    let own: Vec<_> = listed.lines().filter(|line| line.contains("(yours)")).collect();
    assert_snapshot!(own.join("\n"), @r#"
    My Report             file "own/My Report.sql": "My Report" is no name of a report (yours)
    gone-silent           file "own/gone-silent.sql", line 12: parameter "$status" is not declared (yours)
    jobs-in-state         Jobs in a state (yours)
    "#);
    assert!(listed.starts_with("exit 1\n") && listed.contains("broken"), "{listed}");
    assert_snapshot!(run(&["jobs-in-state", "--format", "csv"]), @"
    exit 0
    -- stdout
    jobs
    1
    ");
    assert_snapshot!(run(&["gone-silent"]), @r#"
    exit 2
    -- stderr
    error: file "own/gone-silent.sql", line 12: parameter "$status" is not declared
    hint: declare it in the header: -- param: status bigint 1 -- text
    "#);
    assert_snapshot!(run(&["My Report", "--times", "3"]), @r#"
    exit 2
    -- stderr
    error: file "own/My Report.sql": "My Report" is no name of a report
    hint: use letters from a to z, digits and hyphens
    "#);
}

#[test]
fn own_reports_that_fail_are_told_with_their_file() {
    let desk = desk();
    let run = |text: &str, flags: &[&str]| {
        desk.write("own/mine.sql", text);
        desk.run(&[&["report", "mine", "--reports", "own", "--format", "csv"], flags].concat())
    };
    assert_snapshot!(run(&OWN.replace("FROM backup_jobs", "FROM backup_job"), &[]), @r#"
    exit 2
    -- stderr
    error: file "own/mine.sql": there is no table "backup_job"
    hint: did you mean "backup_jobs"?
    "#);
    assert_snapshot!(run(&OWN.replace("state = ", "stat = "), &[]), @r#"
    exit 2
    -- stderr
    error: file "own/mine.sql": there is no column "stat"
    hint: did you mean "state"?
    "#);
    let casting = OWN.replace("count(*)", "max(CAST(region AS bigint))");
    assert_snapshot!(run(&casting, &[]), @r#"
    exit 2
    -- stderr
    error: file "own/mine.sql": Cast error: Cannot cast string 'eu-west-1' to value of Int64 type
    "#);
    let required = OWN.replace("text 'COMPLETED'", "text");
    assert_snapshot!(run(&required, &[]), @"
    exit 2
    -- stderr
    error: the following required arguments were not provided:
      --state <TEXT>

    Usage: lookback report mine --reports <DIR> --format <FORMAT> --now <TIMESTAMP> --state <TEXT>

    For more information, try '--help'.
    ");
    assert_snapshot!(run(&required, &["--state", "CREATED"]), @"
    exit 0
    -- stdout
    jobs
    1
    ");
}
