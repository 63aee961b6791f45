//! Merges the spooled rows of a run into the files of a snapshot: copy-on-write.

use arrow::array::{AsArray, RecordBatch};
use arrow::compute::kernels::aggregate::{max, min};
use arrow::compute::{SortColumn, lexsort_to_indices, take_record_batch};
use arrow::datatypes::TimestampMicrosecondType;
use futures::StreamExt;

use crate::catalog::{Change, Snapshot};
use crate::error::{Error, Result};
use crate::lake::Lake;
use crate::model::{Instant, SECOND, Steps};
use crate::tables::{self, AWS_JOB_SUMMARIES, BatchBuilder, DataFile, JOB_TRANSITIONS, Table};

use super::key::KeyIndex;
use super::live::LiveFiles;
use super::merge::{apply, fold, take};
use super::monthly::MonthlyWriter;
use super::spool::{Bucket, Part, Spool};
use super::summaries;
use super::transitions::transitions;
use super::writer::Counts;

/// How far apart two times of creation of one job can be: an event has whole seconds.
const TIME_SLACK: i64 = SECOND;

/// The merging of one run.
#[derive(Debug)]
pub(super) struct Apply<'a> {
    lake: &'a Lake,
    steps: &'a Steps,
    run_id: &'a str,
    snapshot: Snapshot,
    transitions: MonthlyWriter,
    pub(super) counts: Counts,
    /// Every file that was begun; what is not committed is discarded.
    pub(super) started: Vec<String>,
}

impl<'a> Apply<'a> {
    pub(super) fn new(lake: &'a Lake, steps: &'a Steps, run_id: &'a str, base: Snapshot) -> Self {
        // Transitions of a run are many only when its jobs are: assume a few.
        let transitions = MonthlyWriter::new(&lake.store, &JOB_TRANSITIONS, 1024);
        let (counts, started) = (Counts::default(), Vec::new());
        Self { lake, steps, run_id, snapshot: base, transitions, counts, started }
    }

    /// Merges all buckets; gives what a commit must change.
    pub(super) async fn run(
        &mut self,
        spool: &mut Spool,
        buckets: &[Bucket],
    ) -> Result<Vec<Change>> {
        let mut changes = Vec::new();
        for table in tables::ALL {
            let mut of_table = buckets.iter().filter(|b| b.table().name == table.name).peekable();
            if of_table.peek().is_none() {
                continue;
            }
            let files = self.lake.catalog.files(table, self.snapshot)?;
            let mut live = LiveFiles::new(table, files);
            for bucket in of_table {
                for part in spool.parts(bucket)? {
                    if table.kind.is_some() {
                        self.merge_jobs(&mut live, bucket, &part).await?;
                    } else {
                        self.merge_readings(&mut live, bucket, &part).await?;
                    }
                }
            }
            changes.extend(live.into_change());
        }
        let open = std::mem::replace(
            &mut self.transitions,
            MonthlyWriter::new(&self.lake.store, &JOB_TRANSITIONS, 0),
        );
        let mut trail = LiveFiles::new(&JOB_TRANSITIONS, Vec::new());
        trail.add(open.finish(self.steps, &mut self.started).await?);
        changes.extend(trail.into_change());
        Ok(changes)
    }

    async fn merge_jobs(
        &mut self,
        live: &mut LiveFiles,
        bucket: &Bucket,
        part: &Part,
    ) -> Result<()> {
        let table = bucket.table();
        let spooled = part.load(table)?;
        self.counts.read += spooled.num_rows() as u64;
        let observations = spooled.num_rows();
        let incoming = fold(table, spooled)?;
        let index = KeyIndex::new(table, &incoming)?;
        let (from, until) = time_range(table, &incoming)?;
        let mut is_held = vec![false; incoming.num_rows()];
        let mut changed = 0;
        for file in live.candidates(bucket.region(), from - TIME_SLACK, until + TIME_SLACK) {
            if self.find(table, &file, &index, &mut is_held).await? {
                changed += self.rewrite(live, &file, &incoming, &index).await?;
            }
        }
        let new: Vec<_> = (0..incoming.num_rows()).filter(|row| !is_held[*row]).collect();
        self.counts.new += new.len() as u64;
        self.counts.changed += changed;
        self.counts.unchanged += observations as u64 - new.len() as u64 - changed;
        if !new.is_empty() {
            let rows = sorted(table, &take(&incoming, &new)?)?;
            self.transitions.write(&transitions(table, None, &rows, self.run_id)?).await?;
            self.write(live, &rows).await?;
        }
        Ok(())
    }

    /// Marks the incoming rows whose key a file holds; false if it holds none.
    async fn find(
        &self,
        table: &'static Table,
        file: &DataFile,
        index: &KeyIndex,
        is_held: &mut [bool],
    ) -> Result<bool> {
        let mut batches = self.lake.store.read(table, file, Some(table.key)).await?;
        let mut found = false;
        while let Some(batch) = batches.next().await {
            for (_, row) in index.pairs(&batch?)? {
                is_held[row] = true;
                found = true;
            }
        }
        Ok(found)
    }

    /// Rewrites a file if a row of it changes; gives the number of rows that do.
    async fn rewrite(
        &mut self,
        live: &mut LiveFiles,
        file: &DataFile,
        incoming: &RecordBatch,
        index: &KeyIndex,
    ) -> Result<u64> {
        let table = live.table();
        let mut batches = self.lake.store.read(table, file, None).await?;
        let mut changes = false;
        while let (false, Some(batch)) = (changes, batches.next().await) {
            changes = apply(table, &batch?, incoming, index)?.after.num_rows() > 0;
        }
        if !changes {
            return Ok(0);
        }
        let mut writer = MonthlyWriter::new(&self.lake.store, table, file.record_count);
        let mut batches = self.lake.store.read(table, file, None).await?;
        let mut count = 0;
        while let Some(batch) = batches.next().await {
            let applied = apply(table, &batch?, incoming, index)?;
            count += applied.after.num_rows() as u64;
            let moved = transitions(table, Some(&applied.before), &applied.after, self.run_id)?;
            self.transitions.write(&moved).await?;
            writer.write(&applied.rows).await?;
        }
        let written = writer.finish(self.steps, &mut self.started).await?;
        self.replace(live, std::slice::from_ref(file)).await?;
        live.add(written);
        Ok(count)
    }

    /// Ends files whose rows were written anew.
    async fn replace(&self, live: &mut LiveFiles, files: &[DataFile]) -> Result<()> {
        let in_vain: Vec<_> = files.iter().filter_map(|file| live.end(file)).collect();
        self.lake.store.discard(&in_vain).await
    }

    async fn write(&mut self, live: &mut LiveFiles, rows: &RecordBatch) -> Result<()> {
        let count = rows.num_rows() as u64;
        let mut writer = MonthlyWriter::new(&self.lake.store, live.table(), count);
        writer.write(rows).await?;
        live.add(writer.finish(self.steps, &mut self.started).await?);
        Ok(())
    }

    async fn merge_readings(
        &mut self,
        live: &mut LiveFiles,
        bucket: &Bucket,
        part: &Part,
    ) -> Result<()> {
        let spooled = part.load(&AWS_JOB_SUMMARIES)?;
        self.counts.read += spooled.num_rows() as u64;
        let (from, until) = time_range(&AWS_JOB_SUMMARIES, &spooled)?;
        let files = live.candidates(bucket.region(), from, until);
        let mut held = Vec::new();
        for file in &files {
            let mut batches = self.lake.store.read(&AWS_JOB_SUMMARIES, file, None).await?;
            while let Some(batch) = batches.next().await {
                held.extend(tables::rows(&AWS_JOB_SUMMARIES, &batch?)?);
            }
        }
        let merged = summaries::merge(held, tables::rows(&AWS_JOB_SUMMARIES, &spooled)?);
        self.counts.new += merged.new;
        self.counts.unchanged += merged.unchanged;
        if merged.new == 0 {
            return Ok(());
        }
        let mut rows = BatchBuilder::new(&AWS_JOB_SUMMARIES);
        for row in &merged.rows {
            rows.push(row)?;
        }
        let rows = rows.finish()?;
        self.replace(live, &files).await?;
        self.write(live, &rows).await
    }
}

/// The first and the last time of creation.
fn time_range(table: &Table, batch: &RecordBatch) -> Result<(Instant, Instant)> {
    let times = batch.column(table.index(table.time)).as_primitive::<TimestampMicrosecondType>();
    let range = min(times).zip(max(times));
    let (from, until) = range.ok_or_else(|| Error::internal("rows without a time"))?;
    Ok((Instant::from_micros(from), Instant::from_micros(until)))
}

/// The rows ordered by time, then by key: what is read together lies together.
fn sorted(table: &Table, batch: &RecordBatch) -> Result<RecordBatch> {
    let columns = std::iter::once(&table.time).chain(table.key.iter().rev());
    let columns: Vec<_> = columns
        .map(|name| SortColumn {
            values: std::sync::Arc::clone(batch.column(table.index(name))),
            options: None,
        })
        .collect();
    lexsort_to_indices(&columns, None)
        .and_then(|order| take_record_batch(batch, &order))
        .map_err(|err| Error::internal("sort rows").with_source(err))
}
