-- title: What changed
-- subject: warehouse
-- question: What did the last run find new or changed, failures first?
-- param: run_id text NULL -- The run, as in ops.runs; without it the last one.
-- param: only one_of(all, ended, failures) all -- All changes, those of jobs that have ended, or
--     those of jobs that failed, expired or are partial.
-- param: rows bigint 1000 -- How many changes are told at most: a first run finds everything new.
-- column: changes -- How many changes there are in all: more than rows, where these are cut off.
-- column: run_id -- The run.
-- column: kind -- The kind of job.
-- column: region -- The Region of the job.
-- column: account_id -- The account of the job.
-- column: job_id -- The job.
-- column: creation_date -- When the job was created.
-- column: from_state -- The state that was held before; NULL for a job that was not held.
-- column: to_state -- The state that was found; the same as before where another field changed, or
--     where AWS stopped showing the open job.
-- column: outcome -- What the job has come to since, as far as is known now.
-- column: resource_type -- The type of the resource.
-- column: resource_arn -- The resource; NULL where AWS does not tell it.
-- column: status_message -- The message of the job now.
--
-- The last run is the last import or ingest that has begun: if it found nothing new, there are no
-- rows. Its changes are those that were committed: a run that still goes on, or was interrupted,
-- shows what it had by then.
--
-- "Now" is the present instant, or the earlier state that is asked: the last run is that before it.

WITH last_run AS (
    SELECT
        coalesce($run_id, last_value(run_id ORDER BY started_at, run_id)) AS run_id
    FROM ops.runs
    WHERE command IN ('import', 'ingest') AND started_at <= $now
),

changed AS (
    SELECT
        job_transitions.run_id,
        job_transitions.kind,
        job_transitions.region,
        job_transitions.account_id,
        job_transitions.job_id,
        job_transitions.creation_date,
        from_state,
        to_state,
        outcome,
        resource_type,
        resource_arn,
        status_message
    FROM job_transitions
    JOIN last_run ON last_run.run_id = job_transitions.run_id
    LEFT JOIN jobs
        ON jobs.kind = job_transitions.kind
        AND jobs.region = job_transitions.region
        AND jobs.account_id = job_transitions.account_id
        AND jobs.job_id = job_transitions.job_id
    WHERE $only = 'all'
        OR ($only = 'ended' AND outcome NOT IN ('open', 'unknown'))
        OR ($only = 'failures' AND outcome IN ('failed', 'expired', 'partial'))
),

-- Where all changes count, no job need be looked up to count them.
counted AS (
    SELECT count(*) AS changes
    FROM job_transitions
    JOIN last_run ON last_run.run_id = job_transitions.run_id
    WHERE $only = 'all'
    UNION ALL
    SELECT count(*) AS changes
    FROM changed
    WHERE $only <> 'all'
),

-- Cut off before it is joined with anything, so that the rest need not be kept.
told AS (
    SELECT
        run_id,
        kind,
        region,
        account_id,
        job_id,
        creation_date,
        from_state,
        to_state,
        outcome,
        resource_type,
        resource_arn,
        status_message
    FROM changed
    ORDER BY
        CASE WHEN outcome IN ('failed', 'expired', 'partial') THEN 0 ELSE 1 END,
        kind,
        creation_date DESC,
        region,
        account_id,
        job_id,
        from_state NULLS FIRST,
        to_state
    LIMIT $rows
)

SELECT
    changes,
    run_id,
    kind,
    region,
    account_id,
    job_id,
    creation_date,
    from_state,
    to_state,
    outcome,
    resource_type,
    resource_arn,
    status_message
FROM told
CROSS JOIN (SELECT sum(changes) AS changes FROM counted) AS counted
ORDER BY
    CASE WHEN outcome IN ('failed', 'expired', 'partial') THEN 0 ELSE 1 END,
    kind,
    creation_date DESC,
    region,
    account_id,
    job_id,
    from_state NULLS FIRST,
    to_state
