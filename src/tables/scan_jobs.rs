//! The table `scan_jobs`: every field of AWS's `ScanJob` shape and of `DescribeScanJobOutput`.

use crate::model::JobKind;

use super::{Column, Table, job};

/// One row a scan job: its newest observation.
pub static TABLE: Table = Table {
    name: "scan_jobs",
    doc: "One row a scan job: its newest observation.",
    kind: Some(JobKind::Scan),
    key: &["region", "account_id", "scan_job_id"],
    time: "creation_date",
    columns: &[
        job::REGION,
        Column::text("account_id", "AccountId", "The account that owns the job."),
        Column::text(
            "backup_vault_arn",
            "BackupVaultArn",
            "The ARN of the vault that keeps the backup.",
        ),
        Column::text(
            "backup_vault_name",
            "BackupVaultName",
            "The vault that keeps the backup; names are unique per account and Region.",
        ),
        Column::time(
            "completion_date",
            "CompletionDate",
            "When the job ended; AWS leaves it out for some failed jobs.",
        ),
        Column::time(
            "continuous_scan_end_time",
            "ContinuousScanEndTime",
            "The point in time up to which a continuous backup was scanned.",
        ),
        Column::time(
            "continuous_scan_start_time",
            "ContinuousScanStartTime",
            "The point in time from which a continuous backup was scanned.",
        ),
        Column::text("backup_plan_arn", "CreatedBy.BackupPlanArn", "The ARN of the backup plan."),
        Column::text(
            "backup_plan_id",
            "CreatedBy.BackupPlanId",
            "Identifies the backup plan; NULL for on-demand jobs.",
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
        Column::time(
            "creation_date",
            "CreationDate",
            "When the job was created; its UTC day is the day of the job.",
        ),
        Column::text("iam_role_arn", "IamRoleArn", "The ARN of the IAM role that runs the job."),
        Column::text(
            "malware_scanner",
            "MalwareScanner",
            "The scanning engine, such as `GUARDDUTY`.",
        ),
        Column::text("recovery_point_arn", "RecoveryPointArn", "The ARN of the recovery point."),
        Column::text("resource_arn", "ResourceArn", "The ARN of the resource."),
        Column::text(
            "resource_name",
            "ResourceName",
            "The name of the resource; it need not be unique.",
        ),
        Column::text(
            "resource_type",
            "ResourceType",
            "The type of the resource, such as `EBS`, `EC2` or `RDS`.",
        ),
        Column::text(
            "scan_base_recovery_point_arn",
            "ScanBaseRecoveryPointArn",
            "The ARN of the recovery point that an incremental scan builds on.",
        ),
        Column::text("scan_id", "ScanId", "The id that the scanner gave to the scan."),
        Column::text("scan_job_id", "ScanJobId", "Identifies the scan job."),
        Column::text("scan_mode", "ScanMode", "`FULL_SCAN` or `INCREMENTAL_SCAN`."),
        Column::text(
            "scan_result_status",
            "ScanResult.ScanResultStatus",
            "`THREATS_FOUND`, `NO_THREATS_FOUND` or `UNKNOWN`.",
        ),
        Column::text(
            "scanner_role_arn",
            "ScannerRoleArn",
            "The ARN of the IAM role that the scanner uses.",
        ),
        Column::text("state", "State", "The state as AWS gave it."),
        Column::text(
            "status_message",
            "StatusMessage",
            "A sentence that explains the state; on a COMPLETED backup it means that something \
            needs attention.",
        ),
        job::TRACKING,
        job::SOURCE,
        job::ORIGIN,
        job::FIRST_SEEN_AT,
        job::OBSERVED_AT,
    ],
};
