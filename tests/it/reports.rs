//! What every report must keep, on a simulated organisation: declared columns, in an order that
//! leaves nothing to chance.

use std::collections::HashSet;
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::util::display::{ArrayFormatter, FormatOptions};
use lookback::catalog::AsOf;
use lookback::emulator::{Config, World};
use lookback::engine::{Asker, Engine, Limits, Template, Value, ValueType};
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
    let (schema, batches) = block_on(async {
        let answer = report.run(engine, &[]).await.unwrap();
        (Arc::clone(&answer.schema), answer.collect().await.unwrap())
    });
    let fields: Vec<_> = schema.fields().iter().map(|field| field.name().clone()).collect();
    let declared: Vec<_> = report.columns.iter().map(|column| column.name.clone()).collect();
    assert_eq!(fields, declared, "the columns of {name}");
    let order = report.order();
    assert!(!order.is_empty(), "{name} is not ordered");
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
    // No resource goes and no malware comes so soon; these jobs bring no counts and no coverage.
    assert_eq!(silent, ["gone-silent", "malware-findings", "aws-vs-us", "coverage-gaps"]);
}

/// What a placeholder that is bound to a value becomes: the value and its type.
fn bound(engine: &Engine, value: Value) -> String {
    let sql = "SELECT $a AS value, arrow_typeof($a) AS type FROM (VALUES (1), (2)) AS t(x) LIMIT 1";
    let template = Template::parse(sql).unwrap();
    let values = [("a".to_owned(), value)];
    let answer = async { engine.run_bound(&template, &values).await?.collect().await };
    let batches = block_on(answer).unwrap();
    texts(&batches[0], &["value".to_owned(), "type".to_owned()])[0].join(" ")
}

#[test]
fn a_value_is_bound_as_what_it_is() {
    let warehouse = Warehouse::new();
    warehouse.open(instant(NOW), &Steps::none()).unwrap();
    let lake = Lake::open(&warehouse.path()).unwrap();
    let open = Engine::open(&lake, AsOf::Latest, Limits::default(), Asker::at(instant(NOW)));
    let engine = block_on(open).unwrap();
    let check = |value: Value, expected: &str| assert_eq!(bound(&engine, value), expected);
    check(Value::Text("'); DROP --".to_owned()), "'); DROP -- Utf8");
    check(Value::Long(i64::MIN), "-9223372036854775808 Int64");
    check(Value::Double(0.1), "0.1 Float64");
    check(Value::Bool(true), "true Boolean");
    check(Value::Days(3), "3 days Interval(MonthDayNano)");
    let time = Value::Time(instant("2026-10-31T23:59:59.001Z"));
    check(time, "2026-10-31T23:59:59.001Z Timestamp(µs, \"+00:00\")");
    check(Value::Null(ValueType::Long), "NULL Int64");
    check(Value::Null(ValueType::Days), "NULL Interval(MonthDayNano)");
}
