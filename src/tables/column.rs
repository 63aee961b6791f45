//! A column: name, type, AWS name and documentation, and what derives from them.

use std::collections::HashMap;
use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Fields, TimeUnit};
use parquet::arrow::PARQUET_FIELD_ID_META_KEY;

/// The types that columns have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnType {
    /// UTF-8 text.
    Text,
    /// A signed 64-bit integer.
    Long,
    /// True or false.
    Bool,
    /// An instant in microseconds, UTC.
    Time,
    /// Text to text.
    TextMap,
    /// Text to a 64-bit integer.
    LongMap,
}

/// Which of AWS's shapes gives a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Given {
    /// List and Describe.
    Everywhere,
    /// Describe only: that a List answer lacks it means nothing.
    DescribeOnly,
    /// Nobody: the column is Lookback's own.
    ByUs,
}

/// One column of a table.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// AWS's name in `snake_case`.
    pub name: &'static str,
    /// AWS's member, with a dot for a member of a nested record; empty for our own columns.
    pub aws: &'static str,
    /// Its type.
    pub ty: ColumnType,
    /// One sentence for `DESCRIBE` and the README.
    pub doc: &'static str,
    /// Which of AWS's shapes gives it.
    pub given: Given,
}

impl Column {
    const fn new(name: &'static str, aws: &'static str, ty: ColumnType, doc: &'static str) -> Self {
        Self { name, aws, ty, doc, given: Given::Everywhere }
    }

    /// A text column.
    pub const fn text(name: &'static str, aws: &'static str, doc: &'static str) -> Self {
        Self::new(name, aws, ColumnType::Text, doc)
    }

    /// A 64-bit integer column.
    pub const fn long(name: &'static str, aws: &'static str, doc: &'static str) -> Self {
        Self::new(name, aws, ColumnType::Long, doc)
    }

    /// A boolean column.
    pub const fn bool(name: &'static str, aws: &'static str, doc: &'static str) -> Self {
        Self::new(name, aws, ColumnType::Bool, doc)
    }

    /// An instant.
    pub const fn time(name: &'static str, aws: &'static str, doc: &'static str) -> Self {
        Self::new(name, aws, ColumnType::Time, doc)
    }

    /// A map of texts.
    pub const fn text_map(name: &'static str, aws: &'static str, doc: &'static str) -> Self {
        Self::new(name, aws, ColumnType::TextMap, doc)
    }

    /// A map of counts.
    pub const fn long_map(name: &'static str, aws: &'static str, doc: &'static str) -> Self {
        Self::new(name, aws, ColumnType::LongMap, doc)
    }

    /// The same column, given by Describe only.
    #[must_use]
    pub const fn describe_only(mut self) -> Self {
        self.given = Given::DescribeOnly;
        self
    }

    /// The same column, as one of our own.
    #[must_use]
    pub const fn ours(mut self) -> Self {
        self.given = Given::ByUs;
        self
    }

    /// The Arrow field, with a Parquet field id where one is given (a map's children take the
    /// two that follow).
    pub fn field(&self, id: Option<i64>) -> Field {
        with_id(Field::new(self.name, self.ty.data_type(id), true), id)
    }
}

fn with_id(field: Field, id: Option<i64>) -> Field {
    match id {
        Some(id) => field
            .with_metadata(HashMap::from([(PARQUET_FIELD_ID_META_KEY.to_owned(), id.to_string())])),
        None => field,
    }
}

impl ColumnType {
    /// How many field ids a column of this type takes.
    pub const fn field_id_count(self) -> i64 {
        match self {
            Self::TextMap | Self::LongMap => 3,
            _ => 1,
        }
    }

    /// The Arrow type; `id` is the field id of the column that has it.
    pub fn data_type(self, id: Option<i64>) -> DataType {
        match self {
            Self::Text => DataType::Utf8,
            Self::Long => DataType::Int64,
            Self::Bool => DataType::Boolean,
            Self::Time => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
            Self::TextMap => map_type(DataType::Utf8, id),
            Self::LongMap => map_type(DataType::Int64, id),
        }
    }

    /// The DuckLake type; a map's children have their own rows in the catalog.
    pub const fn ducklake(self) -> &'static str {
        match self {
            Self::Text => "varchar",
            Self::Long => "int64",
            Self::Bool => "boolean",
            Self::Time => "timestamptz",
            Self::TextMap | Self::LongMap => "map",
        }
    }

    /// The DuckLake type of a map's values; `None` for what is no map.
    pub const fn ducklake_map_value(self) -> Option<&'static str> {
        match self {
            Self::TextMap => Some("varchar"),
            Self::LongMap => Some("int64"),
            _ => None,
        }
    }

    /// True for maps, which have neither an order nor statistics.
    pub const fn is_map(self) -> bool {
        self.ducklake_map_value().is_some()
    }
}

/// Children are named as the Parquet specification and DuckDB name them.
fn map_type(value: DataType, id: Option<i64>) -> DataType {
    let key = with_id(Field::new("key", DataType::Utf8, false), id.map(|id| id + 1));
    let value = with_id(Field::new("value", value, true), id.map(|id| id + 2));
    let entries = DataType::Struct(Fields::from(vec![key, value]));
    DataType::Map(Arc::new(Field::new("key_value", entries, false)), false)
}
