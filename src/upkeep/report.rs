//! What upkeep did, or would do.

use crate::catalog::Expired;
use crate::error::Error;

/// A task of upkeep, in the order in which they are done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Task {
    /// Old months become few files.
    Compact,
    /// Old snapshots can no longer be asked for.
    Expire,
    /// Files that no snapshot names are deleted.
    Sweep,
    /// The catalog gives back the space that it no longer needs.
    Vacuum,
    /// The catalog is copied.
    Copy,
}

impl Task {
    /// Every task.
    pub const ALL: [Self; 5] = [Self::Compact, Self::Expire, Self::Sweep, Self::Vacuum, Self::Copy];

    /// The word on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Compact => "compact",
            Self::Expire => "expire",
            Self::Sweep => "sweep",
            Self::Vacuum => "vacuum",
            Self::Copy => "copy",
        }
    }

    /// The task with that [`name`](Self::name).
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|task| task.name() == name)
    }
}

/// What a task did, or would do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Work {
    /// Of [`Task::Compact`].
    Compacted {
        /// Files that were merged.
        files: u64,
        /// Their bytes.
        bytes: u64,
        /// Files that they became.
        into_files: u64,
        /// The bytes of these, once they are written.
        into_bytes: Option<u64>,
    },
    /// Of [`Task::Expire`].
    Expired(Expired),
    /// Of [`Task::Sweep`].
    Swept {
        /// Files that were deleted.
        files: u64,
        /// Their bytes.
        bytes: u64,
        /// How many of them no catalog had ever named: what killed runs left.
        left_over: u64,
    },
    /// Of [`Task::Vacuum`].
    Vacuumed {
        /// The bytes of the catalog before.
        bytes: u64,
        /// The bytes that hold nothing, if they are enough to be worth the work.
        freed: Option<u64>,
    },
    /// Of [`Task::Copy`].
    Copied {
        /// The name of the copy in its folder.
        name: String,
        /// Older copies that were removed for it.
        removed: u64,
    },
}

/// What upkeep did, or would do.
#[derive(Debug, Default)]
pub struct Report {
    /// What each task did that was begun.
    pub work: Vec<Work>,
    /// The tasks for which there was no time, the one that was broken off included.
    pub put_off: Vec<Task>,
    /// What could not be done.
    pub problems: Vec<Error>,
}

impl Report {
    /// True if and only if all that there was time for could be done.
    pub fn is_well(&self) -> bool {
        self.problems.is_empty()
    }
}
