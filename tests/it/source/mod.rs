//! What `lookback import` reads, and what AWS's endpoint is asked.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

pub(crate) mod aws;
mod bad;
mod containers;
mod fields;
mod samples;
mod stream;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use lookback::error::Result;
use lookback::model::Instant;
use lookback::source::files::{self, BadRecord, Defaults, Findings, Found};
use lookback::tables::{Cell, Row};

/// The hint of every file that is none of ours.
const USUAL_HINT: &str = "import what `aws backup list-backup-jobs --output json` or boto3's \
    `json.dumps` prints, an Audit Manager job report in JSON, or AWS Backup events";

/// What reading a file gave.
#[derive(Debug, PartialEq)]
struct Reading {
    rows: Vec<Row>,
    bad: Vec<BadRecord>,
    findings: Findings,
}

/// A file without flags, read on 1 January 2026.
fn defaults() -> Defaults {
    Defaults {
        region: None,
        account_id: None,
        source: "test".into(),
        observed_at: Instant::from_text("2026-01-01").unwrap(),
    }
}

fn read(bytes: &[u8], defaults: &Defaults) -> Result<Reading> {
    let (mut rows, mut bad) = (Vec::new(), Vec::new());
    let findings = files::read(bytes, "jobs.json", defaults, &mut |found| {
        match found {
            Found::Row(row) => rows.push(row),
            Found::Bad(record) => bad.push(record),
        }
        Ok(())
    })?;
    Ok(Reading { rows, bad, findings })
}

/// The whole outcome as text: rows without their NULLs, bad records, notes; or the error with
/// its hint.
fn show(outcome: &Result<Reading>) -> String {
    let mut text = String::new();
    match outcome {
        Ok(reading) => {
            for row in &reading.rows {
                text.push_str(&show_row(row));
            }
            for BadRecord { number, reason } in &reading.bad {
                writeln!(text, "bad record {number}: {reason}").unwrap();
            }
            for note in reading.findings.notes() {
                writeln!(text, "note: {note}").unwrap();
            }
        }
        Err(err) => {
            writeln!(text, "error ({:?}): {}", err.kind(), err.chain()).unwrap();
            match err.hint() {
                Some(USUAL_HINT) => writeln!(text, "hint: the usual").unwrap(),
                hint => writeln!(text, "hint: {}", hint.unwrap_or("none")).unwrap(),
            }
        }
    }
    text
}

fn show_row(row: &Row) -> String {
    let mut text = format!("row of {}\n", row.table().name);
    for (column, cell) in row.table().columns.iter().zip(row.cells()) {
        if !cell.is_null() {
            writeln!(text, "  {} = {}", column.name, show_cell(cell)).unwrap();
        }
    }
    text
}

fn show_cell(cell: &Cell) -> String {
    match cell {
        Cell::Null => "NULL".into(),
        Cell::Text(text) => text.clone(),
        Cell::Long(number) => number.to_string(),
        Cell::Bool(truth) => truth.to_string(),
        Cell::Time(instant) => instant.to_string(),
        Cell::TextMap(map) => format!("{map:?}"),
        Cell::LongMap(map) => format!("{map:?}"),
    }
}

/// The JSON files of a folder of samples, by name.
fn samples(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/samples").join(folder);
    let entries = folder.read_dir().unwrap().map(|entry| entry.unwrap().path());
    let mut paths: Vec<_> =
        entries.filter(|path| path.extension().is_some_and(|ext| ext == "json")).collect();
    paths.sort();
    assert!(!paths.is_empty(), "no samples in {}", folder.display());
    paths
}
