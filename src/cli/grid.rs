//! A small table of words and numbers, aligned with spaces. Pure.
//!
//! Answers to SQL are shown by `output`; this is for what a command tells of itself.

use unicode_width::UnicodeWidthStr;

/// A table; the cells of a row are as many as its columns.
#[derive(Clone, Debug, Default)]
pub(super) struct Grid {
    /// The names of the columns, and whether they hold numbers, which stand to the right.
    columns: Vec<(&'static str, bool)>,
    rows: Vec<Vec<String>>,
}

/// The space between two columns.
const GAP: &str = "  ";

impl Grid {
    /// One with these columns and no rows.
    pub(super) fn new(columns: &[(&'static str, bool)]) -> Self {
        Self { columns: columns.to_vec(), rows: Vec::new() }
    }

    /// Adds a row.
    pub(super) fn push(&mut self, cells: Vec<String>) {
        self.rows.push(cells);
    }

    /// The lines, the first with the names of the columns.
    pub(super) fn lines(&self) -> Vec<String> {
        let names: Vec<_> = self.columns.iter().map(|(name, _)| (*name).to_owned()).collect();
        let rows = std::iter::once(&names).chain(&self.rows);
        let widths: Vec<_> = (0..self.columns.len())
            .map(|column| rows.clone().map(|row| row[column].width()).max().unwrap_or(0))
            .collect();
        rows.map(|row| self.line(row, &widths)).collect()
    }

    fn line(&self, row: &[String], widths: &[usize]) -> String {
        let cells = row.iter().zip(widths).zip(&self.columns).map(|((cell, width), column)| {
            let space = " ".repeat(width.saturating_sub(cell.width()));
            if column.1 { space + cell } else { cell.clone() + &space }
        });
        cells.collect::<Vec<_>>().join(GAP).trim_end().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stand_left_and_numbers_right() {
        let mut grid = Grid::new(&[("Region", false), ("read", true), ("note", false)]);
        grid.push(vec!["eu-west-1".into(), "7".into(), "日本".into()]);
        grid.push(vec!["x".into(), "12345".into(), String::new()]);
        let expected = ["Region      read  note", "eu-west-1      7  日本", "x          12345"];
        assert_eq!(grid.lines(), expected);
    }
}
