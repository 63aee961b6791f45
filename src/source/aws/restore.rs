//! Restore jobs: the SDK's records as rows, and the three operations.

use aws_sdk_backup::operation::describe_restore_job::DescribeRestoreJobOutput;
use aws_sdk_backup::types::{RestoreJobState, RestoreJobSummary, RestoreJobsListMember};

use crate::tables::{AWS_JOB_SUMMARIES, RESTORE_JOBS, Row};

use super::ask::{jobs_page, summaries_page};
use super::call::{Answer, ListCall, SummaryCall};
use super::endpoint::{Endpoint, send};
use super::failure::Failure;
use super::fill::{move_fields, move_summary};

/// List and Describe give the same fields.
macro_rules! row_of {
    ($job:ident) => {{
        let mut row = Row::new(&RESTORE_JOBS);
        move_fields! { $job => row of RESTORE_JOBS:
            account_id, restore_job_id, recovery_point_arn, source_resource_arn, backup_vault_arn,
            creation_date, completion_date, status, status_message, percent_done,
            backup_size_in_bytes, iam_role_arn, expected_completion_time_minutes,
            created_resource_arn, resource_type, recovery_point_creation_date, is_parent,
            parent_job_id, validation_status, validation_status_message, deletion_status,
            deletion_status_message,
        }
        if let Some(test) = $job.created_by {
            move_fields! { test => row of RESTORE_JOBS: restore_testing_plan_arn }
        }
        row
    }};
}

fn listed(job: RestoreJobsListMember) -> Row {
    row_of!(job)
}

fn described(job: DescribeRestoreJobOutput) -> Row {
    row_of!(job)
}

fn counted(summary: RestoreJobSummary) -> Row {
    let mut row = Row::new(&AWS_JOB_SUMMARIES);
    move_summary!(summary => row);
    row
}

/// `ListRestoreJobs`.
pub(super) async fn list(at: &Endpoint, call: &ListCall) -> Result<Answer, Failure> {
    jobs_page!(at, call: list_restore_jobs, restore_jobs, listed)
}

/// `DescribeRestoreJob`.
pub(super) async fn describe(at: &Endpoint, id: &str) -> Result<Row, Failure> {
    let request = at.client().describe_restore_job().restore_job_id(id);
    let (job, said) = send!(at, request)?;
    let mut row = described(job);
    said.correct(std::slice::from_mut(&mut row));
    Ok(row)
}

/// `ListRestoreJobSummaries`; these have no message category.
pub(super) async fn summaries(at: &Endpoint, call: &SummaryCall) -> Result<Answer, Failure> {
    summaries_page!(
        at, call: list_restore_job_summaries(RestoreJobState::Any), restore_job_summaries, counted
    )
}
