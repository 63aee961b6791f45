//! `--chart`: answers that are drawn, without a terminal; and who gets no REPL.

use std::fs;

use insta::assert_snapshot;

use super::Desk;

const STATES: &str = "SELECT state, count(*) AS jobs FROM jobs GROUP BY 1 ORDER BY 1";

#[test]
fn an_answer_is_drawn_in_the_kind_that_its_columns_ask_for() {
    let desk = Desk::with_jobs();
    assert_snapshot!(desk.run(&["sql", "--chart", STATES]), @"
    exit 0
    -- stdout
    jobs by state
    COMPLETED │███████████████████████████████████████████████████████████████████ 1
    CREATED   │███████████████████████████████████████████████████████████████████ 1
    RUNNING   │███████████████████████████████████████████████████████████████████ 1
    ");
    let days = "SELECT date_trunc('day', creation_date) AS day, count(*) AS jobs FROM jobs \
        GROUP BY 1 ORDER BY 1";
    assert_snapshot!(desk.run(&["sql", "--chart", days]), @"
    exit 0
    -- stdout
    jobs by day
    2│⠉⠑⠒⠒⠢⠤⠤⣀⣀⣀
     │          ⠉⠉⠑⠒⠒⠢⠤⠤⣀⣀⣀
     │                     ⠉⠉⠉⠒⠒⠢⠤⠤⢄⣀⣀
     │                                ⠉⠉⠉⠒⠒⠢⠤⠤⢄⣀⣀
     │                                           ⠉⠉⠉⠒⠒⠢⠤⠤⢄⣀⣀
     │                                                      ⠉⠉⠉⠒⠒⠒⠤⠤⢄⣀⣀⡀
     │                                                                 ⠈⠉⠉⠒⠒⠒⠤⠤⢄⣀⣀⡀
    1│                                                                            ⠈⠉
     │
     │
     │
     │
     │
    0│
     └──────────────────────────────────────────────────────────────────────────────
     01-01 00:00                        01-01 12:00                      01-02 00:00
    ");
    assert_snapshot!(desk.run(&["sql", "--chart=calendar", days]), @"
    exit 0
    -- stdout
    jobs by day, 2026-01-01 to 2026-01-02
        Jan
    Mon
    Tue
    Wed
    Thu █
    Fri ▒
    Sat
    Sun
    · 0  ▒ 1  █ 2
    ");
    assert_snapshot!(desk.run(&["sql", "--chart=bars", days, "--output", "chart.txt"]), @"exit 0");
    assert_snapshot!(fs::read_to_string(desk.path("chart.txt")).unwrap(), @"
    jobs by day
    2026-01-01 │██████████████████████████████████████████████████████████████████ 2
    2026-01-02 │█████████████████████████████████ 1
    ");
}

#[test]
fn a_report_is_drawn_too() {
    let desk = Desk::with_jobs();
    fs::create_dir(desk.path("mine")).unwrap();
    desk.write("mine/states.sql", REPORT);
    let report = ["report", "--reports", "mine", "states", "--chart"];
    assert_snapshot!(desk.run(&report), @"
    exit 0
    -- stdout
    jobs by state
    COMPLETED │███████████████████████████████████████████████████████████████████ 1
    CREATED   │███████████████████████████████████████████████████████████████████ 1
    RUNNING   │███████████████████████████████████████████████████████████████████ 1
    ");
}

const REPORT: &str = "\
-- title: States
-- subject: mine
-- question: How many jobs are in which state?
-- column: state -- The state.
-- column: jobs -- How many.

SELECT state, count(*) AS jobs FROM jobs GROUP BY state ORDER BY state
";

#[test]
fn a_locale_without_utf_8_gets_ascii() {
    let mut desk = Desk::with_jobs();
    desk.environment.push(("LC_ALL", "C".to_owned()));
    assert_snapshot!(desk.run(&["sql", "--chart", STATES]), @"
    exit 0
    -- stdout
    jobs by state
    COMPLETED |################################################################### 1
    CREATED   |################################################################### 1
    RUNNING   |################################################################### 1
    ");
}

#[test]
fn what_cannot_be_drawn_is_told() {
    let desk = Desk::with_jobs();
    assert_snapshot!(desk.run(&["sql", "--chart=lines", STATES]), @r#"
    exit 2
    -- stderr
    error: lines go along a time, and "state" is none
    hint: draw bars, or cast it to a timestamp
    "#);
    assert_snapshot!(desk.run(&["sql", "--chart=pie", STATES]), @"
    exit 2
    -- stderr
    error: invalid value 'pie' for '--chart[=<KIND>]'
      [possible values: auto, bars, lines, calendar]

    For more information, try '--help'.
    ");
    assert_snapshot!(desk.run(&["sql", "--chart", STATES, "--format", "csv"]), @"
    exit 2
    -- stderr
    error: the argument '--chart[=<KIND>]' cannot be used with '--format <FORMAT>'

    Usage: lookback sql --chart[=<KIND>] --now <TIMESTAMP> <QUERY>

    For more information, try '--help'.
    ");
    let many = "SELECT i AS n, 'x' AS a FROM generate_series(1, 100001) AS t(i)";
    assert_snapshot!(desk.run(&["sql", "--chart", many]), @"
    exit 2
    -- stderr
    error: a chart is of 100000 rows at most, and there are more
    hint: group them, or use LIMIT
    ");
}

#[test]
fn rows_that_take_much_memory_are_not_held_to_be_drawn() {
    let desk = Desk::with_jobs();
    let large = "SELECT repeat(CAST(i AS varchar), 2000) AS name, i AS n
        FROM generate_series(10000, 20000) AS t(i)";
    assert_snapshot!(desk.run(&["sql", "--chart", large]), @"
    exit 2
    -- stderr
    error: a chart is of 64 MiB of rows at most, and these are larger
    hint: group them, or use LIMIT
    ");
}

#[test]
fn without_a_terminal_there_is_no_repl() {
    let desk = Desk::with_jobs();
    assert_snapshot!(desk.run_with(&["repl"], "SELECT 1;"), @"
    exit 2
    -- stderr
    error: the REPL needs a terminal
    hint: pipe SQL into `lookback sql`, or name a file with `lookback sql --file`
    ");
    let told = desk.run_with(&["--now", "2026-01-05T00:00:00Z"], "SELECT 1;");
    assert_snapshot!(told.lines().take(3).collect::<Vec<_>>().join("\n"), @"
    exit 2
    -- stderr
    error: 'lookback' requires a subcommand but one was not provided
    ");
}
