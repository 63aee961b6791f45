//! Runs every file of `tests/slt` against a warehouse of the jobs in `tests/slt/data`; those of
//! `tests/slt/reports` and of `tests/slt/checks` each against one of its own.

mod reports;

use std::env;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use arrow::array::RecordBatch;
use arrow::util::display::{ArrayFormatter, FormatOptions};
use lookback::catalog::{
    AsOf, Commit, ComparedDay, ComparedRow, Learnt, OpenChanges, Run, RunStatus, UnitRecord,
    UnitStatus,
};
use lookback::engine::{Asker, Engine, Limits};
use lookback::error::{Error, Result};
use lookback::lake::Lake;
use lookback::model::{
    CoverageStatus, DAY, Instant, JobKind, MINUTE, Place, Reach, Span, Steps, found,
};
use lookback::source::files::{self, Defaults, Found};
use lookback::tables::{Cell, Row};
use sqllogictest::{
    DB, DBOutput, DefaultColumnType, Runner, default_column_validator, default_normalizer,
    default_validator,
};

use crate::warehouse::{Warehouse, block_on, instant};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/slt");
/// The files that are read.
const EXTENSIONS: [&str; 3] = ["slt", "ndjson", "json"];
/// Set, it has the test write the answers into the files instead of comparing them.
const UPDATE: &str = "LOOKBACK_UPDATE_SLT";

/// A session over the warehouse.
struct Session(Engine);

impl DB for Session {
    type Error = Error;
    type ColumnType = DefaultColumnType;

    fn run(&mut self, sql: &str) -> Result<DBOutput<DefaultColumnType>> {
        // The runner blocks a thread of its own kind, in which no other runtime runs.
        let batches = block_on(self.0.query(sql))?;
        let Some(first) = batches.first().filter(|batch| batch.num_columns() > 0) else {
            return Ok(DBOutput::StatementComplete(0));
        };
        Ok(output(first.num_columns(), &batches))
    }
}

fn output(columns: usize, batches: &[RecordBatch]) -> DBOutput<DefaultColumnType> {
    let types = vec![DefaultColumnType::Any; columns];
    DBOutput::Rows { types, rows: batches.iter().flat_map(texts).collect() }
}

fn texts(batch: &RecordBatch) -> Vec<Vec<String>> {
    let options = FormatOptions::default().with_null("NULL");
    let format = |column| ArrayFormatter::try_new(column, &options).unwrap();
    let columns: Vec<_> = batch.columns().iter().map(|column| format(column.as_ref())).collect();
    let text = |text: String| if text.is_empty() { "(empty)".to_owned() } else { text };
    let row = |at| columns.iter().map(|column| text(column.value(at).to_string())).collect();
    (0..batch.num_rows()).map(row).collect()
}

/// The files below `folder` with that extension, in order; one that nothing reads is a leftover.
fn below(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut found: Vec<_> = entries
        .flat_map(|path| if path.is_dir() { below(&path, extension) } else { vec![path] })
        .filter(|path| {
            let own = path.extension().unwrap_or_default();
            assert!(EXTENSIONS.iter().any(|it| own == *it), "leftover {}", path.display());
            own == extension
        })
        .collect();
    found.sort();
    found
}

/// A warehouse of the fixture, read on 1 February 2026.
fn warehouse() -> Warehouse {
    let observed_at = instant("2026-02-01");
    let (region, account_id) = (None, None);
    let defaults = Defaults { region, account_id, source: "fixture".into(), observed_at };
    let data = Path::new(FOLDER).join("data");
    let mut rows: Vec<Row> = Vec::new();
    for path in [below(&data, "ndjson"), below(&data, "json")].concat() {
        if is_of_named(&path) {
            continue;
        }
        let file = File::open(&path).unwrap();
        let findings = files::read(file, "fixture", &defaults, &mut |found| {
            if let Found::Row(row) = found {
                rows.push(row);
            }
            Ok(())
        });
        let findings = findings.unwrap();
        assert_eq!((findings.bad, findings.notes()), (0, vec![]), "{}", path.display());
    }
    // What no file says: AWS stopped showing this job while it was open.
    let is_forgotten = |row: &&mut Row| row.text("backup_job_id") == Some("b-15-forgotten");
    rows.iter_mut().find(is_forgotten).unwrap().set("tracking", Cell::text("forgotten"));
    let warehouse = Warehouse::new();
    warehouse.ingest(&rows, observed_at, &Steps::none()).unwrap();
    tell_ledger(&warehouse, observed_at + DAY);
    warehouse
}

/// What an ingest tells that reads thirty days and fails in one Region.
fn tell_ledger(warehouse: &Warehouse, now: Instant) {
    let place = |region: &str| {
        let (source, kind) = ("fixture".to_owned(), JobKind::Backup);
        Place { source, region: region.to_owned(), kind }
    };
    let span = Span::new(now - 30 * DAY, now).unwrap();
    let unit = |region: &str, status, message: &str| UnitRecord {
        place: place(region),
        operation: "list",
        from: Some(span.from),
        until: Some(span.until),
        status: UnitStatus::Ended(status),
        started_at: now,
        ended_at: now + MINUTE,
        calls: 3,
        throttles: 1,
        retries: 2,
        jobs: 17,
        refused: 0,
        message: message.to_owned(),
    };
    let (whole, denied) = (CoverageStatus::Complete, CoverageStatus::Denied);
    let units = [unit("eu-west-1", whole, ""), unit("us-east-1", denied, "it needs the action")];
    let learn = |region: &str, status| {
        let (place, reach) = (place(region), Reach::Organization);
        let of = move |coverage| Learnt { place: place.clone(), reach, coverage };
        found(span, status, now).into_iter().map(of)
    };
    let learnt: Vec<_> = learn("eu-west-1", whole).chain(learn("us-east-1", denied)).collect();
    let (id, detail) = ("run-2".to_owned(), "fixture".to_owned());
    let (status, rows) = (RunStatus::Attention, [34, 0, 0, 34, 0]);
    let run = Run { id, command: "ingest", started_at: now, status, rows, detail };
    let catalog = Lake::open(&warehouse.path()).unwrap().catalog;
    let base = catalog.snapshot(AsOf::Latest).unwrap();
    let open = OpenChanges::default();
    let compared = [compared(now)];
    let commit = Commit {
        base,
        changes: &[],
        run: &run,
        learnt: &learnt,
        units: &units,
        open: &open,
        compared: &compared,
    };
    catalog.commit(&commit, now + MINUTE, &Steps::none()).unwrap();
}

/// What a comparison found in one Region: groups that agree, and one that lacks a job.
fn compared(now: Instant) -> ComparedDay {
    let place = Place {
        source: "fixture".to_owned(),
        region: "eu-west-1".to_owned(),
        kind: JobKind::Backup,
    };
    let row = |verdict, is_explained, aws_count, our_count, reason: &str| ComparedRow {
        verdict,
        is_explained,
        group_count: 1,
        aws_count,
        our_count,
        reason: reason.to_owned(),
        ..ComparedRow::default()
    };
    let value = |text: &str| Some(text.to_owned());
    let short = ComparedRow {
        account_id: value("111111111111"),
        values: [value("COMPLETED"), value("EBS"), None, None, None],
        ..row("missing_here", false, 4, 3, "the day was listed whole")
    };
    let agreeing = ComparedRow { group_count: 5, ..row("match", true, 9, 9, "") };
    let start_time = (now - 23 * DAY).day_start();
    ComparedDay { place, start_time, counted_at: now, rows: vec![agreeing, short] }
}

#[test]
fn sql_answers_as_the_files_say() {
    let warehouse = warehouse();
    let lake = Lake::open(&warehouse.path()).unwrap();
    let paths = below(Path::new(FOLDER), "slt");
    assert!(!paths.is_empty(), "no .slt file below {FOLDER}");
    let asker = || Asker::at(instant("2026-01-20T03:00:00Z"));
    let mut failures = Vec::new();
    for path in paths.iter().filter(|path| !is_of_named(path)) {
        let open = || async {
            Engine::open(&lake, AsOf::Latest, Limits::default(), asker()).await.map(Session)
        };
        failures.extend(failure(path, open));
    }
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
}

/// True if and only if a file or its data is of a question with a name.
fn is_of_named(path: &Path) -> bool {
    let folders = ["reports", "checks"];
    path.components().any(|part| folders.iter().any(|folder| part.as_os_str() == *folder))
}

/// What is wrong with the answers to the questions of a file, if anything is.
fn failure<D, F>(path: &Path, open: impl Fn() -> F) -> Option<String>
where
    D: DB<Error = Error, ColumnType = DefaultColumnType> + Send,
    F: Future<Output = Result<D>>,
{
    let mut runner = Runner::new(open);
    runner.with_column_validator(default_column_validator);
    if env::var_os(UPDATE).is_none() {
        return runner.run_file(path).err().map(|err| err.display(false).to_string());
    }
    let update = runner.update_test_file(
        path,
        " ",
        default_validator,
        default_normalizer,
        default_column_validator,
    );
    futures::executor::block_on(update).unwrap();
    None
}
