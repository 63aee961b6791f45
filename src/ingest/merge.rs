//! Merges observations of jobs. Pure: batches in, batches out.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, RecordBatch, StringArray, UInt64Array, make_comparator,
};
use arrow::compute::{SortOptions, interleave, interleave_record_batch, take_record_batch};
use arrow::datatypes::TimestampMicrosecondType;
use arrow::error::ArrowError;

use crate::error::{Error, Result};
use crate::tables::{Column, Given, Origin, Table};

use super::key::{KeyIndex, Keys};

/// Two observations of each of some jobs, merged.
#[derive(Debug)]
pub(super) struct Merged {
    /// The merged rows, in the order of the pairs.
    pub(super) rows: RecordBatch,
    /// Whether the merged row differs from the held one.
    pub(super) changed: Vec<bool>,
}

/// Merges row `i` of `incoming` into row `i` of `held`; both have the same key.
///
/// - A settled observation beats an open one; otherwise the newer wins, and of two that are equally
///   old the incoming one.
/// - The winner gives every field, but where it has NULL in a field that its origin does not
///   carry, the other's value stays.
/// - The creation date and the key never change. A row that does not change keeps `source`,
///   `origin` and `observed_at`, so that being read again changes nothing.
pub(super) fn merge(
    table: &'static Table,
    held: &RecordBatch,
    incoming: &RecordBatch,
) -> Result<Merged> {
    let sides = Sides::new(held, incoming)?;
    let mut changed = vec![false; held.num_rows()];
    let mut columns: Vec<ArrayRef> = held.columns().to_vec();
    for (index, column) in table.columns.iter().enumerate() {
        let is_compared = column.given != Given::ByUs || column.name == "tracking";
        if !is_compared || column.name == table.time || table.key.contains(&column.name) {
            continue;
        }
        let (a, b) = (held.column(index), incoming.column(index));
        let picks = sides.picks(column, a, b);
        columns[index] = pick(a, b, &picks, &mut changed)?;
    }
    for name in ["source", "origin", "observed_at"] {
        let index = table.index(name);
        let picks: Vec<_> =
            sides.incoming_wins.iter().zip(&changed).map(|(w, c)| *w && *c).collect();
        let (a, b) = (held.column(index), incoming.column(index));
        columns[index] = pick(a, b, &picks, &mut vec![false; picks.len()])?;
    }
    let first = table.index("first_seen_at");
    columns[first] = earliest(held.column(first), incoming.column(first), &changed)?;
    let rows = RecordBatch::try_new(held.schema(), columns).map_err(broken)?;
    Ok(Merged { rows, changed })
}

fn broken(err: ArrowError) -> Error {
    Error::internal("merge rows").with_source(err)
}

/// Who wins each pair, and where the winner came from.
struct Sides {
    incoming_wins: Vec<bool>,
    winner_origins: Vec<Option<Origin>>,
}

impl Sides {
    fn new(held: &RecordBatch, incoming: &RecordBatch) -> Result<Self> {
        let (a, b) = (Provenance::of(held)?, Provenance::of(incoming)?);
        let incoming_wins: Vec<_> = (0..held.num_rows())
            .map(|row| match (a.is_settled(row), b.is_settled(row)) {
                (true, false) => false,
                (false, true) => true,
                _ => b.observed_at(row) >= a.observed_at(row),
            })
            .collect();
        let origin =
            |(row, wins): (usize, &bool)| if *wins { b.origin(row) } else { a.origin(row) };
        let winner_origins = incoming_wins.iter().enumerate().map(origin).collect();
        Ok(Self { incoming_wins, winner_origins })
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

    fn is_settled(&self, row: usize) -> bool {
        self.tracking.is_valid(row) && self.tracking.value(row) == "settled"
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

/// One row a key: all observations of a job in `batch` merged, oldest first.
pub(super) fn fold(table: &'static Table, batch: RecordBatch) -> Result<RecordBatch> {
    let groups = groups(table, &batch)?;
    if groups.len() == batch.num_rows() {
        return Ok(batch);
    }
    let layer = |depth: usize| {
        let rows = groups.iter().enumerate();
        rows.filter_map(move |(group, rows)| Some((group, *rows.get(depth)?))).collect::<Vec<_>>()
    };
    let first: Vec<_> = layer(0).into_iter().map(|(_, row)| row).collect();
    let mut folded = take(&batch, &first)?;
    for depth in 1.. {
        let next = layer(depth);
        if next.is_empty() {
            break;
        }
        let (at, rows): (Vec<_>, Vec<_>) = next.into_iter().unzip();
        let merged = merge(table, &take(&folded, &at)?, &take(&batch, &rows)?)?;
        folded = replace(&folded, &at, &merged.rows)?;
    }
    Ok(folded)
}

/// The rows of each key, oldest observation first; keys in the order of their first row.
fn groups(table: &'static Table, batch: &RecordBatch) -> Result<Vec<Vec<usize>>> {
    let observed = Provenance::of(batch)?;
    let keys = Keys::new(table)?.of(batch)?;
    let mut places = HashMap::new();
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for (row, key) in keys.iter().enumerate() {
        let place = *places.entry(key).or_insert(groups.len());
        if place == groups.len() {
            groups.push(Vec::new());
        }
        groups[place].push(row);
    }
    for group in &mut groups {
        group.sort_by_key(|row| observed.observed_at(*row));
    }
    Ok(groups)
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
}

/// Merges into `held` those rows of `incoming` that have its keys.
pub(super) fn apply(
    table: &'static Table,
    held: &RecordBatch,
    incoming: &RecordBatch,
    index: &KeyIndex,
) -> Result<Applied> {
    let (at, rows): (Vec<_>, Vec<_>) = index.pairs(held)?.into_iter().unzip();
    let before = take(held, &at)?;
    let merged = merge(table, &before, &take(incoming, &rows)?)?;
    let changed: Vec<_> = (0..at.len()).filter(|pair| merged.changed[*pair]).collect();
    let after = take(&merged.rows, &changed)?;
    let at: Vec<_> = changed.iter().map(|pair| at[*pair]).collect();
    let rows = if at.is_empty() { held.clone() } else { replace(held, &at, &after)? };
    Ok(Applied { rows, before: take(&before, &changed)?, after })
}
