//! Backup jobs: the SDK's records as rows, and the three operations.

use aws_sdk_backup::operation::describe_backup_job::DescribeBackupJobOutput;
use aws_sdk_backup::types::{BackupJob, BackupJobStatus, BackupJobSummary};

use crate::tables::{AWS_JOB_SUMMARIES, BACKUP_JOBS, Row};

use super::ask::{jobs_page, summaries_page};
use super::call::{Answer, ListCall, SummaryCall};
use super::endpoint::{Endpoint, send};
use super::failure::Failure;
use super::fill::{move_fields, move_plan, move_summary};

/// What List and Describe both give.
macro_rules! row_of {
    ($job:ident) => {{
        let mut row = Row::new(&BACKUP_JOBS);
        move_fields! { $job => row of BACKUP_JOBS:
            account_id, backup_job_id, backup_vault_name, backup_vault_arn, vault_type,
            vault_lock_state, recovery_point_arn, encryption_key_arn, is_encrypted, resource_arn,
            creation_date, completion_date, state, status_message, percent_done,
            backup_size_in_bytes, iam_role_arn, expected_completion_date, start_by, resource_type,
            bytes_transferred, backup_options, backup_type, parent_job_id, is_parent,
            resource_name, initiation_date, message_category,
        }
        if let Some(lifecycle) = $job.recovery_point_lifecycle {
            move_fields! { lifecycle => row of BACKUP_JOBS:
                lifecycle_move_to_cold_storage_after_days: move_to_cold_storage_after_days,
                lifecycle_delete_after_days: delete_after_days,
                lifecycle_opt_in_to_archive_for_supported_resources:
                    opt_in_to_archive_for_supported_resources,
                lifecycle_delete_after_event: delete_after_event,
            }
        }
        move_plan!($job => row of BACKUP_JOBS);
        row
    }};
}

fn listed(job: BackupJob) -> Row {
    row_of!(job)
}

fn described(job: DescribeBackupJobOutput) -> Row {
    let mut row = row_of!(job);
    move_fields! { job => row of BACKUP_JOBS: number_of_child_jobs, child_jobs_in_state }
    row
}

fn counted(summary: BackupJobSummary) -> Row {
    let mut row = Row::new(&AWS_JOB_SUMMARIES);
    move_summary!(summary => row);
    move_fields! { summary => row of AWS_JOB_SUMMARIES: message_category }
    row
}

/// `ListBackupJobs`.
pub(super) async fn list(at: &Endpoint, call: &ListCall) -> Result<Answer, Failure> {
    jobs_page!(at, call: list_backup_jobs, backup_jobs, listed)
}

/// `DescribeBackupJob`.
pub(super) async fn describe(at: &Endpoint, id: &str) -> Result<Row, Failure> {
    let request = at.client().describe_backup_job().backup_job_id(id);
    let (job, said) = send!(at, request)?;
    let mut row = described(job);
    said.correct(std::slice::from_mut(&mut row));
    Ok(row)
}

/// `ListBackupJobSummaries`.
pub(super) async fn summaries(at: &Endpoint, call: &SummaryCall) -> Result<Answer, Failure> {
    summaries_page!(
        at, call: list_backup_job_summaries(BackupJobStatus::Any).message_category("ANY"),
        backup_job_summaries, counted
    )
}
