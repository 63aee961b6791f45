//! Rows in the order in which files keep them. Pure.

use std::ops::RangeInclusive;
use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, BooleanArray, Int64Array, RecordBatch};
use arrow::compute::{
    SortColumn, concat_batches, filter_record_batch, lexsort_to_indices, take_record_batch,
};
use arrow::datatypes::TimestampMicrosecondType;
use arrow::error::ArrowError;

use crate::error::{Error, Result};
use crate::model::DAY;
use crate::tables::Table;

/// The rows of these UTC days.
pub(super) fn of_days(
    table: &Table,
    batch: &RecordBatch,
    days: &RangeInclusive<i64>,
) -> Result<RecordBatch> {
    // A row without its time is of no day; the count of rows then tells that one is missing.
    let is_within = |day: Option<i64>| Some(day.is_some_and(|day| days.contains(&day)));
    let is_within: BooleanArray = self::days(table, batch).iter().map(is_within).collect();
    if is_within.true_count() == batch.num_rows() {
        return Ok(batch.clone());
    }
    filter_record_batch(batch, &is_within).map_err(broken)
}

/// The rows by day, then by what tells them apart, then by time: a query of some days reads
/// neighbours, and of one Region or account only a part of them.
pub(super) fn sorted(table: &Table, batches: &[RecordBatch]) -> Result<RecordBatch> {
    let batch = concat_batches(&table.schema(), batches).map_err(broken)?;
    let (id, groups) = table.key.split_last().unwrap_or((&table.time, &[]));
    let named = groups.iter().chain([&table.time, id]);
    let column = |name: &&str| Arc::clone(batch.column(table.index(name)));
    let day: ArrayRef = Arc::new(days(table, &batch));
    let columns: Vec<_> = std::iter::once(day)
        .chain(named.map(column))
        .map(|values| SortColumn { values, options: None })
        .collect();
    lexsort_to_indices(&columns, None)
        .and_then(|order| take_record_batch(&batch, &order))
        .map_err(broken)
}

/// The UTC day of each row.
fn days(table: &Table, batch: &RecordBatch) -> Int64Array {
    let times = batch.column(table.index(table.time)).as_primitive::<TimestampMicrosecondType>();
    times.unary(|micros| micros.div_euclid(DAY))
}

fn broken(err: ArrowError) -> Error {
    Error::internal("sort rows").with_source(err)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Instant;
    use crate::tables::{self, BatchBuilder, Cell, Row, SCAN_JOBS};

    fn batch(jobs: &[(&str, &str, &str)]) -> RecordBatch {
        let mut builder = BatchBuilder::new(&SCAN_JOBS);
        for (region, id, time) in jobs {
            let mut row = Row::new(&SCAN_JOBS);
            row.set("region", Cell::text(*region));
            row.set("account_id", Cell::text("1"));
            row.set("scan_job_id", Cell::text(*id));
            row.set("creation_date", Cell::Time(Instant::from_text(time).unwrap()));
            builder.push(&row).unwrap();
        }
        builder.finish().unwrap()
    }

    fn ids(batch: &RecordBatch) -> Vec<String> {
        let rows = tables::rows(&SCAN_JOBS, batch).unwrap();
        rows.iter().map(|row| row.text("scan_job_id").unwrap().to_owned()).collect()
    }

    #[test]
    fn rows_lie_by_day_then_by_region_then_by_time() {
        let a = batch(&[("b", "4", "2026-03-01T05:00:00Z"), ("a", "5", "2026-03-02")]);
        let b = batch(&[
            ("a", "2", "2026-03-01T09:00:00Z"),
            ("a", "1", "2026-03-01T08:00:00Z"),
            ("a", "3", "2026-03-01T09:00:00Z"),
        ]);
        assert_eq!(ids(&sorted(&SCAN_JOBS, &[a, b]).unwrap()), ["1", "2", "3", "4", "5"]);
    }

    #[test]
    fn the_rows_of_some_days_are_all_of_them_and_no_others() {
        let jobs = batch(&[
            ("a", "1", "2026-02-28T23:59:59.999Z"),
            ("a", "2", "2026-03-01"),
            ("a", "3", "2026-03-02T23:59:59.999Z"),
            ("a", "4", "2026-03-03"),
        ]);
        let day = |text: &str| Instant::from_text(text).unwrap().day();
        let days = day("2026-03-01")..=day("2026-03-02");
        assert_eq!(ids(&of_days(&SCAN_JOBS, &jobs, &days).unwrap()), ["2", "3"]);
    }
}
