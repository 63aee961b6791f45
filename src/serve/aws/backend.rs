//! What the endpoint asks of whatever holds the jobs.

use std::cmp::Ordering;
use std::fmt;

use async_trait::async_trait;

use crate::error::Result;
use crate::model::{Accounts, Instant, JobKind, SummaryRequest, SummaryRow, same_value};
use crate::tables::{Cell, Row, Table};

/// What holds the jobs: the emulator at a virtual instant, or the warehouse.
///
/// The endpoint has resolved and checked everything that is AWS's: whose jobs the caller may see,
/// page sizes, values, tokens. A backend answers for jobs only.
#[async_trait]
pub trait Backend: fmt::Debug + Send + Sync + 'static {
    /// One page of the jobs that match, of the caller's Region, in the order of [`Position`].
    async fn list(&self, caller: &Caller, request: &ListRequest) -> Result<Page>;

    /// The job of `kind` with that id in the caller's Region, if one of `accounts` has it.
    ///
    /// Where several accounts have it, the first in the order of [`Position`].
    async fn describe(
        &self,
        caller: &Caller,
        kind: JobKind,
        accounts: &Accounts,
        id: &str,
    ) -> Result<Option<Row>>;

    /// All rows of a summary, of the caller's Region, in [`SummaryRow::order`].
    ///
    /// The same request at the same instant gives the same rows: pages are cut from them.
    async fn summaries(&self, caller: &Caller, request: &SummaryRequest)
    -> Result<Vec<SummaryRow>>;
}

/// Who asks, of which Region, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The account of the caller's key.
    pub account_id: String,
    /// The Region of the credential scope.
    pub region: String,
    /// What the caller may see.
    pub scope: Scope,
    /// The instant of the request; a backend that lives in time answers as of then.
    pub at: Instant,
}

/// What a caller may see.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scope {
    /// Its own account.
    Account,
    /// Every account of its organisation, where the request says so.
    Organization,
}

/// What a List operation asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListRequest {
    /// The kind of job.
    pub kind: JobKind,
    /// Which jobs.
    pub filter: ListFilter,
    /// The job before the first one of the page; absent for the first page.
    pub after: Option<Position>,
    /// At most so many rows.
    pub limit: usize,
}

/// Which jobs: those that satisfy everything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListFilter {
    /// Whose jobs.
    pub accounts: Accounts,
    /// One for each parameter that was given.
    pub conditions: Vec<Condition>,
}

impl ListFilter {
    /// True if and only if `row` satisfies everything.
    pub fn matches(&self, row: &Row) -> bool {
        row.text("account_id").is_some_and(|id| self.accounts.contain(id))
            && self.conditions.iter().all(|condition| condition.matches(row))
    }

    /// The text that `column` must equal, if one was given.
    pub fn wanted(&self, column: &str) -> Option<&str> {
        self.conditions.iter().filter(|c| c.column == column).find_map(|c| match &c.test {
            Test::Is(text) => Some(text.as_str()),
            Test::SameAs(_) | Test::After(_) | Test::Before(_) => None,
        })
    }

    /// The instants between which the time `column` must lie, both excluded.
    pub fn between(&self, column: &str) -> (Option<Instant>, Option<Instant>) {
        let mut bounds = (None, None);
        for condition in self.conditions.iter().filter(|c| c.column == column) {
            match condition.test {
                Test::After(instant) => bounds.0 = bounds.0.max(Some(instant)),
                Test::Before(instant) => {
                    bounds.1 = Some(bounds.1.map_or(instant, |bound: Instant| bound.min(instant)));
                }
                Test::Is(_) | Test::SameAs(_) => {}
            }
        }
        bounds
    }
}

/// One condition on one column of the jobs' table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    column: &'static str,
    place: usize,
    test: Test,
}

/// What a column's value must be; a NULL satisfies none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Test {
    /// This very text.
    Is(String),
    /// This text, without regard to case and to `_` ([`same_value`]).
    SameAs(String),
    /// Later than this instant, which is itself excluded ("created after the specified date").
    After(Instant),
    /// Earlier than this instant, which is itself excluded.
    Before(Instant),
}

impl Condition {
    /// A condition on a column of the jobs of `kind`.
    ///
    /// # Panics
    /// If their table has no such column: a bug.
    pub fn new(kind: JobKind, column: &'static str, test: Test) -> Self {
        Self { column, place: Table::of_jobs(kind).index(column), test }
    }

    /// The SQL name of the column.
    pub fn column(&self) -> &'static str {
        self.column
    }

    /// What its value must be.
    pub fn test(&self) -> &Test {
        &self.test
    }

    fn matches(&self, row: &Row) -> bool {
        match (&self.test, &row.cells()[self.place]) {
            (Test::Is(wanted), Cell::Text(text)) => text == wanted,
            (Test::SameAs(wanted), Cell::Text(text)) => same_value(text, wanted),
            (Test::After(bound), Cell::Time(instant)) => instant > bound,
            (Test::Before(bound), Cell::Time(instant)) => instant < bound,
            _ => false,
        }
    }
}

/// One page of jobs.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// The jobs, in the order of [`Position`].
    pub rows: Vec<Row>,
    /// Where the next page begins, if there is one: after this job.
    pub next: Option<Position>,
}

impl Page {
    /// A page of `rows`; `more` says that further jobs follow the last of them.
    pub fn new(rows: Vec<Row>, more: bool) -> Self {
        let next = if more { rows.last().and_then(Position::of) } else { None };
        Self { rows, next }
    }
}

/// The place of a job in a listing: newest `creation_date` first, then by account, then by id.
///
/// AWS documents no order; this one is total, so that a page token need only name the last job.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Position {
    /// When the job was created.
    pub creation_date: Instant,
    /// The account that owns it.
    pub account_id: String,
    /// Its id.
    pub job_id: String,
}

impl Position {
    /// The place of a row of a job table; `None` where a part is NULL, which none ever is.
    pub fn of(row: &Row) -> Option<Self> {
        Some(Self {
            creation_date: row.time("creation_date")?,
            account_id: row.text("account_id")?.to_owned(),
            job_id: job_id(row)?.to_owned(),
        })
    }

    /// True if and only if `row` comes after this place.
    pub fn precedes(&self, row: &Row) -> bool {
        Self::of(row).is_some_and(|place| *self < place)
    }
}

/// The id of a row of a job table.
pub(crate) fn job_id(row: &Row) -> Option<&str> {
    row.text(row.table().key.last()?)
}

impl Ord for Position {
    fn cmp(&self, other: &Self) -> Ordering {
        let newest_first = other.creation_date.cmp(&self.creation_date);
        newest_first
            .then_with(|| self.account_id.cmp(&other.account_id))
            .then_with(|| self.job_id.cmp(&other.job_id))
    }
}

impl PartialOrd for Position {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
