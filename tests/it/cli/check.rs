//! `lookback check`: what holds, what does not, and what could not run.

use std::fs;

use insta::assert_snapshot;
use serde_json::{Value, json};

use super::Desk;

/// A desk with two volumes that a plan backs up each night: well once, and never.
fn desk() -> Desk {
    let job = |id: &str, state: &str, created: &str, resource: &str, message: Option<&str>| {
        json!({
            "BackupJobId": id,
            "State": state,
            "CreationDate": created,
            "BackupVaultArn": "arn:aws:backup:eu-west-1:111111111111:backup-vault:v",
            "ResourceArn": format!("arn:aws:ec2:eu-west-1:111111111111:volume/{resource}"),
            "ResourceType": "EBS",
            "CreatedBy": {"BackupPlanId": "p-1"},
            "StatusMessage": message,
            "MessageCategory": message.map_or("SUCCESS", |_| "FAILURE"),
        })
    };
    let jobs = json!({"BackupJobs": [
        job("b-1", "COMPLETED", "2026-01-01T01:00:00Z", "vol-1", None),
        job("a-1", "ABORTED", "2026-01-02T01:00:00Z", "vol-1", None),
        job("a-2", "ABORTED", "2026-01-03T01:00:00Z", "vol-1", None),
        job("a-3", "ABORTED", "2026-01-02T02:00:00Z", "vol-2", None),
        job("a-4", "ABORTED", "2026-01-03T02:00:00Z", "vol-2", None),
        job("b-2", "FAILED", "2026-01-04T01:00:00Z", "vol-1", Some("Quota of 5 exceeded")),
        job("b-3", "FAILED", "2026-01-04T02:00:00Z", "vol-2", Some("Quota of 7 exceeded")),
    ]});
    let desk = Desk::new();
    desk.write("jobs.json", jobs.to_string());
    let told = desk.run(&["import", "jobs.json"]);
    assert!(told.starts_with("exit 0\n"), "{told}");
    desk
}

#[test]
fn people_see_how_each_stands_and_what_was_found() {
    assert_snapshot!(desk().run(&["check"]), @r#"
    exit 1
    -- stdout
    freshness
      data-stale        1 finding
      days-lost-soon    holds
    outcomes
      issues-high       holds
      new-failures      1 finding
      success-rate-low  holds
    protection
      gone-silent       holds
      rpo-violated      2 findings

    data-stale: Of which places (a source, a Region and a kind of job) are the last hours not held?
    (max_hours 30, retired_days 30)
    ┌────────┬───────┬────────┬──────┬────────────┬───────────────┬──────────┐
    │ source │ scope │ region │ kind │ held_until │ missing_hours │ tried_at │
    ├────────┼───────┼────────┼──────┼────────────┼───────────────┼──────────┤
    │ NULL   │ NULL  │ NULL   │ NULL │ NULL       │          NULL │ NULL     │
    └────────┴───────┴────────┴──────┴────────────┴───────────────┴──────────┘


    new-failures: For which reasons do jobs fail now that they did not fail for before?
    (days 1, before_days 30)
    ┌────────┬───────────────────────┬──────┬───────────┬──────────┬──────────────────────┬─────────────────────┬────────────────┐
    │ kind   │ reason                │ jobs │ resources │ accounts │ first_seen_at        │ example_message     │ example_job_id │
    ├────────┼───────────────────────┼──────┼───────────┼──────────┼──────────────────────┼─────────────────────┼────────────────┤
    │ backup │ Quota of <n> exceeded │    2 │         2 │        1 │ 2026-01-04T01:00:00Z │ Quota of 7 exceeded │ b-3            │
    └────────┴───────────────────────┴──────┴───────────┴──────────┴──────────────────────┴─────────────────────┴────────────────┘


    rpo-violated: Which resources that a plan backs up have no good backup that is young enough?
    (max_hours 36, times 1.5, days 90, resource_type NULL)
    ┌──────────────┬───────────┬───────────────┬─────────────────────────────────────────────────┬─────────────────┬──────────────────────┬───────────┬──────────────────────┬────────────┬─────────────────────┬──────────────────────┐
    │ account_id   │ region    │ resource_type │ resource_arn                                    │ objective_hours │ last_good_at         │ age_hours │ last_job_at          │ last_state │ last_message        │ known_until          │
    ├──────────────┼───────────┼───────────────┼─────────────────────────────────────────────────┼─────────────────┼──────────────────────┼───────────┼──────────────────────┼────────────┼─────────────────────┼──────────────────────┤
    │ 111111111111 │ eu-west-1 │ EBS           │ arn:aws:ec2:eu-west-1:111111111111:volume/vol-2 │            36.0 │ NULL                 │      48.0 │ 2026-01-04T02:00:00Z │ FAILED     │ Quota of 7 exceeded │ 2026-01-04T02:00:00Z │
    │ 111111111111 │ eu-west-1 │ EBS           │ arn:aws:ec2:eu-west-1:111111111111:volume/vol-1 │            36.0 │ 2026-01-01T01:00:00Z │      73.0 │ 2026-01-04T01:00:00Z │ FAILED     │ Quota of 5 exceeded │ 2026-01-04T02:00:00Z │
    └──────────────┴───────────┴───────────────┴─────────────────────────────────────────────────┴─────────────────┴──────────────────────┴───────────┴──────────────────────┴────────────┴─────────────────────┴──────────────────────┘

    -- stderr
    warning: check "data-stale" does not hold: 1 finding
    warning: check "new-failures" does not hold: 1 finding
    warning: check "rpo-violated" does not hold: 2 findings
    "#);
    assert_snapshot!(desk().run(&["check", "days-lost-soon"]), @"
    exit 0
    -- stdout
    freshness
      days-lost-soon  holds
    ");
}

#[test]
fn programs_are_told_in_json() {
    let told = desk().run(&["check", "rpo-violated", "--format", "json"]);
    assert_snapshot!(told, @r#"
    exit 1
    -- stdout
    {
      "now": "2026-01-05T00:00:00Z",
      "snapshot": 2,
      "status": "attention",
      "checks": [
        {
          "name": "rpo-violated",
          "subject": "protection",
          "title": "The recovery point objective is violated",
          "status": "does_not_hold",
          "parameters": {
            "days": "90",
            "max_hours": "36",
            "resource_type": "NULL",
            "times": "1.5"
          },
          "findings": 2,
          "rows": [
            {"account_id":"111111111111","region":"eu-west-1","resource_type":"EBS","resource_arn":"arn:aws:ec2:eu-west-1:111111111111:volume/vol-2","objective_hours":36.0,"last_good_at":null,"age_hours":48.0,"last_job_at":"2026-01-04T02:00:00Z","last_state":"FAILED","last_message":"Quota of 7 exceeded","known_until":"2026-01-04T02:00:00Z"},
            {"account_id":"111111111111","region":"eu-west-1","resource_type":"EBS","resource_arn":"arn:aws:ec2:eu-west-1:111111111111:volume/vol-1","objective_hours":36.0,"last_good_at":"2026-01-01T01:00:00Z","age_hours":73.0,"last_job_at":"2026-01-04T01:00:00Z","last_state":"FAILED","last_message":"Quota of 5 exceeded","known_until":"2026-01-04T02:00:00Z"}
          ],
          "message": null,
          "hint": null
        }
      ]
    }
    -- stderr
    warning: check "rpo-violated" does not hold: 2 findings
    "#);
}

#[test]
fn ci_servers_are_told_in_junit_and_monitors_in_metrics() {
    let names = ["check", "rpo-violated", "days-lost-soon"];
    assert_snapshot!(desk().run(&[&names[..], &["--format", "junit"]].concat()), @r#"
    exit 1
    -- stdout
    <?xml version="1.0" encoding="UTF-8"?>
    <testsuites name="lookback check" tests="2" failures="1" errors="0">
      <testsuite name="freshness" tests="1" failures="0" errors="0">
        <testcase name="days-lost-soon" classname="freshness"/>
      </testsuite>
      <testsuite name="protection" tests="1" failures="1" errors="0">
        <testcase name="rpo-violated" classname="protection">
          <failure message="The recovery point objective is violated: 2 findings" type="finding">Which resources that a plan backs up have no good backup that is young enough?
    ┌──────────────┬───────────┬───────────────┬─────────────────────────────────────────────────┬─────────────────┬──────────────────────┬───────────┬──────────────────────┬────────────┬─────────────────────┬──────────────────────┐
    │ account_id   │ region    │ resource_type │ resource_arn                                    │ objective_hours │ last_good_at         │ age_hours │ last_job_at          │ last_state │ last_message        │ known_until          │
    ├──────────────┼───────────┼───────────────┼─────────────────────────────────────────────────┼─────────────────┼──────────────────────┼───────────┼──────────────────────┼────────────┼─────────────────────┼──────────────────────┤
    │ 111111111111 │ eu-west-1 │ EBS           │ arn:aws:ec2:eu-west-1:111111111111:volume/vol-2 │            36.0 │ NULL                 │      48.0 │ 2026-01-04T02:00:00Z │ FAILED     │ Quota of 7 exceeded │ 2026-01-04T02:00:00Z │
    │ 111111111111 │ eu-west-1 │ EBS           │ arn:aws:ec2:eu-west-1:111111111111:volume/vol-1 │            36.0 │ 2026-01-01T01:00:00Z │      73.0 │ 2026-01-04T01:00:00Z │ FAILED     │ Quota of 5 exceeded │ 2026-01-04T02:00:00Z │
    └──────────────┴───────────┴───────────────┴─────────────────────────────────────────────────┴─────────────────┴──────────────────────┴───────────┴──────────────────────┴────────────┴─────────────────────┴──────────────────────┘
    </failure>
        </testcase>
      </testsuite>
    </testsuites>
    -- stderr
    warning: check "rpo-violated" does not hold: 2 findings
    "#);
    assert_snapshot!(desk().run(&[&names[..], &["--format", "prometheus"]].concat()), @r#"
    exit 1
    -- stdout
    # HELP lookback_check_status How a check stands: 0 it holds, 1 it does not, 2 it could not run.
    # TYPE lookback_check_status gauge
    lookback_check_status{check="days-lost-soon",subject="freshness"} 0
    lookback_check_status{check="rpo-violated",subject="protection"} 1
    # HELP lookback_check_findings What a check found that is not as it should be.
    # TYPE lookback_check_findings gauge
    lookback_check_findings{check="days-lost-soon",subject="freshness"} 0
    lookback_check_findings{check="rpo-violated",subject="protection"} 2
    -- stderr
    warning: check "rpo-violated" does not hold: 2 findings
    "#);
}

#[test]
fn a_file_is_written_whole() {
    let desk = desk();
    let told = desk.run(&["check", "data-stale", "--format", "junit", "--output", "c.xml"]);
    assert_snapshot!(told, @r#"
    exit 1
    -- stderr
    warning: check "data-stale" does not hold: 1 finding
    "#);
    let text = fs::read_to_string(desk.path("c.xml")).unwrap();
    assert!(text.ends_with("</testsuites>\n"), "{text}");
}

#[test]
fn thresholds_come_from_flags_and_from_the_settings_file() {
    let desk = desk();
    assert_snapshot!(desk.run(&["check", "--list", "success-rate-low"]), @"
    exit 0
    -- stdout
    outcomes
      success-rate-low: Of which accounts and kinds of job is the share of good jobs too low?
        min_percent = 90  The lowest share of good jobs that is good enough, in percent.
        days = 7  How many whole UTC days before today count, beside today.
        min_jobs = 5  Where fewer jobs came to an end, their share is not judged.
        kind = any  The kind of job.
    ");
    desk.write(
        "lookback.toml",
        "[check.success-rate-low]\nmin_jobs = 1\nmin_percent = 33.3\n[check.data-stale]\n\
         skip = true\n[check.rpo-violated]\nmax_hours = 60\n",
    );
    let told = desk.run(&["check", "--format", "json"]);
    let document = told.split_once("-- stdout\n").unwrap().1.split("-- stderr").next().unwrap();
    let document: Value = serde_json::from_str(document).unwrap();
    let stand = |check: &Value| {
        let word = |key: &str| check[key].as_str().unwrap().to_owned();
        (word("name"), word("status"), check["findings"].as_u64().unwrap())
    };
    let stand: Vec<_> = document["checks"].as_array().unwrap().iter().map(stand).collect();
    let expected = [
        ("days-lost-soon", "holds", 0),
        ("issues-high", "holds", 0),
        ("new-failures", "does_not_hold", 1),
        ("success-rate-low", "holds", 0),
        ("gone-silent", "holds", 0),
        ("rpo-violated", "does_not_hold", 1),
    ];
    assert_eq!(stand, expected.map(|(name, status, found)| (name.into(), status.into(), found)));
    let set = ["check", "success-rate-low", "--set", "success-rate-low.min_percent=33.4"];
    assert!(desk.run(&set).starts_with("exit 1\n"));
}

#[test]
fn checks_of_one_s_own_add_to_these_or_take_their_place() {
    let desk = desk();
    fs::create_dir(desk.path("mine")).unwrap();
    let own = "-- title: No job at all\n-- subject: own\n-- question: Is there no job?\n\
               -- param: jobs_min bigint 1 -- So many there must be.\n-- column: jobs -- How many.\n\
               SELECT count(*) AS jobs FROM jobs HAVING count(*) < $jobs_min\n";
    desk.write("mine/no-jobs.sql", own);
    desk.write("mine/data-stale.sql", own.replace("$jobs_min", "$jobs_min + 2"));
    desk.write("lookback.toml", "checks = \"mine\"\n[check.no-jobs]\njobs_min = 3\n");
    assert_snapshot!(desk.run(&["check", "no-jobs", "data-stale"]), @"
    exit 0
    -- stdout
    own
      data-stale  holds
      no-jobs     holds
    ");
    desk.write("mine/no-jobs.sql", own.replace("FROM jobs", "FROM job"));
    let set = ["check", "no-jobs", "data-stale", "--set", "data-stale.jobs_min=9"];
    assert_snapshot!(desk.run(&set), @r#"
    exit 2
    -- stdout
    own
      data-stale  1 finding
      no-jobs     could not run

    data-stale: Is there no job?
    (jobs_min 9)
    ┌──────┐
    │ jobs │
    ├──────┤
    │    7 │
    └──────┘

    -- stderr
    warning: check "data-stale" does not hold: 1 finding
    error: check "no-jobs": file "mine/no-jobs.sql": there is no table "job"
    hint: did you mean "jobs"?
    "#);
    let fails = own.replace("count(*) AS", "max(CAST(region AS bigint)) AS");
    desk.write("mine/no-jobs.sql", fails);
    assert_snapshot!(desk.run(&["check", "no-jobs"]), @r#"
    exit 2
    -- stdout
    own
      no-jobs  could not run
    -- stderr
    error: check "no-jobs": file "mine/no-jobs.sql": Cast error: Cannot cast string 'eu-west-1' to value of Int64 type
    "#);
}

#[test]
fn a_file_that_is_no_check_could_not_run_and_the_others_do() {
    let desk = desk();
    fs::create_dir(desk.path("mine")).unwrap();
    desk.write("mine/data-stale.sql", "SELECT 1");
    desk.write("lookback.toml", "checks = \"mine\"\n[check.data-stale]\nmax_hours = 3\n");
    let names = ["check", "data-stale", "days-lost-soon", "--set", "data-stale.max_hours=5"];
    assert_snapshot!(desk.run(&names), @r#"
    exit 2
    -- stdout
    broken
      data-stale      could not run
    freshness
      days-lost-soon  holds
    -- stderr
    error: check "data-stale": file "mine/data-stale.sql", line 1: the header has no title
    hint: begin the file with comments such as: -- title: text
    "#);
    assert_snapshot!(desk.run(&["check", "--list", "data-stale"]), @r#"
    exit 1
    -- stdout
    broken
      data-stale (yours): file "mine/data-stale.sql", line 1: the header has no title
    "#);
    desk.write("lookback.toml", "checks = \"mine\"\n[check.data-stale]\nskip = true\n");
    assert!(desk.run(&["check", "--format", "json"]).starts_with("exit 1\n"));
}

#[test]
fn mistakes_are_told_with_the_way_out() {
    let desk = desk();
    assert_snapshot!(desk.run(&["check", "rpo-violatd"]), @r#"
    exit 2
    -- stderr
    error: there is no check "rpo-violatd"
    hint: did you mean "rpo-violated"?
    "#);
    assert_snapshot!(desk.run(&["check", "--set", "rpo-violated.max_hours=soon"]), @r#"
    exit 2
    -- stderr
    error: check "rpo-violated": parameter "max_hours" is "soon": it is no whole number
    hint: it takes bigint: The objective: how old the last good backup may be.
    "#);
    assert_snapshot!(desk.run(&["check", "--set", "max_hours=3"]), @"
    exit 2
    -- stderr
    error: invalid value 'max_hours=3' for '--set <CHECK.PARAMETER=VALUE>': write one such as rpo-violated.max_hours=24

    For more information, try '--help'.
    ");
    let set = ["check", "rpo-violated", "--set", "data-stale.max_hours=24"];
    assert_snapshot!(desk.run(&set), @r#"
    exit 2
    -- stderr
    error: parameter "max_hours" is set of check "data-stale", which does not run
    hint: name "data-stale" too, or leave its --set out
    "#);
    assert_snapshot!(desk.run(&["check", "--checks", "nowhere"]), @r#"
    exit 2
    -- stderr
    error: there is no folder of checks "nowhere"
    hint: name a folder of .sql files with --checks, or with `checks` in lookback.toml
    "#);
    assert_snapshot!(desk.run(&["check", "--warehouse", "nowhere"]), @r#"
    exit 2
    -- stderr
    error: folder "nowhere" is not a warehouse: it has no catalog.sqlite
    hint: name the folder of a warehouse with --warehouse, or make one with `lookback ingest`, `lookback import` or `lookback demo --keep DIR`
    "#);
    desk.write("lookback.toml", "[check.rpo-violated]\nmax_hour = 24\n");
    assert_snapshot!(desk.run(&["check", "data-stale"]), @r#"
    exit 2
    -- stderr
    error: file "lookback.toml", line 2: check "rpo-violated" has no parameter "max_hour"
    hint: did you mean "max_hours"?
    "#);
}
