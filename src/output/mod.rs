//! Record batches as text and as files: everything that leaves Lookback as data passes here.
//!
//! Promises: no format leaves out a row or a cell without saying so ([`Written`] tells what a
//! table held back); a NULL is told from `''` wherever the format can tell it; text can never
//! steer the terminal that shows it; an instant reads as RFC 3339 in UTC (`2026-11-01T00:00:00Z`,
//! with milliseconds or finer only where there are any), a float as its shortest form, a nested
//! value as JSON; a chart says what it leaves out; memory does not grow with the number of rows,
//! and a table's rows are bounded.
//! Refuses: queries, files by name, the terminal itself. It writes to the writer that it is given
//! and prints nothing.

mod arrow_stream;
mod chart;
mod csv;
mod escape;
mod expanded;
#[cfg(test)]
mod fixture;
mod format;
mod grid;
mod json;
mod layout;
mod markdown;
mod parquet_file;
mod plain;
mod rows;
mod spark;
mod table;
mod values;
mod wrap;

use std::error::Error as StdError;
use std::io::{self, Write};
use std::iter;

use arrow::array::RecordBatch;
use arrow::datatypes::Schema;

use crate::error::{Error, Kind, Result};

pub use chart::{Canvas, ChartKind, Colours, chart};
pub use escape::visible;
pub use format::Format;
pub use plain::with_unique_names;
pub use spark::sparkline;

/// Where the bytes go: a file, standard output, a response.
pub type Out = Box<dyn Write + Send>;

/// How a result is shown. [`Format::Table`] and [`Format::Markdown`] look at these, and
/// [`Format::Csv`] at whether there is a terminal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// The terminal's width in columns; `None` is no terminal, and nothing is wrapped.
    pub width: Option<usize>,
    /// What stands for a NULL, so that it is told from `''`.
    pub null_text: String,
    /// How many rows a table shows at most; it must see them all to know how wide its columns are.
    pub rows_max: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { width: None, null_text: "NULL".to_owned(), rows_max: 10_000 }
    }
}

/// What became of the rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// The rows that were given.
    pub rows: u64,
    /// The rows that were written; fewer only for a table, which is bounded.
    pub shown: u64,
}

impl Written {
    /// The rows that the reader does not see, and should hear of.
    pub const fn hidden(self) -> u64 {
        self.rows - self.shown
    }
}

/// A result on its way out.
pub trait Sink: Send {
    /// Writes the rows of `batch`, whose columns are those of the schema given to [`writer`].
    fn write(&mut self, batch: &RecordBatch) -> Result<()>;

    /// About how many bytes there are so far, what is held back included; 0 for a table, which is
    /// laid out at its end.
    fn size_bytes(&self) -> u64 {
        0
    }

    /// Writes what is still held back and flushes. Without it the output is not complete.
    fn finish(self: Box<Self>) -> Result<Written>;
}

/// A sink that writes `format` to `out`.
///
/// # Errors
/// A column of a type that the format cannot hold. A closed pipe, here and in the sink, is an
/// error of which [`Error::is_broken_pipe`] is true.
pub fn writer(
    format: Format,
    schema: &Schema,
    out: Out,
    options: Options,
) -> Result<Box<dyn Sink>> {
    Ok(match format {
        Format::Table => Box::new(table::TableSink::new(schema, out, options)),
        Format::Csv => rows::sink(csv::Csv::new(options.width.is_some()), schema, out),
        Format::Json => rows::sink(json::Json::array(schema), schema, out),
        Format::Ndjson => rows::sink(json::Json::lines(schema), schema, out),
        Format::Markdown => rows::sink(markdown::Markdown::new(options.null_text), schema, out),
        Format::Parquet => Box::new(parquet_file::ParquetSink::new(schema, out)?),
        Format::Arrow => Box::new(arrow_stream::ArrowSink::new(schema, out)?),
    })
}

/// The error of a write that failed: the machine's where an I/O error is at its root.
fn write_failed(cause: impl Into<Box<dyn StdError + Send + Sync>>) -> Error {
    let cause = cause.into();
    let first: &(dyn StdError + 'static) = &*cause;
    let mut layers = iter::successors(Some(first), |layer| (*layer).source());
    let is_io = layers.any(<dyn StdError>::is::<io::Error>);
    let kind = if is_io { Kind::Io } else { Kind::Internal };
    Error::new(kind, "failed to write the output").with_source(cause)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::Int64Array;

    use super::*;

    /// Takes so many bytes, then says that its reader has gone.
    struct Pipe(usize);

    impl Write for Pipe {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0 = self.0.checked_sub(bytes.len()).ok_or(io::ErrorKind::BrokenPipe)?;
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn numbers() -> RecordBatch {
        let numbers = Int64Array::from_iter_values(0..100_000);
        RecordBatch::try_from_iter([("n", Arc::new(numbers) as _)]).unwrap()
    }

    fn write_to(format: Format, out: Out) -> Result<Written> {
        let batch = numbers();
        let mut sink = writer(format, &batch.schema(), out, Options::default())?;
        sink.write(&batch)?;
        sink.finish()
    }

    #[test]
    fn a_closed_pipe_is_told_as_one_by_every_format() {
        for format in Format::ALL {
            for bytes in [0, 1, 100, 30_000] {
                let err = write_to(format, Box::new(Pipe(bytes))).expect_err(format.name());
                assert!(err.is_broken_pipe(), "{format} after {bytes} bytes: {}", err.chain());
                assert_eq!(err.kind(), Kind::Io, "{format}");
                assert!(err.chain().starts_with("failed to write the output: "), "{format}");
            }
        }
    }

    #[test]
    fn every_row_is_counted_and_only_a_table_holds_rows_back() {
        for format in Format::ALL {
            let written = write_to(format, Box::new(io::sink())).unwrap();
            let hidden = if format == Format::Table { 90_000 } else { 0 };
            assert_eq!((written.rows, written.hidden()), (100_000, hidden), "{format}");
        }
    }

    #[test]
    fn what_was_given_is_in_the_size_before_the_end() {
        for format in Format::ALL.into_iter().filter(|format| *format != Format::Table) {
            let (batch, options) = (numbers(), Options::default());
            let mut sink = writer(format, &batch.schema(), Box::new(io::sink()), options).unwrap();
            sink.write(&batch).unwrap();
            let size_bytes = sink.size_bytes();
            assert!((100_000..4_000_000).contains(&size_bytes), "{format}: {size_bytes}");
        }
    }

    #[test]
    fn a_sink_that_is_given_other_columns_says_so() {
        for format in Format::ALL {
            let other = Schema::empty();
            let out = Box::new(io::sink());
            let mut sink = writer(format, &other, out, Options::default()).unwrap();
            let err = sink.write(&numbers()).unwrap_err();
            assert_eq!(err.chain(), "batch of 1 columns for a result of 0", "{format}");
        }
    }
}
