//! A Parquet file that any reader opens: plain types, zstd, no field ids of ours.

use arrow::array::RecordBatch;
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::properties::WriterProperties;

use crate::error::{Error, Result};

use super::plain::{self, Reader};
use super::{Out, Sink, Written, write_failed};

/// A row group is held in memory until it is full; this many rows are DuckDB's own choice.
const ROW_GROUP_ROWS: usize = 122_880;
/// Rows with long texts end a row group earlier.
const ROW_GROUP_BYTES: usize = 128 * 1024 * 1024;

pub(super) struct ParquetSink {
    schema: SchemaRef,
    writer: ArrowWriter<Out>,
    rows: u64,
}

impl ParquetSink {
    /// A sink that writes a row group as soon as it is full.
    ///
    /// # Errors
    /// A column of a type that Parquet does not have.
    pub(super) fn new(schema: &Schema, out: Out) -> Result<Self> {
        let schema = plain::with_unique_names(&plain::schema(schema, Reader::Program));
        if let Some(field) = schema.fields().iter().find(|field| !has(field)) {
            return Err(refused(field));
        }
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(parquet::basic::ZstdLevel::default()))
            .set_max_row_group_row_count(Some(ROW_GROUP_ROWS))
            .set_max_row_group_bytes(Some(ROW_GROUP_BYTES))
            .build();
        let writer = ArrowWriter::try_new(out, SchemaRef::clone(&schema), Some(properties));
        Ok(Self { schema, writer: writer.map_err(write_failed)?, rows: 0 })
    }
}

fn refused(field: &Field) -> Error {
    let (name, ty) = (field.name(), field.data_type());
    let hint = match ty {
        DataType::Duration(_) => {
            "select its seconds: date_part('epoch', …); or cast it to text, or use --format arrow"
        }
        _ => "cast the column to text, or use --format arrow",
    };
    Error::input(format!("parquet cannot hold column \"{name}\" of type {ty}")).with_hint(hint)
}

/// True if and only if Parquet has the column's type. Of a duration only the number would be there,
/// and nothing would say of what.
fn has(field: &Field) -> bool {
    match field.data_type() {
        DataType::Duration(_) | DataType::Interval(_) | DataType::Union(_, _) => false,
        DataType::Struct(members) => {
            !members.is_empty() && members.iter().all(|member| has(member))
        }
        DataType::List(item)
        | DataType::LargeList(item)
        | DataType::FixedSizeList(item, _)
        | DataType::Map(item, _) => has(item),
        _ => true,
    }
}

impl Sink for ParquetSink {
    fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        self.writer.write(&plain::batch(batch, &self.schema)?).map_err(write_failed)?;
        self.rows += batch.num_rows() as u64;
        Ok(())
    }

    fn size_bytes(&self) -> u64 {
        (self.writer.bytes_written() + self.writer.in_progress_size()) as u64
    }

    fn finish(self: Box<Self>) -> Result<Written> {
        let mut out = self.writer.into_inner().map_err(write_failed)?;
        out.flush().map_err(write_failed)?;
        Ok(Written { rows: self.rows, shown: self.rows })
    }
}

#[cfg(test)]
mod tests {
    use arrow::datatypes::{IntervalUnit, TimeUnit};
    use arrow::error::ArrowError;
    use bytes::Bytes;
    use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

    use super::super::fixture::{every_type, written};
    use super::super::{Format, Options};
    use super::*;

    fn read(batches: &[RecordBatch]) -> (SchemaRef, Vec<RecordBatch>) {
        let (bytes, _) = written(Format::Parquet, Options::default(), batches);
        let reader = ParquetRecordBatchReaderBuilder::try_new(Bytes::from(bytes)).unwrap();
        let schema = SchemaRef::clone(reader.schema());
        let batches: Result<_, ArrowError> = reader.build().unwrap().collect();
        (schema, batches.unwrap())
    }

    /// Every type but durations.
    fn every_type_there_is() -> RecordBatch {
        let batch = every_type();
        let is_kept = |place: &usize| {
            !matches!(batch.schema().field(*place).data_type(), DataType::Duration(_))
        };
        let kept: Vec<_> = (0..batch.num_columns()).filter(is_kept).collect();
        batch.project(&kept).unwrap()
    }

    #[test]
    fn every_type_comes_back_in_plain_form() {
        let given = every_type_there_is();
        let (schema, batches) = read(std::slice::from_ref(&given));
        let expected = plain::schema(&given.schema(), Reader::Program);
        let names = |schema: &Schema| {
            let fields = schema.fields().iter();
            fields
                .map(|field| (field.name().clone(), field.data_type().clone()))
                .collect::<Vec<_>>()
        };
        assert_eq!(names(&schema), names(&expected));
        let given = plain::batch(&given, &expected).unwrap();
        assert_eq!(batches[0].columns(), given.columns());
    }

    #[test]
    fn an_empty_result_is_a_file_with_columns() {
        let given = every_type_there_is();
        let (schema, batches) = read(&[given.slice(0, 0)]);
        assert_eq!((schema.fields().len(), batches.len()), (given.num_columns(), 0));
    }

    #[test]
    fn a_type_that_parquet_lacks_is_refused_by_name() {
        let refused = |ty: DataType| {
            let schema = Schema::new(vec![Field::new("age", ty, true)]);
            let err = ParquetSink::new(&schema, Box::new(std::io::sink())).err().unwrap();
            format!("{}\n{}", err.chain(), err.hint().unwrap())
        };
        let interval = DataType::Interval(IntervalUnit::MonthDayNano);
        insta::assert_snapshot!(refused(DataType::new_list(interval, true)), @r#"
        parquet cannot hold column "age" of type List(Interval(MonthDayNano))
        cast the column to text, or use --format arrow
        "#);
        insta::assert_snapshot!(refused(DataType::Duration(TimeUnit::Millisecond)), @r#"
        parquet cannot hold column "age" of type Duration(ms)
        select its seconds: date_part('epoch', …); or cast it to text, or use --format arrow
        "#);
    }
}
