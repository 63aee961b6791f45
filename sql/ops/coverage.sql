-- The table `ops.coverage`. Where a source was told to reach further, or less far, what it does now
-- is current: the scope of its last listing, of two that are as new the wider.
SELECT
    source,
    scope,
    region,
    kind,
    created_from,
    created_until,
    status,
    is_settled,
    listed_at,
    scope = first_value(scope) OVER (
        PARTITION BY source, region, kind
        ORDER BY listed_at DESC, scope = 'organization' DESC
    ) AS is_current
FROM lookback_coverage
