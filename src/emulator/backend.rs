//! The world as AWS Backup: what the endpoint asks, answered as of an instant.

use std::sync::Arc;

use async_trait::async_trait;

use crate::error::{Error, Result};
use crate::model::{
    Accounts, Counted, DAY, Dimension, Instant, JobKind, PerDimension, SummaryRequest, SummaryRow,
    Tally,
};
use crate::serve::aws::{Backend, Caller, ListRequest, Page};
use crate::tables::Row;

use super::counts::{DayCounts, Group};
use super::kept::Kept;
use super::listing::Days;
use super::world::{SUMMARY_DAYS, World, is_listed};

/// So many groups of counted jobs are kept; each takes about 120 bytes.
const GROUPS_KEPT: usize = 500_000;

/// A simulated organisation's jobs, as AWS would show them at the instant of each request: 30 days
/// of jobs, 14 days of counts.
///
/// What it keeps of one request for the next is bounded, and changes no answer.
#[derive(Clone, Debug)]
pub struct Emulator(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    world: World,
    days: Days,
    counts: Kept<CountsKey, DayCounts>,
}

/// Which day's counts: of a kind, in a Region, of one account or all.
type CountsKey = (JobKind, String, Accounts, i64);

impl Emulator {
    /// Shows `world`.
    pub fn new(world: World) -> Self {
        Self(Arc::new(Inner { world, days: Days::default(), counts: Kept::new(GROUPS_KEPT) }))
    }

    /// The organisation that it shows.
    pub fn world(&self) -> &World {
        &self.0.world
    }

    /// Makes an answer on a thread where it may take its time: a large day takes seconds.
    async fn make<T: Send + 'static>(
        &self,
        answer: impl FnOnce(&Inner) -> T + Send + 'static,
    ) -> Result<T> {
        let inner = Arc::clone(&self.0);
        let made = tokio::task::spawn_blocking(move || answer(&inner)).await;
        made.map_err(|err| Error::internal("emulate an answer").with_source(err))
    }
}

#[async_trait]
impl Backend for Emulator {
    async fn list(&self, caller: &Caller, request: &ListRequest) -> Result<Page> {
        let (region, at, request) = (caller.region.clone(), caller.at, request.clone());
        self.make(move |inner| inner.days.page(&inner.world, &region, at, &request)).await
    }

    async fn describe(
        &self,
        caller: &Caller,
        kind: JobKind,
        accounts: &Accounts,
        id: &str,
    ) -> Result<Option<Row>> {
        let job = self.0.world.find(kind, &caller.region, id);
        let job = job.filter(|job| accounts.contain(job.account_id()));
        let job = job.filter(|job| is_listed(job.creation_date(), caller.at));
        Ok(job.and_then(|job| job.at(caller.at)))
    }

    async fn summaries(
        &self,
        caller: &Caller,
        request: &SummaryRequest,
    ) -> Result<Vec<SummaryRow>> {
        let (region, at, request) = (caller.region.clone(), caller.at, request.clone());
        self.make(move |inner| inner.summaries(&region, at, &request)).await
    }
}

impl Inner {
    fn summaries(&self, region: &str, at: Instant, request: &SummaryRequest) -> Vec<SummaryRow> {
        let mut tally = Tally::new(request);
        let accounts = self.world.accounts();
        for day in summary_days(at, request) {
            let counts = self.counts(region, day, at, request);
            for (group, count) in &counts.groups {
                tally.add(&Counted {
                    time: Instant::from_micros(day * DAY),
                    region,
                    account_id: &accounts[group.account as usize],
                    values: values(group),
                    further: &[],
                    is_parent: group.is_parent,
                    is_child: group.is_child,
                    count: *count,
                });
            }
        }
        tally.rows()
    }

    fn counts(
        &self,
        region: &str,
        day: i64,
        at: Instant,
        request: &SummaryRequest,
    ) -> Arc<DayCounts> {
        let accounts = &request.account.accounts;
        let key = (request.kind, region.to_owned(), accounts.clone(), day);
        if let Some(counts) = self.counts.get(&key).filter(|counts| counts.hold_at(at)) {
            return counts;
        }
        let which = (request.kind, region, day);
        let counts = Arc::new(DayCounts::of(&self.world, which, accounts, at));
        self.counts.put(key, &counts, counts.groups.len());
        counts
    }
}

/// The days that are asked for and that AWS still counts. AWS's buckets are of whole days.
fn summary_days(at: Instant, request: &SummaryRequest) -> impl Iterator<Item = i64> {
    let days = request.span().map(|span| {
        let last = (span.end - 1).day().min(at.day());
        span.start.day().max(at.day() - SUMMARY_DAYS)..=last
    });
    days.into_iter().flatten()
}

fn values(group: &Group) -> PerDimension<Option<&str>> {
    let mut values = PerDimension::default();
    values[Dimension::State.place()] = Some(group.state);
    values[Dimension::ResourceType.place()] = Some(group.resource_type);
    values[Dimension::MessageCategory.place()] = group.message_category;
    values[Dimension::MalwareScanner.place()] = group.malware_scanner;
    values[Dimension::ScanResultStatus.place()] = group.scan_result_status;
    values
}
