//! The warehouse behind the endpoint: all history that is held, of the newest snapshot.

use std::sync::Arc;

use async_trait::async_trait;
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::engine::{Current, Engine};
use crate::error::{Error, Kind, Result};
use crate::model::{Accounts, Instant, JobKind, SummaryRequest, SummaryRow};
use crate::tables::{Condition, ListFilter, ListRequest, Row, Table, Test};

use super::backend::{Backend, Caller, Page};

/// How many requests read at once; others wait for their turn. All share the engine's memory.
const READERS: usize = 8;
/// The smallest step of time.
const MICROSECOND: i64 = 1;

/// The jobs that a warehouse holds, as AWS would show them if it forgot none.
///
/// Describe finds a job of any account: AWS promises its callers their own account's only, since
/// it asks that account's service; here one warehouse holds them all.
#[derive(Debug)]
pub struct Warehouse {
    current: Current,
    turns: Semaphore,
    /// How long after its creation a job is shown, in the unit of [`Instant`].
    retention: Option<i64>,
}

impl Warehouse {
    /// Shows all that is held.
    pub fn new(current: Current) -> Self {
        Self { current, turns: Semaphore::new(READERS), retention: None }
    }

    /// The same, but a job is forgotten so long after its creation, as AWS forgets.
    ///
    /// Counts are of whole days, and reach back as far as AWS's periods do: a retention that is
    /// shorter than these changes nothing about them.
    #[must_use]
    pub fn with_retention(mut self, retention: i64) -> Self {
        self.retention = Some(retention);
        self
    }

    /// A turn to read, and the engine to read through.
    async fn turn(&self) -> Result<(SemaphorePermit<'_>, Arc<Engine>)> {
        let turn = self.turns.acquire().await;
        let turn = turn.map_err(|err| Error::internal("wait for a turn").with_source(err))?;
        Ok((turn, self.current.engine().await?))
    }

    async fn jobs(&self, caller: &Caller, mut request: ListRequest) -> Result<Vec<Row>> {
        request.filter.conditions.extend(self.remembered(request.kind, caller.at));
        let (_turn, engine) = self.turn().await.map_err(inside)?;
        engine.jobs(&caller.region, &request).await.map_err(inside)
    }

    /// The condition that a job is not forgotten at `at`.
    fn remembered(&self, kind: JobKind, at: Instant) -> Option<Condition> {
        let oldest = at - self.retention?;
        let time = Table::of_jobs(kind).time;
        Some(Condition::new(kind, time, Test::After(oldest - MICROSECOND)))
    }
}

/// What was asked has been checked: what is wrong behind that is no fault of who asked.
fn inside(err: Error) -> Error {
    match err.kind() {
        Kind::Input => Error::corrupt("the warehouse cannot be read").with_source(err),
        _ => err,
    }
}

#[async_trait]
impl Backend for Warehouse {
    async fn list(&self, caller: &Caller, request: &ListRequest) -> Result<Page> {
        // One more tells whether there is another page.
        let wanted = ListRequest { limit: request.limit + 1, ..request.clone() };
        let mut rows = self.jobs(caller, wanted).await?;
        let more = rows.len() > request.limit;
        rows.truncate(request.limit);
        Ok(Page::new(rows, more))
    }

    async fn describe(
        &self,
        caller: &Caller,
        kind: JobKind,
        accounts: &Accounts,
        id: &str,
    ) -> Result<Option<Row>> {
        let is_it = Condition::new(kind, Table::of_jobs(kind).job_id(), Test::Is(id.to_owned()));
        let filter = ListFilter { accounts: accounts.clone(), conditions: vec![is_it] };
        let request = ListRequest { kind, filter, after: None, limit: 1 };
        Ok(self.jobs(caller, request).await?.pop())
    }

    async fn summaries(&self, _: &Caller, request: &SummaryRequest) -> Result<Vec<SummaryRow>> {
        let (_turn, engine) = self.turn().await.map_err(inside)?;
        engine.summaries(request).await.map_err(inside)
    }
}
