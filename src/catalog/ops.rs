//! The tables of the schema `ops`, as they are now.

use arrow::array::RecordBatch;
use rusqlite::{Connection, Row as SqlRow};

use crate::error::{Error, Result};
use crate::tables::{BatchBuilder, Cell, ColumnType, Row, Table};

use super::{Catalog, value};

/// Rows in a batch.
const BATCH_ROWS: usize = 8 * 1024;

impl Catalog {
    /// All rows of a table of [`OPS`](crate::tables::OPS), ordered by its time and key.
    ///
    /// They are read at once and not as they are asked for: a reader that holds the catalog for
    /// long would keep its writer waiting.
    pub fn ops(&self, table: &'static Table) -> Result<Vec<RecordBatch>> {
        let relation = relation(table)?;
        let sql = query(table, relation);
        let action = format!("read table \"ops.{}\"", table.name);
        let rows = self.read(&action, |connection| {
            if !is_there(connection, relation)? {
                return Ok(Vec::new());
            }
            let mut statement = connection.prepare(&sql)?;
            let rows = statement.query_map([], |found| row(table, found))?;
            rows.collect::<rusqlite::Result<Vec<_>>>()
        })?;
        rows.chunks(BATCH_ROWS).map(|rows| batch(table, rows)).collect()
    }
}

/// What holds the rows of a table.
fn relation(table: &Table) -> Result<&'static str> {
    Ok(match table.name {
        "coverage" => concat!("(", include_str!("../../sql/ops/coverage.sql"), ")"),
        "files" => concat!("(", include_str!("../../sql/ops/files.sql"), ")"),
        "open_jobs" => "lookback_open_job",
        "reconciliation" => "lookback_reconciliation",
        "runs" => "lookback_run",
        "snapshots" => concat!("(", include_str!("../../sql/ops/snapshots.sql"), ")"),
        "units" => "lookback_unit",
        other => return Err(Error::internal(format!("nothing holds table \"ops.{other}\""))),
    })
}

/// False for a table that came with a later version than the last that wrote the catalog: only a
/// writer brings a catalog up to date.
fn is_there(connection: &Connection, relation: &str) -> rusqlite::Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE name = ?1)";
    Ok(relation.starts_with('(') || connection.query_row(sql, [relation], |row| row.get(0))?)
}

/// The columns as they are declared, from what holds them.
fn query(table: &Table, relation: &str) -> String {
    let columns: Vec<_> = table.columns.iter().map(|column| column.name).collect();
    let (columns, key) = (columns.join(", "), table.key.join(", "));
    format!("SELECT {columns} FROM {relation} ORDER BY {}, {key}", table.time)
}

fn row(table: &'static Table, found: &SqlRow<'_>) -> rusqlite::Result<Row> {
    let mut row = Row::new(table);
    for (index, column) in table.columns.iter().enumerate() {
        *row.cell_mut(index) = match column.ty {
            ColumnType::Text => found.get::<_, Option<String>>(index)?.map(Cell::text),
            ColumnType::Long => found.get::<_, Option<i64>>(index)?.map(Cell::Long),
            ColumnType::Bool => found.get::<_, Option<bool>>(index)?.map(Cell::Bool),
            ColumnType::Time => value::optional_instant(found, index)?.map(Cell::Time),
            ColumnType::TextMap | ColumnType::LongMap => None,
        }
        .unwrap_or_default();
    }
    Ok(row)
}

fn batch(table: &'static Table, rows: &[Row]) -> Result<RecordBatch> {
    let mut builder = BatchBuilder::new(table);
    rows.iter().try_for_each(|row| builder.push(row))?;
    builder.finish()
}
