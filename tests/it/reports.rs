//! What every report must keep, on a simulated organisation: declared columns, in an order that
//! leaves nothing to chance.

use std::collections::HashSet;

use arrow::array::RecordBatch;
use arrow::util::display::{ArrayFormatter, FormatOptions};
use lookback::catalog::AsOf;
use lookback::emulator::{Config, World};
use lookback::engine::{Asker, Engine, Limits};
use lookback::lake::Lake;
use lookback::model::{Instant, JobKind, Steps};
use lookback::reports::{self, Report};
use lookback::tables::{Origin, Row, settle};

use crate::warehouse::{Warehouse, block_on, instant};

const NOW: &str = "2026-10-31T23:59:59Z";
const DAYS: i64 = 40;

/// All jobs of a small organisation of the last days.
fn jobs(now: Instant) -> Vec<Row> {
    let regions = vec!["us-east-1".to_owned(), "eu-west-1".to_owned()];
    let world = World::new(Config { resources: 90, regions, ..Config::default() }).unwrap();
    let mut rows = Vec::new();
    for day in now.day() - DAYS + 1..=now.day() {
        for region in world.regions() {
            for kind in JobKind::ALL {
                rows.extend(world.jobs(kind, region, day).filter_map(|job| job.at(now)));
            }
        }
    }
    for row in &mut rows {
        settle(row, "fixture", Origin::List, now);
    }
    rows
}

/// The texts of some columns, row by row.
fn texts(batch: &RecordBatch, columns: &[String]) -> Vec<Vec<String>> {
    let options = FormatOptions::default().with_null("NULL");
    let column = |name: &String| {
        let column = batch.column_by_name(name).unwrap_or_else(|| panic!("no column {name}"));
        ArrayFormatter::try_new(column.as_ref(), &options).unwrap()
    };
    let columns: Vec<_> = columns.iter().map(column).collect();
    let row = |at| columns.iter().map(|column| column.value(at).to_string()).collect();
    (0..batch.num_rows()).map(row).collect()
}

/// Runs a report, and says how many rows it gives.
fn check(engine: &Engine, report: &Report) -> usize {
    let name = &report.name;
    let answer = block_on(report.run(engine, &[])).unwrap();
    let fields: Vec<_> = answer.schema.fields().iter().map(|field| field.name().clone()).collect();
    let declared: Vec<_> = report.columns.iter().map(|column| column.name.clone()).collect();
    assert_eq!(fields, declared, "the columns of {name}");
    let order = report.order();
    assert!(!order.is_empty(), "{name} is not ordered");
    let batches = block_on(answer.collect()).unwrap();
    let keys: Vec<_> = batches.iter().flat_map(|batch| texts(batch, &order)).collect();
    let mut seen = HashSet::new();
    if let Some(key) = keys.iter().find(|key| !seen.insert(*key)) {
        panic!("two rows of {name} have no order: {order:?} is {key:?}");
    }
    keys.len()
}

#[test]
fn every_report_has_its_declared_columns_in_a_total_order() {
    let now = instant(NOW);
    let warehouse = Warehouse::new();
    warehouse.ingest(&jobs(now), now, &Steps::none()).unwrap();
    let lake = Lake::open(&warehouse.path()).unwrap();
    let open = Engine::open(&lake, AsOf::Latest, Limits::default(), Asker::at(now));
    let engine = block_on(open).unwrap();
    let mut silent = Vec::new();
    for report in reports::all() {
        if check(&engine, &report) == 0 {
            silent.push(report.name);
        }
    }
    // Nothing ends in the simulated world, nothing becomes slow, and imports teach no coverage.
    assert_eq!(silent, ["coverage-gaps"]);
}
