-- title: Days are lost soon
-- subject: freshness
-- question: Which days are not held whole, and will be forgotten by AWS within a few days?
-- param: days_left days 7 -- How many days before AWS forgets them they are told.
-- param: retired_days days 30 -- A place that was last tried so many days before the newest whole
--     listing of any place is read no more, and not told.
-- column: source -- The source that was to read them.
-- column: scope -- Whose jobs it reads: account or organization.
-- column: region -- The Region.
-- column: kind -- The kind of job.
-- column: created_from -- Where the interval of creation time begins that is not held whole.
-- column: created_until -- Where it ends.
-- column: status -- What is known of it: partial, failed, denied, unsettled (it was read too early
--     to have the jobs that appear late) or unread.
-- column: lost_from -- When AWS begins to forget it: 30 days after its beginning.
--
-- The next ingest that can read them saves them. What AWS has forgotten already is told by
-- `lookback status`, and not here: nothing can be done about it.
--
-- A place that never was listed whole is told as long as it is tried: until others were tried
-- more than 30 hours after its last try. A source that was told to reach further, or less far, is one
-- place: what counts is the scope of its last listing.

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
        CASE WHEN status = 'complete' AND NOT is_settled THEN 'unsettled' ELSE status END AS status,
        coalesce(
            lead(created_from) OVER (
                PARTITION BY source, region, kind
                ORDER BY created_from
            ),
            $now
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
        max(listed_at) FILTER (WHERE is_whole) AS read_at
    FROM known
    GROUP BY source, region, kind
),

place AS (
    SELECT source, region, kind
    FROM tried
    WHERE tried_at >= coalesce((SELECT max(read_at) FROM tried), tried_at) - $retired_days
        AND (
            read_at IS NOT NULL
            OR tried_at >= (SELECT max(tried_at) FROM tried) - INTERVAL '30 hours'
        )
),

piece AS (
    SELECT source, scope, region, kind, created_from, created_until, status
    FROM known
    WHERE status IN ('partial', 'failed', 'denied', 'unsettled')
    UNION ALL
    SELECT
        source,
        scope,
        region,
        kind,
        created_until AS created_from,
        next_from AS created_until,
        'unread' AS status
    FROM known
    WHERE next_from > created_until
)

SELECT
    piece.source,
    piece.scope,
    piece.region,
    piece.kind,
    greatest(created_from, $now - INTERVAL '30 days') AS created_from,
    created_until,
    status,
    greatest(created_from, $now - INTERVAL '30 days') + INTERVAL '30 days' AS lost_from
FROM piece
JOIN place
    ON place.source = piece.source
    AND place.region = piece.region
    AND place.kind = piece.kind
WHERE created_until > $now - INTERVAL '30 days'
    AND created_from < $now - INTERVAL '30 days' + $days_left
ORDER BY lost_from, piece.source, piece.scope, piece.region, piece.kind, created_until
