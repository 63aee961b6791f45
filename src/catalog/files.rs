//! The data files of a table at a snapshot, with the statistics by which they are pruned.

use std::collections::HashMap;

use rusqlite::{Connection, params_from_iter};

use crate::error::Result;
use crate::tables::{Bounds, DataFile, Table};

use super::{Catalog, LIVE, Snapshot, foreign};

impl Catalog {
    /// The live files of `table` at `snapshot`, in the order of their ids.
    ///
    /// # Errors
    /// `Unsupported` if another tool has left something that this version does not read, with what
    /// to do about it.
    pub fn files(&self, table: &'static Table, snapshot: Snapshot) -> Result<Vec<DataFile>> {
        let action = format!("read the files of table \"{}\"", table.name);
        let found = self.read(&action, |connection| {
            let Some(id) = table_id(connection, table, snapshot.id)? else { return Ok(None) };
            if let Some(problem) = foreign::problem(connection, table, id, snapshot.id)? {
                return Ok(Some(Err(problem)));
            }
            let mut files = live_files(connection, table, id, snapshot.id)?;
            add_bounds(connection, table, id, snapshot.id, &mut files)?;
            Ok(Some(Ok(files)))
        })?;
        match found {
            // A snapshot older than the table: it was empty then.
            None => Ok(Vec::new()),
            Some(Ok(files)) => Ok(files),
            Some(Err(problem)) => Err(problem.into_error(table, snapshot)),
        }
    }
}

/// DuckLake's id of a table, if the table exists at the snapshot.
pub(super) fn table_id(
    connection: &Connection,
    table: &Table,
    snapshot: i64,
) -> rusqlite::Result<Option<i64>> {
    use rusqlite::OptionalExtension;
    let sql = format!(
        "SELECT table_id FROM ducklake_table WHERE {LIVE} AND table_name = ?2
         AND schema_id = (SELECT schema_id FROM ducklake_schema WHERE {LIVE} AND schema_name = \
         'main')"
    );
    connection.query_row(&sql, rusqlite::params![snapshot, table.name], |row| row.get(0)).optional()
}

fn live_files(
    connection: &Connection,
    table: &Table,
    table_id: i64,
    snapshot: i64,
) -> rusqlite::Result<Vec<DataFile>> {
    let sql = format!(
        "SELECT data_file_id, path, record_count, file_size_bytes, footer_size
         FROM ducklake_data_file WHERE {LIVE} AND table_id = ?2 ORDER BY data_file_id"
    );
    let mut statement = connection.prepare(&sql)?;
    let rows = statement.query_map([snapshot, table_id], |row| {
        let path: String = row.get(1)?;
        Ok(DataFile {
            id: row.get(0)?,
            path: format!("main/{}/{path}", table.name),
            record_count: row.get(2)?,
            size_bytes: row.get(3)?,
            footer_size_bytes: row.get(4)?,
            columns: vec![None; table.columns.len()],
        })
    })?;
    rows.collect()
}

fn add_bounds(
    connection: &Connection,
    table: &Table,
    table_id: i64,
    snapshot: i64,
    files: &mut [DataFile],
) -> rusqlite::Result<()> {
    let at: HashMap<i64, usize> =
        files.iter().enumerate().map(|(at, file)| (file.id, at)).collect();
    let sql = format!(
        "SELECT data_file_id, column_id, null_count, min_value, max_value
         FROM ducklake_file_column_stats
         WHERE table_id = ?2 AND data_file_id IN
             (SELECT data_file_id FROM ducklake_data_file WHERE {LIVE} AND table_id = ?2)"
    );
    each_bounds(connection, table, &sql, &[snapshot, table_id], |id, place, bounds| {
        if let Some(&file) = at.get(&id) {
            files[file].columns[place] = bounds;
        }
    })
}

/// Hands out what a query finds of the columns of files: the file's id, the column's place in
/// `table`, and its bounds, if they are known.
pub(super) fn each_bounds(
    connection: &Connection,
    table: &Table,
    sql: &str,
    parameters: &[i64],
    mut take: impl FnMut(i64, usize, Option<Bounds>),
) -> rusqlite::Result<()> {
    let places: HashMap<i64, usize> = table.field_ids().into_iter().zip(0..).collect();
    let mut statement = connection.prepare(sql)?;
    let mut rows = statement.query(params_from_iter(parameters))?;
    while let Some(row) = rows.next()? {
        let (file, column): (i64, i64) = (row.get(0)?, row.get(1)?);
        let Some(&place) = places.get(&column) else { continue };
        // A file of another tool may say nothing of NULLs: then nothing is known of the column.
        let null_count: Option<i64> = row.get(2)?;
        let (min, max) = (row.get(3)?, row.get(4)?);
        take(file, place, null_count.map(|null_count| Bounds { null_count, min, max }));
    }
    Ok(())
}
