//! The emulator's own count of its jobs, by walking them: what AWS's job summaries are made of.
//!
//! It shares no line with the engine, on purpose.

use std::collections::BTreeMap;

use crate::model::{Accounts, Instant, JobKind};

use super::job::Job;
use super::world::World;

/// What the jobs of a day that are counted together have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Group {
    /// The number of their account.
    pub(super) account: u32,
    /// Their state at the instant of the count.
    pub(super) state: &'static str,
    /// The type of their resources.
    pub(super) resource_type: &'static str,
    /// Their message category; restore and scan jobs, and jobs that have not ended, have none.
    pub(super) message_category: Option<&'static str>,
    /// Their scanner, for scan jobs.
    pub(super) malware_scanner: Option<&'static str>,
    /// What they found, for scan jobs that have ended.
    pub(super) scan_result_status: Option<&'static str>,
    /// Whether they are composite.
    pub(super) is_parent: bool,
    /// Whether they have a parent.
    pub(super) is_child: bool,
}

/// How many jobs of a kind were created in a Region on a day, by what they are at an instant.
#[derive(Debug)]
pub(super) struct DayCounts {
    /// How many of each group.
    pub(super) groups: BTreeMap<Group, i64>,
    /// When the last change before the instant was, and when the next one is.
    between: (Option<Instant>, Option<Instant>),
}

impl DayCounts {
    /// Counts the jobs of `accounts`, as they are at `at`.
    ///
    /// Every job record counts, parents and children alike.
    pub(super) fn of(
        world: &World,
        (kind, region, day): (JobKind, &str, i64),
        accounts: &Accounts,
        at: Instant,
    ) -> Self {
        let mut counts = Self { groups: BTreeMap::new(), between: (None, None) };
        match accounts {
            Accounts::Every => world.jobs(kind, region, day).for_each(|job| counts.add(&job, at)),
            Accounts::One(id) => {
                world.account_jobs(kind, region, id, day).for_each(|job| counts.add(&job, at));
            }
        }
        counts
    }

    /// Whether nothing has changed by `at`.
    pub(super) fn hold_at(&self, at: Instant) -> bool {
        let (last, next) = self.between;
        last.is_none_or(|last| last <= at) && next.is_none_or(|next| at < next)
    }

    fn add(&mut self, job: &Job<'_>, at: Instant) {
        for turn in std::iter::once(job.creation_date()).chain(job.turns()) {
            let (last, next) = &mut self.between;
            if turn <= at {
                *last = (*last).max(Some(turn));
            } else {
                *next = Some(next.map_or(turn, |next| next.min(turn)));
            }
        }
        let Some(state) = job.state_at(at) else { return };
        let group = Group {
            account: job.place.account,
            state,
            resource_type: job.resource_type(),
            message_category: job.message_category_at(at),
            malware_scanner: job.malware_scanner(),
            scan_result_status: job.scan_result_status_at(at),
            is_parent: job.is_parent(),
            is_child: job.is_child(),
        };
        *self.groups.entry(group).or_insert(0) += 1;
    }
}
