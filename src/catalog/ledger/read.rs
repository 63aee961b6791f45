//! Reads the ledger, as it is now.

use rusqlite::{Connection, Row, params};

use crate::error::Result;
use crate::model::{
    Coverage, CoverageStatus, Instant, JobKey, JobKind, OpenJob, Place, Reach, Span,
};

use super::super::{Catalog, value};

/// The columns of an interval, in the order in which [`interval`] reads them.
const INTERVAL: &str = "created_from, created_until, status, is_settled, listed_at";

impl Catalog {
    /// What is known of a place, for a source that reaches so far: intervals in order, without
    /// overlap.
    pub fn coverage(&self, place: &Place, reach: Reach) -> Result<Vec<Coverage>> {
        self.read("read the coverage", |connection| coverage(connection, place, reach))
    }

    /// What is known of every place, ordered by place and time.
    pub fn coverage_all(&self) -> Result<Vec<(Place, Reach, Coverage)>> {
        self.read("read the coverage", coverage_all)
    }

    /// The held jobs that are open, ordered by key.
    pub fn open_jobs(&self) -> Result<Vec<OpenJob>> {
        self.read("read the open jobs", open_jobs)
    }
}

/// What is known of every place, ordered by place and time, inside a transaction.
pub(in super::super) fn coverage_all(
    connection: &Connection,
) -> rusqlite::Result<Vec<(Place, Reach, Coverage)>> {
    let sql = format!("SELECT {INTERVAL}, source, scope, region, kind FROM lookback_coverage");
    let mut statement = connection.prepare(&sql)?;
    let rows = statement.query_map([], |row| {
        let (source, region) = (row.get(5)?, row.get(7)?);
        let kind = value::word(row, 8, JobKind::from_name)?;
        let reach = value::word(row, 6, Reach::from_name)?;
        Ok((Place { source, region, kind }, reach, interval(row)?))
    })?;
    let mut all = rows.collect::<rusqlite::Result<Vec<_>>>()?;
    all.sort();
    Ok(all)
}

/// The open jobs, ordered by key, inside a transaction.
pub(in super::super) fn open_jobs(connection: &Connection) -> rusqlite::Result<Vec<OpenJob>> {
    let sql = "SELECT kind, region, account_id, job_id, creation_date, state, source, observed_at
         FROM lookback_open_job";
    let mut statement = connection.prepare(sql)?;
    let rows = statement.query_map([], open_job)?;
    let mut jobs = rows.collect::<rusqlite::Result<Vec<_>>>()?;
    jobs.sort_by(|a, b| a.key.cmp(&b.key));
    Ok(jobs)
}

/// What is known of a place, in order, inside a transaction.
pub(super) fn coverage(
    connection: &Connection,
    place: &Place,
    reach: Reach,
) -> rusqlite::Result<Vec<Coverage>> {
    let sql = format!(
        "SELECT {INTERVAL} FROM lookback_coverage
         WHERE source = ?1 AND scope = ?2 AND region = ?3 AND kind = ?4"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let of = params![place.source, reach.name(), place.region, place.kind.name()];
    let mut known = statement.query_map(of, interval)?.collect::<rusqlite::Result<Vec<_>>>()?;
    // Within a second the text forms of instants are not in the order of the instants.
    known.sort();
    Ok(known)
}

fn interval(row: &Row<'_>) -> rusqlite::Result<Coverage> {
    let (from, until) = (value::instant(row, 0)?, value::instant(row, 1)?);
    let status = value::word(row, 2, CoverageStatus::from_name)?;
    let (is_settled, listed_at): (_, Instant) = (row.get(3)?, value::instant(row, 4)?);
    Ok(Coverage { span: Span { from, until }, status, is_settled, listed_at })
}

fn open_job(row: &Row<'_>) -> rusqlite::Result<OpenJob> {
    let kind = value::word(row, 0, JobKind::from_name)?;
    let key = JobKey { kind, region: row.get(1)?, account_id: row.get(2)?, job_id: row.get(3)? };
    Ok(OpenJob {
        key,
        creation_date: value::instant(row, 4)?,
        state: row.get(5)?,
        source: row.get(6)?,
        observed_at: value::instant(row, 7)?,
    })
}
