-- title: Coverage gaps
-- subject: warehouse
-- question: Of which times are jobs missing here, why, and can they still be read?
-- param: min_hours bigint 2 -- The shortest gap that is told: a listing ends a minute before the
--     present, and the next one begins there.
-- param: stale_hours bigint 26 -- After how many hours without a reading a place is told as unread.
-- param: retired_days days 30 -- A place that was last tried so many days before the newest whole
--     listing of any place is read no more, and not told as unread since.
-- column: source -- The source that was to be asked.
-- column: scope -- Whose jobs it could see: account or organization.
-- column: region -- The Region.
-- column: kind -- The kind of job.
-- column: status -- Why: partial, denied, failed, lost (AWS had forgotten these jobs before they
--     were read), unread (nothing was asked, between two times that were), or unread_since (nothing
--     was asked since).
-- column: created_from -- The first creation time of the gap.
-- column: created_until -- Where it ends.
-- column: hours -- How long it is.
-- column: is_readable -- Whether AWS still shows all of these jobs: they are of the last 30 days.
-- column: readable_until -- When AWS begins to forget them.
--
-- A day in a gap is no day without failures: reports count what is held. Places that do not offer a
-- kind of job are no gap, and neither is the time before a place was first read, of which nothing
-- is known. Jobs that were imported from files teach no coverage. A source that was told to reach
-- further, or less far, is told by the scope of its last listing. A place that never was listed
-- whole, such as one of a profile with a slip in its name, is told until it retires.
--
-- The coverage is as it is now, whatever earlier state is asked. "Now" is the present instant: that
-- nothing was read lately is what this report is for.

WITH told AS (
    SELECT
        source,
        scope,
        region,
        kind,
        status,
        created_from,
        created_until,
        listed_at,
        lag(created_until) OVER (
            PARTITION BY source, region, kind
            ORDER BY created_from
        ) AS previous_until,
        lead(created_from) OVER (
            PARTITION BY source, region, kind
            ORDER BY created_from
        ) AS next_from
    FROM ops.coverage
    WHERE is_current
),

tried AS (
    SELECT
        source,
        region,
        kind,
        max(listed_at) AS tried_at,
        max(listed_at) FILTER (WHERE status IN ('complete', 'not_offered')) AS read_at
    FROM told
    GROUP BY source, region, kind
),

retired AS (
    SELECT source, region, kind, read_at
    FROM tried
    WHERE tried_at < (SELECT max(read_at) FROM tried) - $retired_days
),

gap AS (
    SELECT source, scope, region, kind, status, created_from, created_until
    FROM told
    WHERE status NOT IN ('complete', 'not_offered')
    UNION ALL
    SELECT
        source,
        scope,
        region,
        kind,
        'unread' AS status,
        previous_until AS created_from,
        created_from AS created_until
    FROM told
    WHERE previous_until < created_from
    UNION ALL
    SELECT
        source,
        scope,
        region,
        kind,
        'unread_since' AS status,
        created_until AS created_from,
        $now AS created_until
    FROM told
    WHERE next_from IS NULL
        AND status <> 'not_offered'
        AND created_until < $now - CAST(concat($stale_hours, ' hours') AS interval)
),

measured AS (
    SELECT
        gap.source,
        scope,
        gap.region,
        gap.kind,
        status,
        created_from,
        created_until,
        (date_part('epoch', created_until) - date_part('epoch', created_from)) / 3600 AS hours
    FROM gap
    LEFT JOIN retired
        ON retired.source = gap.source
        AND retired.region = gap.region
        AND retired.kind = gap.kind
    WHERE retired.source IS NULL OR (status <> 'unread_since' AND read_at IS NOT NULL)
)

SELECT
    source,
    scope,
    region,
    kind,
    status,
    created_from,
    created_until,
    round(hours, 2) AS hours,
    created_from >= $now - INTERVAL '30 days' AS is_readable,
    created_from + INTERVAL '30 days' AS readable_until
FROM measured
WHERE hours >= $min_hours
ORDER BY source, scope, region, kind, created_from, status
