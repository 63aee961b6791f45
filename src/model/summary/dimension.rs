//! What job summaries count by, and how a request asks for it. Pure.

use crate::model::{JobKind, states};

use super::{AGGREGATE_ALL, ANY, Choice, same_value};

/// The resource types that AWS lists for `ByResourceType` of `ListBackupJobs`; it adds to them.
pub const RESOURCE_TYPES: [&str; 17] = [
    "Aurora",
    "CloudFormation",
    "DocumentDB",
    "DynamoDB",
    "EBS",
    "EC2",
    "EFS",
    "EKS",
    "FSx",
    "Neptune",
    "RDS",
    "Redshift",
    "S3",
    "SAP HANA on Amazon EC2",
    "Storage Gateway",
    "Timestream",
    "VirtualMachine",
];
/// The malware scanners that AWS lists.
pub const SCANNERS: [&str; 1] = ["GUARDDUTY"];
/// The values of `ScanResultStatus` that AWS lists.
pub const SCAN_RESULTS: [&str; 3] = ["NO_THREATS_FOUND", "THREATS_FOUND", "UNKNOWN"];

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

    /// AWS's text as a choice of it, for summaries of `kind`; a value that AWS lists in AWS's own
    /// spelling.
    ///
    /// AWS refuses what it does not list, and so do we: a slip would be told as a zero.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn choice(self, kind: JobKind, text: &str) -> Result<Choice, String> {
        let choice = Choice::from_text(text);
        let Choice::Value(value) = &choice else { return Ok(choice) };
        let Some(listed) = self.listed(kind) else {
            // AWS's word for every value, in listings only.
            if value == "*" {
                return Err(format!("\"*\" is no {}; {ANY} stands for each", self.aws_name()));
            }
            return Ok(choice);
        };
        if let Some(listed) = listed.iter().find(|listed| same_value(listed, value)) {
            return Ok(Choice::Value((*listed).to_owned()));
        }
        let words: &[&str] = if self.lists_words() { &[ANY, AGGREGATE_ALL] } else { &[] };
        let all = [&listed, words].concat().join(", ");
        Err(format!("\"{value}\" is none of {all}"))
    }

    /// False if and only if AWS lists neither `ANY` nor `AGGREGATE_ALL` for it.
    pub fn lists_words(self) -> bool {
        self != Self::ScanResultStatus
    }

    /// The values that AWS lets a request for summaries of `kind` ask; `None` where it lists none.
    fn listed(self, kind: JobKind) -> Option<Vec<&'static str>> {
        match self {
            Self::State => Some([states(kind), states_counted(kind)].concat()),
            Self::MalwareScanner => Some(SCANNERS.to_vec()),
            Self::ScanResultStatus => Some(SCAN_RESULTS.to_vec()),
            Self::ResourceType | Self::MessageCategory => None,
        }
    }

    /// Its place in a [`PerDimension`].
    pub fn place(self) -> usize {
        self as usize
    }
}

/// The states that AWS's summaries of `kind` list besides [`states`].
fn states_counted(kind: JobKind) -> &'static [&'static str] {
    match kind {
        JobKind::Copy => &["ABORTING", "ABORTED", "COMPLETING", "FAILING"],
        JobKind::Restore => &["CREATED"],
        JobKind::Backup | JobKind::Scan => &[],
    }
}
