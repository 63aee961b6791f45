//! What an ingest tells: while it runs, and at its end.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};

use crate::catalog::UnitRecord;
use crate::error::Error;
use crate::model::{Place, Span};
use crate::source::aws::CallClass;

use super::counts::Counts;

/// How far an ingest is. Numbers only grow; units are added while it runs, when a listing turns
/// out to be long.
#[derive(Debug, Default)]
pub struct Progress {
    units_planned: AtomicU64,
    units_ended: AtomicU64,
    jobs: AtomicU64,
    calls: AtomicU64,
    throttles: AtomicU64,
    retries: AtomicU64,
}

/// One look at [`Progress`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Units known so far.
    pub units_planned: u64,
    /// Units that have ended, however.
    pub units_ended: u64,
    /// Records that came.
    pub jobs: u64,
    /// Requests sent, retries included.
    pub calls: u64,
    /// Requests that AWS throttled.
    pub throttles: u64,
    /// Requests that were repeats of failed ones.
    pub retries: u64,
}

impl Progress {
    /// Where it stands now.
    pub fn totals(&self) -> Totals {
        let get = |number: &AtomicU64| number.load(Ordering::Relaxed);
        Totals {
            units_planned: get(&self.units_planned),
            units_ended: get(&self.units_ended),
            jobs: get(&self.jobs),
            calls: get(&self.calls),
            throttles: get(&self.throttles),
            retries: get(&self.retries),
        }
    }

    pub(super) fn add_planned(&self, units: usize) {
        self.units_planned.fetch_add(units as u64, Ordering::Relaxed);
    }

    pub(super) fn add_ended(&self) {
        self.units_ended.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn add_jobs(&self, jobs: usize) {
        self.jobs.fetch_add(jobs as u64, Ordering::Relaxed);
    }

    pub(super) fn add_call(&self, is_retry: bool) {
        self.calls.fetch_add(1, Ordering::Relaxed);
        self.retries.fetch_add(u64::from(is_retry), Ordering::Relaxed);
    }

    pub(super) fn add_throttle(&self) {
        self.throttles.fetch_add(1, Ordering::Relaxed);
    }
}

/// Follows an ingest while it runs.
pub trait Watch: Send + Sync {
    /// A unit has ended.
    fn unit_ended(&self, _unit: &UnitRecord) {}
    /// What was read so far is committed; `snapshot` was made, if anything changed.
    fn committed(&self, _snapshot: Option<i64>) {}
}

/// Follows nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unwatched;

impl Watch for Unwatched {}

/// A part of an ingest that failed.
#[derive(Debug)]
pub struct Problem {
    /// Where.
    pub place: Place,
    /// What was asked: `list`, `follow` or `summaries`.
    pub operation: &'static str,
    /// What AWS's refusal means.
    pub class: CallClass,
    /// The whole story and the way out.
    pub error: Error,
}

/// What became of one source in one Region.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PlaceReport {
    /// What became of its records.
    pub counts: Counts,
    /// Records that could be no row.
    pub refused: u64,
    /// What AWS had already forgotten, found tonight.
    pub lost: Vec<(Place, Span)>,
    /// How many of its units failed.
    pub failed: u64,
}

/// A finished ingest.
#[derive(Debug)]
pub struct Report {
    /// The run's id.
    pub run_id: String,
    /// The last snapshot that it made; none if nothing changed.
    pub snapshot: Option<i64>,
    /// By source and Region.
    pub places: BTreeMap<(String, String), PlaceReport>,
    /// Units, records and calls.
    pub totals: Totals,
    /// What failed, in the order of places.
    pub problems: Vec<Problem>,
    /// Units that were read to their end.
    pub units_read: u64,
    /// Sources and Regions that the account has not enabled, where every Region was asked for.
    pub not_enabled: BTreeSet<(String, String)>,
    /// The first few reasons for which records were refused.
    pub refusals: Vec<String>,
    /// Whether it was asked to stop before its end.
    pub is_stopped: bool,
}

impl Report {
    /// True if and only if everything was read.
    pub fn is_whole(&self) -> bool {
        self.problems.is_empty()
            && !self.is_stopped
            && self.places.values().all(|place| place.refused == 0 && place.lost.is_empty())
    }
}
