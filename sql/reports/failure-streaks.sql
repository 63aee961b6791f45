-- title: Failure streaks
-- subject: outcomes
-- question: Which backups keep failing: the same resource by the same rule, again and again until
--     now?
-- param: days days 90 -- How many whole UTC days before today are looked at, beside today.
-- param: min_failures bigint 2 -- The shortest streak that is told.
-- column: account_id -- The account of the jobs.
-- column: region -- The Region of the jobs.
-- column: resource_type -- The type of the resource.
-- column: resource_arn -- The resource.
-- column: backup_plan_name -- The name of the plan; NULL for on-demand backups and where AWS does
--     not tell it.
-- column: backup_rule_name -- The name of the rule.
-- column: failures -- The length of the streak: jobs that failed, expired or are partial, with no
--     good one since.
-- column: failing_since -- When the first job of the streak was created.
-- column: last_failure_at -- When the last job of the streak was created.
-- column: last_good_at -- When the last good backup by the same rule was created; NULL if none was
--     within the days that are looked at.
-- column: any_good_at -- When the last good backup of the resource by any rule was created: later
--     than the streak began, it tells that the resource is protected all the same.
-- column: last_state -- The state of the last job of the streak.
-- column: last_message -- Its message.
-- column: last_job_id -- Its id.
--
-- A streak is ended by a good job (COMPLETED, with issues or not) and by nothing else: jobs that
-- have not ended, that somebody stopped or that AWS forgot neither lengthen nor end it. Jobs of
-- which AWS does not tell the resource are left out.
--
-- "Now" is the present instant, and matters only for the days that are looked at: a streak is
-- counted in jobs, so a warehouse that was not read makes none longer.

-- The last good backups are gathered and joined, which takes less memory than a window over all
-- jobs: there are many jobs, and few resources.

WITH good AS (
    SELECT
        account_id,
        region,
        resource_arn,
        backup_plan_id,
        backup_rule_id,
        max(creation_date) AS last_good_at
    FROM backup_jobs
    WHERE state = 'COMPLETED'
        AND creation_date >= date_trunc('day', $now) - $days
        AND creation_date < $now
    GROUP BY account_id, region, resource_arn, backup_plan_id, backup_rule_id
),

any_good AS (
    SELECT account_id, region, resource_arn, max(last_good_at) AS any_good_at
    FROM good
    GROUP BY account_id, region, resource_arn
),

streak AS (
    SELECT
        bad.account_id,
        bad.region,
        max(resource_type) AS resource_type,
        bad.resource_arn,
        last_value(backup_plan_name ORDER BY creation_date, backup_job_id) AS backup_plan_name,
        last_value(backup_rule_name ORDER BY creation_date, backup_job_id) AS backup_rule_name,
        count(*) AS failures,
        min(creation_date) AS failing_since,
        max(creation_date) AS last_failure_at,
        max(last_good_at) AS last_good_at,
        last_value(state ORDER BY creation_date, backup_job_id) AS last_state,
        last_value(status_message ORDER BY creation_date, backup_job_id) AS last_message,
        last_value(backup_job_id ORDER BY creation_date, backup_job_id) AS last_job_id
    FROM backup_jobs AS bad
    LEFT JOIN good
        ON good.account_id = bad.account_id
        AND good.region = bad.region
        AND good.resource_arn = bad.resource_arn
        AND (good.backup_plan_id IS NOT DISTINCT FROM bad.backup_plan_id)
        AND (good.backup_rule_id IS NOT DISTINCT FROM bad.backup_rule_id)
    WHERE bad.state IN ('FAILED', 'EXPIRED', 'PARTIAL')
        AND bad.resource_arn IS NOT NULL
        AND bad.creation_date >= date_trunc('day', $now) - $days
        AND bad.creation_date < $now
        AND (last_good_at IS NULL OR bad.creation_date > last_good_at)
    GROUP BY
        bad.account_id, bad.region, bad.resource_arn, bad.backup_plan_id, bad.backup_rule_id
    HAVING count(*) >= $min_failures
)

SELECT
    streak.account_id,
    streak.region,
    resource_type,
    streak.resource_arn,
    backup_plan_name,
    backup_rule_name,
    failures,
    failing_since,
    last_failure_at,
    last_good_at,
    any_good_at,
    last_state,
    last_message,
    last_job_id
FROM streak
LEFT JOIN any_good
    ON any_good.account_id = streak.account_id
    AND any_good.region = streak.region
    AND any_good.resource_arn = streak.resource_arn
ORDER BY
    failures DESC,
    failing_since,
    streak.account_id,
    streak.region,
    streak.resource_arn,
    last_job_id
