-- title: Resources that stopped being backed up
-- subject: protection
-- question: Which resources were backed up regularly, and have had no backup job at all for longer
--     than is usual for them?
-- param: days days 3 -- The shortest silence that is told.
-- param: factor double 2 -- How many times longer than usual a silence must be.
-- param: min_jobs bigint 3 -- How many jobs make a habit: resources with fewer are left out.
-- column: account_id -- The account of the resource.
-- column: region -- The Region of its backups.
-- column: resource_type -- The type of the resource.
-- column: resource_arn -- The resource.
-- column: jobs -- All backup jobs of the resource that are held.
-- column: usual_hours -- The median time from one of its jobs to the next, in hours.
-- column: silent_hours -- The time since its last job until known_until, in hours.
-- column: unread_hours -- How many hours of the silence were not read from AWS, and may have had
--     jobs that are not held: all of them, where jobs were only imported.
-- column: last_job_at -- When its last job was created, however it ended.
-- column: last_state -- The state of that job.
-- column: last_good_at -- When its last good backup was created; NULL if there never was one.
-- column: last_plan_name -- The plan of its last job; NULL for on-demand jobs.
-- column: known_until -- Up to when the backup jobs of this account and Region are known.
--
-- A resource falls silent when it is deleted, loses the tag by which a plan selects it, or when its
-- plan is gone: nothing fails, so no failure tells it. Resources whose jobs go on and fail are told
-- by the reports failure-streaks and rpo-violations.
--
-- The present is known_until: the end of what was listed of the account's Region, or, where nothing
-- tells that, its newest job; at most the present instant. So a warehouse that was not read for a
-- while does not report every resource.

WITH known AS (
    SELECT
        account_id,
        region,
        least($now, max(greatest(newest, covered_until))) AS known_until
    FROM (
        SELECT account_id, region, source, max(creation_date) AS newest
        FROM backup_jobs
        GROUP BY account_id, region, source
    ) AS held
    LEFT JOIN (
        SELECT source, region, max(created_until) AS covered_until
        FROM ops.coverage
        WHERE kind = 'backup' AND status = 'complete'
        GROUP BY source, region
    ) AS covered USING (source, region)
    GROUP BY account_id, region
),

resource AS (
    SELECT
        account_id,
        region,
        resource_arn,
        max(resource_type) AS resource_type,
        count(*) AS jobs,
        max(creation_date) AS last_job_at,
        max(creation_date) FILTER (WHERE state = 'COMPLETED') AS last_good_at
    FROM backup_jobs
    WHERE resource_arn IS NOT NULL AND creation_date < $now
    GROUP BY account_id, region, resource_arn
),

-- The few that may be silent, before anything is ordered.
candidate AS (
    SELECT
        resource.account_id,
        resource.region,
        resource_arn,
        resource_type,
        jobs,
        last_job_at,
        last_good_at,
        known_until
    FROM resource
    JOIN known
        ON known.account_id = resource.account_id AND known.region = resource.region
    WHERE jobs >= $min_jobs AND last_job_at < known_until - $days
),

job AS (
    SELECT
        candidate.account_id,
        candidate.region,
        candidate.resource_arn,
        creation_date,
        state,
        backup_job_id,
        backup_plan_name,
        lag(creation_date) OVER (
            PARTITION BY candidate.account_id, candidate.region, candidate.resource_arn
            ORDER BY creation_date, backup_job_id
        ) AS previous
    FROM backup_jobs
    JOIN candidate
        ON candidate.account_id = backup_jobs.account_id
        AND candidate.region = backup_jobs.region
        AND candidate.resource_arn = backup_jobs.resource_arn
    WHERE creation_date < $now
),

habit AS (
    SELECT
        account_id,
        region,
        resource_arn,
        median(date_part('epoch', creation_date) - date_part('epoch', previous)) / 3600
            AS usual_hours,
        last_value(state ORDER BY creation_date, backup_job_id) AS last_state,
        last_value(backup_plan_name ORDER BY creation_date, backup_job_id) AS last_plan_name
    FROM job
    GROUP BY account_id, region, resource_arn
),

measured AS (
    SELECT
        candidate.account_id,
        candidate.region,
        resource_type,
        candidate.resource_arn,
        jobs,
        usual_hours,
        (date_part('epoch', known_until) - date_part('epoch', last_job_at)) / 3600
            AS silent_hours,
        last_job_at,
        last_state,
        last_good_at,
        last_plan_name,
        known_until
    FROM candidate
    JOIN habit
        ON habit.account_id = candidate.account_id
        AND habit.region = candidate.region
        AND habit.resource_arn = candidate.resource_arn
),

silent AS (
    SELECT
        row_number() OVER (ORDER BY account_id, region, resource_arn) AS number,
        account_id,
        region,
        resource_type,
        resource_arn,
        jobs,
        usual_hours,
        silent_hours,
        last_job_at,
        last_state,
        last_good_at,
        last_plan_name,
        known_until
    FROM measured
    WHERE silent_hours > $factor * usual_hours
),

-- What one source read of the silence, and of those the most.
read_by_source AS (
    SELECT
        number,
        source,
        scope,
        sum(
            least(date_part('epoch', created_until), date_part('epoch', known_until))
            - greatest(date_part('epoch', created_from), date_part('epoch', last_job_at))
        ) / 3600 AS read_hours
    FROM silent
    JOIN ops.coverage AS coverage ON coverage.region = silent.region
    WHERE kind = 'backup'
        AND status = 'complete'
        AND created_from < known_until
        AND created_until > last_job_at
    GROUP BY number, source, scope
),

read AS (
    SELECT number, max(read_hours) AS read_hours
    FROM read_by_source
    GROUP BY number
)

SELECT
    account_id,
    region,
    resource_type,
    resource_arn,
    jobs,
    round(usual_hours, 2) AS usual_hours,
    round(silent_hours, 2) AS silent_hours,
    round(greatest(silent_hours - coalesce(read_hours, 0), 0), 2) AS unread_hours,
    last_job_at,
    last_state,
    last_good_at,
    last_plan_name,
    known_until
FROM silent
LEFT JOIN read ON read.number = silent.number
ORDER BY silent_hours DESC, account_id, region, resource_arn
