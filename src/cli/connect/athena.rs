//! An export in Amazon Athena: a table over each folder, from the declarations. Pure.

use std::fmt::Write;

use crate::error::{Error, Result};
use crate::tables::{self, ColumnType, Table};

use super::quote::{comment, hive};
use super::{Here, PARTITION_BY};

/// The first year that partitions are looked for in: AWS Backup began in January 2019.
const YEAR_MIN: u32 = 2019;
/// The last one. Athena lists each partition in its range, unless a query says which.
const YEAR_MAX: u32 = 2049;
/// AWS Glue keeps no longer comment of a column.
const COMMENT_MAX: usize = 255;

/// # Errors
/// The files are not in a bucket.
pub(super) fn text(here: &Here) -> Result<String> {
    if !here.files.starts_with("s3://") {
        let message = "Athena reads files of a bucket, and none is named";
        return Err(Error::input(message).with_hint("name it with --files s3://BUCKET/PREFIX"));
    }
    let warehouse = comment(&here.warehouse);
    let mut text = format!("-- The warehouse {warehouse} in Athena, from exported files.\n");
    text.push_str("-- In a shell:\n");
    text.push_str(&here.steps("--   "));
    text.push_str(
        "-- Then each statement by itself, in the database that is to hold the tables.\n",
    );
    for table in tables::ALL {
        text.push('\n');
        create(table, &here.files, &mut text);
    }
    Ok(text)
}

fn create(table: &Table, files: &str, text: &mut String) {
    let column = |column: &tables::Column| {
        let comment = if column.doc.len() > COMMENT_MAX { "" } else { column.doc };
        format!("  `{}` {} COMMENT {}", column.name, hive_type(column.ty), hive(comment))
    };
    let columns: Vec<_> = table.columns.iter().map(column).collect();
    let parts = PARTITION_BY.map(|part| format!("`{part}` int"));
    let location = hive(&format!("{files}/{}/", table.name));
    let _ = write!(
        text,
        "\
CREATE EXTERNAL TABLE IF NOT EXISTS `{}` (
{}
)
COMMENT {}
PARTITIONED BY ({})
STORED AS PARQUET
LOCATION {location}
TBLPROPERTIES (
  'projection.enabled' = 'true',
  'projection.year.type' = 'integer',
  'projection.year.range' = '{YEAR_MIN},{YEAR_MAX}',
  'projection.month.type' = 'integer',
  'projection.month.range' = '1,12'
);
",
        table.name,
        columns.join(",\n"),
        hive(table.doc),
        parts.join(", "),
    );
}

/// The type's name in Hive. Its `timestamp` has no zone and milliseconds: what AWS gives has no
/// more, and what is shown is UTC.
const fn hive_type(ty: ColumnType) -> &'static str {
    match ty {
        ColumnType::Text => "string",
        ColumnType::Long => "bigint",
        ColumnType::Bool => "boolean",
        ColumnType::Time => "timestamp",
        ColumnType::TextMap => "map<string,string>",
        ColumnType::LongMap => "map<string,bigint>",
    }
}
