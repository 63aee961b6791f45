-- What comparing AWS's own counts with ours found, beside the other tables of Lookback.

-- One row a verdict on a day of a source, Region and kind: the groups that agree are one row,
-- those that differ a row each. A later comparison of the day replaces all rows of it.
CREATE TABLE lookback_reconciliation(
    run_id TEXT NOT NULL,
    source TEXT NOT NULL,
    region TEXT NOT NULL,
    kind TEXT NOT NULL,
    start_time TEXT NOT NULL,
    verdict TEXT NOT NULL,
    is_explained INTEGER NOT NULL,
    account_id TEXT,
    state TEXT,
    resource_type TEXT,
    message_category TEXT,
    malware_scanner TEXT,
    scan_result_status TEXT,
    group_count INTEGER NOT NULL,
    aws_count INTEGER NOT NULL,
    our_count INTEGER NOT NULL,
    reason TEXT NOT NULL,
    counted_at TEXT NOT NULL,
    compared_at TEXT NOT NULL
) STRICT;

CREATE INDEX lookback_reconciliation_by_day
ON lookback_reconciliation(start_time, source, region, kind);
