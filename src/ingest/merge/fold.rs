//! What the rows of one run say together, before they meet what is held.

use std::collections::HashMap;

use arrow::array::RecordBatch;

use crate::error::Result;
use crate::tables::Table;

use super::super::key::Keys;
use super::{Provenance, forgotten, merge, pick, replace, take};

/// The rows of a run, one a key.
#[derive(Debug)]
pub(in super::super) struct Folded {
    /// The merged observations of each job, or an absence where there are no observations.
    pub(in super::super) rows: RecordBatch,
    /// For each row, when AWS no longer showed the job, unless it was observed after that.
    pub(in super::super) absent_at: Vec<Option<i64>>,
}

/// One row a key: all observations of a job in `batch` merged, oldest first.
pub(in super::super) fn fold(table: &'static Table, batch: &RecordBatch) -> Result<Folded> {
    let groups = groups(table, batch)?;
    let absent_at = groups.iter().map(|group| group.absent_at).collect();
    let layer = |depth: usize| {
        let rows = groups.iter().enumerate();
        rows.filter_map(move |(at, group)| Some((at, *group.rows.get(depth)?))).collect::<Vec<_>>()
    };
    let first: Vec<_> = layer(0).into_iter().map(|(_, row)| row).collect();
    let is_folded = first.len() == batch.num_rows();
    let mut rows = if is_folded { batch.clone() } else { take(batch, &first)? };
    for depth in 1.. {
        let next = layer(depth);
        if next.is_empty() {
            break;
        }
        let (at, next): (Vec<_>, Vec<_>) = next.into_iter().unzip();
        let none = vec![None; at.len()];
        let merged = merge(table, &take(&rows, &at)?, &take(batch, &next)?, &none)?;
        rows = replace(&rows, &at, &merged.rows)?;
    }
    Ok(Folded { rows, absent_at })
}

impl Folded {
    /// The rows at `places` as they are where no such job is held: an absence makes none.
    pub(in super::super) fn new_rows(
        &self,
        table: &'static Table,
        places: &[usize],
    ) -> Result<RecordBatch> {
        let incoming = Provenance::of(&self.rows)?;
        let is_job = |place: &usize| !incoming.is_absence(*place);
        let places: Vec<_> = places.iter().copied().filter(is_job).collect();
        let rows = take(&self.rows, &places)?;
        let is_gone: Vec<_> =
            places.iter().map(|place| incoming.is_gone(*place, self.absent_at[*place])).collect();
        let index = table.index("tracking");
        let mut columns = rows.columns().to_vec();
        let ignored = &mut vec![false; places.len()];
        columns[index] = pick(rows.column(index), &forgotten(places.len()), &is_gone, ignored)?;
        RecordBatch::try_new(rows.schema(), columns).map_err(super::broken)
    }
}

/// What a batch says of one job.
struct Group {
    /// Its observations, oldest first; a single absence where there is none.
    rows: Vec<usize>,
    absent_at: Option<i64>,
}

/// What the batch says of each job; jobs in the order of their first row.
fn groups(table: &'static Table, batch: &RecordBatch) -> Result<Vec<Group>> {
    let provenance = Provenance::of(batch)?;
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
    Ok(groups.into_iter().map(|rows| group(&provenance, rows)).collect())
}

fn group(provenance: &Provenance<'_>, rows: Vec<usize>) -> Group {
    let at = |row: &usize| provenance.observed_at(*row);
    let (mut absences, mut rows): (Vec<_>, Vec<_>) =
        rows.into_iter().partition(|row| provenance.is_absence(*row));
    rows.sort_by_key(at);
    absences.sort_by_key(at);
    let seen_at = rows.last().map(at);
    // What was seen after an absence undoes it.
    let absent_at = absences.last().map(at).filter(|absent| Some(*absent) >= seen_at);
    if rows.is_empty() {
        rows.extend(absences.pop());
    }
    Group { rows, absent_at }
}
