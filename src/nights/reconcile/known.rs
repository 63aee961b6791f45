//! What the ledger knows of places: how far they were listed, and when AWS's counts were read.

use std::collections::{BTreeMap, BTreeSet};

use arrow::array::RecordBatch;

use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::model::{Coverage, CoverageStatus, DAY, Instant, JobKind, Period, Place, Reach, Span};
use crate::tables::{self, Row, Table};

use super::verdict::Verdict;

/// What is known of all places.
#[derive(Debug, Default)]
pub(super) struct Known {
    coverage: BTreeMap<Place, BTreeMap<Reach, Vec<Coverage>>>,
    asked: BTreeMap<Place, Vec<Asked>>,
}

/// One time that AWS's counts of a place were read.
#[derive(Clone, Copy, Debug)]
struct Asked {
    from: Instant,
    until: Instant,
    is_whole: bool,
}

impl Known {
    /// What the ledger knows now.
    pub(super) async fn read(engine: &Engine) -> Result<Self> {
        let mut known = Self::default();
        for row in rows(engine, "coverage", "SELECT * FROM ops.coverage").await? {
            let (reach, coverage) = coverage(&row)?;
            let held = known.coverage.entry(place(&row)?).or_default();
            held.entry(reach).or_default().push(coverage);
        }
        let sql = "SELECT * FROM ops.units WHERE operation = 'summaries'";
        for row in rows(engine, "units", sql).await? {
            let asked = Asked {
                from: time(&row, "started_at")?,
                until: time(&row, "ended_at")?,
                is_whole: row.text("status") == Some(CoverageStatus::Complete.name()),
            };
            known.asked.entry(place(&row)?).or_default().push(asked);
        }
        Ok(known)
    }

    /// Whose jobs the source reads at the place, if it ever listed any.
    pub(super) fn reach(&self, place: &Place) -> Option<Reach> {
        self.newest(place).map(|(reach, _)| reach)
    }

    /// What is known of the jobs created in `span`.
    pub(super) fn coverage(&self, place: &Place, span: Span) -> Vec<Coverage> {
        let known = self.newest(place).map_or(&[][..], |(_, known)| known);
        known.iter().filter(|known| known.span.meet(span).is_some()).copied().collect()
    }

    /// What is known by the reach of the last listing: where a source was told to reach further, or
    /// less far, what it does now counts; of two that are as new the wider.
    fn newest(&self, place: &Place) -> Option<(Reach, &[Coverage])> {
        let by_reach = self.coverage.get(place)?.iter();
        let listed_at = |known: &[Coverage]| known.iter().map(|known| known.listed_at).max();
        let newest = by_reach.max_by_key(|(reach, known)| (listed_at(known), **reach));
        newest.map(|(reach, known)| (*reach, known.as_slice()))
    }

    /// The days of which AWS's counts of a place were read, each with when they last were.
    pub(super) fn days(&self, place: &Place, span: Span) -> BTreeMap<Instant, Instant> {
        let mut days: BTreeMap<Instant, Instant> = BTreeMap::new();
        let asked = self.asked.get(place).into_iter().flatten();
        for asked in asked.filter(|asked| asked.is_whole) {
            let told = Period::OneDay.buckets(asked.from).into_iter().map(|day| day.start);
            for start in told.filter(|start| span.contains(*start)) {
                let last = days.entry(start).or_insert(asked.from);
                *last = (*last).max(asked.from);
            }
        }
        days
    }

    /// The places of which AWS's counts were read.
    pub(super) fn places(&self) -> impl Iterator<Item = &Place> {
        self.asked.keys()
    }

    /// From the first day to the last of which AWS's counts were read, as far as it is known.
    pub(super) fn asked(&self) -> Option<Span> {
        let all = || self.asked.values().flatten().map(|asked| asked.from);
        let first = Period::OneDay.buckets(all().min()?).first()?.start;
        Span::new(first, Period::end(all().max()?))
    }

    /// Whether AWS's counts that were read at `said_at` were not read to their end.
    pub(super) fn is_read_in_part(&self, place: &Place, said_at: Instant) -> bool {
        let Some(asked) = self.asked.get(place) else { return false };
        let at = |whole: bool| {
            let mut asked = asked.iter().filter(|asked| asked.is_whole == whole);
            asked.any(|asked| asked.from <= said_at && said_at <= asked.until)
        };
        at(false) && !at(true)
    }
}

/// The rows of a table of the schema `ops`.
async fn rows(engine: &Engine, table: &str, sql: &str) -> Result<Vec<Row>> {
    let table = Table::of_ops(table)
        .ok_or_else(|| Error::internal(format!("there is no table \"ops.{table}\"")))?;
    let batches = engine.query(sql).await?;
    let rows = |batch: &RecordBatch| tables::rows(table, batch);
    Ok(batches.iter().map(rows).collect::<Result<Vec<_>>>()?.concat())
}

/// The places and days whose comparison left something that a later listing can heal.
pub(in crate::nights) async fn unhealed(
    engine: &Engine,
    since: Instant,
) -> Result<BTreeSet<(Place, Instant)>> {
    let sql = format!(
        "SELECT DISTINCT source, region, kind, start_time FROM ops.reconciliation
         WHERE verdict = '{}' AND start_time >= TIMESTAMP '{since}'",
        Verdict::MissingHere.name()
    );
    let rows = rows(engine, "reconciliation", &sql).await?;
    rows.iter().map(|row| Ok((place(row)?, time(row, "start_time")?))).collect()
}

/// The place that a row names.
pub(super) fn place(row: &Row) -> Result<Place> {
    let text = |column: &str| row.text(column).unwrap_or_default().to_owned();
    let kind = text("kind");
    let kind = JobKind::from_name(&kind)
        .ok_or_else(|| Error::corrupt(format!("there is no kind of job \"{kind}\"")))?;
    Ok(Place { source: text("source"), region: text("region"), kind })
}

/// An instant that is always there.
pub(super) fn time(row: &Row, column: &str) -> Result<Instant> {
    let table = row.table().name;
    let missing = || Error::corrupt(format!("a row of table \"{table}\" has no {column}"));
    row.time(column).ok_or_else(missing)
}

fn coverage(row: &Row) -> Result<(Reach, Coverage)> {
    let text = |column: &str| row.text(column).unwrap_or_default();
    let status = CoverageStatus::from_name(text("status"));
    let reach = Reach::from_name(text("scope"));
    let (Some(status), Some(reach)) = (status, reach) else {
        let message = format!("coverage is \"{}\" of \"{}\"", text("status"), text("scope"));
        return Err(Error::corrupt(message));
    };
    let span = Span { from: time(row, "created_from")?, until: time(row, "created_until")? };
    let is_settled = row.bool("is_settled") == Some(true);
    Ok((reach, Coverage { span, status, is_settled, listed_at: time(row, "listed_at")? }))
}

/// The whole days of a span, cut into pieces of so many.
pub(super) fn chunks(span: Span, days: i64) -> Vec<Span> {
    let mut chunks = Vec::new();
    let mut from = span.from;
    while let Some(chunk) = Span::new(from, (from + days * DAY).min(span.until)) {
        chunks.push(chunk);
        from = chunk.until;
    }
    chunks
}
