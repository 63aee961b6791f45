//! The emulator behind the endpoint: every job and every count, at any instant, and with faults.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::sync::Arc;

use aws_sdk_backup::config::retry::RetryConfig;
use lookback::emulator::faults::{FaultPlan, FaultyJobs, FaultyWire};
use lookback::emulator::{Config, Emulator, Rates, World};
use lookback::model::{DAY, Instant, JobKind};
use lookback::serve::aws::Scope;
use lookback::serve::http::Limits;
use lookback::tables::Row;

use super::naive::{Asks, BACKUP, COPY, PROTECTED, RESTORE, SCAN, expected_counts};
use super::random::Subject;
use super::sdk::Endpoint;
use super::{CALLER, REGION, encode, get, read_pages, service_over};

/// The seed of an organisation, where any will do.
const SEED: u64 = 11;

/// A small organisation in which much happens.
fn config() -> Config {
    config_of(SEED)
}

fn config_of(seed: u64) -> Config {
    let rates = Rates {
        failed: 0.08,
        on_demand: 0.05,
        copied: 0.9,
        restored: 0.15,
        tested: 0.5,
        scanned: 1.0,
        threats: 0.3,
        ..Rates::default()
    };
    Config {
        seed,
        accounts: 3,
        management_account: Some(CALLER.to_owned()),
        regions: vec![REGION.to_owned(), "us-east-1".to_owned()],
        resources: 14,
        rates,
        ..Config::default()
    }
}

fn instant(text: &str) -> Instant {
    Instant::from_text(text).unwrap()
}

/// All that AWS would list at an instant: created by then, and at most 30 days before.
fn listed(world: &World, at: Instant) -> Vec<Row> {
    let mut rows = Vec::new();
    for kind in JobKind::ALL {
        for region in world.regions() {
            for day in at.day() - 31..=at.day() + 1 {
                let jobs = world.jobs(kind, region, day);
                let is_listed = |created: Instant| created <= at && created >= at - 30 * DAY;
                let jobs = jobs.filter(|job| is_listed(job.creation_date()));
                rows.extend(jobs.map(|job| job.at(at).unwrap()));
            }
        }
    }
    rows
}

pub(crate) fn emulated(at: &str) -> Subject {
    emulated_of(SEED, at)
}

/// The organisation of a seed, at an instant.
pub(crate) fn emulated_of(seed: u64, at: &str) -> Subject {
    let now = instant(at);
    let world = World::new(config_of(seed)).unwrap();
    let rows = listed(&world, now);
    let service = service_over(Arc::new(Emulator::new(world)), Scope::Organization, now);
    Subject::new(service, rows, now)
}

/// An instant at which jobs run.
pub(crate) const NIGHT: &str = "2026-11-22T03:21:00Z";

#[tokio::test]
async fn backup_jobs_are_those_of_the_world() {
    emulated(NIGHT).check_list("/backup-jobs/", JobKind::Backup, BACKUP).await;
}

#[tokio::test]
async fn copy_jobs_are_those_of_the_world() {
    emulated(NIGHT).check_list("/copy-jobs/", JobKind::Copy, COPY).await;
}

#[tokio::test]
async fn restore_jobs_are_those_of_the_world() {
    emulated(NIGHT).check_list("/restore-jobs/", JobKind::Restore, RESTORE).await;
}

#[tokio::test]
async fn restore_jobs_of_a_resource_are_those_of_the_world() {
    let path = "/resources/{}/restore-jobs/";
    emulated(NIGHT).check_list(path, JobKind::Restore, PROTECTED).await;
}

#[tokio::test]
async fn scan_jobs_are_those_of_the_world() {
    emulated(NIGHT).check_list("/scan/jobs", JobKind::Scan, SCAN).await;
}

#[tokio::test]
async fn a_listing_narrowed_in_every_way_still_finds_its_jobs() {
    let subject = emulated(NIGHT);
    let parameters: &[(&str, Asks)] = &[
        ("accountId", Asks::Account),
        ("createdAfter", Asks::Later("creation_date")),
        ("createdBefore", Asks::Earlier("creation_date")),
        ("completeBefore", Asks::Earlier("completion_date")),
    ];
    subject.check_list("/backup-jobs", JobKind::Backup, parameters).await;
}

#[tokio::test]
async fn a_job_is_described_while_aws_shows_it() {
    let at = instant(NIGHT);
    let world = World::new(config()).unwrap();
    let mut answers = BTreeSet::new();
    for day in [at.day() - 31, at.day() - 29, at.day(), at.day() + 1] {
        for job in world.jobs(JobKind::Backup, REGION, day) {
            let service = service_over(
                Arc::new(Emulator::new(World::new(config()).unwrap())),
                Scope::Organization,
                at,
            );
            let (status, body) = get(&service, &format!("/backup-jobs/{}", job.id())).await;
            let is_shown = job.creation_date() <= at && job.creation_date() >= at - 30 * DAY;
            assert_eq!(status, if is_shown { 200 } else { 400 }, "{body}");
            assert_eq!(body["BackupJobId"] == job.id(), is_shown);
            answers.insert((day, status));
            let (status, _) = get(&service, &format!("/copy-jobs/{}", job.id())).await;
            assert_eq!(status, 400);
        }
    }
    let seen: Vec<u16> = answers.into_iter().map(|(_, status)| status).collect();
    assert_eq!(seen, [400, 200, 200, 400, 400]);
}

/// The four ways to ask for a dimension; `named` is a value that jobs have.
fn ways(named: &str) -> [String; 4] {
    ["", "ANY", "AGGREGATE_ALL", named].map(str::to_owned)
}

/// Every mix of ways, for each dimension one.
fn mixes(ways: &[Vec<String>]) -> Vec<Vec<String>> {
    let Some((first, rest)) = ways.split_first() else { return vec![vec![]] };
    let rest = mixes(rest);
    let with = |way: &String| {
        rest.iter().map(|mix| [vec![way.clone()], mix.clone()].concat()).collect::<Vec<_>>()
    };
    first.iter().flat_map(with).collect()
}

async fn check_summaries(path: &str, kind: JobKind, dimensions: &[(&str, &str, Vec<String>)]) {
    let ways: Vec<_> = dimensions.iter().map(|(_, _, ways)| ways.clone()).collect();
    let mut found = 0;
    for at in ["2026-11-21T23:59:59.999Z", "2026-11-22T00:00:00Z", "2026-11-22T00:00:00.001Z"] {
        let subject = emulated(at);
        for period in ["", "ONE_DAY", "SEVEN_DAYS", "FOURTEEN_DAYS"] {
            for mix in mixes(&ways) {
                let asked: Vec<_> = dimensions
                    .iter()
                    .zip(mix)
                    .map(|((column, name, _), way)| (*column, *name, way))
                    .collect();
                let mut query = String::new();
                let period_asked = ("", "AggregationPeriod", period.to_owned());
                for (_, name, value) in asked.iter().chain([&period_asked]) {
                    if !value.is_empty() {
                        write!(query, "{name}={}&", encode(value)).unwrap();
                    }
                }
                let target = format!("{path}?{query}");
                let key = kind.summaries_key();
                let got = read_pages(&subject.service, &target, key, 1000).await;
                let expected = expected_counts(&subject.rows, kind, &asked, period, subject.now);
                assert_eq!(got, expected, "{target} at {at}");
                found += usize::from(!got.is_empty());
            }
        }
    }
    assert!(found > 100, "only {found} requests found anything");
}

fn account() -> (&'static str, &'static str, Vec<String>) {
    let world = World::new(config()).unwrap();
    ("account_id", "AccountId", ways(&world.accounts()[1]).to_vec())
}

fn dimension(
    column: &'static str,
    name: &'static str,
    named: &str,
) -> (&'static str, &'static str, Vec<String>) {
    (column, name, ways(named).to_vec())
}

#[tokio::test]
async fn backup_summaries_are_counts_of_the_world() {
    let state = dimension("state", "State", "FAILED");
    let ty = dimension("resource_type", "ResourceType", "EBS");
    let category = dimension("message_category", "MessageCategory", "success");
    let dimensions = [account(), state, ty, category];
    check_summaries("/audit/backup-job-summaries", JobKind::Backup, &dimensions).await;
}

#[tokio::test]
async fn copy_summaries_are_counts_of_the_world() {
    let state = dimension("state", "State", "COMPLETED");
    let ty = dimension("resource_type", "ResourceType", "EBS");
    let category = dimension("message_category", "MessageCategory", "SUCCESS");
    let dimensions = [account(), state, ty, category];
    check_summaries("/audit/copy-job-summaries", JobKind::Copy, &dimensions).await;
}

#[tokio::test]
async fn restore_summaries_are_counts_of_the_world() {
    let state = dimension("status", "State", "COMPLETED");
    let ty = dimension("resource_type", "ResourceType", "EBS");
    let dimensions = [account(), state, ty];
    check_summaries("/audit/restore-job-summaries", JobKind::Restore, &dimensions).await;
}

#[tokio::test]
async fn scan_summaries_are_counts_of_the_world() {
    let state = dimension("state", "State", "COMPLETED");
    let ty = dimension("resource_type", "ResourceType", "EBS");
    let scanner = dimension("malware_scanner", "MalwareScanner", "GUARDDUTY");
    // AWS has no words for all results.
    let results = vec![String::new(), "THREATS_FOUND".to_owned()];
    let result = ("scan_result_status", "ScanResultStatus", results);
    let dimensions = [account(), state, ty, scanner, result];
    check_summaries("/audit/scan-job-summaries", JobKind::Scan, &dimensions).await;
}

#[tokio::test]
async fn same_seed_same_bytes_from_two_servers() {
    let (one, other) = (emulated(NIGHT), emulated(NIGHT));
    let mut different = config();
    different.seed += 1;
    let world = World::new(different).unwrap();
    let third = service_over(Arc::new(Emulator::new(world)), Scope::Organization, one.now);
    for target in [
        "/backup-jobs?accountId=*&maxResults=40",
        "/copy-jobs/?accountId=*&state=FAILED",
        "/restore-jobs?maxResults=1",
        "/scan/jobs?maxResults=7",
        "/audit/backup-job-summaries?AccountId=ANY&State=ANY&MaxResults=3",
    ] {
        let answer = get(&one.service, target).await;
        // The second has answered something else before.
        get(&other.service, "/backup-jobs?accountId=*").await;
        assert_eq!(answer, get(&other.service, target).await, "{target}");
        assert_ne!(answer, get(&third, target).await, "{target}");
    }
}

const FAULTS: &str = "throttle=0.1,too-many=0.1,failure=0.1,unavailable=0.1,drop=0.1,slow=0.02,\
                      null=0.5,unknown-member=0.5,repeat=0.5,change=0.3";

#[tokio::test]
async fn a_client_that_tries_again_gets_every_job_through_faults() {
    let now = instant(NIGHT);
    let world = World::new(config()).unwrap();
    let rows = listed(&world, now);
    let plan: Arc<FaultPlan> = Arc::new(FAULTS.parse().unwrap());
    let jobs = FaultyJobs::new(Arc::new(Emulator::new(world)), Arc::clone(&plan));
    let service = service_over(Arc::new(jobs), Scope::Organization, now)
        .with_faults(Arc::new(FaultyWire::new(plan)));
    let endpoint = Endpoint::start(service, Limits::default()).await;
    let client = endpoint.client_with(REGION, RetryConfig::standard().with_max_attempts(20));
    let (mut got, mut shown, mut token) = (BTreeSet::new(), 0, None);
    loop {
        let list = client.list_backup_jobs().by_account_id("*").max_results(10);
        let page = list.set_next_token(token).send().await.unwrap();
        shown += page.backup_jobs().len();
        got.extend(page.backup_jobs().iter().map(|job| job.backup_job_id().unwrap().to_owned()));
        token = page.next_token;
        if token.is_none() {
            break;
        }
    }
    let is_here = |row: &&Row| {
        row.table().kind == Some(JobKind::Backup) && row.text("region") == Some(REGION)
    };
    let expected: BTreeSet<String> = rows
        .iter()
        .filter(is_here)
        .map(|row| row.text("backup_job_id").unwrap().to_owned())
        .collect();
    assert_eq!(got, expected);
    assert!(shown > expected.len(), "no job was repeated");
    endpoint.stop().await;
}
