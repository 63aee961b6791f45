//! Our counts, by the engine's one plan, and the traces that jobs leave of their changes.

use std::collections::BTreeMap;

use arrow::array::RecordBatch;
use futures::StreamExt;

use crate::engine::Engine;
use crate::error::Result;
use crate::model::{
    AccountChoice, Accounts, Bucket, Choice, Composites, CountedBy, Dimension, Instant, JobKind,
    PerDimension, SCAN_RESULTS, Shown, Span, SummaryRequest, Tracking, Window, same_value,
};
use crate::tables::{self, Origin, Row, Table};

use super::day::{COUNTS_AGE, Day, Held, Key};
use super::rule::Counted;
use super::verdict::Group;

/// What is held of each day, by Region.
pub(super) type PerDay = BTreeMap<(String, Instant), Counted>;

/// Counts the jobs of a kind on the days of `span`, as an ingest asks AWS to.
pub(super) async fn counts(
    engine: &Engine,
    kind: JobKind,
    span: Span,
    (by, composites): (CountedBy, Composites),
) -> Result<PerDay> {
    let mut counts = PerDay::new();
    for choices in asked(kind) {
        let request = SummaryRequest {
            kind,
            buckets: Bucket::Day.cut(Window { start: span.from, end: span.until }).collect(),
            counted_by: by,
            region: None,
            account: AccountChoice { accounts: Accounts::Every, shown: Shown::Value },
            choices,
            further: Vec::new(),
            composites,
        };
        for row in engine.summaries(&request).await? {
            let group = Group { account_id: row.account_id, values: row.values };
            counts.entry((row.region, row.start_time)).or_default().push((group, row.count));
        }
    }
    Ok(counts)
}

/// How an ingest asks AWS for summaries: each dimension ANY, but scans by their result.
fn asked(kind: JobKind) -> Vec<PerDimension<Choice>> {
    let mut choices = PerDimension::<Choice>::default();
    for dimension in Dimension::of(kind) {
        choices[dimension.place()] = Choice::Any;
    }
    if kind != JobKind::Scan {
        return vec![choices];
    }
    let with = |result: &&str| {
        let mut choices = choices.clone();
        choices[Dimension::ScanResultStatus.place()] = Choice::Value((*result).to_owned());
        choices
    };
    SCAN_RESULTS.iter().map(with).collect()
}

/// The days whose jobs are looked through, by Region and start: a day of each source.
pub(super) type Days<'d> = BTreeMap<String, BTreeMap<Instant, Vec<&'d mut Day>>>;

/// Looks through the jobs of a kind on the days of `span`, and tells `days` what traces their
/// changes have left.
pub(super) async fn trace(
    engine: &Engine,
    kind: JobKind,
    span: Span,
    days: &mut Days<'_>,
) -> Result<()> {
    let table = Table::of_jobs(kind);
    let quoted = |region: &String| format!("'{}'", region.replace('\'', "''"));
    let regions: Vec<_> = days.keys().map(quoted).collect();
    let dimensions: Vec<_> = Dimension::of(kind).iter().map(|it| it.column(kind)).collect();
    let sql = format!(
        "SELECT region, account_id, {}, creation_date, completion_date, tracking, origin,
             first_seen_at, observed_at
         FROM {}
         WHERE creation_date >= TIMESTAMP '{}' AND creation_date < TIMESTAMP '{}'
         AND region IN ({})",
        dimensions.join(", "),
        table.name,
        span.from,
        span.until,
        regions.join(", "),
    );
    let statement = engine.parse(&sql)?.remove(0);
    let mut answer = engine.run(statement).await?;
    while let Some(batch) = answer.batches.next().await {
        note(table, &batch?, days)?;
    }
    Ok(())
}

fn note(table: &'static Table, batch: &RecordBatch, days: &mut Days<'_>) -> Result<()> {
    for row in tables::rows(table, batch)? {
        let Some(created) = row.time("creation_date") else { continue };
        let of_region = days.get_mut(row.text("region").unwrap_or_default());
        let of_day = of_region.and_then(|days| days.get_mut(&created.day_start()));
        for day in of_day.into_iter().flatten() {
            note_job(day, &row);
        }
    }
    Ok(())
}

/// Adds the traces of a job to its group on a day.
fn note_job(day: &mut Day, row: &Row) {
    let mut group =
        Group { account_id: row.text("account_id").map(str::to_owned), ..<_>::default() };
    for dimension in Dimension::of(day.kind) {
        let value = row.text(dimension.column(day.kind));
        group.values[dimension.place()] = value.map(str::to_owned);
    }
    if !day.reads(&group) {
        return;
    }
    let key = Key::of(&group);
    let result = group.values[Dimension::ScanResultStatus.place()].as_deref();
    let is_asked = |result: &str| SCAN_RESULTS.iter().any(|asked| same_value(asked, result));
    let counted_at = day.counted_at;
    let held = if day.kind == JobKind::Scan && !result.is_some_and(is_asked) {
        day.without_result.entry(key.kin()).or_default()
    } else if let Some(cell) = day.cells.get_mut(&key) {
        &mut cell.held
    } else {
        return;
    };
    add_traces(held, row, counted_at);
}

fn add_traces(held: &mut Held, row: &Row, counted_at: Instant) {
    let is_after = |column: &str, at: Instant| row.time(column).is_some_and(|time| time > at);
    let is_settled = row.text("tracking") == Some(Tracking::Settled.name());
    let origin = row.text("origin").and_then(Origin::from_name);
    let is_listed = matches!(origin, Some(Origin::List | Origin::Describe));
    if !is_settled || is_after("observed_at", counted_at) {
        held.changed += 1;
    } else if is_after("completion_date", counted_at - COUNTS_AGE) {
        held.ended += 1;
    }
    if !is_listed {
        held.imported += 1;
    } else if is_after("first_seen_at", counted_at) {
        held.seen_later += 1;
    }
}
