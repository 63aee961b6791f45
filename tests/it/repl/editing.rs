//! Typing: lines, keys, completion, history, pasting, colours.

use insta::assert_snapshot;

use super::{PLAIN, Terminal, at_desk, desk, key};

#[test]
fn a_statement_may_take_several_lines_and_ends_with_its_semicolon() {
    let (_desk, mut terminal) = at_desk(60);
    terminal.press("SELECT count(*) AS jobs\r");
    terminal.press("FROM bckup_jobs");
    for _ in 0.."ckup_jobs".len() {
        terminal.press(key::LEFT);
    }
    terminal.press("a");
    terminal.see("FROM backup_jobs");
    terminal.press(key::END);
    terminal.enter(";");
    assert_snapshot!(terminal.screen(), @"
    lookback> SELECT count(*) AS jobs
           -> FROM backup_jobs;
    ┌──────┐
    │ jobs │
    ├──────┤
    │    3 │
    └──────┘
    (1 row)
    lookback>
    ");
}

#[test]
fn the_menu_shows_what_could_be_meant_and_tab_and_enter_take_it() {
    let (_desk, mut terminal) = at_desk(80);
    terminal.press("SELECT b.st FROM backup_jobs AS b LIMIT 0;");
    for _ in 0.." FROM backup_jobs AS b LIMIT 0;".len() {
        terminal.press(key::LEFT);
    }
    terminal.press("\t");
    terminal.see("start_by");
    terminal.see("status_message");
    assert_snapshot!(terminal.screen(), @"
    lookback> SELECT b.sta FROM backup_jobs AS b LIMIT 0;
    >STATE          THE STATE AS AWS GAVE IT.
    status_message  A sentence that explains the state; on a COMPLETED backup it mea
    start_by        When the start window ends: a backup job that has not started by
    ");
    // The menu moves on when it is drawn; without colours it writes what is chosen in capitals.
    terminal.press("\t");
    terminal.see(">STATUS_MESSAGE");
    terminal.press("\r");
    terminal.see("b.status_message FROM");
    terminal.enter("");
    assert_snapshot!(terminal.screen(), @"
    lookback> SELECT b.status_message FROM backup_jobs AS b LIMIT 0;
    ┌────────────────┐
    │ status_message │
    ├────────────────┤
    └────────────────┘
    (0 rows)
    lookback>
    ");
    terminal.press("SELECT * FROM list_backup_job_summaries(stat\t");
    terminal.see("(state => ");
    terminal.press(key::CTRL_U);
    terminal.press("\\as\t");
    terminal.see("\\as-of");
}

/// What is on the screen when one row has been asked for.
const ONE: &str = "\
lookback> SELECT 1 AS one;
┌─────┐
│ one │
├─────┤
│   1 │
└─────┘
(1 row)
lookback>";

#[test]
fn what_was_typed_before_comes_back_in_the_next_session() {
    let (desk, mut terminal) = at_desk(60);
    terminal.enter("SELECT 1 AS one;");
    terminal.press("SELECT 2\r");
    terminal.enter(" AS two;");
    terminal.press(key::CTRL_D);
    assert_eq!(terminal.end(), 0);
    let mut terminal = Terminal::repl(&desk, 60, &PLAIN);
    terminal.press(key::UP);
    terminal.see("AS two;");
    let prompts = terminal.prompts();
    terminal.press("\r");
    terminal.see_prompt_after(prompts);
    terminal.clear();
    terminal.press(key::CTRL_R);
    terminal.press("one");
    terminal.see("SELECT 1 AS one;");
    terminal.press("\r");
    terminal.enter("");
    assert_eq!(terminal.screen(), ONE);
}

#[test]
fn a_hint_shows_what_was_typed_before_and_right_takes_it() {
    let desk = desk();
    let mut terminal = Terminal::repl(&desk, 60, &[("TERM", "xterm"), ("PAGER", "")]);
    terminal.enter("SELECT 1 AS one;");
    terminal.clear();
    terminal.press("SELECT 1");
    terminal.see("SELECT 1 AS one;");
    let hint = u16::try_from("lookback> SELECT 1 A".len()).unwrap() - 1;
    let colour = terminal.look(|screen| screen.cell(0, hint).unwrap().fgcolor());
    assert_eq!(colour, vt100::Color::Idx(8));
    terminal.press(key::RIGHT);
    terminal.enter("");
    assert_eq!(terminal.screen(), ONE);
}

#[test]
fn two_sessions_keep_one_history() {
    let desk = desk();
    let mut one = Terminal::repl(&desk, 60, &PLAIN);
    let mut other = Terminal::repl(&desk, 60, &PLAIN);
    one.enter("SELECT 1 AS one;");
    other.enter("SELECT 2 AS two;");
    one.enter("SELECT 3 AS three;");
    let history = std::fs::read_to_string(desk.path("state/lookback/history")).unwrap();
    assert_eq!(history, "SELECT 1 AS one;\nSELECT 2 AS two;\nSELECT 3 AS three;\n");
}

#[test]
fn pasted_lines_wait_for_enter() {
    let (_desk, mut terminal) = at_desk(60);
    terminal.press("\x1b[200~SELECT 1 AS one;\nSELECT\t2 AS two;\n\x1b[201~");
    terminal.see("2 AS two;");
    assert_snapshot!(terminal.screen(), @"
    lookback> SELECT 1 AS one;
           -> SELECT 2 AS two;
           ->
    ");
    terminal.enter("");
    assert_snapshot!(terminal.screen(), @"
    lookback> SELECT 1 AS one;
           -> SELECT 2 AS two;
           ->
    ┌─────┐
    │ one │
    ├─────┤
    │   1 │
    └─────┘
    (1 row)
    ┌─────┐
    │ two │
    ├─────┤
    │   2 │
    └─────┘
    (1 row)
    lookback>
    ");
}

#[test]
fn pasted_commands_and_statements_run_up_to_the_first_that_fails() {
    let (_desk, mut terminal) = at_desk(60);
    terminal.press("\x1b[200~\\format csv\nSELECT 1 AS one;\n\\pager off\n\x1b[201~");
    terminal.see("pager off");
    terminal.enter("");
    terminal.press("\x1b[200~SELECT 2 AS two;\n\\shrug\nSELECT 3 AS three;\n\x1b[201~");
    terminal.see("3 AS three;");
    terminal.enter("");
    assert_snapshot!(terminal.screen(), @r#"
    lookback> \format csv
           -> SELECT 1 AS one;
           -> \pager off
           ->
    answers are written as csv
    one
    1
    (1 row)
    pager is off
    lookback> SELECT 2 AS two;
           -> \shrug
           -> SELECT 3 AS three;
           ->
    two
    2
    (1 row)
    error: there is no command "\shrug"
    hint: list the commands with \?
    lookback>
    "#);
}

#[test]
fn wide_and_combining_characters_keep_their_places() {
    let (_desk, mut terminal) = at_desk(60);
    terminal.press("SELECT '日本語' AS a, 'e\u{301}x' AS b");
    terminal.press(key::BACKSPACE);
    for _ in 0.."AS ".len() {
        terminal.press(key::LEFT);
    }
    terminal.press("|| '!' ");
    terminal.see("'e\u{301}x' || '!' AS");
    terminal.press(key::END);
    terminal.enter("c;");
    let screen = terminal.screen().replace('\u{301}', "[301]");
    assert_snapshot!(screen, @"
    lookback> SELECT '日本語' AS a, 'e[301]x' || '!' AS c;
    ┌────────┬─────┐
    │ a      │ c   │
    ├────────┼─────┤
    │ 日本語 │ e[301]x! │
    └────────┴─────┘
    (1 row)
    lookback>
    ");
}

#[test]
fn ctrl_c_gives_a_line_up_and_ctrl_d_ends() {
    let (_desk, mut terminal) = at_desk(60);
    terminal.press("SELECT 'a\r");
    terminal.press("b");
    terminal.see("-> b");
    let prompts = terminal.prompts();
    terminal.press(key::CTRL_C);
    terminal.see_prompt_after(prompts);
    assert_snapshot!(terminal.screen(), @"
    lookback> SELECT 'a
           -> b
    lookback>
    ");
    terminal.press(key::CTRL_D);
    assert_eq!(terminal.end(), 0);
}

#[test]
fn keywords_and_texts_have_colours_where_there_are_any() {
    let desk = desk();
    let typed = "SELECT 'a', 12 -- b";
    let colours = |variables: &[(&str, &str)]| {
        let mut terminal = Terminal::open(&desk, (24, 80), &["repl"], variables);
        terminal.see("lookback> ");
        terminal.press(typed);
        terminal.see(typed);
        let place =
            |part: &str| u16::try_from("lookback> ".len() + typed.find(part).unwrap()).unwrap();
        terminal.look(|screen| {
            let row = screen.cursor_position().0;
            ["SELECT", "'a'", "12", "-- b"]
                .map(|part| screen.cell(row, place(part)).unwrap().fgcolor())
        })
    };
    let (purple, green) = (vt100::Color::Idx(5), vt100::Color::Idx(2));
    let (cyan, gray) = (vt100::Color::Idx(6), vt100::Color::Idx(8));
    assert_eq!(colours(&[("TERM", "xterm")]), [purple, green, cyan, gray]);
    let none = [vt100::Color::Default; 4];
    assert_eq!(colours(&[("TERM", "xterm"), ("NO_COLOR", "1")]), none);
    assert_eq!(colours(&[("TERM", "dumb")]), none);
}

#[test]
fn a_terminal_that_is_resized_goes_on() {
    let (_desk, mut terminal) = at_desk(100);
    let query = "SELECT backup_job_id, creation_date, backup_vault_arn FROM backup_jobs \
        ORDER BY 1 LIMIT 1;";
    terminal.enter(query);
    assert_snapshot!(terminal.screen(), @"
    lookback> SELECT backup_job_id, creation_date, backup_vault_arn FROM backup_jobs ORDER BY 1 LIMIT 1;

    ┌───────────────┬──────────────────────┬──────────────────────────────────────────────────────┐
    │ backup_job_id │ creation_date        │ backup_vault_arn                                     │
    ├───────────────┼──────────────────────┼──────────────────────────────────────────────────────┤
    │ b-1           │ 2026-01-01T01:00:00Z │ arn:aws:backup:eu-west-1:111111111111:backup-vault:v │
    └───────────────┴──────────────────────┴──────────────────────────────────────────────────────┘
    (1 row)
    lookback>
    ");
    terminal.resize(30, 50);
    terminal.clear();
    terminal.press(key::UP);
    terminal.see("LIMIT 1;");
    terminal.enter("");
    assert_snapshot!(terminal.screen(), @"
    lookback> SELECT backup_job_id, creation_date, bac
    kup_vault_arn FROM backup_jobs ORDER BY 1 LIMIT 1;

    ─ row 1 ──────────────────────────────────────────
    backup_job_id    │ b-1
    creation_date    │ 2026-01-01T01:00:00Z
    backup_vault_arn │ arn:aws:backup:eu-west-1:
                     │ 111111111111:backup-vault:v
    (1 row)
    lookback>
    ");
}
