//! Faults of jobs: repeated, still running, late, or with values that nobody knows.

use std::sync::Arc;

use async_trait::async_trait;

use crate::error::Result;
use crate::model::{Accounts, Instant, JobKind, MINUTE, SummaryRequest, SummaryRow, is_terminal};
use crate::serve::aws::{Backend, Caller, ListFilter, ListRequest, Page, Position};
use crate::tables::{Cell, Row};

use super::plan::{FaultPlan, Switch};

/// A late job is listed at most so many minutes after its creation.
const LATE_MINUTES: u32 = 20;
/// Columns that can have a value that nobody knows, and that value.
const UNKNOWN_VALUES: [(&str, &str); 4] = [
    ("state", "HIBERNATING"),
    ("status", "HIBERNATING"),
    ("message_category", "QUANTUM_ERROR"),
    ("resource_type", "Time Machine"),
];

/// Makes the jobs of another backend go wrong; its counts stay right.
#[derive(Debug)]
pub struct FaultyJobs {
    jobs: Arc<dyn Backend>,
    plan: Arc<FaultPlan>,
}

impl FaultyJobs {
    /// Makes `jobs` go wrong as `plan` says.
    pub fn new(jobs: Arc<dyn Backend>, plan: Arc<FaultPlan>) -> Self {
        Self { jobs, plan }
    }

    fn strikes(&self, switch: Switch, position: &Position) -> bool {
        self.plan.strikes(switch, &name(position), 0)
    }

    /// The job that ended the page before, once more: the page is no longer for it.
    async fn repeat(&self, caller: &Caller, request: &ListRequest, page: &mut Page) -> Result<()> {
        let Some(after) = &request.after else { return Ok(()) };
        if !self.strikes(Switch::Repeat, after) && !self.strikes(Switch::Change, after) {
            return Ok(());
        }
        let account = Accounts::One(after.account_id.clone());
        let found = self.jobs.describe(caller, request.kind, &account, &after.job_id).await?;
        page.rows.splice(0..0, found);
        if page.rows.len() > request.limit {
            page.rows.pop();
            page.next = page.rows.last().and_then(Position::of);
        }
        Ok(())
    }

    fn is_late(&self, row: &Row, now: Instant) -> bool {
        let Some(position) = Position::of(row) else { return false };
        let minutes = self.plan.pick(Switch::Late, &name(&position), 1, LATE_MINUTES) + 1;
        let late = i64::from(minutes) * MINUTE;
        self.strikes(Switch::Late, &position) && now < position.creation_date + late
    }

    /// Changes one value, unless the request asked for that column's value itself.
    fn estrange(&self, row: &mut Row, filter: Option<&ListFilter>) {
        let Some(position) = Position::of(row) else { return };
        if !self.strikes(Switch::UnknownValue, &position) {
            return;
        }
        let may_change = |column: &str| {
            let is_asked =
                filter.is_some_and(|f| f.conditions.iter().any(|c| c.column() == column));
            row.text(column).is_some() && !is_asked
        };
        let columns: Vec<_> = UNKNOWN_VALUES.iter().filter(|(c, _)| may_change(c)).collect();
        let count = u32::try_from(columns.len()).unwrap_or(0);
        let at = self.plan.pick(Switch::UnknownValue, &name(&position), 1, count);
        if let Some((column, value)) = columns.get(at as usize) {
            row.set(column, Cell::text(*value));
        }
    }
}

fn name(position: &Position) -> String {
    format!("{}/{}", position.account_id, position.job_id)
}

/// The job as it may have been a moment ago, unless the request asked how it ended.
fn as_running(row: &mut Row, request: &ListRequest) {
    let state = row.table().state();
    let told = [state, "completion_date"];
    let is_asked = request.filter.conditions.iter().any(|c| told.contains(&c.column()));
    if !is_asked && row.text(state).is_some_and(|state| is_terminal(request.kind, state)) {
        row.set(state, Cell::text("RUNNING"));
        row.set("completion_date", Cell::Null);
        row.set("status_message", Cell::Null);
    }
}

#[async_trait]
impl Backend for FaultyJobs {
    async fn list(&self, caller: &Caller, request: &ListRequest) -> Result<Page> {
        let mut page = self.jobs.list(caller, request).await?;
        // A page of one that repeats would never let the listing go on.
        if request.limit > 1 {
            self.repeat(caller, request, &mut page).await?;
            if let (Some(next), Some(last)) = (&page.next, page.rows.last_mut())
                && self.strikes(Switch::Change, next)
            {
                as_running(last, request);
            }
        }
        page.rows.retain(|row| !self.is_late(row, caller.at));
        for row in &mut page.rows {
            self.estrange(row, Some(&request.filter));
        }
        Ok(page)
    }

    async fn describe(
        &self,
        caller: &Caller,
        kind: JobKind,
        accounts: &Accounts,
        id: &str,
    ) -> Result<Option<Row>> {
        let mut found = self.jobs.describe(caller, kind, accounts, id).await?;
        if let Some(row) = &mut found {
            self.estrange(row, None);
        }
        Ok(found)
    }

    async fn summaries(
        &self,
        caller: &Caller,
        request: &SummaryRequest,
    ) -> Result<Vec<SummaryRow>> {
        self.jobs.summaries(caller, request).await
    }
}
