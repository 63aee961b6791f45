-- title: Many jobs complete with issues
-- subject: outcomes
-- question: Of which accounts and kinds of job do too many of the completed jobs have issues?
-- param: max_percent double 5 -- The highest share of completed jobs with issues that is still well,
--     in percent.
-- param: days days 7 -- How many whole UTC days before today count, beside today.
-- param: min_jobs bigint 5 -- Where fewer jobs completed, their share is not judged.
-- column: kind -- The kind of job.
-- column: account_id -- The account of the jobs.
-- column: with_issues -- The jobs that completed and yet need attention.
-- column: completed -- All jobs that completed.
-- column: issues_percent -- with_issues / completed, in percent.
-- column: last_job_id -- The last job that completed with issues.
--
-- They are COMPLETED to AWS's API; its console alone tells them from those without issues. Children
-- of composite jobs count, for the issue is theirs.

WITH counted AS (
    SELECT
        kind,
        account_id,
        count(*) FILTER (WHERE outcome = 'ok_with_issues') AS with_issues,
        count(*) AS completed,
        last_value(job_id ORDER BY creation_date, job_id)
            FILTER (WHERE outcome = 'ok_with_issues') AS last_job_id
    FROM jobs
    WHERE outcome IN ('ok', 'ok_with_issues')
        AND creation_date >= date_trunc('day', $now) - $days
        AND creation_date < $now
    GROUP BY kind, account_id
)

SELECT
    kind,
    account_id,
    with_issues,
    completed,
    round(100.0 * with_issues / completed, 2) AS issues_percent,
    last_job_id
FROM counted
WHERE completed >= $min_jobs AND 100.0 * with_issues > $max_percent * completed
ORDER BY issues_percent DESC, kind, account_id
