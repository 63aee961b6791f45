//! Arrow's many forms of one type, brought down to the one that every reader knows. Pure.

use std::collections::HashSet;
use std::sync::Arc;

use arrow::array::{RecordBatch, RecordBatchOptions};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Field, FieldRef, Schema, SchemaRef};

use crate::error::{Error, Result};

/// Who reads the columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reader {
    /// People and text tools: instants are shown in UTC.
    Text,
    /// Programs: instants keep the time zone that their column has.
    Program,
}

/// `schema` in plain types, with neither metadata nor promises that a column has no NULL: both are
/// the warehouse's, and a query's result keeps neither reliably.
pub(super) fn schema(schema: &Schema, reader: Reader) -> SchemaRef {
    let field = |field: &FieldRef| Field::new(field.name(), plain(field.data_type(), reader), true);
    Arc::new(Schema::new(schema.fields().iter().map(field).collect::<Vec<_>>()))
}

/// The same schema with no name twice: `id, id` becomes `id, id_2`. SQL allows the first; a JSON
/// object or a data frame would lose a column.
pub fn with_unique_names(schema: &Schema) -> SchemaRef {
    let mut taken: HashSet<String> = schema.fields().iter().map(|f| f.name().clone()).collect();
    let mut seen = HashSet::new();
    let unique = |field: &FieldRef| {
        if seen.insert(field.name().clone()) {
            return field.as_ref().clone();
        }
        let numbered = (2..).map(|n: u64| format!("{}_{n}", field.name()));
        let name = numbered.into_iter().find(|name| taken.insert(name.clone()));
        field.as_ref().clone().with_name(name.unwrap_or_default())
    };
    Arc::new(Schema::new(schema.fields().iter().map(unique).collect::<Vec<_>>()))
}

/// The columns of `batch` as `schema` has them.
pub(super) fn batch(batch: &RecordBatch, schema: &SchemaRef) -> Result<RecordBatch> {
    let (given, expected) = (batch.num_columns(), schema.fields().len());
    if given != expected {
        let message = format!("batch of {given} columns for a result of {expected}");
        return Err(Error::internal(message));
    }
    let columns = batch.columns().iter().zip(schema.fields());
    let columns = columns.map(|(column, field)| {
        cast(column, field.data_type()).map_err(|err| {
            let message = format!("failed to write column \"{}\"", field.name());
            Error::internal(message).with_source(err)
        })
    });
    // Rows without columns are still rows.
    let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
    RecordBatch::try_new_with_options(Arc::clone(schema), columns.collect::<Result<_>>()?, &options)
        .map_err(|err| Error::internal("failed to write a batch").with_source(err))
}

fn plain(ty: &DataType, reader: Reader) -> DataType {
    let child = |field: &FieldRef| {
        let ty = plain(field.data_type(), reader);
        Arc::new(Field::new(field.name(), ty, field.is_nullable()))
    };
    match ty {
        DataType::Utf8View => DataType::Utf8,
        DataType::BinaryView => DataType::Binary,
        DataType::Dictionary(_, value) => plain(value, reader),
        DataType::RunEndEncoded(_, value) => plain(value.data_type(), reader),
        DataType::List(item) | DataType::ListView(item) => DataType::List(child(item)),
        DataType::LargeList(item) | DataType::LargeListView(item) => {
            DataType::LargeList(child(item))
        }
        DataType::FixedSizeList(item, size) => DataType::FixedSizeList(child(item), *size),
        DataType::Struct(fields) => DataType::Struct(fields.iter().map(child).collect()),
        DataType::Map(entries, sorted) => DataType::Map(child(entries), *sorted),
        // An offset, because a zone's name needs the zone database.
        DataType::Timestamp(unit, Some(_)) if reader == Reader::Text => {
            DataType::Timestamp(*unit, Some("+00:00".into()))
        }
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(names: &[&str], expected: &[&str]) {
        let fields = names.iter().map(|name| Field::new(*name, DataType::Int64, true));
        let unique = with_unique_names(&Schema::new(fields.collect::<Vec<_>>()));
        let got: Vec<_> = unique.fields().iter().map(|field| field.name().as_str()).collect();
        assert_eq!(got, expected);
    }

    #[test]
    fn names_that_differ_stay() {
        check(&["a", "b", "A"], &["a", "b", "A"]);
    }

    #[test]
    fn a_name_given_again_is_numbered() {
        check(&["a", "a", "b", "a"], &["a", "a_2", "b", "a_3"]);
    }

    #[test]
    fn a_number_that_is_taken_is_not_given() {
        check(&["a", "a", "a_2", "a"], &["a", "a_3", "a_2", "a_4"]);
    }

    #[test]
    fn views_dictionaries_and_runs_become_what_they_stand_for() {
        let dictionary =
            DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8View));
        let item = Arc::new(Field::new("item", dictionary, true));
        let list = DataType::ListView(item);
        let expected = DataType::new_list(DataType::Utf8, true);
        assert_eq!(plain(&list, Reader::Program), expected);
    }
}
