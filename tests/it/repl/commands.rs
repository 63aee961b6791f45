//! The commands that are not SQL.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use insta::assert_snapshot;

use super::{PLAIN, Terminal, at_desk, desk, key};

#[test]
fn commands_are_listed() {
    let (_desk, mut terminal) = at_desk(100);
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

    A statement ends with `;`. Tab completes, Ctrl-R searches the history, Ctrl-O opens
    the editor, Ctrl-C cancels, Ctrl-D ends.
    lookback>
    ");
}

#[test]
fn an_answer_goes_to_a_file_and_the_next_one_to_the_screen() {
    let (desk, mut terminal) = at_desk(70);
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
    terminal.enter("\\o home");
    assert_snapshot!(terminal.screen(), @r#"
    lookback> \o nowhere/a.csv
    error: failed to write file "nowhere/a.csv": No such file or directory (os error 2)
    lookback> \o home
    error: "home" is a folder
    hint: name a file in it
    lookback>
    "#);
    let answer = fs::read_to_string(desk.path("answer.csv")).unwrap();
    assert_eq!(answer, "id,state\nb-1,COMPLETED\nb-2,RUNNING\nb-3,CREATED\n");
}

#[test]
fn the_name_of_a_file_tells_its_format_whatever_the_screen_has() {
    let (desk, mut terminal) = at_desk(70);
    terminal.enter("\\format csv");
    terminal.enter("\\o z.parquet");
    terminal.enter("SELECT 1 AS one;");
    terminal.enter("\\o z.data");
    terminal.enter("SELECT 1 AS one;");
    assert!(fs::read(desk.path("z.parquet")).unwrap().starts_with(b"PAR1"));
    assert_eq!(fs::read_to_string(desk.path("z.data")).unwrap(), "one\n1\n");
}

#[test]
fn a_file_that_fails_stops_the_one_that_includes_it() {
    let (desk, mut terminal) = at_desk(70);
    desk.write("inner.sql", "SELECT four;\n");
    desk.write("outer.sql", "\\i inner.sql\nSELECT 5 AS five;\n");
    terminal.enter("\\i outer.sql");
    assert_snapshot!(terminal.screen(), @r#"
    lookback> \i outer.sql
    error: there is no column "four"
      SELECT four;
             ^
    hint: list the columns of a table with: DESCRIBE table
    file "inner.sql" ends here, at line 1
    lookback>
    "#);
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
    terminal.clear();
    terminal.press("SELECT 'COMPLETED' AS\r");
    terminal.press("state;");
    terminal.see("-> state;");
    terminal.press(key::CTRL_O);
    terminal.see("SELECT 'RUNNING' AS");
    terminal.enter("");
    assert_snapshot!(terminal.screen(), @r"
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
    hint: name another with the variable VISUAL or EDITOR
    lookback>
    "#);
}

#[test]
fn formats_switches_and_snapshots_are_told() {
    let (_desk, mut terminal) = at_desk(80);
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
    let (_desk, mut terminal) = at_desk(60);
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
