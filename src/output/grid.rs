//! A table as a grid of light lines.

use std::io::{self, Write};

use super::table::Page;
use super::wrap::{width, wrap};

/// Writes `page` with columns of `widths`, breaking what is wider; with a line between the rows if
/// they are `divided`.
pub(super) fn write(
    out: &mut dyn Write,
    page: &Page,
    widths: &[usize],
    divided: bool,
) -> io::Result<()> {
    let names: Vec<_> = page.columns.iter().map(|column| column.name.as_str()).collect();
    rule(out, widths, ["┌", "┬", "┐"])?;
    row(out, page, widths, &names)?;
    rule(out, widths, ["├", "┼", "┤"])?;
    for (index, cells) in page.rows.iter().enumerate() {
        if divided && index > 0 {
            rule(out, widths, ["├", "┼", "┤"])?;
        }
        row(out, page, widths, cells)?;
    }
    rule(out, widths, ["└", "┴", "┘"])
}

fn rule(out: &mut dyn Write, widths: &[usize], [left, middle, right]: [&str; 3]) -> io::Result<()> {
    let lines: Vec<_> = widths.iter().map(|width| "─".repeat(width + 2)).collect();
    writeln!(out, "{left}{}{right}", lines.join(middle))
}

fn row<T: AsRef<str>>(
    out: &mut dyn Write,
    page: &Page,
    widths: &[usize],
    cells: &[T],
) -> io::Result<()> {
    let pieces = cells.iter().zip(widths).map(|(cell, width)| wrap(cell.as_ref(), *width));
    let pieces: Vec<_> = pieces.collect();
    for line in 0..pieces.iter().map(Vec::len).max().unwrap_or(0) {
        for ((pieces, columns), column) in pieces.iter().zip(widths).zip(&page.columns) {
            let piece = pieces.get(line).copied().unwrap_or_default();
            let space = &*" ".repeat(columns.saturating_sub(width(piece)));
            let (left, right) = if column.is_number { (space, "") } else { ("", space) };
            write!(out, "│ {left}{piece}{right} ")?;
        }
        writeln!(out, "│")?;
    }
    Ok(())
}
