//! Every field of every kind, from the row that a backend holds through the SDK to a row again.

use std::collections::BTreeSet;

use lookback::model::{DAY, Instant, JobKind};
use lookback::serve::aws::{AwsService, Scope};
use lookback::serve::http::Limits;
use lookback::source::aws::{JobPage, ListCall, SCAN_RESULTS, SummaryCall, Whose};
use lookback::source::files::{self, Defaults, Found};
use lookback::tables::{Cell, Given, Origin, Row, settle};

use super::{all, endpoint, observed_at};
use crate::aws::emulator::{NIGHT, emulated};
use crate::aws::jobs::{ACCOUNTS, jobs};
use crate::aws::sdk::Endpoint as Server;
use crate::aws::{CALLER, REGION, get, service};

async fn serve(service: AwsService) -> (Server, String) {
    let server = Server::start(service, Limits::default()).await;
    let url = format!("http://{}", server.address);
    (server, url)
}

/// The row of the source `test` that a held one must become.
fn seen(held: &Row, origin: Origin, observed_at: Instant) -> Row {
    let mut row = held.clone();
    for (place, column) in held.table().columns.iter().enumerate() {
        if origin == Origin::List && column.given == Given::DescribeOnly {
            *row.cell_mut(place) = Cell::Null;
        }
        // The SDK does not keep the order of a map.
        match row.cell_mut(place) {
            Cell::TextMap(map) => map.sort(),
            Cell::LongMap(map) => map.sort(),
            _ => {}
        }
    }
    settle(&mut row, "test", origin, observed_at);
    row
}

/// Made-up jobs that AWS could have given: with a state.
fn held(count: usize) -> Vec<Row> {
    let has_state = |row: &Row| row.text("state").or(row.text("status")).is_some();
    jobs(9, count).into_iter().filter(has_state).collect()
}

fn of_kind(rows: &[Row], kind: JobKind, region: &str) -> Vec<Row> {
    let is_it = |row: &&Row| row.table().kind == Some(kind) && row.text("region") == Some(region);
    rows.iter().filter(is_it).cloned().collect()
}

fn key(row: &Row) -> (String, String) {
    let text = |column| row.text(column).unwrap_or_default().to_owned();
    (text(row.table().key[2]), text("account_id"))
}

fn sorted(mut rows: Vec<Row>) -> Vec<Row> {
    rows.sort_by_key(key);
    rows
}

/// Every row of every page, and how many pages there were.
async fn read_all(url: &str, region: &str, call: ListCall) -> (Vec<Row>, usize) {
    let endpoint = endpoint(url, region).await;
    let (mut rows, mut pages, mut call) = (Vec::new(), 0, call);
    loop {
        let page = endpoint.list(&call, observed_at()).await.unwrap();
        assert_eq!(page.refused, [""; 0]);
        rows.extend(page.rows);
        pages += 1;
        call.token = page.next;
        if call.token.is_none() {
            return (sorted(rows), pages);
        }
    }
}

/// Every column that AWS gives has a value somewhere: else the comparison shows nothing.
fn check_covered(rows: &[Row], origin: Origin) {
    for (place, column) in rows[0].table().columns.iter().enumerate() {
        let is_given = column.given != Given::ByUs && origin.carries(column);
        let is_seen = rows.iter().any(|row| !row.cells()[place].is_null());
        assert!(!is_given || is_seen, "{} is nowhere", column.name);
    }
}

#[tokio::test]
async fn every_field_of_a_list_comes_through() {
    let held = held(60);
    let (server, url) = serve(service(held.clone(), Scope::Organization)).await;
    for kind in JobKind::ALL {
        for region in [REGION, "us-east-1"] {
            let (got, _) = read_all(&url, region, all(kind)).await;
            let expected = of_kind(&held, kind, region);
            let expected = expected.iter().map(|row| seen(row, Origin::List, observed_at()));
            assert_eq!(got, sorted(expected.collect()));
            check_covered(&got, Origin::List);
        }
    }
    server.stop().await;
}

#[tokio::test]
async fn every_field_of_a_description_comes_through() {
    let held = held(60);
    let (server, url) = serve(service(held.clone(), Scope::Organization)).await;
    let endpoint = endpoint(&url, REGION).await;
    for kind in JobKind::ALL {
        let here = of_kind(&held, kind, REGION);
        let ids: BTreeSet<String> = here.iter().map(|row| key(row).0).collect();
        let mut rows = Vec::new();
        for id in ids {
            let got = endpoint.describe(kind, &id, observed_at()).await.unwrap().unwrap();
            let expected = here.iter().find(|row| key(row) == key(&got)).unwrap();
            assert_eq!(got, seen(expected, Origin::Describe, observed_at()));
            rows.push(got);
        }
        check_covered(&rows, Origin::Describe);
        assert_eq!(endpoint.describe(kind, "gone", observed_at()).await.unwrap(), None);
    }
    server.stop().await;
}

#[tokio::test]
async fn every_job_of_a_simulated_organisation_comes_through() {
    let subject = emulated(NIGHT);
    let (server, url) = serve(subject.service).await;
    for kind in JobKind::ALL {
        let (got, _) = read_all(&url, REGION, all(kind)).await;
        let expected = of_kind(&subject.rows, kind, REGION);
        let expected = expected.iter().map(|row| seen(row, Origin::List, observed_at()));
        assert_eq!(got, sorted(expected.collect()));
    }
    server.stop().await;
}

#[tokio::test]
async fn pages_follow_one_another() {
    let held = held(3000);
    let (server, url) = serve(service(held.clone(), Scope::Organization)).await;
    for kind in JobKind::ALL {
        let (got, pages) = read_all(&url, REGION, all(kind)).await;
        let expected = of_kind(&held, kind, REGION);
        assert_eq!(pages, expected.len().div_ceil(1000));
        assert!(pages > 1);
        let expected = expected.iter().map(|row| seen(row, Origin::List, observed_at()));
        assert_eq!(got, sorted(expected.collect()));
    }
    server.stop().await;
}

#[tokio::test]
async fn accounts_and_times_are_asked_for() {
    let held = held(120);
    let (server, url) = serve(service(held.clone(), Scope::Organization)).await;
    let (from, until) = (observed_at() - 12 * DAY, observed_at() - 3 * DAY);
    for kind in JobKind::ALL {
        let here = of_kind(&held, kind, REGION);
        for (whose, account) in
            [(Whose::Own, CALLER), (Whose::One(ACCOUNTS[1].into()), ACCOUNTS[1])]
        {
            let (got, _) = read_all(&url, REGION, ListCall { whose, ..all(kind) }).await;
            let of_account = |row: &&Row| row.text("account_id") == Some(account);
            assert_eq!(got.len(), here.iter().filter(of_account).count());
            assert!(got.iter().all(|row| of_account(&row)));
        }
        let call = ListCall { from: Some(from), until: Some(until), ..all(kind) };
        let (got, _) = read_all(&url, REGION, call).await;
        let created = |row: &Row| row.time("creation_date").unwrap();
        // Scan jobs cannot be asked for by time.
        let is_asked =
            |row: &&Row| kind == JobKind::Scan || (created(row) >= from && created(row) < until);
        let expected =
            here.iter().filter(is_asked).map(|row| seen(row, Origin::List, observed_at()));
        let expected = sorted(expected.collect());
        let is_early = |row: &Row| kind != JobKind::Scan && created(row) < from;
        let got: Vec<Row> = got.into_iter().filter(|row| !is_early(row)).collect();
        assert_eq!(got, expected);
    }
    server.stop().await;
}

/// What `lookback import` makes of the same answer, as if it had been listed.
async fn imported(service: &AwsService, target: &str) -> Vec<Row> {
    let (status, body) = get(service, target).await;
    assert_eq!(status, 200, "{target}: {body}");
    let defaults = Defaults {
        region: Some(REGION.into()),
        account_id: None,
        source: "test".into(),
        observed_at: observed_at(),
    };
    let mut rows = Vec::new();
    files::read(body.to_string().as_bytes(), "-", &defaults, &mut |found| {
        let Found::Row(mut row) = found else { panic!("{found:?}") };
        row.set("origin", Cell::text(Origin::List.name()));
        rows.push(row);
        Ok(())
    })
    .unwrap();
    rows
}

async fn check_summaries(kind: JobKind, scan_result: Option<&'static str>, target: &str) {
    let rows = held(60);
    let service = || service(rows.clone(), Scope::Organization);
    let expected = imported(&service(), &format!("{target}&AggregationPeriod=ONE_DAY")).await;
    let (server, url) = serve(service()).await;
    let endpoint = endpoint(&url, REGION).await;
    let call = SummaryCall { kind, whose: Whose::Every, scan_result, token: None };
    let page = endpoint.summaries(&call, observed_at()).await.unwrap();
    assert_eq!(page, JobPage { rows: expected, refused: vec![], next: None });
    assert!(!page.rows.is_empty());
    server.stop().await;
}

#[tokio::test]
async fn summaries_come_through() {
    let every = "AccountId=ANY&State=ANY&ResourceType=ANY";
    let target = format!("/audit/backup-job-summaries?{every}&MessageCategory=ANY");
    check_summaries(JobKind::Backup, None, &target).await;
    let target = format!("/audit/copy-job-summaries?{every}&MessageCategory=ANY");
    check_summaries(JobKind::Copy, None, &target).await;
    let target = format!("/audit/restore-job-summaries?{every}");
    check_summaries(JobKind::Restore, None, &target).await;
    let target = format!("/audit/scan-job-summaries?{every}&MalwareScanner=ANY");
    check_summaries(JobKind::Scan, None, &target).await;
    for result in &SCAN_RESULTS[..2] {
        let target = format!("{target}&ScanResultStatus={result}");
        check_summaries(JobKind::Scan, Some(result), &target).await;
    }
}
