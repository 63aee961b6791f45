//! The merge rule, in words.

use super::*;
use crate::model::{Instant, JobKey, JobKind};
use crate::tables::{BACKUP_JOBS, BatchBuilder, Cell, Row, absence, rows, settle};

/// An observation in words: second, origin, state, and `column=value` of two texts and a number
/// that only Describe gives. A row that is held may be `forgotten`; an absence has no state.
fn row(words: &str) -> Row {
    let mut words = words.split_whitespace();
    let second: i64 = words.next().unwrap().parse().unwrap();
    let observed_at = Instant::from_micros(second * 1_000_000);
    let origin = Origin::from_name(words.next().unwrap()).unwrap();
    let created = Instant::from_micros(7);
    if origin == Origin::Absence {
        let [region, account_id, job_id] = ["r", "1", "b"].map(str::to_owned);
        let key = JobKey { kind: JobKind::Backup, region, account_id, job_id };
        return absence(&key, created, "other", observed_at);
    }
    let mut row = Row::new(&BACKUP_JOBS);
    for (column, text) in [("region", "r"), ("account_id", "1"), ("backup_job_id", "b")] {
        row.set(column, Cell::text(text));
    }
    row.set("creation_date", Cell::Time(created));
    row.set("state", Cell::text(words.next().unwrap()));
    let (forgotten, words): (Vec<_>, Vec<_>) = words.partition(|word| *word == "forgotten");
    for word in words {
        let (column, value) = word.split_once('=').unwrap();
        match column {
            "number_of_child_jobs" => row.set(column, Cell::Long(value.parse().unwrap())),
            _ => row.set(column, Cell::text(value)),
        }
    }
    settle(&mut row, "s", origin, observed_at);
    if !forgotten.is_empty() {
        row.set("tracking", Cell::text("forgotten"));
    }
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
    if text("tracking") == "forgotten" {
        words += " forgotten";
    }
    assert_eq!(text("source"), "s");
    if let Some(count) = row.long("number_of_child_jobs") {
        words = format!("{words} number_of_child_jobs={count}");
    }
    words
}

#[track_caller]
fn check(held: &str, incoming: &str, expected: Option<&str>) {
    check_run(held, &[incoming], expected);
}

/// Merges a run of observations into a held row.
#[track_caller]
fn check_run(held: &str, incoming: &[&str], expected: Option<&str>) {
    let incoming = fold(&BACKUP_JOBS, &batch(incoming)).unwrap();
    let index = KeyIndex::new(&BACKUP_JOBS, &incoming.rows).unwrap();
    let applied = apply(&BACKUP_JOBS, &batch(&[held]), &incoming, &index).unwrap();
    let changed = (applied.after.num_rows() > 0).then(|| words(&applied.after));
    assert_eq!(changed.as_deref(), expected);
    if expected.is_none() {
        assert_eq!(rows(&BACKUP_JOBS, &applied.rows).unwrap(), [row(held)]);
    }
}

/// Takes a run of observations of a job that is not held.
#[track_caller]
fn check_new(incoming: &[&str], expected: Option<&str>) {
    let incoming = fold(&BACKUP_JOBS, &batch(incoming)).unwrap();
    assert_eq!(incoming.rows.num_rows(), 1);
    let rows = incoming.new_rows(&BACKUP_JOBS, &[0]).unwrap();
    let new = (rows.num_rows() > 0).then(|| words(&rows));
    assert_eq!(new.as_deref(), expected);
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
    let merged = merge(&BACKUP_JOBS, &batch(&["1 list RUNNING"]), &incoming, &[None]).unwrap();
    assert!(!merged.changed[0]);
    let merged = rows(&BACKUP_JOBS, &merged.rows).unwrap();
    assert_eq!(merged[0].time("creation_date"), Some(Instant::from_micros(7)));
}

#[test]
fn observations_of_one_batch_are_merged_oldest_first() {
    let observations = ["3 list RUNNING", "1 describe CREATED number_of_child_jobs=1"];
    check_new(&observations, Some("since 1: 3 list RUNNING number_of_child_jobs=1"));
}

#[test]
fn an_absence_forgets_an_open_job_that_was_observed_no_later() {
    check("1 list RUNNING", "2 absence", Some("since 1: 1 list RUNNING forgotten"));
    check("1 list RUNNING", "1 absence", Some("since 1: 1 list RUNNING forgotten"));
    check("2 list RUNNING", "1 absence", None);
    check("1 list COMPLETED", "2 absence", None);
    check("1 list RUNNING forgotten", "2 absence", None);
}

#[test]
fn an_absence_makes_no_job() {
    check_new(&["1 absence", "2 absence"], None);
}

#[test]
fn only_a_newer_observation_opens_a_forgotten_job_again() {
    let held = "2 list RUNNING forgotten";
    check(held, "3 list RUNNING", Some("since 2: 3 list RUNNING"));
    check(held, "3 list PENDING", Some("since 2: 3 list PENDING"));
    check(held, "2 list RUNNING", None);
    check(held, "1 list CREATED", None);
    check(held, "1 list COMPLETED", Some("since 1: 1 list COMPLETED"));
}

#[test]
fn of_an_absence_and_an_observation_of_one_run_the_newer_counts() {
    let held = "1 list CREATED";
    let expected = "since 1: 2 list RUNNING forgotten";
    check_run(held, &["3 absence", "2 list RUNNING"], Some(expected));
    check_run(held, &["2 absence", "2 list RUNNING"], Some(expected));
    check_run(held, &["2 absence", "3 list RUNNING"], Some("since 1: 3 list RUNNING"));
    check_run(held, &["2 absence", "3 list CREATED"], None);
    check_run(held, &["2 list CREATED", "3 absence"], Some("since 1: 1 list CREATED forgotten"));
    check_run("1 list CREATED forgotten", &["2 list CREATED", "3 absence"], None);
    check_new(&["3 absence", "2 list RUNNING"], Some("since 2: 2 list RUNNING forgotten"));
    check_new(&["2 absence", "3 list RUNNING"], Some("since 3: 3 list RUNNING"));
}
