//! What the SDK makes of what AWS left out, and what is made of that.

use lookback::model::JobKind;
use lookback::source::aws::{JobPage, ListCall, SummaryCall, Whose};
use lookback::tables::Origin;

use super::{all, canned, endpoint, observed_at};
use crate::aws::REGION;
use crate::source::show_row;

async fn list(kind: JobKind, body: &str) -> JobPage {
    let url = canned::serve(canned::answer(200, "", body)).await;
    endpoint(&url, REGION).await.list(&all(kind), observed_at()).await.unwrap()
}

fn show(page: &JobPage) -> String {
    let rows: String = page.rows.iter().map(show_row).collect();
    let refused = page.refused.iter().map(|reason| format!("refused: {reason}\n"));
    rows + &refused.collect::<String>()
}

#[tokio::test]
async fn what_a_scan_job_lacks_is_null() {
    let body = r#"{"ScanJobs": [
        {"ScanJobId": "s-1", "CreationDate": 1763800000.5, "State": "RUNNING",
         "AccountId": "111111111111", "CreatedBy": {}, "ScanResult": {}},
        {"ScanJobId": "s-2", "State": "RUNNING"},
        {"CreationDate": 1763800000.5, "State": "RUNNING"},
        {"ScanJobId": "s-4", "CreationDate": 1763800000.5},
        {"ScanJobId": "s-5", "CreationDate": 1763800000.5, "State": "RUNNING"}
    ]}"#;
    insta::assert_snapshot!(show(&list(JobKind::Scan, body).await), @r#"
    row of scan_jobs
      region = eu-west-1
      account_id = 111111111111
      creation_date = 2025-11-22T08:26:40.500Z
      scan_job_id = s-1
      state = RUNNING
      tracking = open
      source = test
      origin = list
      first_seen_at = 2026-11-22T10:00:00Z
      observed_at = 2026-11-22T10:00:00Z
    refused: scan job "s-2" has no CreationDate
    refused: scan job has no ScanJobId
    refused: scan job "s-4" has no State
    refused: scan job "s-5" tells no account
    "#);
}

#[tokio::test]
async fn words_that_the_sdk_does_not_know_stay() {
    let body = r#"{"BackupJobs": [
        {"BackupJobId": "b-1", "CreationDate": 1763800000, "State": "HIBERNATING",
         "AccountId": "111111111111", "MessageCategory": "NEW", "New": {"Member": [1]},
         "RecoveryPointLifecycle": {"DeleteAfterEvent": "THE_END"}, "IsParent": false}
    ], "New": [{}], "NextToken": ""}"#;
    insta::assert_snapshot!(show(&list(JobKind::Backup, body).await), @r#"
    row of backup_jobs
      region = eu-west-1
      account_id = 111111111111
      backup_job_id = b-1
      lifecycle_delete_after_event = THE_END
      creation_date = 2025-11-22T08:26:40Z
      state = HIBERNATING
      is_parent = false
      message_category = NEW
      tracking = open
      source = test
      origin = list
      first_seen_at = 2026-11-22T10:00:00Z
      observed_at = 2026-11-22T10:00:00Z
    "#);
}

#[tokio::test]
async fn what_was_not_said_is_not_false() {
    let job = r#""CreationDate": 1763800000, "State": "RUNNING", "AccountId": "111111111111""#;
    let body = format!(
        r#"{{"BackupJobs": [{{"BackupJobId": "1", {job}, "IsParent": null}},
        {{"BackupJobId": "2", {job}, "IsEncrypted": false, "IsParent": true}}]}}"#
    );
    let page = list(JobKind::Backup, &body).await;
    let got: Vec<_> =
        page.rows.iter().map(|row| (row.bool("is_encrypted"), row.bool("is_parent"))).collect();
    assert_eq!(got, [(None, None), (Some(false), Some(true))]);
}

#[tokio::test]
async fn an_account_comes_from_the_arns_else_from_the_call() {
    let job = r#""CreationDate": 1763800000, "State": "RUNNING""#;
    let vault = "arn:aws:backup:eu-west-1:222222222222:backup-vault:v";
    let body = format!(
        r#"{{"BackupJobs": [{{"BackupJobId": "1", {job}, "BackupVaultArn": "{vault}"}},
        {{"BackupJobId": "2", {job}}}]}}"#
    );
    let url = canned::serve(canned::answer(200, "", &body)).await;
    let endpoint = endpoint(&url, REGION).await;
    let call = ListCall { whose: Whose::One("333333333333".into()), ..all(JobKind::Backup) };
    let page = endpoint.list(&call, observed_at()).await.unwrap();
    let got: Vec<_> = page.rows.iter().map(|row| row.text("account_id").unwrap()).collect();
    assert_eq!(got, ["222222222222", "333333333333"]);
    assert!(page.rows.iter().all(|row| row.text("origin") == Some(Origin::List.name())));
}

#[tokio::test]
async fn a_summary_says_what_was_asked_for_where_it_says_nothing() {
    let body = r#"{"ScanJobSummaries": [
        {"State": "COMPLETED", "Count": 3, "StartTime": 1763769600, "EndTime": 1763856000},
        {"State": "COMPLETED", "Count": 3}
    ]}"#;
    let url = canned::serve(canned::answer(200, "", body)).await;
    let call = SummaryCall {
        kind: JobKind::Scan,
        whose: Whose::Own,
        scan_result: Some("THREATS_FOUND"),
        token: None,
    };
    let page = endpoint(&url, REGION).await.summaries(&call, observed_at()).await.unwrap();
    insta::assert_snapshot!(show(&page), @r#"
    row of aws_job_summaries
      kind = scan
      aggregation_period = ONE_DAY
      region = eu-west-1
      state = COMPLETED
      scan_result_status = THREATS_FOUND
      count = 3
      start_time = 2025-11-22T00:00:00Z
      end_time = 2025-11-23T00:00:00Z
      source = test
      origin = list
      observed_at = 2026-11-22T10:00:00Z
    refused: scan job summary has no StartTime
    "#);
}
