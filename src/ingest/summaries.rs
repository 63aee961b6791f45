//! Merges readings of AWS's own summaries. Pure.

use std::collections::BTreeMap;

use crate::model::Instant;
use crate::tables::{Cell, Given, Row};

/// What a merge of readings gave.
#[derive(Debug)]
pub(super) struct MergedReadings {
    /// All rows, held and new.
    pub(super) rows: Vec<Row>,
    /// How many rows came.
    pub(super) new: u64,
    /// How many incoming rows said nothing new.
    pub(super) unchanged: u64,
}

/// Merges readings into the held rows of the same Region and day.
///
/// A reading is all rows of one group (source, kind, period, Region, start time) that were read at
/// one instant. A newer reading that differs replaces the current one, which stays and is marked
/// with the instant of its replacement; one that says the same changes nothing; an older one is
/// filed as replaced by the next.
pub(super) fn merge(held: Vec<Row>, incoming: Vec<Row>) -> MergedReadings {
    let mut merged = MergedReadings { rows: Vec::new(), new: 0, unchanged: 0 };
    let mut groups: BTreeMap<Vec<String>, Readings> = BTreeMap::new();
    for row in held {
        groups.entry(group(&row)).or_default().entry(observed_at(&row)).or_default().push(row);
    }
    let mut readings: BTreeMap<(Instant, Vec<String>), Vec<Row>> = BTreeMap::new();
    for row in incoming {
        readings.entry((observed_at(&row), group(&row))).or_default().push(row);
    }
    for ((instant, group), rows) in readings {
        let count = rows.len() as u64;
        if add(groups.entry(group).or_default(), instant, rows) {
            merged.new += count;
        } else {
            merged.unchanged += count;
        }
    }
    merged.rows = groups.into_values().flat_map(BTreeMap::into_values).flatten().collect();
    merged
}

/// The rows of each reading of one group, oldest first.
type Readings = BTreeMap<Instant, Vec<Row>>;

/// Adds a reading; false if it says nothing new.
fn add(readings: &mut Readings, instant: Instant, mut rows: Vec<Row>) -> bool {
    rows.sort_by_key(values);
    rows.dedup_by_key(|row| values(row));
    let before = readings.range(..=instant).next_back().map(|(at, rows)| (*at, rows));
    if before.is_some_and(|(_, before)| says(before) == says(&rows)) {
        return false;
    }
    let after = readings.range(instant + 1..).next().map(|(at, _)| *at);
    if let Some((_, before)) = readings.range_mut(..=instant).next_back() {
        mark(before, Some(instant));
    }
    mark(&mut rows, after);
    match readings.get_mut(&instant) {
        // Another reading of the same instant: both stay, the later one counts.
        Some(same) => same.extend(rows),
        None => drop(readings.insert(instant, rows)),
    }
    true
}

fn mark(rows: &mut [Row], replaced_at: Option<Instant>) {
    for row in rows {
        row.set("replaced_at", replaced_at.map_or(Cell::Null, Cell::Time));
    }
}

fn observed_at(row: &Row) -> Instant {
    row.time("observed_at").unwrap_or(Instant::from_micros(0))
}

fn group(row: &Row) -> Vec<String> {
    row.table().key.iter().map(|column| format!("{:?}", row.get(column))).collect()
}

/// What AWS said in a row, in a form that can be ordered.
fn values(row: &Row) -> Vec<String> {
    let columns = row.table().columns.iter().zip(row.cells());
    let given = columns.filter(|(column, _)| column.given != Given::ByUs);
    given.map(|(_, cell)| format!("{cell:?}")).collect()
}

/// What the current rows of a reading say.
fn says(rows: &[Row]) -> Vec<Vec<String>> {
    let newest = rows.iter().map(|row| row.time("replaced_at")).max_by_key(Option::is_none);
    let current = rows.iter().filter(|row| newest.is_some_and(|at| row.time("replaced_at") == at));
    let mut says: Vec<_> = current.map(values).collect();
    says.sort();
    says
}
