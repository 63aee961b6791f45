//! The table `restore_jobs`: every field of AWS's `RestoreJobsListMember` shape and of
//! `DescribeRestoreJobOutput`.

use crate::model::JobKind;

use super::{Column, Table, job};

/// One row a restore job: its newest observation.
pub static TABLE: Table = Table {
    name: "restore_jobs",
    doc: "One row a restore job: its newest observation.",
    kind: Some(JobKind::Restore),
    key: &["region", "account_id", "restore_job_id"],
    time: "creation_date",
    columns: &[
        job::REGION,
        Column::text("account_id", "AccountId", "The account that owns the job."),
        Column::text("restore_job_id", "RestoreJobId", "Identifies the restore job."),
        Column::text("recovery_point_arn", "RecoveryPointArn", "The ARN of the recovery point."),
        Column::text(
            "source_resource_arn",
            "SourceResourceArn",
            "The ARN of the resource that was backed up.",
        ),
        Column::text(
            "backup_vault_arn",
            "BackupVaultArn",
            "The ARN of the vault that keeps the backup.",
        ),
        Column::time(
            "creation_date",
            "CreationDate",
            "When the job was created; its UTC day is the day of the job.",
        ),
        Column::time(
            "completion_date",
            "CompletionDate",
            "When the job ended; AWS leaves it out for some failed jobs.",
        ),
        Column::text(
            "status",
            "Status",
            "The state as AWS gave it; views that span kinds call it `state`.",
        ),
        Column::text(
            "status_message",
            "StatusMessage",
            "A sentence that explains the state; on a COMPLETED backup it means that something \
            needs attention.",
        ),
        Column::text(
            "percent_done",
            "PercentDone",
            "The estimated progress when the job was read, as text: AWS writes `0.0`, `100.0` and \
            `0.00%`.",
        ),
        Column::long(
            "backup_size_in_bytes",
            "BackupSizeInBytes",
            "The size in bytes; NULL and 0 both mean that AWS does not know it for the resource \
            type.",
        ),
        Column::text("iam_role_arn", "IamRoleArn", "The ARN of the IAM role that runs the job."),
        Column::long(
            "expected_completion_time_minutes",
            "ExpectedCompletionTimeMinutes",
            "How long the restore is expected to take, in minutes.",
        ),
        Column::text(
            "created_resource_arn",
            "CreatedResourceArn",
            "The ARN of the resource that the restore created.",
        ),
        Column::text(
            "resource_type",
            "ResourceType",
            "The type of the resource, such as `EBS`, `EC2` or `RDS`.",
        ),
        Column::time(
            "recovery_point_creation_date",
            "RecoveryPointCreationDate",
            "When the recovery point was created.",
        ),
        Column::bool("is_parent", "IsParent", "Whether the job is a parent (composite) job."),
        Column::text(
            "parent_job_id",
            "ParentJobId",
            "The parent (composite) job, for a child (nested) job.",
        ),
        Column::text(
            "restore_testing_plan_arn",
            "CreatedBy.RestoreTestingPlanArn",
            "The ARN of the restore testing plan; NULL for restores that are no tests.",
        ),
        Column::text(
            "validation_status",
            "ValidationStatus",
            "The outcome of the validation of a restore test.",
        ),
        Column::text(
            "validation_status_message",
            "ValidationStatusMessage",
            "A sentence that explains the validation status.",
        ),
        Column::text(
            "deletion_status",
            "DeletionStatus",
            "What became of the data that a restore test made.",
        ),
        Column::text(
            "deletion_status_message",
            "DeletionStatusMessage",
            "A sentence that explains the deletion status.",
        ),
        job::TRACKING,
        job::SOURCE,
        job::ORIGIN,
        job::FIRST_SEEN_AT,
        job::OBSERVED_AT,
    ],
};
