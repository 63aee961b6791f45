//! Rows by place instead of by name: names are looked up once a process, not once a row.

use crate::model::Instant;
use crate::tables::{Cell, Row, Table};

/// Declares the places of a table's columns: a struct with a field for each column named.
macro_rules! places {
    ($name:ident, $table:expr, $($column:ident),+ $(,)?) => {
        #[derive(Debug)]
        struct $name {
            $($column: usize),+
        }

        impl $name {
            fn of_table() -> Self {
                let table = &$table;
                Self { $($column: table.index(stringify!($column))),+ }
            }
        }
    };
}
pub(super) use places;

/// A row that is being filled.
#[derive(Debug)]
pub(super) struct Filling(Row);

impl Filling {
    pub(super) fn new(table: &'static Table) -> Self {
        Self(Row::new(table))
    }

    pub(super) fn finish(self) -> Row {
        self.0
    }

    pub(super) fn text(&mut self, place: usize, text: impl Into<String>) {
        *self.0.cell_mut(place) = Cell::Text(text.into());
    }

    /// Leaves the cell NULL where there is no text.
    pub(super) fn maybe_text(&mut self, place: usize, text: Option<impl Into<String>>) {
        if let Some(text) = text {
            self.text(place, text);
        }
    }

    pub(super) fn long(&mut self, place: usize, number: Option<i64>) {
        if let Some(number) = number {
            *self.0.cell_mut(place) = Cell::Long(number);
        }
    }

    pub(super) fn bool(&mut self, place: usize, truth: bool) {
        *self.0.cell_mut(place) = Cell::Bool(truth);
    }

    pub(super) fn time(&mut self, place: usize, instant: Instant) {
        *self.0.cell_mut(place) = Cell::Time(instant);
    }

    pub(super) fn cell(&mut self, place: usize, cell: Cell) {
        *self.0.cell_mut(place) = cell;
    }
}
