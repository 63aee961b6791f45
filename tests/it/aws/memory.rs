//! The smallest backend: all jobs in a vector.

use async_trait::async_trait;
use lookback::error::Result;
use lookback::model::{
    Accounts, Counted, Dimension, JobKind, PerDimension, SummaryRequest, SummaryRow, Tally,
};
use lookback::serve::aws::{Backend, Caller, ListRequest, Page, Position};
use lookback::tables::Row;

/// Jobs of every kind.
#[derive(Debug)]
pub(crate) struct Memory(pub(crate) Vec<Row>);

impl Memory {
    fn jobs(&self, caller: &Caller, kind: JobKind) -> Vec<&Row> {
        let here = |row: &&Row| row.text("region") == Some(&caller.region);
        let mut rows: Vec<&Row> =
            self.0.iter().filter(|row| row.table().kind == Some(kind)).filter(here).collect();
        rows.sort_by_key(|row| Position::of(row).unwrap());
        rows
    }
}

#[async_trait]
impl Backend for Memory {
    async fn list(&self, caller: &Caller, request: &ListRequest) -> Result<Page> {
        let after = |row: &Row| {
            request.after.as_ref().is_none_or(|after| *after < Position::of(row).unwrap())
        };
        let mut rows: Vec<Row> = self
            .jobs(caller, request.kind)
            .into_iter()
            .filter(|row| after(row) && request.filter.matches(row))
            .take(request.limit + 1)
            .cloned()
            .collect();
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
        let is_it = |row: &&Row| {
            row.text(row.table().job_id()) == Some(id)
                && accounts.contain(row.text("account_id").unwrap())
        };
        Ok(self.jobs(caller, kind).into_iter().find(is_it).cloned())
    }

    async fn summaries(
        &self,
        caller: &Caller,
        request: &SummaryRequest,
    ) -> Result<Vec<SummaryRow>> {
        Ok(tallied(request, self.jobs(caller, request.kind)))
    }
}

/// What `request` counts of jobs of its kind, one by one.
pub(crate) fn tallied<'r>(
    request: &SummaryRequest,
    jobs: impl IntoIterator<Item = &'r Row>,
) -> Vec<SummaryRow> {
    let mut tally = Tally::new(request);
    for row in jobs {
        let Some(time) = row.time(request.counted_by.column()) else { continue };
        let mut values = PerDimension::default();
        for dimension in Dimension::of(request.kind) {
            values[dimension.place()] = row.text(dimension.column(request.kind));
        }
        tally.add(&Counted {
            time,
            region: row.text("region").unwrap(),
            account_id: row.text("account_id").unwrap(),
            values,
            further: &[],
            is_parent: row.bool("is_parent") == Some(true),
            is_child: row.text("parent_job_id").is_some(),
            count: 1,
        });
    }
    tally.rows()
}
