//! Copy jobs: the SDK's records as rows, and the three operations.

use aws_sdk_backup::types::{CopyJob, CopyJobStatus, CopyJobSummary};

use crate::tables::{AWS_JOB_SUMMARIES, COPY_JOBS, Row};

use super::ask::{jobs_page, summaries_page};
use super::call::{Answer, ListCall, SummaryCall};
use super::endpoint::{Endpoint, send};
use super::failure::Failure;
use super::fill::{move_fields, move_plan, move_summary};

/// List and Describe give the same record.
fn read(job: CopyJob) -> Row {
    let mut row = Row::new(&COPY_JOBS);
    move_fields! { job => row of COPY_JOBS:
        account_id, copy_job_id, source_backup_vault_arn, source_recovery_point_arn,
        destination_backup_vault_arn, destination_vault_type, destination_vault_lock_state,
        destination_recovery_point_arn, destination_encryption_key_arn, resource_arn,
        creation_date, completion_date, state, status_message, backup_size_in_bytes, iam_role_arn,
        created_by_backup_job_id, resource_type, parent_job_id, is_parent,
        composite_member_identifier, number_of_child_jobs, child_jobs_in_state, resource_name,
        message_category,
    }
    if let Some(lifecycle) = job.destination_recovery_point_lifecycle {
        move_fields! { lifecycle => row of COPY_JOBS:
            destination_lifecycle_move_to_cold_storage_after_days:
                move_to_cold_storage_after_days,
            destination_lifecycle_delete_after_days: delete_after_days,
            destination_lifecycle_opt_in_to_archive_for_supported_resources:
                opt_in_to_archive_for_supported_resources,
            destination_lifecycle_delete_after_event: delete_after_event,
        }
    }
    move_plan!(job => row of COPY_JOBS);
    row
}

fn counted(summary: CopyJobSummary) -> Row {
    let mut row = Row::new(&AWS_JOB_SUMMARIES);
    move_summary!(summary => row);
    move_fields! { summary => row of AWS_JOB_SUMMARIES: message_category }
    row
}

/// `ListCopyJobs`.
pub(super) async fn list(at: &Endpoint, call: &ListCall) -> Result<Answer, Failure> {
    jobs_page!(at, call: list_copy_jobs, copy_jobs, read)
}

/// `DescribeCopyJob`; an answer without a job is a row of NULLs.
pub(super) async fn describe(at: &Endpoint, id: &str) -> Result<Row, Failure> {
    let request = at.client().describe_copy_job().copy_job_id(id);
    let (answer, said) = send!(at, request)?;
    let mut row = answer.copy_job.map_or_else(|| Row::new(&COPY_JOBS), read);
    said.correct(std::slice::from_mut(&mut row));
    Ok(row)
}

/// `ListCopyJobSummaries`.
pub(super) async fn summaries(at: &Endpoint, call: &SummaryCall) -> Result<Answer, Failure> {
    summaries_page!(
        at, call: list_copy_job_summaries(CopyJobStatus::Any).message_category("ANY"),
        copy_job_summaries, counted
    )
}
