//! Asking: answers, errors, Ctrl-C, pagers, snapshots.

use std::fs;

use insta::assert_snapshot;

use super::{BUSY, ENDLESS, PLAIN, Terminal, at_desk, desk, key};

#[test]
fn without_a_command_a_terminal_gets_the_repl() {
    let desk = desk();
    let mut terminal = Terminal::open(&desk, (24, 80), &[], &PLAIN);
    terminal.see("lookback> ");
    let screen = terminal.screen().replace(env!("CARGO_PKG_VERSION"), "[VERSION]");
    assert_snapshot!(screen, @r#"
    lookback [VERSION]: warehouse "warehouse", snapshot 2 of 2026-01-05T00:00:00Z
    a statement ends with ; and \? lists the commands
    lookback>
    "#);
    terminal.press("exit\r");
    assert_eq!(terminal.end(), 0);
}

#[test]
fn a_query_that_never_ends_is_cancelled_and_the_prompt_stays() {
    let (_desk, mut terminal) = at_desk(100);
    let prompts = terminal.prompts();
    terminal.start(ENDLESS);
    terminal.press(key::CTRL_C);
    terminal.see_prompt_after(prompts);
    terminal.enter("SELECT 'still here' AS state;");
    assert_snapshot!(terminal.screen(), @"
    lookback> WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n;
    ^C
    cancelled
    lookback> SELECT 'still here' AS state;
    ┌────────────┐
    │ state      │
    ├────────────┤
    │ still here │
    └────────────┘
    (1 row)
    lookback>
    ");
    terminal.press("\\q\r");
    // What still runs does not keep the process.
    assert_eq!(terminal.end(), 0);
}

#[test]
fn a_query_that_is_busy_on_every_thread_is_cancelled_too() {
    let (_desk, mut terminal) = at_desk(80);
    let prompts = terminal.prompts();
    terminal.start(BUSY);
    terminal.press(key::CTRL_C);
    terminal.see_prompt_after(prompts);
    // What still runs does not keep the next query either.
    terminal.enter("SELECT count(*) AS jobs FROM backup_jobs;");
    assert_snapshot!(terminal.screen(), @"
    lookback> SELECT sum(a.value * b.value) AS n FROM generate_series(1, 3000000) a
    JOIN generate_series(1, 3000000) b ON a.value % 7 = b.value % 7;
    ^C
    cancelled
    lookback> SELECT count(*) AS jobs FROM backup_jobs;
    ┌──────┐
    │ jobs │
    ├──────┤
    │    3 │
    └──────┘
    (1 row)
    lookback>
    ");
    terminal.press(key::CTRL_D);
    assert_eq!(terminal.end(), 0);
}

#[test]
fn a_cancelled_answer_leaves_neither_a_chart_nor_a_file() {
    let (desk, mut terminal) = at_desk(80);
    terminal.enter("SELECT state, count(*) AS jobs FROM jobs GROUP BY 1;");
    terminal.enter("\\o busy.csv");
    let prompts = terminal.prompts();
    terminal.start(BUSY);
    terminal.press(key::CTRL_C);
    terminal.see_prompt_after(prompts);
    terminal.clear();
    terminal.enter("\\chart");
    assert_snapshot!(terminal.screen(), @r"
    lookback> \chart
    error: there is no whole answer to draw
    hint: ask first: SELECT state, count(*) AS jobs FROM jobs GROUP BY state;
    lookback>
    ");
    let names = fs::read_dir(desk.path("")).unwrap();
    let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = names.collect();
    names.sort();
    assert_eq!(names, ["home", "init.sql", "jobs.json", "state", "warehouse"]);
}

#[test]
fn an_error_tells_its_place_and_the_way_out_and_the_prompt_stays() {
    let (_desk, mut terminal) = at_desk(80);
    terminal.enter("SELECT * FRM jobs;");
    terminal.enter("SELECT stat FROM jobs;");
    terminal.press("SELECT kind,\r");
    terminal.enter("  state FROM job;");
    terminal.enter("DELETE FROM jobs;");
    terminal.enter("SELECT 1 / 0;");
    assert_snapshot!(terminal.screen(), @r#"
    lookback> SELECT * FRM jobs;
    error: the SQL does not parse: Expected: end of statement, found: FRM at Line: 1
    , Column: 10
      SELECT * FRM jobs;
               ^
    lookback> SELECT stat FROM jobs;
    error: there is no column "stat"
      SELECT stat FROM jobs;
             ^
    hint: did you mean "state"?
    lookback> SELECT kind,
           ->   state FROM job;
    error: there is no table "job"
      2 |   state FROM job;
                       ^
    hint: did you mean "jobs"?
    lookback> DELETE FROM jobs;
    error: the statement "DELETE FROM …" is not allowed: a warehouse is read-only in
     SQL
    hint: SELECT, EXPLAIN, SHOW, DESCRIBE, SET and CREATE VIEW (for this session) ar
    e allowed
    lookback> SELECT 1 / 0;
    error: Divide by zero error
    lookback>
    "#);
}

#[test]
fn an_answer_of_two_hundred_columns_is_folded_and_paged() {
    let desk = desk();
    let columns: Vec<_> = (1..=200).map(|column| format!("{column} AS c{column}")).collect();
    desk.write("wide.sql", format!("SELECT {};", columns.join(", ")));
    let command = "tee paged.txt | tail -n 2";
    let mut terminal = Terminal::repl(&desk, 40, &[PLAIN[0], PLAIN[1], ("PAGER", command)]);
    terminal.enter("\\i wide.sql");
    assert_snapshot!(terminal.screen(), @r"
    lookback> \i wide.sql
    c199 │ 199
    c200 │ 200
    (1 row)
    lookback>
    ");
    let paged = fs::read_to_string(desk.path("paged.txt")).unwrap();
    let expected: String = std::iter::once(format!("─ row 1 {}\n", "─".repeat(32)))
        .chain((1..=200).map(|column| format!("{:<4} │ {column}\n", format!("c{column}"))))
        .collect();
    assert_eq!(paged, expected);
}

#[test]
fn a_pager_that_is_left_early_leaves_no_error() {
    let desk = desk();
    let mut terminal = Terminal::repl(&desk, 60, &[PLAIN[0], PLAIN[1], ("PAGER", "head -n 4")]);
    terminal.enter("\\format csv");
    terminal.enter("SELECT i FROM generate_series(1, 1000000) AS t(i);");
    assert_snapshot!(terminal.screen(), @r"
    lookback> \format csv
    answers are written as csv
    lookback> SELECT i FROM generate_series(1, 1000000) AS t(i);

    i
    1
    2
    3
    lookback>
    ");
}

#[test]
fn each_statement_sees_the_newest_snapshot_until_one_is_named() {
    let (desk, mut terminal) = at_desk(70);
    terminal.enter("CREATE VIEW mine AS SELECT count(*) AS jobs FROM backup_jobs;");
    terminal.enter("\\format csv");
    terminal.enter("SELECT * FROM mine;");
    desk.write("more.json", crate::cli::jobs(&[("b-9", "CREATED", "2026-01-03T00:00:00Z")]));
    desk.run(&["import", "more.json", "--now", "2026-01-06T00:00:00Z"]);
    terminal.enter("SELECT * FROM mine;");
    terminal.enter("\\as-of 2");
    terminal.enter("SELECT * FROM mine;");
    terminal.enter("\\as-of 9");
    terminal.enter("\\as-of");
    terminal.enter("SELECT * FROM mine;");
    assert_snapshot!(terminal.screen(), @r"
    jobs
    3
    (1 row)
    lookback> SELECT * FROM mine;
    jobs
    4
    (1 row)
    lookback> \as-of 2
    snapshot 2 of 2026-01-05T00:00:00Z
    lookback@2> SELECT * FROM mine;
    jobs
    3
    (1 row)
    lookback@2> \as-of 9
    error: there is no snapshot 9
    hint: the warehouse has snapshots 1 (2026-01-05T00:00:00Z) to 3 (2026-
    01-06T00:00:00Z)
    lookback@2> \as-of
    snapshot 3 of 2026-01-06T00:00:00Z, the newest
    lookback> SELECT * FROM mine;
    jobs
    4
    (1 row)
    lookback>
    ");
}
