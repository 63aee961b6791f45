//! The merge rule once more, one row at a time: what `model` holds the warehouse against.
//!
//! Written from the words of `src/ingest/merge/mod.rs` and DESIGN 5.4, not from its code.

use std::collections::BTreeMap;

use lookback::model::{DAY, Instant, JobKey, JobKind, OpenJob, RESTORE_TEST_DAYS};
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
    /// The jobs that are open, in the order of their keys.
    pub(super) fn open_jobs(&self) -> Vec<OpenJob> {
        let open = self.jobs.iter().filter(|(_, row)| tracking(row) == "open");
        let job = |((kind, region, account_id, job_id), row): (&Key, &Row)| {
            let [region, account_id, job_id] = [region, account_id, job_id].map(Clone::clone);
            OpenJob {
                key: JobKey { kind: *kind, region, account_id, job_id },
                creation_date: row.time("creation_date").unwrap(),
                state: state(row),
                source: row.text("source").unwrap().to_owned(),
                observed_at: row.time("observed_at").unwrap(),
            }
        };
        open.map(job).collect()
    }

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
        for (key, rows) in jobs {
            let count = rows.len() as u64;
            let told = Told::of(rows);
            let Some(held) = self.jobs.get(&key) else {
                let Some(mut new) = told.seen else {
                    outcome.unchanged += count;
                    continue;
                };
                if told.absent_at.is_some() && tracking(&new) == "open" {
                    new.set("tracking", Cell::text("forgotten"));
                }
                outcome.new += 1;
                outcome.unchanged += count - 1;
                outcome.tell(&key, None, &new);
                self.jobs.insert(key, new);
                continue;
            };
            let merged = told.change(held);
            if merged == *held {
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

/// What one import says of one job.
struct Told {
    /// Its observations, merged.
    seen: Option<Row>,
    /// When AWS no longer showed it, unless it did later.
    absent_at: Option<Instant>,
}

impl Told {
    fn of(rows: Vec<&Row>) -> Self {
        let (mut absences, mut seen): (Vec<_>, Vec<_>) =
            rows.into_iter().partition(|row| row.text("origin") == Some("absence"));
        absences.sort_by_key(|row| row.time("observed_at"));
        seen.sort_by_key(|row| row.time("observed_at"));
        let last_seen_at = seen.last().and_then(|row| row.time("observed_at"));
        let absent_at = absences.last().and_then(|row| row.time("observed_at"));
        let mut seen = seen.into_iter();
        let first = seen.next().cloned();
        Self {
            seen: first.map(|first| seen.fold(first, |held, next| merge(&held, next).row)),
            absent_at: absent_at.filter(|at| last_seen_at.is_none_or(|seen_at| *at >= seen_at)),
        }
    }

    /// The held row after this.
    fn change(&self, held: &Row) -> Row {
        let seen = self.seen.as_ref().map(|seen| merge(held, seen));
        let winner_at = match &seen {
            Some(Merged { incoming_wins: true, .. }) => self.seen.as_ref().unwrap(),
            _ => held,
        };
        let winner_at = winner_at.time("observed_at");
        let mut row = seen.map_or_else(|| held.clone(), |seen| seen.row);
        if tracking(&row) == "open" && self.absent_at.is_some_and(|at| Some(at) >= winner_at) {
            row.set("tracking", Cell::text("forgotten"));
            // That it was seen between being forgotten and being forgotten is nothing.
            if all_but_provenance(&row) == all_but_provenance(held) {
                return held.clone();
            }
        }
        row
    }
}

fn tracking(row: &Row) -> &str {
    row.text("tracking").unwrap()
}

/// What AWS said, and the tracking.
fn all_but_provenance(row: &Row) -> Row {
    let mut row = row.clone();
    for column in ["source", "origin", "first_seen_at", "observed_at"] {
        row.set(column, Cell::Null);
    }
    row
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

struct Merged {
    row: Row,
    incoming_wins: bool,
}

fn merge(held: &Row, incoming: &Row) -> Merged {
    let at = |row: &Row| row.time("observed_at");
    let (held_tracking, incoming_tracking) = (known(held, incoming), known(incoming, held));
    let incoming_wins = match (held_tracking, incoming_tracking) {
        ("settled", "settled") => at(incoming) >= at(held),
        ("settled", _) => false,
        (_, "settled") => true,
        ("forgotten", "open") => at(incoming) > at(held),
        _ => at(incoming) >= at(held),
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
    let tracking = if incoming_wins { incoming_tracking } else { held_tracking };
    merged.set("tracking", Cell::text(tracking));
    if merged != *held {
        for column in ["source", "origin", "observed_at"] {
            merged.set(column, winner.get(column).clone());
        }
        let first = held.time("first_seen_at").min(incoming.time("first_seen_at"));
        merged.set("first_seen_at", Cell::Time(first.unwrap()));
    }
    Merged { row: merged, incoming_wins }
}

/// The tracking of a row, given what another row of the job says: reports and events do not tell
/// that a restore was a test, and it is not at its end before its validation and deletion are.
fn known<'a>(row: &'a Row, other: &Row) -> &'a str {
    let is_told = |row: &Row| row.text("restore_testing_plan_arn").is_some();
    let is_silent = is_silent(row.text("origin").unwrap(), Given::Everywhere);
    let is_restore = row.table().kind == Some(JobKind::Restore);
    if tracking(row) != "settled" || !is_restore || is_told(row) || !is_told(other) || !is_silent {
        return tracking(row);
    }
    let status = |column: &str| row.text(column).or(other.text(column)).unwrap_or_default();
    let is_validated = ["SUCCESSFUL", "FAILED", "TIMED_OUT"].contains(&status("validation_status"));
    let is_deleted = ["SUCCESSFUL", "FAILED"].contains(&status("deletion_status"));
    let age = row.time("observed_at").unwrap() - row.time("creation_date").unwrap();
    let is_over = row.text("status") != Some("COMPLETED") || age > RESTORE_TEST_DAYS * DAY;
    if is_over || (is_validated && is_deleted) { "settled" } else { "open" }
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
        Origin::AuditReport | Origin::Event | Origin::Absence => true,
        Origin::List | Origin::CliJson => given == Given::DescribeOnly,
        Origin::Describe => false,
    }
}
