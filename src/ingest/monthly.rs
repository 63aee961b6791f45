//! Writes rows of one table into files, one a calendar month: what a partition holds.

use std::collections::BTreeMap;

use arrow::array::{AsArray, RecordBatch};
use arrow::datatypes::TimestampMicrosecondType;

use crate::error::{Error, Result};
use crate::model::{Instant, Steps};
use crate::store::{FileWriter, Purpose, Store, Written};
use crate::tables::Table;

use super::merge::take;

/// Open files, by year and month.
#[derive(Debug)]
pub(super) struct MonthlyWriter {
    store: Store,
    table: &'static Table,
    /// About how many rows a file will hold.
    rows: u64,
    open: BTreeMap<(i32, u32), FileWriter>,
}

impl MonthlyWriter {
    pub(super) fn new(store: &Store, table: &'static Table, rows: u64) -> Self {
        Self { store: store.clone(), table, rows, open: BTreeMap::new() }
    }

    pub(super) async fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        for (month, rows) in months(self.table, batch)? {
            let part =
                if rows.len() == batch.num_rows() { batch.clone() } else { take(batch, &rows)? };
            let writer = match self.open.entry(month) {
                std::collections::btree_map::Entry::Occupied(entry) => entry.into_mut(),
                std::collections::btree_map::Entry::Vacant(entry) => {
                    entry.insert(self.store.create(self.table, month, self.rows, Purpose::Fresh)?)
                }
            };
            writer.write(&part).await?;
        }
        Ok(())
    }

    /// Completes all files.
    ///
    /// `started` is told the path of each before it is there, so that a failure can clean up.
    pub(super) async fn finish(
        self,
        steps: &Steps,
        started: &mut Vec<String>,
    ) -> Result<Vec<Written>> {
        let mut written = Vec::new();
        for (_, writer) in self.open {
            started.push(writer.data_path());
            written.push(writer.finish(steps).await?);
        }
        Ok(written)
    }
}

/// The rows of each year and month.
fn months(table: &Table, batch: &RecordBatch) -> Result<BTreeMap<(i32, u32), Vec<usize>>> {
    let times = batch
        .column_by_name(table.time)
        .and_then(|column| column.as_primitive_opt::<TimestampMicrosecondType>())
        .ok_or_else(|| Error::internal(format!("table \"{}\" without its time", table.name)))?;
    let mut months: BTreeMap<_, Vec<usize>> = BTreeMap::new();
    for (row, micros) in times.values().iter().enumerate() {
        months.entry(Instant::from_micros(*micros).year_month()).or_default().push(row);
    }
    Ok(months)
}
