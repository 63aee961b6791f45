//! What is wrong with the rows of a file, besides its statistics.

use std::collections::BTreeMap;

use arrow::array::{Array, AsArray, RecordBatch, StringArray};
use arrow::datatypes::TimestampMicrosecondType;

use crate::catalog::HeldFile;
use crate::error::{Error, Result};
use crate::model::{Coverage, Instant, JobKey, JobKind, OpenJob, Place, Reach, Span, Tracking};
use crate::tables::{self, Origin, Row, Table};

use super::finding::{Check, Finding};

/// The intervals of which something is known, of each source, Region and kind.
pub(super) type Known = BTreeMap<(String, String, JobKind), Vec<Span>>;

/// The intervals by place, whatever the scope.
pub(super) fn known(coverage: &[(Place, Reach, Coverage)]) -> Known {
    let mut known = Known::new();
    for (place, _, of) in coverage {
        let key = (place.source.clone(), place.region.clone(), place.kind);
        known.entry(key).or_default().push(of.span);
    }
    known
}

/// What the rows of one table say together.
#[derive(Debug)]
pub(super) struct Gathered<'a> {
    table: &'static Table,
    known: &'a Known,
    /// The jobs that are open by their rows.
    pub(super) open: Vec<OpenJob>,
    /// Whether every live row could be read.
    pub(super) is_complete: bool,
    /// By source and Region, rows of listings that are not covered, with the first of their times.
    uncovered: BTreeMap<(String, String), (u64, Instant)>,
}

/// What is counted in one file.
#[derive(Debug, Default)]
pub(super) struct Counted {
    outside: u64,
    /// Rows of which nobody can tell what job they are of.
    pub(super) keyless: u64,
}

impl<'a> Gathered<'a> {
    pub(super) fn new(table: &'static Table, known: &'a Known) -> Self {
        Self { table, known, open: Vec::new(), is_complete: true, uncovered: BTreeMap::new() }
    }

    /// Takes a batch of a file.
    pub(super) fn add(
        &mut self,
        held: &HeldFile,
        batch: &RecordBatch,
        counted: &mut Counted,
    ) -> Result<()> {
        let table = self.table;
        let named = table.key.iter().chain([&table.time]);
        let columns: Vec<_> = named.map(|name| batch.column(table.index(name))).collect();
        let lacks = |row: usize| columns.iter().any(|column| column.is_null(row));
        counted.keyless += (0..batch.num_rows()).filter(|row| lacks(*row)).count() as u64;
        let times = batch.column(table.index(table.time));
        let times = times.as_primitive::<TimestampMicrosecondType>();
        // Other tools take the month in the zone of their user.
        if held.file.is_ours() && held.partition.len() == 2 {
            let is_outside = |micros: i64| {
                let (year, month) = Instant::from_micros(micros).year_month();
                [year.to_string(), month.to_string()] != held.partition[..]
            };
            counted.outside += times.iter().flatten().filter(|at| is_outside(*at)).count() as u64;
        }
        let Some(kind) = table.kind else { return Ok(()) };
        self.add_uncovered(batch, kind)?;
        self.add_open(batch)
    }

    fn add_uncovered(&mut self, batch: &RecordBatch, kind: JobKind) -> Result<()> {
        let [source, region, origin] =
            ["source", "region", "origin"].map(|name| texts(self.table, batch, name));
        let (source, region, origin) = (source?, region?, origin?);
        let times = batch.column(self.table.index(self.table.time));
        let times = times.as_primitive::<TimestampMicrosecondType>();
        for row in 0..batch.num_rows() {
            // Only listings teach coverage.
            let is_listed = origin.is_valid(row) && origin.value(row) == Origin::List.name();
            if !is_listed || source.is_null(row) || region.is_null(row) || times.is_null(row) {
                continue;
            }
            let at = Instant::from_micros(times.value(row));
            let (source, region) = (source.value(row).to_owned(), region.value(row).to_owned());
            let place = (source, region, kind);
            if !self.is_known(&place, at) {
                let (source, region, _) = place;
                let (count, first) = self.uncovered.entry((source, region)).or_insert((0, at));
                (*count, *first) = (*count + 1, at.min(*first));
            }
        }
        Ok(())
    }

    /// The oldest listing of a place asks for what is older, too, and the youngest of scan jobs has
    /// no end: nothing is said of what lies outside of all of them.
    fn is_known(&self, place: &(String, String, JobKind), at: Instant) -> bool {
        let Some(spans) = self.known.get(place) else { return false };
        let (first, last) =
            (spans.iter().map(|it| it.from).min(), spans.iter().map(|it| it.until).max());
        let is_outside = first.is_some_and(|first| at < first)
            || (place.2 == JobKind::Scan && last.is_some_and(|last| at >= last));
        is_outside || spans.iter().any(|span| span.contains(at))
    }

    fn add_open(&mut self, batch: &RecordBatch) -> Result<()> {
        let tracking = texts(self.table, batch, "tracking")?;
        let is_open =
            |row: &usize| tracking.is_valid(*row) && tracking.value(*row) == Tracking::Open.name();
        for row in (0..batch.num_rows()).filter(is_open) {
            let [row] = &tables::rows(self.table, &batch.slice(row, 1))?[..] else { continue };
            self.open.extend(open_job(row));
        }
        Ok(())
    }

    /// What is wrong with the table as a whole.
    pub(super) fn findings(&self) -> impl Iterator<Item = Finding> {
        let name = self.table.name;
        self.uncovered.iter().map(move |((source, region), (count, first))| {
            let object = format!("table {name}, source {source}, Region {region}");
            let what = format!(
                "rows that a listing brought lie outside of its coverage: {count}, the first \
                 created at {first}"
            );
            Finding::new(Check::UncoveredRow, object, what)
        })
    }
}

impl Counted {
    /// What is wrong with the rows of a file.
    pub(super) fn findings(&self, held: &HeldFile) -> Vec<Finding> {
        let mut findings = Vec::new();
        let object = format!("file {}", held.file.path);
        if self.outside > 0 {
            let month = held.partition.join("-");
            let what = format!("rows that are not of its month, {month}: {}", self.outside);
            findings.push(Finding::new(Check::OutsidePartition, object.clone(), what));
        }
        if self.keyless > 0 {
            let what =
                format!("rows that lack a part of their key, or their time: {}", self.keyless);
            findings.push(Finding::new(Check::MissingKey, object, what));
        }
        findings
    }
}

fn texts<'b>(table: &Table, batch: &'b RecordBatch, name: &str) -> Result<&'b StringArray> {
    let column = batch.column(table.index(name)).as_string_opt();
    column.ok_or_else(|| Error::internal(format!("column {name} is no text")))
}

/// The job of a row that is open, as the ledger should have it; nothing if its key is not whole.
fn open_job(row: &Row) -> Option<OpenJob> {
    let text = |column: &str| row.text(column).map(str::to_owned);
    let (kind, job_id) = (row.table().kind?, text(row.table().job_id())?);
    let key = JobKey { kind, region: text("region")?, account_id: text("account_id")?, job_id };
    let creation_date = row.time(row.table().time)?;
    Some(OpenJob {
        key,
        creation_date,
        state: text(row.table().state()),
        source: text("source").unwrap_or_default(),
        observed_at: row.time("observed_at").unwrap_or(creation_date),
    })
}
