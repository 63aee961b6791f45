//! All that the catalog claims, at one moment, to be compared with the files.

use std::collections::BTreeMap;

use rusqlite::Connection;

use crate::error::{Error, Result};
use crate::model::{Coverage, OpenJob, Place, Reach};
use crate::tables::{self, Bounds, DataFile, Table};

use super::super::commit::column_bounds;
use super::super::files::{each_bounds, table_id};
use super::super::{Catalog, Snapshot, foreign, ledger, snapshots};
use super::rules::{Breach, breaches};

/// A file that a snapshot names.
#[derive(Clone, Debug)]
pub struct HeldFile {
    /// The file.
    pub file: DataFile,
    /// The first snapshot that names it.
    pub begin: i64,
    /// The first later snapshot that does not; `None` while the newest does.
    pub end: Option<i64>,
    /// The digest of its bytes, of a file that Lookback wrote.
    pub sha256: Option<String>,
    /// The year and the month of its partition, as the catalog says them.
    pub partition: Vec<String>,
}

/// What is claimed of one table.
#[derive(Debug)]
pub struct HeldTable {
    /// The table.
    pub table: &'static Table,
    /// The files of all snapshots, in the order of their ids.
    pub files: Vec<HeldFile>,
    /// What is said of each column of the whole table.
    pub columns: Vec<Option<Bounds>>,
    /// What another tool left that stands in the way of reading it.
    pub obstacle: Option<Error>,
}

/// All that the catalog claims.
#[derive(Debug)]
pub struct Holdings {
    /// The newest snapshot.
    pub snapshot: Snapshot,
    /// The tables, each of those that are declared.
    pub tables: Vec<HeldTable>,
    /// The tables that are declared and not there.
    pub gone: Vec<&'static Table>,
    /// What is known of which days.
    pub coverage: Vec<(Place, Reach, Coverage)>,
    /// The jobs that are said to be open.
    pub open: Vec<OpenJob>,
    /// What breaks a rule of the catalog itself.
    pub breaches: Vec<Breach>,
}

impl Catalog {
    /// All that is claimed now.
    pub fn holdings(&self) -> Result<Holdings> {
        let held = self.read("read what the catalog holds", |connection| {
            let Some(snapshot) = snapshots::latest(connection)? else { return Ok(None) };
            let (mut tables, mut gone) = (Vec::new(), Vec::new());
            for table in tables::ALL {
                match held_table(connection, table, snapshot)? {
                    Some(held) => tables.push(held),
                    None => gone.push(table),
                }
            }
            let coverage = ledger::coverage_all(connection)?;
            let open = ledger::open_jobs(connection)?;
            let breaches = breaches(connection)?;
            Ok(Some(Holdings { snapshot, tables, gone, coverage, open, breaches }))
        })?;
        held.ok_or_else(|| Error::corrupt("the catalog has no snapshot"))
    }
}

fn held_table(
    connection: &Connection,
    table: &'static Table,
    snapshot: Snapshot,
) -> rusqlite::Result<Option<HeldTable>> {
    let Some(id) = table_id(connection, table, snapshot.id)? else { return Ok(None) };
    let problem = foreign::problem(connection, table, id, snapshot.id)?;
    let mut files = files(connection, table, id)?;
    add_bounds(connection, table, id, &mut files)?;
    add_partitions(connection, id, &mut files)?;
    let columns = table.field_ids().into_iter().map(|column| column_bounds(connection, id, column));
    let columns = columns.collect::<rusqlite::Result<_>>()?;
    let obstacle = problem.map(|problem| problem.into_error(table, snapshot));
    Ok(Some(HeldTable { table, files: files.into_values().collect(), columns, obstacle }))
}

fn files(
    connection: &Connection,
    table: &Table,
    table_id: i64,
) -> rusqlite::Result<BTreeMap<i64, HeldFile>> {
    let has_digests = foreign::exists(connection, "lookback_file_digest")?;
    let digest = if has_digests {
        "(SELECT sha256 FROM lookback_file_digest AS d WHERE d.data_file_id = f.data_file_id)"
    } else {
        "NULL"
    };
    let sql = format!(
        "SELECT data_file_id, path, record_count, file_size_bytes, footer_size, begin_snapshot,
             end_snapshot, {digest}
         FROM ducklake_data_file AS f WHERE table_id = ?1 AND path_is_relative = 1"
    );
    let mut statement = connection.prepare(&sql)?;
    let rows = statement.query_map([table_id], |row| {
        let (id, path): (i64, String) = (row.get(0)?, row.get(1)?);
        let file = DataFile {
            id,
            path: format!("main/{}/{path}", table.name),
            record_count: row.get(2)?,
            size_bytes: row.get(3)?,
            footer_size_bytes: row.get(4)?,
            columns: vec![None; table.columns.len()],
        };
        let (begin, end, sha256) = (row.get(5)?, row.get(6)?, row.get(7)?);
        Ok((id, HeldFile { file, begin, end, sha256, partition: Vec::new() }))
    })?;
    rows.collect()
}

fn add_bounds(
    connection: &Connection,
    table: &Table,
    table_id: i64,
    files: &mut BTreeMap<i64, HeldFile>,
) -> rusqlite::Result<()> {
    let sql = "SELECT data_file_id, column_id, null_count, min_value, max_value
         FROM ducklake_file_column_stats WHERE table_id = ?1";
    each_bounds(connection, table, sql, &[table_id], |id, place, bounds| {
        if let Some(held) = files.get_mut(&id) {
            held.file.columns[place] = bounds;
        }
    })
}

fn add_partitions(
    connection: &Connection,
    table_id: i64,
    files: &mut BTreeMap<i64, HeldFile>,
) -> rusqlite::Result<()> {
    let sql = "SELECT data_file_id, partition_value FROM ducklake_file_partition_value
         WHERE table_id = ?1 ORDER BY data_file_id, partition_key_index";
    let mut statement = connection.prepare(sql)?;
    let mut rows = statement.query([table_id])?;
    while let Some(row) = rows.next()? {
        if let Some(held) = files.get_mut(&row.get(0)?) {
            held.partition.push(row.get(1)?);
        }
    }
    Ok(())
}
