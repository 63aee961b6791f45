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
    pub(super) reach: Reach,
    /// Whether AWS answered with what was asked for, or that there can be none.
    pub(super) has_answer: bool,
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
    /// Why jobs that were listed could not be described: they are held, but for what only Describe
    /// tells.
    pub(super) undescribed: Option<CallError>,
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
        let is_not_enabled = matches!(self.result, Err(Failure::NotEnabled(_)));
        // Keys that do not work are answered as a Region is that is not enabled.
        let is_answer = matches!(status, UnitStatus::Ended(status) if status.is_answer());
        let has_answer = !is_not_enabled && (is_answer || self.tally.pages > 0);
        let reach = self.unit.reach;
        let failed = match self.result {
            Err(Failure::Call(failed) | Failure::NotEnabled(failed)) => Some(failed),
            _ => self.undescribed,
        };
        // The pieces bring again what was refused before the cut.
        let refusals = if pieces.is_empty() { self.refusals } else { Vec::new() };
        let message = failed.as_ref().map(|failed| failed.error.chain()).unwrap_or_default();
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
            refused: refusals.len() as u64,
            message,
        };
        let is_expected = |class| is_not_enabled || class == CallClass::NotOffered;
        let problem = match failed {
            Some(CallError { class, error }) if !is_expected(class) => {
                let (place, operation) = (self.unit.place, record.operation);
                Some(Problem { place, operation, class, error })
            }
            _ => None,
        };
        Ended { record, reach, has_answer, learnt, problem, is_not_enabled, refusals, pieces }
    }

    fn status(&self) -> UnitStatus {
        UnitStatus::Ended(match &self.result {
            Ok(()) if self.refusals.is_empty() => CoverageStatus::Complete,
            // AWS showed a job that is not held.
            Ok(()) => CoverageStatus::Partial,
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
    /// What fell behind the horizon before the listing ended is not claimed. What lacks what only
    /// Describe tells is not settled: it is listed again as long as AWS shows it.
    fn learnt(&self, status: UnitStatus) -> Vec<Learnt> {
        let UnitStatus::Ended(status) = status else { return Vec::new() };
        let Some(span) = self.unit.task.span() else { return Vec::new() };
        let Some(span) = Span::new(span.from.max(horizon(self.ended_at)), span.until) else {
            return Vec::new();
        };
        let is_described = self.undescribed.is_none();
        let settle =
            |found: Coverage| Coverage { is_settled: found.is_settled && is_described, ..found };
        let coverage = found(span, status, self.started_at).into_iter().map(settle);
        coverage.map(|coverage| self.unit.learn(coverage)).collect()
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
            row.text(row.table().job_id()) == Some(&job.key.job_id)
                && row.text("account_id") == Some(&job.key.account_id)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Kind;
    use crate::model::{DAY, HOUR, JobKind};

    const STARTED: Instant = Instant::from_micros(100 * DAY);

    /// A listing of thirty days that took an hour.
    fn ran(result: Result<(), Failure>) -> Ran {
        let covers = Span::new(horizon(STARTED), STARTED).unwrap();
        let listing = Listing { covers, is_oldest: true, is_piece: false, expects: Vec::new() };
        let (source, region) = ("s".to_owned(), "eu-west-1".to_owned());
        let place = Place { source, region, kind: JobKind::Backup };
        Ran {
            unit: Unit { source: 0, place, reach: Reach::Account, task: Task::List(listing) },
            started_at: STARTED,
            ended_at: STARTED + HOUR,
            tally: Tally { pages: 1, ..Tally::default() },
            refusals: Vec::new(),
            undescribed: None,
            result,
        }
    }

    fn failed(class: CallClass) -> CallError {
        CallError { class, error: Error::new(Kind::Source, "no") }
    }

    /// What is learnt (`from-until status` each, in hours), and whether there is a problem.
    #[track_caller]
    fn check(ran: Ran, learnt: &[&str], is_problem: bool) {
        let Ended { learnt: known, problem, .. } = ran.end();
        let hours = |instant: Instant| instant.micros() / HOUR;
        let words = known.iter().map(|Learnt { coverage, .. }| {
            let settled = if coverage.is_settled { " settled" } else { "" };
            let Span { from, until } = coverage.span;
            format!("{}-{} {}{settled}", hours(from), hours(until), coverage.status.name())
        });
        assert_eq!(words.collect::<Vec<_>>(), learnt);
        assert_eq!(problem.is_some(), is_problem);
    }

    #[test]
    fn a_listing_claims_what_aws_promised_to_show_until_its_end() {
        check(ran(Ok(())), &["1681-2352 complete settled", "2352-2400 complete"], false);
    }

    #[test]
    fn a_record_that_was_refused_leaves_the_listing_in_part() {
        let refusals = vec!["backup job \"b\" has no State".to_owned()];
        check(Ran { refusals, ..ran(Ok(())) }, &["1681-2400 partial"], false);
    }

    #[test]
    fn what_was_refused_before_a_listing_was_cut_is_counted_in_its_pieces() {
        let hour = Span::new(STARTED - HOUR, STARTED).unwrap();
        let refusals = vec!["backup job \"b\" has no State".to_owned()];
        let ended = Ran { refusals, ..ran(Err(Failure::Long(vec![hour, hour]))) }.end();
        assert_eq!((ended.record.refused, ended.refusals.len(), ended.pieces.len()), (0, 0, 2));
    }

    #[test]
    fn what_was_not_described_is_complete_but_not_settled() {
        let undescribed = Some(failed(CallClass::Denied));
        let expected = ["1681-2352 complete", "2352-2400 complete"];
        check(Ran { undescribed, ..ran(Ok(())) }, &expected, true);
    }

    #[test]
    fn a_failure_is_told_and_a_stop_is_not() {
        let call = |class| ran(Err(Failure::Call(failed(class))));
        check(call(CallClass::Transient), &["1681-2400 partial"], true);
        check(call(CallClass::Denied), &["1681-2400 denied"], true);
        check(call(CallClass::NotOffered), &["1681-2400 not_offered"], false);
        let not_enabled = Failure::NotEnabled(failed(CallClass::RegionDisabled));
        check(ran(Err(not_enabled)), &["1681-2400 not_offered"], false);
        check(ran(Err(Failure::Stopped)), &[], false);
    }
}
