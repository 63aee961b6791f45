-- One row a group of restore jobs of one UTC day of creation: what AWS's ListRestoreJobSummaries counts.
-- All history held, a row for each value of each dimension; list_restore_job_summaries() takes AWS's
-- arguments, and reads only the days that it is asked for.
-- Days are taken AT TIME ZONE 'UTC': DuckDB follows its reader's own zone otherwise.

WITH job AS (
    SELECT
        region,
        account_id,
        status AS state,
        resource_type,
        date_trunc('day', creation_date AT TIME ZONE 'UTC') AS day
    FROM restore_jobs
)

SELECT
    region,
    account_id,
    state,
    resource_type,
    count(*) AS count,
    day AT TIME ZONE 'UTC' AS start_time,
    (day + INTERVAL '1 day') AT TIME ZONE 'UTC' AS end_time
FROM job
GROUP BY
    region,
    account_id,
    state,
    resource_type,
    day
