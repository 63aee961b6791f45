//! What the four job tables have in common: our own columns, and what they mean.

use crate::model::{Instant, JobKey, JobKind, RestoreTest, Tracking, tracking};

use super::{Cell, Column, Row, Table};

pub(super) const REGION: Column =
    Column::text("region", "", "The Region of the endpoint that answered.").ours();
pub(super) const TRACKING: Column = Column::text(
    "tracking",
    "",
    "Whether the job can still change: `open`, `settled`, or `forgotten` (open when AWS stopped \
    showing it).",
)
.ours();
pub(super) const SOURCE: Column =
    Column::text("source", "", "The source whose observation the row shows.").ours();
pub(super) const ORIGIN: Column = Column::text(
    "origin",
    "",
    "How the observation came: `list`, `describe`, `cli-json`, `audit-report` or `event`.",
)
.ours();
pub(super) const FIRST_SEEN_AT: Column =
    Column::time("first_seen_at", "", "When the job was first observed.").ours();
pub(super) const OBSERVED_AT: Column =
    Column::time("observed_at", "", "When the values that the row shows were first read.").ours();

/// The column that tells that a restore is a test.
pub const TEST_PLAN: &str = "restore_testing_plan_arn";

/// How an observation came to us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A List operation.
    List,
    /// A Describe operation.
    Describe,
    /// A document that the AWS CLI or boto3 printed.
    CliJson,
    /// An AWS Backup Audit Manager report.
    AuditReport,
    /// An `EventBridge` event.
    Event,
    /// An answer of AWS in which a held job is missing; see [`absence`]. No held row has it.
    Absence,
}

impl Origin {
    /// Every origin.
    pub const ALL: [Self; 6] =
        [Self::List, Self::Describe, Self::CliJson, Self::AuditReport, Self::Event, Self::Absence];

    /// The word in the column `origin`.
    pub fn name(self) -> &'static str {
        match self {
            Self::List => "list",
            Self::Describe => "describe",
            Self::CliJson => "cli-json",
            Self::AuditReport => "audit-report",
            Self::Event => "event",
            Self::Absence => "absence",
        }
    }

    /// The origin with that [`name`](Self::name).
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|origin| origin.name() == name)
    }

    /// True if and only if a NULL from this origin says that AWS has no value.
    ///
    /// List answers lack what only Describe gives; reports and events lack much, and AWS does not
    /// publish what, so their NULLs say nothing; an absence says nothing but that.
    pub fn carries(self, column: &Column) -> bool {
        use super::Given;
        match self {
            Self::Describe => true,
            Self::List | Self::CliJson => column.given != Given::DescribeOnly,
            Self::AuditReport | Self::Event | Self::Absence => column.given == Given::ByUs,
        }
    }
}

/// Fills our own columns of a job observed at `observed_at`, `tracking` included.
///
/// The key and `creation_date` must be there already.
pub fn settle(row: &mut Row, source: &str, origin: Origin, observed_at: Instant) {
    let Some(kind) = row.table().kind else { return };
    let tracking = tracking_at(row, kind, observed_at).name();
    row.set("tracking", Cell::text(tracking));
    row.set("source", Cell::text(source));
    row.set("origin", Cell::text(origin.name()));
    row.set("first_seen_at", Cell::Time(observed_at));
    row.set("observed_at", Cell::Time(observed_at));
}

fn tracking_at(row: &Row, kind: JobKind, observed_at: Instant) -> Tracking {
    let test = row.text(TEST_PLAN).is_some().then(|| RestoreTest {
        validation: row.text("validation_status"),
        deletion: row.text("deletion_status"),
        creation_date: row.time("creation_date").unwrap_or(observed_at),
    });
    tracking(kind, row.text(row.table().state()), test, observed_at)
}

/// Whether the restore job of `row` can still change, given what `other`, a row of the same job,
/// tells: reports and events do not say that a restore was a test, which changes after its end.
pub fn restore_tracking(row: &Row, other: &Row) -> Tracking {
    let mut row = row.clone();
    for column in [TEST_PLAN, "validation_status", "deletion_status"] {
        if row.get(column).is_null() {
            row.set(column, other.get(column).clone());
        }
    }
    let observed_at = row.time("observed_at").unwrap_or(Instant::from_micros(0));
    tracking_at(&row, JobKind::Restore, observed_at)
}

/// The reading, at `observed_at` by `source`, that AWS no longer shows the open job `key`.
///
/// It makes no job: merged, it changes `tracking` of a held row that is open and was observed no
/// later, and nothing else.
pub fn absence(key: &JobKey, creation_date: Instant, source: &str, observed_at: Instant) -> Row {
    let mut row = Row::new(Table::of_jobs(key.kind));
    row.set("region", Cell::text(&*key.region));
    row.set("account_id", Cell::text(&*key.account_id));
    row.set(row.table().job_id(), Cell::text(&*key.job_id));
    row.set("creation_date", Cell::Time(creation_date));
    row.set("tracking", Cell::text(Tracking::Forgotten.name()));
    row.set("source", Cell::text(source));
    row.set("origin", Cell::text(Origin::Absence.name()));
    row.set("observed_at", Cell::Time(observed_at));
    row
}
