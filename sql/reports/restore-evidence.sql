-- title: Evidence of restores
-- subject: restores
-- question: For each resource that has good backups: when was it last restored with success, and
--     last tested, with what validation, and how long did that take?
-- param: days days 365 -- How many whole UTC days before today a resource is looked for in backups,
--     beside today; evidence is looked for in all history.
-- param: only one_of(all, unproven) all -- All resources, or those without a good test and restore.
-- column: resource_type -- The type of the resource.
-- column: resource_arn -- The resource; NULL in one row a type for restores of which AWS does not
--     tell the source.
-- column: last_backup_at -- When its last good backup within the days was created; NULL if none
--     was.
-- column: last_test_at -- When the last good restore test was created.
-- column: last_test_validation -- What its validation said; NULL if nothing validated it.
-- column: last_test_minutes -- How long it took, from its creation to its completion, in minutes.
-- column: last_test_point_at -- When the recovery point that it restored was created.
-- column: good_tests -- How many tests were good.
-- column: failed_tests -- How many failed: the restore, or its validation, which may have timed
--     out.
-- column: last_restore_at -- When the last good restore that was no test was created.
-- column: last_restore_minutes -- How long it took, from its creation to its completion, in
--     minutes.
-- column: good_restores -- How many restores that were no test were good.
-- column: failed_restores -- How many failed.
-- column: open_jobs -- Tests and restores that have not ended, and tests whose validation has not:
--     neither good nor bad.
--
-- A test is a restore job of a restore testing plan. It is good if the restore is COMPLETED and its
-- validation, if there is one, was SUCCESSFUL: a test that restores something that is then found to
-- be wrong proves nothing. A restore that somebody stopped is neither good nor bad.
--
-- Restores are found by the resource that was backed up, wherever they run: a copy is restored in
-- another account or Region. A recovery point made by a copy keeps the creation time of the one
-- that it was made from, so last_test_point_at is how old the data was.
--
-- "Now" is the present instant.

WITH protected AS (
    SELECT
        resource_arn,
        max(resource_type) AS resource_type,
        max(creation_date) AS last_backup_at
    FROM backup_jobs
    WHERE state = 'COMPLETED'
        AND resource_arn IS NOT NULL
        AND creation_date >= date_trunc('day', $now) - $days
        AND creation_date < $now
    GROUP BY resource_arn
),

restore AS (
    SELECT
        resource_type,
        source_resource_arn,
        restore_job_id,
        creation_date,
        (date_part('epoch', completion_date) - date_part('epoch', creation_date)) / 60 AS minutes,
        recovery_point_creation_date,
        validation_status,
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
    WHERE creation_date < $now
),

evidence AS (
    SELECT
        source_resource_arn,
        CASE WHEN source_resource_arn IS NULL THEN resource_type END AS type_of_unknown,
        max(resource_type) AS resource_type,
        max(creation_date) FILTER (WHERE is_test AND judgement = 'good') AS last_test_at,
        last_value(validation_status ORDER BY creation_date, restore_job_id)
            FILTER (WHERE is_test AND judgement = 'good') AS last_test_validation,
        last_value(minutes ORDER BY creation_date, restore_job_id)
            FILTER (WHERE is_test AND judgement = 'good') AS last_test_minutes,
        last_value(recovery_point_creation_date ORDER BY creation_date, restore_job_id)
            FILTER (WHERE is_test AND judgement = 'good') AS last_test_point_at,
        count(*) FILTER (WHERE is_test AND judgement = 'good') AS good_tests,
        count(*) FILTER (WHERE is_test AND judgement = 'failed') AS failed_tests,
        max(creation_date) FILTER (WHERE NOT is_test AND judgement = 'good') AS last_restore_at,
        last_value(minutes ORDER BY creation_date, restore_job_id)
            FILTER (WHERE NOT is_test AND judgement = 'good') AS last_restore_minutes,
        count(*) FILTER (WHERE NOT is_test AND judgement = 'good') AS good_restores,
        count(*) FILTER (WHERE NOT is_test AND judgement = 'failed') AS failed_restores,
        count(*) FILTER (WHERE judgement = 'open') AS open_jobs
    FROM restore
    GROUP BY source_resource_arn, CASE WHEN source_resource_arn IS NULL THEN resource_type END
),

told AS (
    SELECT
        coalesce(protected.resource_type, evidence.resource_type) AS resource_type,
        coalesce(resource_arn, source_resource_arn) AS resource_arn,
        last_backup_at,
        last_test_at,
        last_test_validation,
        round(last_test_minutes, 2) AS last_test_minutes,
        last_test_point_at,
        coalesce(good_tests, 0) AS good_tests,
        coalesce(failed_tests, 0) AS failed_tests,
        last_restore_at,
        round(last_restore_minutes, 2) AS last_restore_minutes,
        coalesce(good_restores, 0) AS good_restores,
        coalesce(failed_restores, 0) AS failed_restores,
        coalesce(open_jobs, 0) AS open_jobs
    FROM protected
    FULL JOIN evidence ON source_resource_arn = resource_arn
)

SELECT
    resource_type,
    resource_arn,
    last_backup_at,
    last_test_at,
    last_test_validation,
    last_test_minutes,
    last_test_point_at,
    good_tests,
    failed_tests,
    last_restore_at,
    last_restore_minutes,
    good_restores,
    failed_restores,
    open_jobs
FROM told
WHERE $only = 'all' OR (good_tests = 0 AND good_restores = 0)
ORDER BY resource_type NULLS LAST, resource_arn NULLS LAST
