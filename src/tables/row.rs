//! One row in hand: what parsers fill, the emulator makes and the AWS endpoint prints.

use crate::model::Instant;

use super::Table;

/// One value.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub enum Cell {
    /// AWS left it out.
    #[default]
    Null,
    /// Text, never empty.
    Text(String),
    /// A 64-bit integer.
    Long(i64),
    /// True or false.
    Bool(bool),
    /// An instant.
    Time(Instant),
    /// Text to text, in AWS's order.
    TextMap(Vec<(String, String)>),
    /// Text to a count, in AWS's order.
    LongMap(Vec<(String, i64)>),
}

impl Cell {
    /// A text; the empty text is NULL, as everywhere.
    pub fn text(text: impl Into<String>) -> Self {
        let text = text.into();
        if text.is_empty() { Self::Null } else { Self::Text(text) }
    }

    /// True if and only if AWS left it out.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }
}

/// One row of a table.
#[derive(Clone, Debug)]
pub struct Row {
    table: &'static Table,
    cells: Vec<Cell>,
}

impl PartialEq for Row {
    fn eq(&self, other: &Self) -> bool {
        self.table.name == other.table.name && self.cells == other.cells
    }
}

impl Row {
    /// A row of NULLs.
    pub fn new(table: &'static Table) -> Self {
        Self { table, cells: vec![Cell::Null; table.columns.len()] }
    }

    /// The table that it is a row of.
    pub fn table(&self) -> &'static Table {
        self.table
    }

    /// The cells, in the order of the table's columns.
    pub fn cells(&self) -> &[Cell] {
        &self.cells
    }

    /// The cell of a column by its place.
    pub fn cell_mut(&mut self, index: usize) -> &mut Cell {
        &mut self.cells[index]
    }

    /// The cell of a column; NULL for a column that the table does not have.
    pub fn get(&self, column: &str) -> &Cell {
        self.table.find(column).map_or(&Cell::Null, |index| &self.cells[index])
    }

    /// Sets a column.
    ///
    /// # Panics
    /// If the table has no such column: a bug.
    pub fn set(&mut self, column: &str, cell: Cell) {
        self.cells[self.table.index(column)] = cell;
    }

    /// The text of a column, if it has one.
    pub fn text(&self, column: &str) -> Option<&str> {
        match self.get(column) {
            Cell::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The instant of a column, if it has one.
    pub fn time(&self, column: &str) -> Option<Instant> {
        match self.get(column) {
            Cell::Time(instant) => Some(*instant),
            _ => None,
        }
    }

    /// The number of a column, if it has one.
    pub fn long(&self, column: &str) -> Option<i64> {
        match self.get(column) {
            Cell::Long(number) => Some(*number),
            _ => None,
        }
    }

    /// The truth of a column, if it has one.
    pub fn bool(&self, column: &str) -> Option<bool> {
        match self.get(column) {
            Cell::Bool(truth) => Some(*truth),
            _ => None,
        }
    }
}
