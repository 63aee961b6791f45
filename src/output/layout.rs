//! Decides how a table is laid out. Pure.

/// A column of a grid is its text, a space on both sides, and a line.
const FRAME: usize = 3;
/// Text in fewer columns than this is not readable.
const TEXT_MIN: usize = 16;
/// A name in fewer columns than this is not readable.
const NAME_MIN: usize = 12;
/// A row of more lines than this is not readable.
const LINES_MAX: usize = 6;
/// A line longer than this is not for people, terminal or not; each row is padded to it.
const LINE_MAX: usize = 10_000;

/// How wide a column's name and its widest cell are, and whether its cells may be broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ColumnWidth {
    pub(super) name: usize,
    pub(super) cells: usize,
    /// Numbers and instants are not broken: half a number is a wrong number.
    pub(super) is_text: bool,
}

/// How a table is laid out.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Layout {
    /// A line a row; the columns are so wide.
    Grid(Vec<usize>),
    /// A row may take several lines; the columns are so wide.
    Wrapped(Vec<usize>),
    /// A line a column.
    Expanded,
}

/// The layout of a table with these columns for a terminal of `terminal` columns, or for none.
///
/// Without a terminal nothing is wrapped: a reader such as `grep` wants whole rows.
pub(super) fn layout(columns: &[ColumnWidth], terminal: Option<usize>) -> Layout {
    let natural: Vec<_> = columns.iter().map(ColumnWidth::natural).collect();
    if fits(&natural, terminal.unwrap_or(LINE_MAX)) {
        return Layout::Grid(natural);
    }
    let wrapped = terminal.and_then(|terminal| wrapped(columns, terminal));
    wrapped.map_or(Layout::Expanded, Layout::Wrapped)
}

/// The widths with the widest columns cut to one cap, as wide as the terminal allows; `None` if
/// that cannot be read.
fn wrapped(columns: &[ColumnWidth], terminal: usize) -> Option<Vec<usize>> {
    let capped = |cap: usize| -> Vec<_> {
        columns.iter().map(|column| column.natural().min(cap.max(column.least()))).collect()
    };
    let widths = (0..=terminal).rev().map(capped).find(|widths| fits(widths, terminal))?;
    let is_low = |(column, width): (&ColumnWidth, &usize)| {
        column.natural().div_ceil((*width).max(1)) <= LINES_MAX
    };
    columns.iter().zip(&widths).all(is_low).then_some(widths)
}

fn fits(widths: &[usize], available: usize) -> bool {
    widths.iter().map(|width| width + FRAME).sum::<usize>() < available
}

impl ColumnWidth {
    fn natural(&self) -> usize {
        self.name.max(self.cells)
    }

    /// The fewest columns in which it can be read.
    fn least(&self) -> usize {
        let cells = if self.is_text { self.cells.min(TEXT_MIN) } else { self.cells };
        cells.max(self.name.min(NAME_MIN))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn text(name: usize, cells: usize) -> ColumnWidth {
        ColumnWidth { name, cells, is_text: true }
    }

    const fn number(name: usize, cells: usize) -> ColumnWidth {
        ColumnWidth { name, cells, is_text: false }
    }

    #[track_caller]
    fn check(columns: &[ColumnWidth], terminal: impl Into<Option<usize>>, expected: &str) {
        let got = match layout(columns, terminal.into()) {
            Layout::Grid(widths) => format!("grid {widths:?}"),
            Layout::Wrapped(widths) => format!("wrapped {widths:?}"),
            Layout::Expanded => "expanded".to_owned(),
        };
        assert_eq!(got, expected);
    }

    #[test]
    fn a_table_that_fits_to_the_last_column_is_a_grid() {
        check(&[text(2, 10), text(2, 10)], 27, "grid [10, 10]");
        check(&[], 1, "grid []");
    }

    #[test]
    fn only_the_widest_columns_are_cut() {
        check(&[text(2, 10), text(2, 50), text(2, 60)], 80, "wrapped [10, 30, 30]");
    }

    #[test]
    fn a_number_is_never_broken() {
        check(&[number(2, 30), text(2, 60)], 60, "wrapped [30, 23]");
        check(&[number(2, 30), text(2, 60)], 40, "expanded");
    }

    #[test]
    fn a_long_name_is_broken_for_short_numbers() {
        check(&[number(20, 5), number(20, 5)], 40, "wrapped [16, 16]");
    }

    #[test]
    fn too_many_columns_or_too_tall_a_row_is_expanded() {
        check(&[text(5, 40); 5], 80, "expanded");
        check(&[text(5, 1000)], 80, "expanded");
        check(&[text(5, 100)], 0, "expanded");
    }

    #[test]
    fn without_a_terminal_nothing_is_wrapped() {
        check(&[text(5, 4_000), text(5, 4_000)], None, "grid [4000, 4000]");
        check(&[text(5, 40_000)], None, "expanded");
    }
}
