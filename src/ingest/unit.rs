//! Units: the pieces of an ingest, each of which succeeds or fails by itself. Pure.

use crate::catalog::{Learnt, UnitRecord, UnitStatus};
use crate::error::Error;
use crate::model::{Coverage, CoverageStatus, Instant, OpenJob, Place, Reach, Span, found};
use crate::source::aws::{CallClass, CallError};
use crate::tables::Row;

use super::plan::{Follow, Listing, horizon};
use super::report::Problem;

/// One unit.
#[derive(Clone, Debug)]
pub(super) struct Unit {
    /// The place of its source among those of the ingest.
    pub(super) source: usize,
    pub(super) place: Place,
    pub(super) reach: Reach,
    pub(super) task: Task,
}

/// What a unit does.
#[derive(Clone, Debug)]
pub(super) enum Task {
    List(Listing),
    Follow(Vec<Follow>),
    Summaries,
}

impl Task {
    /// The word in the ledger.
    pub(super) fn operation(&self) -> &'static str {
        match self {
            Self::List(_) => "list",
            Self::Follow(_) => "follow",
            Self::Summaries => "summaries",
        }
    }

    /// The interval of creation time that it reads, where it reads one.
    pub(super) fn span(&self) -> Option<Span> {
        match self {
            Self::List(listing) => Some(listing.covers),
            Self::Follow(_) | Self::Summaries => None,
        }
    }
}

/// Why a unit did not come to its end.
#[derive(Debug)]
pub(super) enum Failure {
    /// A call failed for good.
    Call(CallError),
    /// The account has not enabled the Region, which was not asked for by its name.
    NotEnabled(CallError),
    /// The ingest was asked to stop.
    Stopped,
    /// The listing is long: these pieces of it are to be read instead.
    Long(Vec<Span>),
}

/// What a unit counted.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Tally {
    pub(super) calls: u64,
    pub(super) throttles: u64,
    pub(super) retries: u64,
    pub(super) jobs: u64,
    pub(super) pages: u64,
}

/// A unit that has ended.
#[derive(Debug)]
pub(super) struct Ended {
    pub(super) record: UnitRecord,
    pub(super) learnt: Vec<Learnt>,
    pub(super) problem: Option<Problem>,
    /// Whether the Region turned out not to be enabled, and need not be.
    pub(super) is_not_enabled: bool,
    pub(super) refusals: Vec<String>,
    /// Units to do in its stead.
    pub(super) pieces: Vec<Unit>,
}

/// A unit and when it ran.
#[derive(Debug)]
pub(super) struct Ran {
    pub(super) unit: Unit,
    pub(super) started_at: Instant,
    pub(super) ended_at: Instant,
    pub(super) tally: Tally,
    pub(super) refusals: Vec<String>,
    pub(super) result: Result<(), Failure>,
}

impl Ran {
    /// What the ledger, the coverage and the report are told.
    pub(super) fn end(self) -> Ended {
        let status = self.status();
        let learnt = self.learnt(status);
        let pieces = match &self.result {
            Err(Failure::Long(pieces)) => self.unit.pieces(pieces),
            _ => Vec::new(),
        };
        let message = match &self.result {
            Err(Failure::Call(failed) | Failure::NotEnabled(failed)) => failed.error.chain(),
            _ => String::new(),
        };
        let span = self.unit.task.span();
        let record = UnitRecord {
            place: self.unit.place.clone(),
            operation: self.unit.task.operation(),
            from: span.map(|span| span.from),
            until: span.map(|span| span.until),
            status,
            started_at: self.started_at,
            ended_at: self.ended_at,
            calls: self.tally.calls,
            throttles: self.tally.throttles,
            retries: self.tally.retries,
            jobs: self.tally.jobs,
            refused: self.refusals.len() as u64,
            message,
        };
        let is_not_enabled = matches!(self.result, Err(Failure::NotEnabled(_)));
        let problem = match self.result {
            Err(Failure::Call(CallError { class, error })) if class != CallClass::NotOffered => {
                let (place, operation) = (self.unit.place, record.operation);
                Some(Problem { place, operation, class, error })
            }
            _ => None,
        };
        Ended { record, learnt, problem, is_not_enabled, refusals: self.refusals, pieces }
    }

    fn status(&self) -> UnitStatus {
        UnitStatus::Ended(match &self.result {
            Ok(()) => CoverageStatus::Complete,
            Err(Failure::Stopped) => return UnitStatus::Stopped,
            Err(Failure::Long(_)) => return UnitStatus::Split,
            Err(Failure::NotEnabled(_)) => CoverageStatus::NotOffered,
            Err(Failure::Call(failed)) => match failed.class {
                CallClass::Denied | CallClass::OrganizationDenied | CallClass::RegionDisabled => {
                    CoverageStatus::Denied
                }
                CallClass::NotOffered => CoverageStatus::NotOffered,
                _ if self.tally.pages > 0 => CoverageStatus::Partial,
                _ => CoverageStatus::Failed,
            },
        })
    }

    /// What is known now of the interval that was listed.
    ///
    /// What fell behind the horizon while the unit waited is not claimed.
    fn learnt(&self, status: UnitStatus) -> Vec<Learnt> {
        let UnitStatus::Ended(status) = status else { return Vec::new() };
        let Some(span) = self.unit.task.span() else { return Vec::new() };
        let Some(span) = Span::new(span.from.max(horizon(self.started_at)), span.until) else {
            return Vec::new();
        };
        let coverage = found(span, status, self.started_at);
        coverage.into_iter().map(|coverage| self.unit.learn(coverage)).collect()
    }
}

impl Unit {
    pub(super) fn learn(&self, coverage: Coverage) -> Learnt {
        Learnt { place: self.place.clone(), reach: self.reach, coverage }
    }

    /// The same unit in pieces; the oldest first, for AWS forgets it first.
    fn pieces(&self, spans: &[Span]) -> Vec<Self> {
        let Task::List(listing) = &self.task else { return Vec::new() };
        let piece = |covers: &Span| {
            let is_oldest = listing.is_oldest && covers.from == listing.covers.from;
            let expects = Vec::new();
            let listing = Listing { covers: *covers, is_oldest, is_piece: true, expects };
            Self { task: Task::List(listing), ..self.clone() }
        };
        spans.iter().map(piece).collect()
    }
}

/// Jobs that a unit asks for by name and that AWS may no longer show.
#[derive(Debug)]
pub(super) struct Expected {
    jobs: Vec<OpenJob>,
}

impl Expected {
    pub(super) fn new(jobs: Vec<OpenJob>) -> Self {
        Self { jobs }
    }

    /// Crosses off what AWS still shows.
    pub(super) fn see(&mut self, rows: &[Row]) {
        if self.jobs.is_empty() {
            return;
        }
        let shows = |row: &Row, job: &OpenJob| {
            let id = row.table().key.last().and_then(|column| row.text(column));
            id == Some(&job.key.job_id) && row.text("account_id") == Some(&job.key.account_id)
        };
        self.jobs.retain(|job| !rows.iter().any(|row| shows(row, job)));
    }

    /// The jobs that AWS has forgotten, for it was asked at `asked_at` and did not show them.
    ///
    /// One that AWS promises to show still is not forgotten: it may only be late.
    pub(super) fn forgotten(self, asked_at: Instant) -> Vec<OpenJob> {
        let start = horizon(asked_at);
        self.jobs.into_iter().filter(|job| job.creation_date < start).collect()
    }
}

/// The failure of every unit of a source whose credentials do not work: AWS need not be asked.
pub(super) fn restate(failed: &CallError) -> CallError {
    let error: Error = failed.error.restate();
    CallError { class: failed.class, error }
}
