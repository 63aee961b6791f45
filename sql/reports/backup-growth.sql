-- title: Growth of backups
-- subject: sizes
-- question: How many bytes are backed up in each month, how does that grow, and of how many backups
--     is the size not known?
-- param: months bigint 12 -- How many whole UTC months before this one are shown, beside this one.
-- param: by one_of(all, account_id, region, vault) all -- Into what each type is divided further.
-- column: month -- The first day of the UTC month in which the backups were created.
-- column: resource_type -- The type of the resources: what a size means depends on it.
-- column: group_name -- The account, Region or vault; `all` where nothing is divided.
-- column: backups -- The good backups.
-- column: unknown_sizes -- How many of them AWS tells no size of: NULL and 0 bytes both mean that.
-- column: bytes -- The sum of the sizes that are known; NULL if none is.
-- column: resources -- How many resources they are of.
-- column: unknown_resources -- The resources of none of whose backups a size is known.
-- column: protected_bytes -- The sum, over the resources, of the largest size in the month; NULL if
--     none is known.
-- column: growth_percent -- protected_bytes against the month before, in percent; NULL where that
--     month has none, and for a month that has not ended.
-- column: is_whole_month -- Whether the month has ended.
-- chart: month, resource_type, protected_bytes
--
-- Sizes mean different things: for EBS and EC2 the size of the provisioned volume, for EFS what
-- changed since the backup before, and Aurora, DocumentDB, Neptune, FSx and RDS instances tell none
-- (AWS API reference, BackupJob). So no sum is made over types, and growth is told of
-- protected_bytes: more backups of the same volume are no growth.
--
-- A composite's parent is left out: its children tell their sizes. Copies are left out as well.
--
-- "Now" is the present instant. A month of which something was not read has fewer backups: the
-- report coverage-gaps tells which.

WITH job AS (
    SELECT
        date_trunc('month', creation_date) AS month,
        resource_type,
        CASE
            WHEN $by = 'account_id' THEN account_id
            WHEN $by = 'region' THEN region
            WHEN $by = 'vault' THEN backup_vault_arn
            ELSE 'all'
        END AS group_name,
        resource_arn,
        nullif(backup_size_in_bytes, 0) AS bytes
    FROM backup_jobs
    WHERE state = 'COMPLETED'
        AND is_parent IS NOT TRUE
        AND creation_date
            >= date_trunc('month', $now) - CAST(concat($months, ' months') AS interval)
        AND creation_date < $now
),

resource AS (
    SELECT
        month,
        resource_type,
        group_name,
        resource_arn,
        count(*) AS backups,
        count(*) - count(bytes) AS unknown_sizes,
        sum(bytes) AS bytes,
        max(bytes) AS largest_bytes
    FROM job
    GROUP BY month, resource_type, group_name, resource_arn
),

by_month AS (
    SELECT
        month,
        resource_type,
        group_name,
        sum(backups) AS backups,
        sum(unknown_sizes) AS unknown_sizes,
        sum(bytes) AS bytes,
        count(*) AS resources,
        count(*) - count(largest_bytes) AS unknown_resources,
        sum(largest_bytes) AS protected_bytes,
        month < date_trunc('month', $now) AS is_whole_month
    FROM resource
    GROUP BY month, resource_type, group_name
),

compared AS (
    SELECT
        month,
        resource_type,
        group_name,
        backups,
        unknown_sizes,
        bytes,
        resources,
        unknown_resources,
        protected_bytes,
        is_whole_month,
        lag(month) OVER (PARTITION BY resource_type, group_name ORDER BY month)
            AS previous_month,
        lag(protected_bytes) OVER (PARTITION BY resource_type, group_name ORDER BY month)
            AS previous_bytes
    FROM by_month
)

SELECT
    CAST(month AT TIME ZONE 'UTC' AS date) AS month,
    resource_type,
    group_name,
    backups,
    unknown_sizes,
    bytes,
    resources,
    unknown_resources,
    protected_bytes,
    CASE
        WHEN is_whole_month AND previous_month = month - INTERVAL '1 month'
            THEN round(100.0 * (protected_bytes - previous_bytes) / nullif(previous_bytes, 0), 2)
    END AS growth_percent,
    is_whole_month
FROM compared
ORDER BY month, resource_type NULLS LAST, group_name NULLS LAST
