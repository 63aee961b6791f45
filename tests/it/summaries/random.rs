//! Random jobs and random requests: the engine's plan equals the tally of `model`.

use std::cell::Cell;

use lookback::engine::Asker;
use lookback::model::{
    AccountChoice, Accounts, Bucket, Choice, Composites, Counted, CountedBy, DAY, Dimension, HOUR,
    JobKind, PerDimension, Period, SummaryRequest, SummaryRow, Tally, Window,
};
use lookback::tables::Row;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use proptest::test_runner::{Config, TestRunner};

use super::engine;
use crate::aws::jobs::{ACCOUNTS, REGIONS, jobs, values};
use crate::aws::now;
use crate::warehouse::{Warehouse, block_on};

/// How many requests.
const REQUESTS: u32 = 400;
/// How many jobs of each kind.
const JOBS: usize = 360;

/// Columns to count by besides AWS's dimensions; they are texts, as the tally has them.
fn further(kind: JobKind) -> [&'static str; 2] {
    match kind {
        JobKind::Backup => ["backup_vault_name", "backup_plan_id"],
        JobKind::Copy => ["destination_backup_vault_arn", "backup_plan_id"],
        JobKind::Restore => ["restore_testing_plan_arn", "validation_status"],
        JobKind::Scan => ["backup_vault_name", "scan_mode"],
    }
}

/// Days, stretches of the calendar, and spans with gaps between them, at any hour.
fn buckets() -> impl Strategy<Value = Vec<Window>> {
    let period = select(Period::ALL.to_vec()).prop_map(|period| period.buckets(now()));
    let stretch = (select(Bucket::ALL.to_vec()), 0..24 * 25i64, 1..24 * 25i64);
    let stretches = stretch.prop_map(|(bucket, ago, hours)| {
        let start = now() - ago * HOUR;
        bucket.cut(Window { start, end: start + hours * HOUR }).collect()
    });
    let gaps = prop::collection::vec((0..3 * DAY, 1..3 * DAY), 0..6).prop_map(|pieces| {
        let mut windows = Vec::new();
        let mut at = now() - 12 * DAY;
        for (gap, length) in pieces {
            let start = at + gap;
            at = start + length;
            windows.push(Window { start, end: at });
        }
        windows
    });
    prop_oneof![period, stretches, gaps]
}

fn account() -> impl Strategy<Value = AccountChoice> {
    let choice = select(vec![
        Choice::Omitted,
        Choice::Any,
        Choice::AggregateAll,
        Choice::Value(ACCOUNTS[1].to_owned()),
    ]);
    let caller = select(vec![None, Some(ACCOUNTS[0])]);
    (choice, caller)
        .prop_map(|(choice, caller)| AccountChoice::resolve(&choice, Accounts::Every, caller))
}

/// A value is asked for in any spelling.
fn choice(kind: JobKind, dimension: Dimension) -> impl Strategy<Value = Choice> {
    let value = select(values(kind, dimension.column(kind)));
    let spelled = (value, any::<bool>()).prop_map(|(value, is_plain)| {
        Choice::Value(if is_plain { value.to_lowercase().replace('_', "") } else { value })
    });
    prop_oneof![
        Just(Choice::Omitted),
        Just(Choice::Any),
        Just(Choice::Any),
        Just(Choice::AggregateAll),
        spelled,
    ]
}

fn request(kind: JobKind) -> impl Strategy<Value = SummaryRequest> {
    let choices = Dimension::ALL.map(|dimension| {
        let is_asked = Dimension::of(kind).contains(&dimension);
        if is_asked { choice(kind, dimension).boxed() } else { Just(Choice::Omitted).boxed() }
    });
    let region = prop_oneof![Just(None), select(REGIONS.to_vec()).prop_map(Some)];
    (
        buckets(),
        select(CountedBy::ALL.to_vec()),
        region,
        account(),
        choices,
        subsequence(further(kind).to_vec(), 0..=2),
        select(Composites::ALL.to_vec()),
    )
        .prop_map(
            move |(buckets, counted_by, region, account, choices, further, composites)| {
                let region = region.map(str::to_owned);
                SummaryRequest {
                    kind,
                    buckets,
                    counted_by,
                    region,
                    account,
                    choices,
                    further,
                    composites,
                }
            },
        )
}

fn tallied(request: &SummaryRequest, rows: &[Row]) -> Vec<SummaryRow> {
    let mut tally = Tally::new(request);
    for row in rows.iter().filter(|row| row.table().kind == Some(request.kind)) {
        let mut values = PerDimension::default();
        for dimension in Dimension::of(request.kind) {
            values[dimension.place()] = row.text(dimension.column(request.kind));
        }
        let further: Vec<_> = request.further.iter().map(|column| row.text(column)).collect();
        let Some(time) = row.time(request.counted_by.column()) else { continue };
        tally.add(&Counted {
            time,
            region: row.text("region").unwrap(),
            account_id: row.text("account_id").unwrap(),
            values,
            further: &further,
            is_parent: row.bool("is_parent") == Some(true),
            is_child: row.text("parent_job_id").is_some(),
            count: 1,
        });
    }
    tally.rows()
}

#[test]
fn a_plan_counts_as_the_tally_does() {
    let rows = jobs(7, JOBS);
    let warehouse = Warehouse::holding(&rows, now());
    let engine = engine(&warehouse, Asker::at(now()));
    let config = Config { cases: REQUESTS, failure_persistence: None, ..Config::default() };
    let found = Cell::new(0);
    let requests = select(JobKind::ALL.to_vec()).prop_flat_map(request);
    TestRunner::new(config)
        .run(&requests, |request| {
            let counted = block_on(engine.summaries(&request)).unwrap();
            found.set(found.get() + u32::from(!counted.is_empty()));
            prop_assert_eq!(counted, tallied(&request, &rows));
            Ok(())
        })
        .unwrap();
    let found = found.get();
    assert!(found > REQUESTS / 3, "only {found} of {REQUESTS} requests found anything");
}
