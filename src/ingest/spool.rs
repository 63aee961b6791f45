//! Holds the rows of a run until they are merged, sorted into the files that they will go to:
//! in memory while they are few, in temporary files when they are many.

use std::collections::BTreeMap;
use std::collections::hash_map::DefaultHasher;
use std::fs::File;
use std::hash::{Hash, Hasher};
use std::io::{BufReader, BufWriter};
use std::path::{Path, PathBuf};

use arrow::array::RecordBatch;
use arrow::compute::concat_batches;
use arrow::ipc::reader::FileReader;
use arrow::ipc::writer::FileWriter;
use tempfile::TempDir;

use crate::error::{Error, Result};
use crate::tables::{self, BatchBuilder, Row, Table};

use super::key::Keys;
use super::merge::take;

/// Rows of one table that are held in memory before they go to a file.
const MEMORY_ROWS: usize = 64 * 1024;
/// Rows that are merged at a time.
const PART_ROWS: usize = 64 * 1024;

/// Which rows belong together: those of one table, Region and UTC day.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Bucket {
    /// The table's place in [`tables::ALL`].
    table: usize,
    region: String,
    day: i64,
}

impl Bucket {
    pub(super) fn table(&self) -> &'static Table {
        tables::ALL[self.table]
    }

    pub(super) fn region(&self) -> &str {
        &self.region
    }
}

/// The rows of a run.
#[derive(Debug)]
pub(super) struct Spool {
    memory: Vec<Memory>,
    pieces: BTreeMap<Bucket, Vec<Piece>>,
    folder: Option<TempDir>,
    files: usize,
}

/// The rows of one table that are not sorted yet.
#[derive(Debug)]
struct Memory {
    rows: BatchBuilder,
    buckets: Vec<(String, i64)>,
}

/// Some rows of a bucket.
#[derive(Clone, Debug)]
enum Piece {
    Memory(RecordBatch),
    File { path: PathBuf, batch: usize, rows: usize },
}

impl Spool {
    pub(super) fn new() -> Self {
        let memory = |table| Memory { rows: BatchBuilder::new(table), buckets: Vec::new() };
        let memory = tables::ALL.into_iter().map(memory).collect();
        Self { memory, pieces: BTreeMap::new(), folder: None, files: 0 }
    }

    /// Takes a row.
    ///
    /// # Errors
    /// A row without a Region or without its table's time: a bug of its maker.
    pub(super) fn push(&mut self, row: &Row) -> Result<()> {
        let table = row.table();
        let place = tables::ALL.iter().position(|t| t.name == table.name);
        let bucket = row.text("region").zip(row.time(table.time));
        let (Some(place), Some((region, time))) = (place, bucket) else {
            let message = format!("row of table \"{}\" without Region or time", table.name);
            return Err(Error::internal(message));
        };
        let memory = &mut self.memory[place];
        memory.rows.push(row)?;
        memory.buckets.push((region.to_owned(), time.day()));
        if memory.rows.len() >= MEMORY_ROWS {
            self.sort(place, true)?;
        }
        Ok(())
    }

    /// Ends the taking of rows; gives the buckets in order.
    pub(super) fn finish(&mut self) -> Result<Vec<Bucket>> {
        let spill = self.folder.is_some();
        for place in 0..self.memory.len() {
            self.sort(place, spill)?;
        }
        Ok(self.pieces.keys().cloned().collect())
    }

    /// The rows of a bucket, in parts that have no key in common.
    pub(super) fn parts(&mut self, bucket: &Bucket) -> Result<Vec<Part>> {
        let pieces = self.pieces.get(bucket).cloned().unwrap_or_default();
        let rows: usize = pieces.iter().map(Piece::rows).sum();
        if rows <= PART_ROWS {
            return Ok(vec![Part(pieces)]);
        }
        self.split(bucket.table(), &pieces, rows.div_ceil(PART_ROWS))
    }

    /// Moves the rows of a table from memory into pieces.
    fn sort(&mut self, place: usize, spill: bool) -> Result<()> {
        let memory = &mut self.memory[place];
        if memory.rows.is_empty() {
            return Ok(());
        }
        let batch = memory.rows.finish()?;
        let mut buckets: BTreeMap<(String, i64), Vec<usize>> = BTreeMap::new();
        for (row, bucket) in std::mem::take(&mut memory.buckets).into_iter().enumerate() {
            buckets.entry(bucket).or_default().push(row);
        }
        let mut file = if spill { Some(self.create(&batch)?) } else { None };
        for ((region, day), rows) in buckets {
            let rows = take(&batch, &rows)?;
            let piece = match &mut file {
                Some(file) => file.add(&rows)?,
                None => Piece::Memory(rows),
            };
            self.pieces.entry(Bucket { table: place, region, day }).or_default().push(piece);
        }
        file.map_or(Ok(()), PieceFile::close)
    }

    /// Splits rows by the hash of their key.
    fn split(
        &mut self,
        table: &'static Table,
        pieces: &[Piece],
        count: usize,
    ) -> Result<Vec<Part>> {
        let keys = Keys::new(table)?;
        let mut parts: Vec<(Option<PieceFile>, Vec<Piece>)> = Vec::new();
        parts.resize_with(count, || (None, Vec::new()));
        for piece in pieces {
            let batch = piece.load()?;
            let mut rows = vec![Vec::new(); count];
            for (row, key) in keys.of(&batch)?.iter().enumerate() {
                let mut hasher = DefaultHasher::new();
                key.as_ref().hash(&mut hasher);
                let part = hasher.finish() % count as u64;
                rows[usize::try_from(part).unwrap_or(0)].push(row);
            }
            for ((file, pieces), rows) in parts.iter_mut().zip(rows) {
                if file.is_none() {
                    *file = Some(self.create(&batch)?);
                }
                if let Some(file) = file {
                    pieces.push(file.add(&take(&batch, &rows)?)?);
                }
            }
        }
        let close = |(file, pieces): (Option<PieceFile>, Vec<Piece>)| {
            file.map_or(Ok(()), PieceFile::close).map(|()| Part(pieces))
        };
        parts.into_iter().map(close).collect()
    }

    fn create(&mut self, like: &RecordBatch) -> Result<PieceFile> {
        let folder = match self.folder.take() {
            Some(folder) => folder,
            None => TempDir::with_prefix("lookback-")
                .map_err(|err| Error::io("make a temporary folder", err))?,
        };
        let path = folder.path().join(format!("{}.arrow", self.files));
        self.folder = Some(folder);
        self.files += 1;
        PieceFile::create(&path, like)
    }
}

/// Some rows of a bucket, few enough to be merged at once.
#[derive(Debug)]
pub(super) struct Part(Vec<Piece>);

impl Part {
    pub(super) fn load(&self, table: &'static Table) -> Result<RecordBatch> {
        let batches = self.0.iter().map(Piece::load).collect::<Result<Vec<_>>>()?;
        concat_batches(&table.schema(), &batches)
            .map_err(|err| Error::internal("join rows").with_source(err))
    }
}

impl Piece {
    fn rows(&self) -> usize {
        match self {
            Self::Memory(batch) => batch.num_rows(),
            Self::File { rows, .. } => *rows,
        }
    }

    fn load(&self) -> Result<RecordBatch> {
        match self {
            Self::Memory(batch) => Ok(batch.clone()),
            Self::File { path, batch, .. } => {
                let file = File::open(path).map_err(|err| io(path, err))?;
                let mut reader =
                    FileReader::try_new(BufReader::new(file), None).map_err(|err| io(path, err))?;
                reader.set_index(*batch).map_err(|err| io(path, err))?;
                let next = reader.next().ok_or_else(|| Error::internal("spooled rows are gone"))?;
                next.map_err(|err| io(path, err))
            }
        }
    }
}

fn io(path: &Path, err: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::io(format!("use temporary file \"{}\"", path.display()), std::io::Error::other(err))
}

/// A temporary file of pieces that is being written.
struct PieceFile {
    path: PathBuf,
    writer: FileWriter<BufWriter<File>>,
    batches: usize,
}

impl PieceFile {
    fn create(path: &Path, like: &RecordBatch) -> Result<Self> {
        let file = File::create(path).map_err(|err| io(path, err))?;
        let writer = FileWriter::try_new_buffered(file, &like.schema());
        let writer = writer.map_err(|err| io(path, err))?;
        Ok(Self { path: path.to_owned(), writer, batches: 0 })
    }

    fn add(&mut self, rows: &RecordBatch) -> Result<Piece> {
        self.writer.write(rows).map_err(|err| io(&self.path, err))?;
        self.batches += 1;
        let batch = self.batches - 1;
        Ok(Piece::File { path: self.path.clone(), batch, rows: rows.num_rows() })
    }

    fn close(mut self) -> Result<()> {
        self.writer.finish().map_err(|err| io(&self.path, err))
    }
}
