//! `aws-sdk-backup` against the endpoint on a socket: every operation, every parameter, every page.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::Arc;

use aws_sdk_backup::Client;
use aws_sdk_backup::config::retry::RetryConfig;
use aws_sdk_backup::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_backup::error::ProvideErrorMetadata;
use aws_sdk_backup::primitives::DateTime;
use aws_sdk_backup::types::{
    AggregationPeriod, BackupJobState, BackupJobStatus, CopyJobState, CopyJobStatus,
    MalwareScanner, RestoreJobState, RestoreJobStatus, ScanJobStatus, ScanResultStatus, ScanState,
};
use lookback::cli::SystemClock;
use lookback::model::JobKind;
use lookback::serve::aws::{AwsService, Server};
use lookback::serve::http::Limits;
use lookback::tables::Row;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::jobs::{ACCOUNTS, jobs};
use super::keys::{Key, MEMBER, READER, service_with_keys};
use super::{CALLER, REGION, now};

/// An endpoint under test.
pub(crate) struct Endpoint {
    /// Where it listens.
    pub(crate) address: SocketAddr,
    stop: oneshot::Sender<()>,
    done: JoinHandle<()>,
}

impl Endpoint {
    /// Serves `service` on a free port.
    pub(crate) async fn start(service: AwsService, limits: Limits) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = Server::new(listener, service, limits).unwrap();
        let (stop, stopped) = oneshot::channel();
        let address = server.address();
        let done = tokio::spawn(server.run(async { stopped.await.unwrap_or_default() }));
        Self { address, stop, done }
    }

    /// Stops it gracefully.
    pub(crate) async fn stop(self) {
        self.stop.send(()).unwrap();
        self.done.await.unwrap();
    }

    /// A client of one Region, without retries of its own.
    pub(crate) fn client(&self, region: &'static str) -> Client {
        self.client_with(region, RetryConfig::disabled())
    }

    /// A client of one Region that tries again as `retries` says.
    pub(crate) fn client_with(&self, region: &'static str, retries: RetryConfig) -> Client {
        self.client_of(READER, region, retries)
    }

    /// A client that signs with `key`.
    fn client_of(&self, key: Key, region: &'static str, retries: RetryConfig) -> Client {
        let config = aws_sdk_backup::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .credentials_provider(Credentials::new(key.id, key.secret, None, None, "test"))
            .region(Region::new(region))
            .endpoint_url(format!("http://{}", self.address))
            .retry_config(retries)
            .build();
        Client::from_conf(config)
    }
}

const JOBS: usize = 60;

/// An endpoint that verifies the signatures of its callers.
async fn endpoint() -> (Endpoint, Vec<Row>) {
    let rows = jobs(9, JOBS);
    let service = service_with_keys(rows.clone(), Arc::new(SystemClock));
    (Endpoint::start(service, Limits::default()).await, rows)
}

/// The ids of one Region, sorted; an id of several accounts as often as it is there.
fn ids(rows: &[Row], kind: JobKind, region: &str) -> Vec<String> {
    let here = |row: &&Row| row.table().kind == Some(kind) && row.text("region") == Some(region);
    let mut ids: Vec<String> = rows
        .iter()
        .filter(here)
        .map(|row| row.text(row.table().job_id()).unwrap().to_owned())
        .collect();
    ids.sort();
    ids
}

fn sorted(ids: impl IntoIterator<Item = String>) -> Vec<String> {
    let mut ids: Vec<String> = ids.into_iter().collect();
    ids.sort();
    ids
}

fn time() -> DateTime {
    DateTime::from_millis(now().millis())
}

/// Reads a paginator to its end; the items of all pages.
macro_rules! all_items {
    ($list:expr) => {{
        let mut items = Vec::new();
        let mut pages = $list.into_paginator().items().send();
        while let Some(item) = pages.next().await {
            items.push(item.unwrap());
        }
        items
    }};
}

/// Follows `NextToken` by hand; the rows of all pages.
macro_rules! all_rows {
    ($summaries:expr, $rows:ident) => {{
        let (mut rows, mut token) = (Vec::new(), None);
        loop {
            let page = $summaries.max_results(5).set_next_token(token).send().await.unwrap();
            assert_eq!(page.aggregation_period(), Some("ONE_DAY"));
            rows.extend_from_slice(page.$rows());
            token = page.next_token;
            if token.is_none() {
                break rows;
            }
        }
    }};
}

#[tokio::test]
async fn the_sdk_pages_through_every_listing() {
    let (endpoint, rows) = endpoint().await;
    for region in [REGION, "us-east-1"] {
        let client = endpoint.client(region);
        let backups = all_items!(client.list_backup_jobs().by_account_id("*").max_results(7));
        let got = sorted(backups.into_iter().filter_map(|job| job.backup_job_id));
        assert_eq!(got, ids(&rows, JobKind::Backup, region));
        let copies = all_items!(client.list_copy_jobs().by_account_id("*").max_results(7));
        let got = sorted(copies.into_iter().filter_map(|job| job.copy_job_id));
        assert_eq!(got, ids(&rows, JobKind::Copy, region));
        let restores = all_items!(client.list_restore_jobs().by_account_id("*").max_results(7));
        let got = sorted(restores.into_iter().filter_map(|job| job.restore_job_id));
        assert_eq!(got, ids(&rows, JobKind::Restore, region));
        let scans = all_items!(client.list_scan_jobs().by_account_id("*").max_results(7));
        let got = sorted(scans.into_iter().map(|job| job.scan_job_id));
        assert_eq!(got, ids(&rows, JobKind::Scan, region));
    }
    endpoint.stop().await;
}

#[tokio::test]
async fn the_sdk_reads_every_field_of_a_job() {
    let (endpoint, rows) = endpoint().await;
    let client = endpoint.client(REGION);
    let mine = |kind| ids(&rows, kind, REGION).first().unwrap().clone();
    let row = |kind: JobKind, account: Option<&str>, id: &str| {
        let is_it = |row: &&Row| {
            row.table().kind == Some(kind)
                && row.text("region") == Some(REGION)
                && row.text("account_id") == account
                && row.text(row.table().job_id()) == Some(id)
        };
        rows.iter().find(is_it).unwrap().clone()
    };
    let millis = |row: &Row, column: &str| row.time(column).map(lookback::model::Instant::millis);
    let got_millis = |time: Option<DateTime>| time.map(|time| time.to_millis().unwrap());

    let job =
        client.describe_backup_job().backup_job_id(mine(JobKind::Backup)).send().await.unwrap();
    let held = row(JobKind::Backup, job.account_id(), job.backup_job_id().unwrap());
    assert_eq!(got_millis(job.completion_date), millis(&held, "completion_date"));
    assert_eq!(job.backup_size_in_bytes, held.long("backup_size_in_bytes"));
    assert_eq!(job.state.map(|s| s.as_str().to_owned()).as_deref(), held.text("state"));
    let plan = job.created_by.and_then(|by| by.backup_plan_id);
    assert_eq!(plan.as_deref(), held.text("backup_plan_id"));

    let job = client.describe_copy_job().copy_job_id(mine(JobKind::Copy)).send().await.unwrap();
    let job = job.copy_job.unwrap();
    let held = row(JobKind::Copy, job.account_id(), job.copy_job_id().unwrap());
    assert_eq!(got_millis(job.creation_date), millis(&held, "creation_date"));
    assert_eq!(job.number_of_child_jobs, held.long("number_of_child_jobs"));

    let id = mine(JobKind::Restore);
    let job = client.describe_restore_job().restore_job_id(id).send().await.unwrap();
    let held = row(JobKind::Restore, job.account_id(), job.restore_job_id().unwrap());
    assert_eq!(job.status.map(|s| s.as_str().to_owned()).as_deref(), held.text("status"));

    let job = client.describe_scan_job().scan_job_id(mine(JobKind::Scan)).send().await.unwrap();
    let held = row(JobKind::Scan, Some(job.account_id()), job.scan_job_id());
    assert_eq!(Some(job.creation_date.to_millis().unwrap()), millis(&held, "creation_date"));
    assert_eq!(Some(job.state.as_str()), held.text("state"));
    endpoint.stop().await;
}

#[tokio::test]
async fn the_sdk_sends_every_parameter_of_the_listings() {
    let (endpoint, _) = endpoint().await;
    let client = endpoint.client(REGION);
    let list = client.list_backup_jobs().by_resource_arn("arn:a/b").by_backup_vault_name("v");
    let list = list.by_state(BackupJobState::Failed).by_created_before(time());
    let list = list.by_created_after(time()).by_resource_type("SAP HANA on Amazon EC2");
    let list = list.by_account_id(CALLER).by_complete_after(time()).by_complete_before(time());
    let list = list.by_parent_job_id("p").by_message_category("*").max_results(1);
    assert_eq!(list.send().await.unwrap().backup_jobs(), []);

    let list = client.list_copy_jobs().by_resource_arn("arn:a/b").by_state(CopyJobState::Partial);
    let list = list.by_created_before(time()).by_created_after(time()).by_resource_type("EBS");
    let list = list.by_destination_vault_arn("v").by_account_id(CALLER).by_parent_job_id("p");
    let list = list.by_complete_before(time()).by_complete_after(time());
    let list = list.by_message_category("ANY").by_source_recovery_point_arn("r").max_results(1);
    assert_eq!(list.send().await.unwrap().copy_jobs(), []);

    let list = client.list_restore_jobs().by_account_id(CALLER).by_resource_type("EBS");
    let list = list.by_created_before(time()).by_created_after(time());
    let list = list.by_complete_before(time()).by_complete_after(time()).by_parent_job_id("p");
    let list = list.by_status(RestoreJobStatus::Aborted).by_restore_testing_plan_arn("t");
    assert_eq!(list.max_results(1).send().await.unwrap().restore_jobs(), []);

    let list = client.list_restore_jobs_by_protected_resource().resource_arn("arn:a/b");
    let list = list.by_status(RestoreJobStatus::Aborted).max_results(1);
    let list = list.by_recovery_point_creation_date_after(time());
    let list = list.by_recovery_point_creation_date_before(time());
    assert_eq!(list.send().await.unwrap().restore_jobs(), []);

    let list = client.list_scan_jobs().by_account_id(CALLER).by_backup_vault_name("v");
    let list = list.by_complete_after(time()).by_complete_before(time()).by_resource_arn("r");
    let list = list.by_malware_scanner(MalwareScanner::Guardduty).by_recovery_point_arn("p");
    let list = list.by_resource_type("EBS".into()).by_state(ScanState::Canceled);
    let list = list.by_scan_result_status("UNKNOWN".into()).max_results(1);
    assert_eq!(list.send().await.unwrap().scan_jobs(), []);
    endpoint.stop().await;
}

#[tokio::test]
async fn the_sdk_reads_every_summary() {
    let (endpoint, _) = endpoint().await;
    let client = endpoint.client(REGION);
    let accounts = BTreeSet::from(ACCOUNTS.map(Some));

    let request = || client.list_backup_job_summaries().account_id("ANY").resource_type("ANY");
    let request = || request().state(BackupJobStatus::Any).message_category("ANY");
    let rows =
        all_rows!(request().aggregation_period(AggregationPeriod::OneDay), backup_job_summaries);
    assert_eq!(rows.iter().map(|row| row.account_id()).collect::<BTreeSet<_>>(), accounts);
    assert!(rows.iter().all(|row| row.start_time.is_some() && row.count > 0));

    let request = || client.list_copy_job_summaries().account_id("ANY").resource_type("ANY");
    let request = || request().state(CopyJobStatus::AggregateAll).message_category("success");
    let rows =
        all_rows!(request().aggregation_period(AggregationPeriod::OneDay), copy_job_summaries);
    assert!(rows.iter().all(|row| row.state == Some(CopyJobStatus::AggregateAll)));

    let request = || client.list_restore_job_summaries().account_id("ANY").resource_type("ANY");
    let request = || request().state(RestoreJobState::Any);
    let rows =
        all_rows!(request().aggregation_period(AggregationPeriod::OneDay), restore_job_summaries);
    assert_eq!(rows.iter().map(|row| row.account_id()).collect::<BTreeSet<_>>(), accounts);

    let request = || client.list_scan_job_summaries().account_id("ANY").resource_type("ANY");
    let request = || request().state(ScanJobStatus::Any).malware_scanner(MalwareScanner::Guardduty);
    let request = || request().scan_result_status(ScanResultStatus::ThreatsFound);
    let rows =
        all_rows!(request().aggregation_period(AggregationPeriod::OneDay), scan_job_summaries);
    let found = Some(ScanResultStatus::ThreatsFound);
    assert!(!rows.is_empty() && rows.iter().all(|row| row.scan_result_status == found));
    endpoint.stop().await;
}

#[tokio::test]
async fn the_sdk_knows_our_exceptions() {
    let (endpoint, _) = endpoint().await;
    let client = endpoint.client(REGION);
    let err = client.describe_copy_job().copy_job_id("x/y").send().await.unwrap_err();
    let err = err.into_service_error();
    assert!(err.is_resource_not_found_exception(), "{err:?}");
    assert_eq!(err.message(), Some("CopyJobId: there is no job \"x/y\""));
    let err = client.list_backup_jobs().max_results(5000).send().await.unwrap_err();
    let err = err.into_service_error();
    assert!(err.is_invalid_parameter_value_exception(), "{err:?}");
    let problem = "MaxResults: \"5000\" is no whole number from 1 to 1000";
    assert_eq!(err.message(), Some(problem));
    endpoint.stop().await;
}

#[tokio::test]
async fn a_member_is_denied_what_is_not_its_own() {
    let (endpoint, _) = endpoint().await;
    let client = endpoint.client_of(MEMBER, REGION, RetryConfig::disabled());
    let err = client.list_backup_jobs().by_account_id("*").send().await.unwrap_err();
    assert_eq!(err.code(), Some("AccessDeniedException"));
    assert_eq!(err.message(), Some("Insufficient privileges to perform this action."));
    let jobs = all_items!(client.list_backup_jobs());
    assert!(!jobs.is_empty() && jobs.iter().all(|job| job.account_id() == Some(CALLER)));
    endpoint.stop().await;
}

#[tokio::test]
async fn a_wrong_key_is_refused_as_aws_refuses_it() {
    let (endpoint, _) = endpoint().await;
    let refused = async |key| {
        let client = endpoint.client_of(key, REGION, RetryConfig::disabled());
        let err = client.list_backup_jobs().send().await.unwrap_err();
        let status = err.raw_response().unwrap().status().as_u16();
        format!("{status} {}", err.into_service_error().code().unwrap())
    };
    let wrong = Key { secret: MEMBER.secret, ..READER };
    assert_eq!(refused(wrong).await, "403 InvalidSignatureException");
    let unknown = Key { id: "AKIDNOBODY000000", ..READER };
    assert_eq!(refused(unknown).await, "403 UnrecognizedClientException");
    endpoint.stop().await;
}
