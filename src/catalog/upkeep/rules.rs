//! Rules of DuckLake's that the catalog must keep, by itself and without its files.

use rusqlite::Connection;

/// A rule: what breaks it, and the statement that mends it where nothing has to be invented.
#[derive(Debug)]
pub(super) struct Rule {
    name: &'static str,
    /// Rows of two texts: the object that breaks the rule, and how.
    broken: &'static str,
    mend: Option<&'static str>,
}

/// Something that breaks a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Breach {
    /// The rule.
    pub rule: &'static str,
    /// What breaks it.
    pub object: String,
    /// How.
    pub what: String,
    /// The statement that mends it.
    pub(in super::super) mend: Option<&'static str>,
}

impl Breach {
    /// True if and only if it can be mended without inventing anything.
    pub fn can_be_mended(&self) -> bool {
        self.mend.is_some()
    }
}

const RULES: [Rule; 8] = [
    Rule {
        name: "next_file_id",
        broken: "SELECT 'snapshot ' || s.snapshot_id, 'the next file would have id '
                 || s.next_file_id || ', but file ' || f.id || ' exists'
             FROM (SELECT * FROM ducklake_snapshot ORDER BY snapshot_id DESC LIMIT 1) AS s,
                  (SELECT max(id) AS id FROM (
                       SELECT max(data_file_id) AS id FROM ducklake_data_file
                       UNION ALL SELECT max(delete_file_id) FROM ducklake_delete_file)) AS f
             WHERE f.id >= s.next_file_id",
        mend: Some(
            "UPDATE ducklake_snapshot SET next_file_id = 1 + (SELECT max(id) FROM (
                 SELECT max(data_file_id) AS id FROM ducklake_data_file
                 UNION ALL SELECT max(delete_file_id) FROM ducklake_delete_file))
             WHERE snapshot_id = (SELECT max(snapshot_id) FROM ducklake_snapshot)",
        ),
    },
    Rule {
        name: "next_catalog_id",
        broken: "SELECT 'snapshot ' || s.snapshot_id, 'the next object would have id '
                 || s.next_catalog_id || ', but object ' || o.id || ' exists'
             FROM (SELECT * FROM ducklake_snapshot ORDER BY snapshot_id DESC LIMIT 1) AS s,
                  (SELECT max(id) AS id FROM (
                       SELECT max(table_id) AS id FROM ducklake_table
                       UNION ALL SELECT max(view_id) FROM ducklake_view
                       UNION ALL SELECT max(schema_id) FROM ducklake_schema
                       UNION ALL SELECT max(partition_id) FROM ducklake_partition_info)) AS o
             WHERE o.id >= s.next_catalog_id",
        mend: Some(
            "UPDATE ducklake_snapshot SET next_catalog_id = 1 + (SELECT max(id) FROM (
                 SELECT max(table_id) AS id FROM ducklake_table
                 UNION ALL SELECT max(view_id) FROM ducklake_view
                 UNION ALL SELECT max(schema_id) FROM ducklake_schema
                 UNION ALL SELECT max(partition_id) FROM ducklake_partition_info))
             WHERE snapshot_id = (SELECT max(snapshot_id) FROM ducklake_snapshot)",
        ),
    },
    Rule {
        name: "snapshot_range",
        broken: "SELECT 'file ' || f.data_file_id, 'it is of the snapshots from '
                 || f.begin_snapshot || coalesce(' to before ' || f.end_snapshot, ' on')
                 || '; the newest is ' || s.newest
             FROM ducklake_data_file AS f,
                  (SELECT max(snapshot_id) AS newest FROM ducklake_snapshot) AS s
             WHERE f.begin_snapshot > s.newest OR f.end_snapshot > s.newest
                 OR f.end_snapshot <= f.begin_snapshot
             ORDER BY f.data_file_id",
        mend: None,
    },
    Rule {
        name: "row_ids",
        broken: "SELECT 'file ' || data_file_id, 'its row ids begin at ' || row_id_start
                 || ', where another file of the table has them up to ' || (before - 1)
             FROM (SELECT data_file_id, row_id_start, max(row_id_start + record_count) OVER (
                       PARTITION BY table_id ORDER BY row_id_start, data_file_id
                       ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before
                   FROM ducklake_data_file
                   WHERE end_snapshot IS NULL AND path LIKE '%/lookback-%')
             WHERE before > row_id_start
             ORDER BY data_file_id",
        mend: None,
    },
    Rule {
        name: "next_row_id",
        broken: "SELECT 'table ' || t.table_name, 'the next row would have id ' || s.next_row_id
                 || ', but rows have ids up to ' || (f.until - 1)
             FROM ducklake_table_stats AS s
             JOIN ducklake_table AS t ON t.table_id = s.table_id AND t.end_snapshot IS NULL
             JOIN (SELECT table_id, max(row_id_start + record_count) AS until
                   FROM ducklake_data_file GROUP BY table_id) AS f ON f.table_id = s.table_id
             WHERE f.until > s.next_row_id
             ORDER BY t.table_name",
        mend: Some(
            "UPDATE ducklake_table_stats AS s SET next_row_id =
                 max(s.next_row_id, (SELECT coalesce(max(f.row_id_start + f.record_count), 0)
                                     FROM ducklake_data_file AS f WHERE f.table_id = s.table_id))",
        ),
    },
    Rule {
        name: "table_totals",
        broken: "SELECT 'table ' || t.table_name, 'it has ' || s.record_count
                 || ' rows by its statistics, and ' || f.rows || ' by its files'
             FROM ducklake_table_stats AS s
             JOIN ducklake_table AS t ON t.table_id = s.table_id AND t.end_snapshot IS NULL
             JOIN (SELECT table_id, sum(record_count) AS rows FROM ducklake_data_file
                   WHERE end_snapshot IS NULL GROUP BY table_id) AS f ON f.table_id = s.table_id
             WHERE f.rows > s.record_count
             ORDER BY t.table_name",
        mend: Some(
            "UPDATE ducklake_table_stats AS s SET (record_count, file_size_bytes) =
                 (SELECT sum(f.record_count), sum(f.file_size_bytes) FROM ducklake_data_file AS f
                  WHERE f.table_id = s.table_id AND f.end_snapshot IS NULL)
             WHERE s.record_count < (SELECT sum(f.record_count) FROM ducklake_data_file AS f
                  WHERE f.table_id = s.table_id AND f.end_snapshot IS NULL)",
        ),
    },
    Rule {
        name: "file_named_twice",
        broken: "SELECT 'file ' || max(data_file_id), 'file ' || min(data_file_id)
                 || ' has the same name, \"' || path || '\"'
             FROM ducklake_data_file GROUP BY table_id, path HAVING count(*) > 1
             ORDER BY max(data_file_id)",
        mend: None,
    },
    Rule {
        name: "live_file_scheduled",
        broken: concat!(
            "SELECT 'file ' || f.data_file_id, 'it is listed as to be deleted, and a snapshot '
                 || 'names it'
             FROM ducklake_data_file AS f
             WHERE (",
            place!(),
            ", f.path_is_relative) IN
                 (SELECT path, path_is_relative FROM ducklake_files_scheduled_for_deletion)
             ORDER BY f.data_file_id"
        ),
        mend: Some(concat!(
            "DELETE FROM ducklake_files_scheduled_for_deletion
             WHERE (path, path_is_relative) IN
                 (SELECT ",
            place!(),
            ", f.path_is_relative FROM ducklake_data_file AS f)"
        )),
    },
];

/// Everything that breaks a rule, by rule.
pub(super) fn breaches(connection: &Connection) -> rusqlite::Result<Vec<Breach>> {
    let mut breaches = Vec::new();
    for Rule { name, broken, mend } in &RULES {
        let mut statement = connection.prepare(broken)?;
        let rows = statement.query_map([], |row| {
            Ok(Breach { rule: name, object: row.get(0)?, what: row.get(1)?, mend: *mend })
        })?;
        for row in rows {
            breaches.push(row?);
        }
    }
    Ok(breaches)
}
