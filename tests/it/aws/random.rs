//! Random requests: the pages together equal a naive answer, whatever the size of a page, and
//! whether the jobs are in memory or in a warehouse.

use std::collections::HashSet;
use std::fmt::Write;
use std::sync::Arc;

use lookback::model::{Instant, JobKind};
use lookback::serve::aws::{AwsService, Scope};
use lookback::tables::{Row, Shape, row_to_aws};
use rand::Rng;
use rand::seq::IndexedRandom;
use rand_pcg::Pcg64Mcg;
use serde_json::Value;

use super::jobs::{ACCOUNTS, jobs, random, values};
use super::naive::{
    Asked, Asks, BACKUP, COPY, PROTECTED, RESTORE, SCAN, expected_counts, expected_items,
};
use super::{CALLER, REGION, encode, get, held, now, read_pages, service, service_over};
use crate::warehouse::{Warehouse, block_on};

/// How many requests of each operation.
const REQUESTS: usize = 1000;
/// How many jobs of each kind; a sixth is in one Region and account.
const JOBS: usize = 240;
/// At most so many pages are read of one listing.
const PAGES: usize = 30;
/// The same of a warehouse, whose pages take their time.
const PAGES_HELD: usize = 6;

/// A service, and all the jobs that it has to show at an instant.
pub(crate) struct Subject {
    pub(crate) service: AwsService,
    pub(crate) rows: Vec<Row>,
    pub(crate) now: Instant,
    /// At most so many pages are read of one listing.
    pub(crate) pages: usize,
}

impl Subject {
    /// A service with the jobs that it has to show at an instant.
    pub(crate) fn new(service: AwsService, rows: Vec<Row>, now: Instant) -> Self {
        Self { service, rows, now, pages: PAGES }
    }
}

/// Lets `check` ask for these jobs in memory, and for the same jobs in a warehouse.
fn check_both(rows: &[Row], check: &impl AsyncFn(&Subject)) {
    let warehouse = Warehouse::holding(rows, now());
    let held = block_on(held::backend(&warehouse, now()));
    let held = service_over(Arc::new(held), Scope::Organization, now());
    let in_memory = service(rows.to_vec(), Scope::Organization);
    for (service, pages) in [(in_memory, PAGES), (held, PAGES_HELD)] {
        let subject = Subject { pages, ..Subject::new(service, rows.to_vec(), now()) };
        block_on(check(&subject));
    }
}

fn check_list(path: &str, kind: JobKind, parameters: &[(&str, Asks)]) {
    let ask = async |subject: &Subject| subject.check_list(path, kind, parameters).await;
    check_both(&jobs(1, JOBS), &ask);
}

/// So large that these rows take no more than `pages`.
fn page_size(rows: usize, pages: usize, random: &mut Pcg64Mcg) -> usize {
    (*[1, 2, 3, 7, 20, 1000].choose(random).unwrap()).max(rows.div_ceil(pages))
}

impl Subject {
    /// Asks 1,000 random listings and compares their pages with a naive filter.
    pub(crate) async fn check_list(&self, path: &str, kind: JobKind, parameters: &[(&str, Asks)]) {
        let mut random = random(2);
        let mut hits = 0;
        for _ in 0..REQUESTS {
            let mut asked = Asked::new(&self.rows, kind, self.now, &mut random);
            let mut path = path.to_owned();
            if let Some((before, after)) = path.split_once("{}") {
                let arn = asked.text("source_resource_arn", &mut random);
                asked.keep(|row| row.text("source_resource_arn") == Some(&arn));
                path = format!("{before}{}{after}", encode(&arn));
            }
            let mut has_account = false;
            for (name, asks) in parameters {
                if random.random_bool(0.25) {
                    has_account |= matches!(asks, Asks::Account);
                    asked.narrow(name, *asks, &mut random);
                }
            }
            if !has_account {
                asked.keep(|row| row.text("account_id") == Some(CALLER));
            }
            hits += usize::from(!asked.rows.is_empty());
            let target = format!("{path}?{}", asked.query);
            let size = page_size(asked.rows.len(), self.pages, &mut random);
            let got = read_pages(&self.service, &target, kind.list_key(), size).await;
            assert_eq!(got, expected_items(asked.rows), "{target}");
        }
        assert!(hits > REQUESTS / 4, "only {hits} requests found anything");
    }
}

#[test]
fn backup_jobs_are_all_there() {
    check_list("/backup-jobs/", JobKind::Backup, BACKUP);
}

#[test]
fn copy_jobs_are_all_there() {
    check_list("/copy-jobs", JobKind::Copy, COPY);
}

#[test]
fn restore_jobs_are_all_there() {
    check_list("/restore-jobs/", JobKind::Restore, RESTORE);
}

#[test]
fn restore_jobs_of_a_resource_are_all_there() {
    check_list("/resources/{}/restore-jobs/", JobKind::Restore, PROTECTED);
}

#[test]
fn scan_jobs_are_all_there() {
    check_list("/scan/jobs", JobKind::Scan, SCAN);
}

fn check_describe(path: &str, kind: JobKind, wrapped: Option<&str>) {
    let ask = async |subject: &Subject| subject.check_describe(path, kind, wrapped).await;
    check_both(&jobs(1, JOBS), &ask);
}

impl Subject {
    async fn check_describe(&self, path: &str, kind: JobKind, wrapped: Option<&str>) {
        let all = &self.rows;
        let mut random = random(3);
        for _ in 0..REQUESTS {
            let row = all.choose(&mut random).unwrap();
            let id = row.text(row.table().job_id()).unwrap();
            let same = |other: &&Row| {
                other.table().kind == Some(kind)
                    && other.text("region") == Some(REGION)
                    && other.text(other.table().job_id()) == Some(id)
            };
            // Of several accounts' jobs with that id, the first of a listing.
            let first = expected_first(all.iter().filter(same).collect());
            let (status, mut body) = get(&self.service, &format!("{path}{}", encode(id))).await;
            assert_eq!(status, if first.is_some() { 200 } else { 400 }, "{id}");
            if let Some(first) = first {
                let got = match wrapped {
                    Some(key) => body[key].take(),
                    None => body,
                };
                assert_eq!(got, Value::Object(row_to_aws(first, Shape::Describe)));
            }
        }
    }
}

fn expected_first(rows: Vec<&Row>) -> Option<&Row> {
    let key = |row: &&Row| {
        let time = row.time("creation_date").unwrap().micros();
        (-time, row.text("account_id").unwrap().to_owned())
    };
    rows.into_iter().min_by_key(key)
}

#[test]
fn each_job_is_described() {
    check_describe("/backup-jobs/", JobKind::Backup, None);
    check_describe("/copy-jobs/", JobKind::Copy, Some("CopyJob"));
    check_describe("/restore-jobs/", JobKind::Restore, None);
    check_describe("/scan/jobs/", JobKind::Scan, None);
}

/// The value as it stands, or in small letters and without `_`: it must count the same.
fn spelt(value: &str, random: &mut Pcg64Mcg) -> String {
    if random.random_bool(0.8) { value.to_owned() } else { value.replace('_', "").to_lowercase() }
}

/// A dimension's column, its AWS name, and whether `ANY` and `AGGREGATE_ALL` can be asked.
type Dimensions<'a> = &'a [(&'a str, &'a str, bool)];

fn check_summaries(path: &str, kind: JobKind, dimensions: Dimensions<'_>) {
    let ask = async |subject: &Subject| subject.check_summaries(path, kind, dimensions).await;
    check_both(&jobs(4, JOBS), &ask);
}

impl Subject {
    async fn check_summaries(&self, path: &str, kind: JobKind, dimensions: Dimensions<'_>) {
        let all = &self.rows;
        let mut random = random(5);
        for _ in 0..REQUESTS {
            let mut query = String::new();
            let period =
                *["", "ONE_DAY", "SEVEN_DAYS", "FOURTEEN_DAYS"].choose(&mut random).unwrap();
            let account = *["", "ANY", "AGGREGATE_ALL", ACCOUNTS[1]].choose(&mut random).unwrap();
            let mut asked = vec![("account_id", "AccountId", spelt(account, &mut random))];
            for (column, name, has_words) in dimensions {
                let known = |value: &String| value != "HIBERNATING";
                let mut words: Vec<String> =
                    values(kind, column).into_iter().filter(known).collect();
                words.push(String::new());
                if *has_words {
                    words.extend(["ANY".to_owned(), "AGGREGATE_ALL".to_owned()]);
                }
                let word = words.choose(&mut random).unwrap();
                asked.push((column, name, spelt(word, &mut random)));
            }
            let period_asked = [("", "AggregationPeriod", period.to_owned())];
            for (_, name, value) in asked.iter().chain(&period_asked).filter(|a| !a.2.is_empty()) {
                write!(query, "{name}={}&", encode(value)).unwrap();
            }
            let target = format!("{path}?{query}");
            let got = read_pages(
                &self.service,
                &target,
                kind.summaries_key(),
                page_size(0, self.pages, &mut random),
            )
            .await;
            assert_eq!(got, expected_counts(all, kind, &asked, period, now()), "{target}");
        }
    }
}

const STATE: (&str, &str, bool) = ("state", "State", true);
const TYPE: (&str, &str, bool) = ("resource_type", "ResourceType", true);
const CATEGORY: (&str, &str, bool) = ("message_category", "MessageCategory", true);

#[test]
fn backup_summaries_count_every_job() {
    check_summaries("/audit/backup-job-summaries/", JobKind::Backup, &[STATE, TYPE, CATEGORY]);
}

#[test]
fn copy_summaries_count_every_job() {
    check_summaries("/audit/copy-job-summaries", JobKind::Copy, &[STATE, TYPE, CATEGORY]);
}

#[test]
fn restore_summaries_count_every_job() {
    let dimensions = &[("status", "State", true), TYPE];
    check_summaries("/audit/restore-job-summaries/", JobKind::Restore, dimensions);
}

#[test]
fn scan_summaries_count_every_job() {
    let scanner = ("malware_scanner", "MalwareScanner", true);
    let result = ("scan_result_status", "ScanResultStatus", false);
    let dimensions = &[STATE, TYPE, scanner, result];
    check_summaries("/audit/scan-job-summaries", JobKind::Scan, dimensions);
}

#[tokio::test]
async fn a_token_serves_its_own_request_only() {
    let service = service(jobs(1, JOBS), Scope::Organization);
    let (_, body) = get(&service, "/backup-jobs?maxResults=1&state=FAILED").await;
    let token = encode(body["NextToken"].as_str().unwrap());
    let mut seen = HashSet::new();
    for (target, expected) in [
        ("/backup-jobs?maxResults=2&state=FAILED", 200),
        ("/backup-jobs/?STATE=FAILED&unknown=1", 200),
        ("/backup-jobs?maxResults=1", 400),
        ("/backup-jobs?maxResults=1&state=COMPLETED", 400),
        ("/backup-jobs?maxResults=1&state=FAILED&accountId=111111111111", 400),
        ("/copy-jobs?maxResults=1&state=FAILED", 400),
    ] {
        let (status, body) = get(&service, &format!("{target}&nextToken={token}")).await;
        assert_eq!(status, expected, "{target}");
        seen.insert(body["Code"].as_str().map(str::to_owned));
    }
    assert_eq!(seen, HashSet::from([None, Some("InvalidParameterValueException".to_owned())]));
}
