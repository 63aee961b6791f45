-- The table `ops.files`. A table's own time is the column by whose year it is partitioned.
SELECT
    t.table_name,
    f.data_file_id,
    CASE
        WHEN f.path_is_relative = 1 THEN 'main/' || t.table_name || '/' || f.path
        ELSE f.path
    END AS path,
    f.record_count,
    f.file_size_bytes,
    b.min_value AS time_min,
    b.max_value AS time_max,
    f.begin_snapshot AS snapshot_id,
    s.snapshot_time AS written_at
FROM ducklake_data_file AS f
JOIN ducklake_table AS t ON t.table_id = f.table_id AND t.end_snapshot IS NULL
LEFT JOIN ducklake_snapshot AS s ON s.snapshot_id = f.begin_snapshot
LEFT JOIN ducklake_partition_info AS i ON i.table_id = f.table_id AND i.end_snapshot IS NULL
LEFT JOIN ducklake_partition_column AS p
    ON p.partition_id = i.partition_id AND p.partition_key_index = 0
LEFT JOIN ducklake_file_column_stats AS b
    ON b.table_id = f.table_id AND b.data_file_id = f.data_file_id AND b.column_id = p.column_id
WHERE f.end_snapshot IS NULL
