//! Checks for programs: one JSON document. Pure.
//!
//! Its member names are those of the README and do not change.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::value::RawValue;

use crate::error::{Error, Result};
use crate::model::Instant;
use crate::output::Format;

use super::super::Status;
use super::outcome::{self, Findings, Outcome};

/// What `lookback check --format json` tells.
#[derive(Debug, Serialize)]
pub(super) struct Document {
    now: String,
    snapshot: i64,
    status: &'static str,
    checks: Vec<CheckRow>,
}

#[derive(Debug, Serialize)]
struct CheckRow {
    name: String,
    subject: String,
    title: String,
    status: &'static str,
    parameters: BTreeMap<String, String>,
    findings: Option<usize>,
    rows: Vec<Box<RawValue>>,
    message: Option<String>,
    hint: Option<String>,
}

impl Document {
    /// That of these outcomes, over that snapshot.
    pub(super) fn of(outcomes: &[Outcome<'_>], now: Instant, snapshot: i64) -> Result<Self> {
        Ok(Self {
            now: now.to_string(),
            snapshot,
            status: outcome::status(outcomes).word(),
            checks: outcomes.iter().map(row).collect::<Result<_>>()?,
        })
    }

    /// Its text.
    pub(super) fn text(&self) -> Result<String> {
        let text = serde_json::to_string_pretty(self)
            .map_err(|err| Error::internal("write the checks").with_source(err))?;
        Ok(text + "\n")
    }
}

fn row(outcome: &Outcome<'_>) -> Result<CheckRow> {
    let (check, err) = (outcome.chosen.check, outcome.found.as_ref().err());
    let value = |(name, value): &(String, crate::engine::Value)| (name.clone(), value.to_string());
    let found = outcome.found.as_ref().ok();
    Ok(CheckRow {
        name: check.name.clone(),
        subject: check.subject.clone(),
        title: check.title.clone(),
        status: word(outcome.status()),
        parameters: outcome.chosen.values.iter().map(value).collect(),
        findings: found.map(|found| found.total),
        rows: found.map_or(Ok(Vec::new()), rows)?,
        message: err.map(Error::chain),
        hint: err.and_then(Error::hint).map(str::to_owned),
    })
}

/// How a check stands, in a word.
fn word(status: Status) -> &'static str {
    match status {
        Status::Done => "holds",
        Status::Attention => "does_not_hold",
        Status::NotDone => "not_run",
    }
}

fn rows(found: &Findings) -> Result<Vec<Box<RawValue>>> {
    let (text, _) = found.text(Format::Ndjson, None, usize::MAX)?;
    let row = |line: &str| RawValue::from_string(line.to_owned());
    text.lines()
        .map(row)
        .collect::<Result<_, _>>()
        .map_err(|err| Error::internal("write findings").with_source(err))
}
