//! The state of all places, for programs: one JSON document. Pure.
//!
//! Its member names are those of the README and do not change.

use std::time::Duration;

use serde::Serialize;

use crate::error::{Error, Result};
use crate::model::{DAY, Instant};

use super::places::{DAYS_BEFORE, Day, Held, Row};

#[derive(Serialize)]
struct Document<'a> {
    now: String,
    first_day: String,
    open_jobs_elsewhere: usize,
    places: Vec<PlaceRow<'a>>,
}

#[derive(Serialize)]
struct PlaceRow<'a> {
    source: &'a str,
    scope: &'static str,
    region: &'a str,
    kind: &'static str,
    last_success: Option<String>,
    is_stale: Option<bool>,
    open_jobs: usize,
    lost_days: usize,
    days: Vec<&'static str>,
}

/// The document; places are stale or not if there is an age at which they are.
pub(super) fn text(held: &Held, now: Instant, max_age: Option<Duration>) -> Result<String> {
    let row = |row: &Row| max_age.map(|max_age| row.is_stale(now, max_age));
    let document = Document {
        now: now.to_string(),
        first_day: (now - DAYS_BEFORE * DAY).day_text(),
        open_jobs_elsewhere: held.open_elsewhere,
        places: held.rows.iter().map(|it| place(it, row(it))).collect(),
    };
    let text = serde_json::to_string_pretty(&document)
        .map_err(|err| Error::internal("write the status").with_source(err))?;
    Ok(text + "\n")
}

fn place(row: &Row, is_stale: Option<bool>) -> PlaceRow<'_> {
    PlaceRow {
        source: &row.place.source,
        scope: row.reach.name(),
        region: &row.place.region,
        kind: row.place.kind.name(),
        last_success: row.last_success.map(|at| at.to_string()),
        is_stale,
        open_jobs: row.open_jobs,
        lost_days: row.lost_days,
        days: row.days.map(Day::name).to_vec(),
    }
}
