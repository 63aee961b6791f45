//! The commands that are not SQL.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use insta::assert_snapshot;

use super::{PLAIN, Terminal, desk, key};

#[test]
fn commands_and_tables_are_listed_and_described() {
    let desk = desk();
    let mut terminal = Terminal::repl(&desk, 100, &PLAIN);
    terminal.enter("\\?");
    assert_snapshot!(terminal.screen(), @r"
    lookback> \?
    \d [TABLE]                     List the tables and views, or describe one of them or a table
                                   function.
    \reports                       List the reports, by subject.
    \report NAME [--FLAG VALUE …]  Run a report; with --help, tell what it asks, takes and answers.
    \chart [KIND]                  Draw the last answer: bars, lines or a calendar.
    \format [FORMAT]               Write answers as table, csv, json, ndjson or markdown; alone, tell
                                   the format.
    \o [FILE]                      Write the next answer to a file, in the format of its name; alone, to
                                   the screen again.
    \timing [on|off]               Tell how long each answer took.
    \pager [on|off]                Show in a pager what is longer than the screen.
    \snapshot                      Tell which snapshot is read.
    \as-of [TIMESTAMP|SNAPSHOT]    Read an earlier state from now on; alone, the newest again.
    \status                        Tell what is held, as `lookback status` does.
    \e                             Edit the last statement in VISUAL or EDITOR.
    \i FILE                        Run the statements and commands of a file.
    \?                             List these commands.
    \q                             End the session, as Ctrl-D does.

    A statement ends with `;`. Tab completes, Ctrl-R searches the history, Ctrl-O opens the
    editor, Ctrl-C cancels, Ctrl-D ends.
    lookback>
    ");
    terminal.resize(70, 130);
    terminal.clear();
    terminal.enter("\\d");
    assert_snapshot!(terminal.screen(), @r"
    lookback> \d
    ┌────────────────────────────┬────────────────┬──────────────────────────────────────────────────────────────────────────────────┐
    │ name                       │ kind           │ a row is                                                                         │
    ├────────────────────────────┼────────────────┼──────────────────────────────────────────────────────────────────────────────────┤
    │ backup_jobs                │ table          │ One row a backup job: its newest observation.                                    │
    ├────────────────────────────┼────────────────┼──────────────────────────────────────────────────────────────────────────────────┤
    │ copy_jobs                  │ table          │ One row a copy job: its newest observation.                                      │
    ├────────────────────────────┼────────────────┼──────────────────────────────────────────────────────────────────────────────────┤
    │ restore_jobs               │ table          │ One row a restore job: its newest observation.                                   │
    ├────────────────────────────┼────────────────┼──────────────────────────────────────────────────────────────────────────────────┤
    │ scan_jobs                  │ table          │ One row a scan job: its newest observation.                                      │
    ├────────────────────────────┼────────────────┼──────────────────────────────────────────────────────────────────────────────────┤
    │ aws_job_summaries          │ table          │ One row a summary row that AWS gave in one reading; current while replaced_at    │
    │                            │                │ is NULL.                                                                         │
    ├────────────────────────────┼────────────────┼──────────────────────────────────────────────────────────────────────────────────┤
    │ job_transitions            │ table          │ One row each time a run found a job new or changed; never rewritten.             │
    ├────────────────────────────┼────────────────┼──────────────────────────────────────────────────────────────────────────────────┤
    │ jobs                       │ view           │ One row a job of any kind, with the columns that kinds have in common.           │
    ├────────────────────────────┼────────────────┼──────────────────────────────────────────────────────────────────────────────────┤
    │ job_day_counts             │ view           │ One row a group of jobs of one UTC day of creation: AWS's dimensions, and the    │
    │                            │                │ number of jobs.                                                                  │
    ├────────────────────────────┼────────────────┼──────────────────────────────────────────────────────────────────────────────────┤
    │ backup_job_summaries       │ view           │ One row a group of backup jobs of one UTC day of creation: what AWS's            │
    │                            │                │ ListBackupJobSummaries counts.                                                   │
    ├────────────────────────────┼────────────────┼──────────────────────────────────────────────────────────────────────────────────┤
    │ copy_job_summaries         │ view           │ One row a group of copy jobs of one UTC day of creation: what AWS's              │
    │                            │                │ ListCopyJobSummaries counts.                                                     │
    ├────────────────────────────┼────────────────┼──────────────────────────────────────────────────────────────────────────────────┤
    │ restore_job_summaries      │ view           │ One row a group of restore jobs of one UTC day of creation: what AWS's           │
    │                            │                │ ListRestoreJobSummaries counts.                                                  │
    ├────────────────────────────┼────────────────┼──────────────────────────────────────────────────────────────────────────────────┤
    │ scan_job_summaries         │ view           │ One row a group of scan jobs of one UTC day of creation: what AWS's              │
    │                            │                │ ListScanJobSummaries counts.                                                     │
    ├────────────────────────────┼────────────────┼──────────────────────────────────────────────────────────────────────────────────┤
    │ ops.coverage               │ table          │ One row an interval of creation time of which something is known, of one source, │
    │                            │                │ scope, Region and kind; no two of these overlap.                                 │
    ├────────────────────────────┼────────────────┼──────────────────────────────────────────────────────────────────────────────────┤
    │ ops.files                  │ table          │ One row a data file that the newest snapshot names.                              │
    ├────────────────────────────┼────────────────┼──────────────────────────────────────────────────────────────────────────────────┤
    │ ops.open_jobs              │ table          │ One row a held job that can still change: what the next ingest follows.          │
    ├────────────────────────────┼────────────────┼──────────────────────────────────────────────────────────────────────────────────┤
    │ ops.runs                   │ table          │ One row a run that has committed: an import, or an ingest.                       │
    ├────────────────────────────┼────────────────┼──────────────────────────────────────────────────────────────────────────────────┤
    │ ops.snapshots              │ table          │ One row a committed state of the warehouse, as --as-of names it.                 │
    ├────────────────────────────┼────────────────┼──────────────────────────────────────────────────────────────────────────────────┤
    │ ops.units                  │ table          │ One row a unit of an ingest; after 90 days only the totals of its run are kept.  │
    ├────────────────────────────┼────────────────┼──────────────────────────────────────────────────────────────────────────────────┤
    │ list_backup_job_summaries  │ table function │ Job summaries; \d and its name lists its arguments.                              │
    ├────────────────────────────┼────────────────┼──────────────────────────────────────────────────────────────────────────────────┤
    │ list_copy_job_summaries    │ table function │ Job summaries; \d and its name lists its arguments.                              │
    ├────────────────────────────┼────────────────┼──────────────────────────────────────────────────────────────────────────────────┤
    │ list_restore_job_summaries │ table function │ Job summaries; \d and its name lists its arguments.                              │
    ├────────────────────────────┼────────────────┼──────────────────────────────────────────────────────────────────────────────────┤
    │ list_scan_job_summaries    │ table function │ Job summaries; \d and its name lists its arguments.                              │
    └────────────────────────────┴────────────────┴──────────────────────────────────────────────────────────────────────────────────┘
    (22 rows)
    lookback>
    ");
    terminal.clear();
    terminal.enter("\\d job_transitions");
    assert_snapshot!(terminal.screen(), @r"
    lookback> \d job_transitions
    ┌───────────────┬──────────────────────────┬──────────┬──────────────────────────────────────────────────────────────────────────┐
    │ column_name   │ data_type                │ aws_name │ description                                                              │
    ├───────────────┼──────────────────────────┼──────────┼──────────────────────────────────────────────────────────────────────────┤
    │ kind          │ varchar                  │ NULL     │ The kind of job: `backup`, `copy`, `restore` or `scan`.                  │
    ├───────────────┼──────────────────────────┼──────────┼──────────────────────────────────────────────────────────────────────────┤
    │ region        │ varchar                  │ NULL     │ The Region of the job.                                                   │
    ├───────────────┼──────────────────────────┼──────────┼──────────────────────────────────────────────────────────────────────────┤
    │ account_id    │ varchar                  │ NULL     │ The account that owns the job.                                           │
    ├───────────────┼──────────────────────────┼──────────┼──────────────────────────────────────────────────────────────────────────┤
    │ job_id        │ varchar                  │ NULL     │ Identifies the job.                                                      │
    ├───────────────┼──────────────────────────┼──────────┼──────────────────────────────────────────────────────────────────────────┤
    │ creation_date │ timestamp with time zone │ NULL     │ When the job was created.                                                │
    ├───────────────┼──────────────────────────┼──────────┼──────────────────────────────────────────────────────────────────────────┤
    │ from_state    │ varchar                  │ NULL     │ The state held before; NULL for a new job.                               │
    ├───────────────┼──────────────────────────┼──────────┼──────────────────────────────────────────────────────────────────────────┤
    │ to_state      │ varchar                  │ NULL     │ The state found; the state held where another field changed, or where    │
    │               │                          │          │ AWS stopped showing the open job.                                        │
    ├───────────────┼──────────────────────────┼──────────┼──────────────────────────────────────────────────────────────────────────┤
    │ observed_at   │ timestamp with time zone │ NULL     │ When the state found was read.                                           │
    ├───────────────┼──────────────────────────┼──────────┼──────────────────────────────────────────────────────────────────────────┤
    │ run_id        │ varchar                  │ NULL     │ The run that found it.                                                   │
    └───────────────┴──────────────────────────┴──────────┴──────────────────────────────────────────────────────────────────────────┘
    (9 rows)
    lookback>
    ");
    terminal.clear();
    terminal.enter("\\d list_restore_job_summaries");
    assert_snapshot!(terminal.screen(), @r"
    lookback> \d list_restore_job_summaries
    ┌────────────────────┬───────────────────────────────────────────────────────────────────────────────────────────────────────────┐
    │ argument           │ meaning                                                                                                   │
    ├────────────────────┼───────────────────────────────────────────────────────────────────────────────────────────────────────────┤
    │ account_id         │ An account id, ANY (a row for each) or AGGREGATE_ALL (the sum); without it the account of the setting     │
    │                    │ caller, else the sum of all.                                                                              │
    ├────────────────────┼───────────────────────────────────────────────────────────────────────────────────────────────────────────┤
    │ state              │ A state, ANY (a row for each) or AGGREGATE_ALL (the sum); without it the sum, and NULL in the row.        │
    ├────────────────────┼───────────────────────────────────────────────────────────────────────────────────────────────────────────┤
    │ resource_type      │ A resource type, ANY (a row for each) or AGGREGATE_ALL (the sum); without it the sum, and NULL in the     │
    │                    │ row.                                                                                                      │
    ├────────────────────┼───────────────────────────────────────────────────────────────────────────────────────────────────────────┤
    │ aggregation_period │ ONE_DAY, SEVEN_DAYS, FOURTEEN_DAYS; without it ONE_DAY: each of the last 14 days.                         │
    ├────────────────────┼───────────────────────────────────────────────────────────────────────────────────────────────────────────┤
    │ region             │ Only jobs of this Region.                                                                                 │
    ├────────────────────┼───────────────────────────────────────────────────────────────────────────────────────────────────────────┤
    │ since              │ Where the counted time begins; without it, and with one of the two that follow, at the first job.         │
    ├────────────────────┼───────────────────────────────────────────────────────────────────────────────────────────────────────────┤
    │ until              │ Where the counted time ends; without it, at the last 00:00 UTC.                                           │
    ├────────────────────┼───────────────────────────────────────────────────────────────────────────────────────────────────────────┤
    │ bucket             │ day, week, month, quarter, year: into what the time is cut, a row each; without it day.                   │
    ├────────────────────┼───────────────────────────────────────────────────────────────────────────────────────────────────────────┤
    │ by                 │ creation, completion: which time of a job counts; without it creation, as AWS's.                          │
    ├────────────────────┼───────────────────────────────────────────────────────────────────────────────────────────────────────────┤
    │ count_composites   │ both, parents, children: which of parents and children count; without it both.                            │
    ├────────────────────┼───────────────────────────────────────────────────────────────────────────────────────────────────────────┤
    │ dimensions         │ Further columns of the jobs to count by, with commas between them.                                        │
    ├────────────────────┼───────────────────────────────────────────────────────────────────────────────────────────────────────────┤
    │ as_of              │ The warehouse as it was: the number of a snapshot, or an instant.                                         │
    ├────────────────────┼───────────────────────────────────────────────────────────────────────────────────────────────────────────┤
    │ now                │ The instant from which periods are counted back.                                                          │
    └────────────────────┴───────────────────────────────────────────────────────────────────────────────────────────────────────────┘
    (13 rows)
    lookback>
    ");
    terminal.clear();
    terminal.enter("\\d invoices");
    terminal.enter("\\describ jobs");
    terminal.enter("\\status now");
    assert_snapshot!(terminal.screen(), @r#"
    lookback> \d invoices
    error: there is no table "invoices"
    hint: the tables and views are aws_job_summaries, backup_job_summaries, backup_jobs, copy_job_summaries, copy_jobs, job_day_counts
    , job_transitions, jobs, restore_job_summaries, restore_jobs, scan_job_summaries, scan_jobs
    lookback> \describ jobs
    error: there is no command "\describ"
    hint: did you mean "\describe"? \? lists all
    lookback> \status now
    error: \status takes no argument, and is given "now"
    hint: write it alone on its line
    lookback>
    "#);
}

#[test]
fn an_answer_goes_to_a_file_and_the_next_one_to_the_screen() {
    let desk = desk();
    let mut terminal = Terminal::repl(&desk, 70, &PLAIN);
    let query = "SELECT backup_job_id AS id, state FROM backup_jobs ORDER BY 1;";
    terminal.enter("\\o answer.csv");
    terminal.enter("SELECT nothing;");
    assert!(!desk.path("answer.csv").exists());
    terminal.enter(query);
    terminal.enter(query);
    assert_snapshot!(terminal.screen(), @r#"
    lookback> \o answer.csv
    the next answer goes to "answer.csv"
    lookback> SELECT nothing;
    error: there is no column "nothing"
      SELECT nothing;
             ^
    hint: list the columns of a table with: DESCRIBE table
    lookback> SELECT backup_job_id AS id, state FROM backup_jobs ORDER BY
    1;
    (3 rows in "answer.csv")
    lookback> SELECT backup_job_id AS id, state FROM backup_jobs ORDER BY
    1;
    ┌─────┬───────────┐
    │ id  │ state     │
    ├─────┼───────────┤
    │ b-1 │ COMPLETED │
    │ b-2 │ RUNNING   │
    │ b-3 │ CREATED   │
    └─────┴───────────┘
    (3 rows)
    lookback>
    "#);
    terminal.resize(24, 200);
    terminal.clear();
    terminal.enter("\\o nowhere/a.csv");
    let screen = terminal.screen();
    let told = screen.split(" at path").next().unwrap();
    assert_snapshot!(told, @r#"
    lookback> \o nowhere/a.csv
    error: failed to write file "nowhere/a.csv": No such file or directory (os error 2)
    "#);
    let answer = fs::read_to_string(desk.path("answer.csv")).unwrap();
    assert_eq!(answer, "id,state\nb-1,COMPLETED\nb-2,RUNNING\nb-3,CREATED\n");
}

#[test]
fn a_file_is_run_up_to_its_first_error() {
    let desk = desk();
    desk.write("fine.sql", "-- Two.\nSELECT 1 AS one;\n\\format csv\nSELECT 2\n  AS two");
    desk.write("wrong.sql", "SELECT 3 AS three;\n\nSELECT\n  four;\nSELECT 5 AS five;\n");
    desk.write("itself.sql", "\\i itself.sql\n");
    let mut terminal = Terminal::repl(&desk, 70, &PLAIN);
    terminal.enter("\\i fine.sql");
    terminal.enter("\\i wrong.sql");
    terminal.enter("\\i 'not there.sql'");
    terminal.enter("\\i itself.sql");
    assert_snapshot!(terminal.screen(), @r#"
    │   1 │
    └─────┘
    (1 row)
    answers are written as csv
    two
    2
    (1 row)
    lookback> \i wrong.sql
    three
    3
    (1 row)
    error: there is no column "four"
      2 |   four;
            ^
    hint: list the columns of a table with: DESCRIBE table
    file "wrong.sql" ends here, at line 3
    lookback> \i 'not there.sql'
    error: failed to read file "not there.sql": No such file or directory
    (os error 2)
    lookback> \i itself.sql
    error: file "itself.sql" is included 16 files deep
    hint: look for a file that includes itself
    file "itself.sql" ends here, at line 1
    lookback>
    "#);
}

#[test]
fn the_last_statement_is_edited_and_waits_at_the_prompt() {
    let desk = desk();
    let script = "#!/bin/sh\nsed -i 's/COMPLETED/RUNNING/' \"$2\"\necho \"$1\" > flag.txt\n";
    desk.write("editor", script);
    fs::set_permissions(desk.path("editor"), fs::Permissions::from_mode(0o755)).unwrap();
    let mut terminal =
        Terminal::repl(&desk, 70, &[PLAIN[0], PLAIN[1], PLAIN[2], ("EDITOR", "./editor --wait")]);
    terminal.enter("SELECT count(*) AS n FROM jobs WHERE state = 'COMPLETED';");
    let prompts = terminal.prompts();
    terminal.press("\\e\r");
    terminal.see("'RUNNING';");
    assert_eq!(terminal.prompts(), prompts + 1);
    terminal.enter("");
    assert_snapshot!(terminal.screen(), @r"
    lookback> SELECT count(*) AS n FROM jobs WHERE state = 'COMPLETED';
    ┌───┐
    │ n │
    ├───┤
    │ 1 │
    └───┘
    (1 row)
    lookback> \e
    lookback> SELECT count(*) AS n FROM jobs WHERE state = 'RUNNING';
    ┌───┐
    │ n │
    ├───┤
    │ 1 │
    └───┘
    (1 row)
    lookback>
    ");
    assert_eq!(fs::read_to_string(desk.path("flag.txt")).unwrap(), "--wait\n");
    terminal.press("SELECT 'COMPLETED' AS\r");
    terminal.press("state;");
    terminal.see("-> state;");
    terminal.press(key::CTRL_O);
    terminal.see("SELECT 'RUNNING' AS");
    terminal.enter("");
    assert_snapshot!(terminal.screen(), @r"
    lookback> SELECT count(*) AS n FROM jobs WHERE state = 'COMPLETED';
    ┌───┐
    │ n │
    ├───┤
    │ 1 │
    └───┘
    (1 row)
    lookback> \e
    lookback> SELECT count(*) AS n FROM jobs WHERE state = 'RUNNING';
    ┌───┐
    │ n │
    ├───┤
    │ 1 │
    └───┘
    (1 row)
    lookback> SELECT 'RUNNING' AS
           -> state;
    ┌─────────┐
    │ state   │
    ├─────────┤
    │ RUNNING │
    └─────────┘
    (1 row)
    lookback>
    ");
}

#[test]
fn an_editor_that_fails_changes_nothing() {
    let desk = desk();
    let mut terminal =
        Terminal::repl(&desk, 80, &[PLAIN[0], PLAIN[1], PLAIN[2], ("EDITOR", "false")]);
    terminal.enter("\\e");
    assert_snapshot!(terminal.screen(), @r#"
    lookback> \e
    error: editor "false" failed with exit status: 1
    hint: name another with the variable EDITOR
    lookback>
    "#);
}

/// A report of the user's own: what is asked here does not hang on those that Lookback brings.
const REPORT: &str = "\
-- title: Jobs in a state
-- subject: mine
-- question: How many jobs are in a state, and how many of those are of one vault or another, \
which is a question that takes more than a line?
-- param: state text 'COMPLETED' -- The state.
-- column: state -- The state.
-- column: jobs -- How many.

SELECT state, count(*) AS jobs FROM jobs WHERE state = $state GROUP BY state ORDER BY state
";

#[test]
fn reports_are_listed_documented_and_run() {
    let desk = desk();
    fs::create_dir(desk.path("mine")).unwrap();
    desk.write("mine/in-state.sql", REPORT);
    let reports = ("LOOKBACK_REPORTS", "mine");
    let mut terminal = Terminal::repl(&desk, 80, &[PLAIN[0], PLAIN[1], PLAIN[2], reports]);
    terminal.enter("\\report in-state --help");
    terminal.enter("\\format csv");
    assert_snapshot!(terminal.screen(), @r"
    lookback> \report in-state --help
    in-state: Jobs in a state

    How many jobs are in a state, and how many of those are of one vault or another,
    which is a question that takes more than a line?

    flags:
    --state  The state. [default: COMPLETED]

    columns:
    state  The state.
    jobs   How many.
    lookback> \format csv
    answers are written as csv
    lookback>
    ");
    terminal.clear();
    terminal.enter("\\report in-state");
    terminal.enter("\\report in-state --state=RUNNING");
    terminal.enter("\\report in-state --stat RUNNING");
    terminal.enter("\\report");
    terminal.enter("\\report instate");
    assert_snapshot!(terminal.screen(), @r#"
    lookback> \report in-state
    state,jobs
    COMPLETED,1
    (1 row)
    lookback> \report in-state --state=RUNNING
    state,jobs
    RUNNING,1
    (1 row)
    lookback> \report in-state --stat RUNNING
    error: report "in-state" has no parameter "stat"
    hint: did you mean "state"?
    lookback> \report
    error: \report needs the name of a report
    hint: list the reports with \reports
    lookback> \report instate
    error: there is no report "instate"
    hint: did you mean "in-state"?
    lookback>
    "#);
    terminal.press("\\report in-\t");
    terminal.see("in-state");
    terminal.press(" --\t");
    terminal.see("--state");
    let prompts = terminal.prompts();
    terminal.press(key::CTRL_C);
    terminal.see_prompt_after(prompts);
    terminal.press("\\reports\r");
    terminal.see("in-state  Jobs in a state (yours)");
}

#[test]
fn formats_switches_and_snapshots_are_told() {
    let desk = desk();
    let mut terminal = Terminal::repl(&desk, 80, &PLAIN);
    terminal.enter("\\format");
    terminal.enter("\\format jsn");
    terminal.enter("\\format parquet");
    terminal.enter("\\format json");
    terminal.enter("SELECT 1 AS one;");
    terminal.enter("\\pager off");
    terminal.enter("\\pager maybe");
    terminal.enter("\\snapshot");
    terminal.enter("\\as-of yesterday");
    assert_snapshot!(terminal.screen(), @r#"
    lookback> \format jsn
    error: there is no format "jsn"
    hint: did you mean "json"?
    lookback> \format parquet
    error: format parquet is binary and would upset the terminal
    hint: name a file instead: \o answer.parquet
    lookback> \format json
    answers are written as json
    lookback> SELECT 1 AS one;
    [
    {"one":1}
    ]
    (1 row)
    lookback> \pager off
    pager is off
    lookback> \pager maybe
    error: pager is neither on nor off with "maybe"
    hint: write \pager on, or \pager off
    lookback> \snapshot
    snapshot 2 of 2026-01-05T00:00:00Z, the newest
    lookback> \as-of yesterday
    error: "yesterday" is neither a snapshot number nor a time such as 2026-11-01T00
    :00:00Z
    lookback>
    "#);
}

#[test]
fn the_last_answer_is_drawn() {
    let desk = desk();
    let mut terminal = Terminal::repl(&desk, 60, &PLAIN);
    terminal.enter("\\chart");
    terminal.enter("SELECT state, count(*) AS jobs FROM jobs GROUP BY 1 ORDER BY 1;");
    terminal.enter("\\chart");
    terminal.enter("\\chart lines");
    terminal.enter("\\chart pie");
    assert_snapshot!(terminal.screen(), @r#"
    hint: ask first: SELECT state, count(*) AS jobs FROM jobs GR
    OUP BY state;
    lookback> SELECT state, count(*) AS jobs FROM jobs GROUP BY
    1 ORDER BY 1;
    ┌───────────┬──────┐
    │ state     │ jobs │
    ├───────────┼──────┤
    │ COMPLETED │    1 │
    │ CREATED   │    1 │
    │ RUNNING   │    1 │
    └───────────┴──────┘
    (3 rows)
    lookback> \chart
    jobs by state
    COMPLETED │███████████████████████████████████████████████ 1
    CREATED   │███████████████████████████████████████████████ 1
    RUNNING   │███████████████████████████████████████████████ 1
    lookback> \chart lines
    error: lines go along a time, and "state" is none
    hint: draw bars, or cast it to a timestamp
    lookback> \chart pie
    error: there is no chart "pie"
    hint: the charts are bars, lines, calendar and auto
    lookback>
    "#);
}

#[test]
fn a_session_begins_with_the_user_s_file() {
    let desk = desk();
    desk.write("home/.lookbackrc", "SELECT 'at home' AS rc;\n");
    let begin = |arguments: &[&str]| {
        let mut terminal = Terminal::open(&desk, (24, 70), arguments, &PLAIN);
        terminal.see("lookback> ");
        let screen = terminal.screen();
        let told: Vec<_> = screen.lines().skip(2).collect();
        told.join("\n").replace(|c: char| c.is_ascii_digit(), "0")
    };
    assert_snapshot!(begin(&["repl"]), @r"
    a statement ends with ; and \? lists the commands
    ┌─────────┐
    │ rc      │
    ├─────────┤
    │ at home │
    └─────────┘
    (0 row, 0.000 s)
    lookback>
    ");
    fs::create_dir_all(desk.path("config/lookback")).unwrap();
    desk.write("config/lookback/rc", "SELECT 'in config' AS rc;\n");
    assert_snapshot!(begin(&["repl"]), @r"
    a statement ends with ; and \? lists the commands
    ┌───────────┐
    │ rc        │
    ├───────────┤
    │ in config │
    └───────────┘
    (0 row, 0.000 s)
    lookback>
    ");
    desk.write("named.sql", "SELECT named;\n");
    assert_snapshot!(begin(&["repl", "--init", "named.sql"]), @r#"
    a statement ends with ; and \? lists the commands
    error: there is no column "named"
      SELECT named;
             ^
    hint: list the columns of a table with: DESCRIBE table
    file "named.sql" ends here, at line 0
    lookback>
    "#);
    let mut terminal = Terminal::open(&desk, (24, 70), &["repl", "--init", "none.sql"], &PLAIN);
    terminal.see("error");
    let screen = terminal.screen();
    assert_snapshot!(screen.lines().skip(3).collect::<Vec<_>>().join("\n"), @r#"
    error: failed to read file "none.sql": No such file or directory (os e
    rror 2)
    "#);
    assert_eq!(terminal.end(), 2);
}
