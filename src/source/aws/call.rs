//! What can be asked, and what comes back.

use aws_sdk_backup::primitives::DateTime;

use crate::model::{Instant, JobKind};
use crate::tables::Row;

/// Jobs a page, as many as AWS allows (`MaxResults`).
pub const PAGE_ROWS: i32 = 1000;
/// Rows a page of summaries: the model allows 1000, the documentation 500.
pub const SUMMARY_PAGE_ROWS: i32 = 500;
/// The values that `ListScanJobSummaries` is asked for one by one: this dimension alone has no ANY.
pub use crate::model::SCAN_RESULTS;

/// A millisecond in the unit of [`Instant`]: what AWS's times are told to.
const MILLISECOND: i64 = 1000;

/// Whose jobs are asked for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Whose {
    /// Those of the account of the credentials.
    Own,
    /// Those of every account of the organisation.
    Every,
    /// Those of one account of the organisation.
    One(String),
}

impl Whose {
    /// The parameter `ByAccountId` of a listing.
    pub(super) fn by_account_id(&self) -> Option<String> {
        match self {
            Self::Own => None,
            Self::Every => Some("*".to_owned()),
            Self::One(account_id) => Some(account_id.clone()),
        }
    }

    /// The parameter `AccountId` of the summaries; `own` is the account of the credentials.
    pub(super) fn account_id(&self, own: Option<&str>) -> String {
        match self {
            // Whoever may see no other account gets its own under ANY.
            Self::Own => own.unwrap_or("ANY").to_owned(),
            Self::Every => "ANY".to_owned(),
            Self::One(account_id) => account_id.clone(),
        }
    }
}

/// One request of a List operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListCall {
    /// The kind of job.
    pub kind: JobKind,
    /// Whose jobs.
    pub whose: Whose,
    /// Only jobs created at this instant or later. `ListScanJobs` has no such parameter.
    pub from: Option<Instant>,
    /// Only jobs created before this instant. `ListScanJobs` has no such parameter.
    pub until: Option<Instant>,
    /// The token of the page; the first page without one.
    pub token: Option<String>,
}

impl ListCall {
    /// The parameter `ByCreatedAfter`: a millisecond early, so that it does not matter whether AWS
    /// counts the bound itself.
    pub(super) fn created_after(&self) -> Option<DateTime> {
        self.from.map(|from| time(from - MILLISECOND))
    }

    /// The parameter `ByCreatedBefore`.
    pub(super) fn created_before(&self) -> Option<DateTime> {
        self.until.map(time)
    }
}

fn time(instant: Instant) -> DateTime {
    DateTime::from_millis(instant.millis())
}

/// One request of a summaries operation: days, with a row for each value of every dimension.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SummaryCall {
    /// The kind of job counted.
    pub kind: JobKind,
    /// Whose jobs are counted.
    pub whose: Whose,
    /// The scan result counted, one of [`SCAN_RESULTS`]; for scan jobs only. Without one AWS sums
    /// all results.
    pub scan_result: Option<&'static str>,
    /// The token of the page; the first page without one.
    pub token: Option<String>,
}

/// One page of what was asked for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct JobPage {
    /// Finished rows: with Region, account, source, origin and instant.
    pub rows: Vec<Row>,
    /// Records that cannot be rows: a sentence for each.
    pub refused: Vec<String>,
    /// The token of the next page; absent on the last one.
    pub next: Option<String>,
}

/// An answer of AWS as rows that are not finished yet.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) rows: Vec<Row>,
    /// What summaries say of themselves.
    pub(super) period: Option<String>,
    pub(super) next: Option<String>,
}

impl Answer {
    pub(super) fn of_jobs(rows: Vec<Row>, next: Option<String>) -> Self {
        Self { rows, period: None, next }
    }
}
