-- The table `ops.snapshots`; the bare snapshot before the tables were made does not count.
SELECT
    s.snapshot_id,
    s.snapshot_time,
    c.author,
    c.commit_message AS message,
    CASE WHEN c.author = 'lookback' THEN c.commit_extra_info END AS run_id,
    c.changes_made AS changes
FROM ducklake_snapshot AS s
LEFT JOIN ducklake_snapshot_changes AS c USING (snapshot_id)
WHERE s.schema_version > 0
