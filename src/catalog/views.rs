//! The views as the catalog holds them, for those who read it with other tools: Lookback itself
//! asks those of its own version.

use rusqlite::{OptionalExtension, Transaction, params};
use uuid::Uuid;

use crate::model::Instant;
use crate::tables::{VIEWS, View, timestamp_text};

use super::snapshots::latest;

/// Adds a view from a snapshot on; says so in the words of a snapshot's changes.
pub(super) fn add(
    transaction: &Transaction<'_>,
    view: &View,
    view_id: i64,
    snapshot: i64,
) -> rusqlite::Result<String> {
    // `column_aliases` must be '' and not NULL: NULL makes DuckDB's whole attach fail.
    transaction.execute(
        "INSERT INTO ducklake_view VALUES (?1, ?2, ?3, NULL, 0, ?4, 'duckdb', ?5, '')",
        params![view_id, Uuid::new_v4().to_string(), snapshot, view.name, view.query()],
    )?;
    transaction.execute(
        "INSERT INTO ducklake_tag VALUES (?1, ?2, NULL, 'comment', ?3)",
        params![view_id, snapshot, view.doc()],
    )?;
    Ok(format!("created_view:\"main\".\"{}\"", view.name))
}

/// Ends the views that an older version wrote and this one writes otherwise, and adds those of this
/// one, in a snapshot of their own: who asks an earlier state has the views that it had.
pub(super) fn renew(transaction: &Transaction<'_>, now: Instant) -> rusqlite::Result<()> {
    let Some(mut next) = latest(transaction)? else { return Ok(()) };
    (next.id, next.time) = (next.id + 1, next.time.max(now));
    let mut changes = Vec::new();
    for view in VIEWS {
        let held = transaction
            .query_row(
                "SELECT view_id, \"sql\" FROM ducklake_view
                 WHERE schema_id = 0 AND view_name = ?1 AND end_snapshot IS NULL",
                [view.name],
                |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?)),
            )
            .optional()?;
        match held {
            Some((_, text)) if text == view.query() => continue,
            Some((id, _)) => {
                end(transaction, id, next.id)?;
                changes.push(format!("dropped_view:{id}"));
            }
            None => {}
        }
        changes.push(add(transaction, view, next.next_catalog_id, next.id)?);
        next.next_catalog_id += 1;
    }
    if changes.is_empty() {
        return Ok(());
    }
    transaction.execute(
        "INSERT INTO ducklake_snapshot VALUES (?1, ?2, ?3, ?4, ?5)",
        params![
            next.id,
            timestamp_text(next.time),
            next.schema_version + 1,
            next.next_catalog_id,
            next.next_file_id
        ],
    )?;
    transaction.execute(
        "INSERT INTO ducklake_snapshot_changes VALUES (?1, ?2, 'lookback', 'renew the views',
         NULL)",
        params![next.id, changes.join(",")],
    )?;
    Ok(())
}

fn end(transaction: &Transaction<'_>, view_id: i64, snapshot: i64) -> rusqlite::Result<()> {
    for sql in [
        "UPDATE ducklake_view SET end_snapshot = ?1 WHERE view_id = ?2 AND end_snapshot IS NULL",
        "UPDATE ducklake_tag SET end_snapshot = ?1 WHERE object_id = ?2 AND end_snapshot IS NULL",
    ] {
        transaction.execute(sql, [snapshot, view_id])?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use tempfile::TempDir;

    use super::*;
    use crate::catalog::{AsOf, Catalog};
    use crate::model::Steps;

    /// The views of each snapshot, and what its changes say.
    fn told(catalog: &Catalog) -> String {
        let sql = "SELECT s.snapshot_id, s.snapshot_time, s.schema_version, s.next_catalog_id,
                 c.changes_made,
                 (SELECT group_concat(v.view_id || CASE v.\"sql\" WHEN 'SELECT 1' THEN ' old' ELSE ''
                     END ORDER BY v.view_id)
                  FROM ducklake_view AS v JOIN ducklake_tag AS t ON t.object_id = v.view_id
                  WHERE v.begin_snapshot <= s.snapshot_id AND t.begin_snapshot <= s.snapshot_id
                      AND (v.end_snapshot > s.snapshot_id OR v.end_snapshot IS NULL)
                      AND (t.end_snapshot > s.snapshot_id OR t.end_snapshot IS NULL))
             FROM ducklake_snapshot AS s JOIN ducklake_snapshot_changes AS c USING (snapshot_id)
             WHERE s.snapshot_id > 0 ORDER BY s.snapshot_id";
        let mut text = String::new();
        let connection = catalog.connection();
        let mut statement = connection.prepare(sql).unwrap();
        let mut rows = statement.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            let (id, time): (i64, String) = (row.get(0).unwrap(), row.get(1).unwrap());
            let (version, next): (i64, i64) = (row.get(2).unwrap(), row.get(3).unwrap());
            let (changes, views): (String, String) = (row.get(4).unwrap(), row.get(5).unwrap());
            let is_of_view = |change: &&str| change.contains("view");
            let changes: Vec<_> = changes.split(',').filter(is_of_view).collect();
            writeln!(text, "{id} {time} schema {version} next {next}: {views}").unwrap();
            writeln!(text, "  {}", changes.join("\n  ")).unwrap();
        }
        text
    }

    #[test]
    fn a_catalog_of_an_older_version_gets_the_views_of_this_one_in_a_snapshot_of_its_own() {
        let folder = TempDir::with_prefix("lookback-views-").unwrap();
        let open = |at| {
            Catalog::open_or_create(folder.path(), Instant::from_micros(at), &Steps::none())
                .unwrap()
        };
        let older = "UPDATE ducklake_view SET \"sql\" = 'SELECT 1' WHERE view_name = 'jobs';
            UPDATE ducklake_metadata SET value = '4' WHERE key = 'lookback_version'";
        open(0).connection().execute_batch(older).unwrap();
        let renewed = told(&open(1_000_000));
        insta::assert_snapshot!(renewed, @r#"
        1 1970-01-01 00:00:00+00 schema 1 next 19: 13 old,14,15,16,17,18
          created_view:"main"."jobs"
          created_view:"main"."job_day_counts"
          created_view:"main"."backup_job_summaries"
          created_view:"main"."copy_job_summaries"
          created_view:"main"."restore_job_summaries"
          created_view:"main"."scan_job_summaries"
        2 1970-01-01 00:00:01+00 schema 2 next 20: 14,15,16,17,18,19
          dropped_view:13
          created_view:"main"."jobs"
        "#);
        assert_eq!(told(&open(2_000_000)), renewed);
        let snapshot = open(2_000_000).snapshot(AsOf::Latest).unwrap();
        assert_eq!((snapshot.id, snapshot.time), (2, Instant::from_micros(1_000_000)));
    }
}
