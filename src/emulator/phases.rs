//! The course of a life: when each state begins.

use crate::model::{Instant, JobKind};

/// How a life ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    Completed,
    /// Completed, with a message that asks for attention.
    Issues,
    Failed,
    Expired,
    Aborted,
    Partial,
    Canceled,
}

/// A stage of a life, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Stage {
    Created,
    Pending,
    Running,
    Aborting,
    Ended,
}

/// When each stage begins; stages that a life leaves out are `None`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Phases {
    pub(super) created: Instant,
    pub(super) pending: Option<Instant>,
    pub(super) running: Option<Instant>,
    pub(super) aborting: Option<Instant>,
    pub(super) ended: Instant,
    pub(super) ending: Ending,
}

/// A thousand: progress is told in thousandths.
pub(super) const WHOLE: i64 = 1000;
/// AWS shows no job as done that still runs.
const ALMOST: i64 = 990;

impl Ending {
    /// Whether the job made what it was for.
    pub(super) fn is_good(self) -> bool {
        matches!(self, Self::Completed | Self::Issues | Self::Partial)
    }
}

impl Phases {
    /// The stage at an instant; none before the creation.
    pub(super) fn stage(&self, at: Instant) -> Option<Stage> {
        let has_begun = |begin: Option<Instant>| begin.is_some_and(|begin| begin <= at);
        if at < self.created {
            None
        } else if at >= self.ended {
            Some(Stage::Ended)
        } else if has_begun(self.aborting) {
            Some(Stage::Aborting)
        } else if has_begun(self.running) {
            Some(Stage::Running)
        } else if has_begun(self.pending) {
            Some(Stage::Pending)
        } else {
            Some(Stage::Created)
        }
    }

    /// AWS's word for the state of a job of `kind` in `stage`.
    pub(super) fn state(&self, kind: JobKind, stage: Stage) -> &'static str {
        match (stage, self.ending) {
            (Stage::Created, _) if kind == JobKind::Restore => "PENDING",
            (Stage::Created, _) => "CREATED",
            (Stage::Pending, _) => "PENDING",
            (Stage::Running, _) => "RUNNING",
            (Stage::Aborting, _) => "ABORTING",
            (Stage::Ended, Ending::Issues) if kind == JobKind::Scan => "COMPLETED_WITH_ISSUES",
            (Stage::Ended, Ending::Completed | Ending::Issues) => "COMPLETED",
            (Stage::Ended, Ending::Failed) => "FAILED",
            (Stage::Ended, Ending::Expired) => "EXPIRED",
            (Stage::Ended, Ending::Aborted) => "ABORTED",
            (Stage::Ended, Ending::Partial) => "PARTIAL",
            (Stage::Ended, Ending::Canceled) => "CANCELED",
        }
    }

    /// Thousandths of the work that are done, where a life that ends badly gets as far as
    /// `reached`.
    pub(super) fn progress(&self, at: Instant, reached: i64) -> i64 {
        let Some(running) = self.running.filter(|running| *running <= at) else { return 0 };
        if at >= self.ended {
            return if self.ending.is_good() { WHOLE } else { reached };
        }
        // Progress stops when the job is told to stop.
        let until = self.aborting.unwrap_or(self.ended);
        let length = (until - running).max(1);
        let end = if self.ending.is_good() { ALMOST } else { reached };
        end * (at - running).min(length) / length
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::SECOND;

    fn at(seconds: i64) -> Instant {
        Instant::from_micros(seconds * SECOND)
    }

    #[track_caller]
    fn check(seconds: i64, expected: &str) {
        let phases = Phases {
            created: at(0),
            pending: Some(at(10)),
            running: Some(at(20)),
            aborting: Some(at(30)),
            ended: at(40),
            ending: Ending::Aborted,
        };
        let word = |stage| phases.state(JobKind::Backup, stage);
        let shown = phases.stage(at(seconds)).map_or("-", word);
        assert_eq!(format!("{shown} {}", phases.progress(at(seconds), 500)), expected);
    }

    #[test]
    fn a_life_goes_through_its_stages_in_order() {
        check(-1, "- 0");
        check(0, "CREATED 0");
        check(10, "PENDING 0");
        check(20, "RUNNING 0");
        check(25, "RUNNING 250");
        check(30, "ABORTING 500");
        check(39, "ABORTING 500");
        check(40, "ABORTED 500");
    }
}
