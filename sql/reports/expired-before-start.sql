-- title: Expired before they started
-- subject: timing
-- question: Which plans have more to back up than their start window allows, so that jobs expire
--     before they start?
-- param: days days 30 -- How many whole UTC days before today count, beside today.
-- column: account_id -- The account of the jobs.
-- column: region -- The Region of the jobs.
-- column: backup_plan_id -- The plan; NULL for on-demand jobs.
-- column: backup_plan_name -- Its name, the newest that is held.
-- column: backup_rule_id -- The rule of the plan.
-- column: backup_rule_name -- Its name, the newest that is held.
-- column: jobs -- The jobs whose start window has had its end: all but those that still wait.
-- column: expired -- Those that expired before they started.
-- column: expired_percent -- expired / jobs, in percent.
-- column: behind_another -- How many of the expired had to wait for another job of the same
--     resource, which a longer start window does not always cure.
-- column: resources -- How many resources the expired are of.
-- column: start_window_hours -- The longest start window of the expired, in hours; NULL where AWS
--     does not tell it.
-- column: busiest_hour -- The UTC hour of the day, 0 to 23, in which most of the expired were
--     created.
-- column: last_expired_at -- When the last of the expired was created.
-- column: last_message -- Its message.
--
-- EXPIRED has two meanings, which AWS tells apart by the message alone: a job that did not start
-- within its start window, and one that did not end within its completion window ("Backup job
-- expired before completion."). Only the first is counted here. Jobs that still wait are neither.
-- Children of composite jobs are left out: they start with their parent.
--
-- "Now" is the present instant.

WITH job AS (
    SELECT
        account_id,
        region,
        backup_plan_id,
        backup_plan_name,
        backup_rule_id,
        backup_rule_name,
        backup_job_id,
        resource_arn,
        creation_date,
        start_by,
        status_message,
        (
            state = 'EXPIRED'
            AND coalesce(status_message, '') NOT LIKE '%expired before completion%'
        ) AS is_expired,
        (
            coalesce(status_message, '') LIKE '%running job for the same resource%'
            OR upper(replace(message_category, '_', '')) = 'CONCURRENTJOB'
        ) AS is_behind_another,
        date_part('hour', creation_date) AS hour
    FROM backup_jobs
    WHERE parent_job_id IS NULL
        AND state NOT IN ('CREATED', 'PENDING')
        AND creation_date >= date_trunc('day', $now) - $days
        AND creation_date < $now
),

by_hour AS (
    SELECT
        account_id,
        region,
        backup_plan_id,
        backup_rule_id,
        hour,
        count(*) AS expired
    FROM job
    WHERE is_expired
    GROUP BY account_id, region, backup_plan_id, backup_rule_id, hour
),

busiest AS (
    SELECT
        account_id,
        region,
        backup_plan_id,
        backup_rule_id,
        first_value(hour ORDER BY expired DESC, hour) AS busiest_hour
    FROM by_hour
    GROUP BY account_id, region, backup_plan_id, backup_rule_id
),

rule AS (
    SELECT
        account_id,
        region,
        backup_plan_id,
        backup_rule_id,
        last_value(backup_plan_name ORDER BY creation_date, backup_job_id)
            FILTER (WHERE is_expired) AS backup_plan_name,
        last_value(backup_rule_name ORDER BY creation_date, backup_job_id)
            FILTER (WHERE is_expired) AS backup_rule_name,
        count(*) AS jobs,
        count(*) FILTER (WHERE is_expired) AS expired,
        count(*) FILTER (WHERE is_expired AND is_behind_another) AS behind_another,
        count(DISTINCT CASE WHEN is_expired THEN resource_arn END) AS resources,
        max(date_part('epoch', start_by) - date_part('epoch', creation_date))
            FILTER (WHERE is_expired) AS start_window_seconds,
        max(creation_date) FILTER (WHERE is_expired) AS last_expired_at,
        last_value(status_message ORDER BY creation_date, backup_job_id)
            FILTER (WHERE is_expired) AS last_message
    FROM job
    GROUP BY account_id, region, backup_plan_id, backup_rule_id
    HAVING count(*) FILTER (WHERE is_expired) > 0
)

SELECT
    rule.account_id,
    rule.region,
    rule.backup_plan_id,
    backup_plan_name,
    rule.backup_rule_id,
    backup_rule_name,
    jobs,
    expired,
    round(100.0 * expired / jobs, 2) AS expired_percent,
    behind_another,
    resources,
    round(start_window_seconds / 3600, 2) AS start_window_hours,
    CAST(busiest_hour AS bigint) AS busiest_hour,
    last_expired_at,
    last_message
FROM rule
JOIN busiest
    ON busiest.account_id = rule.account_id
    AND busiest.region = rule.region
    AND (busiest.backup_plan_id IS NOT DISTINCT FROM rule.backup_plan_id)
    AND (busiest.backup_rule_id IS NOT DISTINCT FROM rule.backup_rule_id)
ORDER BY
    expired DESC,
    rule.account_id,
    rule.region,
    rule.backup_plan_id NULLS LAST,
    rule.backup_rule_id NULLS LAST
