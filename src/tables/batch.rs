//! Rows to Arrow record batches and back.

use arrow::array::{
    Array, ArrayRef, AsArray, BooleanBuilder, Int64Builder, MapBuilder, MapFieldNames, RecordBatch,
    StringBuilder, TimestampMicrosecondBuilder,
};
use arrow::datatypes::{DataType, Field, FieldRef, Int64Type, TimestampMicrosecondType};

use crate::error::{Error, Result};
use crate::model::Instant;

use super::{Cell, ColumnType, Row, Table};

/// Collects rows of one table into a record batch.
#[derive(Debug)]
pub struct BatchBuilder {
    table: &'static Table,
    columns: Vec<Builder>,
    rows: usize,
}

#[derive(Debug)]
enum Builder {
    Text(StringBuilder),
    Long(Int64Builder),
    Bool(BooleanBuilder),
    Time(TimestampMicrosecondBuilder),
    TextMap(MapBuilder<StringBuilder, StringBuilder>),
    LongMap(MapBuilder<StringBuilder, Int64Builder>),
}

impl BatchBuilder {
    /// An empty builder for `table`.
    pub fn new(table: &'static Table) -> Self {
        let schema = table.schema();
        let columns = table.columns.iter().zip(schema.fields());
        let columns = columns.map(|(column, field)| Builder::new(column.ty, field)).collect();
        Self { table, columns, rows: 0 }
    }

    /// The number of rows pushed since the last [`finish`](Self::finish).
    pub fn len(&self) -> usize {
        self.rows
    }

    /// True if and only if there is no row.
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// Adds a row of the builder's table.
    ///
    /// # Errors
    /// A cell of another type than its column's, or a row of another table: a bug.
    pub fn push(&mut self, row: &Row) -> Result<()> {
        if row.table().name != self.table.name {
            let message = format!("row of {} pushed to {}", row.table().name, self.table.name);
            return Err(Error::internal(message));
        }
        for ((builder, cell), column) in
            self.columns.iter_mut().zip(row.cells()).zip(self.table.columns)
        {
            builder.push(cell).ok_or_else(|| {
                Error::internal(format!("{}.{} got {cell:?}", self.table.name, column.name))
            })?;
        }
        self.rows += 1;
        Ok(())
    }

    /// The rows as a batch; the builder is empty afterwards.
    pub fn finish(&mut self) -> Result<RecordBatch> {
        self.rows = 0;
        let arrays = self.columns.iter_mut().map(Builder::finish).collect();
        RecordBatch::try_new(self.table.schema(), arrays)
            .map_err(|err| Error::internal("build a record batch").with_source(err))
    }
}

impl Builder {
    fn new(ty: ColumnType, field: &Field) -> Self {
        match ty {
            ColumnType::Text => Self::Text(StringBuilder::new()),
            ColumnType::Long => Self::Long(Int64Builder::new()),
            ColumnType::Bool => Self::Bool(BooleanBuilder::new()),
            ColumnType::Time => Self::Time(TimestampMicrosecondBuilder::new().with_timezone("UTC")),
            ColumnType::TextMap => {
                let (names, key, value) = map_fields(field);
                let builder =
                    MapBuilder::new(Some(names), StringBuilder::new(), StringBuilder::new());
                Self::TextMap(builder.with_keys_field(key).with_values_field(value))
            }
            ColumnType::LongMap => {
                let (names, key, value) = map_fields(field);
                let builder =
                    MapBuilder::new(Some(names), StringBuilder::new(), Int64Builder::new());
                Self::LongMap(builder.with_keys_field(key).with_values_field(value))
            }
        }
    }

    /// Appends a cell; `None` if it has another type.
    fn push(&mut self, cell: &Cell) -> Option<()> {
        match (self, cell) {
            (Self::Text(builder), Cell::Text(text)) => builder.append_value(text),
            (Self::Text(builder), Cell::Null) => builder.append_null(),
            (Self::Long(builder), Cell::Long(number)) => builder.append_value(*number),
            (Self::Long(builder), Cell::Null) => builder.append_null(),
            (Self::Bool(builder), Cell::Bool(truth)) => builder.append_value(*truth),
            (Self::Bool(builder), Cell::Null) => builder.append_null(),
            (Self::Time(builder), Cell::Time(instant)) => builder.append_value(instant.micros()),
            (Self::Time(builder), Cell::Null) => builder.append_null(),
            (Self::TextMap(builder), Cell::TextMap(entries)) => {
                for (key, value) in entries {
                    builder.keys().append_value(key);
                    builder.values().append_value(value);
                }
                builder.append(true).ok()?;
            }
            (Self::TextMap(builder), Cell::Null) => builder.append(false).ok()?,
            (Self::LongMap(builder), Cell::LongMap(entries)) => {
                for (key, value) in entries {
                    builder.keys().append_value(key);
                    builder.values().append_value(*value);
                }
                builder.append(true).ok()?;
            }
            (Self::LongMap(builder), Cell::Null) => builder.append(false).ok()?,
            _ => return None,
        }
        Some(())
    }

    fn finish(&mut self) -> ArrayRef {
        match self {
            Self::Text(builder) => std::sync::Arc::new(builder.finish()),
            Self::Long(builder) => std::sync::Arc::new(builder.finish()),
            Self::Bool(builder) => std::sync::Arc::new(builder.finish()),
            Self::Time(builder) => std::sync::Arc::new(builder.finish()),
            Self::TextMap(builder) => std::sync::Arc::new(builder.finish()),
            Self::LongMap(builder) => std::sync::Arc::new(builder.finish()),
        }
    }
}

/// The names and child fields that the schema declares for a map.
fn map_fields(field: &Field) -> (MapFieldNames, FieldRef, FieldRef) {
    let DataType::Map(entries, _) = field.data_type() else {
        unreachable!("map columns have a map type")
    };
    let DataType::Struct(children) = entries.data_type() else {
        unreachable!("map entries are a struct")
    };
    let names = MapFieldNames {
        entry: entries.name().clone(),
        key: children[0].name().clone(),
        value: children[1].name().clone(),
    };
    (names, FieldRef::clone(&children[0]), FieldRef::clone(&children[1]))
}

/// The rows of a batch that has the table's columns, in any order; a column that the batch
/// lacks reads as NULL.
///
/// # Errors
/// A column of another type.
pub fn rows(table: &'static Table, batch: &RecordBatch) -> Result<Vec<Row>> {
    let mut rows = vec![Row::new(table); batch.num_rows()];
    for (index, column) in table.columns.iter().enumerate() {
        let Some(array) = batch.column_by_name(column.name) else { continue };
        for (at, row) in rows.iter_mut().enumerate() {
            if array.is_valid(at) {
                *row.cell_mut(index) = cell(column.ty, array, at).ok_or_else(|| {
                    let found = array.data_type();
                    Error::internal(format!("{}.{} has type {found}", table.name, column.name))
                })?;
            }
        }
    }
    Ok(rows)
}

fn cell(ty: ColumnType, array: &ArrayRef, at: usize) -> Option<Cell> {
    Some(match ty {
        ColumnType::Text => Cell::Text(text(array, at)?),
        ColumnType::Long => Cell::Long(array.as_primitive_opt::<Int64Type>()?.value(at)),
        ColumnType::Bool => Cell::Bool(array.as_boolean_opt()?.value(at)),
        ColumnType::Time => {
            let micros = array.as_primitive_opt::<TimestampMicrosecondType>()?.value(at);
            Cell::Time(Instant::from_micros(micros))
        }
        ColumnType::TextMap => {
            let entries = array.as_map_opt()?.value(at);
            let (keys, values) = (entries.column(0), entries.column(1));
            let pairs = (0..entries.len()).map(|i| Some((text(keys, i)?, text(values, i)?)));
            Cell::TextMap(pairs.collect::<Option<_>>()?)
        }
        ColumnType::LongMap => {
            let entries = array.as_map_opt()?.value(at);
            let (keys, values) = (entries.column(0), entries.column(1));
            let values = values.as_primitive_opt::<Int64Type>()?;
            let pairs = (0..entries.len()).map(|i| Some((text(keys, i)?, values.value(i))));
            Cell::LongMap(pairs.collect::<Option<_>>()?)
        }
    })
}

fn text(array: &ArrayRef, at: usize) -> Option<String> {
    if let Some(array) = array.as_string_opt::<i32>() {
        return Some(array.value(at).to_owned());
    }
    array.as_string_view_opt().map(|array| array.value(at).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tables::BACKUP_JOBS;

    #[test]
    fn rows_survive_a_batch() {
        let mut row = Row::new(&BACKUP_JOBS);
        row.set("backup_job_id", Cell::text("b-1"));
        row.set("creation_date", Cell::Time(Instant::from_micros(1_600_721_892_929_000)));
        row.set("backup_size_in_bytes", Cell::Long(71));
        row.set("is_parent", Cell::Bool(false));
        row.set("backup_options", Cell::TextMap(vec![("WindowsVSS".into(), "enabled".into())]));
        row.set("child_jobs_in_state", Cell::LongMap(vec![("FAILED".into(), 2)]));
        let mut builder = BatchBuilder::new(&BACKUP_JOBS);
        builder.push(&row).unwrap();
        builder.push(&Row::new(&BACKUP_JOBS)).unwrap();
        let batch = builder.finish().unwrap();
        assert_eq!(rows(&BACKUP_JOBS, &batch).unwrap(), [row, Row::new(&BACKUP_JOBS)]);
    }

    #[test]
    fn a_cell_of_another_type_is_refused() {
        let mut row = Row::new(&BACKUP_JOBS);
        row.set("state", Cell::Long(1));
        let err = BatchBuilder::new(&BACKUP_JOBS).push(&row).unwrap_err();
        assert_eq!(err.to_string(), "backup_jobs.state got Long(1)");
    }
}
