//! One data file as Parquet readers see it, for merging and for queries alike.

use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use futures::FutureExt;
use futures::future::BoxFuture;
use object_store::path::Path as ObjectPath;
use object_store::{ObjectStore, ObjectStoreExt};
use parquet::arrow::arrow_reader::ArrowReaderOptions;
use parquet::arrow::async_reader::AsyncFileReader;
use parquet::errors::{ParquetError, Result as ParquetResult};
use parquet::file::metadata::{ParquetMetaData, ParquetMetaDataReader};

use crate::error::{Error, Kind};
use crate::tables::DataFile;

use super::Store;

/// A live data file, ready to be read; its errors name it and say what is wrong with it.
#[derive(Clone, Debug)]
pub struct DataObject {
    objects: Arc<dyn ObjectStore>,
    object: ObjectPath,
    path: String,
    size_bytes: u64,
    footer_size_bytes: Option<u64>,
}

impl Store {
    /// The object of a live file. Nothing is read yet.
    pub fn data_object(&self, file: &DataFile) -> DataObject {
        DataObject {
            objects: self.objects(),
            object: self.object(&file.path),
            path: file.path.clone(),
            size_bytes: file.size_bytes,
            footer_size_bytes: file.footer_size_bytes,
        }
    }
}

impl DataObject {
    /// Its place below the data path.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What is wrong with the file, given that reading it failed with `cause`.
    async fn explain(&self, cause: impl Into<ParquetError>) -> Error {
        let path = &self.path;
        let hint = "restore the file from a copy of the warehouse";
        match self.objects.head(&self.object).await {
            Err(object_store::Error::NotFound { .. }) => {
                Error::corrupt(format!("data file \"{path}\" is missing")).with_hint(hint)
            }
            Ok(found) if found.size != self.size_bytes => Error::corrupt(format!(
                "data file \"{path}\" has {} bytes, not {} as the catalog says",
                found.size, self.size_bytes
            ))
            .with_hint(hint),
            Ok(_) => self.unreadable(cause.into()),
            Err(err) => Error::new(Kind::Io, format!("failed to read data file \"{path}\""))
                .with_source(err),
        }
    }

    /// The file is there, whole, and no Parquet.
    pub(super) fn unreadable(&self, cause: ParquetError) -> Error {
        if let ParquetError::External(cause) = cause {
            return match cause.downcast::<Error>() {
                Ok(ours) => *ours,
                Err(cause) => self.damaged().with_source(cause),
            };
        }
        self.damaged().with_source(cause)
    }

    fn damaged(&self) -> Error {
        Error::corrupt(format!("data file \"{}\" cannot be read", self.path))
            .with_hint("restore the file from a copy of the warehouse")
    }
}

fn external(err: Error) -> ParquetError {
    ParquetError::External(Box::new(err))
}

fn of_store(err: object_store::Error) -> ParquetError {
    ParquetError::External(Box::new(err))
}

impl AsyncFileReader for DataObject {
    fn get_bytes(&mut self, range: Range<u64>) -> BoxFuture<'_, ParquetResult<Bytes>> {
        async move {
            match self.objects.get_range(&self.object, range).await {
                Ok(bytes) => Ok(bytes),
                Err(err) => Err(external(self.explain(of_store(err)).await)),
            }
        }
        .boxed()
    }

    fn get_byte_ranges(
        &mut self,
        ranges: Vec<Range<u64>>,
    ) -> BoxFuture<'_, ParquetResult<Vec<Bytes>>> {
        async move {
            match self.objects.get_ranges(&self.object, &ranges).await {
                Ok(bytes) => Ok(bytes),
                Err(err) => Err(external(self.explain(of_store(err)).await)),
            }
        }
        .boxed()
    }

    fn get_metadata<'a>(
        &'a mut self,
        options: Option<&'a ArrowReaderOptions>,
    ) -> BoxFuture<'a, ParquetResult<Arc<ParquetMetaData>>> {
        async move {
            let footer = self.footer_size_bytes.and_then(|size| usize::try_from(size + 8).ok());
            let reader = ParquetMetaDataReader::new()
                .with_arrow_reader_options(options)
                .with_prefetch_hint(footer);
            let size_bytes = self.size_bytes;
            match reader.load_and_finish(&mut *self, size_bytes).await {
                Ok(metadata) => Ok(Arc::new(metadata)),
                // What was read already says what is wrong, or the footer itself is damaged.
                Err(err @ ParquetError::External(_)) => Err(err),
                Err(err) => Err(external(self.explain(err).await)),
            }
        }
        .boxed()
    }
}
