//! Writes one dataset as files: one, or more by partition and by size.

use std::io::BufWriter;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::compute::{cast, partition};
use arrow::datatypes::{DataType, Schema, SchemaRef};
use arrow::error::ArrowError;
use futures::StreamExt;

use crate::engine::Answer;
use crate::error::{Error, Kind, Result};
use crate::output::{self, Format, Options, Sink};

use super::hive;
use super::staging::Staging;
use super::{Progress, Shape};

/// More folders than this are a slip: a column that tells single rows apart.
const PARTITIONS_MAX: usize = 10_000;
/// A file of bounded size is looked at each time so many rows have been added.
const ROWS_BETWEEN_LOOKS: usize = 1024;

/// A file that is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct File {
    /// Its path below the target, with `/` between folders.
    pub(super) path: String,
    pub(super) rows: u64,
    pub(super) bytes: u64,
}

/// The files of one dataset, and what is in them.
#[derive(Debug)]
pub(super) struct Written {
    /// The columns of the answer, those of the partition included.
    pub(super) schema: SchemaRef,
    pub(super) files: Vec<File>,
}

/// Writes an answer into the folder `name`.
pub(super) async fn write(
    mut answer: Answer,
    name: &str,
    shape: &Shape,
    staging: &Staging,
    progress: &Progress,
) -> Result<Written> {
    let schema = SchemaRef::clone(&answer.schema);
    let mut parts = Parts::new(&schema, name, shape, staging)?;
    while let Some(batch) = answer.batches.next().await {
        let batch = batch?;
        parts.push(&batch)?;
        progress.add(batch.num_rows()).await;
    }
    Ok(Written { schema, files: parts.finish()? })
}

/// The files of one dataset while they are written.
struct Parts<'a> {
    staging: &'a Staging,
    name: &'a str,
    format: Format,
    bytes_max: Option<u64>,
    /// The columns by which files are partitioned, their places, and those of the files' own.
    partition_by: &'a [String],
    by: Vec<usize>,
    kept: Vec<usize>,
    schema: SchemaRef,
    partitions: usize,
    /// The folder of the rows at hand, and the number of its last file.
    folder: Option<String>,
    number: u64,
    open: Option<Part>,
    files: Vec<File>,
}

/// A file that is being written.
struct Part {
    path: String,
    sink: Box<dyn Sink>,
}

impl<'a> Parts<'a> {
    fn new(
        schema: &SchemaRef,
        name: &'a str,
        shape: &'a Shape,
        staging: &'a Staging,
    ) -> Result<Self> {
        let place = |column: &String| schema.index_of(column).map_err(broken);
        let by = shape.partition_by.iter().map(place).collect::<Result<Vec<_>>>()?;
        by.iter().try_for_each(|place| check_type(schema, *place))?;
        let kept: Vec<_> = (0..schema.fields().len()).filter(|at| !by.contains(at)).collect();
        if kept.is_empty() {
            let message = format!("nothing of \"{name}\" is left beside its partition columns");
            return Err(Error::input(message).with_hint("partition by fewer columns"));
        }
        Ok(Self {
            staging,
            name,
            format: shape.format,
            bytes_max: shape.file_bytes_max,
            partition_by: &shape.partition_by,
            schema: SchemaRef::new(schema.project(&kept).map_err(broken)?),
            by,
            kept,
            partitions: 0,
            folder: None,
            number: 0,
            open: None,
            files: Vec::new(),
        })
    }

    /// Takes rows, those of each partition together.
    fn push(&mut self, batch: &RecordBatch) -> Result<()> {
        if self.by.is_empty() {
            self.enter(self.name.to_owned())?;
            return self.append(batch);
        }
        let column = |place: &usize| ArrayRef::clone(batch.column(*place));
        let columns: Vec<_> = self.by.iter().map(column).collect();
        for range in partition(&columns).map_err(broken)?.ranges() {
            let rows = batch.slice(range.start, range.len());
            self.enter(self.folder_of(Some(&rows))?)?;
            self.append(&rows.project(&self.kept).map_err(broken)?)?;
        }
        Ok(())
    }

    /// The folder of the rows of one partition; of none, that of NULL.
    fn folder_of(&self, rows: Option<&RecordBatch>) -> Result<String> {
        let mut folder = self.name.to_owned();
        for (column, place) in self.partition_by.iter().zip(&self.by) {
            let text = rows.map(|rows| cast(rows.column(*place), &DataType::Utf8));
            let text: Option<ArrayRef> = text.transpose().map_err(broken)?;
            let value = text.as_ref().map(AsArray::as_string::<i32>);
            let value = value.filter(|it| it.is_valid(0)).map(|it| it.value(0));
            folder.push('/');
            folder.push_str(&hive::folder(column, value)?);
        }
        Ok(folder)
    }

    /// What comes next belongs into `folder`.
    fn enter(&mut self, folder: String) -> Result<()> {
        if self.folder.as_ref() == Some(&folder) {
            return Ok(());
        }
        self.close()?;
        self.partitions += 1;
        if self.partitions > PARTITIONS_MAX {
            let message = format!("\"{}\" has more than {PARTITIONS_MAX} partitions", self.name);
            return Err(Error::new(Kind::Limit, message)
                .with_hint("partition by columns with fewer values, such as year,month"));
        }
        (self.folder, self.number) = (Some(folder), 0);
        Ok(())
    }

    fn append(&mut self, rows: &RecordBatch) -> Result<()> {
        let Some(bytes_max) = self.bytes_max else { return self.part()?.sink.write(rows) };
        for start in (0..rows.num_rows()).step_by(ROWS_BETWEEN_LOOKS) {
            let length = ROWS_BETWEEN_LOOKS.min(rows.num_rows() - start);
            let part = self.part()?;
            part.sink.write(&rows.slice(start, length))?;
            if part.sink.size_bytes() >= bytes_max {
                self.close()?;
            }
        }
        Ok(())
    }

    /// The open file, or the next of its folder.
    fn part(&mut self) -> Result<&mut Part> {
        if self.open.is_none() {
            self.number += 1;
            let folder = self.folder.as_deref().unwrap_or(self.name);
            let path = format!("{folder}/part-{:05}.{}", self.number, self.format);
            let out = Box::new(BufWriter::new(self.staging.create(&path)?));
            let sink = output::writer(self.format, &self.schema, out, Options::default())?;
            self.open = Some(Part { path, sink });
        }
        self.open.as_mut().ok_or_else(|| Error::internal("no file is open"))
    }

    fn close(&mut self) -> Result<()> {
        let Some(Part { path, sink }) = self.open.take() else { return Ok(()) };
        let rows = sink.finish()?.rows;
        let bytes = self.staging.sync(&path)?;
        self.files.push(File { path, rows, bytes });
        Ok(())
    }

    /// All files. Where there are no rows there is one file with none, so that readers find the
    /// columns.
    fn finish(mut self) -> Result<Vec<File>> {
        if self.folder.is_none() {
            self.enter(self.folder_of(None)?)?;
            self.part()?;
        }
        self.close()?;
        Ok(self.files)
    }
}

/// Refuses a type of which no reader would make the same again out of a folder's name.
fn check_type(schema: &Schema, place: usize) -> Result<()> {
    let field = schema.field(place);
    let ty = field.data_type();
    let is_plain = ty.is_integer()
        || matches!(
            ty,
            DataType::Utf8
                | DataType::Utf8View
                | DataType::LargeUtf8
                | DataType::Boolean
                | DataType::Date32
        );
    if is_plain {
        return Ok(());
    }
    let message = format!("\"{}\" of type {ty} cannot name a partition", field.name());
    Err(Error::input(message)
        .with_hint("partition by texts, whole numbers, truth values or dates, such as year,month"))
}

fn broken(err: ArrowError) -> Error {
    Error::internal("partition rows").with_source(err)
}
