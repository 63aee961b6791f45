//! The catalog's statistics in DataFusion's terms: which files a query needs, and what is exact.

use std::collections::HashSet;
use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray, UInt64Array};
use arrow::datatypes::SchemaRef;
use datafusion::common::pruning::PruningStatistics;
use datafusion::common::stats::Precision;
use datafusion::common::{Column, ColumnStatistics, ScalarValue, Statistics};

use crate::tables::{Bounds, ColumnType, DataFile, Table, instant_from_text};

/// The statistics of some files of one table, as columns.
#[derive(Debug)]
pub(super) struct FileStatistics<'a> {
    pub(super) table: &'static Table,
    pub(super) schema: SchemaRef,
    pub(super) files: &'a [Arc<DataFile>],
}

impl FileStatistics<'_> {
    fn values(&self, column: &Column, of: impl Fn(&Bounds) -> Option<&String>) -> Option<ArrayRef> {
        let place = self.table.find(&column.name)?;
        let ty = self.table.columns[place].ty;
        let null = ScalarValue::try_from(self.schema.field(place).data_type()).ok()?;
        let value = |file: &Arc<DataFile>| {
            let bounds = file.columns[place].as_ref();
            let known = bounds.and_then(|bounds| scalar(ty, of(bounds)?));
            known.unwrap_or_else(|| null.clone())
        };
        ScalarValue::iter_to_array(self.files.iter().map(value)).ok()
    }
}

impl PruningStatistics for FileStatistics<'_> {
    fn min_values(&self, column: &Column) -> Option<ArrayRef> {
        self.values(column, |bounds| bounds.min.as_ref())
    }

    fn max_values(&self, column: &Column) -> Option<ArrayRef> {
        self.values(column, |bounds| bounds.max.as_ref())
    }

    fn num_containers(&self) -> usize {
        self.files.len()
    }

    fn null_counts(&self, column: &Column) -> Option<ArrayRef> {
        let place = self.table.find(&column.name)?;
        let count = |file: &Arc<DataFile>| {
            file.columns[place].as_ref().and_then(|bounds| u64::try_from(bounds.null_count).ok())
        };
        Some(Arc::new(self.files.iter().map(count).collect::<UInt64Array>()))
    }

    fn row_counts(&self) -> Option<ArrayRef> {
        let counts = self.files.iter().map(|file| file.record_count);
        Some(Arc::new(UInt64Array::from_iter_values(counts)))
    }

    fn contained(&self, _: &Column, _: &HashSet<ScalarValue>) -> Option<BooleanArray> {
        None
    }
}

/// A bound as a value of its column, in the type in which it is scanned.
fn scalar(ty: ColumnType, text: &str) -> Option<ScalarValue> {
    match ty {
        ColumnType::Text => Some(ScalarValue::Utf8(Some(text.to_owned()))),
        ColumnType::Long => text.parse().ok().map(|number| ScalarValue::Int64(Some(number))),
        // DuckLake's booleans are written 0 and 1, and by other tools in words.
        ColumnType::Bool => match text {
            "0" | "false" => Some(ScalarValue::Boolean(Some(false))),
            "1" | "true" => Some(ScalarValue::Boolean(Some(true))),
            _ => None,
        },
        ColumnType::Time => instant_from_text(text).map(|instant| {
            ScalarValue::TimestampMicrosecond(Some(instant.micros()), Some("UTC".into()))
        }),
        ColumnType::TextMap | ColumnType::LongMap => None,
    }
}

/// What is known of one file: counts are exact, and so are the bounds of files that Lookback wrote
/// where they are values and were not cut.
pub(super) fn statistics(table: &Table, file: &DataFile) -> Statistics {
    let count = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
    let columns = table.columns.iter().zip(&file.columns).map(|(column, bounds)| {
        let Some(bounds) = bounds else { return ColumnStatistics::new_unknown() };
        let precise = |text: &Option<String>| {
            let text = text.as_deref();
            match text.and_then(|text| scalar(column.ty, text)) {
                None => Precision::Absent,
                Some(value) if file.is_ours() && text.is_some_and(Bounds::is_value) => {
                    Precision::Exact(value)
                }
                Some(value) => Precision::Inexact(value),
            }
        };
        let nulls = usize::try_from(bounds.null_count).ok();
        ColumnStatistics {
            null_count: nulls.map_or(Precision::Absent, Precision::Exact),
            min_value: precise(&bounds.min),
            max_value: precise(&bounds.max),
            ..ColumnStatistics::new_unknown()
        }
    });
    Statistics {
        num_rows: Precision::Exact(count(file.record_count)),
        total_byte_size: Precision::Inexact(count(file.size_bytes)),
        column_statistics: columns.collect(),
    }
}
