//! One run: rows in, one commit out.

use std::fmt;

use uuid::Uuid;

use crate::catalog::AsOf;
use crate::catalog::{Change, Commit, Committed, Run, RunStatus, Snapshot};
use crate::error::{Error, Kind, Result};
use crate::lake::{Lake, WritableLake};
use crate::model::{Clock, Instant, Steps};
use crate::tables::Row;

use super::apply::Apply;
use super::counts::{ByPlace, Counts};
use super::spool::{Bucket, Spool};

/// How often a run works its changes out anew because another program was faster.
const ATTEMPTS: usize = 5;

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

/// Takes the rows of one run and commits them.
pub struct Writer<'a> {
    lake: &'a WritableLake,
    clock: &'a dyn Clock,
    steps: Steps,
    run_id: String,
    started_at: Instant,
    spool: Spool,
}

impl fmt::Debug for Writer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Writer").field("run_id", &self.run_id).finish_non_exhaustive()
    }
}

impl<'a> Writer<'a> {
    /// Begins a run. Nothing is written until [`commit`](Self::commit).
    pub fn new(lake: &'a WritableLake, clock: &'a dyn Clock, steps: Steps) -> Self {
        let run_id = Uuid::new_v4().to_string();
        Self { lake, clock, steps, run_id, started_at: clock.now(), spool: Spool::new() }
    }

    /// Takes a row of any table; its key, its Region and its time are filled.
    pub fn push(&mut self, row: &Row) -> Result<()> {
        self.spool.push(row)
    }

    /// Merges and commits all rows that were taken, as a run of `command` with the words `detail`;
    /// `refused` is the number of records that became no row.
    ///
    /// # Errors
    /// `Busy` if other programs keep changing the same tables; whatever the disk refuses. Nothing
    /// is committed then.
    pub async fn commit(
        mut self,
        command: &'static str,
        detail: String,
        refused: u64,
    ) -> Result<Ingested> {
        let buckets = self.spool.finish()?;
        for _ in 0..ATTEMPTS {
            let base = self.lake.lake.catalog.snapshot(AsOf::Latest)?;
            let (by_place, committed) =
                self.attempt(&buckets, base, command, &detail, refused).await?;
            if let Committed::Done(snapshot) = committed {
                let counts = by_place.values().copied().sum();
                return Ok(Ingested { run_id: self.run_id, snapshot, counts, by_place });
            }
        }
        let message = "another program keeps changing the tables of the warehouse";
        Err(Error::new(Kind::Busy, message).with_hint("try again when it is done"))
    }

    /// One attempt; whatever it wrote and did not commit is discarded.
    async fn attempt(
        &mut self,
        buckets: &[Bucket],
        base: Snapshot,
        command: &'static str,
        detail: &str,
        refused: u64,
    ) -> Result<(ByPlace, Committed)> {
        let lake: &Lake = &self.lake.lake;
        let mut apply = Apply::new(lake, &self.steps, &self.run_id, base);
        let changes = apply.run(&mut self.spool, buckets).await;
        let (by_place, open, started) = (apply.by_place, apply.open.finish(), apply.started);
        let committed = changes.and_then(|changes: Vec<Change>| {
            let Counts { read, new, changed, unchanged } = by_place.values().copied().sum();
            let rows = [read, new, changed, unchanged, refused];
            let detail = detail.to_owned();
            let id = self.run_id.clone();
            let status = if refused == 0 { RunStatus::Done } else { RunStatus::Attention };
            let run = Run { id, command, started_at: self.started_at, status, rows, detail };
            let commit = Commit::of_rows(base, &changes, &run, &open);
            lake.catalog.commit(&commit, self.clock.now(), &self.steps)
        });
        if !matches!(committed, Ok(Committed::Done(_))) {
            // A file that stays behind is found by no reader; the first error is the one to tell.
            let _ = lake.store.discard(&started).await;
        }
        Ok((by_place, committed?))
    }
}
