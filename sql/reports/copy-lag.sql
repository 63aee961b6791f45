-- title: Copy lag
-- subject: copies
-- question: How long after a backup is complete is its copy complete, for each destination?
-- param: days days 30 -- How many whole UTC days before today count, beside today, by the creation
--     of the copy job.
-- param: target_hours bigint 24 -- The longest lag that is in order.
-- column: destination_region -- The Region copied to.
-- column: destination_account_id -- The account copied to.
-- column: destination_vault_arn -- The vault copied to.
-- column: source_region -- The Region copied from.
-- column: copies -- The copies that completed.
-- column: matched -- Those whose backup job is held and has a completion: the lags are of these.
-- column: unmatched -- The others, such as copies of copies, and of backups from before the first
--     reading.
-- column: median_lag_hours -- The median time from the completion of the backup to that of the
--     copy.
-- column: longest_lag_hours -- The longest.
-- column: late -- How many took longer than the target.
-- column: failed -- The copies that failed or are partial.
-- column: open -- The copies that have not ended: neither good nor bad.
-- column: oldest_open_hours -- How long after its backup the oldest of them has not ended; where
--     the backup is not held, how long after its own creation.
-- column: unknown -- The copies that somebody stopped, that AWS forgot before they ended, or that
--     are in a state that AWS has added.
--
-- The lag begins when the backup job completes, not when it is created, and ends when the copy job
-- completes. A recovery point that was made by a copy keeps the creation time of the one that it
-- was made from, so the age of recovery points tells nothing of the lag. A backup is found by the
-- recovery point that was copied; where jobs share one, as continuous backups do, it is the last
-- that had completed by then. Children of composite jobs are left out: their parent is copied as
-- one.
--
-- "Now" is the present instant: where the warehouse was not read for a while, an open copy may have
-- ended since.

WITH made AS (
    SELECT
        jobs.region,
        jobs.account_id,
        copy_job_id,
        destination_backup_vault_arn,
        source_recovery_point_arn,
        outcome,
        jobs.creation_date,
        jobs.completion_date
    FROM jobs
    JOIN copy_jobs
        ON copy_jobs.region = jobs.region
        AND copy_jobs.account_id = jobs.account_id
        AND copy_job_id = job_id
    WHERE kind = 'copy'
        AND jobs.parent_job_id IS NULL
        AND jobs.creation_date >= date_trunc('day', $now) - $days
        AND jobs.creation_date < $now
),

matched AS (
    SELECT
        made.region,
        made.account_id,
        copy_job_id,
        max(backup.completion_date) AS backed_up_at
    FROM made
    JOIN backup_jobs AS backup
        ON backup.recovery_point_arn = source_recovery_point_arn
    WHERE backup.state = 'COMPLETED'
        AND backup.completion_date <= coalesce(made.completion_date, $now)
    GROUP BY made.region, made.account_id, copy_job_id
),

judged AS (
    SELECT
        made.region,
        destination_backup_vault_arn,
        outcome,
        (date_part('epoch', completion_date) - date_part('epoch', backed_up_at)) / 3600
            AS lag_hours,
        (date_part('epoch', $now) - date_part('epoch', coalesce(backed_up_at, creation_date)))
            / 3600 AS waiting_hours
    FROM made
    LEFT JOIN matched
        ON matched.region = made.region
        AND matched.account_id = made.account_id
        AND matched.copy_job_id = made.copy_job_id
)

SELECT
    split_part(destination_backup_vault_arn, ':', 4) AS destination_region,
    split_part(destination_backup_vault_arn, ':', 5) AS destination_account_id,
    destination_backup_vault_arn AS destination_vault_arn,
    region AS source_region,
    count(*) FILTER (WHERE outcome = 'ok') AS copies,
    count(lag_hours) FILTER (WHERE outcome = 'ok') AS matched,
    count(*) FILTER (WHERE outcome = 'ok' AND lag_hours IS NULL) AS unmatched,
    round(median(lag_hours) FILTER (WHERE outcome = 'ok'), 2) AS median_lag_hours,
    round(max(lag_hours) FILTER (WHERE outcome = 'ok'), 2) AS longest_lag_hours,
    count(*) FILTER (WHERE outcome = 'ok' AND lag_hours > $target_hours) AS late,
    count(*) FILTER (WHERE outcome IN ('failed', 'partial')) AS failed,
    count(*) FILTER (WHERE outcome = 'open') AS open,
    round(max(waiting_hours) FILTER (WHERE outcome = 'open'), 2) AS oldest_open_hours,
    count(*) FILTER (WHERE outcome IN ('aborted', 'unknown')) AS unknown
FROM judged
GROUP BY destination_backup_vault_arn, region
ORDER BY destination_vault_arn NULLS LAST, source_region
