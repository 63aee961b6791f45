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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Instant;
    use crate::tables::{BACKUP_JOBS, BatchBuilder, Cell, Row, rows, settle};

    /// An observation in words: second, origin, state, and `column=value` of two texts and a number
    /// that only Describe gives.
    fn row(words: &str) -> Row {
        let mut words = words.split_whitespace();
        let second: i64 = words.next().unwrap().parse().unwrap();
        let origin = Origin::from_name(words.next().unwrap()).unwrap();
        let mut row = Row::new(&BACKUP_JOBS);
        for (column, text) in [("region", "r"), ("account_id", "1"), ("backup_job_id", "b")] {
            row.set(column, Cell::text(text));
        }
        row.set("creation_date", Cell::Time(Instant::from_micros(7)));
        row.set("state", Cell::text(words.next().unwrap()));
        for word in words {
            let (column, value) = word.split_once('=').unwrap();
            match column {
                "number_of_child_jobs" => row.set(column, Cell::Long(value.parse().unwrap())),
                _ => row.set(column, Cell::text(value)),
            }
        }
        settle(&mut row, "s", origin, Instant::from_micros(second * 1_000_000));
        row
    }

    fn batch(observations: &[&str]) -> RecordBatch {
        let mut builder = BatchBuilder::new(&BACKUP_JOBS);
        for words in observations {
            builder.push(&row(words)).unwrap();
        }
        builder.finish().unwrap()
    }

    /// The reverse of [`row`], with the instant first seen in front.
    fn words(batch: &RecordBatch) -> String {
        let row = &rows(&BACKUP_JOBS, batch).unwrap()[0];
        let second = |column: &str| row.time(column).unwrap().micros() / 1_000_000;
        let text = |column: &str| row.text(column).unwrap_or_default().to_owned();
        let mut words = format!(
            "since {}: {} {} {}",
            second("first_seen_at"),
            second("observed_at"),
            text("origin"),
            text("state")
        );
        for column in ["resource_type", "message_category"] {
            if let Some(value) = row.text(column) {
                words = format!("{words} {column}={value}");
            }
        }
        if let Some(count) = row.long("number_of_child_jobs") {
            words = format!("{words} number_of_child_jobs={count}");
        }
        words
    }

    #[track_caller]
    fn check(held: &str, incoming: &str, expected: Option<&str>) {
        let merged = merge(&BACKUP_JOBS, &batch(&[held]), &batch(&[incoming])).unwrap();
        let changed = merged.changed[0].then(|| words(&merged.rows));
        assert_eq!(changed.as_deref(), expected);
        if expected.is_none() {
            assert_eq!(rows(&BACKUP_JOBS, &merged.rows).unwrap(), [row(held)]);
        }
    }

    #[test]
    fn the_newer_wins_and_of_two_equally_old_the_incoming() {
        check("1 list CREATED", "2 list RUNNING", Some("since 1: 2 list RUNNING"));
        check("2 list RUNNING", "1 list CREATED", None);
        check("2 list RUNNING", "2 describe PENDING", Some("since 2: 2 describe PENDING"));
    }

    #[test]
    fn a_settled_job_never_opens_again() {
        check("1 list COMPLETED", "9 list RUNNING", None);
        check("9 list RUNNING", "1 list COMPLETED", Some("since 1: 1 list COMPLETED"));
        check("1 list FAILED", "2 list COMPLETED", Some("since 1: 2 list COMPLETED"));
    }

    #[test]
    fn being_read_again_changes_nothing() {
        check("1 list RUNNING resource_type=EBS", "2 describe RUNNING resource_type=EBS", None);
    }

    #[test]
    fn null_from_where_a_field_is_given_takes_the_value_away() {
        let held = "1 list RUNNING resource_type=EBS";
        check(held, "2 list RUNNING", Some("since 1: 2 list RUNNING"));
    }

    #[test]
    fn null_from_where_a_field_is_not_given_keeps_the_value() {
        check(
            "1 describe RUNNING resource_type=EBS number_of_child_jobs=3",
            "2 list PENDING",
            Some("since 1: 2 list PENDING number_of_child_jobs=3"),
        );
        check("1 list COMPLETED resource_type=EBS", "2 event COMPLETED", None);
        check("1 list COMPLETED resource_type=EBS", "2 audit-report COMPLETED", None);
    }

    #[test]
    fn an_older_observation_fills_what_the_newer_could_not_know() {
        check(
            "2 event COMPLETED message_category=SUCCESS",
            "1 list COMPLETED resource_type=EBS message_category=X",
            Some("since 1: 2 event COMPLETED resource_type=EBS message_category=SUCCESS"),
        );
    }

    #[test]
    fn the_creation_date_stays() {
        let mut later = row("2 list RUNNING");
        later.set("creation_date", Cell::Time(Instant::from_micros(8)));
        let mut incoming = BatchBuilder::new(&BACKUP_JOBS);
        incoming.push(&later).unwrap();
        let incoming = incoming.finish().unwrap();
        let merged = merge(&BACKUP_JOBS, &batch(&["1 list RUNNING"]), &incoming).unwrap();
        assert!(!merged.changed[0]);
        let merged = rows(&BACKUP_JOBS, &merged.rows).unwrap();
        assert_eq!(merged[0].time("creation_date"), Some(Instant::from_micros(7)));
    }

    #[test]
    fn observations_of_one_batch_are_merged_oldest_first() {
        let observations = ["3 list RUNNING", "1 describe CREATED number_of_child_jobs=1"];
        let folded = fold(&BACKUP_JOBS, batch(&observations)).unwrap();
        assert_eq!(folded.num_rows(), 1);
        assert_eq!(words(&folded), "since 1: 3 list RUNNING number_of_child_jobs=1");
    }
}
