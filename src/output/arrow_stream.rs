//! An Arrow IPC stream, in plain types.
//!
//! The stream format, to a file as well as to a pipe: it needs no seeking and no footer, and
//! every Arrow library reads it (`pyarrow.ipc.open_stream`).

use std::io::{BufWriter, Write};

use arrow::array::{Array, RecordBatch};
use arrow::datatypes::{Schema, SchemaRef};
use arrow::ipc::writer::StreamWriter;

use crate::error::Result;

use super::plain::{self, Reader};
use super::{Out, Sink, Written, write_failed};

pub(super) struct ArrowSink {
    schema: SchemaRef,
    writer: StreamWriter<BufWriter<Out>>,
    rows: u64,
    given_bytes: u64,
}

impl ArrowSink {
    /// A sink that has written the schema.
    pub(super) fn new(schema: &Schema, out: Out) -> Result<Self> {
        let schema = plain::with_unique_names(&plain::schema(schema, Reader::Program));
        let writer = StreamWriter::try_new_buffered(out, &schema).map_err(write_failed)?;
        Ok(Self { schema, writer, rows: 0, given_bytes: 0 })
    }
}

impl Sink for ArrowSink {
    fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        let batch = plain::batch(batch, &self.schema)?;
        self.writer.write(&batch).map_err(write_failed)?;
        self.rows += batch.num_rows() as u64;
        // Columns are written as they lie in memory.
        let sizes = batch.columns().iter().map(|column| column.to_data().get_slice_memory_size());
        self.given_bytes += sizes.map(|size| size.unwrap_or(0) as u64).sum::<u64>();
        Ok(())
    }

    fn size_bytes(&self) -> u64 {
        self.given_bytes
    }

    fn finish(self: Box<Self>) -> Result<Written> {
        let mut out = self.writer.into_inner().map_err(write_failed)?;
        out.flush().map_err(write_failed)?;
        Ok(Written { rows: self.rows, shown: self.rows })
    }
}

#[cfg(test)]
mod tests {
    use arrow::ipc::reader::StreamReader;

    use super::super::fixture::{every_type, written};
    use super::super::{Format, Options};
    use super::*;

    fn read(batches: &[RecordBatch]) -> (SchemaRef, Vec<RecordBatch>) {
        let (bytes, _) = written(Format::Arrow, Options::default(), batches);
        let reader = StreamReader::try_new(bytes.as_slice(), None).unwrap();
        (reader.schema(), reader.map(|batch| batch.unwrap()).collect())
    }

    #[test]
    fn every_type_comes_back_in_plain_form() {
        let given = every_type();
        let (schema, batches) = read(&[given.clone(), given.slice(1, 2)]);
        assert_eq!(schema, plain::schema(&given.schema(), Reader::Program));
        let given = plain::batch(&given, &schema).unwrap();
        assert_eq!(batches, [given.clone(), given.slice(1, 2)]);
    }

    #[test]
    fn an_empty_result_is_a_stream_with_columns() {
        let (schema, batches) = read(&[every_type().slice(0, 0)]);
        assert_eq!(schema.fields().len(), every_type().num_columns());
        assert_eq!(batches.iter().map(RecordBatch::num_rows).sum::<usize>(), 0);
    }
}
