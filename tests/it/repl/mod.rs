//! The REPL through a real terminal: what is typed, and what is then on the screen, whole.

mod answers;
mod commands;
mod describe;
mod editing;
mod reports;
mod terminal;

use self::terminal::{PLAIN, Terminal, key};

use crate::cli::{BUSY, Desk};

/// A desk with three backup jobs, whose REPL's user lives there.
fn desk() -> Desk {
    let desk = Desk::with_jobs();
    std::fs::create_dir(desk.path("home")).unwrap();
    desk
}

/// One, and a terminal at it, of so many columns.
fn at_desk(columns: u16) -> (Desk, Terminal) {
    let desk = desk();
    let terminal = Terminal::repl(&desk, columns, &PLAIN);
    (desk, terminal)
}

/// A query that never ends.
const ENDLESS: &str =
    "WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n;";
