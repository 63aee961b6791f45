//! Which jobs a run finds open, and which no longer: what the ledger is told.

use std::collections::BTreeMap;

use arrow::array::{Array, AsArray, RecordBatch};

use crate::catalog::OpenChanges;
use crate::error::{Error, Result};
use crate::model::{JobKey, OpenJob, Tracking};
use crate::tables::{self, Row, Table};

use super::merge::take;

/// The changes so far: a job that is open now, or `None` for one that no longer is.
///
/// These are held in memory: jobs that are open are few, for AWS ends each within days.
#[derive(Debug, Default)]
pub(super) struct OpenJobs(BTreeMap<JobKey, Option<OpenJob>>);

impl OpenJobs {
    /// Takes the rows `after`, which were the rows `before`, or are new.
    pub(super) fn note(
        &mut self,
        table: &'static Table,
        before: Option<&RecordBatch>,
        after: &RecordBatch,
    ) -> Result<()> {
        let is_open = is_open(after)?;
        if let Some(before) = before {
            let closed = self::is_open(before)?.into_iter().zip(&is_open);
            let closed: Vec<_> = places(closed.map(|(was, is)| was && !is));
            for row in rows(table, before, &closed)? {
                self.0.insert(key(&row)?, None);
            }
        }
        for row in rows(table, after, &places(is_open.into_iter()))? {
            let job = open_job(&row)?;
            self.0.insert(job.key.clone(), Some(job));
        }
        Ok(())
    }

    pub(super) fn finish(self) -> OpenChanges {
        let mut changes = OpenChanges::default();
        for (key, job) in self.0 {
            match job {
                Some(job) => changes.opened.push(job),
                None => changes.closed.push(key),
            }
        }
        changes
    }
}

fn is_open(batch: &RecordBatch) -> Result<Vec<bool>> {
    let tracking =
        batch.column_by_name("tracking").and_then(|column| column.as_string_opt::<i32>());
    let tracking = tracking.ok_or_else(|| Error::internal("jobs without tracking"))?;
    let open = Tracking::Open.name();
    Ok((0..tracking.len())
        .map(|row| tracking.is_valid(row) && tracking.value(row) == open)
        .collect())
}

fn places(is: impl Iterator<Item = bool>) -> Vec<usize> {
    is.enumerate().filter_map(|(place, is)| is.then_some(place)).collect()
}

fn rows(table: &'static Table, batch: &RecordBatch, places: &[usize]) -> Result<Vec<Row>> {
    tables::rows(table, &take(batch, places)?)
}

fn key(row: &Row) -> Result<JobKey> {
    let text = |column: &str| row.text(column).map(str::to_owned);
    let key = row.table().kind.and_then(|kind| {
        let (region, account_id) = (text("region")?, text("account_id")?);
        Some(JobKey { kind, region, account_id, job_id: text(row.table().job_id())? })
    });
    key.ok_or_else(|| Error::internal("a job without a key"))
}

fn open_job(row: &Row) -> Result<OpenJob> {
    let creation_date = row.time(row.table().time);
    let creation_date = creation_date.ok_or_else(|| Error::internal("a job without its time"))?;
    Ok(OpenJob {
        key: key(row)?,
        creation_date,
        state: row.text(row.table().state()).map(str::to_owned),
        source: row.text("source").unwrap_or_default().to_owned(),
        // A row that another tool wrote may lack it; then any reading is newer.
        observed_at: row.time("observed_at").unwrap_or(creation_date),
    })
}
