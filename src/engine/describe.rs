//! `DESCRIBE table`, from the column declarations.

use std::sync::Arc;

use arrow::array::{RecordBatch, StringArray};
use arrow::datatypes::{DataType, Field, Schema};
use futures::StreamExt;
use futures::stream;

use crate::error::{Error, Result};
use crate::tables::{Column, ColumnType, OPS_SCHEMA, Table};

use super::guard::DescribeStatement;
use super::{Answer, MAIN_SCHEMA};

/// The columns of a table of the warehouse; `None` for views, which DataFusion describes.
pub(super) fn describe(statement: &DescribeStatement) -> Result<Option<Answer>> {
    let name = statement.name.table();
    let table = match statement.name.schema() {
        None | Some(MAIN_SCHEMA) => Table::named(name),
        Some(OPS_SCHEMA) => Table::of_ops(name),
        Some(_) => None,
    };
    let Some(table) = table else { return Ok(None) };
    let names = ["column_name", "data_type", "aws_name", "description"];
    let fields: Vec<_> = names.iter().map(|name| Field::new(*name, DataType::Utf8, true)).collect();
    let column = |of: fn(&Column) -> Option<&'static str>| {
        Arc::new(table.columns.iter().map(of).collect::<StringArray>()) as _
    };
    let columns = vec![
        column(|column| Some(column.name)),
        column(|column| Some(sql_type(column.ty))),
        column(|column| (!column.aws.is_empty()).then_some(column.aws)),
        column(|column| Some(column.doc)),
    ];
    let schema = Arc::new(Schema::new(fields));
    let batch = RecordBatch::try_new(Arc::clone(&schema), columns)
        .map_err(|err| Error::internal("describe a table").with_source(err))?;
    Ok(Some(Answer { schema, batches: stream::iter([Ok(batch)]).boxed() }))
}

/// The type's name in SQL.
pub fn sql_type(ty: ColumnType) -> &'static str {
    match ty {
        ColumnType::Text => "varchar",
        ColumnType::Long => "bigint",
        ColumnType::Bool => "boolean",
        ColumnType::Time => "timestamp with time zone",
        ColumnType::TextMap => "map(varchar, varchar)",
        ColumnType::LongMap => "map(varchar, bigint)",
    }
}
