//! The ledger: what runs did, what is known of which days, and which jobs are open.
//!
//! It changes in the transaction of the data files that it tells of, so that a run which is killed
//! has either told nothing or the truth.

mod read;
#[cfg(test)]
mod tests;
mod write;

pub(super) use read::{coverage_all, open_jobs};

use crate::model::{
    Coverage, CoverageStatus, Instant, JobKey, OpenJob, PerDimension, Place, Reach,
};

/// How a run stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunStatus {
    /// It has committed, and means to commit again.
    Running,
    /// It ended, and all is as it should be.
    Done,
    /// It ended, and something is not as it should be.
    Attention,
    /// It was stopped, or died: then the next run's first commit says so.
    Interrupted,
}

impl RunStatus {
    /// The word in the column `status`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Done => "done",
            Self::Attention => "attention",
            Self::Interrupted => "interrupted",
        }
    }
}

/// One run, as it stands at a commit.
#[derive(Clone, Debug)]
pub struct Run {
    /// Its id.
    pub id: String,
    /// The command: `import`, `ingest` or `maintain`.
    pub command: &'static str,
    /// When it began.
    pub started_at: Instant,
    /// How it stands.
    pub status: RunStatus,
    /// Rows read, new, changed, unchanged and refused, of all commits of the run so far.
    pub rows: [u64; 5],
    /// What was asked for, in words.
    pub detail: String,
}

/// Something that was learnt of the coverage of a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Learnt {
    /// The place.
    pub place: Place,
    /// Whose jobs could be seen: what is known of one account's says nothing of all accounts'.
    pub reach: Reach,
    /// What was learnt.
    pub coverage: Coverage,
}

/// How a unit ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnitStatus {
    /// As its listing did.
    Ended(CoverageStatus),
    /// The run was asked to stop.
    Stopped,
    /// Its listing was long: it was read in pieces, which are units of their own.
    Split,
}

impl UnitStatus {
    /// The word in the column `status`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ended(status) => status.name(),
            Self::Stopped => "stopped",
            Self::Split => "split",
        }
    }
}

/// One unit of a run that has ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitRecord {
    /// Where it read.
    pub place: Place,
    /// What it asked: `list`, `describe` or `summaries`.
    pub operation: &'static str,
    /// The interval of creation time that it asked for; `None` where it asked for no bound.
    pub from: Option<Instant>,
    /// Where the interval ends.
    pub until: Option<Instant>,
    /// How it ended.
    pub status: UnitStatus,
    /// When its first call began.
    pub started_at: Instant,
    /// When its last call had ended.
    pub ended_at: Instant,
    /// The calls made, those that were repeated included.
    pub calls: u64,
    /// The calls that AWS throttled.
    pub throttles: u64,
    /// The calls that were repeated, for whatever reason.
    pub retries: u64,
    /// The rows that came.
    pub jobs: u64,
    /// The records that became no row.
    pub refused: u64,
    /// Why it did not end as it should, for people; empty if it did.
    pub message: String,
}

/// What a comparison of AWS's own counts with ours found of one day of a place; it replaces what
/// an earlier one found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ComparedDay {
    /// The place.
    pub place: Place,
    /// Where the day begins.
    pub start_time: Instant,
    /// When AWS last gave its counts.
    pub counted_at: Instant,
    /// The verdicts.
    pub rows: Vec<ComparedRow>,
}

/// One verdict on a day: on one group of jobs, or on many that are told together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ComparedRow {
    /// The verdict's word.
    pub verdict: &'static str,
    /// Whether a difference is as it should be.
    pub is_explained: bool,
    /// The account of the group.
    pub account_id: Option<String>,
    /// The values of the group, by [`Dimension::place`](crate::model::Dimension::place).
    pub values: PerDimension<Option<String>>,
    /// How many groups it is of.
    pub group_count: u64,
    /// The jobs that AWS counted.
    pub aws_count: i64,
    /// The jobs that are held.
    pub our_count: i64,
    /// Why the counts differ; empty where they agree.
    pub reason: String,
}

/// Which jobs are open that were not, and the reverse.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OpenChanges {
    /// Jobs that are open, as they are now; one that was open already takes these values.
    pub opened: Vec<OpenJob>,
    /// Jobs that are open no longer; one that was not open is no error.
    pub closed: Vec<JobKey>,
}
