//! Reports in a session.

use std::fs;

use insta::assert_snapshot;

use super::{PLAIN, Terminal, desk, key};

/// A report of the user's own: what is asked here does not hang on those that Lookback brings. Its
/// subject is the last of a listing that is longer than the screen.
const REPORT: &str = "\
-- title: Jobs in a state
-- subject: yours
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
    terminal.clear();
    terminal.press("\\report in-\t");
    terminal.see("\\report in-state");
    terminal.press(" --\t");
    terminal.see("in-state --state");
    let prompts = terminal.prompts();
    terminal.press(key::CTRL_C);
    terminal.see_prompt_after(prompts);
    terminal.press("\\reports\r");
    terminal.see("Jobs in a state (yours)");
}

/// One with two columns of words, of which a chart draws one.
const DRAWN: &str = "\
-- title: Jobs by state
-- subject: yours
-- question: How many jobs are in each state?
-- column: kind -- The kind.
-- column: state -- The state.
-- column: jobs -- How many.
-- chart: state, jobs

SELECT kind, state, count(*) AS jobs FROM jobs GROUP BY kind, state ORDER BY kind, state
";

#[test]
fn a_report_is_drawn_as_it_says() {
    let desk = desk();
    fs::create_dir(desk.path("mine")).unwrap();
    desk.write("mine/drawn.sql", DRAWN);
    let reports = ("LOOKBACK_REPORTS", "mine");
    let mut terminal = Terminal::repl(&desk, 60, &[PLAIN[0], PLAIN[1], PLAIN[2], reports]);
    terminal.enter("\\format csv");
    terminal.clear();
    terminal.enter("\\report drawn");
    terminal.enter("\\chart");
    assert_snapshot!(terminal.screen(), @r"
    lookback> \report drawn
    kind,state,jobs
    backup,COMPLETED,1
    backup,CREATED,1
    backup,RUNNING,1
    (3 rows)
    lookback> \chart
    jobs by state
    COMPLETED │███████████████████████████████████████████████ 1
    CREATED   │███████████████████████████████████████████████ 1
    RUNNING   │███████████████████████████████████████████████ 1
    lookback>
    ");
}
