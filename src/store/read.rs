//! Reads data files for merging; queries read through the engine.

use std::sync::Arc;

use arrow::array::{RecordBatch, new_null_array};
use arrow::compute::cast;
use arrow::datatypes::{Schema, SchemaRef};
use futures::stream::{BoxStream, StreamExt};
use parquet::arrow::{ParquetRecordBatchStreamBuilder, ProjectionMask};

use crate::error::{Error, Result};
use crate::tables::{DataFile, Table};

use super::Store;

/// Rows in a batch that is read.
const BATCH_ROWS: usize = 8 * 1024;

impl Store {
    /// The rows of a live file in batches: the named columns, or all of the table's.
    ///
    /// # Errors
    /// `Corrupt`, with its name, if the file is missing, of another size than the catalog says, or
    /// no Parquet.
    pub async fn read(
        &self,
        table: &'static Table,
        file: &DataFile,
        columns: Option<&[&str]>,
    ) -> Result<BoxStream<'static, Result<RecordBatch>>> {
        let object = self.data_object(file);
        let mut builder = ParquetRecordBatchStreamBuilder::new(object.clone())
            .await
            .map_err(|err| object.unreadable(err))?
            .with_batch_size(BATCH_ROWS);
        let mut schema = table.schema();
        if let Some(columns) = columns {
            let mask = ProjectionMask::columns(builder.parquet_schema(), columns.iter().copied());
            builder = builder.with_projection(mask);
            let fields = columns.iter().map(|column| schema.field(table.index(column)).clone());
            schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
        }
        let stream = builder.build().map_err(|err| object.unreadable(err))?;
        Ok(stream
            .map(move |batch| conform(&schema, &batch.map_err(|err| object.unreadable(err))?))
            .boxed())
    }
}

/// A batch with exactly the columns of `schema`, by name: other tools order and name the parts of
/// nested types otherwise, and a file older than a column lacks it.
///
/// # Errors
/// A column of a type that cannot become the declared one.
pub fn conform(schema: &SchemaRef, batch: &RecordBatch) -> Result<RecordBatch> {
    let columns = schema.fields().iter().map(|field| match batch.column_by_name(field.name()) {
        None => Ok(new_null_array(field.data_type(), batch.num_rows())),
        Some(array) if array.data_type() == field.data_type() => Ok(Arc::clone(array)),
        Some(array) => cast(array, field.data_type()),
    });
    columns
        .collect::<Result<Vec<_>, _>>()
        .and_then(|columns| RecordBatch::try_new(Arc::clone(schema), columns))
        .map_err(|err| Error::corrupt("a data file has columns of other types").with_source(err))
}
