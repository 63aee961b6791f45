//! Compares a warehouse with the world that it was filled from, job by job and field by field.

use std::collections::HashMap;

use futures::StreamExt;

use crate::emulator::{Job, World, is_listed};
use crate::engine::Engine;
use crate::error::Result;
use crate::ingest::LISTING_LAG;
use crate::model::{DAY, HORIZON_DAYS, Instant, JobKind};
use crate::tables::{self, Given, Origin, Row, Table, settle};

/// What the comparison found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Agreement {
    /// Jobs that the world had and AWS showed.
    pub jobs: u64,
    /// What does not agree; empty if the warehouse is right.
    pub differences: Vec<Difference>,
}

/// A job about which the warehouse and the world disagree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The job: kind, Region, account and id.
    pub job: String,
    /// How they disagree.
    pub what: String,
}

/// Compares all job tables with `world` after ingests at `nights`, in order.
///
/// The truth of a job is what AWS showed of it in the last night in which it showed it. A job
/// that was open then and that AWS shows no more is forgotten.
///
/// # Errors
/// A warehouse that cannot be read.
pub(super) async fn compare(
    engine: &Engine,
    world: &World,
    nights: &[Instant],
) -> Result<Agreement> {
    let mut verdict = Agreement::default();
    let (Some(first), Some(last)) = (nights.first(), nights.last()) else { return Ok(verdict) };
    for kind in JobKind::ALL {
        let mut held = held(engine, kind).await?;
        for region in world.regions() {
            for day in (*first - HORIZON_DAYS * DAY).day()..=last.day() {
                for job in world.jobs(kind, region, day) {
                    let Some(seen_at) = last_seen(&job, nights) else { continue };
                    verdict.jobs += 1;
                    let found = held.remove(&name(kind, region, job.account_id(), &job.id()));
                    let what = difference(&job, seen_at, *last, found.as_ref());
                    verdict.differences.extend(what.map(|what| {
                        let job = name(kind, region, job.account_id(), &job.id());
                        Difference { job, what }
                    }));
                }
            }
        }
        verdict.differences.extend(held.into_keys().map(|job| {
            let what = "held, and AWS never showed it".to_owned();
            Difference { job, what }
        }));
    }
    Ok(verdict)
}

/// The last night in which AWS listed the job.
fn last_seen(job: &Job<'_>, nights: &[Instant]) -> Option<Instant> {
    let created = job.creation_date();
    // Scan jobs have no filter: they are listed up to the instant of the listing.
    let lag = if job.kind() == JobKind::Scan { 0 } else { LISTING_LAG + 1 };
    let shows = |night: &Instant| is_listed(created, *night) && created <= *night - lag;
    nights.iter().rev().copied().find(shows)
}

fn name(kind: JobKind, region: &str, account_id: &str, id: &str) -> String {
    format!("{kind} job {id} of {account_id} in {region}")
}

async fn held(engine: &Engine, kind: JobKind) -> Result<HashMap<String, Row>> {
    let table = Table::of_jobs(kind);
    let columns: Vec<_> = table.columns.iter().map(|column| column.name).collect();
    let sql = format!("SELECT {} FROM {}", columns.join(", "), table.name);
    let statement = engine.parse(&sql)?.remove(0);
    let mut answer = engine.run(statement).await?;
    let mut held = HashMap::new();
    while let Some(batch) = answer.batches.next().await {
        for row in tables::rows(table, &batch?)? {
            let text = |column: &str| row.text(column).unwrap_or_default().to_owned();
            let (region, account_id) = (text("region"), text("account_id"));
            let name = name(kind, &region, &account_id, &text(table.job_id()));
            held.insert(name, row);
        }
    }
    Ok(held)
}

/// How the held row differs from what AWS showed at `seen_at`, if it does.
fn difference(
    job: &Job<'_>,
    seen_at: Instant,
    last: Instant,
    held: Option<&Row>,
) -> Option<String> {
    let Some(held) = held else { return Some("not held".to_owned()) };
    let Some(mut truth) = job.at(seen_at) else { return Some("not created yet".to_owned()) };
    settle(&mut truth, "", Origin::List, seen_at);
    let is_forgotten = truth.text("tracking") == Some("open") && seen_at < last;
    for column in held.table().columns {
        let (is, should_be) = (held.get(column.name), truth.get(column.name));
        let agrees = match column.given {
            Given::Everywhere => is == should_be,
            // Describe does not reach every account.
            Given::DescribeOnly => is.is_null() || is == should_be,
            Given::ByUs if column.name == "tracking" && is_forgotten => {
                held.text("tracking") == Some("forgotten")
            }
            Given::ByUs => column.name != "tracking" || is == should_be,
        };
        if !agrees {
            return Some(format!("{} is {is:?}, should be {should_be:?}", column.name));
        }
    }
    None
}
