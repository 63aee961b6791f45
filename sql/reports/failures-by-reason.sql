-- title: Failures by reason
-- subject: outcomes
-- question: Why did jobs fail, how often, since when, and does it still happen?
-- param: days days 30 -- How many whole UTC days before today count, beside today.
-- param: kind one_of(any, backup, copy, restore, scan) any -- The kind of job.
-- column: kind -- The kind of job.
-- column: reason -- The message with ARNs, ids, times and numbers replaced, so that like messages
--     fall together; NULL where AWS gave none.
-- column: message_category -- AWS's category of the message; restore and scan jobs have none.
-- column: jobs -- The jobs that failed, expired or were completed in part for this reason.
-- column: resources -- How many resources they are of.
-- column: accounts -- How many accounts they are of.
-- column: first_seen_at -- When the first of them was created, within the days that count.
-- column: last_seen_at -- When the last of them was created.
-- column: example_message -- The message of the last of them, as AWS gave it.
-- column: example_job_id -- The last of them.
-- chart: reason, jobs
--
-- Failures are jobs that failed, expired or are partial. Jobs that somebody stopped, that have not
-- ended, or that AWS forgot before they ended are none. A composite job and its children count
-- each: their messages tell different things.
--
-- "Now" is the present instant.

WITH failure AS (
    SELECT
        kind,
        account_id,
        resource_arn,
        job_id,
        creation_date,
        message_category,
        reason,
        nullif(btrim(status_message, '" '), '') AS message
    FROM jobs
    WHERE outcome IN ('failed', 'expired', 'partial')
        AND ($kind = 'any' OR kind = $kind)
        AND creation_date >= date_trunc('day', $now) - $days
        AND creation_date < $now
)

SELECT
    kind,
    reason,
    message_category,
    count(*) AS jobs,
    count(DISTINCT resource_arn) AS resources,
    count(DISTINCT account_id) AS accounts,
    min(creation_date) AS first_seen_at,
    max(creation_date) AS last_seen_at,
    last_value(message ORDER BY creation_date, job_id) AS example_message,
    last_value(job_id ORDER BY creation_date, job_id) AS example_job_id
FROM failure
GROUP BY kind, reason, message_category
ORDER BY jobs DESC, kind, reason NULLS LAST, message_category NULLS LAST
