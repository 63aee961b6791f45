//! Merges observations of jobs. Pure: batches in, batches out.

mod beside;
mod fold;
#[cfg(test)]
mod tests;

use std::cmp::Ordering;
use std::iter::repeat_n;
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, RecordBatch, StringArray, UInt64Array, make_comparator,
};
use arrow::compute::{SortOptions, interleave, interleave_record_batch, take_record_batch};
use arrow::datatypes::TimestampMicrosecondType;
use arrow::error::ArrowError;

use crate::error::{Error, Result};
use crate::model::Tracking;
use crate::tables::{Column, Given, Origin, Table};

use super::key::KeyIndex;

pub(super) use self::fold::{Folded, fold};

/// Two observations of each of some jobs, merged.
#[derive(Debug)]
struct Merged {
    /// The merged rows, in the order of the pairs.
    rows: RecordBatch,
    /// Whether the merged row differs from the held one.
    changed: Vec<bool>,
}

/// Merges row `i` of `incoming` into row `i` of `held`; both have the same key.
///
/// - A settled observation beats an open one; otherwise the newer wins, and of two that are equally
///   old the incoming one. Only a newer observation opens a forgotten job again.
/// - A report or an event of a restore that the other side tells to be a test is settled only if
///   the test has ended, as far as both tell.
/// - The winner gives every field, but where it has NULL in a field that its origin does not
///   carry, the other's value stays.
/// - The creation date and the key never change. A row that does not change keeps `source`,
///   `origin` and `observed_at`, so that being read again changes nothing.
/// - A job that AWS no longer showed at `absent_at` (one entry a pair) becomes forgotten if the
///   winner is open and was observed no later. Nothing else of the row changes by that.
fn merge(
    table: &'static Table,
    held: &RecordBatch,
    incoming: &RecordBatch,
    absent_at: &[Option<i64>],
) -> Result<Merged> {
    let (a, b) = (Provenance::of(held)?, Provenance::of(incoming)?);
    let told_a = beside::tracking(table, (held, &a), incoming)?;
    let told_b = beside::tracking(table, (incoming, &b), held)?;
    let sides = Sides::new(&a.told(&told_a), &b.told(&told_b), absent_at);
    let mut changed = vec![false; held.num_rows()];
    let mut columns: Vec<ArrayRef> = held.columns().to_vec();
    for (index, column) in table.columns.iter().enumerate() {
        if column.given == Given::ByUs
            || column.name == table.time
            || table.key.contains(&column.name)
        {
            continue;
        }
        let (a, b) = (held.column(index), incoming.column(index));
        let picks = sides.picks(column, a, b);
        columns[index] = pick(a, b, &picks, &mut changed)?;
    }
    let index = table.index("tracking");
    let won = pick(&told_a, &told_b, &sides.incoming_wins, &mut vec![false; changed.len()])?;
    let seen = pick(held.column(index), &won, &not(&sides.is_gone), &mut changed)?;
    let is_seen_anew = changed.clone();
    columns[index] = pick(&seen, &forgotten(changed.len()), &sides.is_gone, &mut changed)?;
    let picks = both(&sides.incoming_wins, &is_seen_anew);
    for name in ["source", "origin", "observed_at"] {
        let index = table.index(name);
        let (a, b) = (held.column(index), incoming.column(index));
        columns[index] = pick(a, b, &picks, &mut vec![false; picks.len()])?;
    }
    let first = table.index("first_seen_at");
    columns[first] = earliest(held.column(first), incoming.column(first), &is_seen_anew)?;
    let rows = RecordBatch::try_new(held.schema(), columns).map_err(broken)?;
    Ok(Merged { rows, changed })
}

fn broken(err: ArrowError) -> Error {
    Error::internal("merge rows").with_source(err)
}

fn both(a: &[bool], b: &[bool]) -> Vec<bool> {
    a.iter().zip(b).map(|(a, b)| *a && *b).collect()
}

fn not(a: &[bool]) -> Vec<bool> {
    a.iter().map(|a| !a).collect()
}

fn forgotten(count: usize) -> ArrayRef {
    Arc::new(StringArray::from_iter_values(repeat_n(Tracking::Forgotten.name(), count)))
}

/// Who wins each pair, where the winner came from, and whether AWS no longer showed it.
struct Sides {
    incoming_wins: Vec<bool>,
    winner_origins: Vec<Option<Origin>>,
    is_gone: Vec<bool>,
}

impl Sides {
    fn new(a: &Provenance<'_>, b: &Provenance<'_>, absent_at: &[Option<i64>]) -> Self {
        let rows = 0..absent_at.len();
        let incoming_wins: Vec<_> = rows.clone().map(|row| incoming_wins(a, b, row)).collect();
        let winner = |row: usize| if incoming_wins[row] { b } else { a };
        let winner_origins = rows.clone().map(|row| winner(row).origin(row)).collect();
        let is_gone = rows.map(|row| winner(row).is_gone(row, absent_at[row])).collect();
        Self { incoming_wins, winner_origins, is_gone }
    }

    /// For each pair, whether `column` comes from the incoming side.
    fn picks(&self, column: &Column, held: &ArrayRef, incoming: &ArrayRef) -> Vec<bool> {
        let pick = |(row, wins): (usize, &bool)| {
            let winner = if *wins { incoming } else { held };
            let carries = self.winner_origins[row].is_none_or(|origin| origin.carries(column));
            if winner.is_null(row) && !carries { !wins } else { *wins }
        };
        self.incoming_wins.iter().enumerate().map(pick).collect()
    }
}

fn incoming_wins(held: &Provenance<'_>, incoming: &Provenance<'_>, row: usize) -> bool {
    let is = |side: &Provenance<'_>, tracking| side.is(row, tracking);
    if incoming.is_absence(row) {
        return false;
    }
    match (is(held, Tracking::Settled), is(incoming, Tracking::Settled)) {
        (true, false) => false,
        (false, true) => true,
        _ if is(held, Tracking::Forgotten) && is(incoming, Tracking::Open) => {
            incoming.observed_at(row) > held.observed_at(row)
        }
        _ => incoming.observed_at(row) >= held.observed_at(row),
    }
}

/// The columns of a batch that decide who wins.
struct Provenance<'a> {
    tracking: &'a StringArray,
    origin: &'a StringArray,
    observed_at: &'a arrow::array::TimestampMicrosecondArray,
}

impl<'a> Provenance<'a> {
    fn of(batch: &'a RecordBatch) -> Result<Self> {
        let column = |name: &str| {
            batch.column_by_name(name).ok_or_else(|| Error::internal(format!("no column {name}")))
        };
        Ok(Self {
            tracking: column("tracking")?.as_string(),
            origin: column("origin")?.as_string(),
            observed_at: column("observed_at")?.as_primitive::<TimestampMicrosecondType>(),
        })
    }

    /// The same with another tracking.
    fn told(&self, tracking: &'a ArrayRef) -> Self {
        let Self { origin, observed_at, .. } = *self;
        Self { tracking: tracking.as_string(), origin, observed_at }
    }

    fn is(&self, row: usize, tracking: Tracking) -> bool {
        self.tracking.is_valid(row) && self.tracking.value(row) == tracking.name()
    }

    fn is_absence(&self, row: usize) -> bool {
        self.origin(row) == Some(Origin::Absence)
    }

    /// True if and only if AWS no longer showed at `absent_at` a job that is open here.
    fn is_gone(&self, row: usize, absent_at: Option<i64>) -> bool {
        self.is(row, Tracking::Open) && absent_at.is_some_and(|at| at >= self.observed_at(row))
    }

    fn origin(&self, row: usize) -> Option<Origin> {
        self.origin.is_valid(row).then(|| Origin::from_name(self.origin.value(row))).flatten()
    }

    fn observed_at(&self, row: usize) -> i64 {
        if self.observed_at.is_valid(row) { self.observed_at.value(row) } else { i64::MIN }
    }
}

/// The picked values, noting in `changed` the rows whose value is not the held one.
fn pick(a: &ArrayRef, b: &ArrayRef, picks: &[bool], changed: &mut [bool]) -> Result<ArrayRef> {
    let compare = make_comparator(a, b, SortOptions::default()).map_err(broken)?;
    let mut differs = false;
    for (row, picked) in picks.iter().enumerate() {
        if *picked && compare(row, row) != Ordering::Equal {
            changed[row] = true;
            differs = true;
        }
    }
    if !differs {
        return Ok(Arc::clone(a));
    }
    let indices: Vec<_> = picks.iter().enumerate().map(|(row, p)| (usize::from(*p), row)).collect();
    interleave(&[a, b], &indices).map_err(broken)
}

/// For changed rows the earlier instant of both, else the held one.
fn earliest(a: &ArrayRef, b: &ArrayRef, changed: &[bool]) -> Result<ArrayRef> {
    let compare = make_comparator(a, b, SortOptions::default()).map_err(broken)?;
    let picks: Vec<_> = changed
        .iter()
        .enumerate()
        .map(|(row, changed)| {
            let is_earlier = a.is_null(row) || (b.is_valid(row) && compare(row, row).is_gt());
            (usize::from(*changed && is_earlier), row)
        })
        .collect();
    interleave(&[a, b], &picks).map_err(broken)
}

/// The rows of `batch` at `rows`.
pub(super) fn take(batch: &RecordBatch, rows: &[usize]) -> Result<RecordBatch> {
    let indices = UInt64Array::from_iter_values(rows.iter().map(|row| *row as u64));
    take_record_batch(batch, &indices).map_err(broken)
}

/// `batch` with the rows at `at` replaced by those of `rows`, in order.
fn replace(batch: &RecordBatch, at: &[usize], rows: &RecordBatch) -> Result<RecordBatch> {
    let mut picks: Vec<_> = (0..batch.num_rows()).map(|row| (0, row)).collect();
    for (new, old) in at.iter().enumerate() {
        picks[*old] = (1, new);
    }
    interleave_record_batch(&[batch, rows], &picks).map_err(broken)
}

/// A batch of a held file after the incoming rows were merged into it.
#[derive(Debug)]
pub(super) struct Applied {
    /// The whole batch, changed rows replaced.
    pub(super) rows: RecordBatch,
    /// The changed rows as they were.
    pub(super) before: RecordBatch,
    /// The changed rows as they are.
    pub(super) after: RecordBatch,
    /// The incoming rows that changed them.
    pub(super) by: Vec<usize>,
}

/// Merges into `held` those rows of `incoming` that have its keys.
pub(super) fn apply(
    table: &'static Table,
    held: &RecordBatch,
    incoming: &Folded,
    index: &KeyIndex,
) -> Result<Applied> {
    let (at, rows): (Vec<_>, Vec<_>) = index.pairs(held)?.into_iter().unzip();
    let before = take(held, &at)?;
    let absent_at: Vec<_> = rows.iter().map(|row| incoming.absent_at[*row]).collect();
    let merged = merge(table, &before, &take(&incoming.rows, &rows)?, &absent_at)?;
    let changed: Vec<_> = (0..at.len()).filter(|pair| merged.changed[*pair]).collect();
    let after = take(&merged.rows, &changed)?;
    let by = changed.iter().map(|pair| rows[*pair]).collect();
    let at: Vec<_> = changed.iter().map(|pair| at[*pair]).collect();
    let rows = if at.is_empty() { held.clone() } else { replace(held, &at, &after)? };
    Ok(Applied { rows, before: take(&before, &changed)?, after, by })
}
