//! Pages of jobs, in the order of a listing.

use std::cmp::Ordering;
use std::sync::Arc;

use crate::model::{Accounts, DAY, Dimension, Instant, JobKind};
use crate::serve::aws::{ListFilter, ListRequest, Page, Position};

use super::ids::Key;
use super::job::Job;
use super::kept::Kept;
use super::world::{LISTED_DAYS, World};

/// So many jobs are kept in order; each takes 48 bytes.
const JOBS_KEPT: usize = 2_000_000;
/// The smallest step of time.
const MICROSECOND: i64 = 1;

/// The days that were listed lately, each with its jobs in the order of a listing.
///
/// Jobs are made in the order of their resources and listed in the order of their creation: a
/// day is put in order once, and its pages then begin anywhere.
#[derive(Debug)]
pub(super) struct Days(Kept<DayKey, Vec<Entry>>);

/// Which day: of a kind, in a Region, of one account or all.
type DayKey = (JobKind, String, Option<String>, i64);

/// A job's place in a listing.
#[derive(Clone, Copy, Debug)]
struct Entry {
    created: Instant,
    key: Key,
}

impl Default for Days {
    fn default() -> Self {
        Self(Kept::new(JOBS_KEPT))
    }
}

impl Days {
    /// One page of the jobs of `region` that AWS would list at `at`.
    pub(super) fn page(
        &self,
        world: &World,
        region: &str,
        at: Instant,
        request: &ListRequest,
    ) -> Page {
        let filter = &request.filter;
        let (oldest, newest) = span(at, request);
        let mut rows = Vec::new();
        let days = oldest.day().max(world.first_day())..=newest.day();
        for day in days.rev() {
            let entries = self.day(world, request.kind, region, &filter.accounts, day);
            let first = match &request.after {
                Some(after) => entries.partition_point(|entry| entry.order(world, after).is_le()),
                None => 0,
            };
            let listed = entries[first..].iter();
            let listed = listed.filter(|entry| (oldest..=newest).contains(&entry.created));
            for job in listed.filter_map(|entry| world.job(entry.key)) {
                let row = may_match(filter, &job, at).then(|| job.at(at)).flatten();
                let Some(row) = row.filter(|row| filter.matches(row)) else { continue };
                if rows.len() == request.limit {
                    return Page::new(rows, true);
                }
                rows.push(row);
            }
        }
        Page::new(rows, false)
    }

    fn day(
        &self,
        world: &World,
        kind: JobKind,
        region: &str,
        accounts: &Accounts,
        day: i64,
    ) -> Arc<Vec<Entry>> {
        let account = match accounts {
            Accounts::Every => None,
            Accounts::One(id) => Some(id.clone()),
        };
        let key = (kind, region.to_owned(), account, day);
        if let Some(entries) = self.0.get(&key) {
            return entries;
        }
        let mut entries: Vec<Entry> = match accounts {
            Accounts::Every => world.jobs(kind, region, day).map(|job| Entry::of(&job)).collect(),
            Accounts::One(id) => {
                world.account_jobs(kind, region, id, day).map(|job| Entry::of(&job)).collect()
            }
        };
        entries.sort_unstable_by(|one, other| one.order_in(world, other));
        let entries = Arc::new(entries);
        self.0.put(key, &entries, entries.len());
        entries
    }
}

impl Entry {
    fn of(job: &Job<'_>) -> Self {
        Self { created: job.creation_date(), key: job.key }
    }

    fn account_id<'w>(&self, world: &'w World) -> &'w str {
        &world.accounts()[self.key.account as usize]
    }

    /// The order of [`Position`]; ids are made for jobs of the same instant and account only.
    fn order_in(&self, world: &World, other: &Self) -> Ordering {
        let newest_first = other.created.cmp(&self.created);
        let by_account = || self.account_id(world).cmp(other.account_id(world));
        let by_id = || self.key.id(world.seed()).cmp(&other.key.id(world.seed()));
        newest_first.then_with(by_account).then_with(by_id)
    }

    fn order(&self, world: &World, position: &Position) -> Ordering {
        let newest_first = position.creation_date.cmp(&self.created);
        let by_account = || self.account_id(world).cmp(&position.account_id);
        let by_id = || self.key.id(world.seed()).cmp(&position.job_id);
        newest_first.then_with(by_account).then_with(by_id)
    }
}

/// The first and the last instant at which a job of the page can have been created.
fn span(at: Instant, request: &ListRequest) -> (Instant, Instant) {
    let (after, before) = request.filter.between("creation_date");
    // A job ends after its creation.
    let (_, ended) = request.filter.between("completion_date");
    let listed = at - LISTED_DAYS * DAY;
    let oldest = after.map_or(listed, |after| listed.max(after + MICROSECOND));
    let reached = request.after.as_ref().map(|position| position.creation_date);
    let before = before.map(|before| before - MICROSECOND);
    let newest = [before, ended, reached].into_iter().flatten().fold(at, Instant::min);
    (oldest, newest)
}

/// False if `job` cannot match: told without making its row.
fn may_match(filter: &ListFilter, job: &Job<'_>, at: Instant) -> bool {
    let is_wanted = |column: &str, value: Option<&str>| {
        filter.wanted(column).is_none_or(|wanted| value == Some(wanted))
    };
    is_wanted(Dimension::State.column(job.kind()), job.state_at(at))
        && is_wanted("resource_type", Some(job.resource_type()))
}
