-- title: Outcomes by day
-- subject: outcomes
-- question: How did the jobs of each UTC day end, and is all of that day held?
-- param: days days 30 -- How many whole UTC days before today are shown, beside today.
-- param: kind one_of(backup, copy, restore, scan) backup -- The kind of job.
-- param: composites one_of(parents, children, both) parents -- What counts of a composite job: the
--     parent alone, its children alone, or both, which counts the same backup twice.
-- param: retired_days days 30 -- A place that was last tried so many days before the newest whole
--     listing of any place is read no more, and not counted.
-- column: day -- The UTC day on which the jobs were created.
-- column: places -- How many places (a source and a Region) are read for this kind of job.
-- column: complete_places -- How many of them were read for the whole of this day; today has not
--     ended, so it is in none.
-- column: jobs -- All jobs; 0 if the day is held whole and has none, NULL if it may have some.
-- column: ok -- Jobs that completed.
-- column: ok_with_issues -- Jobs that completed, and say what needs attention.
-- column: failed -- Jobs that failed.
-- column: expired -- Jobs that did not start, or did not end, within their window.
-- column: partial -- Composite jobs of which only a part completed.
-- column: aborted -- Jobs that somebody stopped.
-- column: open -- Jobs that have not ended.
-- column: unknown -- Jobs that AWS forgot before they ended, or in a state that AWS has added.
-- chart: day, ok, ok_with_issues, failed, expired, partial
--
-- A day without a row of jobs is a day without failures only if it was read: so every day has a
-- row, and where nothing is held of a day that was not read whole, its counts are NULL. What was
-- imported from files teaches no coverage. A source that was told to reach further, or less far, is
-- known by the scope of its last listing.
--
-- "Now" is the present instant: the days that a warehouse missed are shown as such.

WITH day AS (
    SELECT unnest(range(
        CAST(date_trunc('day', $now) - $days AS date),
        CAST(date_trunc('day', $now) + INTERVAL '1 day' AS date),
        INTERVAL '1 day'
    )) AS day
),

tried AS (
    SELECT
        source,
        region,
        max(listed_at) AS tried_at,
        max(listed_at) FILTER (WHERE status IN ('complete', 'not_offered')) AS read_at
    FROM ops.coverage
    WHERE kind = $kind AND is_current
    GROUP BY source, region
),

place AS (
    SELECT source, region
    FROM tried
    WHERE tried_at >= coalesce((SELECT max(read_at) FROM tried), tried_at) - $retired_days
),

coverage AS (
    SELECT
        coverage.source,
        coverage.region,
        status,
        date_part('epoch', created_from) AS from_second,
        date_part('epoch', least(created_until, $now)) AS until_second
    FROM ops.coverage AS coverage
    JOIN place ON place.source = coverage.source AND place.region = coverage.region
    WHERE kind = $kind AND is_current
),

covered AS (
    SELECT
        day,
        source,
        region
    FROM day
    JOIN coverage
        ON from_second < date_part('epoch', day) + 86400
        AND until_second > date_part('epoch', day)
    WHERE status IN ('complete', 'not_offered')
    GROUP BY day, source, region
    HAVING sum(
        least(until_second, date_part('epoch', day) + 86400)
        - greatest(from_second, date_part('epoch', day))
    ) >= 86400
),

complete AS (
    SELECT day, count(*) AS complete_places
    FROM covered
    GROUP BY day
),

known AS (
    SELECT count(*) AS places
    FROM place
),

counted AS (
    SELECT
        CAST(creation_date AT TIME ZONE 'UTC' AS date) AS day,
        count(*) AS jobs,
        count(*) FILTER (WHERE outcome = 'ok') AS ok,
        count(*) FILTER (WHERE outcome = 'ok_with_issues') AS ok_with_issues,
        count(*) FILTER (WHERE outcome = 'failed') AS failed,
        count(*) FILTER (WHERE outcome = 'expired') AS expired,
        count(*) FILTER (WHERE outcome = 'partial') AS partial,
        count(*) FILTER (WHERE outcome = 'aborted') AS aborted,
        count(*) FILTER (WHERE outcome = 'open') AS open,
        count(*) FILTER (WHERE outcome = 'unknown') AS unknown
    FROM jobs
    WHERE kind = $kind
        AND creation_date >= date_trunc('day', $now) - $days
        AND creation_date < $now
        AND CASE
            WHEN $composites = 'parents' THEN parent_job_id IS NULL
            WHEN $composites = 'children' THEN is_parent IS NOT TRUE
            ELSE TRUE
        END
    GROUP BY CAST(creation_date AT TIME ZONE 'UTC' AS date)
),

told AS (
    SELECT
        day.day,
        places,
        coalesce(complete_places, 0) AS complete_places,
        jobs,
        ok,
        ok_with_issues,
        failed,
        expired,
        partial,
        aborted,
        open,
        unknown,
        CASE WHEN jobs > 0 OR (places > 0 AND complete_places = places) THEN 0 END AS none
    FROM day
    CROSS JOIN known
    LEFT JOIN complete ON complete.day = day.day
    LEFT JOIN counted ON counted.day = day.day
)

SELECT
    day,
    places,
    complete_places,
    coalesce(jobs, none) AS jobs,
    coalesce(ok, none) AS ok,
    coalesce(ok_with_issues, none) AS ok_with_issues,
    coalesce(failed, none) AS failed,
    coalesce(expired, none) AS expired,
    coalesce(partial, none) AS partial,
    coalesce(aborted, none) AS aborted,
    coalesce(open, none) AS open,
    coalesce(unknown, none) AS unknown
FROM told
ORDER BY day
