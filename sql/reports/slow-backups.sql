-- title: Backups that became slow
-- subject: timing
-- question: Which resources take much longer to back up than they used to?
-- param: days days 7 -- How many whole UTC days before today are recent, beside today. A resource
--     without a good backup in them is not told.
-- param: past days 60 -- How many days before those are the past that they are compared with.
-- param: factor double 2 -- How many times longer than in the past.
-- param: min_minutes bigint 10 -- How many minutes longer, at least: short backups vary much.
-- param: min_jobs bigint 5 -- How many good backups make a past.
-- param: min_recent bigint 2 -- How many make a present: one slow night is no trend. Where fewer are
--     of the recent days, as of a weekly plan, the last so many are the recent ones.
-- column: account_id -- The account of the resource.
-- column: region -- The Region of its backups.
-- column: resource_type -- The type of the resource.
-- column: resource_arn -- The resource.
-- column: recent_jobs -- The good backups that are recent.
-- column: past_jobs -- The good backups of the past before them.
-- column: recent_minutes -- The median duration of the recent ones, in minutes.
-- column: past_minutes -- The median duration of the past ones, in minutes.
-- column: factor -- recent_minutes / past_minutes.
-- column: recent_bytes -- The median size of the recent ones; NULL where AWS does not tell sizes.
-- column: past_bytes -- The median size of the past ones; NULL where AWS does not tell sizes.
--
-- The duration of a job is the time from its creation to its completion, so a wait in the start
-- window is a part of it: AWS does not document that initiation_date is when a job began to work. Only
-- good backups of which AWS tells the completion count. Medians are compared, so that one bad night
-- among others does not count.
--
-- 0 bytes mean that AWS does not know the size, as NULL does.
--
-- "Now" is the present instant: a warehouse that was not read lately has no recent backups, and
-- nothing is told.

WITH job AS (
    SELECT
        account_id,
        region,
        resource_type,
        resource_arn,
        creation_date,
        (date_part('epoch', completion_date) - date_part('epoch', creation_date)) / 60 AS minutes,
        nullif(backup_size_in_bytes, 0) AS bytes
    FROM backup_jobs
    WHERE state = 'COMPLETED'
        AND completion_date IS NOT NULL
        AND resource_arn IS NOT NULL
        AND creation_date >= date_trunc('day', $now) - $days - $past
        AND creation_date < $now
),

present AS (
    SELECT
        account_id,
        region,
        resource_arn,
        least(
            date_trunc('day', $now) - $days,
            nth_value(creation_date, $min_recent ORDER BY creation_date DESC)
        ) AS recent_from
    FROM job
    GROUP BY account_id, region, resource_arn
    HAVING max(creation_date) >= date_trunc('day', $now) - $days
),

resource AS (
    SELECT
        job.account_id,
        job.region,
        max(resource_type) AS resource_type,
        job.resource_arn,
        count(*) FILTER (WHERE creation_date >= recent_from) AS recent_jobs,
        count(*) FILTER (WHERE creation_date < recent_from) AS past_jobs,
        median(minutes) FILTER (WHERE creation_date >= recent_from) AS recent_minutes,
        median(minutes) FILTER (WHERE creation_date < recent_from) AS past_minutes,
        median(bytes) FILTER (WHERE creation_date >= recent_from) AS recent_bytes,
        median(bytes) FILTER (WHERE creation_date < recent_from) AS past_bytes
    FROM job
    JOIN present
        ON present.account_id = job.account_id
        AND present.region = job.region
        AND present.resource_arn = job.resource_arn
    GROUP BY job.account_id, job.region, job.resource_arn
)

SELECT
    account_id,
    region,
    resource_type,
    resource_arn,
    recent_jobs,
    past_jobs,
    round(recent_minutes, 2) AS recent_minutes,
    round(past_minutes, 2) AS past_minutes,
    round(recent_minutes / nullif(past_minutes, 0), 2) AS factor,
    CAST(recent_bytes AS bigint) AS recent_bytes,
    CAST(past_bytes AS bigint) AS past_bytes
FROM resource
WHERE past_jobs >= $min_jobs
    AND recent_jobs >= $min_recent
    AND recent_minutes >= $factor * past_minutes
    AND recent_minutes >= past_minutes + $min_minutes
ORDER BY factor DESC NULLS FIRST, account_id, region, resource_arn
