//! `_lookback.json`: what an export holds, beside its files. Pure.
//!
//! Spark, Hive and Athena pass over names that begin with an underscore.

use arrow::datatypes::{DataType, Schema};
use serde::{Deserialize, Serialize};

use crate::catalog::Snapshot;
use crate::error::{Error, Result};
use crate::model::Instant;
use crate::tables::Table as TableOf;

use super::parts::Written;
use super::{Rows, Shape};

/// The document.
#[derive(Debug, Serialize)]
pub(super) struct Manifest {
    lookback: &'static str,
    snapshot: i64,
    snapshot_time: String,
    changed_since: Option<i64>,
    since: Option<String>,
    until: Option<String>,
    format: &'static str,
    partition_by: Vec<String>,
    tables: Vec<Table>,
}

/// A dataset.
#[derive(Debug, Serialize)]
struct Table {
    name: String,
    rows: u64,
    /// The columns that tell rows apart, by which exports are merged.
    key: Option<Vec<&'static str>>,
    /// Those of the partition included, which are in the names of folders.
    columns: Vec<Column>,
    files: Vec<File>,
}

#[derive(Debug, Serialize)]
struct Column {
    name: String,
    #[serde(rename = "type")]
    ty: String,
}

#[derive(Debug, Serialize)]
struct File {
    path: String,
    rows: u64,
    bytes: u64,
}

impl Manifest {
    /// One without tables.
    pub(super) fn new(
        snapshot: Snapshot,
        changed_since: Option<Snapshot>,
        rows: Rows,
        shape: &Shape,
    ) -> Self {
        let text = |instant: Option<Instant>| instant.map(|instant| instant.to_string());
        Self {
            lookback: env!("CARGO_PKG_VERSION"),
            snapshot: snapshot.id,
            snapshot_time: snapshot.time.to_string(),
            changed_since: changed_since.map(|snapshot| snapshot.id),
            since: text(rows.since),
            until: text(rows.until),
            format: shape.format.name(),
            partition_by: shape.partition_by.clone(),
            tables: Vec::new(),
        }
    }

    /// Adds what became of a dataset.
    pub(super) fn add(&mut self, name: String, table: Option<&TableOf>, written: Written) {
        let files = written.files.into_iter();
        let files = files.map(|it| File { path: it.path, rows: it.rows, bytes: it.bytes });
        let files: Vec<_> = files.collect();
        self.tables.push(Table {
            name,
            rows: files.iter().map(|file| file.rows).sum(),
            key: table.map(TableOf::row_key),
            columns: columns(&written.schema),
            files,
        });
    }

    /// The text of the document.
    pub(super) fn text(&self) -> Result<String> {
        let text = serde_json::to_string_pretty(self);
        text.map(|text| text + "\n")
            .map_err(|err| Error::internal("write the manifest").with_source(err))
    }
}

/// The names of the datasets of an export, each of which is a folder in it; `None` if the text is
/// no manifest.
pub(super) fn tables(text: &str) -> Option<Vec<String>> {
    #[derive(Deserialize)]
    struct Told {
        tables: Vec<Named>,
    }
    #[derive(Deserialize)]
    struct Named {
        name: String,
    }
    let told: Told = serde_json::from_str(text).ok()?;
    Some(told.tables.into_iter().map(|table| table.name).collect())
}

fn columns(schema: &Schema) -> Vec<Column> {
    let column = |field: &arrow::datatypes::FieldRef| Column {
        name: field.name().clone(),
        ty: type_name(field.data_type()),
    };
    schema.fields().iter().map(column).collect()
}

/// The type's name in SQL where it has one, as `DESCRIBE` tells it.
fn type_name(ty: &DataType) -> String {
    match ty {
        DataType::Utf8 | DataType::Utf8View | DataType::LargeUtf8 => "varchar".to_owned(),
        DataType::Int32 => "integer".to_owned(),
        DataType::Int64 => "bigint".to_owned(),
        DataType::Float64 => "double".to_owned(),
        DataType::Boolean => "boolean".to_owned(),
        DataType::Date32 => "date".to_owned(),
        DataType::Timestamp(_, Some(_)) => "timestamp with time zone".to_owned(),
        DataType::Timestamp(_, None) => "timestamp".to_owned(),
        DataType::Map(entries, _) => match entries.data_type() {
            DataType::Struct(pair) if pair.len() == 2 => format!(
                "map({}, {})",
                type_name(pair[0].data_type()),
                type_name(pair[1].data_type())
            ),
            _ => ty.to_string(),
        },
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::sql_type;
    use crate::tables;

    #[test]
    fn types_are_named_as_describe_names_them() {
        for column in tables::ALL.iter().flat_map(|table| table.columns) {
            assert_eq!(type_name(&column.ty.data_type(None)), sql_type(column.ty));
        }
    }
}
