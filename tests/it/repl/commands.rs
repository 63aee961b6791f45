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
    assert_snapshot!(terminal.screen(), @"");
    terminal.resize(70, 130);
    terminal.clear();
    terminal.enter("\\d");
    assert_snapshot!(terminal.screen(), @"");
    terminal.clear();
    terminal.enter("\\d job_transitions");
    assert_snapshot!(terminal.screen(), @"");
    terminal.clear();
    terminal.enter("\\d list_restore_job_summaries");
    assert_snapshot!(terminal.screen(), @"");
    terminal.clear();
    terminal.enter("\\d invoices");
    terminal.enter("\\describ jobs");
    terminal.enter("\\status now");
    assert_snapshot!(terminal.screen(), @"");
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
    terminal.enter("\\o nowhere/a.csv");
    terminal.enter(query);
    assert_snapshot!(terminal.screen(), @"");
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
    assert_snapshot!(terminal.screen(), @"");
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
    assert_snapshot!(terminal.screen(), @"");
    assert_eq!(fs::read_to_string(desk.path("flag.txt")).unwrap(), "--wait\n");
    fs::remove_file(desk.path("editor")).unwrap();
    terminal.clear();
    terminal.enter("\\e");
    terminal.press(key::CTRL_D);
    terminal.end();
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
    assert_snapshot!(terminal.screen(), @"");
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
    assert_snapshot!(terminal.screen(), @"");
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
    assert_snapshot!(begin(&["repl"]), @"");
    fs::create_dir_all(desk.path("config/lookback")).unwrap();
    desk.write("config/lookback/rc", "SELECT 'in config' AS rc;\n");
    assert_snapshot!(begin(&["repl"]), @"");
    desk.write("named.sql", "SELECT named;\n");
    assert_snapshot!(begin(&["repl", "--init", "named.sql"]), @"");
    let mut terminal = Terminal::open(&desk, (24, 70), &["repl", "--init", "none.sql"], &PLAIN);
    terminal.see("hint");
    assert_snapshot!(terminal.screen(), @"");
    assert_eq!(terminal.end(), 2);
}
