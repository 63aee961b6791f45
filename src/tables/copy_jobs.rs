//! The table `copy_jobs`: every field of AWS's `CopyJob` shape, which Describe shares.

use crate::model::JobKind;

use super::{Column, Table, job};

/// One row a copy job: its newest observation.
pub static TABLE: Table = Table {
    name: "copy_jobs",
    doc: "One row a copy job: its newest observation.",
    kind: Some(JobKind::Copy),
    key: &["region", "account_id", "copy_job_id"],
    time: "creation_date",
    columns: &[
        job::REGION,
        Column::text("account_id", "AccountId", "The account that owns the job."),
        Column::text("copy_job_id", "CopyJobId", "Identifies the copy job."),
        Column::text(
            "source_backup_vault_arn",
            "SourceBackupVaultArn",
            "The ARN of the vault copied from.",
        ),
        Column::text(
            "source_recovery_point_arn",
            "SourceRecoveryPointArn",
            "The ARN of the recovery point copied from.",
        ),
        Column::text(
            "destination_backup_vault_arn",
            "DestinationBackupVaultArn",
            "The ARN of the vault copied to.",
        ),
        Column::text(
            "destination_vault_type",
            "DestinationVaultType",
            "The type of the vault copied to.",
        ),
        Column::text(
            "destination_vault_lock_state",
            "DestinationVaultLockState",
            "Whether the vault copied to is locked.",
        ),
        Column::text(
            "destination_recovery_point_arn",
            "DestinationRecoveryPointArn",
            "The ARN of the recovery point that the copy made.",
        ),
        Column::text(
            "destination_encryption_key_arn",
            "DestinationEncryptionKeyArn",
            "The ARN of the KMS key that encrypts the copy.",
        ),
        Column::long(
            "destination_lifecycle_move_to_cold_storage_after_days",
            "DestinationRecoveryPointLifecycle.MoveToColdStorageAfterDays",
            "Days after its creation when the copy moves to cold storage.",
        ),
        Column::long(
            "destination_lifecycle_delete_after_days",
            "DestinationRecoveryPointLifecycle.DeleteAfterDays",
            "Days after its creation when the copy is deleted.",
        ),
        Column::bool(
            "destination_lifecycle_opt_in_to_archive_for_supported_resources",
            "DestinationRecoveryPointLifecycle.OptInToArchiveForSupportedResources",
            "Whether the copy of a supported resource moves to the archive tier.",
        ),
        Column::text(
            "destination_lifecycle_delete_after_event",
            "DestinationRecoveryPointLifecycle.DeleteAfterEvent",
            "The event after which the copy is deleted.",
        ),
        Column::text("resource_arn", "ResourceArn", "The ARN of the resource."),
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
        Column::text("state", "State", "The state as AWS gave it."),
        Column::text(
            "status_message",
            "StatusMessage",
            "A sentence that explains the state; on a COMPLETED backup it means that something \
            needs attention.",
        ),
        Column::long(
            "backup_size_in_bytes",
            "BackupSizeInBytes",
            "The size in bytes; NULL and 0 both mean that AWS does not know it for the resource \
            type.",
        ),
        Column::text("iam_role_arn", "IamRoleArn", "The ARN of the IAM role that runs the job."),
        Column::text(
            "backup_plan_id",
            "CreatedBy.BackupPlanId",
            "Identifies the backup plan; NULL for on-demand jobs.",
        ),
        Column::text("backup_plan_arn", "CreatedBy.BackupPlanArn", "The ARN of the backup plan."),
        Column::text(
            "backup_plan_name",
            "CreatedBy.BackupPlanName",
            "The name of the backup plan.",
        ),
        Column::text(
            "backup_plan_version",
            "CreatedBy.BackupPlanVersion",
            "The version of the backup plan.",
        ),
        Column::text(
            "backup_rule_id",
            "CreatedBy.BackupRuleId",
            "Identifies the rule of the backup plan.",
        ),
        Column::text(
            "backup_rule_name",
            "CreatedBy.BackupRuleName",
            "The name of the rule of the backup plan.",
        ),
        Column::text(
            "backup_rule_cron",
            "CreatedBy.BackupRuleCron",
            "The schedule of the rule, as a cron expression.",
        ),
        Column::text(
            "backup_rule_timezone",
            "CreatedBy.BackupRuleTimezone",
            "The time zone of the schedule of the rule.",
        ),
        Column::text(
            "created_by_backup_job_id",
            "CreatedByBackupJobId",
            "The backup job that started this copy, for scheduled copies.",
        ),
        Column::text(
            "resource_type",
            "ResourceType",
            "The type of the resource, such as `EBS`, `EC2` or `RDS`.",
        ),
        Column::text(
            "parent_job_id",
            "ParentJobId",
            "The parent (composite) job, for a child (nested) job.",
        ),
        Column::bool("is_parent", "IsParent", "Whether the job is a parent (composite) job."),
        Column::text(
            "composite_member_identifier",
            "CompositeMemberIdentifier",
            "Identifies the resource within a composite, such as its logical id in a stack.",
        ),
        Column::long(
            "number_of_child_jobs",
            "NumberOfChildJobs",
            "The number of child (nested) jobs.",
        ),
        Column::long_map(
            "child_jobs_in_state",
            "ChildJobsInState",
            "The number of child (nested) jobs in each state.",
        ),
        Column::text(
            "resource_name",
            "ResourceName",
            "The name of the resource; it need not be unique.",
        ),
        Column::text(
            "message_category",
            "MessageCategory",
            "The category of the status message, such as `SUCCESS` or `ACCESS_DENIED`.",
        ),
        job::TRACKING,
        job::SOURCE,
        job::ORIGIN,
        job::FIRST_SEEN_AT,
        job::OBSERVED_AT,
    ],
};
