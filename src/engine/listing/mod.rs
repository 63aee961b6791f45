//! Listings of jobs, the newest first: pages that cost what they show, however much is held.

mod plan;
mod window;

use std::sync::Arc;

use crate::error::Result;
use crate::model::Instant;
use crate::tables::{self, ListRequest, Row};

use super::failure::explain;
use super::{Engine, limits};

pub(super) use window::Span;

use window::Windows;

/// What a snapshot holds of jobs, as the catalog tells it: no file is opened.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Held {
    /// How many jobs of all kinds.
    pub jobs: u64,
    /// When the first and the last of them were created, where that is known.
    pub created: Option<(Instant, Instant)>,
    /// The first Region, by name, of which there are any.
    pub first_region: Option<String>,
}

impl Engine {
    /// At most `request.limit` jobs of a Region, in the order of
    /// [`Position`](tables::Position); fewer only where there are no more.
    ///
    /// # Errors
    /// `Limit` when a limit is reached.
    pub async fn jobs(&self, region: &str, request: &ListRequest) -> Result<Vec<Row>> {
        limits::in_time(self.limits.time, self.listed(region, request)).await
    }

    async fn listed(&self, region: &str, request: &ListRequest) -> Result<Vec<Row>> {
        let jobs = self.summaries.jobs(request.kind)?;
        let table = jobs.table();
        let mut rows = Vec::new();
        for (window, files) in Windows::new(jobs.spans()?, table, region, request) {
            let wanted = request.limit - rows.len();
            let files = Arc::new(jobs.narrowed(files));
            let plan = plan::plan(region, request, window, wanted, files).map_err(explain)?;
            for batch in self.answer(plan).await?.collect().await? {
                rows.extend(tables::rows(table, &batch)?);
            }
            if rows.len() >= request.limit {
                break;
            }
        }
        Ok(rows)
    }

    /// What this snapshot holds of jobs.
    ///
    /// # Errors
    /// Why one of their tables cannot be read.
    pub fn held(&self) -> Result<Held> {
        let mut held = Held::default();
        for jobs in self.summaries.tables() {
            let region = jobs.table().index("region");
            for file in jobs.files()? {
                let region = file.columns[region].as_ref().and_then(|it| it.min.clone());
                let known = held.first_region.into_iter().chain(region).min();
                held.first_region = known;
            }
            for span in jobs.spans()? {
                held.jobs += span.rows();
                let Some((first, last)) = span.times() else { continue };
                let known = held.created.unwrap_or((first, last));
                held.created = Some((known.0.min(first), known.1.max(last)));
            }
        }
        Ok(held)
    }
}
