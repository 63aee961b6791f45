-- title: The recovery point objective is violated
-- subject: protection
-- question: Which resources have no good backup that is young enough?
-- param: max_hours bigint 36 -- The objective: how old the last good backup may be.
-- param: days days 35 -- Resources count that had a backup job, good or not, within so many days.
-- param: resource_type text NULL -- Only resources of this type; NULL for all.
-- column: account_id -- The account of the resource.
-- column: region -- The Region of its backups.
-- column: resource_type -- The type of the resource.
-- column: resource_arn -- The resource.
-- column: last_good_at -- When its last good backup was created; NULL if none was within the days
--     that are looked at.
-- column: age_hours -- How old that was when the source of the jobs was last read whole.
-- column: last_job_at -- When its last backup job of all was created.
-- column: last_state -- The state of that job.
-- column: last_message -- Its message.
--
-- A backup is good if it is COMPLETED, with issues or not. Its age is counted up to where backup
-- jobs are held of its source and Region, so that a warehouse that was not read for a while makes
-- no false alarm here (data-stale tells that); of jobs imported from files, up to now. Resources
-- that are backed up once a week or less need an objective of their own: a copy of this check with
-- another name and default.

WITH held AS (
    SELECT source, region, max(created_until) AS held_until
    FROM ops.coverage
    WHERE kind = 'backup' AND status = 'complete'
    GROUP BY source, region
),

protected AS (
    SELECT
        account_id,
        backup_jobs.region,
        max(resource_type) AS resource_type,
        resource_arn,
        max(CASE WHEN state = 'COMPLETED' THEN creation_date END) AS last_good_at,
        least($now, max(coalesce(held_until, $now))) AS held_until,
        max(creation_date) AS last_job_at,
        last_value(state ORDER BY creation_date, backup_job_id) AS last_state,
        last_value(status_message ORDER BY creation_date, backup_job_id) AS last_message
    FROM backup_jobs
    LEFT JOIN held ON held.source = backup_jobs.source AND held.region = backup_jobs.region
    WHERE resource_arn IS NOT NULL
        AND ($resource_type IS NULL OR resource_type = $resource_type)
        AND creation_date >= $now - $days
        AND creation_date < $now
    GROUP BY account_id, backup_jobs.region, resource_arn
)

SELECT
    account_id,
    region,
    resource_type,
    resource_arn,
    last_good_at,
    round((date_part('epoch', held_until) - date_part('epoch', last_good_at)) / 3600, 1)
        AS age_hours,
    last_job_at,
    last_state,
    last_message
FROM protected
WHERE last_good_at IS NULL
    OR date_part('epoch', held_until) - date_part('epoch', last_good_at) > 3600 * $max_hours
ORDER BY last_good_at NULLS FIRST, account_id, region, resource_arn
