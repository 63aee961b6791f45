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

use super::counts::{ByPlace, Tally};
use super::key::KeyIndex;
use super::live::LiveFiles;
use super::merge::{Folded, apply, fold};
use super::monthly::MonthlyWriter;
use super::open::OpenJobs;
use super::spool::{Bucket, Part, Spool};
use super::summaries;
use super::transitions::transitions;

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
    pub(super) by_place: ByPlace,
    pub(super) open: OpenJobs,
    /// Every file that was begun; what is not committed is discarded.
    pub(super) started: Vec<String>,
}

impl<'a> Apply<'a> {
    pub(super) fn new(lake: &'a Lake, steps: &'a Steps, run_id: &'a str, base: Snapshot) -> Self {
        // Transitions of a run are many only when its jobs are: assume a few.
        let transitions = MonthlyWriter::new(&lake.store, &JOB_TRANSITIONS, 1024);
        let (by_place, open, started) = (ByPlace::new(), OpenJobs::default(), Vec::new());
        Self { lake, steps, run_id, snapshot: base, transitions, by_place, open, started }
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
        // Once for all files: what they have in common is most of their folders.
        self.lake.store.sync_folders(&self.started, self.steps)?;
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
        let mut tally = Tally::of(bucket.region(), &spooled);
        let incoming = fold(table, &spooled)?;
        let index = KeyIndex::new(table, &incoming.rows)?;
        let (from, until) = time_range(table, &incoming.rows)?;
        let mut is_held = vec![false; incoming.rows.num_rows()];
        for file in live.candidates(bucket.region(), from - TIME_SLACK, until + TIME_SLACK) {
            if self.find(table, &file, &index, &mut is_held).await? {
                let changed = self.rewrite(live, &file, &incoming, &index).await?;
                tally.count(&incoming.rows, changed.into_iter(), |counts| &mut counts.changed);
            }
        }
        let new: Vec<_> = (0..is_held.len()).filter(|row| !is_held[*row]).collect();
        let new = incoming.new_rows(table, &new)?;
        tally.count(&new, 0..new.num_rows(), |counts| &mut counts.new);
        tally.add_to(&mut self.by_place);
        if new.num_rows() > 0 {
            let rows = sorted(table, &new)?;
            self.transitions.write(&transitions(table, None, &rows, self.run_id)?).await?;
            self.open.note(table, None, &rows)?;
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

    /// Rewrites a file if a row of it changes; gives the incoming rows by which rows do.
    async fn rewrite(
        &mut self,
        live: &mut LiveFiles,
        file: &DataFile,
        incoming: &Folded,
        index: &KeyIndex,
    ) -> Result<Vec<usize>> {
        let table = live.table();
        let mut batches = self.lake.store.read(table, file, None).await?;
        let mut changes = false;
        while let (false, Some(batch)) = (changes, batches.next().await) {
            changes = apply(table, &batch?, incoming, index)?.after.num_rows() > 0;
        }
        if !changes {
            return Ok(Vec::new());
        }
        let mut writer = MonthlyWriter::new(&self.lake.store, table, file.record_count);
        let mut batches = self.lake.store.read(table, file, None).await?;
        let mut by = Vec::new();
        while let Some(batch) = batches.next().await {
            let applied = apply(table, &batch?, incoming, index)?;
            by.extend(applied.by);
            self.open.note(table, Some(&applied.before), &applied.after)?;
            let moved = transitions(table, Some(&applied.before), &applied.after, self.run_id)?;
            self.transitions.write(&moved).await?;
            writer.write(&applied.rows).await?;
        }
        let written = writer.finish(self.steps, &mut self.started).await?;
        self.replace(live, std::slice::from_ref(file)).await?;
        live.add(written);
        Ok(by)
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
        let is_new = merged.counts.values().any(|counts| counts.new > 0);
        Tally::new(bucket.region(), merged.counts).add_to(&mut self.by_place);
        if !is_new {
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
