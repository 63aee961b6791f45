//! What job summaries count by, and the values that AWS lists for it. Pure.

use crate::model::JobKind;

/// What summaries count by, besides time, Region and account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dimension {
    /// `State`; a restore job's `Status`.
    State,
    /// `ResourceType`.
    ResourceType,
    /// `MessageCategory`; restore and scan summaries have none.
    MessageCategory,
    /// `MalwareScanner`; scan summaries only.
    MalwareScanner,
    /// `ScanResultStatus`; scan summaries only.
    ScanResultStatus,
}

/// One value for each [`Dimension`], by [`Dimension::place`].
pub type PerDimension<T> = [T; 5];

impl Dimension {
    /// All dimensions, in the order in which rows are sorted.
    pub const ALL: PerDimension<Self> = [
        Self::State,
        Self::ResourceType,
        Self::MessageCategory,
        Self::MalwareScanner,
        Self::ScanResultStatus,
    ];

    /// The dimensions that summaries of `kind` have.
    pub fn of(kind: JobKind) -> &'static [Self] {
        use Dimension::{MalwareScanner, MessageCategory, ResourceType, ScanResultStatus, State};
        match kind {
            JobKind::Backup | JobKind::Copy => &[State, ResourceType, MessageCategory],
            JobKind::Restore => &[State, ResourceType],
            JobKind::Scan => &[State, ResourceType, MalwareScanner, ScanResultStatus],
        }
    }

    /// AWS's name, of the parameter and of the member: `ResourceType`.
    pub fn aws_name(self) -> &'static str {
        match self {
            Self::State => "State",
            Self::ResourceType => "ResourceType",
            Self::MessageCategory => "MessageCategory",
            Self::MalwareScanner => "MalwareScanner",
            Self::ScanResultStatus => "ScanResultStatus",
        }
    }

    /// Its name in SQL, the same for every kind: `resource_type`.
    pub fn name(self) -> &'static str {
        self.column(JobKind::Backup)
    }

    /// The column of the jobs of `kind` that holds it.
    pub fn column(self, kind: JobKind) -> &'static str {
        match self {
            Self::State if kind == JobKind::Restore => "status",
            Self::State => "state",
            Self::ResourceType => "resource_type",
            Self::MessageCategory => "message_category",
            Self::MalwareScanner => "malware_scanner",
            Self::ScanResultStatus => "scan_result_status",
        }
    }

    /// What AWS lets a request for summaries of `kind` ask, `ANY` and `AGGREGATE_ALL` included;
    /// `None` where it lists nothing.
    ///
    /// The states are wider than those of the listings. For scan results AWS lists neither `ANY`
    /// nor `AGGREGATE_ALL`.
    pub fn listed(self, kind: JobKind) -> Option<&'static [&'static str]> {
        match (self, kind) {
            (Self::State, JobKind::Backup) => Some(BACKUP_STATES),
            (Self::State, JobKind::Copy) => Some(COPY_STATES),
            (Self::State, JobKind::Restore) => Some(RESTORE_STATES),
            (Self::State, JobKind::Scan) => Some(SCAN_STATES),
            (Self::MalwareScanner, _) => Some(SCANNERS),
            (Self::ScanResultStatus, _) => Some(SCAN_RESULTS),
            (Self::ResourceType | Self::MessageCategory, _) => None,
        }
    }

    /// Its place in a [`PerDimension`].
    pub fn place(self) -> usize {
        self as usize
    }
}

const BACKUP_STATES: &[&str] = &[
    "CREATED",
    "PENDING",
    "RUNNING",
    "ABORTING",
    "ABORTED",
    "COMPLETED",
    "FAILED",
    "EXPIRED",
    "PARTIAL",
    "AGGREGATE_ALL",
    "ANY",
];
const COPY_STATES: &[&str] = &[
    "CREATED",
    "RUNNING",
    "ABORTING",
    "ABORTED",
    "COMPLETING",
    "COMPLETED",
    "FAILING",
    "FAILED",
    "PARTIAL",
    "AGGREGATE_ALL",
    "ANY",
];
const RESTORE_STATES: &[&str] =
    &["CREATED", "PENDING", "RUNNING", "ABORTED", "COMPLETED", "FAILED", "AGGREGATE_ALL", "ANY"];
const SCAN_STATES: &[&str] = &[
    "CREATED",
    "COMPLETED",
    "COMPLETED_WITH_ISSUES",
    "RUNNING",
    "FAILED",
    "CANCELED",
    "AGGREGATE_ALL",
    "ANY",
];
/// "The field also supports `ANY`, and `AGGREGATE_ALL`."
const SCANNERS: &[&str] = &["GUARDDUTY", "AGGREGATE_ALL", "ANY"];

const SCAN_RESULTS: &[&str] = &["NO_THREATS_FOUND", "THREATS_FOUND", "UNKNOWN"];
