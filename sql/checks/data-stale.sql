-- title: Data is stale
-- subject: freshness
-- question: Of which places (a source, a Region and a kind of job) are the last hours not held?
-- param: max_hours bigint 30 -- How many hours may be missing at the end: a day, and six hours for
--     a night that began late.
-- param: retired_days days 30 -- A place that was last tried so many days before the newest whole
--     listing of any place is read no more, and not told.
-- column: source -- The source that was to read it; NULL, as all that follows, if nothing was ever
--     read at all.
-- column: scope -- Whose jobs it reads: account or organization.
-- column: region -- The Region.
-- column: kind -- The kind of job.
-- column: held_until -- Up to when all jobs are held that AWS still shows; NULL if it never was so.
-- column: missing_hours -- How many hours that is ago.
-- column: tried_at -- When it was last tried to read the place.
--
-- A listing that failed, was denied or was cut short leaves a hole, and what is held ends where the
-- first hole begins, as in `lookback status`. What was imported from files teaches no coverage.
--
-- A place that never was listed whole, such as one of a profile with a slip in its name, is told as
-- long as it is tried: until others were tried max_hours after its last try. A source that was told
-- to reach further, or less far, is one place: what counts is the scope of its last listing.

WITH known AS (
    SELECT
        source,
        scope,
        region,
        kind,
        created_from,
        created_until,
        listed_at,
        status IN ('complete', 'not_offered') AS is_whole,
        created_until > $now - INTERVAL '30 days' AS is_shown,
        lead(created_from) OVER (
            PARTITION BY source, region, kind
            ORDER BY created_from
        ) AS next_from
    FROM ops.coverage
    WHERE is_current
),

place AS (
    SELECT
        source,
        scope,
        region,
        kind,
        max(listed_at) AS tried_at,
        max(listed_at) FILTER (WHERE is_whole) AS read_at,
        greatest(min(created_from), $now - INTERVAL '30 days') AS first_from,
        max(CASE WHEN is_whole THEN created_until END) AS whole_until,
        min(
            CASE
                WHEN is_shown AND NOT is_whole THEN created_from
                WHEN is_shown AND next_from > created_until THEN created_until
            END
        ) AS hole_from
    FROM known
    GROUP BY source, scope, region, kind
),

held AS (
    SELECT
        source,
        scope,
        region,
        kind,
        tried_at,
        CASE
            WHEN hole_from IS NULL THEN whole_until
            WHEN hole_from > first_from THEN hole_from
        END AS held_until
    FROM place
    WHERE tried_at >= coalesce((SELECT max(read_at) FROM place), tried_at) - $retired_days
        AND (
            read_at IS NOT NULL
            OR date_part('epoch', tried_at)
                >= (SELECT max(date_part('epoch', tried_at)) FROM place) - 3600 * $max_hours
        )
)

SELECT
    source,
    scope,
    region,
    kind,
    held_until,
    round((date_part('epoch', $now) - date_part('epoch', held_until)) / 3600, 1) AS missing_hours,
    tried_at
FROM held
WHERE held_until IS NULL
    OR date_part('epoch', $now) - date_part('epoch', held_until) > 3600 * $max_hours
UNION ALL
SELECT
    CAST(NULL AS varchar) AS source,
    CAST(NULL AS varchar) AS scope,
    CAST(NULL AS varchar) AS region,
    CAST(NULL AS varchar) AS kind,
    CAST(NULL AS timestamp WITH time zone) AS held_until,
    CAST(NULL AS double precision) AS missing_hours,
    CAST(NULL AS timestamp WITH time zone) AS tried_at
WHERE NOT EXISTS (SELECT source FROM ops.coverage)
ORDER BY held_until NULLS FIRST, source, scope, region, kind
