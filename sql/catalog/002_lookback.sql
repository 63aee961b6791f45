-- Lookback's own tables, beside DuckLake's in the same file: they change in the same transaction.

-- One row a run: an import now, an ingest later. Times are ISO 8601, UTC.
CREATE TABLE lookback_run(
    run_id TEXT PRIMARY KEY,
    command TEXT NOT NULL,
    started_at TEXT NOT NULL,
    ended_at TEXT NOT NULL,
    snapshot_id INTEGER,
    rows_read INTEGER NOT NULL,
    rows_new INTEGER NOT NULL,
    rows_changed INTEGER NOT NULL,
    rows_unchanged INTEGER NOT NULL,
    rows_refused INTEGER NOT NULL,
    detail TEXT NOT NULL
) STRICT;

-- DuckLake declares no index; these serve the two reads of every query.
CREATE INDEX lookback_file_by_table ON ducklake_data_file(table_id);
CREATE INDEX lookback_stats_by_file ON ducklake_file_column_stats(table_id, data_file_id);
