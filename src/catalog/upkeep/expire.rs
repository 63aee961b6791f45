//! Expires snapshots: what only they named is no longer needed.

use rusqlite::{Connection, params};

use crate::error::Result;
use crate::model::{Instant, Steps};
use crate::tables::timestamp_text;

use super::super::commit::Writer;
use super::super::{Catalog, failed, value};
use super::PLACE;

/// What expiring does, or would do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Expired {
    /// Snapshots that can no longer be asked for.
    pub snapshots: u64,
    /// Files that no snapshot names any more.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
}

/// The data files that no snapshot from `?1` on names.
const GONE: &str = "FROM ducklake_data_file AS f WHERE f.end_snapshot IS NOT NULL
     AND NOT EXISTS (SELECT 1 FROM ducklake_snapshot AS s
         WHERE s.snapshot_id >= max(f.begin_snapshot, ?1) AND s.snapshot_id < f.end_snapshot)";
/// The same of another tool's files of deletes.
const GONE_DELETES: &str = "FROM ducklake_delete_file AS f WHERE f.end_snapshot IS NOT NULL
     AND NOT EXISTS (SELECT 1 FROM ducklake_snapshot AS s
         WHERE s.snapshot_id >= max(f.begin_snapshot, ?1) AND s.snapshot_id < f.end_snapshot)";
/// What is kept of a data file beside its row.
const OF_FILES: [&str; 4] = [
    "ducklake_file_column_stats",
    "ducklake_file_variant_stats",
    "ducklake_file_partition_value",
    "lookback_file_digest",
];

impl Catalog {
    /// What [`expire`](Self::expire) would do.
    pub fn expirable(&self, before: Instant, now: Instant) -> Result<Expired> {
        self.read("look for snapshots to expire", |connection| {
            let keep_from = keep_from(&times(connection)?, before, now);
            count(connection, keep_from)
        })
    }

    /// Expires the snapshots that were replaced before the instant `before`: every instant from
    /// then on can still be asked for, and the newest snapshot stays.
    ///
    /// Files that no other snapshot names are listed as to be deleted, as DuckLake does it, and are
    /// not touched.
    pub fn expire(&self, before: Instant, now: Instant, steps: &Steps) -> Result<Expired> {
        let times = self.read("look for snapshots to expire", times)?;
        self.expire_until(keep_from(&times, before, now), now, steps)
    }

    /// Expires the snapshots before `keep_from`.
    pub(super) fn expire_until(
        &self,
        keep_from: i64,
        now: Instant,
        steps: &Steps,
    ) -> Result<Expired> {
        self.write("expire snapshots", steps, |writer| {
            let expired = count(writer.transaction, keep_from)
                .map_err(|err| failed("look for snapshots to expire", err))?;
            if expired != Expired::default() {
                writer.expire_until(keep_from, now)?;
            }
            Ok(expired)
        })
    }
}

impl Writer<'_> {
    fn expire_until(&self, keep_from: i64, now: Instant) -> Result<()> {
        for table in ["ducklake_snapshot", "ducklake_snapshot_changes"] {
            let sql = format!("DELETE FROM {table} WHERE snapshot_id < ?1");
            self.execute(&sql, params![keep_from])?;
        }
        let at = timestamp_text(now);
        for (id, gone) in [("data_file_id", GONE), ("delete_file_id", GONE_DELETES)] {
            let sql = format!(
                "INSERT INTO ducklake_files_scheduled_for_deletion
                 SELECT f.{id}, {PLACE}, f.path_is_relative, ?2 {gone}"
            );
            self.execute(&sql, params![keep_from, at])?;
        }
        for table in OF_FILES {
            let sql =
                format!("DELETE FROM {table} WHERE data_file_id IN (SELECT f.data_file_id {GONE})");
            self.execute(&sql, params![keep_from])?;
        }
        let sql = format!(
            "DELETE FROM ducklake_delete_file
             WHERE delete_file_id IN (SELECT f.delete_file_id {GONE_DELETES})"
        );
        self.execute(&sql, params![keep_from])?;
        let sql = format!(
            "DELETE FROM ducklake_data_file WHERE data_file_id IN (SELECT f.data_file_id {GONE})"
        );
        self.execute(&sql, params![keep_from])?;
        Ok(())
    }
}

/// The snapshots with their times, in order.
fn times(connection: &Connection) -> rusqlite::Result<Vec<(i64, Instant)>> {
    let sql = "SELECT snapshot_id, snapshot_time FROM ducklake_snapshot ORDER BY snapshot_id";
    let mut statement = connection.prepare(sql)?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, value::instant(row, 1)?)))?;
    rows.collect()
}

/// The first snapshot to keep: the one that was the newest at `before`. Pure.
///
/// A snapshot of the future was made by a clock that was wrong: it tells nothing about the others.
fn keep_from(times: &[(i64, Instant)], before: Instant, now: Instant) -> i64 {
    let is_young = |(_, time): &(i64, Instant)| *time > before && *time <= now;
    let first_young = times.iter().position(is_young).unwrap_or(times.len());
    let newest = times[..first_young].iter().rfind(|(_, time)| *time <= before);
    newest.or(times.first()).map_or(0, |(id, _)| *id)
}

fn count(connection: &Connection, keep_from: i64) -> rusqlite::Result<Expired> {
    let sql = "SELECT count(*) FROM ducklake_snapshot WHERE snapshot_id < ?1";
    let snapshots = connection.query_row(sql, [keep_from], |row| row.get(0))?;
    let mut expired = Expired { snapshots, ..Expired::default() };
    for gone in [GONE, GONE_DELETES] {
        let sql = format!("SELECT count(*), coalesce(sum(f.file_size_bytes), 0) {gone}");
        let (files, bytes): (u64, u64) =
            connection.query_row(&sql, [keep_from], |row| Ok((row.get(0)?, row.get(1)?)))?;
        expired.files += files;
        expired.bytes += bytes;
    }
    Ok(expired)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Snapshots 1, 2, 3, … were made on these days; which is kept first on day 100 if those that
    /// were replaced before the end of the day `before` go?
    #[track_caller]
    fn check(days: &[i64], before: i64, expected: i64) {
        let times: Vec<_> = (1..).zip(days.iter().map(|day| Instant::from_micros(*day))).collect();
        let [before, now] = [before, 100].map(Instant::from_micros);
        assert_eq!(keep_from(&times, before, now), expected);
    }

    #[test]
    fn the_snapshot_that_was_the_newest_at_that_instant_is_kept() {
        check(&[10, 20, 30], 25, 2);
        check(&[10, 20, 30], 20, 2);
        check(&[10, 20, 30], 5, 1);
    }

    #[test]
    fn the_newest_is_never_expired() {
        check(&[10, 20, 30], 99, 3);
        check(&[10], 99, 1);
        check(&[], 99, 0);
    }

    #[test]
    fn a_clock_that_went_back_expires_nothing_that_is_young() {
        check(&[10, 40, 20, 30], 25, 1);
    }

    #[test]
    fn a_snapshot_of_a_clock_that_was_ahead_keeps_no_later_one() {
        check(&[10, 2030, 20, 30], 25, 3);
        check(&[10, 2030, 30], 25, 1);
        check(&[2030, 20], 15, 1);
        check(&[2030], 15, 1);
    }
}
