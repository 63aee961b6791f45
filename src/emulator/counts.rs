//! The emulator's own count of its jobs, by walking them: what AWS's job summaries are made of.
//!
//! It shares no line with the engine, on purpose.

use std::collections::BTreeMap;

use crate::model::{Instant, JobKind};

use super::world::{SUMMARY_DAYS, World};

/// What the jobs that are counted together have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DayCount<'w> {
    /// The UTC day of their creation.
    pub day: i64,
    /// Their Region.
    pub region: &'w str,
    /// Their account.
    pub account_id: &'w str,
    /// Their state at the instant of the count.
    pub state: &'static str,
    /// The type of their resources.
    pub resource_type: &'static str,
    /// Their message category; restore and scan jobs, and jobs that have not ended, have none.
    pub message_category: Option<&'static str>,
    /// Their scanner, for scan jobs.
    pub malware_scanner: Option<&'static str>,
    /// What they found, for scan jobs that have ended.
    pub scan_result_status: Option<&'static str>,
}

/// How many jobs of a kind were created in `region` by `account_ids` on each of the
/// [`SUMMARY_DAYS`] days before the last 00:00 UTC, by what they are at `at`.
///
/// Every job record counts, parents and children alike.
pub fn day_counts<'w>(
    world: &'w World,
    kind: JobKind,
    region: &str,
    account_ids: &[&str],
    at: Instant,
) -> BTreeMap<DayCount<'w>, u64> {
    let mut counts = BTreeMap::new();
    for day in at.day() - SUMMARY_DAYS..at.day() {
        for account_id in account_ids {
            for job in world.account_jobs(kind, region, account_id, day) {
                let Some(state) = job.state_at(at) else { continue };
                let group = DayCount {
                    day,
                    region: job.region(),
                    account_id: job.account_id(),
                    state,
                    resource_type: job.resource_type(),
                    message_category: job.message_category_at(at),
                    malware_scanner: job.malware_scanner(),
                    scan_result_status: job.scan_result_status_at(at),
                };
                *counts.entry(group).or_insert(0) += 1;
            }
        }
    }
    counts
}
