//! Reads data files for merging and for upkeep; queries read through the engine.

use std::sync::Arc;

use arrow::array::{RecordBatch, new_null_array};
use arrow::compute::cast;
use arrow::datatypes::{Schema, SchemaRef};
use futures::stream::{BoxStream, StreamExt};
use object_store::ObjectStoreExt;
use parquet::arrow::{ParquetRecordBatchStreamBuilder, ProjectionMask};
use sha2::{Digest, Sha256};

use crate::error::{Error, Kind, Result};
use crate::tables::{DataFile, Table};

use super::{Store, hexadecimal};

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

/// What a file's own footer says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Footer {
    /// The number of rows.
    pub rows: u64,
    /// The length in bytes of its metadata.
    pub size_bytes: u64,
    /// The name and the field id of each column, in the file's order.
    pub columns: Vec<(String, Option<i64>)>,
}

impl Store {
    /// The footer of a file.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub async fn footer(&self, file: &DataFile) -> Result<Footer> {
        let object = self.data_object(file);
        let builder = ParquetRecordBatchStreamBuilder::new(object.clone())
            .await
            .map_err(|err| object.unreadable(err))?;
        let rows = builder.metadata().file_metadata().num_rows();
        let fields = builder.parquet_schema().root_schema().get_fields().iter();
        let columns = fields.map(|field| {
            let info = field.get_basic_info();
            (info.name().to_owned(), info.has_id().then(|| i64::from(info.id())))
        });
        let (_, size_bytes) = self.measure(&file.path).await?;
        Ok(Footer { rows: rows.unsigned_abs(), size_bytes, columns: columns.collect() })
    }

    /// The SHA-256 of a file's bytes, in hexadecimal; `None` if the file is not there.
    pub async fn sha256(&self, path: &str) -> Result<Option<String>> {
        let failed = |err| {
            Error::new(Kind::Io, format!("failed to read data file \"{path}\"")).with_source(err)
        };
        let found = match self.objects.get(&self.object(path)).await {
            Err(object_store::Error::NotFound { .. }) => return Ok(None),
            found => found.map_err(failed)?,
        };
        let (mut bytes, mut sha256) = (found.into_stream(), Sha256::new());
        while let Some(bytes) = bytes.next().await {
            sha256.update(&bytes.map_err(failed)?);
        }
        Ok(Some(hexadecimal(&sha256.finalize())))
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
