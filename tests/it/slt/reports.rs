//! Runs every file of `tests/slt/reports` and of `tests/slt/checks` against a warehouse of its own.
//!
//! The data is `tests/slt/data/reports/NAME.ndjson`, and likewise of checks: AWS's records, a line
//! each, and between them lines of ours, each an object with one member:
//!
//! - `at`: what was read so far is committed, and what follows is read at this instant;
//! - `forgotten`: AWS stopped showing the job with this id, while it was open;
//! - `coverage`: what an ingest learnt: `region`, `kind`, `from`, `until`, `status`.
//!
//! A question is `report [name=value …] [: column, …] [on empty]`, or `check …`, where `now` is a
//! name like any other, and `on empty` asks a warehouse without jobs.

use std::fs;
use std::path::{Path, PathBuf};

use arrow::array::RecordBatch;
use lookback::catalog::{AsOf, Commit, Learnt, OpenChanges, Run, RunStatus};
use lookback::engine::{Asker, Engine, Limits, Value};
use lookback::error::{Error, Result};
use lookback::lake::Lake;
use lookback::model::{CoverageStatus, Instant, JobKind, Place, Reach, Span, Steps, found};
use lookback::reports::{self, Report};
use lookback::source::files::{self, Defaults, Found};
use lookback::tables::{Cell, Row};
use serde_json::Value as Json;
use sqllogictest::{DB, DBOutput, DefaultColumnType};

use super::{FOLDER, below, failure, is_of_named, output};
use crate::warehouse::{Warehouse, block_on, instant};

/// When questions are asked that do not say it.
const NOW: &str = "2026-01-20T03:00:00Z";
/// When files are read that do not say it.
const READ: &str = "2026-01-20T00:00:00Z";

/// What questions are asked of.
#[derive(Clone)]
struct Session {
    report: Report,
    lake: Lake,
    empty: Lake,
}

impl DB for Session {
    type Error = Error;
    type ColumnType = DefaultColumnType;

    fn run(&mut self, text: &str) -> Result<DBOutput<DefaultColumnType>> {
        let question = Question::parse(text);
        let lake = if question.is_of_empty { &self.empty } else { &self.lake };
        let given = |(name, text): &(String, String)| {
            Ok((name.clone(), self.report.parameter(name)?.read(text)?))
        };
        let given: Vec<(String, Value)> =
            question.given.iter().map(given).collect::<Result<_>>()?;
        let batches = block_on(async {
            let (asker, limits) = (Asker::at(question.now), Limits::default());
            let engine = Engine::open(lake, AsOf::Latest, limits, asker).await?;
            self.report.run(&engine, &given).await?.collect().await
        })?;
        let chosen = |batch: &RecordBatch| question.chosen(batch);
        let batches: Vec<_> = batches.iter().map(chosen).collect();
        let columns = match question.columns.len() {
            0 => self.report.columns.len(),
            chosen => chosen,
        };
        Ok(output(columns, &batches))
    }
}

/// A question of a file.
struct Question {
    given: Vec<(String, String)>,
    now: Instant,
    columns: Vec<String>,
    is_of_empty: bool,
}

impl Question {
    fn parse(text: &str) -> Self {
        let text = text.trim();
        let rest = text.strip_prefix("report").or_else(|| text.strip_prefix("check"));
        let rest = rest.unwrap_or_else(|| panic!("no question: {text}"));
        let (rest, is_of_empty) =
            rest.strip_suffix(" on empty").map_or((rest, false), |rest| (rest, true));
        let (given, columns) = rest.split_once(" : ").unwrap_or((rest, ""));
        let split = |word: &str| {
            let (name, value) = word.split_once('=').unwrap_or_else(|| panic!("no value: {word}"));
            (name.to_owned(), value.to_owned())
        };
        let columns = columns.split(',').map(|name| name.trim().to_owned());
        let columns = columns.filter(|name| !name.is_empty()).collect();
        let mut given: Vec<_> = given.split_whitespace().map(split).collect();
        let now = given.iter().position(|(name, _)| name == "now").map(|at| given.remove(at).1);
        let now = instant(now.as_deref().unwrap_or(NOW));
        Self { given, now, columns, is_of_empty }
    }

    fn chosen(&self, batch: &RecordBatch) -> RecordBatch {
        if self.columns.is_empty() {
            return batch.clone();
        }
        let schema = batch.schema();
        let place = |name: &String| schema.index_of(name).unwrap();
        batch.project(&self.columns.iter().map(place).collect::<Vec<_>>()).unwrap()
    }
}

/// A warehouse in the making.
struct Making {
    warehouse: Warehouse,
    rows: Vec<Row>,
    at: Instant,
}

impl Making {
    fn new() -> Self {
        Self { warehouse: Warehouse::new(), rows: Vec::new(), at: instant(READ) }
    }

    /// Takes the lines of a file.
    fn take(&mut self, path: &Path) {
        for line in fs::read_to_string(path).unwrap().lines() {
            let json: Json =
                serde_json::from_str(line).unwrap_or_else(|err| panic!("{err}: {line}"));
            match json.as_object().unwrap().iter().next().unwrap() {
                (key, at) if key == "at" => {
                    self.commit();
                    self.at = instant(at.as_str().unwrap());
                }
                (key, id) if key == "forgotten" => self.forget(id.as_str().unwrap()),
                (key, told) if key == "coverage" => self.learn(told),
                _ => self.read(line),
            }
        }
        self.commit();
    }

    fn read(&mut self, line: &str) {
        let (region, account_id) = (None, None);
        let source = "fixture".to_owned();
        let defaults = Defaults { region, account_id, source, observed_at: self.at };
        let rows = &mut self.rows;
        let findings = files::read(line.as_bytes(), "fixture", &defaults, &mut |found| {
            if let Found::Row(row) = found {
                rows.push(row);
            }
            Ok(())
        });
        let findings = findings.unwrap();
        assert_eq!((findings.bad, findings.notes()), (0, vec![]), "{line}");
    }

    fn forget(&mut self, id: &str) {
        let is_it = |row: &&mut Row| row.text(row.table().job_id()) == Some(id);
        let row = self.rows.iter_mut().find(is_it).unwrap_or_else(|| panic!("no job {id}"));
        row.set("tracking", Cell::text("forgotten"));
    }

    fn commit(&mut self) {
        let rows = std::mem::take(&mut self.rows);
        if !rows.is_empty() {
            self.warehouse.ingest(&rows, self.at, &Steps::none()).unwrap();
        }
    }

    /// Commits what an ingest learns by one listing.
    fn learn(&mut self, told: &Json) {
        self.commit();
        let text = |key: &str| told[key].as_str().unwrap_or_else(|| panic!("no {key}: {told}"));
        let kind = JobKind::from_name(text("kind")).unwrap();
        let (source, region) = ("fixture".to_owned(), text("region").to_owned());
        let place = Place { source, region, kind };
        let span = Span::new(instant(text("from")), instant(text("until"))).unwrap();
        let status = CoverageStatus::from_name(text("status")).unwrap();
        let learnt = found(span, status, self.at).into_iter();
        let reach = Reach::Organization;
        let learnt: Vec<_> =
            learnt.map(|coverage| Learnt { place: place.clone(), reach, coverage }).collect();
        let (lake, open) =
            (self.warehouse.open(self.at, &Steps::none()).unwrap(), OpenChanges::default());
        let catalog = &lake.lake.catalog;
        let base = catalog.snapshot(AsOf::Latest).unwrap();
        let (id, detail) = (format!("run {:?}", base.id), "fixture".to_owned());
        let status = RunStatus::Done;
        let (command, rows) = ("ingest", [0; 5]);
        let run = Run { id, command, started_at: self.at, status, rows, detail };
        let (changes, units) = (&[], &[]);
        let commit =
            Commit { base, changes, run: &run, learnt: &learnt, units, open: &open, compared: &[] };
        catalog.commit(&commit, self.at, &Steps::none()).unwrap();
    }
}

/// Asks each of these with the files of its name in a folder.
fn check(folder: &str, reports: Vec<Report>) {
    let empty = Warehouse::new();
    empty.open(instant(READ), &Steps::none()).unwrap();
    let mut failures = Vec::new();
    for report in reports {
        let mut making = Making::new();
        making.take(&Path::new(FOLDER).join(format!("data/{folder}/{}.ndjson", report.name)));
        let session = Session {
            lake: Lake::open(&making.warehouse.path()).unwrap(),
            empty: Lake::open(&empty.path()).unwrap(),
            report,
        };
        let path = Path::new(FOLDER).join(format!("{folder}/{}.slt", session.report.name));
        failures.extend(failure(&path, || async { Ok(session.clone()) }));
    }
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
}

#[test]
fn reports_answer_as_the_files_say() {
    check("reports", reports::all());
}

#[test]
fn checks_answer_as_the_files_say() {
    check("checks", reports::checks());
}

#[test]
fn every_report_and_check_has_a_file_which_asks_the_empty_warehouse_too() {
    let names = |paths: Vec<PathBuf>| -> Vec<String> {
        let of_named = paths.iter().filter(|path| is_of_named(path));
        of_named.map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned()).collect()
    };
    let folder = Path::new(FOLDER);
    for (word, reports) in [("report", reports::all()), ("check", reports::checks())] {
        let mut expected: Vec<_> = reports.into_iter().map(|report| report.name).collect();
        expected.sort();
        assert_eq!(names(below(&folder.join(format!("{word}s")), "slt")), expected);
        assert_eq!(names(below(&folder.join(format!("data/{word}s")), "ndjson")), expected);
        for name in expected {
            let text = fs::read_to_string(folder.join(format!("{word}s/{name}.slt"))).unwrap();
            let asks_empty = |line: &str| line.starts_with(word) && line.ends_with(" on empty");
            assert!(text.lines().any(asks_empty), "{name}");
        }
    }
}
