//! Which files are to be deleted, and which must not be.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{TransactionBehavior, params};

use crate::error::Result;
use crate::model::{Instant, Steps};

use super::super::commit::Writer;
use super::super::{Catalog, LIVE, failed, snapshots, value};
use super::expire::PLACE;

/// A file below the data path that no snapshot names any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scheduled {
    /// Its place below the data path.
    pub path: String,
    /// Since when no snapshot names it.
    pub since: Instant,
}

impl Catalog {
    /// The files to be deleted, by whatever program they were listed.
    pub fn scheduled(&self) -> Result<Vec<Scheduled>> {
        let sql = "SELECT path, schedule_start FROM ducklake_files_scheduled_for_deletion
             WHERE path_is_relative = 1 ORDER BY path";
        self.read("read the files to be deleted", |connection| {
            let mut statement = connection.prepare(sql)?;
            let rows = statement.query_map([], |row| {
                Ok(Scheduled { path: row.get(0)?, since: value::instant(row, 1)? })
            })?;
            rows.collect()
        })
    }

    /// Forgets files that were deleted.
    pub fn unschedule(&self, paths: &[String], steps: &Steps) -> Result<()> {
        let mut connection = self.connection();
        let transaction = connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(|err| failed("begin to forget deleted files", err))?;
        let writer = Writer { transaction: &transaction, steps };
        for path in paths {
            let sql = "DELETE FROM ducklake_files_scheduled_for_deletion
                 WHERE path_is_relative = 1 AND path = ?1";
            writer.execute(sql, params![path])?;
        }
        steps.take("commit")?;
        transaction.commit().map_err(|err| failed("forget deleted files", err))
    }

    /// The places below the data path of all files that a snapshot names.
    pub fn named_files(&self) -> Result<BTreeSet<String>> {
        let sql = format!(
            "SELECT {PLACE} FROM ducklake_data_file AS f
             UNION ALL SELECT {PLACE} FROM ducklake_delete_file AS f"
        );
        self.read("read the names of all files", |connection| {
            let mut statement = connection.prepare(&sql)?;
            let rows = statement.query_map([], |row| row.get(0))?;
            rows.collect()
        })
    }

    /// The places below the data path of the files of the newest snapshot, with their sizes.
    pub fn newest_files(&self) -> Result<BTreeMap<String, u64>> {
        let live = LIVE.replace("begin_snapshot", "f.begin_snapshot");
        let live = live.replace("end_snapshot", "f.end_snapshot");
        let sql = format!(
            "SELECT {PLACE}, f.file_size_bytes FROM ducklake_data_file AS f WHERE {live}
             UNION ALL
             SELECT {PLACE}, f.file_size_bytes FROM ducklake_delete_file AS f WHERE {live}"
        );
        self.read("read the files of the newest snapshot", |connection| {
            let newest = snapshots::latest(connection)?.map_or(0, |snapshot| snapshot.id);
            let mut statement = connection.prepare(&sql)?;
            let rows = statement.query_map([newest], |row| Ok((row.get(0)?, row.get(1)?)))?;
            rows.collect()
        })
    }
}
