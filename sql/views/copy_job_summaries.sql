-- One row a group of copy jobs of one UTC day of creation: what AWS's ListCopyJobSummaries counts.
-- All history held, a row for each value of each dimension; list_copy_job_summaries() takes AWS's
-- arguments, and reads only the days that it is asked for.
-- Days are taken AT TIME ZONE 'UTC': DuckDB follows its reader's own zone otherwise.

WITH job AS (
    SELECT
        region,
        account_id,
        state,
        resource_type,
        message_category,
        date_trunc('day', creation_date AT TIME ZONE 'UTC') AS day
    FROM copy_jobs
)

SELECT
    region,
    account_id,
    state,
    resource_type,
    message_category,
    count(*) AS count,
    day AT TIME ZONE 'UTC' AS start_time,
    (day + INTERVAL '1 day') AT TIME ZONE 'UTC' AS end_time
FROM job
GROUP BY
    region,
    account_id,
    state,
    resource_type,
    message_category,
    day
