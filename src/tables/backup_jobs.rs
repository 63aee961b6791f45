//! The table `backup_jobs`: every field of AWS's `BackupJob` shape and of
//! `DescribeBackupJobOutput`.

use crate::model::JobKind;

use super::{Column, Table, job};

/// One row a backup job: its newest observation.
pub static TABLE: Table = Table {
    name: "backup_jobs",
    doc: "One row a backup job: its newest observation.",
    kind: Some(JobKind::Backup),
    key: &["region", "account_id", "backup_job_id"],
    time: "creation_date",
    columns: &[
        job::REGION,
        Column::text("account_id", "AccountId", "The account that owns the job."),
        Column::text("backup_job_id", "BackupJobId", "Identifies the backup job."),
        Column::text(
            "backup_vault_name",
            "BackupVaultName",
            "The vault that keeps the backup; names are unique per account and Region.",
        ),
        Column::text(
            "backup_vault_arn",
            "BackupVaultArn",
            "The ARN of the vault that keeps the backup.",
        ),
        Column::text(
            "vault_type",
            "VaultType",
            "`BACKUP_VAULT` or `LOGICALLY_AIR_GAPPED_BACKUP_VAULT`.",
        ),
        Column::text(
            "vault_lock_state",
            "VaultLockState",
            "Whether the vault is locked: `LOCKED` or `UNLOCKED`.",
        ),
        Column::text("recovery_point_arn", "RecoveryPointArn", "The ARN of the recovery point."),
        Column::long(
            "lifecycle_move_to_cold_storage_after_days",
            "RecoveryPointLifecycle.MoveToColdStorageAfterDays",
            "Days after its creation when the recovery point moves to cold storage.",
        ),
        Column::long(
            "lifecycle_delete_after_days",
            "RecoveryPointLifecycle.DeleteAfterDays",
            "Days after its creation when the recovery point is deleted.",
        ),
        Column::bool(
            "lifecycle_opt_in_to_archive_for_supported_resources",
            "RecoveryPointLifecycle.OptInToArchiveForSupportedResources",
            "Whether the recovery point of a supported resource moves to the archive tier.",
        ),
        Column::text(
            "lifecycle_delete_after_event",
            "RecoveryPointLifecycle.DeleteAfterEvent",
            "The event after which the recovery point is deleted.",
        ),
        Column::text(
            "encryption_key_arn",
            "EncryptionKeyArn",
            "The ARN of the KMS key that encrypts the backup.",
        ),
        Column::bool("is_encrypted", "IsEncrypted", "Whether the backup is encrypted."),
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
        Column::time(
            "expected_completion_date",
            "ExpectedCompletionDate",
            "When the job is expected to end.",
        ),
        Column::time(
            "start_by",
            "StartBy",
            "When the start window ends: a backup job that has not started by then expires.",
        ),
        Column::text(
            "resource_type",
            "ResourceType",
            "The type of the resource, such as `EBS`, `EC2` or `RDS`.",
        ),
        Column::long(
            "bytes_transferred",
            "BytesTransferred",
            "The bytes transferred to the vault when the job was read.",
        ),
        Column::text_map(
            "backup_options",
            "BackupOptions",
            "Options of the backup, such as `WindowsVSS`.",
        ),
        Column::text("backup_type", "BackupType", "The type of the backup."),
        Column::text(
            "parent_job_id",
            "ParentJobId",
            "The parent (composite) job, for a child (nested) job.",
        ),
        Column::bool("is_parent", "IsParent", "Whether the job is a parent (composite) job."),
        Column::text(
            "resource_name",
            "ResourceName",
            "The name of the resource; it need not be unique.",
        ),
        Column::time("initiation_date", "InitiationDate", "When the job was initiated."),
        Column::text(
            "message_category",
            "MessageCategory",
            "The category of the status message, such as `SUCCESS` or `ACCESS_DENIED`.",
        ),
        Column::long(
            "number_of_child_jobs",
            "NumberOfChildJobs",
            "The number of child (nested) jobs.",
        )
        .describe_only(),
        Column::long_map(
            "child_jobs_in_state",
            "ChildJobsInState",
            "The number of child (nested) jobs in each state.",
        )
        .describe_only(),
        job::TRACKING,
        job::SOURCE,
        job::ORIGIN,
        job::FIRST_SEEN_AT,
        job::OBSERVED_AT,
    ],
};
