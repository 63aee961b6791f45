-- Lookback's own tables, beside DuckLake's in the same file: they change in the same transaction.
-- Times are ISO 8601, UTC. The schema `ops` shows all of them; src/tables/ops says what they mean.

-- One row a run: an import commits once, an ingest several times.
CREATE TABLE lookback_run(
    run_id TEXT PRIMARY KEY,
    command TEXT NOT NULL,
    status TEXT NOT NULL,
    started_at TEXT NOT NULL,
    ended_at TEXT NOT NULL,
    snapshot_id INTEGER,
    rows_read INTEGER NOT NULL,
    rows_new INTEGER NOT NULL,
    rows_changed INTEGER NOT NULL,
    rows_unchanged INTEGER NOT NULL,
    rows_refused INTEGER NOT NULL,
    units INTEGER NOT NULL,
    calls INTEGER NOT NULL,
    throttles INTEGER NOT NULL,
    retries INTEGER NOT NULL,
    detail TEXT NOT NULL
) STRICT;

-- Each commit of a run looks for other runs that never ended.
CREATE INDEX lookback_run_running ON lookback_run(run_id) WHERE status = 'running';

-- One row a unit of a run, until it folds into the totals of its run.
CREATE TABLE lookback_unit(
    run_id TEXT NOT NULL,
    source TEXT NOT NULL,
    region TEXT NOT NULL,
    kind TEXT NOT NULL,
    operation TEXT NOT NULL,
    created_from TEXT,
    created_until TEXT,
    status TEXT NOT NULL,
    started_at TEXT NOT NULL,
    ended_at TEXT NOT NULL,
    calls INTEGER NOT NULL,
    throttles INTEGER NOT NULL,
    retries INTEGER NOT NULL,
    jobs INTEGER NOT NULL,
    refused INTEGER NOT NULL,
    message TEXT NOT NULL
) STRICT;

CREATE INDEX lookback_unit_by_end ON lookback_unit(ended_at);

-- One row an interval of creation time of which something is known; no two of a place overlap.
CREATE TABLE lookback_coverage(
    source TEXT NOT NULL,
    scope TEXT NOT NULL,
    region TEXT NOT NULL,
    kind TEXT NOT NULL,
    created_from TEXT NOT NULL,
    created_until TEXT NOT NULL,
    status TEXT NOT NULL,
    is_settled INTEGER NOT NULL,
    listed_at TEXT NOT NULL,
    PRIMARY KEY (source, scope, region, kind, created_from)
) STRICT;

-- One row a held job whose `tracking` is `open`: what an ingest has to follow.
CREATE TABLE lookback_open_job(
    kind TEXT NOT NULL,
    region TEXT NOT NULL,
    account_id TEXT NOT NULL,
    job_id TEXT NOT NULL,
    creation_date TEXT NOT NULL,
    state TEXT,
    source TEXT NOT NULL,
    observed_at TEXT NOT NULL,
    PRIMARY KEY (kind, region, account_id, job_id)
) STRICT;

-- DuckLake declares no index; these serve the two reads of every query.
CREATE INDEX lookback_file_by_table ON ducklake_data_file(table_id);
CREATE INDEX lookback_stats_by_file ON ducklake_file_column_stats(table_id, data_file_id);
