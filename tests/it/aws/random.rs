//! Random requests: the pages together equal a naive answer, whatever the size of a page.

use std::collections::{BTreeMap, HashSet};
use std::fmt::Write;

use lookback::model::{DAY, Instant, JobKind};
use lookback::serve::aws::Scope;
use lookback::tables::{Row, Shape, row_to_aws};
use rand::Rng;
use rand::seq::IndexedRandom;
use rand_pcg::Pcg64Mcg;
use serde_json::Value;

use super::jobs::{ACCOUNTS, jobs, random, values};
use super::{CALLER, REGION, encode, get, now, read_pages, service};

/// How many requests of each operation.
const REQUESTS: usize = 1000;
/// How many jobs of each kind; a sixth is in one Region and account.
const JOBS: usize = 240;

/// What a parameter asks, written anew from AWS's documentation: this is the other opinion.
#[derive(Clone, Copy)]
enum Asks {
    Equal(&'static str),
    Alike(&'static str),
    Later(&'static str),
    Earlier(&'static str),
    Account,
}

use Asks::{Account, Alike, Earlier, Equal, Later};

const BACKUP: &[(&str, Asks)] = &[
    ("resourceArn", Equal("resource_arn")),
    ("state", Equal("state")),
    ("backupVaultName", Equal("backup_vault_name")),
    ("createdBefore", Earlier("creation_date")),
    ("createdAfter", Later("creation_date")),
    ("resourceType", Equal("resource_type")),
    ("accountId", Account),
    ("completeAfter", Later("completion_date")),
    ("completeBefore", Earlier("completion_date")),
    ("parentJobId", Equal("parent_job_id")),
    ("messageCategory", Alike("message_category")),
];
const COPY: &[(&str, Asks)] = &[
    ("resourceArn", Equal("resource_arn")),
    ("state", Equal("state")),
    ("createdBefore", Earlier("creation_date")),
    ("createdAfter", Later("creation_date")),
    ("resourceType", Equal("resource_type")),
    ("destinationVaultArn", Equal("destination_backup_vault_arn")),
    ("accountId", Account),
    ("completeBefore", Earlier("completion_date")),
    ("completeAfter", Later("completion_date")),
    ("parentJobId", Equal("parent_job_id")),
    ("messageCategory", Alike("message_category")),
    ("sourceRecoveryPointArn", Equal("source_recovery_point_arn")),
];
const RESTORE: &[(&str, Asks)] = &[
    ("accountId", Account),
    ("resourceType", Equal("resource_type")),
    ("createdBefore", Earlier("creation_date")),
    ("createdAfter", Later("creation_date")),
    ("status", Equal("status")),
    ("completeBefore", Earlier("completion_date")),
    ("completeAfter", Later("completion_date")),
    ("restoreTestingPlanArn", Equal("restore_testing_plan_arn")),
    ("parentJobId", Equal("parent_job_id")),
];
const PROTECTED: &[(&str, Asks)] = &[
    ("status", Equal("status")),
    ("recoveryPointCreationDateAfter", Later("recovery_point_creation_date")),
    ("recoveryPointCreationDateBefore", Earlier("recovery_point_creation_date")),
];
const SCAN: &[(&str, Asks)] = &[
    ("ByAccountId", Account),
    ("ByBackupVaultName", Equal("backup_vault_name")),
    ("ByCompleteAfter", Later("completion_date")),
    ("ByCompleteBefore", Earlier("completion_date")),
    ("ByMalwareScanner", Equal("malware_scanner")),
    ("ByRecoveryPointArn", Equal("recovery_point_arn")),
    ("ByResourceArn", Equal("resource_arn")),
    ("ByResourceType", Equal("resource_type")),
    ("ByScanResultStatus", Equal("scan_result_status")),
    ("ByState", Equal("state")),
];

/// A query under construction, with the rows that it still admits.
struct Asked<'a> {
    query: String,
    rows: Vec<&'a Row>,
}

impl Asked<'_> {
    fn add(&mut self, name: &str, value: &str) {
        let name = if name.len().is_multiple_of(2) { name.to_uppercase() } else { name.to_owned() };
        write!(self.query, "{name}={}&", encode(value)).unwrap();
    }

    fn keep(&mut self, admits: impl Fn(&Row) -> bool) {
        self.rows.retain(|row| admits(row));
    }

    fn narrow(&mut self, kind: JobKind, name: &str, asks: Asks, random: &mut Pcg64Mcg) {
        let text = |column: &str, random: &mut Pcg64Mcg| {
            let known = |value: &String| value != "HIBERNATING";
            let values: Vec<String> = values(kind, column).into_iter().filter(known).collect();
            values.choose(random).unwrap().clone()
        };
        match asks {
            Equal(column) => {
                let value = text(column, random);
                self.keep(|row| row.text(column) == Some(&value));
                self.add(name, &value);
            }
            Alike(column) => {
                let value = *["success", "AccessDenied", "*", "ANY"].choose(random).unwrap();
                let plain = |text: &str| text.replace('_', "").to_lowercase();
                let all = ["*", "ANY"].contains(&value);
                self.keep(|row| all || row.text(column).map(plain) == Some(plain(value)));
                self.add(name, value);
            }
            Later(column) | Earlier(column) => {
                let value = now() - random.random_range(0..40) * DAY / 2;
                let later = matches!(asks, Later(_));
                self.keep(|row| {
                    row.time(column).is_some_and(|time| (time > value) == later && time != value)
                });
                self.add(name, &value.to_string());
            }
            Account => {
                let value = *["*", ACCOUNTS[0], ACCOUNTS[1]].choose(random).unwrap();
                self.keep(|row| value == "*" || row.text("account_id") == Some(value));
                self.add(name, value);
            }
        }
    }
}

fn page_size(random: &mut Pcg64Mcg) -> usize {
    *[1, 2, 3, 7, 20, 1000].choose(random).unwrap()
}

async fn check_list(path: &str, kind: JobKind, parameters: &[(&str, Asks)]) {
    let all = jobs(1, JOBS);
    let service = service(all.clone(), Scope::Organization);
    let mut random = random(2);
    let mut hits = 0;
    for _ in 0..REQUESTS {
        let mut asked = Asked { query: String::new(), rows: all.iter().collect() };
        asked.keep(|row| row.table().kind == Some(kind) && row.text("region") == Some(REGION));
        let mut path = path.to_owned();
        if let Some((before, after)) = path.split_once("{}") {
            let arn = values(kind, "source_resource_arn").choose(&mut random).unwrap().clone();
            asked.keep(|row| row.text("source_resource_arn") == Some(&arn));
            path = format!("{before}{}{after}", encode(&arn));
        }
        let mut has_account = false;
        for (name, asks) in parameters {
            if random.random_bool(0.25) {
                has_account |= matches!(asks, Account);
                asked.narrow(kind, name, *asks, &mut random);
            }
        }
        if !has_account {
            asked.keep(|row| row.text("account_id") == Some(CALLER));
        }
        hits += usize::from(!asked.rows.is_empty());
        let target = format!("{path}?{}", asked.query);
        let got = read_pages(&service, &target, kind.list_key(), page_size(&mut random)).await;
        assert_eq!(got, expected_items(asked.rows), "{target}");
    }
    assert!(hits > REQUESTS / 4, "only {hits} requests found anything");
}

/// Newest first, then by account, then by id.
fn expected_items(mut rows: Vec<&Row>) -> Vec<Value> {
    let key = |row: &&Row| {
        let text = |column: &str| row.text(column).unwrap().to_owned();
        let time = row.time("creation_date").unwrap().micros();
        (-time, text("account_id"), text(row.table().key[2]))
    };
    rows.sort_by_key(key);
    rows.into_iter().map(|row| Value::Object(row_to_aws(row, Shape::List))).collect()
}

#[tokio::test]
async fn backup_jobs_are_all_there() {
    check_list("/backup-jobs/", JobKind::Backup, BACKUP).await;
}

#[tokio::test]
async fn copy_jobs_are_all_there() {
    check_list("/copy-jobs", JobKind::Copy, COPY).await;
}

#[tokio::test]
async fn restore_jobs_are_all_there() {
    check_list("/restore-jobs/", JobKind::Restore, RESTORE).await;
}

#[tokio::test]
async fn restore_jobs_of_a_resource_are_all_there() {
    check_list("/resources/{}/restore-jobs/", JobKind::Restore, PROTECTED).await;
}

#[tokio::test]
async fn scan_jobs_are_all_there() {
    check_list("/scan/jobs", JobKind::Scan, SCAN).await;
}

async fn check_describe(path: &str, kind: JobKind, wrapped: Option<&str>) {
    let all = jobs(1, JOBS);
    let service = service(all.clone(), Scope::Organization);
    let mut random = random(3);
    for _ in 0..REQUESTS {
        let row = all.choose(&mut random).unwrap();
        let id = row.text(row.table().key[2]).unwrap();
        let same = |other: &&Row| {
            other.table().kind == Some(kind)
                && other.text("region") == Some(REGION)
                && other.text(other.table().key[2]) == Some(id)
        };
        // Of several accounts' jobs with that id, the first of a listing.
        let first = expected_first(all.iter().filter(same).collect());
        let (status, mut body) = get(&service, &format!("{path}{}", encode(id))).await;
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

fn expected_first(rows: Vec<&Row>) -> Option<&Row> {
    let key = |row: &&Row| {
        let time = row.time("creation_date").unwrap().micros();
        (-time, row.text("account_id").unwrap().to_owned())
    };
    rows.into_iter().min_by_key(key)
}

#[tokio::test]
async fn each_job_is_described() {
    check_describe("/backup-jobs/", JobKind::Backup, None).await;
    check_describe("/copy-jobs/", JobKind::Copy, Some("CopyJob")).await;
    check_describe("/restore-jobs/", JobKind::Restore, None).await;
    check_describe("/scan/jobs/", JobKind::Scan, None).await;
}

/// A dimension's column, its AWS name, and whether `ANY` and `AGGREGATE_ALL` can be asked.
type Dimensions<'a> = &'a [(&'a str, &'a str, bool)];

async fn check_summaries(path: &str, kind: JobKind, dimensions: Dimensions<'_>) {
    let all = jobs(4, JOBS);
    let service = service(all.clone(), Scope::Organization);
    let mut random = random(5);
    for _ in 0..REQUESTS {
        let mut query = String::new();
        let period = *["", "ONE_DAY", "SEVEN_DAYS", "FOURTEEN_DAYS"].choose(&mut random).unwrap();
        let account = *["", "ANY", "AGGREGATE_ALL", ACCOUNTS[1]].choose(&mut random).unwrap();
        let mut asked = vec![("account_id", "AccountId", account.to_owned())];
        for (column, name, has_words) in dimensions {
            let known = |value: &String| value != "HIBERNATING";
            let mut words: Vec<String> = values(kind, column).into_iter().filter(known).collect();
            words.push(String::new());
            if *has_words {
                words.extend(["ANY".to_owned(), "AGGREGATE_ALL".to_owned()]);
            }
            asked.push((column, name, words.choose(&mut random).unwrap().clone()));
        }
        let period_asked = [("", "AggregationPeriod", period.to_owned())];
        for (_, name, value) in asked.iter().chain(&period_asked).filter(|a| !a.2.is_empty()) {
            write!(query, "{name}={}&", encode(value)).unwrap();
        }
        let target = format!("{path}?{query}");
        let got = read_pages(&service, &target, kind.summaries_key(), page_size(&mut random)).await;
        assert_eq!(got, expected_counts(&all, kind, &asked, period), "{target}");
    }
}

/// What a row shows of each dimension.
type Shown = Vec<Option<String>>;

/// Counts written down naively, as the rule says it: no code in common with the service's.
fn expected_counts(
    all: &[Row],
    kind: JobKind,
    asked: &[(&str, &str, String)],
    period: &str,
) -> Vec<Value> {
    let midnight = Instant::from_text("2026-11-22T00:00:00Z").unwrap();
    let (days, length) = match period {
        "SEVEN_DAYS" => (7, 7),
        "FOURTEEN_DAYS" => (14, 14),
        _ => (14, 1),
    };
    let plain = |text: &str| text.replace('_', "").to_lowercase();
    let mut counts: BTreeMap<(i64, Shown), (Shown, i64)> = BTreeMap::new();
    for row in all.iter().filter(|row| row.table().kind == Some(kind)) {
        let age = midnight.micros() - row.time("creation_date").unwrap().micros();
        if row.text("region") != Some(REGION) || age <= 0 || age > days * DAY {
            continue;
        }
        // The first instant of a day is `age` whole days before midnight: it is of that day.
        let back = (age + length * DAY - 1) / (length * DAY) * length;
        let (mut group, mut shown, mut admitted) = (Vec::new(), Vec::new(), true);
        for (column, _, value) in asked {
            let own = row.text(column).map(str::to_owned);
            let value = if *column == "account_id" && value.is_empty() { CALLER } else { value };
            let (key, show) = match value {
                "" => (None, None),
                "ANY" => (own.clone(), own),
                "AGGREGATE_ALL" => (None, Some("AGGREGATE_ALL".to_owned())),
                named => {
                    admitted &= own.as_deref().map(plain) == Some(plain(named));
                    (None, own)
                }
            };
            group.push(key);
            shown.push(show);
        }
        if admitted {
            let entry = counts.entry((-back, group)).or_insert((shown.clone(), 0));
            entry.1 += 1;
            // Of several spellings, the least.
            entry.0 = entry.0.clone().min(shown);
        }
    }
    let mut rows: Vec<_> =
        counts.into_iter().map(|((day, _), (shown, n))| (day, shown, n)).collect();
    rows.sort();
    let item = |(day, shown, count): (i64, Shown, i64)| {
        let start = (midnight.micros() + day * DAY) / 1_000_000;
        let mut item = serde_json::json!({
            "Region": REGION, "Count": count, "StartTime": start, "EndTime": start + length * 86_400,
        });
        for ((_, name, _), shown) in asked.iter().zip(shown) {
            if let Some(shown) = shown {
                item[*name] = shown.into();
            }
        }
        item
    };
    rows.into_iter().map(item).collect()
}

const STATE: (&str, &str, bool) = ("state", "State", true);
const TYPE: (&str, &str, bool) = ("resource_type", "ResourceType", true);
const CATEGORY: (&str, &str, bool) = ("message_category", "MessageCategory", true);

#[tokio::test]
async fn backup_summaries_count_every_job() {
    check_summaries("/audit/backup-job-summaries/", JobKind::Backup, &[STATE, TYPE, CATEGORY])
        .await;
}

#[tokio::test]
async fn copy_summaries_count_every_job() {
    check_summaries("/audit/copy-job-summaries", JobKind::Copy, &[STATE, TYPE, CATEGORY]).await;
}

#[tokio::test]
async fn restore_summaries_count_every_job() {
    let dimensions = &[("status", "State", true), TYPE];
    check_summaries("/audit/restore-job-summaries/", JobKind::Restore, dimensions).await;
}

#[tokio::test]
async fn scan_summaries_count_every_job() {
    let scanner = ("malware_scanner", "MalwareScanner", true);
    let result = ("scan_result_status", "ScanResultStatus", false);
    let dimensions = &[STATE, TYPE, scanner, result];
    check_summaries("/audit/scan-job-summaries", JobKind::Scan, dimensions).await;
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
