//! The sink of the formats that are written row by row, so that nothing is held back.

use arrow::array::RecordBatch;
use arrow::datatypes::{Schema, SchemaRef};

use crate::error::Result;

use super::plain::{self, Reader};
use super::values::Values;
use super::{Out, Sink, Written, write_failed};

/// Text goes out in pieces of about this size.
const PIECE_BYTES: usize = 64 * 1024;

/// A text format, row by row.
pub(super) trait RowFormat: Send {
    /// Appends what stands before the rows.
    fn head(&mut self, schema: &Schema, text: &mut String);

    /// Appends a row; `index` counts from 0 over the whole result.
    fn row(
        &mut self,
        index: u64,
        columns: &[Values<'_>],
        row: usize,
        text: &mut String,
    ) -> Result<()>;

    /// Appends what stands after `rows` rows.
    fn foot(&mut self, rows: u64, text: &mut String);
}

/// A sink that writes `format`.
pub(super) fn sink<F: RowFormat + 'static>(
    mut format: F,
    schema: &Schema,
    out: Out,
) -> Box<dyn Sink> {
    let schema = plain::schema(schema, Reader::Text);
    let mut text = String::new();
    format.head(&schema, &mut text);
    Box::new(RowSink { format, schema, out, text, rows: 0, sent_bytes: 0 })
}

struct RowSink<F> {
    format: F,
    schema: SchemaRef,
    out: Out,
    text: String,
    rows: u64,
    sent_bytes: u64,
}

impl<F: RowFormat> RowSink<F> {
    fn send(&mut self) -> Result<()> {
        self.out.write_all(self.text.as_bytes()).map_err(write_failed)?;
        self.sent_bytes += self.text.len() as u64;
        self.text.clear();
        Ok(())
    }
}

impl<F: RowFormat> Sink for RowSink<F> {
    fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        let batch = plain::batch(batch, &self.schema)?;
        let columns = batch.columns().iter().map(Values::new).collect::<Result<Vec<_>>>()?;
        for row in 0..batch.num_rows() {
            self.format.row(self.rows, &columns, row, &mut self.text)?;
            self.rows += 1;
            if self.text.len() >= PIECE_BYTES {
                self.send()?;
            }
        }
        Ok(())
    }

    fn size_bytes(&self) -> u64 {
        self.sent_bytes + self.text.len() as u64
    }

    fn finish(mut self: Box<Self>) -> Result<Written> {
        self.format.foot(self.rows, &mut self.text);
        self.send()?;
        self.out.flush().map_err(write_failed)?;
        Ok(Written { rows: self.rows, shown: self.rows })
    }
}
