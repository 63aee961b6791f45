-- title: Missing copies
-- subject: copies
-- question: Which good backups have no good copy at a destination to which other backups of the
--     same resource, made by the same rule, are copied?
-- param: days days 30 -- How many whole UTC days before the last known one count, beside it.
-- param: grace_hours bigint 24 -- How long after its completion a backup may be without its copy.
-- column: account_id -- The account of the backup.
-- column: region -- The Region of the backup.
-- column: resource_type -- The type of the resource.
-- column: resource_arn -- The resource.
-- column: backup_plan_name -- The plan that made the backup; NULL where AWS does not tell it.
-- column: backup_rule_name -- The rule that made the backup.
-- column: backup_job_id -- The backup.
-- column: backed_up_at -- When it was complete.
-- column: destination_vault_arn -- The vault where its copy is missing.
-- column: copy_state -- The state of the last copy job that tried it; NULL if none did.
-- column: copy_message -- The message of that copy job.
-- column: copy_job_id -- That copy job.
-- column: known_until -- Up to when the copy jobs of this account and Region are known.
--
-- Exactly: a rule is taken to copy a resource to a vault if, within the days that count, any copy
-- job, however it ended, was made to that vault of a recovery point of the resource by the rule. A
-- backup is told if it was made by the rule of that resource in these days and is COMPLETED, with
-- issues or not; if it was not made before the first backup whose copying was tried (the rule may
-- not have copied then); if it was complete grace_hours before known_until; and if no copy job of
-- its recovery point to the vault is COMPLETED or still open. On-demand backups have no rule, and
-- are left out.
--
-- The present is known_until: the end of what was listed of copy jobs in the account's Region, or,
-- where nothing tells that, the newest job, backup or copy; at most the present instant. So a
-- warehouse that was not read for a while does not report copies that may have been made since.

WITH held AS (
    SELECT account_id, region, source, max(creation_date) AS newest
    FROM jobs
    WHERE kind IN ('backup', 'copy')
    GROUP BY account_id, region, source
),

known AS (
    SELECT
        account_id,
        held.region,
        least($now, max(coalesce(covered_until, newest))) AS known_until
    FROM held
    LEFT JOIN (
        SELECT source, region, max(created_until) AS covered_until
        FROM ops.coverage
        WHERE kind = 'copy' AND status = 'complete'
        GROUP BY source, region
    ) AS covered ON covered.source = held.source AND covered.region = held.region
    GROUP BY account_id, held.region
),

-- One without a resource or a rule is joined with nothing.
good AS (
    SELECT
        account_id,
        region,
        resource_type,
        resource_arn,
        backup_plan_name,
        backup_rule_id,
        backup_rule_name,
        backup_job_id,
        recovery_point_arn,
        creation_date,
        completion_date
    FROM backup_jobs
    WHERE state = 'COMPLETED' AND creation_date < $now
),

habit AS (
    SELECT
        good.account_id,
        good.region,
        good.resource_arn,
        good.backup_rule_id,
        destination_backup_vault_arn,
        known_until,
        min(good.creation_date) AS first_copied_at
    FROM good
    JOIN copy_jobs ON source_recovery_point_arn = recovery_point_arn
    JOIN known ON known.account_id = good.account_id AND known.region = good.region
    WHERE destination_backup_vault_arn IS NOT NULL
        AND good.creation_date >= date_trunc('day', known_until) - $days
        AND copy_jobs.creation_date < $now
    GROUP BY
        good.account_id,
        good.region,
        good.resource_arn,
        good.backup_rule_id,
        destination_backup_vault_arn,
        known_until
),

made AS (
    SELECT source_recovery_point_arn, destination_backup_vault_arn
    FROM copy_jobs
    WHERE (state = 'COMPLETED' OR tracking = 'open') AND creation_date < $now
),

missing AS (
    SELECT
        good.account_id,
        good.region,
        resource_type,
        good.resource_arn,
        backup_plan_name,
        backup_rule_name,
        backup_job_id,
        recovery_point_arn,
        completion_date,
        destination_backup_vault_arn,
        known_until
    FROM good
    JOIN habit
        ON habit.account_id = good.account_id
        AND habit.region = good.region
        AND habit.resource_arn = good.resource_arn
        AND habit.backup_rule_id = good.backup_rule_id
    WHERE recovery_point_arn IS NOT NULL
        AND creation_date >= first_copied_at
        AND coalesce(completion_date, creation_date)
            <= known_until - CAST(concat($grace_hours, ' hours') AS interval)
        AND NOT EXISTS (
            SELECT 1
            FROM made
            WHERE made.source_recovery_point_arn = good.recovery_point_arn
                AND made.destination_backup_vault_arn = habit.destination_backup_vault_arn
        )
),

-- The few copy jobs that came to nothing; those that did are many, and told of nowhere.
tried AS (
    SELECT
        source_recovery_point_arn,
        destination_backup_vault_arn,
        last_value(state ORDER BY creation_date, copy_job_id) AS copy_state,
        last_value(status_message ORDER BY creation_date, copy_job_id) AS copy_message,
        last_value(copy_job_id ORDER BY creation_date, copy_job_id) AS copy_job_id
    FROM copy_jobs
    WHERE state <> 'COMPLETED' AND tracking <> 'open' AND creation_date < $now
    GROUP BY source_recovery_point_arn, destination_backup_vault_arn
)

SELECT
    account_id,
    region,
    resource_type,
    resource_arn,
    backup_plan_name,
    backup_rule_name,
    backup_job_id,
    completion_date AS backed_up_at,
    missing.destination_backup_vault_arn AS destination_vault_arn,
    copy_state,
    copy_message,
    copy_job_id,
    known_until
FROM missing
LEFT JOIN tried
    ON tried.source_recovery_point_arn = missing.recovery_point_arn
    AND tried.destination_backup_vault_arn = missing.destination_backup_vault_arn
ORDER BY
    account_id,
    region,
    resource_arn,
    destination_vault_arn,
    backed_up_at NULLS LAST,
    backup_job_id
