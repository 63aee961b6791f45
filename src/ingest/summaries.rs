//! Merges readings of AWS's own summaries. Pure.

use std::collections::BTreeMap;

use crate::model::Instant;
use crate::tables::{Cell, Given, Row};

use super::counts::Counts;

/// What a merge of readings gave.
#[derive(Debug)]
pub(super) struct MergedReadings {
    /// All rows, held and new.
    pub(super) rows: Vec<Row>,
    /// What became of the incoming rows of each source.
    pub(super) counts: BTreeMap<String, Counts>,
}

/// Merges readings into the held rows of the same Region and day.
///
/// A reading is all rows of one group (source, kind, period, Region, start time) that were read at
/// one instant. A newer reading that differs replaces the current one, which stays and is marked
/// with the instant of its replacement; one that says the same changes nothing; an older one is
/// filed as replaced by the next.
pub(super) fn merge(held: Vec<Row>, incoming: Vec<Row>) -> MergedReadings {
    let mut merged = MergedReadings { rows: Vec::new(), counts: BTreeMap::new() };
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
        let source = rows[0].text("source").unwrap_or_default().to_owned();
        let counts = merged.counts.entry(source).or_default();
        counts.read += count;
        if add(groups.entry(group).or_default(), instant, rows) {
            counts.new += count;
        } else {
            counts.unchanged += count;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tables::AWS_JOB_SUMMARIES;

    /// The rows of a reading in words: when it was read, then `state=count` each.
    fn reading(words: &str) -> Vec<Row> {
        let (second, rows) = words.split_once(':').unwrap();
        let row = |word: &str| {
            let (state, count) = word.split_once('=').unwrap();
            let mut row = Row::new(&AWS_JOB_SUMMARIES);
            row.set("kind", Cell::text("backup"));
            row.set("state", Cell::text(state));
            row.set("count", Cell::Long(count.parse().unwrap()));
            row.set("observed_at", Cell::Time(Instant::from_micros(second.parse().unwrap())));
            row
        };
        rows.split_whitespace().map(row).collect()
    }

    /// Merges readings one after the other; `expected` has a line a reading, with the instant of
    /// its replacement.
    #[track_caller]
    fn check(readings: &[&str], expected: &[&str]) {
        let mut held = Vec::new();
        for words in readings {
            held = merge(held, reading(words)).rows;
        }
        let mut lines: BTreeMap<(i64, Option<i64>), String> = BTreeMap::new();
        for row in &held {
            let micros = |column: &str| row.time(column).map(Instant::micros);
            let key = (micros("observed_at").unwrap(), micros("replaced_at"));
            let (state, count) = (row.text("state").unwrap(), row.long("count").unwrap());
            let line = lines.entry(key).or_default();
            *line = format!("{line} {state}={count}");
        }
        let show = |((at, replaced), rows): ((i64, Option<i64>), String)| match replaced {
            Some(replaced) => format!("{at} until {replaced}:{rows}"),
            None => format!("{at}:{rows}"),
        };
        assert_eq!(lines.into_iter().map(show).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn a_reading_that_says_the_same_changes_nothing() {
        check(&["1: A=1 B=2", "2: B=2 A=1"], &["1: A=1 B=2"]);
        check(&["1: A=1", "1: A=1"], &["1: A=1"]);
    }

    #[test]
    fn a_newer_reading_replaces_all_of_the_current_one() {
        check(&["1: A=1 B=2", "2: A=3"], &["1 until 2: A=1 B=2", "2: A=3"]);
    }

    #[test]
    fn an_older_reading_is_filed_as_replaced_by_the_next() {
        check(&["3: A=3", "1: A=1"], &["1 until 3: A=1", "3: A=3"]);
        check(&["1: A=1", "3: A=3", "2: A=2"], &["1 until 2: A=1", "2 until 3: A=2", "3: A=3"]);
    }

    #[test]
    fn of_two_readings_of_one_instant_the_later_counts() {
        check(&["1: A=1", "1: A=2"], &["1: A=2", "1 until 1: A=1"]);
        check(&["1: A=1", "1: A=2", "1: A=2"], &["1: A=2", "1 until 1: A=1"]);
        check(&["1: A=1", "1: A=2", "2: A=2"], &["1: A=2", "1 until 1: A=1"]);
    }

    #[test]
    fn a_row_that_comes_twice_counts_once() {
        check(&["1: A=1 A=1"], &["1: A=1"]);
        let merged = merge(reading("1: A=1"), reading("2: A=1 A=1"));
        let counts = Counts { read: 2, unchanged: 2, ..Counts::default() };
        assert_eq!(merged.counts[""], counts);
    }

    #[test]
    fn a_reading_says_nothing_of_other_groups() {
        let mut other = reading("2: A=9");
        other[0].set("region", Cell::text("r"));
        let merged = merge(reading("1: A=1"), other);
        let current = merged.rows.iter().filter(|row| row.get("replaced_at").is_null());
        assert_eq!((merged.counts[""].new, current.count()), (1, 2));
    }
}
