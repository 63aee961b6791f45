//! `lookback report`: reports that are listed, documented and run, and wrong names and values.

mod earlier;
mod own;

use std::fs;

use insta::assert_snapshot;

use super::Desk;

/// A desk with three backup jobs and a folder of its own reports.
fn desk() -> Desk {
    let desk = Desk::with_jobs();
    fs::create_dir(desk.path("own")).unwrap();
    desk
}

/// A report of a user.
const OWN: &str = "\
-- title: Jobs in a state
-- subject: own
-- question: How many jobs are in a state?
-- param: state text 'COMPLETED' -- The state.
-- param: since timestamp NULL -- Only jobs created at this instant or later.
-- column: jobs -- The number of jobs.
--
-- A note.

SELECT count(*) AS jobs
FROM backup_jobs
WHERE state = $state AND ($since IS NULL OR creation_date >= $since)
";

#[test]
fn reports_are_listed_by_subject() {
    let desk = desk();
    assert_snapshot!(desk.run(&["report"]), @"
    exit 0
    -- stdout
    copies
      copy-lag              Copy lag
      missing-copies        Missing copies

    outcomes
      account-scorecard     Account scorecard
      failure-streaks       Failure streaks
      failures-by-reason    Failures by reason
      ok-with-issues        Completed with issues
      outcomes-by-day       Outcomes by day
      success-rate          Success rate

    protection
      gone-silent           Resources that stopped being backed up
      rpo-violations        Recovery point objectives missed

    restores
      restore-evidence      Evidence of restores

    scans
      malware-findings      Malware findings

    sizes
      backup-growth         Growth of backups

    timing
      expired-before-start  Expired before they started
      slow-backups          Backups that became slow

    warehouse
      aws-vs-us             AWS's counts against ours
      coverage-gaps         Coverage gaps
      what-changed          What changed
    ");
    desk.write("own/jobs-in-state.sql", OWN);
    desk.write("own/notes.txt", "no report");
    let text = OWN.replace("title: Jobs in a state", "title: My rate");
    desk.write("own/success-rate.sql", text.replace("subject: own", "subject: outcomes"));
    let listed = desk.run(&["report", "--reports", "own"]);
    let own: Vec<_> = listed.lines().filter(|line| line.contains("(yours)")).collect();
    assert_snapshot!(own.join("\n"), @"
    success-rate          My rate (yours)
    jobs-in-state         Jobs in a state (yours)
    ");
}

#[test]
fn a_report_tells_what_it_asks_and_answers() {
    let desk = desk();
    desk.write("own/jobs-in-state.sql", OWN);
    let help = desk.run(&["report", "--reports", "own", "jobs-in-state", "--help"]);
    assert_snapshot!(help, @"
    exit 0
    -- stdout
    How many jobs are in a state?

    Usage: lookback report jobs-in-state [OPTIONS]

    Options:
          --state <TEXT>
              The state.
              
              [default: COMPLETED]

          --since <TIMESTAMP>
              Only jobs created at this instant or later.

          --sql
              Print the report itself, to be read or changed, and do not run it

          --format <FORMAT>
              How to write the answer; the default follows the name of --output, else `table`
              
              [possible values: table, csv, json, ndjson, markdown, parquet, arrow]

          --log <LEVEL>
              What to log on standard error; `info` is a line for each request served and each unit read
              [default: warn]
              
              [env: LOOKBACK_LOG=]
              [possible values: off, error, warn, info, debug]

          --log-format <FORMAT>
              How to log: `json` makes a record a line of all that goes to standard error [default:
              text]
              
              [env: LOOKBACK_LOG_FORMAT=]
              [possible values: text, json]

      -o, --output <FILE>
              Write the answer to this file, whole or not at all; `-` is standard output

          --chart[=<KIND>]
              Draw the answer: one column of times or categories, and numbers

              Possible values:
              - auto:     Lines along times, bars along categories
              - bars:     A bar for each row, of one category and one number or more
              - lines:    A line for each number column along one of times, or for each value of a
                category beside them
              - calendar: A year of days as weeks and weekdays, of one column of days and one number

          --as-of <TIMESTAMP|SNAPSHOT>
              Ask an earlier state: the number of a snapshot, or an instant

          --caller <ACCOUNT_ID>
              The account that a request means which names none [default: all accounts]
              
              [env: LOOKBACK_CALLER=]

          --memory-limit <SIZE>
              How much memory the query may use before it spills to disk [default: 1G]
              
              [env: LOOKBACK_MEMORY_LIMIT=]

          --timeout <SECONDS>
              How many seconds the query may take
              
              [env: LOOKBACK_TIMEOUT=]

          --reports <DIR>
              A folder of your own reports, which add to these or take their place
              
              [env: LOOKBACK_REPORTS=]

          --warehouse <DIR>
              The folder of the warehouse [default: warehouse]
              
              [env: LOOKBACK_WAREHOUSE=]

          --config <FILE>
              The settings file [default: lookback.toml here, else in the user's folder of settings]
              
              [env: LOOKBACK_CONFIG=]

          --now <TIMESTAMP>
              Pretend that it is this instant, for replays and tests

      -h, --help
              Print help (see a summary with '-h')

    Columns:
      jobs
              The number of jobs.
    ");
}

#[test]
fn a_report_has_a_short_help() {
    let desk = desk();
    assert_snapshot!(desk.run(&["report", "failure-streaks", "-h"]), @"
    exit 0
    -- stdout
    Failure streaks

    Usage: lookback report failure-streaks [OPTIONS]

    Options:
          --days <DAYS>                 How many whole UTC days before today are looked at, beside
                                        today. [default: 90]
          --min-failures <N>            The shortest streak that is told. [default: 2]
          --sql                         Print the report itself, to be read or changed, and do not run
                                        it
          --format <FORMAT>             How to write the answer; the default follows the name of
                                        --output, else `table` [possible values: table, csv, json,
                                        ndjson, markdown, parquet, arrow]
          --log <LEVEL>                 What to log on standard error; `info` is a line for each request
                                        served and each unit read [default: warn] [env: LOOKBACK_LOG=]
                                        [possible values: off, error, warn, info, debug]
          --log-format <FORMAT>         How to log: `json` makes a record a line of all that goes to
                                        standard error [default: text] [env: LOOKBACK_LOG_FORMAT=]
                                        [possible values: text, json]
      -o, --output <FILE>               Write the answer to this file, whole or not at all; `-` is
                                        standard output
          --as-of <TIMESTAMP|SNAPSHOT>  Ask an earlier state: the number of a snapshot, or an instant
          --caller <ACCOUNT_ID>         The account that a request means which names none [default: all
                                        accounts] [env: LOOKBACK_CALLER=]
          --memory-limit <SIZE>         How much memory the query may use before it spills to disk
                                        [default: 1G] [env: LOOKBACK_MEMORY_LIMIT=]
          --timeout <SECONDS>           How many seconds the query may take [env: LOOKBACK_TIMEOUT=]
          --reports <DIR>               A folder of your own reports, which add to these or take their
                                        place [env: LOOKBACK_REPORTS=]
          --warehouse <DIR>             The folder of the warehouse [default: warehouse] [env:
                                        LOOKBACK_WAREHOUSE=]
          --config <FILE>               The settings file [default: lookback.toml here, else in the
                                        user's folder of settings] [env: LOOKBACK_CONFIG=]
          --now <TIMESTAMP>             Pretend that it is this instant, for replays and tests
      -h, --help                        Print help (see more with '--help')
    ");
}

#[test]
fn a_report_runs_with_nothing_given_and_with_values() {
    let desk = desk();
    assert_snapshot!(desk.run(&["report", "success-rate"]), @"
    exit 0
    -- stdout
    ┌──────────────┬───────────┬──────┬──────┬────────┬──────────────┬────┬────────────────┬────────┬─────────┬─────────┬─────────┬──────┬─────────┐
    │ group_name   │ plan_name │ jobs │ good │ judged │ rate_percent │ ok │ ok_with_issues │ failed │ expired │ partial │ aborted │ open │ unknown │
    ├──────────────┼───────────┼──────┼──────┼────────┼──────────────┼────┼────────────────┼────────┼─────────┼─────────┼─────────┼──────┼─────────┤
    │ 111111111111 │ NULL      │    3 │    1 │      1 │        100.0 │  1 │              0 │      0 │       0 │       0 │       0 │    2 │       0 │
    └──────────────┴───────────┴──────┴──────┴────────┴──────────────┴────┴────────────────┴────────┴─────────┴─────────┴─────────┴──────┴─────────┘
    ");
    let by_day = ["report", "success-rate", "--by", "day", "--days", "5", "--format", "csv"];
    assert_snapshot!(desk.run(&by_day), @"
    exit 0
    -- stdout
    group_name,plan_name,jobs,good,judged,rate_percent,ok,ok_with_issues,failed,expired,partial,aborted,open,unknown
    2026-01-01,,2,1,1,100.0,1,0,0,0,0,0,1,0
    2026-01-02,,1,0,0,,0,0,0,0,0,0,1,0
    ");
    let earlier = ["report", "success-rate", "--now", "2026-01-01T12:00:00Z", "--format", "ndjson"];
    assert_snapshot!(desk.run(&earlier), @r#"
    exit 0
    -- stdout
    {"group_name":"111111111111","plan_name":null,"jobs":2,"good":1,"judged":1,"rate_percent":100.0,"ok":1,"ok_with_issues":0,"failed":0,"expired":0,"partial":0,"aborted":0,"open":1,"unknown":0}
    "#);
}

#[test]
fn a_report_is_drawn_by_the_columns_that_it_names() {
    let desk = desk();
    assert_snapshot!(desk.run(&["report", "success-rate", "--by", "day", "--chart"]), @"
    exit 0
    -- stdout
    rate_percent by group_name
    2026-01-01 │███████████████████████████████████████████████████████████████ 100
    2026-01-02 │ NULL
    ");
    assert_snapshot!(desk.run(&["report", "outcomes-by-day", "--days", "4", "--chart"]), @r#"
    exit 0
    -- stdout
    by day
    1│*
     │ **
     │   *
     │    **
     │      *
     │       **
     │         *
     │          *
     │           **
     │             *
     │              **
     │                *
     │                 **
    0│@@@@@@@@@@@@@@@@@@@@
     └──────────────────────────────────────────────────────────────────────────────
     2026-01-01                         2026-01-03                        2026-01-05
    * ok  o ok_with_issues  + failed  x expired  @ partial
    3 values are no numbers and not drawn: "ok", "ok_with_issues", "failed",
    "expired", "partial"
    "#);
    assert_snapshot!(desk.run(&["report", "failure-streaks", "--chart"]), @r#"
    exit 2
    -- stderr
    error: there is no chart of report "failure-streaks"
    hint: lookback sql --chart draws one column of times or categories, and numbers
    "#);
    desk.write("own/jobs-in-state.sql", OWN.replace("--\n-- A", "-- chart: jobs, state\n--\n-- A"));
    assert_snapshot!(desk.run(&["report", "--reports", "own", "jobs-in-state", "--chart"]), @r#"
    exit 2
    -- stderr
    error: file "own/jobs-in-state.sql", line 7: the chart is of column "state", which is not declared
    hint: write -- chart: column, column, below the columns
    "#);
}

#[test]
fn a_warehouse_that_was_not_read_for_days_is_told() {
    let desk = desk();
    let run = |now| desk.run(&["report", "success-rate", "--format", "csv", "--now", now]);
    let told = run("2026-01-07T23:59:59Z");
    assert!(!told.contains("-- stderr"), "{told}");
    assert_snapshot!(run("2026-03-05T00:00:00Z"), @"
    exit 0
    -- stdout
    group_name,plan_name,jobs,good,judged,rate_percent,ok,ok_with_issues,failed,expired,partial,aborted,open,unknown
    -- stderr
    warning: the warehouse was last read 59 days ago; --now 2026-01-05T00:00:00Z asks as of then
    ");
}

#[test]
fn an_answer_and_a_report_s_text_go_to_a_file() {
    let desk = desk();
    let run = ["report", "success-rate", "--output", "rate.csv"];
    assert_snapshot!(desk.run(&run), @"exit 0");
    assert_snapshot!(fs::read_to_string(desk.path("rate.csv")).unwrap(), @"
    group_name,plan_name,jobs,good,judged,rate_percent,ok,ok_with_issues,failed,expired,partial,aborted,open,unknown
    111111111111,,3,1,1,100.0,1,0,0,0,0,0,2,0
    ");
    let run = ["report", "success-rate", "--sql", "--output", "own/mine.sql"];
    assert_snapshot!(desk.run(&run), @"exit 0");
    let text = fs::read_to_string(desk.path("own/mine.sql")).unwrap();
    assert_eq!(
        desk.run(&["report", "success-rate", "--sql"]),
        format!("exit 0\n-- stdout\n{text}")
    );
    let mine = ["report", "--reports", "own", "mine", "--format", "csv"];
    assert_eq!(desk.run(&mine), desk.run(&["report", "success-rate", "--format", "csv"]));
}

#[test]
fn wrong_names_and_values_are_told() {
    let desk = desk();
    let run = |arguments: &[&str]| desk.run(&[&["report"], arguments].concat());
    assert_snapshot!(run(&["sucess-rate"]), @r#"
    exit 2
    -- stderr
    error: there is no report "sucess-rate"
    hint: did you mean "success-rate"?
    "#);
    assert_snapshot!(run(&["weather", "--days", "3"]), @r#"
    exit 2
    -- stderr
    error: there is no report "weather"
    hint: list the reports with: lookback report
    "#);
    assert_snapshot!(run(&["success-rate", "--dais", "3"]), @"
    exit 2
    -- stderr
    error: unexpected argument '--dais' found

      tip: a similar argument exists: '--days'

    Usage: lookback report success-rate --days <DAYS>

    For more information, try '--help'.
    ");
    assert_snapshot!(run(&["success-rate", "--days", "many"]), @"
    exit 2
    -- stderr
    error: invalid value 'many' for '--days <DAYS>': it is no whole number of days from 0 to 36500

    For more information, try '--help'.
    ");
    assert_snapshot!(run(&["success-rate", "--days", "-1"]), @"
    exit 2
    -- stderr
    error: invalid value '-1' for '--days <DAYS>': it is no whole number of days from 0 to 36500

    For more information, try '--help'.
    ");
    assert_snapshot!(run(&["success-rate", "--by", "acount"]), @"
    exit 2
    -- stderr
    error: invalid value 'acount' for '--by <WORD>'
      [possible values: account_id, resource_type, plan, vault, region, day, week, month]

      tip: a similar value exists: 'account_id'

    For more information, try '--help'.
    ");
    assert_snapshot!(run(&["gone-silent", "--times", "NaN"]), @"
    exit 2
    -- stderr
    error: invalid value 'NaN' for '--times <NUMBER>': it is no number

    For more information, try '--help'.
    ");
    assert_snapshot!(run(&["success-rate", "--format", "xml"]), @"
    exit 2
    -- stderr
    error: invalid value 'xml' for '--format <FORMAT>'
      [possible values: table, csv, json, ndjson, markdown, parquet, arrow]

    For more information, try '--help'.
    ");
    assert_snapshot!(run(&["success-rate", "--as-of", "99"]), @"
    exit 2
    -- stderr
    error: there is no snapshot 99
    hint: the warehouse has snapshots 1 (2026-01-05T00:00:00Z) to 2 (2026-01-05T00:00:00Z)
    ");
    assert_snapshot!(run(&["success-rate", "--warehouse", "nowhere"]), @r#"
    exit 2
    -- stderr
    error: folder "nowhere" is not a warehouse: it has no catalog.sqlite
    hint: name the folder of a warehouse with --warehouse, or make one with `lookback ingest`, `lookback import` or `lookback demo --keep DIR`
    "#);
}
