//! What other tools may have left in the lake that this version does not read.

use rusqlite::{Connection, OptionalExtension, params};

use crate::error::{Error, Kind};
use crate::tables::Table;

use super::{LIVE, Snapshot};

/// Something that must be cleared away, with the tool that made it, before the table can be read.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Problem {
    /// Rows deleted by delete files or by entries in the catalog.
    Deletes,
    /// Rows that lie in the catalog itself and not in files.
    InlinedRows,
    /// A merged file holds rows of several snapshots, some of them younger than the one asked for.
    MergedSnapshots,
    /// Files of another format, encrypted, or mapped by name.
    ForeignFiles,
    /// A column was added, dropped, renamed, or changed its type.
    Columns(String),
}

impl Problem {
    pub(super) fn into_error(self, table: &Table, snapshot: Snapshot) -> Error {
        let name = table.name;
        let (what, hint) = match self {
            Self::Deletes => (
                format!(
                    "table \"{name}\" has rows that another tool deleted without rewriting \
                its files"
                ),
                "in DuckDB, run: CALL ducklake_flush_inlined_data('lake'); CALL \
                ducklake_rewrite_data_files('lake', delete_threshold => 0)"
                    .to_owned(),
            ),
            Self::InlinedRows => (
                format!(
                    "table \"{name}\" has rows that another tool wrote into the catalog \
                instead of a file"
                ),
                "in DuckDB, run: CALL ducklake_flush_inlined_data('lake')".to_owned(),
            ),
            Self::MergedSnapshots => (
                format!(
                    "snapshot {} of table \"{name}\" lies in files that another tool merged \
                with later snapshots",
                    snapshot.id
                ),
                "ask for the newest snapshot, or ask DuckDB for this one".to_owned(),
            ),
            Self::ForeignFiles => (
                format!(
                    "table \"{name}\" has files that are encrypted, mapped by name, or no \
                Parquet"
                ),
                "write their rows with an ordinary INSERT instead".to_owned(),
            ),
            Self::Columns(what) => (
                format!("another tool changed the columns of table \"{name}\": {what}"),
                "undo the change of the columns in the tool that made it".to_owned(),
            ),
        };
        Error::new(Kind::Unsupported, what).with_hint(hint)
    }
}

/// What stands in the way of reading `table` at `snapshot`, if anything.
pub(super) fn problem(
    connection: &Connection,
    table: &Table,
    table_id: i64,
    snapshot: i64,
) -> rusqlite::Result<Option<Problem>> {
    if let Some(what) = changed_columns(connection, table, table_id, snapshot)? {
        return Ok(Some(Problem::Columns(what)));
    }
    let count = |sql: String| -> rusqlite::Result<bool> {
        connection.query_row(&sql, params![snapshot, table_id], |row| row.get::<_, bool>(0))
    };
    let files = format!("FROM ducklake_data_file WHERE {LIVE} AND table_id = ?2");
    if count(format!(
        "SELECT count(*) > 0 FROM ducklake_delete_file WHERE {LIVE} AND table_id = ?2"
    ))? || inlined_deletes(connection, table_id, snapshot)?
    {
        return Ok(Some(Problem::Deletes));
    }
    if inlined_rows(connection, table_id, snapshot)? {
        return Ok(Some(Problem::InlinedRows));
    }
    if count(format!(
        "SELECT count(*) > 0 {files} AND (lower(file_format) <> 'parquet'
         OR encryption_key IS NOT NULL OR mapping_id IS NOT NULL OR path_is_relative <> 1)"
    ))? {
        return Ok(Some(Problem::ForeignFiles));
    }
    if count(format!("SELECT count(*) > 0 {files} AND partial_max > ?1"))? {
        return Ok(Some(Problem::MergedSnapshots));
    }
    Ok(None)
}

/// Compares the top-level columns of the catalog with the declared ones.
fn changed_columns(
    connection: &Connection,
    table: &Table,
    table_id: i64,
    snapshot: i64,
) -> rusqlite::Result<Option<String>> {
    let sql = format!(
        "SELECT column_id, column_name, column_type FROM ducklake_column
         WHERE {LIVE} AND table_id = ?2 AND parent_column IS NULL ORDER BY column_id"
    );
    let mut statement = connection.prepare(&sql)?;
    let held = statement.query_map([snapshot, table_id], |row| {
        Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?, row.get::<_, String>(2)?))
    })?;
    let mut declared = table.columns.iter().zip(table.field_ids());
    for column in held {
        let (id, name, ty) = column?;
        match declared.next() {
            Some((column, declared_id)) => {
                if (id, name.as_str(), ty.as_str())
                    != (declared_id, column.name, column.ty.ducklake())
                {
                    return Ok(Some(format!("column \"{}\" is not as it was", column.name)));
                }
            }
            None => return Ok(Some(format!("column \"{name}\" was added"))),
        }
    }
    Ok(declared.next().map(|(column, _)| format!("column \"{}\" is gone", column.name)))
}

/// True if and only if the catalog holds deletes of rows of the table.
pub(super) fn inlined_deletes(
    connection: &Connection,
    table_id: i64,
    snapshot: i64,
) -> rusqlite::Result<bool> {
    let name = format!("ducklake_inlined_delete_{table_id}");
    if !exists(connection, &name)? {
        return Ok(false);
    }
    let sql = format!(
        "SELECT count(*) > 0 FROM \"{name}\" WHERE begin_snapshot <= ?1 AND file_id IN
         (SELECT data_file_id FROM ducklake_data_file WHERE {LIVE} AND table_id = ?2)"
    );
    connection.query_row(&sql, [snapshot, table_id], |row| row.get(0))
}

/// True if and only if the catalog holds rows of the table itself.
fn inlined_rows(connection: &Connection, table_id: i64, snapshot: i64) -> rusqlite::Result<bool> {
    let mut statement = connection
        .prepare("SELECT table_name FROM ducklake_inlined_data_tables WHERE table_id = ?1")?;
    let names = statement.query_map([table_id], |row| row.get::<_, String>(0))?;
    for name in names {
        let name = name?.replace('"', "\"\"");
        let sql = format!("SELECT count(*) > 0 FROM \"{name}\" WHERE {LIVE}");
        if connection.query_row(&sql, [snapshot], |row| row.get(0))? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// True if and only if the catalog has that table.
pub(super) fn exists(connection: &Connection, table: &str) -> rusqlite::Result<bool> {
    let sql = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?1";
    Ok(connection.query_row(sql, [table], |_| Ok(())).optional()?.is_some())
}
