//! Asking: answers, errors, Ctrl-C, pagers, snapshots.

use std::fs;

use insta::assert_snapshot;

use super::{ENDLESS, PLAIN, Terminal, desk, key};

#[test]
fn without_a_command_a_terminal_gets_the_repl() {
    let desk = desk();
    let mut terminal = Terminal::open(&desk, (24, 80), &[], &PLAIN);
    terminal.see("lookback> ");
    let screen = terminal.screen().replace(env!("CARGO_PKG_VERSION"), "[VERSION]");
    assert_snapshot!(screen, @"");
    terminal.press("exit\r");
    assert_eq!(terminal.end(), 0);
}

#[test]
fn a_query_that_never_ends_is_cancelled_and_the_prompt_stays() {
    let desk = desk();
    let mut terminal = Terminal::repl(&desk, 100, &PLAIN);
    let prompts = terminal.prompts();
    terminal.press(ENDLESS);
    terminal.press("\r");
    terminal.see_it_run();
    terminal.press(key::CTRL_C);
    terminal.see_prompt_after(prompts);
    terminal.enter("SELECT 'still here' AS state;");
    assert_snapshot!(terminal.screen(), @"");
    terminal.press("\\q\r");
    // What still runs does not keep the process.
    assert_eq!(terminal.end(), 0);
}

#[test]
fn an_error_tells_its_place_and_the_way_out_and_the_prompt_stays() {
    let desk = desk();
    let mut terminal = Terminal::repl(&desk, 80, &PLAIN);
    terminal.enter("SELECT * FRM jobs;");
    terminal.enter("SELECT stat FROM jobs;");
    terminal.press("SELECT kind,\r");
    terminal.enter("  state FROM job;");
    terminal.enter("DELETE FROM jobs;");
    terminal.enter("SELECT 1 / 0;");
    assert_snapshot!(terminal.screen(), @"");
}

#[test]
fn an_answer_of_two_hundred_columns_is_folded_and_paged() {
    let desk = desk();
    let columns: Vec<_> = (1..=200).map(|column| format!("{column} AS c{column}")).collect();
    desk.write("wide.sql", format!("SELECT {};", columns.join(", ")));
    let pager = "tee paged.txt | tail -n 2";
    let mut terminal = Terminal::repl(&desk, 40, &[PLAIN[0], PLAIN[1], ("PAGER", pager)]);
    terminal.enter("\\i wide.sql");
    assert_snapshot!(terminal.screen(), @"");
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
    assert_snapshot!(terminal.screen(), @"");
}

#[test]
fn each_statement_sees_the_newest_snapshot_until_one_is_named() {
    let desk = desk();
    let mut terminal = Terminal::repl(&desk, 70, &PLAIN);
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
    assert_snapshot!(terminal.screen(), @"");
}
