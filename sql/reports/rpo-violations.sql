-- title: Recovery point objectives missed
-- subject: protection
-- question: Which resources had a longer time between two good backups than the target, or have
--     been without one for longer than that until now?
-- param: target_hours bigint 24 -- The longest time between two good backups that is in order.
-- param: days days 90 -- How many whole UTC days count, beside the last one: a gap counts if it
--     ended in them or has not ended, however long before it began.
-- column: account_id -- The account of the resource.
-- column: region -- The Region of its backups.
-- column: resource_type -- The type of the resource.
-- column: resource_arn -- The resource.
-- column: gaps -- How many gaps are longer than the target, the one that has not ended included.
-- column: largest_gap_hours -- The longest of them, in hours.
-- column: gap_from -- Where the longest begins: the creation of a good backup, or of the first job of
--     a resource that had none before.
-- column: gap_until -- Where it ends: the creation of the next good backup, or known_until.
-- column: is_open -- Whether the longest has not ended.
-- column: unread_hours -- How many hours of the longest were not read from AWS, and may have had good
--     backups that are not held: all of them, where jobs were only imported.
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
-- resource without any job in the days that count is left to the report gone-silent: it may be gone.
--
-- The present is known_until: the end of what was listed of the account's Region, or, where nothing
-- tells that, its newest job; at most the present instant. So a warehouse that was not read for a
-- while does not report every resource.

WITH known AS (
    SELECT
        account_id,
        region,
        least($now, max(greatest(newest, covered_until))) AS known_until
    FROM (
        SELECT account_id, region, source, max(creation_date) AS newest
        FROM backup_jobs
        GROUP BY account_id, region, source
    ) AS held
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
        max(creation_date) AS last_job_at,
        min(creation_date) FILTER (WHERE state = 'COMPLETED') AS first_good_at,
        max(creation_date) FILTER (WHERE state = 'COMPLETED') AS last_good_at
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
        first_good_at,
        last_good_at,
        known_until,
        date_trunc('day', known_until) - $days AS since
    FROM resource
    JOIN known
        ON known.account_id = resource.account_id AND known.region = resource.region
    WHERE last_job_at >= date_trunc('day', known_until) - $days
),

-- Times are ordered under the number of the resource: its names are long.
good AS (
    SELECT
        number,
        since,
        creation_date,
        lag(creation_date) OVER (PARTITION BY number ORDER BY creation_date) AS previous
    FROM backup_jobs
    JOIN numbered
        ON numbered.account_id = backup_jobs.account_id
        AND numbered.region = backup_jobs.region
        AND numbered.resource_arn = backup_jobs.resource_arn
    WHERE state = 'COMPLETED' AND creation_date < $now
),

gap AS (
    SELECT number, previous AS gap_from, creation_date AS gap_until, FALSE AS is_open
    FROM good
    WHERE previous IS NOT NULL AND creation_date >= since
    UNION ALL
    SELECT number, first_job_at AS gap_from, first_good_at AS gap_until, FALSE AS is_open
    FROM numbered
    WHERE first_good_at >= since
    UNION ALL
    SELECT
        number,
        coalesce(last_good_at, first_job_at) AS gap_from,
        known_until AS gap_until,
        TRUE AS is_open
    FROM numbered
),

measured AS (
    SELECT
        number,
        gap_from,
        gap_until,
        is_open,
        round(
            (date_part('epoch', gap_until) - date_part('epoch', gap_from)) / 3600, 2
        ) AS gap_hours
    FROM gap
),

worst AS (
    SELECT
        number,
        count(*) FILTER (WHERE gap_hours > $target_hours) AS gaps,
        max(gap_hours) AS largest_gap_hours,
        first_value(gap_from ORDER BY gap_hours DESC, gap_from DESC) AS gap_from,
        first_value(gap_until ORDER BY gap_hours DESC, gap_from DESC) AS gap_until,
        first_value(is_open ORDER BY gap_hours DESC, gap_from DESC) AS is_open,
        max(gap_hours) FILTER (WHERE is_open) AS open_gap_hours
    FROM measured
    GROUP BY number
    HAVING max(gap_hours) > $target_hours
),

-- What one source read of the longest gap, and of those the most.
read_by_source AS (
    SELECT
        worst.number,
        source,
        scope,
        sum(
            least(date_part('epoch', created_until), date_part('epoch', gap_until))
            - greatest(date_part('epoch', created_from), date_part('epoch', gap_from))
        ) / 3600 AS read_hours
    FROM worst
    JOIN numbered ON numbered.number = worst.number
    JOIN ops.coverage AS coverage ON coverage.region = numbered.region
    WHERE kind = 'backup'
        AND status = 'complete'
        AND created_from < gap_until
        AND created_until > gap_from
    GROUP BY worst.number, source, scope
),

read AS (
    SELECT number, max(read_hours) AS read_hours
    FROM read_by_source
    GROUP BY number
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
    round(greatest(largest_gap_hours - coalesce(read_hours, 0), 0), 2) AS unread_hours,
    open_gap_hours,
    last_good_at,
    known_until
FROM worst
JOIN numbered ON numbered.number = worst.number
LEFT JOIN read ON read.number = worst.number
ORDER BY largest_gap_hours DESC, account_id, region, resource_arn
