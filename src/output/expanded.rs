//! A table with a line a column, for rows that are too wide for a grid.

use std::io::{self, Write};

use super::table::Page;
use super::wrap::{width, wrap};

/// Values in fewer columns than this are left to the terminal to break.
const VALUE_MIN: usize = 16;
/// The line above a row, where there is no terminal to fill.
const RULE_COLUMNS: usize = 40;

/// Writes `page` for a terminal of `terminal` columns, or for none. Without rows, the names stand
/// alone.
pub(super) fn write(out: &mut dyn Write, page: &Page, terminal: Option<usize>) -> io::Result<()> {
    let names: Vec<_> = page.columns.iter().map(|column| column.name.as_str()).collect();
    let indent = names.iter().map(|name| width(name)).max().unwrap_or(0);
    let room = terminal.map(|terminal| terminal.saturating_sub(indent + " │ ".chars().count()));
    let room = room.filter(|room| *room >= VALUE_MIN).unwrap_or(usize::MAX);
    if page.rows.is_empty() {
        names.iter().try_for_each(|name| writeln!(out, "{name}"))?;
    }
    for (index, row) in page.rows.iter().enumerate() {
        let title = format!("─ row {} ", index + 1);
        let rest = terminal.unwrap_or(RULE_COLUMNS).saturating_sub(width(&title));
        writeln!(out, "{title}{}", "─".repeat(rest))?;
        for (name, value) in names.iter().zip(row) {
            let space = " ".repeat(indent - width(name));
            let pieces = wrap(value, room);
            line(out, &format!("{name}{space}"), pieces[0])?;
            for piece in &pieces[1..] {
                line(out, &" ".repeat(indent), piece)?;
            }
        }
    }
    Ok(())
}

fn line(out: &mut dyn Write, name: &str, value: &str) -> io::Result<()> {
    match value {
        "" => writeln!(out, "{name} │"),
        _ => writeln!(out, "{name} │ {value}"),
    }
}
