//! Merges the files of one batch: new files, and one commit that swaps them in.

use arrow::array::RecordBatch;
use futures::StreamExt;

use crate::catalog::{Change, Commit, Committed, OpenChanges, Run, Snapshot};
use crate::error::{Error, Kind, Result};
use crate::lake::Lake;
use crate::model::{Instant, Steps};
use crate::store::{FileWriter, Purpose, Store, Written};
use crate::tables::{NewFile, Table};

use super::plan::{Batch, SORTED_ROWS, slices, within};
use super::sorted::{of_days, sorted};

/// Merges one batch, which was planned from the snapshot `base`, and commits it at `now`; gives the
/// new files, or nothing if another program changed the table in the meantime: then nothing has
/// changed, and the plan is to be made anew.
///
/// Readers are not disturbed: they go on with the files of their snapshot, which stay until it is
/// expired.
pub(super) async fn compact(
    lake: &Lake,
    base: Snapshot,
    batch: &Batch,
    file_rows: u64,
    run: &Run,
    now: Instant,
    steps: &Steps,
) -> Result<Option<Vec<NewFile>>> {
    let mut merger = Merger::new(&lake.store, batch, file_rows, steps);
    let committed = match merger.run().await {
        Ok(written) => commit(lake, base, batch, written, run, now, steps),
        Err(err) => Err(err),
    };
    if !matches!(committed, Ok(Some(_))) {
        // A file that stays behind is found by no reader; the first error is the one to tell.
        let _ = lake.store.discard(&merger.started).await;
    }
    committed
}

fn commit(
    lake: &Lake,
    base: Snapshot,
    batch: &Batch,
    written: Vec<Written>,
    run: &Run,
    now: Instant,
    steps: &Steps,
) -> Result<Option<Vec<NewFile>>> {
    let paths: Vec<_> = written.iter().map(|written| written.path.clone()).collect();
    lake.store.sync_folders(&paths, steps)?;
    let added: Vec<_> = written.into_iter().map(|written| written.file).collect();
    let ended = batch.files.iter().map(|file| file.id).collect();
    let changes = [Change { table: batch.table, added, ended }];
    let open = OpenChanges::default();
    let commit = Commit {
        base,
        changes: &changes,
        run,
        learnt: &[],
        units: &[],
        open: &open,
        compared: &[],
    };
    let [change] = match lake.catalog.commit(&commit, now, steps)? {
        Committed::Conflict => return Ok(None),
        Committed::Done(_) => changes,
    };
    Ok(Some(change.added))
}

/// The merging of one batch.
struct Merger<'a> {
    store: &'a Store,
    batch: &'a Batch,
    steps: &'a Steps,
    /// Rows of a new file: files of one batch are about as large as each other.
    rows_each: u64,
    rows_written: u64,
    writer: Option<(FileWriter, (i32, u32), u64)>,
    /// Every file that was begun; what is not committed is discarded.
    started: Vec<String>,
    written: Vec<Written>,
}

impl<'a> Merger<'a> {
    fn new(store: &'a Store, batch: &'a Batch, file_rows: u64, steps: &'a Steps) -> Self {
        let count = batch.rows().div_ceil(file_rows).max(1);
        Self {
            store,
            batch,
            steps,
            rows_each: batch.rows().div_ceil(count).max(1),
            rows_written: 0,
            writer: None,
            started: Vec::new(),
            written: Vec::new(),
        }
    }

    /// Writes the rows of all files in order; gives the new files.
    ///
    /// # Errors
    /// `Corrupt` if not every row came: a file's statistics do not tell where its rows are.
    async fn run(&mut self) -> Result<Vec<Written>> {
        let table = self.batch.table;
        for days in slices(self.batch, SORTED_ROWS) {
            let mut held = Vec::new();
            let mut rows = 0;
            for file in within(self.batch, &days) {
                let mut batches = self.store.read(table, file, None).await?;
                while let Some(batch) = batches.next().await {
                    let batch = of_days(table, &batch?, &days)?;
                    rows += batch.num_rows() as u64;
                    held.push(batch);
                    // A day of more rows is sorted in pieces.
                    if rows >= SORTED_ROWS {
                        self.write(&std::mem::take(&mut held)).await?;
                        rows = 0;
                    }
                }
            }
            self.write(&held).await?;
        }
        self.end_file().await?;
        if self.rows_written != self.batch.rows() {
            return Err(self.incomplete());
        }
        Ok(std::mem::take(&mut self.written))
    }

    async fn write(&mut self, held: &[RecordBatch]) -> Result<()> {
        let mut rows = sorted(self.batch.table, held)?;
        while rows.num_rows() > 0 {
            let month = month(self.batch.table, &rows)?;
            let room = match &self.writer {
                Some((_, of, room)) if *of == month => *room,
                _ => {
                    self.end_file().await?;
                    self.begin_file(month)?
                }
            };
            let count = usize::try_from(room).unwrap_or(usize::MAX).min(rows.num_rows());
            let part = rows.slice(0, count);
            rows = rows.slice(count, rows.num_rows() - count);
            self.rows_written += count as u64;
            let Some((writer, _, room)) = &mut self.writer else { break };
            writer.write(&part).await?;
            *room -= count as u64;
            if *room == 0 {
                self.end_file().await?;
            }
        }
        Ok(())
    }

    /// Begins a file; gives how many rows have room in it.
    fn begin_file(&mut self, month: (i32, u32)) -> Result<u64> {
        let writer = self.store.create(self.batch.table, month, self.rows_each, Purpose::Kept)?;
        self.started.push(writer.data_path());
        self.writer = Some((writer, month, self.rows_each));
        Ok(self.rows_each)
    }

    async fn end_file(&mut self) -> Result<()> {
        if let Some((writer, _, _)) = self.writer.take() {
            self.written.push(writer.finish(self.steps).await?);
        }
        Ok(())
    }

    fn incomplete(&self) -> Error {
        let (table, is, should_be) = (self.batch.table.name, self.rows_written, self.batch.rows());
        let message =
            format!("files of table \"{table}\" hold {is} rows where the catalog says {should_be}");
        Error::new(Kind::Corrupt, message).with_hint("run `lookback verify` to see which")
    }
}

/// The month of the first row; all rows that are sorted together are of one.
fn month(table: &Table, rows: &RecordBatch) -> Result<(i32, u32)> {
    use arrow::array::AsArray;
    use arrow::datatypes::TimestampMicrosecondType;
    let times = rows.column(table.index(table.time)).as_primitive::<TimestampMicrosecondType>();
    let first = times.iter().next().flatten();
    let first = first.ok_or_else(|| Error::internal("rows without a time"))?;
    Ok(Instant::from_micros(first).year_month())
}
