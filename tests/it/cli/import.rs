//! `lookback import`: what it takes in, and what it says about it.

use insta::assert_snapshot;
use serde_json::json;

use super::{Desk, JOBS, gzip, job, jobs};

const STATES: &str = "SELECT backup_job_id, state, observed_at FROM backup_jobs ORDER BY 1";

#[test]
fn the_same_file_twice_changes_nothing() {
    let desk = Desk::new();
    desk.write("jobs.json", jobs(&JOBS));
    assert_snapshot!(desk.run(&["import", "jobs.json"]), @"
    exit 0
    -- stderr
    imported 1 file: 3 new, 0 changed, 0 unchanged, 0 refused; snapshot 2
    ");
    assert_snapshot!(desk.run(&["import", "jobs.json"]), @"
    exit 0
    -- stderr
    imported 1 file: 0 new, 0 changed, 3 unchanged, 0 refused; nothing to commit
    ");
    assert_snapshot!(desk.run(&["sql", STATES]), @"
    exit 0
    -- stdout
    ┌───────────────┬───────────┬──────────────────────┐
    │ backup_job_id │ state     │ observed_at          │
    ├───────────────┼───────────┼──────────────────────┤
    │ b-1           │ COMPLETED │ 2026-01-04T00:00:00Z │
    │ b-2           │ RUNNING   │ 2026-01-04T00:00:00Z │
    │ b-3           │ CREATED   │ 2026-01-04T00:00:00Z │
    └───────────────┴───────────┴──────────────────────┘
    ");
}

#[test]
fn an_older_observation_after_a_newer_one_takes_no_state_back() {
    let desk = Desk::new();
    desk.write("new.json", jobs(&[("b-1", "RUNNING", JOBS[0].2)]));
    desk.write("old.json", jobs(&[("b-1", "CREATED", JOBS[0].2)]));
    let at = |file, time| desk.run(&["import", file, "--observed-at", time]);
    assert_snapshot!(at("new.json", "2026-01-03T00:00:00Z"), @"
    exit 0
    -- stderr
    imported 1 file: 1 new, 0 changed, 0 unchanged, 0 refused; snapshot 2
    ");
    assert_snapshot!(at("old.json", "2026-01-02T00:00:00Z"), @"
    exit 0
    -- stderr
    imported 1 file: 0 new, 0 changed, 1 unchanged, 0 refused; nothing to commit
    ");
    assert_snapshot!(desk.run(&["sql", STATES]), @"
    exit 0
    -- stdout
    ┌───────────────┬─────────┬──────────────────────┐
    │ backup_job_id │ state   │ observed_at          │
    ├───────────────┼─────────┼──────────────────────┤
    │ b-1           │ RUNNING │ 2026-01-03T00:00:00Z │
    └───────────────┴─────────┴──────────────────────┘
    ");
}

#[test]
fn standard_input_and_gzip_and_several_files_are_one_commit() {
    let desk = Desk::new();
    desk.write("one.json", jobs(&JOBS[..1]));
    desk.write("two.json.gz", gzip(&jobs(&JOBS[1..2])));
    let import = ["import", "one.json", "two.json.gz", "-"];
    assert_snapshot!(desk.run_with(&import, &jobs(&JOBS[2..])), @"
    exit 0
    -- stderr
    imported 3 files: 3 new, 0 changed, 0 unchanged, 0 refused; snapshot 2
    ");
    assert_snapshot!(desk.run(&["sql", STATES]), @"
    exit 0
    -- stdout
    ┌───────────────┬───────────┬──────────────────────┐
    │ backup_job_id │ state     │ observed_at          │
    ├───────────────┼───────────┼──────────────────────┤
    │ b-1           │ COMPLETED │ 2026-01-04T00:00:00Z │
    │ b-2           │ RUNNING   │ 2026-01-04T00:00:00Z │
    │ b-3           │ CREATED   │ 2026-01-04T00:00:00Z │
    └───────────────┴───────────┴──────────────────────┘
    ");
}

#[test]
fn a_bad_record_is_told_and_the_others_are_taken() {
    let desk = Desk::new();
    let no_id = json!({"State": "CREATED", "CreationDate": 0});
    let no_time = job(("b-2", "CREATED", "yesterday"));
    let good = job(JOBS[0]);
    desk.write("jobs.json", json!({"BackupJobs": [no_id, no_time, good]}).to_string());
    assert_snapshot!(desk.run(&["import", "jobs.json", "--strict"]), @r#"
    exit 2
    -- stderr
    error: file "jobs.json", record 1: backup job has no BackupJobId
    hint: nothing was taken in; leave out --strict to take in the other records
    "#);
    assert_snapshot!(desk.run(&["sql", STATES]), @"
    exit 0
    -- stdout
    ┌───────────────┬───────┬─────────────┐
    │ backup_job_id │ state │ observed_at │
    ├───────────────┼───────┼─────────────┤
    └───────────────┴───────┴─────────────┘
    ");
    assert_snapshot!(desk.run(&["import", "jobs.json"]), @r#"
    exit 1
    -- stderr
    warning: file "jobs.json", record 1: backup job has no BackupJobId
    warning: file "jobs.json", record 2: backup job "b-2": CreationDate is "yesterday", which is no time
    imported 1 file: 1 new, 0 changed, 0 unchanged, 2 refused; snapshot 2
    "#);
    assert_snapshot!(desk.run(&["sql", STATES]), @"
    exit 0
    -- stdout
    ┌───────────────┬───────────┬──────────────────────┐
    │ backup_job_id │ state     │ observed_at          │
    ├───────────────┼───────────┼──────────────────────┤
    │ b-1           │ COMPLETED │ 2026-01-04T00:00:00Z │
    └───────────────┴───────────┴──────────────────────┘
    ");
}

#[test]
fn many_bad_records_are_counted() {
    let desk = Desk::new();
    let records: Vec<_> = (0..23).map(|n| json!({"BackupJobId": format!("b-{n}")})).collect();
    desk.write("jobs.json", json!({"BackupJobs": records}).to_string());
    let told = desk.run(&["import", "jobs.json"]);
    let last: Vec<_> = told.lines().skip(20).collect();
    assert_snapshot!(last.join("\n"), @r#"
    warning: file "jobs.json", record 19: backup job "b-18" has no CreationDate
    warning: file "jobs.json", record 20: backup job "b-19" has no CreationDate
    warning: file "jobs.json": 3 more records are bad
    imported 1 file: 0 new, 0 changed, 0 unchanged, 23 refused; nothing to commit
    "#);
}

#[test]
fn the_region_and_the_account_come_from_the_flags() {
    let desk = Desk::new();
    desk.write("job.json", r#"{"CopyJobId": "c-1", "State": "RUNNING", "CreationDate": 0}"#);
    assert_snapshot!(desk.run(&["import", "job.json"]), @r#"
    exit 1
    -- stderr
    warning: file "job.json", record 1: copy job "c-1" tells no Region: say it with --region
    imported 1 file: 0 new, 0 changed, 0 unchanged, 1 refused; nothing to commit
    "#);
    let flags = ["--region", "eu-west-1", "--account", "111111111111", "--source", "me"];
    assert_snapshot!(desk.run(&[&["import", "job.json"], flags.as_slice()].concat()), @"
    exit 0
    -- stderr
    imported 1 file: 1 new, 0 changed, 0 unchanged, 0 refused; snapshot 2
    ");
    let query = "SELECT region, account_id, source, origin, tracking, state FROM copy_jobs";
    assert_snapshot!(desk.run(&["sql", query]), @"
    exit 0
    -- stdout
    ┌───────────┬──────────────┬────────┬──────────┬──────────┬─────────┐
    │ region    │ account_id   │ source │ origin   │ tracking │ state   │
    ├───────────┼──────────────┼────────┼──────────┼──────────┼─────────┤
    │ eu-west-1 │ 111111111111 │ me     │ cli-json │ open     │ RUNNING │
    └───────────┴──────────────┴────────┴──────────┴──────────┴─────────┘
    ");
}

#[test]
fn summaries_are_kept_as_a_time_series() {
    let desk = Desk::new();
    for (day, count) in [("03", 3), ("04", 4)] {
        let row = json!({"Region": "eu-west-1", "AccountId": "ANY", "State": "COMPLETED",
            "Count": count, "StartTime": "2026-01-01T00:00:00Z",
            "EndTime": "2026-01-02T00:00:00Z"});
        let document = json!({"BackupJobSummaries": [row], "AggregationPeriod": "ONE_DAY"});
        desk.write("counts.json", document.to_string());
        desk.run(&["import", "counts.json", "--observed-at", &format!("2026-01-{day}")]);
    }
    let query = "SELECT count, observed_at, replaced_at FROM aws_job_summaries ORDER BY 2";
    assert_snapshot!(desk.run(&["sql", query]), @"
    exit 0
    -- stdout
    ┌───────┬──────────────────────┬──────────────────────┐
    │ count │ observed_at          │ replaced_at          │
    ├───────┼──────────────────────┼──────────────────────┤
    │     3 │ 2026-01-03T00:00:00Z │ 2026-01-04T00:00:00Z │
    │     4 │ 2026-01-04T00:00:00Z │ NULL                 │
    └───────┴──────────────────────┴──────────────────────┘
    ");
}
