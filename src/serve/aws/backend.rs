//! What the endpoint asks of whatever holds the jobs.

use std::fmt;

use async_trait::async_trait;

use crate::error::Result;
use crate::model::{Accounts, Instant, JobKind, SummaryRequest, SummaryRow};
use crate::tables::{ListRequest, Position, Row};

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
    /// The same request at the same instant gives the same rows, while the same jobs are held:
    /// pages are cut from them.
    async fn summaries(&self, caller: &Caller, request: &SummaryRequest)
    -> Result<Vec<SummaryRow>>;
}

/// Who asks, of which Region, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The account of the caller's key; without one, every account is the caller's own.
    pub account_id: Option<String>,
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
