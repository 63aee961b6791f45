-- title: AWS's counts against ours
-- subject: warehouse
-- question: Does what AWS counted of each day agree with the jobs that are held, and where not,
--     what may be the reason?
-- param: days days 30 -- How many whole UTC days before today count.
-- param: only one_of(differences, all) differences -- Groups that differ, or all of them.
-- column: kind -- The kind of job.
-- column: region -- The Region of the jobs.
-- column: day -- The UTC day on which the jobs were created.
-- column: account_id -- The account of the jobs.
-- column: state -- The state of the jobs.
-- column: aws_count -- The number of jobs that AWS counted.
-- column: our_count -- The number of jobs that are held.
-- column: verdict -- match; moved (as many jobs of the account and day, in other states since AWS
--     counted them); outside_coverage (the day was not read whole here); missing_here; extra_here.
-- column: counted_at -- When AWS first gave the count that it gave last.
-- column: observed_at -- When the newest of the jobs held of the account and day was read as it is.
--
-- AWS's counts are those of its List…JobSummaries by day, the last that an ingest or an import
-- brought; where several sources brought one, the newest. A group that AWS does not list has 0.
-- Only days of which AWS gave counts are compared, and accounts of which it gave any in the Region.
--
-- AWS counts once a day, and a job that ends later changes its state here and not there: such a
-- difference is none in the number of jobs. `lookback reconcile`, where there is one, compares by
-- every dimension.
--
-- "Now" is the present instant.

WITH told AS (
    SELECT
        kind,
        region,
        start_time,
        account_id,
        state,
        source,
        sum(count) AS jobs,
        max(observed_at) AS counted_at
    FROM aws_job_summaries
    WHERE replaced_at IS NULL
        AND aggregation_period = 'ONE_DAY'
        AND account_id NOT IN ('ANY', 'AGGREGATE_ALL')
        AND state NOT IN ('ANY', 'AGGREGATE_ALL')
        AND start_time >= date_trunc('day', $now) - $days
        AND start_time < date_trunc('day', $now)
    GROUP BY kind, region, start_time, account_id, state, source
),

theirs AS (
    SELECT
        kind,
        region,
        start_time,
        account_id,
        state,
        last_value(jobs ORDER BY counted_at, source) AS aws_count
    FROM told
    GROUP BY kind, region, start_time, account_id, state
),

counted_day AS (
    SELECT kind, region, start_time, max(counted_at) AS counted_at
    FROM told
    GROUP BY kind, region, start_time
),

account AS (
    SELECT DISTINCT kind, region, account_id
    FROM told
),

held AS (
    SELECT
        kind,
        region,
        date_trunc('day', creation_date) AS start_time,
        account_id,
        state,
        count(*) AS our_count,
        max(observed_at) AS observed_at
    FROM jobs
    WHERE creation_date >= date_trunc('day', $now) - $days
        AND creation_date < date_trunc('day', $now)
    GROUP BY kind, region, date_trunc('day', creation_date), account_id, state
),

ours AS (
    SELECT
        held.kind,
        held.region,
        held.start_time,
        held.account_id,
        state,
        our_count,
        observed_at
    FROM held
    JOIN counted_day
        ON counted_day.kind = held.kind
        AND counted_day.region = held.region
        AND counted_day.start_time = held.start_time
    JOIN account
        ON account.kind = held.kind
        AND account.region = held.region
        AND account.account_id = held.account_id
),

compared AS (
    SELECT
        coalesce(theirs.kind, ours.kind) AS kind,
        coalesce(theirs.region, ours.region) AS region,
        coalesce(theirs.start_time, ours.start_time) AS start_time,
        coalesce(theirs.account_id, ours.account_id) AS account_id,
        coalesce(theirs.state, ours.state) AS state,
        coalesce(aws_count, 0) AS aws_count,
        coalesce(our_count, 0) AS our_count,
        observed_at
    FROM theirs
    FULL JOIN ours
        ON ours.kind = theirs.kind
        AND ours.region = theirs.region
        AND ours.start_time = theirs.start_time
        AND ours.account_id = theirs.account_id
        AND ours.state = theirs.state
),

account_day AS (
    SELECT
        kind,
        region,
        start_time,
        account_id,
        sum(aws_count) = sum(our_count) AS is_moved,
        max(observed_at) AS observed_at
    FROM compared
    GROUP BY kind, region, start_time, account_id
),

-- The days that one source read whole.
read_whole AS (
    SELECT DISTINCT kind, region, start_time
    FROM (
        SELECT counted_day.kind, counted_day.region, start_time
        FROM counted_day
        JOIN ops.coverage AS coverage
            ON coverage.kind = counted_day.kind AND coverage.region = counted_day.region
        WHERE status = 'complete'
            AND created_from < start_time + INTERVAL '1 day'
            AND created_until > start_time
        GROUP BY counted_day.kind, counted_day.region, start_time, source, scope
        HAVING sum(
            least(date_part('epoch', created_until), date_part('epoch', start_time) + 86400)
            - greatest(date_part('epoch', created_from), date_part('epoch', start_time))
        ) >= 86400
    ) AS whole
)

SELECT
    compared.kind,
    compared.region,
    CAST(compared.start_time AT TIME ZONE 'UTC' AS date) AS day,
    compared.account_id,
    compared.state,
    aws_count,
    our_count,
    CASE
        WHEN aws_count = our_count THEN 'match'
        WHEN is_moved THEN 'moved'
        WHEN read_whole.kind IS NULL THEN 'outside_coverage'
        WHEN aws_count > our_count THEN 'missing_here'
        ELSE 'extra_here'
    END AS verdict,
    counted_at,
    account_day.observed_at
FROM compared
JOIN account_day
    ON account_day.kind = compared.kind
    AND account_day.region = compared.region
    AND account_day.start_time = compared.start_time
    AND account_day.account_id = compared.account_id
JOIN counted_day
    ON counted_day.kind = compared.kind
    AND counted_day.region = compared.region
    AND counted_day.start_time = compared.start_time
LEFT JOIN read_whole
    ON read_whole.kind = compared.kind
    AND read_whole.region = compared.region
    AND read_whole.start_time = compared.start_time
WHERE $only = 'all' OR aws_count <> our_count
ORDER BY
    day DESC,
    compared.kind,
    compared.region,
    compared.account_id,
    compared.state
