//! What a listing of jobs asks for: which rows, in which order, from where on.

use std::cmp::Ordering;

use crate::model::{Accounts, Instant, JobKind, same_value};

use super::{Cell, Row, Table};

/// One page of a listing.
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
            job_id: row.text(row.table().job_id())?.to_owned(),
        })
    }
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
