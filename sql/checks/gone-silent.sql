-- title: Resources have gone silent
-- subject: protection
-- question: Which resources has a plan stopped backing up: no job of them comes any more, not even a
--     failed one?
-- param: times double 1.5 -- How many times its own longest pause a resource may be silent.
-- param: min_hours bigint 36 -- A shorter silence is none.
-- param: min_jobs bigint 3 -- A resource with fewer jobs has no rhythm that could be broken.
-- param: days days 90 -- How many days are looked at; who is silent for longer is not told.
-- column: account_id -- The account of the resource.
-- column: region -- The Region of its backups.
-- column: resource_type -- The type of the resource.
-- column: resource_arn -- The resource.
-- column: backup_plan_id -- The plan of its last job.
-- column: jobs -- Its jobs within the days that are looked at.
-- column: last_job_at -- When the last of them was created.
-- column: pause_hours -- Its longest pause between two jobs.
-- column: silent_hours -- How long it had been silent when the source of the jobs was last read
--     whole.
--
-- A resource that was deleted, or taken out of its plan, goes silent rightly, and is told until it
-- has been silent for all of the days that are looked at. Backups on demand have no rhythm and are
-- left out. The silence is counted up to where backup jobs are held of its source and Region.

WITH held AS (
    SELECT source, region, max(created_until) AS held_until
    FROM ops.coverage
    WHERE kind = 'backup' AND status = 'complete'
    GROUP BY source, region
),

planned AS (
    SELECT
        account_id,
        region,
        resource_type,
        resource_arn,
        backup_plan_id,
        backup_job_id,
        source,
        creation_date,
        date_part('epoch', creation_date) - date_part(
            'epoch',
            lag(creation_date) OVER (
                PARTITION BY account_id, region, resource_arn
                ORDER BY creation_date, backup_job_id
            )
        ) AS pause_seconds
    FROM backup_jobs
    WHERE resource_arn IS NOT NULL
        AND backup_plan_id IS NOT NULL
        AND creation_date >= $now - $days
        AND creation_date < $now
),

rhythm AS (
    SELECT
        account_id,
        planned.region,
        max(resource_type) AS resource_type,
        resource_arn,
        last_value(backup_plan_id ORDER BY creation_date, backup_job_id) AS backup_plan_id,
        count(*) AS jobs,
        max(creation_date) AS last_job_at,
        max(pause_seconds) / 3600 AS pause_hours,
        (
            date_part('epoch', least($now, max(coalesce(held_until, $now))))
            - date_part('epoch', max(creation_date))
        ) / 3600 AS silent_hours
    FROM planned
    LEFT JOIN held ON held.source = planned.source AND held.region = planned.region
    GROUP BY account_id, planned.region, resource_arn
)

SELECT
    account_id,
    region,
    resource_type,
    resource_arn,
    backup_plan_id,
    jobs,
    last_job_at,
    round(pause_hours, 1) AS pause_hours,
    round(silent_hours, 1) AS silent_hours
FROM rhythm
WHERE jobs >= $min_jobs AND silent_hours > greatest($times * pause_hours, $min_hours)
ORDER BY last_job_at, account_id, region, resource_arn
