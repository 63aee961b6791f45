//! Faults of jobs, as a reader of the listing sees them.

use std::collections::BTreeMap;
use std::sync::Arc;

use lookback::emulator::faults::{FaultPlan, FaultyJobs, FaultyWire};
use lookback::model::{HOUR, Instant};
use lookback::serve::aws::{AwsService, Scope};
use serde_json::Value;

use super::jobs::jobs;
use super::memory::Memory;
use super::{get, now, read_pages, service_over};

const TARGET: &str = "/backup-jobs?accountId=*";

fn faulty(plan: &str, at: Instant) -> AwsService {
    let plan: Arc<FaultPlan> = Arc::new(plan.parse().unwrap());
    let jobs = FaultyJobs::new(Arc::new(Memory(jobs(1, 240))), Arc::clone(&plan));
    service_over(Arc::new(jobs), Scope::Organization, at)
        .with_faults(Arc::new(FaultyWire::new(plan)))
}

async fn read(plan: &str, at: Instant, size: usize) -> Vec<Value> {
    read_pages(&faulty(plan, at), TARGET, "BackupJobs", size).await
}

/// The last showing of each job.
fn last_of_each(items: &[Value]) -> BTreeMap<(String, String), Value> {
    let key = |item: &Value| (item["AccountId"].to_string(), item["BackupJobId"].to_string());
    items.iter().map(|item| (key(item), item.clone())).collect()
}

#[tokio::test]
async fn jobs_are_repeated_across_pages_and_none_is_lost() {
    let right = read("", now(), 1000).await;
    assert_eq!(right.len(), 120);
    for size in [2, 10, 50] {
        let got = read("repeat=1", now(), size).await;
        assert!(got.len() > right.len());
        assert_eq!(last_of_each(&got), last_of_each(&right));
    }
    assert_eq!(read("repeat=1", now(), 1).await, right);
}

#[tokio::test]
async fn jobs_change_between_pages() {
    let right = read("", now(), 1000).await;
    let got = read("change=1", now(), 10).await;
    assert_eq!(last_of_each(&got), last_of_each(&right));
    let first = |n: &Value| got.iter().find(|item| item["BackupJobId"] == *n).unwrap();
    let changed = |item: &&Value| {
        item["State"] != "RUNNING" && first(&item["BackupJobId"])["State"] == "RUNNING"
    };
    assert!(got.iter().filter(changed).count() > 3);
}

#[tokio::test]
async fn late_jobs_come_later() {
    let right = read("", now(), 1000).await;
    assert!(read("late=1", now(), 10).await.len() < right.len());
    assert_eq!(read("late=1", now() + HOUR, 10).await, right);
}

#[tokio::test]
async fn values_can_be_unknown() {
    let got = read("unknown-value=1", now(), 1000).await;
    let unknown = ["HIBERNATING", "QUANTUM_ERROR", "Time Machine"];
    for value in unknown {
        assert!(got.iter().any(|item| item.to_string().contains(value)), "{value}");
    }
    let service = faulty("unknown-value=1,change=1", now());
    let asked = "/backup-jobs?accountId=*&state=FAILED";
    let got = read_pages(&service, asked, "BackupJobs", 5).await;
    assert!(got.iter().all(|item| item["State"] == "FAILED"));
}

#[tokio::test]
async fn two_runs_go_wrong_alike() {
    let plan = "throttle=0.3,failure=0.1,repeat=0.5,change=0.5,unknown-value=0.2,null=0.3";
    let (one, other) = (faulty(plan, now()), faulty(plan, now()));
    for size in 1..60 {
        let target = format!("{TARGET}&maxResults={}", size / 2 + 1);
        assert_eq!(get(&one, &target).await, get(&other, &target).await);
    }
}
