//! Runs every file of `tests/slt/reports` and of `tests/slt/checks` against a warehouse of its own.
//!
//! The data is `tests/slt/data/reports/NAME.ndjson`, and likewise of checks: AWS's records, a line
//! each, and between them lines of ours, each an object with one member:
//!
//! - `at`: what was read so far is committed, and what follows is read at this instant;
//! - `forgotten`: AWS stopped showing the job with this id, while it was open;
//! - `source`: what follows was read by the source of this name;
//! - `coverage`: what an ingest learnt: `region`, `kind`, `from`, `until`, `status`, and `scope` if
//!   it is not `organization`;
//! - `compared`: what comparing AWS's counts of a day with ours found: `region`, `kind`, `day`, and
//!   `rows` with the members that [`compared`] reads.
//!
//! A question is `report [name=value …] [: column, …] [on empty]`, or `check …`, where `now` is a
//! name like any other, and `on empty` asks a warehouse without jobs.

use std::fs;
use std::path::{Path, PathBuf};

use arrow::array::RecordBatch;
use lookback::catalog::{AsOf, ComparedDay, ComparedRow, Learnt};
use lookback::engine::{Asker, Engine, Limits, Value};
use lookback::error::{Error, Result};
use lookback::lake::Lake;
use lookback::model::{
    CoverageStatus, Dimension, Instant, JobKind, Place, Reach, Span, Steps, found,
};
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
    source: String,
}

impl Making {
    fn new() -> Self {
        let (rows, source) = (Vec::new(), "fixture".to_owned());
        Self { warehouse: Warehouse::new(), rows, at: instant(READ), source }
    }

    /// Takes the lines of a file.
    fn take(&mut self, text: &str) {
        for line in text.lines() {
            let json: Json =
                serde_json::from_str(line).unwrap_or_else(|err| panic!("{err}: {line}"));
            match json.as_object().unwrap().iter().next().unwrap() {
                (key, at) if key == "at" => {
                    self.commit();
                    self.at = instant(at.as_str().unwrap());
                }
                (key, id) if key == "forgotten" => self.forget(id.as_str().unwrap()),
                (key, name) if key == "source" => {
                    name.as_str().unwrap().clone_into(&mut self.source);
                }
                (key, told) if key == "coverage" => self.learn(told),
                (key, told) if key == "compared" => self.ledger(&[], &[compared(told, self.at)]),
                _ => self.read(line),
            }
        }
        self.commit();
    }

    fn read(&mut self, line: &str) {
        let (region, account_id) = (None, None);
        let source = self.source.clone();
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
        let place = place(told, &self.source);
        let span = Span::new(instant(text(told, "from")), instant(text(told, "until"))).unwrap();
        let status = CoverageStatus::from_name(text(told, "status")).unwrap();
        let reach = told["scope"].as_str().map_or(Reach::Organization, |name| {
            Reach::from_name(name).unwrap_or_else(|| panic!("no scope {name}"))
        });
        let learnt = |coverage| Learnt { place: place.clone(), reach, coverage };
        let learnt: Vec<_> = found(span, status, self.at).into_iter().map(learnt).collect();
        self.ledger(&learnt, &[]);
    }

    /// Commits what an ingest tells the ledger.
    fn ledger(&mut self, learnt: &[Learnt], compared: &[ComparedDay]) {
        self.commit();
        self.warehouse.tell(&self.source, learnt, compared, self.at);
    }
}

fn text<'a>(told: &'a Json, key: &str) -> &'a str {
    told[key].as_str().unwrap_or_else(|| panic!("no {key}: {told}"))
}

fn place(told: &Json, source: &str) -> Place {
    let (source, region) = (source.to_owned(), text(told, "region").to_owned());
    Place { source, region, kind: JobKind::from_name(text(told, "kind")).unwrap() }
}

fn compared(told: &Json, counted_at: Instant) -> ComparedDay {
    let row = |told: &Json| {
        let value = |key: &str| told[key].as_str().map(str::to_owned);
        let mut row = ComparedRow {
            verdict: text(told, "verdict").to_owned().leak(),
            is_explained: told["is_explained"].as_bool().unwrap(),
            account_id: value("account_id"),
            group_count: told["groups"].as_u64().unwrap(),
            aws_count: told["aws"].as_i64().unwrap(),
            our_count: told["ours"].as_i64().unwrap(),
            reason: text(told, "reason").to_owned(),
            ..ComparedRow::default()
        };
        for dimension in Dimension::ALL {
            row.values[dimension.place()] = value(dimension.aws_name());
        }
        row
    };
    let rows = told["rows"].as_array().unwrap().iter().map(row).collect();
    let (place, start_time) = (place(told, "fixture"), instant(text(told, "day")));
    ComparedDay { place, start_time, counted_at, rows }
}

/// Asks each of these with the files of its name in a folder.
fn check(folder: &str, reports: Vec<Report>) {
    let empty = Warehouse::new();
    empty.open(instant(READ), &Steps::none()).unwrap();
    let mut failures = Vec::new();
    for report in reports {
        let mut making = Making::new();
        let data = Path::new(FOLDER).join(format!("data/{folder}/{}.ndjson", report.name));
        making.take(&fs::read_to_string(data).unwrap());
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
    check("checks", checks_alone());
}

/// The checks that are not reports too.
fn checks_alone() -> Vec<Report> {
    let reports = reports::all();
    let is_alone = |check: &Report| reports.iter().all(|report| report.name != check.name);
    reports::checks().into_iter().filter(is_alone).collect()
}

#[test]
fn a_try_that_failed_retires_no_place_that_was_read() {
    let mut making = Making::new();
    making.take(
        r#"{"at": "2026-01-01T02:00:00Z"}
        {"coverage": {"region": "eu-west-1", "kind": "backup", "from": "2025-12-02T02:00:00Z",
            "until": "2026-01-01T01:59:00Z", "status": "complete"}}
        {"at": "2026-02-20T02:00:00Z"}
        {"source": "slip"}
        {"coverage": {"region": "eu-west-1", "kind": "backup", "from": "2026-01-21T02:00:00Z",
            "until": "2026-02-20T01:59:00Z", "status": "failed"}}"#
            .replace(",\n", ",")
            .as_str(),
    );
    let lake = Lake::open(&making.warehouse.path()).unwrap();
    let checks = reports::checks();
    let report = reports::find_check(&checks, "data-stale").unwrap().clone();
    let mut session = Session { report, empty: lake.clone(), lake };
    let told = session.run("check now=2026-02-20T03:00:00Z : source, held_until").unwrap();
    let DBOutput::Rows { rows, .. } = told else { panic!("no rows") };
    assert_eq!(rows, [["slip", "NULL"], ["fixture", "2026-01-01T01:59:00Z"]]);
}

#[test]
fn every_report_and_check_has_a_file_which_asks_the_empty_warehouse_too() {
    let names = |paths: Vec<PathBuf>| -> Vec<String> {
        let of_named = paths.iter().filter(|path| is_of_named(path));
        of_named.map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned()).collect()
    };
    let folder = Path::new(FOLDER);
    for (word, reports) in [("report", reports::all()), ("check", checks_alone())] {
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
