//! A comparison as rows of `ops.reconciliation`.

use arrow::array::RecordBatch;

use crate::error::{Error, Result};
use crate::model::{Dimension, Instant};
use crate::nights::{Finding, Findings, Reconciliation};
use crate::tables::{BatchBuilder, Cell, Row, Table};

/// The rows; no run made them.
pub(super) fn batch(found: &Reconciliation, now: Instant) -> Result<RecordBatch> {
    let table = Table::of_ops("reconciliation")
        .ok_or_else(|| Error::internal("there is no table \"ops.reconciliation\""))?;
    let mut batch = BatchBuilder::new(table);
    for day in &found.days {
        day.found.iter().try_for_each(|finding| batch.push(&row(table, day, finding, now)))?;
    }
    batch.finish()
}

fn row(table: &'static Table, day: &Findings, finding: &Finding, now: Instant) -> Row {
    let found = finding.to_row();
    let mut row = Row::new(table);
    row.set("source", Cell::text(&*day.place.source));
    row.set("region", Cell::text(&*day.place.region));
    row.set("kind", Cell::text(day.place.kind.name()));
    row.set("start_time", Cell::Time(day.start));
    row.set("verdict", Cell::text(found.verdict));
    row.set("is_explained", Cell::Bool(found.is_explained));
    row.set("account_id", found.account_id.map_or(Cell::Null, Cell::text));
    for dimension in Dimension::ALL {
        let value = found.values[dimension.place()].clone();
        row.set(dimension.name(), value.map_or(Cell::Null, Cell::text));
    }
    row.set("group_count", Cell::Long(i64::try_from(found.group_count).unwrap_or(i64::MAX)));
    row.set("aws_count", Cell::Long(found.aws_count));
    row.set("our_count", Cell::Long(found.our_count));
    row.set("reason", Cell::text(found.reason));
    row.set("counted_at", Cell::Time(day.counted_at));
    row.set("compared_at", Cell::Time(now));
    row
}
