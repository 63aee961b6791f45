//! Backup jobs: the SDK's records as rows, and the three operations.

use aws_sdk_backup::operation::describe_backup_job::DescribeBackupJobOutput;
use aws_sdk_backup::types::{AggregationPeriod, BackupJob, BackupJobStatus, BackupJobSummary};

use crate::tables::{AWS_JOB_SUMMARIES, BACKUP_JOBS, Row};

use super::call::{Answer, ListCall, PAGE_ROWS, SUMMARY_PAGE_ROWS, SummaryCall};
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
    let request = at
        .client()
        .list_backup_jobs()
        .max_results(PAGE_ROWS)
        .set_by_account_id(call.whose.by_account_id())
        .set_by_created_after(call.created_after())
        .set_by_created_before(call.created_before())
        .set_next_token(call.token.clone());
    let (page, said) = send!(at, request)?;
    let mut rows: Vec<_> = page.backup_jobs.into_iter().flatten().map(listed).collect();
    said.correct(&mut rows);
    Ok(Answer::of_jobs(rows, page.next_token))
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
    let request = at
        .client()
        .list_backup_job_summaries()
        .max_results(SUMMARY_PAGE_ROWS)
        .aggregation_period(AggregationPeriod::OneDay)
        .account_id(at.account_id_of(&call.whose))
        .state(BackupJobStatus::Any)
        .resource_type("ANY")
        .message_category("ANY")
        .set_next_token(call.token.clone());
    let (page, _) = send!(at, request)?;
    let rows = page.backup_job_summaries.into_iter().flatten().map(counted).collect();
    Ok(Answer { rows, period: page.aggregation_period, next: page.next_token })
}
