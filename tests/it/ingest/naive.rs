//! The merge rule once more, one row at a time: what `model` holds the warehouse against.
//!
//! Written from the words of `src/ingest/merge.rs` and DESIGN 5.4, not from its code.

use std::collections::BTreeMap;

use lookback::model::JobKind;
use lookback::tables::{Cell, Given, Origin, Row, Table};

/// Kind, Region, account and id.
pub(super) type Key = (JobKind, String, String, String);

/// What one import did.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Outcome {
    pub(super) new: u64,
    pub(super) changed: u64,
    pub(super) unchanged: u64,
    /// The new and changed jobs, with the states before and after, and when the latter was read.
    pub(super) transitions: BTreeMap<Key, (Option<String>, Option<String>, Cell)>,
}

/// A warehouse as a map.
#[derive(Debug, Default)]
pub(super) struct Model {
    jobs: BTreeMap<Key, Row>,
}

impl Model {
    /// The rows of a kind, in the order of their keys.
    pub(super) fn rows(&self, kind: JobKind) -> Vec<Row> {
        self.jobs.iter().filter(|(key, _)| key.0 == kind).map(|(_, row)| row.clone()).collect()
    }

    pub(super) fn import(&mut self, observations: &[Row]) -> Outcome {
        let mut outcome = Outcome::default();
        let mut jobs: BTreeMap<Key, Vec<&Row>> = BTreeMap::new();
        for row in observations {
            jobs.entry(key(row)).or_default().push(row);
        }
        for (key, mut rows) in jobs {
            rows.sort_by_key(|row| row.time("observed_at"));
            let count = rows.len() as u64;
            let one = |held: Row, next: &Row| merge(&held, next).0;
            let incoming = rows[1..].iter().fold(rows[0].clone(), |held, next| one(held, next));
            let Some(held) = self.jobs.get(&key) else {
                outcome.new += 1;
                outcome.unchanged += count - 1;
                outcome.tell(&key, None, &incoming);
                self.jobs.insert(key, incoming);
                continue;
            };
            let (merged, changed) = merge(held, &incoming);
            if !changed {
                assert_eq!(*held, merged, "a row that did not change");
                outcome.unchanged += count;
                continue;
            }
            outcome.changed += 1;
            outcome.unchanged += count - 1;
            outcome.tell(&key, Some(held), &merged);
            self.jobs.insert(key, merged);
        }
        outcome
    }
}

impl Outcome {
    fn tell(&mut self, key: &Key, before: Option<&Row>, after: &Row) {
        let from = before.and_then(state);
        let at = after.get("observed_at").clone();
        self.transitions.insert(key.clone(), (from, state(after), at));
    }
}

fn key(row: &Row) -> Key {
    let kind = row.table().kind.unwrap();
    let text = |column: &str| row.text(column).unwrap().to_owned();
    (kind, text("region"), text("account_id"), text(row.table().key[2]))
}

fn state(row: &Row) -> Option<String> {
    row.text("state").or(row.text("status")).map(str::to_owned)
}

fn merge(held: &Row, incoming: &Row) -> (Row, bool) {
    let settled = |row: &Row| row.text("tracking") == Some("settled");
    let incoming_wins = match (settled(held), settled(incoming)) {
        (true, false) => false,
        (false, true) => true,
        _ => incoming.time("observed_at") >= held.time("observed_at"),
    };
    let (winner, other) = if incoming_wins { (incoming, held) } else { (held, incoming) };
    let mut merged = held.clone();
    for column in held.table().columns {
        if is_fixed(held.table(), column.name) {
            continue;
        }
        let says_nothing = winner.get(column.name).is_null()
            && column.given != Given::ByUs
            && is_silent(winner.text("origin").unwrap(), column.given);
        let value = if says_nothing { other } else { winner }.get(column.name);
        merged.set(column.name, value.clone());
    }
    let changed = merged != *held;
    if changed {
        for column in ["source", "origin", "observed_at"] {
            merged.set(column, winner.get(column).clone());
        }
        let first = held.time("first_seen_at").min(incoming.time("first_seen_at"));
        merged.set("first_seen_at", Cell::Time(first.unwrap()));
    }
    (merged, changed)
}

/// The key, the creation date, and what tells where a row came from.
fn is_fixed(table: &Table, column: &str) -> bool {
    let ours = ["source", "origin", "first_seen_at", "observed_at"];
    table.key.contains(&column) || column == "creation_date" || ours.contains(&column)
}

/// Whether a NULL from there says nothing: reports and events lack much, lists lack what only
/// Describe gives.
fn is_silent(origin: &str, given: Given) -> bool {
    match Origin::from_name(origin).unwrap() {
        Origin::AuditReport | Origin::Event => true,
        Origin::List | Origin::CliJson => given == Given::DescribeOnly,
        Origin::Describe => false,
    }
}
