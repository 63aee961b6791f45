//! Writes one data file: complete, synced, and described.

use std::io;

use arrow::array::RecordBatch;
use bytes::Bytes;
use futures::future::BoxFuture;
use object_store::buffered::BufWriter;
use object_store::{GetOptions, GetRange, ObjectStore};
use parquet::arrow::AsyncArrowWriter;
use parquet::arrow::arrow_writer::ArrowWriterOptions;
use parquet::arrow::async_writer::AsyncFileWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::Result as ParquetResult;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::error::{Error, Kind, Result};
use crate::model::Steps;
use crate::tables::{FILE_PREFIX, NewFile, Table};

use super::stats::Statistics;
use super::{Store, hexadecimal, sync};

/// Rows in a row group: what a reader decodes at a time, and what a writer holds in memory.
const ROW_GROUP_ROWS: usize = 64 * 1024;
/// From this many rows on, a file also carries statistics per page.
const PAGE_STATISTICS_ROWS: u64 = 20_000;

/// From this many rows on, a fresh file is compressed with zstd.
const ZSTD_ROWS: u64 = 1000;
/// The level of zstd for files that are kept: they are written once in years, and read often.
const KEPT_LEVEL: i32 = 9;

/// What a file is written for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// It is merged with others when its month is old: it is written quickly.
    Fresh,
    /// It is what others were merged into: it is written small.
    Kept,
}

/// A file that is complete, and the path at which the store keeps it.
#[derive(Debug)]
pub struct Written {
    /// Its place below the data path.
    pub path: String,
    /// What the catalog is to be told.
    pub file: NewFile,
}

/// A file being written.
pub struct FileWriter {
    store: Store,
    table: &'static Table,
    /// Below the table's folder.
    path: String,
    writer: AsyncArrowWriter<Digested>,
    statistics: Statistics,
    partition: (i32, u32),
    rows: u64,
}

impl Store {
    /// Begins a file of about `rows` rows for the year and month `partition`.
    pub fn create(
        &self,
        table: &'static Table,
        partition: (i32, u32),
        rows: u64,
        purpose: Purpose,
    ) -> Result<FileWriter> {
        let (year, month) = partition;
        let path = format!("year={year}/month={month}/{FILE_PREFIX}{}.parquet", Uuid::new_v4());
        let object = self.object(&format!("main/{}/{path}", table.name));
        let buffer =
            Digested { writer: BufWriter::new(self.objects(), object), sha256: Sha256::new() };
        let options = ArrowWriterOptions::new()
            .with_properties(properties(table, rows, purpose)?)
            // Types and field ids stand in the Parquet schema; a second copy would double small
            // files.
            .with_skip_arrow_metadata(true);
        let writer = AsyncArrowWriter::try_new_with_options(buffer, table.schema(), options)
            .map_err(|err| write_error(&format!("main/{}/{path}", table.name), &err))?;
        let statistics = Statistics::new(table);
        Ok(FileWriter { store: self.clone(), table, path, writer, statistics, partition, rows: 0 })
    }
}

fn properties(table: &Table, rows: u64, purpose: Purpose) -> Result<WriterProperties> {
    let statistics = if rows < PAGE_STATISTICS_ROWS {
        EnabledStatistics::Chunk
    } else {
        EnabledStatistics::Page
    };
    let mut properties = WriterProperties::builder()
        .set_compression(compression(rows, purpose)?)
        .set_max_row_group_row_count(Some(ROW_GROUP_ROWS))
        .set_statistics_enabled(statistics)
        .set_created_by(concat!("lookback ", env!("CARGO_PKG_VERSION")).to_owned());
    if table.kind.is_some() {
        let id = table.job_id();
        // Ids are spread evenly: their bounds prune nothing, a bloom filter does.
        properties = properties
            // No id is there twice: a dictionary only holds them all once more.
            .set_column_dictionary_enabled(id.into(), purpose == Purpose::Fresh)
            .set_column_bloom_filter_enabled(id.into(), true)
            .set_column_bloom_filter_max_ndv(id.into(), rows.clamp(32, ROW_GROUP_ROWS as u64));
    }
    Ok(properties.build())
}

/// The bytes' way to the store, on which their digest is taken.
struct Digested {
    writer: BufWriter,
    sha256: Sha256,
}

impl AsyncFileWriter for Digested {
    fn write(&mut self, bytes: Bytes) -> BoxFuture<'_, ParquetResult<()>> {
        self.sha256.update(&bytes);
        AsyncFileWriter::write(&mut self.writer, bytes)
    }

    fn complete(&mut self) -> BoxFuture<'_, ParquetResult<()>> {
        AsyncFileWriter::complete(&mut self.writer)
    }
}

/// zstd is the smallest; but it prepares each column for a megabyte, which costs more than all
/// else in a fresh file of few rows.
fn compression(rows: u64, purpose: Purpose) -> Result<Compression> {
    Ok(match purpose {
        Purpose::Fresh if rows < ZSTD_ROWS => Compression::SNAPPY,
        Purpose::Fresh => Compression::ZSTD(ZstdLevel::default()),
        Purpose::Kept => {
            let level = ZstdLevel::try_new(KEPT_LEVEL);
            Compression::ZSTD(level.map_err(|err| Error::internal(err.to_string()))?)
        }
    })
}

impl std::fmt::Debug for FileWriter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FileWriter").field("path", &self.path).finish_non_exhaustive()
    }
}

impl FileWriter {
    /// Its place below the data path.
    pub fn data_path(&self) -> String {
        format!("main/{}/{}", self.table.name, self.path)
    }

    /// Adds rows.
    pub async fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        self.statistics.add(batch);
        self.rows += batch.num_rows() as u64;
        let written = self.writer.write(batch).await;
        written.map_err(|err| write_error(&self.data_path(), &err))
    }

    /// Completes the file and syncs it; its folders are synced once for all files of a commit.
    ///
    /// # Errors
    /// Whatever the disk refuses. The file may then be there, whole or not: the caller discards
    /// it, and no snapshot names it.
    pub async fn finish(mut self, steps: &Steps) -> Result<Written> {
        steps.take("write file")?;
        let data_path = self.data_path();
        self.writer.finish().await.map_err(|err| write_error(&data_path, &err))?;
        if let Some(local) = self.store.local_path(&data_path) {
            steps.take("sync file")?;
            sync(&local)?;
        }
        let (size_bytes, footer_size_bytes) = self.store.measure(&data_path).await?;
        let file = NewFile {
            path: self.path,
            record_count: self.rows,
            size_bytes,
            footer_size_bytes,
            columns: self.statistics.finish(),
            partition: self.partition,
            sha256: hexadecimal(&self.writer.into_inner().sha256.finalize()),
        };
        Ok(Written { path: data_path, file })
    }
}

impl Store {
    /// The size of a Parquet file and of its footer's metadata, in bytes.
    pub(super) async fn measure(&self, path: &str) -> Result<(u64, u64)> {
        let options = GetOptions { range: Some(GetRange::Suffix(8)), ..GetOptions::default() };
        let found = self.objects.get_opts(&self.object(path), options).await;
        let failed = |err| {
            Error::new(Kind::Io, format!("failed to read back data file \"{path}\""))
                .with_source(err)
        };
        let found = found.map_err(failed)?;
        let size_bytes = found.meta.size;
        let tail = found.bytes().await.map_err(failed)?;
        let length = tail.first_chunk::<4>().copied().map(u32::from_le_bytes);
        let length = length.ok_or_else(|| Error::internal(format!("\"{path}\" has no footer")))?;
        Ok((size_bytes, u64::from(length)))
    }
}

/// What the disk said, without the layers between it and us; all of them if it said nothing.
fn write_error(path: &str, err: &parquet::errors::ParquetError) -> Error {
    let error = Error::new(Kind::Io, format!("failed to write data file \"{path}\""));
    let mut layer: Option<&(dyn std::error::Error + 'static)> = Some(err);
    let mut innermost = None;
    while let Some(cause) = layer {
        innermost = cause.downcast_ref::<io::Error>().or(innermost);
        layer = cause.source();
    }
    let Some(io) = innermost else { return error.with_source(err.to_string()) };
    let error = error.with_source(io.to_string());
    match way_out(io.kind()) {
        Some(hint) => error.with_hint(hint),
        None => error,
    }
}

fn way_out(kind: io::ErrorKind) -> Option<&'static str> {
    use io::ErrorKind::{
        FileTooLarge, PermissionDenied, QuotaExceeded, ReadOnlyFilesystem, StorageFull,
    };
    match kind {
        StorageFull | QuotaExceeded | FileTooLarge => {
            Some("make room and run it again: what was committed stays")
        }
        PermissionDenied | ReadOnlyFilesystem => {
            Some("writing needs a warehouse folder that may be written")
        }
        _ => None,
    }
}
