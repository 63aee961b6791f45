//! What the schema `ops` tells, row by row, for commands that tell of it themselves.

use std::collections::BTreeSet;

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::{Int64Type, TimestampMicrosecondType};

use crate::catalog::Catalog;
use crate::error::{Error, Result};
use crate::model::Instant;
use crate::tables::Table;

/// One row of a table of the schema `ops`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row<'a>(&'a RecordBatch, usize);

impl Row<'_> {
    pub(super) fn text(&self, column: &str) -> String {
        let values = self.0.column_by_name(column).and_then(|it| it.as_string_opt::<i32>());
        values
            .filter(|it| it.is_valid(self.1))
            .map_or_else(String::new, |it| it.value(self.1).into())
    }

    pub(super) fn long(&self, column: &str) -> i64 {
        let values =
            self.0.column_by_name(column).and_then(|it| it.as_primitive_opt::<Int64Type>());
        values.filter(|it| it.is_valid(self.1)).map_or(0, |it| it.value(self.1))
    }

    pub(super) fn time(&self, column: &str) -> Option<Instant> {
        let values = self.0.column_by_name(column)?;
        let values = values.as_primitive_opt::<TimestampMicrosecondType>()?;
        values.is_valid(self.1).then(|| Instant::from_micros(values.value(self.1)))
    }
}

/// Calls `each` with every row of a table of the schema `ops`.
pub(super) fn each_row(
    catalog: &Catalog,
    table: &str,
    mut each: impl FnMut(Row<'_>),
) -> Result<()> {
    let table = Table::of_ops(table)
        .ok_or_else(|| Error::internal(format!("there is no table \"ops.{table}\"")))?;
    for batch in catalog.ops(table)? {
        (0..batch.num_rows()).for_each(|row| each(Row(&batch, row)));
    }
    Ok(())
}

/// When the last ingest began that came to its end and read jobs, if there was one. Whatever found
/// nobody to ask, or was let into nothing, has read none.
pub(super) fn last_read(catalog: &Catalog) -> Result<Option<Instant>> {
    let mut reading = BTreeSet::new();
    each_row(catalog, "units", |unit| {
        if unit.text("status") == "complete" && unit.text("operation") != "summaries" {
            reading.insert(unit.text("run_id"));
        }
    })?;
    let mut last = None;
    each_row(catalog, "runs", |run| {
        let is_ended = ["done", "attention"].contains(&&*run.text("status"));
        if is_ended && reading.contains(&run.text("run_id")) {
            last = last.max(run.time("started_at"));
        }
    })?;
    Ok(last)
}
