//! Job summaries: one implementation for SQL's table functions, the command line and the endpoint.
//!
//! A [`Question`] (arguments by name) is read as a [`SummaryRequest`] of `model`, which becomes a
//! plan over the table of its jobs.

mod argument;
mod function;
mod further;
mod plan;
mod question;
mod rows;
mod scalars;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use datafusion::datasource::TableProvider;
use datafusion::logical_expr::LogicalPlan;

use crate::error::{Error, Result};
use crate::lake::Lake;
use crate::model::{Instant, JobKind, SummaryRequest, regions};
use crate::tables::Table;

use super::Asker;
use super::failure::explain;
use super::table::LakeTable;

pub use argument::{Argument, Wording};
pub use function::name as function_name;
pub use question::{Given, Question};

pub(super) use function::SummaryFunctions;
pub(super) use rows::rows;
pub(super) use scalars::same_value;

/// What is needed to plan summaries: the job tables of a snapshot, and who asks.
#[derive(Clone, Debug)]
pub(super) struct Summaries {
    lake: Lake,
    /// In the order of [`JobKind::ALL`].
    tables: Vec<Arc<LakeTable>>,
    asker: Asker,
}

impl Summaries {
    /// Those of `tables`, which are the job tables among them, of one snapshot of `lake`.
    pub(super) fn new(lake: &Lake, tables: &[Arc<LakeTable>], asker: Asker) -> Self {
        let of_jobs = tables.iter().filter(|table| table.table().kind.is_some());
        Self { lake: lake.clone(), tables: of_jobs.map(Arc::clone).collect(), asker }
    }

    /// The present instant of who asks.
    pub(super) fn now(&self) -> Instant {
        self.asker.clock.now()
    }

    /// What `question` asks.
    pub(super) fn request(&self, question: &Question) -> Result<SummaryRequest> {
        let request = question.request(self.now(), self.asker.caller.as_deref())?;
        if let Some(region) = &request.region {
            self.check_region(question, region)?;
        }
        Ok(request)
    }

    /// The plan that answers `question`.
    pub(super) fn plan(&self, question: &Question) -> Result<LogicalPlan> {
        let request = self.request(question)?;
        let jobs: Arc<dyn TableProvider> = match question.as_of()? {
            None => self.jobs(request.kind)?,
            Some(as_of) => {
                let snapshot = self.lake.catalog.snapshot(as_of)?;
                Arc::new(LakeTable::open(&self.lake, Table::of_jobs(request.kind), snapshot))
            }
        };
        plan::plan(&request, jobs).map_err(explain)
    }

    /// The plan that answers `request`.
    pub(super) fn plan_request(&self, request: &SummaryRequest) -> Result<LogicalPlan> {
        plan::plan(request, self.jobs(request.kind)?).map_err(explain)
    }

    /// The tables of all kinds.
    pub(super) fn tables(&self) -> &[Arc<LakeTable>] {
        &self.tables
    }

    /// The table of a kind.
    pub(super) fn jobs(&self, kind: JobKind) -> Result<Arc<LakeTable>> {
        let found = self.tables.iter().find(|table| table.table().kind == Some(kind));
        found.map(Arc::clone).ok_or_else(|| Error::internal(format!("find the table of {kind}")))
    }

    /// A slip would be told as a count of zero. A Region that is not known may still be held: it
    /// may be newer than this version, or of another partition.
    fn check_region(&self, question: &Question, region: &str) -> Result<()> {
        let is_held = || self.jobs(question.kind()).is_ok_and(|jobs| jobs.may_hold_region(region));
        if regions::named(region).is_some() || is_held() {
            return Ok(());
        }
        let argument = question.wording().name(Argument::Region);
        let message = format!("{argument} \"{region}\" is not known, and nothing of it is held");
        let error = Error::input(message);
        if let Some(near) = regions::nearest(region) {
            return Err(error.with_hint(format!("did you mean \"{near}\"?")));
        }
        let names: Vec<_> = regions::REGIONS.iter().map(|region| region.name).collect();
        Err(error.with_hint(format!("the Regions are {}", names.join(", "))))
    }
}
