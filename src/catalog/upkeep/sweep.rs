//! Which files are to be deleted, and which must not be.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::params;

use crate::error::Result;
use crate::model::{Instant, Steps};

use super::super::create::data_path;
use super::super::{Catalog, LIVE, snapshots, value};
use super::PLACE;

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
        let sql = "DELETE FROM ducklake_files_scheduled_for_deletion
             WHERE path_is_relative = 1 AND path = ?1";
        self.write("forget deleted files", steps, |writer| {
            paths.iter().try_for_each(|path| writer.execute(sql, params![path]).map(drop))
        })
    }

    /// The places below the data path of all files that a snapshot names, by whatever path.
    pub fn named_files(&self) -> Result<BTreeSet<String>> {
        let sql = format!(
            "SELECT {PLACE} FROM ducklake_data_file AS f
             UNION ALL SELECT {PLACE} FROM ducklake_delete_file AS f"
        );
        let data_path = data_path(self.folder());
        self.read("read the names of all files", |connection| {
            let mut statement = connection.prepare(&sql)?;
            let rows = statement.query_map([], |row| {
                let place: String = row.get(0)?;
                // Another tool may name a file by its absolute path.
                Ok(match place.strip_prefix(&data_path) {
                    Some(below) => below.to_owned(),
                    None => place,
                })
            })?;
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
