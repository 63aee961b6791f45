-- title: Resources that stopped being backed up
-- subject: protection
-- question: Which resources has a plan stopped backing up: no job of them comes any more, not even a
--     failed one?
-- param: times double 1.5 -- How many times its usual pause a resource may be silent.
-- param: min_hours bigint 36 -- A shorter silence is none.
-- param: min_jobs bigint 3 -- A resource with fewer jobs has no rhythm that could be broken.
-- param: days days 90 -- How many days are looked at; who is silent for longer is not told.
-- column: account_id -- The account of the resource.
-- column: region -- The Region of its backups.
-- column: resource_type -- The type of the resource.
-- column: resource_arn -- The resource.
-- column: backup_plan_name -- The plan of its last job; NULL where AWS does not tell its name.
-- column: jobs -- Its jobs within the days that are looked at.
-- column: usual_hours -- Its longest pause between two jobs but one: one outage makes no habit. Of
--     two jobs, the pause between them.
-- column: silent_hours -- The time since its last job until known_until.
-- column: unread_hours -- How many hours of the silence were not read from AWS, and may have had
--     jobs that are not held: all of them, where jobs were only imported.
-- column: last_job_at -- When its last job was created, however it ended.
-- column: last_state -- The state of that job.
-- column: last_good_at -- When the last good one of them was created; NULL if none was.
-- column: known_until -- Up to when the backup jobs of this account and Region are known.
--
-- A resource falls silent when it is deleted, loses the tag by which a plan selects it, or when its
-- plan is gone: nothing fails, so no failure tells it. Resources whose jobs go on and fail are told
-- by the reports failure-streaks and rpo-violations. A resource that was deleted, or taken out of
-- its plan, goes silent rightly, and is told until it has been silent for all of the days that are
-- looked at.
--
-- Only jobs of plans and children of composite jobs count, which a plan started with their parent:
-- backups on demand have no rhythm. The longest pause but one is the usual one, so that a plan that
-- backs up in bursts, or on working days only, is not silent between them, and so that one outage
-- hides none that come after it.
--
-- The present is known_until: the end of what was listed of the account's Region, or, where nothing
-- tells that, its newest job; at most the present instant. So a warehouse that was not read for a
-- while does not report every resource.
--
-- The check of the same name is this report.

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
        last_value(backup_plan_name ORDER BY creation_date, backup_job_id) AS backup_plan_name,
        count(*) AS jobs,
        max(creation_date) AS last_job_at,
        last_value(state ORDER BY creation_date, backup_job_id) AS last_state,
        max(creation_date) FILTER (WHERE state = 'COMPLETED') AS last_good_at
    FROM backup_jobs
    WHERE resource_arn IS NOT NULL
        AND (backup_plan_id IS NOT NULL OR parent_job_id IS NOT NULL)
        AND creation_date >= $now - $days
        AND creation_date < $now
    GROUP BY account_id, region, resource_arn
),

-- The few that may be silent, under a number: names are long, and are not sorted again.
candidate AS (
    SELECT
        row_number() OVER (
            ORDER BY resource.account_id, resource.region, resource_arn
        ) AS number,
        resource.account_id,
        resource.region,
        resource_arn,
        resource_type,
        backup_plan_name,
        jobs,
        last_job_at,
        last_state,
        last_good_at,
        known_until,
        (date_part('epoch', known_until) - date_part('epoch', last_job_at)) / 3600
            AS silent_hours
    FROM resource
    JOIN known
        ON known.account_id = resource.account_id AND known.region = resource.region
    WHERE jobs >= $min_jobs
        AND date_part('epoch', known_until) - date_part('epoch', last_job_at) > 3600 * $min_hours
),

-- What is known of a candidate goes with its pauses: a table that is named twice is made twice.
pause AS (
    SELECT
        number,
        candidate.account_id,
        candidate.region,
        candidate.resource_type,
        candidate.resource_arn,
        candidate.backup_plan_name,
        jobs,
        silent_hours,
        last_job_at,
        last_state,
        last_good_at,
        known_until,
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
        account_id,
        region,
        resource_type,
        resource_arn,
        backup_plan_name,
        jobs,
        coalesce(nth_value(seconds, 2 ORDER BY seconds DESC), max(seconds)) / 3600 AS usual_hours,
        silent_hours,
        last_job_at,
        last_state,
        last_good_at,
        known_until
    FROM pause
    WHERE seconds IS NOT NULL
    GROUP BY
        number,
        account_id,
        region,
        resource_type,
        resource_arn,
        backup_plan_name,
        jobs,
        silent_hours,
        last_job_at,
        last_state,
        last_good_at,
        known_until
),

-- What each of the account's own sources read of the silence; NULL where none read any.
silent AS (
    SELECT
        habit.account_id,
        habit.region,
        resource_type,
        resource_arn,
        backup_plan_name,
        jobs,
        usual_hours,
        silent_hours,
        last_job_at,
        last_state,
        last_good_at,
        known_until,
        sum(
            least(date_part('epoch', created_until), date_part('epoch', known_until))
            - greatest(date_part('epoch', created_from), date_part('epoch', last_job_at))
        ) FILTER (WHERE source IS NOT NULL) / 3600 AS read_hours
    FROM habit
    LEFT JOIN (
        SELECT account_id, held.region, held.source, scope, created_from, created_until
        FROM held
        JOIN ops.coverage AS read ON read.source = held.source AND read.region = held.region
        WHERE kind = 'backup' AND status = 'complete'
    ) AS coverage
        ON coverage.account_id = habit.account_id
        AND coverage.region = habit.region
        AND created_from < known_until
        AND created_until > last_job_at
    WHERE silent_hours > $times * usual_hours
    GROUP BY
        habit.account_id,
        habit.region,
        resource_type,
        resource_arn,
        backup_plan_name,
        jobs,
        usual_hours,
        silent_hours,
        last_job_at,
        last_state,
        last_good_at,
        known_until,
        source,
        scope
)

-- Of what the sources read, the most counts.
SELECT
    account_id,
    region,
    resource_type,
    resource_arn,
    backup_plan_name,
    jobs,
    round(usual_hours, 2) AS usual_hours,
    round(silent_hours, 2) AS silent_hours,
    round(greatest(silent_hours - coalesce(max(read_hours), 0), 0), 2) AS unread_hours,
    last_job_at,
    last_state,
    last_good_at,
    known_until
FROM silent
GROUP BY
    account_id,
    region,
    resource_type,
    resource_arn,
    backup_plan_name,
    jobs,
    usual_hours,
    silent_hours,
    last_job_at,
    last_state,
    last_good_at,
    known_until
ORDER BY silent_hours DESC, account_id, region, resource_arn
