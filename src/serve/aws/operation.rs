//! The 13 operations: one declaration each.
//!
//! Names and places are those of AWS's API model (botocore 1.44.5), with its three styles of query
//! names; router, validation, filters and token binding all run on these declarations.

use crate::model::{Dimension, JobKind, SCAN_RESULTS, SCANNERS, states};

use Role::{
    Account, Accounts, After, Before, Category, Choice, JobId, MaxResults, NextToken, OneOf,
    Period, Text,
};

/// An operation.
#[derive(Debug)]
pub(super) struct Operation {
    /// AWS's name.
    pub(super) name: &'static str,
    /// The path, cut at its slashes. The method is always GET.
    pub(super) path: &'static [Segment],
    /// The kind of job.
    pub(super) kind: JobKind,
    /// What it does.
    pub(super) action: Action,
    /// The member that holds the answer; empty where the answer is the job itself.
    pub(super) result: &'static str,
    /// The query parameters.
    pub(super) parameters: &'static [Parameter],
}

/// What an operation does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Action {
    /// Lists jobs.
    List,
    /// Shows one job.
    Describe,
    /// Counts jobs.
    Summaries,
}

/// A piece of a path.
#[derive(Debug)]
pub(super) enum Segment {
    /// This text.
    Is(&'static str),
    /// A parameter.
    Label(Parameter),
}

/// A parameter.
#[derive(Debug)]
pub(super) struct Parameter {
    /// AWS's member name: what SDKs call it.
    pub(super) member: &'static str,
    /// The name in the query, matched in any case.
    pub(super) wire: &'static str,
    /// What it does.
    pub(super) role: Role,
}

/// What a parameter does, and so what values it can have.
#[derive(Debug)]
pub(super) enum Role {
    /// The page to continue with.
    NextToken,
    /// The size of a page.
    MaxResults,
    /// The id of the job to describe.
    JobId,
    /// Whose jobs to list: an account id, or `*`.
    Accounts,
    /// Whose jobs to count: an account id, `ANY` or `AGGREGATE_ALL`.
    Account,
    /// The period to count in.
    Period,
    /// A column must have this text.
    Text(&'static str),
    /// A column must have this text, one of those listed.
    OneOf(&'static str, &'static [&'static str]),
    /// The message category; `*`, `ANY` and `AGGREGATE_ALL` stand for all.
    Category(&'static str),
    /// A time must be later.
    After(&'static str),
    /// A time must be earlier.
    Before(&'static str),
    /// How to count by a dimension.
    Choice(Dimension),
}

const fn parameter(member: &'static str, wire: &'static str, role: Role) -> Parameter {
    Parameter { member, wire, role }
}

/// A parameter whose name in the query is its member's.
const fn same(member: &'static str, role: Role) -> Parameter {
    parameter(member, member, role)
}

const fn label(member: &'static str, role: Role) -> Segment {
    Segment::Label(same(member, role))
}

/// Every operation.
pub(super) static ALL: [&Operation; 13] = [
    &LIST_BACKUP_JOBS,
    &LIST_COPY_JOBS,
    &LIST_RESTORE_JOBS,
    &LIST_RESTORE_JOBS_BY_PROTECTED_RESOURCE,
    &LIST_SCAN_JOBS,
    &DESCRIBE_BACKUP_JOB,
    &DESCRIBE_COPY_JOB,
    &DESCRIBE_RESTORE_JOB,
    &DESCRIBE_SCAN_JOB,
    &LIST_BACKUP_JOB_SUMMARIES,
    &LIST_COPY_JOB_SUMMARIES,
    &LIST_RESTORE_JOB_SUMMARIES,
    &LIST_SCAN_JOB_SUMMARIES,
];

/// The names of all operations.
pub fn operation_names() -> impl Iterator<Item = &'static str> {
    ALL.into_iter().map(|operation| operation.name)
}

static LIST_BACKUP_JOBS: Operation = Operation {
    name: "ListBackupJobs",
    path: &[Segment::Is("backup-jobs")],
    kind: JobKind::Backup,
    action: Action::List,
    result: "BackupJobs",
    parameters: &[
        parameter("NextToken", "nextToken", NextToken),
        parameter("MaxResults", "maxResults", MaxResults),
        parameter("ByResourceArn", "resourceArn", Text("resource_arn")),
        parameter("ByState", "state", OneOf("state", states(JobKind::Backup))),
        parameter("ByBackupVaultName", "backupVaultName", Text("backup_vault_name")),
        parameter("ByCreatedBefore", "createdBefore", Before("creation_date")),
        parameter("ByCreatedAfter", "createdAfter", After("creation_date")),
        parameter("ByResourceType", "resourceType", Text("resource_type")),
        parameter("ByAccountId", "accountId", Accounts),
        parameter("ByCompleteAfter", "completeAfter", After("completion_date")),
        parameter("ByCompleteBefore", "completeBefore", Before("completion_date")),
        parameter("ByParentJobId", "parentJobId", Text("parent_job_id")),
        parameter("ByMessageCategory", "messageCategory", Category("message_category")),
    ],
};

static LIST_COPY_JOBS: Operation = Operation {
    name: "ListCopyJobs",
    path: &[Segment::Is("copy-jobs")],
    kind: JobKind::Copy,
    action: Action::List,
    result: "CopyJobs",
    parameters: &[
        parameter("NextToken", "nextToken", NextToken),
        parameter("MaxResults", "maxResults", MaxResults),
        parameter("ByResourceArn", "resourceArn", Text("resource_arn")),
        parameter("ByState", "state", OneOf("state", states(JobKind::Copy))),
        parameter("ByCreatedBefore", "createdBefore", Before("creation_date")),
        parameter("ByCreatedAfter", "createdAfter", After("creation_date")),
        parameter("ByResourceType", "resourceType", Text("resource_type")),
        // AWS's sentence says "source backup vault"; its name, and sense, say destination.
        parameter(
            "ByDestinationVaultArn",
            "destinationVaultArn",
            Text("destination_backup_vault_arn"),
        ),
        parameter("ByAccountId", "accountId", Accounts),
        parameter("ByCompleteBefore", "completeBefore", Before("completion_date")),
        parameter("ByCompleteAfter", "completeAfter", After("completion_date")),
        parameter("ByParentJobId", "parentJobId", Text("parent_job_id")),
        parameter("ByMessageCategory", "messageCategory", Category("message_category")),
        parameter(
            "BySourceRecoveryPointArn",
            "sourceRecoveryPointArn",
            Text("source_recovery_point_arn"),
        ),
    ],
};

static LIST_RESTORE_JOBS: Operation = Operation {
    name: "ListRestoreJobs",
    path: &[Segment::Is("restore-jobs")],
    kind: JobKind::Restore,
    action: Action::List,
    result: "RestoreJobs",
    parameters: &[
        parameter("NextToken", "nextToken", NextToken),
        parameter("MaxResults", "maxResults", MaxResults),
        parameter("ByAccountId", "accountId", Accounts),
        parameter("ByResourceType", "resourceType", Text("resource_type")),
        parameter("ByCreatedBefore", "createdBefore", Before("creation_date")),
        parameter("ByCreatedAfter", "createdAfter", After("creation_date")),
        parameter("ByStatus", "status", OneOf("status", states(JobKind::Restore))),
        parameter("ByCompleteBefore", "completeBefore", Before("completion_date")),
        parameter("ByCompleteAfter", "completeAfter", After("completion_date")),
        parameter(
            "ByRestoreTestingPlanArn",
            "restoreTestingPlanArn",
            Text("restore_testing_plan_arn"),
        ),
        parameter("ByParentJobId", "parentJobId", Text("parent_job_id")),
    ],
};

static LIST_RESTORE_JOBS_BY_PROTECTED_RESOURCE: Operation = Operation {
    name: "ListRestoreJobsByProtectedResource",
    path: &[
        Segment::Is("resources"),
        label("ResourceArn", Text("source_resource_arn")),
        Segment::Is("restore-jobs"),
    ],
    kind: JobKind::Restore,
    action: Action::List,
    result: "RestoreJobs",
    parameters: &[
        parameter("ByStatus", "status", OneOf("status", states(JobKind::Restore))),
        parameter(
            "ByRecoveryPointCreationDateAfter",
            "recoveryPointCreationDateAfter",
            After("recovery_point_creation_date"),
        ),
        parameter(
            "ByRecoveryPointCreationDateBefore",
            "recoveryPointCreationDateBefore",
            Before("recovery_point_creation_date"),
        ),
        parameter("NextToken", "nextToken", NextToken),
        parameter("MaxResults", "maxResults", MaxResults),
    ],
};

static LIST_SCAN_JOBS: Operation = Operation {
    name: "ListScanJobs",
    path: &[Segment::Is("scan"), Segment::Is("jobs")],
    kind: JobKind::Scan,
    action: Action::List,
    result: "ScanJobs",
    parameters: &[
        same("ByAccountId", Accounts),
        same("ByBackupVaultName", Text("backup_vault_name")),
        same("ByCompleteAfter", After("completion_date")),
        same("ByCompleteBefore", Before("completion_date")),
        same("ByMalwareScanner", OneOf("malware_scanner", &SCANNERS)),
        same("ByRecoveryPointArn", Text("recovery_point_arn")),
        same("ByResourceArn", Text("resource_arn")),
        // An enumeration in the model, but AWS adds resource types; none is refused.
        same("ByResourceType", Text("resource_type")),
        same("ByScanResultStatus", OneOf("scan_result_status", &SCAN_RESULTS)),
        same("ByState", OneOf("state", states(JobKind::Scan))),
        same("MaxResults", MaxResults),
        same("NextToken", NextToken),
    ],
};

static DESCRIBE_BACKUP_JOB: Operation = Operation {
    name: "DescribeBackupJob",
    path: &[Segment::Is("backup-jobs"), label("BackupJobId", JobId)],
    kind: JobKind::Backup,
    action: Action::Describe,
    result: "",
    parameters: &[],
};

static DESCRIBE_COPY_JOB: Operation = Operation {
    name: "DescribeCopyJob",
    path: &[Segment::Is("copy-jobs"), label("CopyJobId", JobId)],
    kind: JobKind::Copy,
    action: Action::Describe,
    result: "CopyJob",
    parameters: &[],
};

static DESCRIBE_RESTORE_JOB: Operation = Operation {
    name: "DescribeRestoreJob",
    path: &[Segment::Is("restore-jobs"), label("RestoreJobId", JobId)],
    kind: JobKind::Restore,
    action: Action::Describe,
    result: "",
    parameters: &[],
};

static DESCRIBE_SCAN_JOB: Operation = Operation {
    name: "DescribeScanJob",
    path: &[Segment::Is("scan"), Segment::Is("jobs"), label("ScanJobId", JobId)],
    kind: JobKind::Scan,
    action: Action::Describe,
    result: "",
    parameters: &[],
};

static LIST_BACKUP_JOB_SUMMARIES: Operation = Operation {
    name: "ListBackupJobSummaries",
    path: &[Segment::Is("audit"), Segment::Is("backup-job-summaries")],
    kind: JobKind::Backup,
    action: Action::Summaries,
    result: "BackupJobSummaries",
    parameters: &[
        same("AccountId", Account),
        same("State", Choice(Dimension::State)),
        same("ResourceType", Choice(Dimension::ResourceType)),
        same("MessageCategory", Choice(Dimension::MessageCategory)),
        same("AggregationPeriod", Period),
        same("MaxResults", MaxResults),
        same("NextToken", NextToken),
    ],
};

static LIST_COPY_JOB_SUMMARIES: Operation = Operation {
    name: "ListCopyJobSummaries",
    path: &[Segment::Is("audit"), Segment::Is("copy-job-summaries")],
    kind: JobKind::Copy,
    action: Action::Summaries,
    result: "CopyJobSummaries",
    parameters: &[
        same("AccountId", Account),
        same("State", Choice(Dimension::State)),
        same("ResourceType", Choice(Dimension::ResourceType)),
        same("MessageCategory", Choice(Dimension::MessageCategory)),
        same("AggregationPeriod", Period),
        same("MaxResults", MaxResults),
        same("NextToken", NextToken),
    ],
};

static LIST_RESTORE_JOB_SUMMARIES: Operation = Operation {
    name: "ListRestoreJobSummaries",
    path: &[Segment::Is("audit"), Segment::Is("restore-job-summaries")],
    kind: JobKind::Restore,
    action: Action::Summaries,
    result: "RestoreJobSummaries",
    parameters: &[
        same("AccountId", Account),
        same("State", Choice(Dimension::State)),
        same("ResourceType", Choice(Dimension::ResourceType)),
        same("AggregationPeriod", Period),
        same("MaxResults", MaxResults),
        same("NextToken", NextToken),
    ],
};

static LIST_SCAN_JOB_SUMMARIES: Operation = Operation {
    name: "ListScanJobSummaries",
    path: &[Segment::Is("audit"), Segment::Is("scan-job-summaries")],
    kind: JobKind::Scan,
    action: Action::Summaries,
    result: "ScanJobSummaries",
    parameters: &[
        same("AccountId", Account),
        same("ResourceType", Choice(Dimension::ResourceType)),
        same("MalwareScanner", Choice(Dimension::MalwareScanner)),
        same("ScanResultStatus", Choice(Dimension::ScanResultStatus)),
        same("State", Choice(Dimension::State)),
        same("AggregationPeriod", Period),
        same("MaxResults", MaxResults),
        same("NextToken", NextToken),
    ],
};
