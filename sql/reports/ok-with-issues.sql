-- title: Completed with issues
-- subject: outcomes
-- question: Which backups and scans completed and yet need attention, why, and does it go on?
-- param: days days 30 -- How many whole UTC days before today count, beside today.
-- column: kind -- The kind of job: backup or scan.
-- column: account_id -- The account of the jobs.
-- column: region -- The Region of the jobs.
-- column: resource_type -- The type of the resource.
-- column: resource_arn -- The resource.
-- column: message_category -- AWS's category of the message; scan jobs have none.
-- column: reason -- The message with ARNs, ids, times and numbers replaced; NULL where AWS gave
--     none.
-- column: jobs -- The jobs of the resource that completed with this issue.
-- column: first_seen_at -- When the first of them was created, within the days that count.
-- column: last_seen_at -- When the last of them was created.
-- column: is_last -- Whether the last job of the resource that completed has this issue.
-- column: last_job_id -- The last of them.
--
-- "Completed with issues" is the console's word for a backup job that is COMPLETED with another
-- message category than SUCCESS; AWS's API has no such state, so counting states counts these among
-- the good ones. They are: there is a recovery point, of which something is missing.
--
-- "Now" is the present instant.

WITH last_completed AS (
    SELECT kind, account_id, region, resource_arn, max(creation_date) AS completed_at
    FROM jobs
    WHERE kind IN ('backup', 'scan')
        AND state IN ('COMPLETED', 'COMPLETED_WITH_ISSUES')
        AND creation_date >= date_trunc('day', $now) - $days
        AND creation_date < $now
    GROUP BY kind, account_id, region, resource_arn
),

explained AS (
    SELECT
        kind,
        account_id,
        region,
        resource_type,
        resource_arn,
        job_id,
        creation_date,
        message_category,
        reason
    FROM jobs
    WHERE kind IN ('backup', 'scan')
        AND outcome = 'ok_with_issues'
        AND creation_date >= date_trunc('day', $now) - $days
        AND creation_date < $now
),

issue AS (
    SELECT
        kind,
        account_id,
        region,
        max(resource_type) AS resource_type,
        resource_arn,
        message_category,
        reason,
        count(*) AS jobs,
        min(creation_date) AS first_seen_at,
        max(creation_date) AS last_seen_at,
        last_value(job_id ORDER BY creation_date, job_id) AS last_job_id
    FROM explained
    GROUP BY kind, account_id, region, resource_arn, message_category, reason
)

SELECT
    issue.kind,
    issue.account_id,
    issue.region,
    resource_type,
    issue.resource_arn,
    message_category,
    reason,
    jobs,
    first_seen_at,
    last_seen_at,
    last_seen_at = completed_at AS is_last,
    last_job_id
FROM issue
JOIN last_completed
    ON last_completed.kind = issue.kind
    AND last_completed.account_id = issue.account_id
    AND last_completed.region = issue.region
    AND (last_completed.resource_arn IS NOT DISTINCT FROM issue.resource_arn)
ORDER BY
    is_last DESC,
    jobs DESC,
    issue.kind,
    issue.account_id,
    issue.region,
    issue.resource_arn NULLS LAST,
    message_category NULLS LAST,
    reason NULLS LAST
