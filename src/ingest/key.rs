//! Rows found by their key.

use std::collections::HashMap;

use arrow::array::{Array, ArrayRef, RecordBatch};
use arrow::datatypes::DataType;
use arrow::row::{OwnedRow, RowConverter, Rows, SortField};

use crate::error::{Error, Result};
use crate::tables::Table;

/// Turns the key columns of batches into comparable bytes.
#[derive(Debug)]
pub(super) struct Keys {
    table: &'static Table,
    converter: RowConverter,
}

impl Keys {
    pub(super) fn new(table: &'static Table) -> Result<Self> {
        let fields = vec![SortField::new(DataType::Utf8); table.key.len()];
        let converter = RowConverter::new(fields).map_err(broken)?;
        Ok(Self { table, converter })
    }

    /// The keys of a batch, row by row.
    pub(super) fn of(&self, batch: &RecordBatch) -> Result<Rows> {
        let columns = self.table.key.iter().map(|name| {
            let column = batch.column_by_name(name).map(ArrayRef::clone);
            column.filter(|column| column.null_count() == 0).ok_or_else(|| {
                Error::corrupt(format!("table \"{}\" has rows without {name}", self.table.name))
            })
        });
        let columns = columns.collect::<Result<Vec<_>>>()?;
        self.converter.convert_columns(&columns).map_err(broken)
    }
}

fn broken(err: arrow::error::ArrowError) -> Error {
    Error::internal("compare keys").with_source(err)
}

/// The place of each key of a batch whose keys differ.
#[derive(Debug)]
pub(super) struct KeyIndex {
    keys: Keys,
    places: HashMap<OwnedRow, usize>,
}

impl KeyIndex {
    pub(super) fn new(table: &'static Table, batch: &RecordBatch) -> Result<Self> {
        let keys = Keys::new(table)?;
        let rows = keys.of(batch)?;
        let places = rows.iter().enumerate().map(|(place, key)| (key.owned(), place)).collect();
        Ok(Self { keys, places })
    }

    /// The pairs (row of `batch`, row of the index) that have the same key.
    pub(super) fn pairs(&self, batch: &RecordBatch) -> Result<Vec<(usize, usize)>> {
        let rows = self.keys.of(batch)?;
        let pair = |(at, key): (usize, arrow::row::Row<'_>)| {
            self.places.get(&key.owned()).map(|place| (at, *place))
        };
        Ok(rows.iter().enumerate().filter_map(pair).collect())
    }
}
