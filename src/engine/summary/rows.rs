//! An answer's batches as rows of AWS's shape.

use arrow::array::{Array, AsArray, RecordBatch, StringArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Int64Type, TimeUnit, TimestampMicrosecondType};

use crate::error::{Error, Result};
use crate::model::{Dimension, Instant, PerDimension, SummaryRequest, SummaryRow};

use super::plan::{ACCOUNT_ID, COUNT, END_TIME, REGION, START_TIME};

/// The rows of a batch that answers `request`.
pub(in crate::engine) fn rows(
    request: &SummaryRequest,
    batch: &RecordBatch,
) -> Result<Vec<SummaryRow>> {
    let texts = |name: &str| -> Result<StringArray> {
        Ok(column(batch, name, &DataType::Utf8)?.as_string::<i32>().clone())
    };
    let micros = DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()));
    let (start, end) = (column(batch, START_TIME, &micros)?, column(batch, END_TIME, &micros)?);
    let time = |of: &dyn Array, row| {
        Instant::from_micros(of.as_primitive::<TimestampMicrosecondType>().value(row))
    };
    let counts = column(batch, COUNT, &DataType::Int64)?;
    let (regions, accounts) = (texts(REGION)?, texts(ACCOUNT_ID)?);
    let of_kind = Dimension::of(request.kind).iter();
    let dimensions: Vec<_> =
        of_kind.map(|it| Ok((it.place(), texts(it.name())?))).collect::<Result<_>>()?;
    let further: Vec<_> = request.further.iter().map(|it| texts(it)).collect::<Result<_>>()?;
    let row = |row| {
        let mut values = PerDimension::default();
        for (place, texts) in &dimensions {
            values[*place] = text(texts, row);
        }
        SummaryRow {
            start_time: time(&start, row),
            end_time: time(&end, row),
            region: regions.value(row).to_owned(),
            account_id: text(&accounts, row),
            values,
            further: further.iter().map(|texts| text(texts, row)).collect(),
            count: counts.as_primitive::<Int64Type>().value(row),
        }
    };
    Ok((0..batch.num_rows()).map(row).collect())
}

fn text(texts: &StringArray, row: usize) -> Option<String> {
    texts.is_valid(row).then(|| texts.value(row).to_owned())
}

fn column(batch: &RecordBatch, name: &str, ty: &DataType) -> Result<arrow::array::ArrayRef> {
    let failed = || Error::internal(format!("read column \"{name}\" of a summary"));
    let column = batch.column_by_name(name).ok_or_else(failed)?;
    cast(column, ty).map_err(|err| failed().with_source(err))
}
