//! Statistics of a file, taken from the batches that were written to it.

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::compute::{max, max_boolean, max_string, min, min_boolean, min_string};
use arrow::datatypes::{Int64Type, TimestampMicrosecondType};

use crate::model::Instant;
use crate::tables::{Bounds, ColumnType, Table, timestamp_text};

/// Gathers the bounds of every column.
#[derive(Debug)]
pub struct Statistics {
    columns: Vec<Column>,
}

#[derive(Debug)]
struct Column {
    ty: ColumnType,
    null_count: i64,
    range: Range,
}

/// The lowest and the highest value so far.
#[derive(Debug)]
enum Range {
    None,
    Number(i64, i64),
    Text(String, String),
}

impl Statistics {
    /// Of no rows yet.
    pub fn new(table: &Table) -> Self {
        let column = |column: &crate::tables::Column| Column {
            ty: column.ty,
            null_count: 0,
            range: Range::None,
        };
        Self { columns: table.columns.iter().map(column).collect() }
    }

    /// Adds a batch whose columns are the table's.
    pub fn add(&mut self, batch: &RecordBatch) {
        for (column, array) in self.columns.iter_mut().zip(batch.columns()) {
            column.null_count += i64::try_from(array.null_count()).unwrap_or(i64::MAX);
            column.range = std::mem::replace(&mut column.range, Range::None).union(range(array));
        }
    }

    /// The bounds, in the order of the table's columns; maps have none.
    pub fn finish(self) -> Vec<Option<Bounds>> {
        self.columns.into_iter().map(Column::bounds).collect()
    }
}

impl Column {
    fn bounds(self) -> Option<Bounds> {
        if self.ty.is_map() {
            return None;
        }
        let text = |number: i64| match self.ty {
            ColumnType::Time => timestamp_text(Instant::from_micros(number)),
            _ => number.to_string(),
        };
        Some(match self.range {
            Range::None => Bounds { null_count: self.null_count, min: None, max: None },
            Range::Number(min, max) => {
                Bounds { null_count: self.null_count, min: Some(text(min)), max: Some(text(max)) }
            }
            Range::Text(min, max) => Bounds::of_texts(self.null_count, Some(&min), Some(&max)),
        })
    }
}

impl Range {
    fn union(self, other: Self) -> Self {
        match (self, other) {
            (Self::Number(a, b), Self::Number(c, d)) => Self::Number(a.min(c), b.max(d)),
            (Self::Text(a, b), Self::Text(c, d)) => Self::Text(a.min(c), b.max(d)),
            (Self::None, range) | (range, _) => range,
        }
    }
}

fn range(array: &ArrayRef) -> Range {
    let numbers = |min: Option<i64>, max: Option<i64>| match (min, max) {
        (Some(min), Some(max)) => Range::Number(min, max),
        _ => Range::None,
    };
    if let Some(array) = array.as_primitive_opt::<Int64Type>() {
        return numbers(min(array), max(array));
    }
    if let Some(array) = array.as_primitive_opt::<TimestampMicrosecondType>() {
        return numbers(min(array), max(array));
    }
    if let Some(array) = array.as_boolean_opt() {
        return numbers(min_boolean(array).map(i64::from), max_boolean(array).map(i64::from));
    }
    match array.as_string_opt::<i32>().map(|array| (min_string(array), max_string(array))) {
        Some((Some(min), Some(max))) => Range::Text(min.to_owned(), max.to_owned()),
        _ => Range::None,
    }
}
