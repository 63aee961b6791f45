-- title: The recovery point objective is violated
-- subject: protection
-- question: Which resources that a plan backs up have no good backup that is young enough?
-- param: max_hours bigint 36 -- The objective: how old the last good backup may be.
-- param: times double 1.5 -- How many usual pauses between its planned jobs it may be old, where that
--     is more: a weekly plan has an objective of its own. 0 holds all to max_hours.
-- param: days days 90 -- How many days are looked at.
-- param: resource_type text NULL -- Only resources of this type; NULL for all.
-- column: account_id -- The account of the resource.
-- column: region -- The Region of its backups.
-- column: resource_type -- The type of the resource.
-- column: resource_arn -- The resource.
-- column: objective_hours -- How old its last good backup may be.
-- column: last_good_at -- When its last good backup was created; NULL if none was within the days
--     that are looked at.
-- column: age_hours -- How old that was at known_until; of a resource without one, the time since its
--     first job.
-- column: last_job_at -- When its last planned job was created.
-- column: last_state -- The state of that job.
-- column: last_message -- Its message.
-- column: known_until -- Up to when the backup jobs of this account and Region are known.
--
-- A backup is good if it is COMPLETED, with issues or not, by a plan or on demand. A resource that
-- no plan backs up has no objective: a backup on demand is made once. Jobs of plans, and children of
-- composite jobs, which a plan started with their parent, tell how often a resource is backed up:
-- the usual pause is the longest but one, as in gone-silent.
--
-- The age is counted up to known_until: the end of what was listed of the account's Region, or,
-- where nothing tells that, its newest job; at most the present instant. So a warehouse that was not
-- read for a while makes no false alarm here; data-stale tells that.

WITH held AS (
    SELECT account_id, region, source, max(creation_date) AS newest
    FROM backup_jobs
    GROUP BY account_id, region, source
),

covered AS (
    SELECT source, region, max(created_until) AS covered_until
    FROM ops.coverage
    WHERE kind = 'backup' AND status = 'complete'
    GROUP BY source, region
),

known AS (
    SELECT
        account_id,
        held.region,
        least($now, max(greatest(newest, covered_until))) AS known_until
    FROM held
    LEFT JOIN covered ON covered.source = held.source AND covered.region = held.region
    GROUP BY account_id, held.region
),

resource AS (
    SELECT
        account_id,
        region,
        resource_arn,
        max(resource_type) AS resource_type,
        count(*) FILTER (WHERE backup_plan_id IS NOT NULL OR parent_job_id IS NOT NULL) AS jobs,
        min(creation_date) AS first_job_at,
        max(creation_date) FILTER (WHERE state = 'COMPLETED') AS last_good_at,
        max(creation_date)
            FILTER (WHERE backup_plan_id IS NOT NULL OR parent_job_id IS NOT NULL) AS last_job_at,
        last_value(state ORDER BY creation_date, backup_job_id)
            FILTER (WHERE backup_plan_id IS NOT NULL OR parent_job_id IS NOT NULL) AS last_state,
        last_value(status_message ORDER BY creation_date, backup_job_id)
            FILTER (WHERE backup_plan_id IS NOT NULL OR parent_job_id IS NOT NULL) AS last_message
    FROM backup_jobs
    WHERE resource_arn IS NOT NULL
        AND ($resource_type IS NULL OR resource_type = $resource_type)
        AND creation_date >= $now - $days
        AND creation_date < $now
    GROUP BY account_id, region, resource_arn
),

-- The few whose backup may be too old, under a number: names are long, and are not sorted again.
candidate AS (
    SELECT
        row_number() OVER (
            ORDER BY resource.account_id, resource.region, resource_arn
        ) AS number,
        resource.account_id,
        resource.region,
        resource_arn,
        resource_type,
        last_good_at,
        last_job_at,
        last_state,
        last_message,
        known_until,
        (date_part('epoch', known_until)
            - date_part('epoch', coalesce(last_good_at, first_job_at))) / 3600 AS age_hours
    FROM resource
    JOIN known
        ON known.account_id = resource.account_id AND known.region = resource.region
    WHERE jobs > 0
        AND date_part('epoch', known_until)
            - date_part('epoch', coalesce(last_good_at, first_job_at)) > 3600 * $max_hours
),

pause AS (
    SELECT
        number,
        date_part('epoch', creation_date) - date_part(
            'epoch', lag(creation_date) OVER (PARTITION BY number ORDER BY creation_date)
        ) AS seconds
    FROM candidate
    JOIN backup_jobs
        ON backup_jobs.account_id = candidate.account_id
        AND backup_jobs.region = candidate.region
        AND backup_jobs.resource_arn = candidate.resource_arn
    WHERE (backup_plan_id IS NOT NULL OR parent_job_id IS NOT NULL)
        AND creation_date >= $now - $days
        AND creation_date < $now
),

habit AS (
    SELECT
        number,
        coalesce(nth_value(seconds, 2 ORDER BY seconds DESC), max(seconds)) / 3600 AS usual_hours
    FROM pause
    WHERE seconds IS NOT NULL
    GROUP BY number
),

judged AS (
    SELECT
        account_id,
        region,
        resource_type,
        resource_arn,
        greatest(CAST($max_hours AS double), $times * coalesce(usual_hours, 0)) AS objective_hours,
        last_good_at,
        age_hours,
        last_job_at,
        last_state,
        last_message,
        known_until
    FROM candidate
    LEFT JOIN habit ON habit.number = candidate.number
)

SELECT
    account_id,
    region,
    resource_type,
    resource_arn,
    round(objective_hours, 1) AS objective_hours,
    last_good_at,
    round(age_hours, 1) AS age_hours,
    last_job_at,
    last_state,
    last_message,
    known_until
FROM judged
WHERE age_hours > objective_hours
ORDER BY last_good_at NULLS FIRST, account_id, region, resource_arn
