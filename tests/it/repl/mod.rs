//! The REPL through a real terminal: what is typed, and what is then on the screen, whole.

mod answers;
mod commands;
mod describe;
mod editing;
mod reports;
mod terminal;

use self::terminal::{PLAIN, Terminal, key};

use crate::cli::Desk;

/// A desk with three backup jobs, whose REPL's user lives there.
fn desk() -> Desk {
    let desk = Desk::with_jobs();
    std::fs::create_dir(desk.path("home")).unwrap();
    desk
}

/// A query that takes hours, and every thread there is.
const BUSY: &str = "SELECT sum(a.value * b.value) AS n FROM generate_series(1, 3000000) a \
    JOIN generate_series(1, 3000000) b ON a.value % 7 = b.value % 7;";

/// A query that never ends.
const ENDLESS: &str =
    "WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n;";
