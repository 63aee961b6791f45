-- title: The success rate is low
-- subject: outcomes
-- question: Of which accounts and kinds of job is the share of good jobs too low?
-- param: min_percent double 90 -- The lowest share of good jobs that is good enough, in percent.
-- param: days days 7 -- How many whole UTC days before today count, beside today.
-- param: min_jobs bigint 5 -- Where fewer jobs came to an end, their share is not judged.
-- param: kind one_of(any, backup, copy, restore, scan) any -- The kind of job.
-- column: kind -- The kind of job.
-- column: account_id -- The account of the jobs.
-- column: good -- The jobs that completed, with issues or not.
-- column: judged -- Those and the jobs that failed, expired or are partial.
-- column: rate_percent -- good / judged, in percent.
--
-- Jobs that have not ended, that somebody stopped or that AWS forgot are neither good nor bad. Of a
-- composite job the parent counts and not its children, as in the report success-rate.

WITH counted AS (
    SELECT
        kind,
        account_id,
        count(*) FILTER (WHERE outcome IN ('ok', 'ok_with_issues')) AS good,
        count(*) AS judged
    FROM jobs
    WHERE outcome IN ('ok', 'ok_with_issues', 'failed', 'expired', 'partial')
        AND ($kind = 'any' OR kind = $kind)
        AND parent_job_id IS NULL
        AND creation_date >= date_trunc('day', $now) - $days
        AND creation_date < $now
    GROUP BY kind, account_id
)

SELECT
    kind,
    account_id,
    good,
    judged,
    round(100.0 * good / judged, 2) AS rate_percent
FROM counted
WHERE judged >= $min_jobs AND 100.0 * good < $min_percent * judged
ORDER BY rate_percent, kind, account_id
