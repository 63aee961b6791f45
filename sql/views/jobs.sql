-- One row a job of any kind, with the columns that kinds have in common.
-- A copy's vault and recovery point are those copied from; a restore's resource is its source.
--
-- outcome: "Completed with issues" is AWS's console's word for a backup job that is COMPLETED with a
-- message category other than SUCCESS, or, where AWS gave no category, with a status message (AWS
-- Backup Developer Guide, "AWS Backup console dashboards"; API reference, ListBackupJobSummaries).
-- A forgotten job and a state that AWS has added since are unknown.
--
-- reason: the message with ARNs, ids, times and numbers replaced, so that like messages fall
-- together; NULL where AWS gave none.

WITH job AS (
    SELECT
        'backup' AS kind,
        region,
        account_id,
        backup_job_id AS job_id,
        resource_type,
        resource_arn,
        resource_name,
        state,
        status_message,
        message_category,
        creation_date,
        completion_date,
        backup_size_in_bytes,
        backup_vault_arn,
        recovery_point_arn,
        iam_role_arn,
        backup_plan_id,
        backup_plan_arn,
        backup_rule_id,
        parent_job_id,
        is_parent,
        CAST(NULL AS varchar) AS malware_scanner,
        CAST(NULL AS varchar) AS scan_result_status,
        tracking,
        source,
        origin,
        first_seen_at,
        observed_at
    FROM backup_jobs
    UNION ALL
    SELECT
        'copy' AS kind,
        region,
        account_id,
        copy_job_id AS job_id,
        resource_type,
        resource_arn,
        resource_name,
        state,
        status_message,
        message_category,
        creation_date,
        completion_date,
        backup_size_in_bytes,
        source_backup_vault_arn AS backup_vault_arn,
        source_recovery_point_arn AS recovery_point_arn,
        iam_role_arn,
        backup_plan_id,
        backup_plan_arn,
        backup_rule_id,
        parent_job_id,
        is_parent,
        CAST(NULL AS varchar) AS malware_scanner,
        CAST(NULL AS varchar) AS scan_result_status,
        tracking,
        source,
        origin,
        first_seen_at,
        observed_at
    FROM copy_jobs
    UNION ALL
    SELECT
        'restore' AS kind,
        region,
        account_id,
        restore_job_id AS job_id,
        resource_type,
        source_resource_arn AS resource_arn,
        CAST(NULL AS varchar) AS resource_name,
        status AS state,
        status_message,
        CAST(NULL AS varchar) AS message_category,
        creation_date,
        completion_date,
        backup_size_in_bytes,
        backup_vault_arn,
        recovery_point_arn,
        iam_role_arn,
        CAST(NULL AS varchar) AS backup_plan_id,
        CAST(NULL AS varchar) AS backup_plan_arn,
        CAST(NULL AS varchar) AS backup_rule_id,
        parent_job_id,
        is_parent,
        CAST(NULL AS varchar) AS malware_scanner,
        CAST(NULL AS varchar) AS scan_result_status,
        tracking,
        source,
        origin,
        first_seen_at,
        observed_at
    FROM restore_jobs
    UNION ALL
    SELECT
        'scan' AS kind,
        region,
        account_id,
        scan_job_id AS job_id,
        resource_type,
        resource_arn,
        resource_name,
        state,
        status_message,
        CAST(NULL AS varchar) AS message_category,
        creation_date,
        completion_date,
        CAST(NULL AS bigint) AS backup_size_in_bytes,
        backup_vault_arn,
        recovery_point_arn,
        iam_role_arn,
        backup_plan_id,
        backup_plan_arn,
        backup_rule_id,
        CAST(NULL AS varchar) AS parent_job_id,
        CAST(NULL AS boolean) AS is_parent,
        malware_scanner,
        scan_result_status,
        tracking,
        source,
        origin,
        first_seen_at,
        observed_at
    FROM scan_jobs
)

SELECT
    kind,
    region,
    account_id,
    job_id,
    resource_type,
    resource_arn,
    resource_name,
    state,
    CASE
        WHEN state = 'COMPLETED' AND kind = 'backup' AND (
            upper(replace(message_category, '_', '')) <> 'SUCCESS'
            OR (message_category IS NULL AND status_message IS NOT NULL)
        ) THEN 'ok_with_issues'
        WHEN state = 'COMPLETED' THEN 'ok'
        WHEN state = 'COMPLETED_WITH_ISSUES' THEN 'ok_with_issues'
        WHEN state = 'FAILED' THEN 'failed'
        WHEN state = 'EXPIRED' THEN 'expired'
        WHEN state IN ('ABORTED', 'CANCELED') THEN 'aborted'
        WHEN state = 'PARTIAL' THEN 'partial'
        WHEN tracking = 'forgotten' THEN 'unknown'
        WHEN state IN (
            'CREATED', 'PENDING', 'RUNNING', 'ABORTING', 'COMPLETING', 'FAILING'
        ) THEN 'open'
        ELSE 'unknown'
    END AS outcome,
    status_message,
    message_category,
    regexp_replace(
        regexp_replace(
            regexp_replace(
                regexp_replace(
                    nullif(ltrim(rtrim(status_message, '" '), '" '), ''),
                    'arn:aws[a-z-]*:[^\s"'',;()<>]+', '<arn>', 'g'
                ),
                '\b([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[a-z]+-[0-9a-f]{8,17})\b',
                '<id>', 'gi'
            ),
            '\b\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?Z?)?', '<time>', 'g'
        ),
        '\b\d([\d,.]*\d)?\b', '<n>', 'g'
    ) AS reason,
    creation_date,
    completion_date,
    round(
        date_part('epoch', completion_date) - date_part('epoch', creation_date), 3
    ) AS duration_seconds,
    backup_size_in_bytes,
    backup_vault_arn,
    recovery_point_arn,
    iam_role_arn,
    backup_plan_id,
    backup_plan_arn,
    backup_rule_id,
    parent_job_id,
    is_parent,
    malware_scanner,
    scan_result_status,
    tracking,
    source,
    origin,
    first_seen_at,
    observed_at
FROM job
