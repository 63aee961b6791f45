-- title: AWS's counts against ours
-- subject: warehouse
-- question: Does what AWS counted of each day agree with the jobs that are held, and where not, why?
--     An ingest that reads AWS's counts compares them; `lookback reconcile` compares any day anew.
-- param: days days 30 -- How many whole UTC days before today count.
-- param: only one_of(unexplained, differences, all) differences -- The differences that are not as
--     they should be, all of them, or also how many groups agree.
-- column: kind -- The kind of job.
-- column: region -- The Region of the jobs.
-- column: day -- The UTC day on which the jobs were created.
-- column: source -- The source that was asked.
-- column: account_id -- The account of the group; NULL, as what follows it, in a row of groups that
--     agree.
-- column: state -- The state of the group.
-- column: resource_type -- Its resource type.
-- column: message_category -- Its message category.
-- column: malware_scanner -- Its scanning engine; only scan jobs have one.
-- column: scan_result_status -- Its scan result; only scan jobs have one.
-- column: groups -- How many groups the row is of.
-- column: aws_count -- The number of jobs that AWS counted.
-- column: our_count -- The number of jobs that are held.
-- column: verdict -- match; moved (the same jobs, in another state or category since AWS counted);
--     missing_here; extra_here; outside_coverage (the day was not read whole here); rule (AWS counts
--     by another rule); unexplained.
-- column: is_explained -- Whether the difference is as it should be.
-- column: reason -- Why the counts differ.
-- column: compared_at -- When an ingest last compared the day.
--
-- These are the verdicts that ingests kept, which are of 90 days at most. Where no ingest has read
-- AWS's counts, as in a warehouse of imported files, there are none, and no row says nothing:
-- --only all shows which days were compared.

SELECT
    kind,
    region,
    CAST(start_time AT TIME ZONE 'UTC' AS date) AS day,
    source,
    account_id,
    state,
    resource_type,
    message_category,
    malware_scanner,
    scan_result_status,
    group_count AS groups,
    aws_count,
    our_count,
    verdict,
    is_explained,
    reason,
    compared_at
FROM ops.reconciliation
WHERE start_time >= date_trunc('day', $now) - $days
    AND start_time < date_trunc('day', $now)
    AND (
        $only = 'all'
        OR ($only = 'differences' AND verdict <> 'match')
        OR ($only = 'unexplained' AND NOT is_explained)
    )
ORDER BY
    is_explained,
    day DESC,
    kind,
    region,
    source,
    account_id NULLS FIRST,
    state NULLS FIRST,
    resource_type NULLS FIRST,
    message_category NULLS FIRST,
    malware_scanner NULLS FIRST,
    scan_result_status NULLS FIRST,
    verdict
