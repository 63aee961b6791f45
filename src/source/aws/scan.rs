//! Scan jobs: the SDK's records as rows, and the three operations.

use aws_sdk_backup::operation::describe_scan_job::DescribeScanJobOutput;
use aws_sdk_backup::types::{
    MalwareScanner, ScanJob, ScanJobStatus, ScanJobSummary, ScanResultStatus,
};

use crate::model::Instant;
use crate::tables::{AWS_JOB_SUMMARIES, Cell, Row, SCAN_JOBS};

use super::ask::summaries_page;
use super::call::{Answer, ListCall, PAGE_ROWS, SummaryCall};
use super::endpoint::{Endpoint, send};
use super::failure::Failure;
use super::fill::{move_fields, move_summary, place};

/// List and Describe give the same fields.
macro_rules! row_of {
    ($job:ident) => {{
        let mut row = Row::new(&SCAN_JOBS);
        move_fields! { $job => row of SCAN_JOBS:
            account_id, backup_vault_arn, backup_vault_name, completion_date,
            continuous_scan_end_time, continuous_scan_start_time, creation_date, iam_role_arn,
            malware_scanner, recovery_point_arn, resource_arn, resource_name, resource_type,
            scan_base_recovery_point_arn, scan_id, scan_job_id, scan_mode, scanner_role_arn, state,
            status_message,
        }
        if let Some(plan) = $job.created_by {
            move_fields! { plan => row of SCAN_JOBS:
                backup_plan_arn, backup_plan_id, backup_plan_version, backup_rule_id,
            }
        }
        if let Some(result) = $job.scan_result {
            move_fields! { result => row of SCAN_JOBS: scan_result_status }
        }
        without_placeholder(row)
    }};
}

fn listed(job: ScanJob) -> Row {
    row_of!(job)
}

fn described(job: DescribeScanJobOutput) -> Row {
    row_of!(job)
}

/// The SDK says 1970 where AWS left the required `CreationDate` out.
fn without_placeholder(mut row: Row) -> Row {
    let creation_date = row.cell_mut(const { place(&SCAN_JOBS, "creation_date") });
    if *creation_date == Cell::Time(Instant::from_micros(0)) {
        *creation_date = Cell::Null;
    }
    row
}

fn counted(summary: ScanJobSummary) -> Row {
    let mut row = Row::new(&AWS_JOB_SUMMARIES);
    move_summary!(summary => row);
    move_fields! { summary => row of AWS_JOB_SUMMARIES: malware_scanner, scan_result_status }
    row
}

/// `ListScanJobs`; it cannot be asked for a time of creation.
pub(super) async fn list(at: &Endpoint, call: &ListCall) -> Result<Answer, Failure> {
    let request = at
        .client()
        .list_scan_jobs()
        .max_results(PAGE_ROWS)
        .set_by_account_id(call.whose.by_account_id())
        .set_next_token(call.token.clone());
    let (page, _) = send!(at, request)?;
    let rows = page.scan_jobs.into_iter().map(listed).collect();
    Ok(Answer::of_jobs(rows, page.next_token))
}

/// `DescribeScanJob`.
pub(super) async fn describe(at: &Endpoint, id: &str) -> Result<Row, Failure> {
    let request = at.client().describe_scan_job().scan_job_id(id);
    let (job, _) = send!(at, request)?;
    Ok(described(job))
}

/// `ListScanJobSummaries`; a row that does not say its result has the one that was asked for.
pub(super) async fn summaries(at: &Endpoint, call: &SummaryCall) -> Result<Answer, Failure> {
    let with_result = |summary| {
        let mut row = counted(summary);
        let result = row.cell_mut(const { place(&AWS_JOB_SUMMARIES, "scan_result_status") });
        if result.is_null() {
            *result = Cell::text(call.scan_result.unwrap_or_default());
        }
        row
    };
    summaries_page!(
        at, call: list_scan_job_summaries(ScanJobStatus::Any)
            .malware_scanner(MalwareScanner::from("ANY"))
            .set_scan_result_status(call.scan_result.map(ScanResultStatus::from)),
        scan_job_summaries, with_result
    )
}
