-- One row a group of jobs of one UTC day of creation: AWS's dimensions, and the number of jobs.
-- Days are taken AT TIME ZONE 'UTC': DuckDB follows its reader's own zone otherwise.

SELECT
    kind,
    region,
    account_id,
    state,
    resource_type,
    message_category,
    malware_scanner,
    scan_result_status,
    CAST(creation_date AT TIME ZONE 'UTC' AS date) AS day,
    count(*) AS job_count
FROM jobs
GROUP BY
    kind,
    region,
    account_id,
    state,
    resource_type,
    message_category,
    malware_scanner,
    scan_result_status,
    CAST(creation_date AT TIME ZONE 'UTC' AS date)
