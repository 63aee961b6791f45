-- title: Jobs fail for a new reason
-- subject: outcomes
-- question: For which reasons do jobs fail now that they did not fail for before?
-- param: days days 1 -- How many whole UTC days before today count as now, beside today.
-- param: before_days days 30 -- How many days before those are looked at for the same reason.
-- column: kind -- The kind of job.
-- column: reason -- The message with ARNs, ids, times and numbers replaced, so that like messages
--     fall together; NULL where AWS gave none.
-- column: jobs -- The jobs that failed, expired or are partial for this reason.
-- column: resources -- How many resources they are of.
-- column: accounts -- How many accounts they are of.
-- column: first_seen_at -- When the first of them ended, or was created if AWS does not tell.
-- column: example_message -- The message of the last of them, as AWS gave it.
-- column: example_job_id -- The last of them.

WITH failure AS (
    SELECT
        kind,
        account_id,
        resource_arn,
        job_id,
        coalesce(completion_date, creation_date) AS failed_at,
        reason,
        nullif(btrim(status_message, '" '), '') AS message
    FROM jobs
    WHERE outcome IN ('failed', 'expired', 'partial')
        AND creation_date >= date_trunc('day', $now) - $days - $before_days
        AND creation_date < $now
)

SELECT
    kind,
    reason,
    count(*) AS jobs,
    count(DISTINCT resource_arn) AS resources,
    count(DISTINCT account_id) AS accounts,
    min(failed_at) AS first_seen_at,
    last_value(message ORDER BY failed_at, job_id) AS example_message,
    last_value(job_id ORDER BY failed_at, job_id) AS example_job_id
FROM failure
GROUP BY kind, reason
HAVING min(failed_at) >= date_trunc('day', $now) - $days
ORDER BY jobs DESC, kind, reason NULLS LAST
