-- title: Account scorecard
-- subject: outcomes
-- question: How does each account stand: backups, copies, restores, tests, scans?
-- param: days days 30 -- How many whole UTC days before today count, beside today.
-- column: account_id -- The account.
-- column: resources -- The resources of which there are backup jobs.
-- column: resources_without_good -- Those of them without a good backup; not those all of whose jobs
--     are open still.
-- column: good_backups -- Backup jobs that ended ok or ok with issues.
-- column: judged_backups -- Those, and the backup jobs that failed, expired or are partial.
-- column: backup_percent -- good_backups / judged_backups, in percent; NULL if none was judged.
-- column: backups_with_issues -- The good ones that say what needs attention.
-- column: expired_backups -- Backup jobs that expired.
-- column: good_copies -- Copy jobs that completed.
-- column: judged_copies -- Those, and the copy jobs that failed or are partial.
-- column: copy_percent -- good_copies / judged_copies, in percent; NULL if none was judged.
-- column: good_tests -- Restore tests that completed and were not found wrong by their validation;
--     those whose validation has not ended are none yet.
-- column: judged_tests -- Those, and the tests that failed, or whose validation failed or timed
--     out.
-- column: good_restores -- Other restores that completed.
-- column: judged_restores -- Those, and the ones that failed.
-- column: threats -- Scans that found threats.
-- column: open -- Jobs of any kind that have not ended: neither good nor bad.
-- column: unknown -- Jobs that AWS forgot before they ended, or in a state that AWS has added.
-- column: last_good_backup_at -- When the last good backup was created; NULL if none was.
-- chart: account_id, backup_percent
--
-- Children of composite jobs are left out of all counts of jobs, so that a composite counts once;
-- their resources count as resources. Jobs that somebody stopped are neither good nor bad.
--
-- "Now" is the present instant: a warehouse that was not read for a while shows fewer jobs.

WITH judged AS (
    SELECT
        kind,
        account_id,
        outcome,
        parent_job_id IS NULL AS is_counted,
        scan_result_status,
        creation_date
    FROM jobs
    WHERE creation_date >= date_trunc('day', $now) - $days
        AND creation_date < $now
        AND kind <> 'restore'
),

by_account AS (
    SELECT
        account_id,
        count(*) FILTER (
            WHERE kind = 'backup' AND outcome IN ('ok', 'ok_with_issues')
        ) AS good_backups,
        count(*) FILTER (
            WHERE kind = 'backup'
                AND outcome IN ('ok', 'ok_with_issues', 'failed', 'expired', 'partial')
        ) AS judged_backups,
        count(*) FILTER (
            WHERE kind = 'backup' AND outcome = 'ok_with_issues'
        ) AS backups_with_issues,
        count(*) FILTER (WHERE kind = 'backup' AND outcome = 'expired') AS expired_backups,
        count(*) FILTER (WHERE kind = 'copy' AND outcome = 'ok') AS good_copies,
        count(*) FILTER (
            WHERE kind = 'copy' AND outcome IN ('ok', 'failed', 'partial')
        ) AS judged_copies,
        count(*) FILTER (WHERE scan_result_status = 'THREATS_FOUND') AS threats,
        count(*) FILTER (WHERE outcome = 'open') AS open,
        count(*) FILTER (WHERE outcome = 'unknown') AS unknown,
        max(creation_date) FILTER (
            WHERE kind = 'backup' AND outcome IN ('ok', 'ok_with_issues')
        ) AS last_good_backup_at
    FROM judged
    WHERE is_counted
    GROUP BY account_id
),

restore AS (
    SELECT
        account_id,
        restore_testing_plan_arn IS NOT NULL AS is_test,
        CASE
            WHEN status = 'FAILED' THEN 'failed'
            WHEN status = 'COMPLETED' AND restore_testing_plan_arn IS NULL THEN 'good'
            WHEN status = 'COMPLETED' AND validation_status IN ('FAILED', 'TIMED_OUT')
                THEN 'failed'
            WHEN status = 'COMPLETED' AND coalesce(validation_status, 'SUCCESSFUL') = 'SUCCESSFUL'
                THEN 'good'
            WHEN status = 'ABORTED' THEN 'aborted'
            WHEN tracking = 'forgotten' THEN 'unknown'
            WHEN status IN ('CREATED', 'PENDING', 'RUNNING', 'COMPLETED') THEN 'open'
            ELSE 'unknown'
        END AS judgement
    FROM restore_jobs
    WHERE parent_job_id IS NULL
        AND creation_date >= date_trunc('day', $now) - $days
        AND creation_date < $now
),

restored AS (
    SELECT
        account_id,
        count(*) FILTER (WHERE is_test AND judgement = 'good') AS good_tests,
        count(*) FILTER (WHERE is_test AND judgement IN ('good', 'failed')) AS judged_tests,
        count(*) FILTER (WHERE NOT is_test AND judgement = 'good') AS good_restores,
        count(*) FILTER (WHERE NOT is_test AND judgement IN ('good', 'failed'))
            AS judged_restores,
        count(*) FILTER (WHERE judgement = 'open') AS open,
        count(*) FILTER (WHERE judgement = 'unknown') AS unknown
    FROM restore
    GROUP BY account_id
),

resource AS (
    SELECT
        account_id,
        resource_arn,
        bool_or(outcome IN ('ok', 'ok_with_issues')) AS has_good,
        bool_and(outcome = 'open') AS is_open
    FROM jobs
    WHERE kind = 'backup'
        AND resource_arn IS NOT NULL
        AND creation_date >= date_trunc('day', $now) - $days
        AND creation_date < $now
    GROUP BY account_id, resource_arn
),

protected AS (
    SELECT
        account_id,
        count(*) AS resources,
        count(*) FILTER (WHERE NOT has_good AND NOT is_open) AS resources_without_good
    FROM resource
    GROUP BY account_id
)

SELECT
    coalesce(by_account.account_id, restored.account_id, protected.account_id) AS account_id,
    coalesce(resources, 0) AS resources,
    coalesce(resources_without_good, 0) AS resources_without_good,
    coalesce(good_backups, 0) AS good_backups,
    coalesce(judged_backups, 0) AS judged_backups,
    round(100.0 * good_backups / nullif(judged_backups, 0), 2) AS backup_percent,
    coalesce(backups_with_issues, 0) AS backups_with_issues,
    coalesce(expired_backups, 0) AS expired_backups,
    coalesce(good_copies, 0) AS good_copies,
    coalesce(judged_copies, 0) AS judged_copies,
    round(100.0 * good_copies / nullif(judged_copies, 0), 2) AS copy_percent,
    coalesce(good_tests, 0) AS good_tests,
    coalesce(judged_tests, 0) AS judged_tests,
    coalesce(good_restores, 0) AS good_restores,
    coalesce(judged_restores, 0) AS judged_restores,
    coalesce(threats, 0) AS threats,
    coalesce(by_account.open, 0) + coalesce(restored.open, 0) AS open,
    coalesce(by_account.unknown, 0) + coalesce(restored.unknown, 0) AS unknown,
    last_good_backup_at
FROM by_account
FULL JOIN restored ON restored.account_id = by_account.account_id
FULL JOIN protected
    ON protected.account_id = coalesce(by_account.account_id, restored.account_id)
ORDER BY account_id
