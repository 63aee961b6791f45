//! A warehouse behind the endpoint: which files a page opens, and what happens when the warehouse
//! changes, is busy, or is gone.

use std::collections::BTreeSet;
use std::fs;
use std::sync::Arc;
use std::time::Duration;

use futures::future::join_all;
use lookback::catalog::AsOf;
use lookback::engine::{Asker, Current, Limits};
use lookback::lake::Lake;
use lookback::model::{DAY, HOUR, Instant, JobKind};
use lookback::serve::aws::{self, AwsService, Scope};
use lookback::tables::{BACKUP_JOBS, Cell, Row};
use serde_json::Value;

use super::jobs::jobs;
use super::{CALLER, REGION, encode, get, now, service_over};
use crate::warehouse::{Warehouse, block_on};

const LISTING: &str = "/backup-jobs?accountId=*";

/// What a warehouse holds, as a backend. It waits for nobody.
pub(crate) async fn backend(warehouse: &Warehouse, at: Instant) -> aws::Warehouse {
    aws::Warehouse::new(current(warehouse, Limits::default(), at).await)
}

async fn current(warehouse: &Warehouse, limits: Limits, at: Instant) -> Current {
    let (folder, asker) = (warehouse.path(), Asker::at(at));
    Current::open(&folder, Duration::ZERO, AsOf::Latest, limits, asker).await.unwrap()
}

fn service(warehouse: &Warehouse) -> AwsService {
    let backend = block_on(backend(warehouse, now()));
    service_over(Arc::new(backend), Scope::Organization, now())
}

/// Status, error code, and the ids of the jobs.
fn ask(service: &AwsService, target: &str) -> (u16, String, Vec<String>) {
    let (status, body) = block_on(get(service, target));
    let code = body["Code"].as_str().unwrap_or_default().to_owned();
    (status, code, ids(&body))
}

fn ids(page: &Value) -> Vec<String> {
    let jobs = page["BackupJobs"].as_array();
    let id = |job: &Value| format!("{} {}", job["AccountId"], job["BackupJobId"]);
    jobs.into_iter().flatten().map(id).collect()
}

/// A hundred backup jobs on each of the ten days before this one, five an hour.
fn ten_days() -> Vec<Row> {
    let job = |number: i64| {
        let mut row = Row::new(&BACKUP_JOBS);
        row.set("region", Cell::text(REGION));
        row.set("account_id", Cell::text(CALLER));
        row.set("backup_job_id", Cell::text(format!("b-{number:04}")));
        row.set("state", Cell::text("COMPLETED"));
        let (day, place) = (number / 100, number % 100);
        let end = now().day_start() - day * DAY;
        row.set("creation_date", Cell::Time(end - (place + 1) * HOUR / 5));
        row
    };
    (0..1000).map(job).collect()
}

/// Removes the data files of backup jobs, but those with a job of `kept`.
fn remove_files(warehouse: &Warehouse, kept: (Instant, Instant)) {
    let lake = Lake::open(&warehouse.path()).unwrap();
    let newest = lake.catalog.snapshot(AsOf::Latest).unwrap();
    let time = BACKUP_JOBS.index("creation_date");
    for file in lake.catalog.files(&BACKUP_JOBS, newest).unwrap() {
        let bounds = file.columns[time].clone().unwrap();
        let bound = |text: Option<String>| Instant::from_text(&text.unwrap()).unwrap();
        let (first, last) = (bound(bounds.min), bound(bounds.max));
        if last < kept.0 || first > kept.1 {
            fs::remove_file(lake.store.local_path(&file.path).unwrap()).unwrap();
        }
    }
}

#[test]
fn a_listing_of_a_day_opens_the_files_of_that_day_only() {
    let warehouse = Warehouse::holding(&ten_days(), now());
    let end = now().day_start() - 4 * DAY;
    remove_files(&warehouse, (end - DAY, end));
    let service = service(&warehouse);
    let since = |start: Instant| {
        let between = format!("createdAfter={start}&createdBefore={end}");
        ask(&service, &format!("{LISTING}&{between}"))
    };
    // The first was created at the bound, which is excluded.
    assert_eq!(since(end - 20 * HOUR).2.len(), 99);
    assert_eq!(since(end - DAY).2.len(), 100);
    let gone = (500, "InternalFailure".to_owned(), vec![]);
    assert_eq!(since(end - 25 * HOUR), gone);
    // A page begins where it is told to.
    assert_eq!(ask(&service, &format!("{LISTING}&maxResults=5&createdBefore={end}")).2.len(), 5);
    assert_eq!(ask(&service, LISTING), gone);
}

#[test]
fn a_page_opens_the_files_of_its_jobs_only() {
    let warehouse = Warehouse::holding(&ten_days(), now());
    remove_files(&warehouse, (now() - 2 * DAY, now()));
    let service = service(&warehouse);
    assert_eq!(ask(&service, &format!("{LISTING}&maxResults=40")).2.len(), 40);
    assert_eq!(ask(&service, "/backup-jobs/b-0007").0, 200);
    assert_eq!(ask(&service, "/backup-jobs/b-0700").1, "InternalFailure");
}

/// The jobs as they are seen later: a third has ended, and there are as many new ones.
fn later(rows: &[Row], number: usize) -> Vec<Row> {
    let mut changed: Vec<Row> = rows.iter().skip(number).step_by(3).cloned().collect();
    for row in &mut changed {
        row.set("state", Cell::text("FAILED"));
        row.set("resource_name", Cell::text(format!("in turn {number}")));
    }
    let mut new: Vec<Row> = jobs(100 + number as u64, 30);
    new.retain(|row| row.table().kind == Some(JobKind::Backup));
    for (at, row) in new.iter_mut().enumerate() {
        row.set("backup_job_id", Cell::text(format!("later-{number}-{at}")));
    }
    changed.extend(new);
    changed
}

#[test]
fn a_listing_that_goes_on_over_new_snapshots_shows_each_job_that_was_there_once() {
    let mut rows = jobs(1, 240);
    rows.retain(|row| row.table().kind == Some(JobKind::Backup));
    let warehouse = Warehouse::holding(&rows, now());
    let service = service(&warehouse);
    let (mut shown, mut token) = (Vec::new(), String::new());
    for number in 0.. {
        let (status, body) = block_on(get(&service, &format!("{LISTING}&maxResults=13{token}")));
        assert_eq!(status, 200, "{body}");
        shown.extend(ids(&body));
        let Some(next) = body["NextToken"].as_str() else { break };
        token = format!("&nextToken={}", encode(next));
        let hours = i64::try_from(number).unwrap() + 1;
        warehouse.take(&later(&rows, number), now() + hours * HOUR);
    }
    let once: BTreeSet<_> = shown.iter().cloned().collect();
    assert_eq!(once.len(), shown.len(), "a job was repeated");
    let expected = rows.iter().filter(|row| row.text("region") == Some(REGION)).map(|row| {
        let text = |column| Value::from(row.text(column).unwrap());
        format!("{} {}", text("account_id"), text("backup_job_id"))
    });
    let lost: Vec<_> = expected.filter(|id| !once.contains(id)).collect();
    assert_eq!(lost, Vec::<String>::new());
    // Others came in on the way.
    assert!(shown.iter().any(|id| id.contains("later-")));
}

#[test]
fn an_engine_is_of_one_snapshot_and_the_next_request_of_the_newest() {
    let rows = ten_days();
    let warehouse = Warehouse::holding(&rows[500..], now());
    let current = block_on(current(&warehouse, Limits::default(), now()));
    let old = block_on(current.engine()).unwrap();
    assert!(Arc::ptr_eq(&old, &block_on(current.engine()).unwrap()));
    warehouse.take(&rows[..500], now());
    let new = block_on(current.engine()).unwrap();
    assert_eq!(new.snapshot().id, old.snapshot().id + 1);
    let held = |engine: &lookback::engine::Engine| engine.held().unwrap().jobs;
    assert_eq!((held(&old), held(&new)), (500, 1000));
}

#[test]
fn a_busy_catalog_is_told_as_aws_tells_it_and_then_read() {
    let warehouse = Warehouse::holding(&ten_days(), now());
    let service = service(&warehouse);
    let catalog = rusqlite::Connection::open(warehouse.path().join("catalog.sqlite")).unwrap();
    for _ in 0..2 {
        assert_eq!(ask(&service, LISTING).0, 200);
        catalog.execute_batch("BEGIN EXCLUSIVE").unwrap();
        let busy = (500, "ServiceUnavailableException".to_owned(), vec![]);
        assert_eq!(ask(&service, LISTING), busy);
        assert_eq!(ask(&service, "/audit/backup-job-summaries").1, busy.1);
        catalog.execute_batch("ROLLBACK").unwrap();
    }
    assert_eq!(ask(&service, LISTING).0, 200);
}

#[test]
fn a_warehouse_in_the_place_of_another_is_the_one_that_is_served() {
    let warehouse = Warehouse::holding(&ten_days()[..20], now());
    let service = service(&warehouse);
    assert_eq!(ask(&service, LISTING).2.len(), 20);
    let aside = warehouse.path().with_extension("aside");
    fs::rename(warehouse.path(), &aside).unwrap();
    assert_eq!(ask(&service, LISTING), (500, "InternalFailure".to_owned(), vec![]));
    warehouse.take(&ten_days()[..7], now());
    assert_eq!(ask(&service, LISTING).2.len(), 7);
    fs::remove_dir_all(warehouse.path()).unwrap();
    fs::rename(&aside, warehouse.path()).unwrap();
    assert_eq!(ask(&service, LISTING).2.len(), 20);
}

#[test]
fn what_is_older_than_the_retention_is_forgotten() {
    let mut rows = ten_days();
    rows.truncate(4);
    let created = [now() - 30 * DAY - 1000, now() - 30 * DAY, now() - 29 * DAY, now()];
    for (row, created) in rows.iter_mut().zip(created) {
        row.set("creation_date", Cell::Time(created));
    }
    let warehouse = Warehouse::holding(&rows, now());
    assert_eq!(ask(&service(&warehouse), LISTING).2.len(), 4);
    let forgetful = block_on(backend(&warehouse, now())).with_retention(30 * DAY);
    let service = service_over(Arc::new(forgetful), Scope::Organization, now());
    assert_eq!(ask(&service, LISTING).2.len(), 3);
    let found = (0..4).map(|number| ask(&service, &format!("/backup-jobs/b-{number:04}")).1);
    let expected = ["ResourceNotFoundException", "", "", ""].map(str::to_owned);
    assert_eq!(found.collect::<Vec<_>>(), expected);
}

#[test]
fn a_request_that_needs_too_much_is_told_so() {
    let warehouse = Warehouse::holding(&ten_days(), now());
    let limits = Limits { memory_bytes: 1, ..Limits::default() };
    let backend = aws::Warehouse::new(block_on(current(&warehouse, limits, now())));
    let service = service_over(Arc::new(backend), Scope::Organization, now());
    let counts = "/audit/backup-job-summaries?AccountId=ANY&State=ANY";
    for target in [LISTING, "/backup-jobs/b-0001", counts] {
        let (status, body) = block_on(get(&service, target));
        assert_eq!((status, &body["Code"]), (400, &"LimitExceededException".into()), "{target}");
        let message = body["Message"].as_str().unwrap();
        assert!(message.starts_with("the query needs more memory than it may use: "), "{message}");
    }
}

#[test]
fn more_requests_than_may_read_at_once_are_all_answered() {
    let warehouse = Warehouse::holding(&ten_days(), now());
    let service = service(&warehouse);
    let answers = block_on(join_all((0..40).map(|_| get(&service, LISTING))));
    let expected = &answers[0];
    assert_eq!((expected.0, ids(&expected.1).len()), (200, 1000));
    assert!(answers.iter().all(|answer| answer == expected));
}
