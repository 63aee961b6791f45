-- title: Success rate
-- subject: outcomes
-- question: Of the jobs that came to an end, what share was good, for each account, type, plan,
--     vault, Region, day, week or month?
-- param: days days 30 -- How many whole UTC days before today count, beside today.
-- param: kind one_of(backup, copy, restore, scan) backup -- The kind of job.
-- param: by one_of(account_id, resource_type, plan, vault, region, day, week, month) account_id --
--     What a row is: days, weeks (from Monday) and months are UTC, by creation.
-- param: composites one_of(parents, children, both) parents -- What counts of a composite job: the
--     parent alone, its children alone, or both, which counts the same backup twice.
-- column: group_name -- The account, type, plan, vault, Region or first day of the row; NULL for
--     jobs that have none, such as jobs without a plan.
-- column: plan_name -- With --by plan, the newest name of the plan; else NULL.
-- column: jobs -- All jobs, those that do not enter the rate included.
-- column: good -- The numerator: jobs that ended ok or ok with issues.
-- column: judged -- The denominator: good, failed, expired and partial jobs.
-- column: rate_percent -- good / judged, in percent; NULL if no job was judged.
-- column: ok -- Jobs that completed.
-- column: ok_with_issues -- Jobs that completed, and say what needs attention.
-- column: failed -- Jobs that failed.
-- column: expired -- Jobs that did not start, or did not end, within their window.
-- column: partial -- Composite jobs of which only a part completed: not good.
-- column: aborted -- Jobs that somebody stopped: neither good nor bad.
-- column: open -- Jobs that have not ended: neither good nor bad.
-- column: unknown -- Jobs that AWS forgot before they ended, or in a state that AWS has added.
-- chart: group_name, rate_percent
--
-- AWS's dashboards leave partial jobs out of the rate; ours counts them as not good, since a part
-- of what was to be backed up is not ("AWS Backup console dashboards", Developer Guide). The counts
-- stand beside it, so that either rate can be had.
--
-- "Now" is the present instant: a warehouse that was not read for a while shows fewer jobs, and the
-- same rate.

WITH job AS (
    SELECT
        CASE
            WHEN $by = 'account_id' THEN account_id
            WHEN $by = 'resource_type' THEN resource_type
            WHEN $by = 'plan' THEN backup_plan_id
            WHEN $by = 'vault' THEN backup_vault_arn
            WHEN $by = 'region' THEN region
            ELSE substr(CAST(date_trunc($by, creation_date) AS varchar), 1, 10)
        END AS group_name,
        outcome
    FROM jobs
    WHERE kind = $kind
        AND creation_date >= date_trunc('day', $now) - $days
        AND creation_date < $now
        AND CASE
            WHEN $composites = 'parents' THEN parent_job_id IS NULL
            WHEN $composites = 'children' THEN is_parent IS NOT TRUE
            ELSE TRUE
        END
),

counted AS (
    SELECT
        group_name,
        count(*) AS jobs,
        count(*) FILTER (WHERE outcome = 'ok') AS ok,
        count(*) FILTER (WHERE outcome = 'ok_with_issues') AS ok_with_issues,
        count(*) FILTER (WHERE outcome = 'failed') AS failed,
        count(*) FILTER (WHERE outcome = 'expired') AS expired,
        count(*) FILTER (WHERE outcome = 'partial') AS partial,
        count(*) FILTER (WHERE outcome = 'aborted') AS aborted,
        count(*) FILTER (WHERE outcome = 'open') AS open,
        count(*) FILTER (WHERE outcome = 'unknown') AS unknown
    FROM job
    GROUP BY group_name
),

plan AS (
    SELECT
        backup_plan_id,
        last_value(backup_plan_name ORDER BY creation_date) AS plan_name
    FROM backup_jobs
    WHERE $by = 'plan'
        AND creation_date >= date_trunc('day', $now) - $days
        AND backup_plan_name IS NOT NULL
    GROUP BY backup_plan_id
)

SELECT
    group_name,
    plan_name,
    jobs,
    ok + ok_with_issues AS good,
    ok + ok_with_issues + failed + expired + partial AS judged,
    round(
        100.0 * (ok + ok_with_issues)
        / nullif(ok + ok_with_issues + failed + expired + partial, 0), 2
    ) AS rate_percent,
    ok,
    ok_with_issues,
    failed,
    expired,
    partial,
    aborted,
    open,
    unknown
FROM counted
LEFT JOIN plan ON backup_plan_id = group_name
ORDER BY group_name NULLS LAST
