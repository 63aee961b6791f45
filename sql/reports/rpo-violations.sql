-- title: Recovery point objectives missed
-- subject: protection
-- question: Which resources had a longer time between two good backups than the target, or have
--     been without one for longer than that until now?
-- param: target_hours bigint 36 -- The longest time between two good backups that is in order.
-- param: days days 90 -- How many whole UTC days count, beside the last one: a gap counts if it
--     ended in them or has not ended, however long before it began.
-- column: account_id -- The account of the resource.
-- column: region -- The Region of its backups.
-- column: resource_type -- The type of the resource.
-- column: resource_arn -- The resource.
-- column: gaps -- How many gaps are longer than the target, the one that has not ended included.
-- column: largest_gap_hours -- The longest of them, in hours.
-- column: gap_from -- Where the longest begins: the creation of a good backup, or of the first job
--     of a resource that had none before.
-- column: gap_until -- Where it ends: the creation of the next good backup, or known_until.
-- column: is_open -- Whether the longest has not ended.
-- column: unread_hours -- How many hours of the longest were not read from AWS, and may have had
--     good backups that are not held: all of them, where jobs were only imported.
-- column: open_gap_hours -- The time without a good backup until known_until, in hours.
-- column: last_good_at -- When the last good backup was created; NULL if there never was one.
-- column: known_until -- Up to when the backup jobs of this account and Region are known.
--
-- A backup protects what was there when its job was created. Good is COMPLETED, with issues or not;
-- a job that has not ended protects nothing yet and is no failure either. Copies are no new
-- recovery points: a copy is as old as the backup that it was made from. A composite's children are
-- backups of their own resources.
--
-- All history is looked at, so a gap of more than the 31 days for which AWS shows jobs is seen. A
-- resource without any job in the days that count is left to the report gone-silent: it may be
-- gone.
--
-- The present is known_until: the end of what was listed of the account's Region, or, where nothing
-- tells that, its newest job; at most the present instant. So a warehouse that was not read for a
-- while does not report every resource.

WITH held AS (
    SELECT account_id, region, source, max(creation_date) AS newest
    FROM backup_jobs
    GROUP BY account_id, region, source
),

known AS (
    SELECT
        account_id,
        region,
        least($now, max(greatest(newest, covered_until))) AS known_until
    FROM held
    LEFT JOIN (
        SELECT source, region, max(created_until) AS covered_until
        FROM ops.coverage
        WHERE kind = 'backup' AND status = 'complete'
        GROUP BY source, region
    ) AS covered USING (source, region)
    GROUP BY account_id, region
),

resource AS (
    SELECT
        account_id,
        region,
        resource_arn,
        max(resource_type) AS resource_type,
        min(creation_date) AS first_job_at,
        max(creation_date) AS last_job_at
    FROM backup_jobs
    WHERE resource_arn IS NOT NULL AND creation_date < $now
    GROUP BY account_id, region, resource_arn
),

numbered AS (
    SELECT
        row_number() OVER (
            ORDER BY resource.account_id, resource.region, resource_arn
        ) AS number,
        resource.account_id,
        resource.region,
        resource_arn,
        resource_type,
        first_job_at,
        known_until,
        date_trunc('day', known_until) - $days AS since
    FROM resource
    JOIN known
        ON known.account_id = resource.account_id AND known.region = resource.region
    WHERE last_job_at >= date_trunc('day', known_until) - $days
),

-- Times are ordered under the number of the resource: its names are long. A resource without a good
-- backup has one row, without a time.
good AS (
    SELECT
        number,
        first_job_at,
        known_until,
        since,
        creation_date,
        lag(creation_date) OVER (PARTITION BY number ORDER BY creation_date) AS previous
    FROM numbered
    LEFT JOIN (
        SELECT account_id, region, resource_arn, creation_date
        FROM backup_jobs
        WHERE state = 'COMPLETED' AND resource_arn IS NOT NULL AND creation_date < $now
    ) AS job
        ON job.account_id = numbered.account_id
        AND job.region = numbered.region
        AND job.resource_arn = numbered.resource_arn
),

-- The gap that a good backup ended; it counts if that was in the days that count.
ended AS (
    SELECT
        number,
        first_job_at,
        known_until,
        creation_date,
        coalesce(previous, first_job_at) AS gap_from,
        CASE
            WHEN creation_date >= since
                THEN round(
                    (
                        date_part('epoch', creation_date)
                        - date_part('epoch', coalesce(previous, first_job_at))
                    ) / 3600, 2
                )
        END AS gap_hours
    FROM good
),

measured AS (
    SELECT
        number,
        count(*) FILTER (WHERE gap_hours > $target_hours) AS ended_gaps,
        max(gap_hours) AS ended_hours,
        first_value(gap_from ORDER BY gap_hours DESC NULLS LAST, creation_date DESC) AS ended_from,
        first_value(creation_date ORDER BY gap_hours DESC NULLS LAST, creation_date DESC)
            AS ended_until,
        max(creation_date) AS last_good_at,
        max(known_until) AS open_until,
        coalesce(max(creation_date), max(first_job_at)) AS open_from,
        round(
            (
                date_part('epoch', max(known_until))
                - date_part('epoch', coalesce(max(creation_date), max(first_job_at)))
            ) / 3600, 2
        ) AS open_gap_hours
    FROM ended
    GROUP BY number
),

worst AS (
    SELECT
        number,
        ended_gaps + CASE WHEN open_gap_hours > $target_hours THEN 1 ELSE 0 END AS gaps,
        greatest(ended_hours, open_gap_hours) AS largest_gap_hours,
        CASE WHEN ended_hours >= open_gap_hours THEN ended_from ELSE open_from END AS gap_from,
        CASE WHEN ended_hours >= open_gap_hours THEN ended_until ELSE open_until END AS gap_until,
        ended_hours IS NULL OR ended_hours < open_gap_hours AS is_open,
        open_gap_hours,
        last_good_at
    FROM measured
    WHERE greatest(ended_hours, open_gap_hours) > $target_hours
),

-- What each source read of the longest gap.
read_by_source AS (
    SELECT
        worst.number,
        gaps,
        largest_gap_hours,
        gap_from,
        gap_until,
        is_open,
        open_gap_hours,
        last_good_at,
        numbered.account_id,
        numbered.region,
        resource_type,
        resource_arn,
        known_until,
        sum(
            least(date_part('epoch', created_until), date_part('epoch', gap_until))
            - greatest(date_part('epoch', created_from), date_part('epoch', gap_from))
        ) FILTER (WHERE source IS NOT NULL) / 3600 AS read_hours
    FROM worst
    JOIN numbered ON numbered.number = worst.number
    LEFT JOIN (
        SELECT account_id, held.region, held.source, scope, created_from, created_until
        FROM held
        JOIN ops.coverage AS read ON read.source = held.source AND read.region = held.region
        WHERE kind = 'backup' AND status = 'complete'
    ) AS coverage
        ON coverage.account_id = numbered.account_id
        AND coverage.region = numbered.region
        AND created_from < gap_until
        AND created_until > gap_from
    GROUP BY
        worst.number,
        gaps,
        largest_gap_hours,
        gap_from,
        gap_until,
        is_open,
        open_gap_hours,
        last_good_at,
        numbered.account_id,
        numbered.region,
        resource_type,
        resource_arn,
        known_until,
        source,
        scope
)

SELECT
    account_id,
    region,
    resource_type,
    resource_arn,
    gaps,
    largest_gap_hours,
    gap_from,
    gap_until,
    is_open,
    round(
        greatest(largest_gap_hours - max(coalesce(read_hours, 0)), 0), 2
    ) AS unread_hours,
    open_gap_hours,
    last_good_at,
    known_until
FROM read_by_source
GROUP BY
    account_id,
    region,
    resource_type,
    resource_arn,
    gaps,
    largest_gap_hours,
    gap_from,
    gap_until,
    is_open,
    open_gap_hours,
    last_good_at,
    known_until
ORDER BY largest_gap_hours DESC, account_id, region, resource_arn
