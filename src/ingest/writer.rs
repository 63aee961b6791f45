//! One run: rows in, one commit out.

use std::fmt;

use uuid::Uuid;

use crate::catalog::{
    AsOf, CONFLICTS_MAX, Change, Commit, Committed, ComparedDay, Learnt, Run, RunStatus, Snapshot,
    UnitRecord, overtaken,
};
use crate::error::Result;
use crate::lake::{Lake, WritableLake};
use crate::model::{Clock, Instant, Steps};
use crate::tables::Row;

use super::apply::Apply;
use super::counts::{ByPlace, Counts};
use super::spool::{Bucket, Spool};

/// A committed run.
#[derive(Clone, Debug)]
pub struct Ingested {
    /// The run's id.
    pub run_id: String,
    /// The snapshot that it made; none if nothing changed.
    pub snapshot: Option<i64>,
    /// What became of its rows.
    pub counts: Counts,
    /// The same by source and Region.
    pub by_place: ByPlace,
}

/// What one commit of a run is told besides its rows.
#[derive(Clone, Copy, Debug)]
pub struct Batch<'b> {
    /// The command: `import` or `ingest`.
    pub command: &'static str,
    /// What was asked for, in words.
    pub detail: &'b str,
    /// How the run stands after this commit.
    pub status: RunStatus,
    /// Records that became no row, of the whole run so far.
    pub refused: u64,
    /// What was learnt of coverage since the last commit.
    pub learnt: &'b [Learnt],
    /// The units that ended since the last commit.
    pub units: &'b [UnitRecord],
    /// What a comparison with AWS's own counts found.
    pub compared: &'b [ComparedDay],
}

/// Takes the rows of one run and commits them, all at once or batch by batch.
pub struct Writer<'a> {
    lake: &'a WritableLake,
    clock: &'a dyn Clock,
    steps: Steps,
    run_id: String,
    started_at: Instant,
    spool: Spool,
    waiting: u64,
    by_place: ByPlace,
}

impl fmt::Debug for Writer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Writer").field("run_id", &self.run_id).finish_non_exhaustive()
    }
}

impl<'a> Writer<'a> {
    /// Begins a run. Nothing is written until [`flush`](Self::flush) or [`commit`](Self::commit).
    pub fn new(lake: &'a WritableLake, clock: &'a dyn Clock, steps: Steps) -> Self {
        Self {
            lake,
            clock,
            steps,
            run_id: Uuid::new_v4().to_string(),
            started_at: clock.now(),
            spool: Spool::new(),
            waiting: 0,
            by_place: ByPlace::new(),
        }
    }

    /// The run's id.
    pub fn run_id(&self) -> &str {
        &self.run_id
    }

    /// What became of the committed rows, by source and Region.
    pub fn counts_by_place(&self) -> &ByPlace {
        &self.by_place
    }

    /// How many rows wait for the next commit.
    pub fn rows_waiting(&self) -> u64 {
        self.waiting
    }

    /// Takes a row of any table; its key, its Region and its time are filled.
    pub fn push(&mut self, row: &Row) -> Result<()> {
        self.waiting += 1;
        self.spool.push(row)
    }

    /// Merges and commits all rows that were taken, as a run of `command` with the words `detail`;
    /// `refused` is the number of records that became no row.
    ///
    /// # Errors
    /// As [`flush`](Self::flush).
    pub async fn commit(
        mut self,
        command: &'static str,
        detail: String,
        refused: u64,
    ) -> Result<Ingested> {
        let status = if refused == 0 { RunStatus::Done } else { RunStatus::Attention };
        let detail = detail.as_str();
        let batch =
            Batch { command, detail, status, refused, learnt: &[], units: &[], compared: &[] };
        let snapshot = self.flush(&batch).await?;
        let counts = self.by_place.values().copied().sum();
        Ok(Ingested { run_id: self.run_id, snapshot, counts, by_place: self.by_place })
    }

    /// Merges and commits the rows that were taken since the last time; gives the snapshot, if
    /// one was made.
    ///
    /// # Errors
    /// `Busy` if other programs keep changing the same tables; whatever the disk refuses. Nothing
    /// of the batch is committed then, and the run is over.
    pub async fn flush(&mut self, batch: &Batch<'_>) -> Result<Option<i64>> {
        let mut spool = std::mem::replace(&mut self.spool, Spool::new());
        self.waiting = 0;
        let buckets = spool.finish()?;
        for _ in 0..CONFLICTS_MAX {
            let base = self.lake.lake.catalog.snapshot(AsOf::Latest)?;
            let (by_place, committed) = self.attempt(&mut spool, &buckets, base, batch).await?;
            if let Committed::Done(snapshot) = committed {
                self.by_place = by_place;
                return Ok(snapshot);
            }
        }
        Err(overtaken())
    }

    /// One attempt; whatever it wrote and did not commit is discarded. Gives the counts of the
    /// whole run as they are if it is committed.
    async fn attempt(
        &self,
        spool: &mut Spool,
        buckets: &[Bucket],
        base: Snapshot,
        batch: &Batch<'_>,
    ) -> Result<(ByPlace, Committed)> {
        let lake: &Lake = &self.lake.lake;
        let mut apply = Apply::new(lake, &self.steps, &self.run_id, base);
        let changes = apply.run(spool, buckets).await;
        let (open, started) = (apply.open.finish(), apply.started);
        let mut by_place = self.by_place.clone();
        for (place, counts) in apply.by_place {
            let total = by_place.entry(place).or_default();
            *total = [*total, counts].into_iter().sum();
        }
        let committed = changes.and_then(|changes: Vec<Change>| {
            let run = self.run(batch, by_place.values().copied().sum());
            let Batch { learnt, units, compared, .. } = *batch;
            let (changes, run, open) = (changes.as_slice(), &run, &open);
            let commit = Commit { base, changes, run, learnt, units, open, compared };
            lake.catalog.commit(&commit, self.clock.now(), &self.steps)
        });
        if !matches!(committed, Ok(Committed::Done(_))) {
            // A file that stays behind is found by no reader; the first error is the one to tell.
            let _ = lake.store.discard(&started).await;
        }
        Ok((by_place, committed?))
    }

    /// The run as the ledger is to show it.
    fn run(&self, batch: &Batch<'_>, counts: Counts) -> Run {
        let Counts { read, new, changed, unchanged } = counts;
        Run {
            id: self.run_id.clone(),
            command: batch.command,
            started_at: self.started_at,
            status: batch.status,
            rows: [read, new, changed, unchanged, batch.refused],
            detail: batch.detail.to_owned(),
        }
    }
}
