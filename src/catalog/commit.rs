//! The one commit: data files, statistics and the ledger in one transaction.

use rusqlite::{Connection, OptionalExtension, ToSql, Transaction, TransactionBehavior, params};

use crate::error::{Error, Kind, Result};
use crate::model::{Instant, Steps};
use crate::tables::{Bounds, NewFile, Table, timestamp_text};

use super::files::table_id;
use super::{
    Catalog, ComparedDay, LIVE, Learnt, OpenChanges, Run, Snapshot, UnitRecord, failed, foreign,
    snapshots,
};

/// What changes in one table.
#[derive(Debug)]
pub struct Change {
    /// The table.
    pub table: &'static Table,
    /// The files that come.
    pub added: Vec<NewFile>,
    /// The ids of the files that end.
    pub ended: Vec<i64>,
}

/// A commit: all of it happens, or nothing.
#[derive(Debug)]
pub struct Commit<'a> {
    /// The snapshot from which the changes were worked out.
    pub base: Snapshot,
    /// The changes; without any, only the run is recorded and no snapshot is made.
    pub changes: &'a [Change],
    /// The run.
    pub run: &'a Run,
    /// What was learnt of the coverage of places, in any order.
    pub learnt: &'a [Learnt],
    /// The units of the run that ended since its last commit.
    pub units: &'a [UnitRecord],
    /// The jobs that are open now and were not, and the reverse.
    pub open: &'a OpenChanges,
    /// What a comparison with AWS's own counts found, day by day.
    pub compared: &'a [ComparedDay],
}

/// How a commit ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Committed {
    /// It is done; the number of the snapshot, if one was made.
    Done(Option<i64>),
    /// Another program changed the same tables since `base`: work the changes out again.
    Conflict,
}

/// How often changes are worked out again because another program was faster.
pub const CONFLICTS_MAX: usize = 5;

/// The error of whoever was overtaken each time.
pub fn overtaken() -> Error {
    let message = "another program keeps changing the tables of the warehouse";
    Error::new(Kind::Busy, message).with_hint("try again when it is done")
}

impl Catalog {
    /// Commits at the instant `now`.
    ///
    /// # Errors
    /// Whatever SQLite refuses; nothing has changed then.
    pub fn commit(&self, commit: &Commit<'_>, now: Instant, steps: &Steps) -> Result<Committed> {
        self.write("commit", steps, |writer| writer.write(commit, now))
    }

    /// Runs `write` in one transaction, which no other writer can come between; `action` is a bare
    /// verb phrase. If it fails, nothing has changed.
    pub(super) fn write<T>(
        &self,
        action: &str,
        steps: &Steps,
        write: impl FnOnce(&Writer<'_>) -> Result<T>,
    ) -> Result<T> {
        let mut connection = self.connection();
        let transaction = connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(|err| failed(&format!("begin to {action}"), err))?;
        let value = write(&Writer { transaction: &transaction, steps })?;
        steps.take("commit")?;
        transaction.commit().map_err(|err| failed(action, err))?;
        Ok(value)
    }
}

/// Writes inside one transaction; each statement is a step.
pub(super) struct Writer<'a> {
    pub(super) transaction: &'a Transaction<'a>,
    pub(super) steps: &'a Steps,
}

impl Writer<'_> {
    fn write(&self, commit: &Commit<'_>, now: Instant) -> Result<Committed> {
        let latest = snapshots::latest(self.transaction)
            .map_err(|err| failed("read the newest snapshot", err))?
            .ok_or_else(|| Error::corrupt("the catalog has no snapshot"))?;
        for change in commit.changes {
            let has_moved = has_moved(self.transaction, change, commit.base.id, latest.id)
                .map_err(|err| failed("look for changes of other programs", err))?;
            if has_moved {
                return Ok(Committed::Conflict);
            }
        }
        let made = if commit.changes.is_empty() {
            None
        } else {
            let next = Snapshot { id: latest.id + 1, time: now, ..latest };
            Some(self.add_snapshot(commit, next)?)
        };
        self.write_ledger(commit, made, now)?;
        Ok(Committed::Done(made))
    }

    pub(super) fn execute(&self, sql: &str, values: &[&dyn ToSql]) -> Result<usize> {
        self.steps.take("statement")?;
        self.transaction
            .prepare_cached(sql)
            .and_then(|mut statement| statement.execute(values))
            .map_err(|err| failed("write the commit", err))
    }

    fn add_snapshot(&self, commit: &Commit<'_>, mut next: Snapshot) -> Result<i64> {
        let mut made = Vec::new();
        for change in commit.changes {
            let id = table_id(self.transaction, change.table, next.id)
                .map_err(|err| failed("find a table", err))?
                .ok_or_else(|| {
                    Error::corrupt(format!("table \"{}\" is gone", change.table.name))
                })?;
            self.end_files(change, id, next.id)?;
            self.add_files(change, id, &mut next)?;
            self.widen_table_stats(change, id)?;
            if !change.added.is_empty() {
                made.push(format!("inserted_into_table:{id}"));
            }
            // A swap says both: recorded as an insert alone, a merge that DuckDB runs at the same
            // time would not see that its input went, and rows would appear twice.
            if !change.ended.is_empty() {
                made.push(format!("deleted_from_table:{id}"));
            }
        }
        self.execute(
            "INSERT INTO ducklake_snapshot VALUES (?1, ?2, ?3, ?4, ?5)",
            params![
                next.id,
                timestamp_text(next.time),
                next.schema_version,
                next.next_catalog_id,
                next.next_file_id
            ],
        )?;
        self.execute(
            "INSERT INTO ducklake_snapshot_changes VALUES (?1, ?2, 'lookback', ?3, ?4)",
            params![next.id, made.join(","), commit.run.command, commit.run.id],
        )?;
        Ok(next.id)
    }

    fn end_files(&self, change: &Change, table_id: i64, snapshot: i64) -> Result<()> {
        for file in &change.ended {
            let ended = self.execute(
                "UPDATE ducklake_data_file SET end_snapshot = ?1
                 WHERE data_file_id = ?2 AND end_snapshot IS NULL",
                params![snapshot, file],
            )?;
            if ended != 1 {
                return Err(Error::internal(format!("file {file} ended twice")));
            }
            self.execute(
                "UPDATE ducklake_table_stats AS t
                 SET (record_count, file_size_bytes) =
                     (SELECT t.record_count - f.record_count, t.file_size_bytes - f.file_size_bytes
                      FROM ducklake_data_file AS f WHERE f.data_file_id = ?2)
                 WHERE t.table_id = ?1",
                params![table_id, file],
            )?;
        }
        Ok(())
    }

    fn add_files(&self, change: &Change, table_id: i64, next: &mut Snapshot) -> Result<()> {
        for file in &change.added {
            let id = next.next_file_id;
            next.next_file_id += 1;
            self.execute(
                "INSERT INTO ducklake_data_file
                 SELECT ?1, ?2, ?3, NULL, NULL, ?4, 1, 'parquet', ?5, ?6, ?7, t.next_row_id,
                     (SELECT partition_id FROM ducklake_partition_info
                      WHERE table_id = ?2 AND end_snapshot IS NULL), NULL, NULL, NULL
                 FROM ducklake_table_stats AS t WHERE t.table_id = ?2",
                params![
                    id,
                    table_id,
                    next.id,
                    file.path,
                    file.record_count,
                    file.size_bytes,
                    file.footer_size_bytes
                ],
            )?;
            self.execute(
                "UPDATE ducklake_table_stats SET record_count = record_count + ?2,
                     next_row_id = next_row_id + ?2, file_size_bytes = file_size_bytes + ?3
                 WHERE table_id = ?1",
                params![table_id, file.record_count, file.size_bytes],
            )?;
            let (year, month) = file.partition;
            for (index, value) in [year.to_string(), month.to_string()].into_iter().enumerate() {
                self.execute(
                    "INSERT INTO ducklake_file_partition_value VALUES (?1, ?2, ?3, ?4)",
                    params![id, table_id, index, value],
                )?;
            }
            self.execute(
                "INSERT INTO lookback_file_digest VALUES (?1, ?2)",
                params![id, file.sha256],
            )?;
            self.add_stats(change.table, table_id, id, file.record_count, &file.columns)?;
        }
        Ok(())
    }

    pub(super) fn add_stats(
        &self,
        table: &Table,
        table_id: i64,
        file_id: i64,
        record_count: u64,
        columns: &[Option<Bounds>],
    ) -> Result<()> {
        for (column_id, bounds) in table.field_ids().into_iter().zip(columns) {
            let Some(bounds) = bounds else { continue };
            let values = i64::try_from(record_count).unwrap_or(i64::MAX) - bounds.null_count;
            self.execute(
                "INSERT INTO ducklake_file_column_stats
                 VALUES (?1, ?2, ?3, NULL, ?4, ?5, ?6, ?7, NULL, NULL)",
                params![
                    file_id,
                    table_id,
                    column_id,
                    values,
                    bounds.null_count,
                    bounds.min,
                    bounds.max
                ],
            )?;
        }
        Ok(())
    }

    /// Widens the table's own statistics, which never narrow: DuckDB plans by them.
    fn widen_table_stats(&self, change: &Change, table_id: i64) -> Result<()> {
        let columns = change.table.columns.iter().zip(change.table.field_ids());
        for (place, (column, column_id)) in columns.enumerate() {
            let of_files = change.added.iter().filter_map(|file| file.columns[place].as_ref());
            let Some(added) = of_files.cloned().reduce(|a, b| a.union(column.ty, &b)) else {
                continue;
            };
            let held = column_bounds(self.transaction, table_id, column_id)
                .map_err(|err| failed("read the statistics of a table", err))?;
            let wide = held.map_or(added.clone(), |held| held.union(column.ty, &added));
            self.set_column_bounds(table_id, column_id, &wide)?;
        }
        Ok(())
    }

    /// Says what is in a column of a whole table.
    pub(super) fn set_column_bounds(
        &self,
        table_id: i64,
        column_id: i64,
        bounds: &Bounds,
    ) -> Result<()> {
        self.execute(
            "DELETE FROM ducklake_table_column_stats WHERE table_id = ?1 AND column_id = ?2",
            params![table_id, column_id],
        )?;
        let has_null = bounds.null_count > 0;
        self.execute(
            "INSERT INTO ducklake_table_column_stats VALUES (?1, ?2, ?3, NULL, ?4, ?5, NULL)",
            params![table_id, column_id, has_null, bounds.min, bounds.max],
        )
        .map(drop)
    }
}

/// What is said of a column of a whole table; a NULL count of 1 means that there are NULLs.
pub(super) fn column_bounds(
    connection: &Connection,
    table_id: i64,
    column_id: i64,
) -> rusqlite::Result<Option<Bounds>> {
    let sql = "SELECT contains_null, min_value, max_value FROM ducklake_table_column_stats
         WHERE table_id = ?1 AND column_id = ?2";
    let bounds = |row: &rusqlite::Row<'_>| {
        let null_count = row.get::<_, Option<i64>>(0)?.unwrap_or(1);
        Ok(Bounds { null_count, min: row.get(1)?, max: row.get(2)? })
    };
    connection.prepare_cached(sql)?.query_row([table_id, column_id], bounds).optional()
}

/// True if and only if another program changed what `change` was worked out from.
fn has_moved(
    connection: &Connection,
    change: &Change,
    base: i64,
    latest: i64,
) -> rusqlite::Result<bool> {
    let Some(table_id) = table_id(connection, change.table, latest)? else { return Ok(true) };
    if latest > base {
        for table in ["ducklake_data_file", "ducklake_delete_file", "ducklake_column"] {
            let sql = format!(
                "SELECT count(*) > 0 FROM {table}
                 WHERE table_id = ?1 AND (begin_snapshot > ?2 OR end_snapshot > ?2)"
            );
            if connection.query_row(&sql, [table_id, base], |row| row.get(0))? {
                return Ok(true);
            }
        }
        // A merge gives its file the first snapshot of its inputs, and takes their records away.
        let merged = "SELECT count(*) > 0 FROM ducklake_data_file
             WHERE table_id = ?1 AND partial_max > ?2";
        if connection.query_row(merged, [table_id, base], |row| row.get(0))? {
            return Ok(true);
        }
        if foreign::problem(connection, change.table, table_id, latest)?.is_some() {
            return Ok(true);
        }
    }
    // Whatever the snapshots say: a file that ends must be live.
    let sql = format!("SELECT count(*) FROM ducklake_data_file WHERE {LIVE} AND data_file_id = ?2");
    let mut is_live = connection.prepare(&sql)?;
    for file in &change.ended {
        let live: i64 = is_live.query_row([latest, *file], |row| row.get(0))?;
        if live != 1 {
            return Ok(true);
        }
    }
    Ok(false)
}
