"""Questions that Lookback and DuckDB must answer alike, word for word the same SQL for both.

Each orders its rows completely. Instants are written with their zone, and days are taken `AT TIME
ZONE 'UTC'`: a bare time would mean another instant in each of DuckDB's zones.
"""

QUERIES = {
    # Counts, which Lookback takes from the catalog and DuckDB from the files.
    "how many backup jobs": "SELECT count(*) AS jobs FROM backup_jobs",
    "how many transitions": "SELECT count(*) AS rows FROM job_transitions",
    "how many summaries, of which there are none": """
        SELECT count(*) AS rows, max("count") AS most FROM aws_job_summaries""",
    "how many values a column has": """
        SELECT count(completion_date) AS ended, count(message_category) AS with_category,
               count(DISTINCT account_id) AS accounts, count(DISTINCT resource_arn) AS resources
        FROM backup_jobs""",
    # Bounds.
    "bounds of times, numbers and texts": """
        SELECT min(creation_date) AS first, max(creation_date) AS last,
               min(completion_date) AS first_end, max(completion_date) AS last_end,
               min(backup_size_in_bytes) AS least, max(backup_size_in_bytes) AS most,
               min(resource_arn) AS arn_a, max(resource_arn) AS arn_z,
               min(status_message) AS message_a, max(status_message) AS message_z
        FROM backup_jobs""",
    "bounds of each state": """
        SELECT state, min(creation_date) AS first, max(creation_date) AS last,
               max(bytes_transferred) AS most
        FROM backup_jobs GROUP BY state ORDER BY state""",
    # Groups.
    "states of backup jobs": """
        SELECT state, count(*) AS jobs FROM backup_jobs GROUP BY state ORDER BY state""",
    "Regions and accounts": """
        SELECT region, account_id, count(*) AS jobs, sum(backup_size_in_bytes) AS bytes
        FROM backup_jobs GROUP BY region, account_id ORDER BY region, account_id""",
    "resource types that failed often": """
        SELECT resource_type, count(*) AS jobs FROM backup_jobs WHERE state = 'FAILED'
        GROUP BY resource_type HAVING count(*) > 10 ORDER BY jobs DESC, resource_type""",
    "messages and their categories": """
        SELECT message_category, status_message, count(*) AS jobs FROM backup_jobs
        GROUP BY message_category, status_message
        ORDER BY message_category NULLS FIRST, status_message NULLS FIRST""",
    "truth values": """
        SELECT is_parent, is_encrypted, count(*) AS jobs FROM backup_jobs
        GROUP BY is_parent, is_encrypted
        ORDER BY is_parent NULLS FIRST, is_encrypted NULLS FIRST""",
    # Summaries.
    "backup summaries of a week": """
        SELECT * FROM backup_job_summaries
        WHERE start_time >= '2026-09-14T00:00:00Z' AND start_time < '2026-09-21T00:00:00Z'
        ORDER BY start_time, region, account_id, state, resource_type,
            message_category NULLS FIRST
        LIMIT 1000""",
    "totals of copy summaries": """
        SELECT state, CAST(sum(count) AS bigint) AS jobs, min(start_time) AS first,
            max(end_time) AS last
        FROM copy_job_summaries GROUP BY state ORDER BY state""",
    "totals of restore summaries": """
        SELECT start_time, end_time, CAST(sum(count) AS bigint) AS jobs
        FROM restore_job_summaries GROUP BY start_time, end_time ORDER BY start_time""",
    "totals of scan summaries": """
        SELECT malware_scanner, scan_result_status, CAST(sum(count) AS bigint) AS jobs
        FROM scan_job_summaries GROUP BY malware_scanner, scan_result_status
        ORDER BY malware_scanner, scan_result_status NULLS FIRST""",
    # Times.
    "jobs of one day": """
        SELECT count(*) AS jobs, min(creation_date) AS first, max(creation_date) AS last
        FROM backup_jobs
        WHERE creation_date >= '2026-09-15T00:00:00Z' AND creation_date < '2026-09-16T00:00:00Z'""",
    "jobs of the nine hours that are another month in Tokyo": """
        SELECT count(*) AS jobs, min(backup_job_id) AS least, max(backup_job_id) AS most
        FROM backup_jobs
        WHERE creation_date >= '2026-08-31T15:00:00Z' AND creation_date < '2026-09-01T00:00:00Z'""",
    "jobs of a month of Tokyo": """
        SELECT count(*) AS jobs, min(creation_date) AS first, max(creation_date) AS last
        FROM backup_jobs
        WHERE creation_date >= '2026-08-31T15:00:00Z' AND creation_date < '2026-09-30T15:00:00Z'""",
    "the last jobs of a month and the first of the next": """
        SELECT backup_job_id, creation_date, state FROM backup_jobs
        WHERE creation_date BETWEEN '2026-09-30T23:50:00Z' AND '2026-10-01T00:10:00Z'
        ORDER BY creation_date, backup_job_id LIMIT 100""",
    "jobs of each day": """
        SELECT CAST(creation_date AT TIME ZONE 'UTC' AS date) AS day, count(*) AS jobs
        FROM backup_jobs GROUP BY CAST(creation_date AT TIME ZONE 'UTC' AS date) ORDER BY day""",
    "hours at which copies begin": """
        SELECT CAST(date_part('hour', creation_date AT TIME ZONE 'UTC') AS bigint) AS hour,
               count(*) AS jobs
        FROM copy_jobs GROUP BY 1 ORDER BY 1""",
    "how long jobs of a type took": """
        SELECT resource_type, min(duration_seconds) AS least, max(duration_seconds) AS most
        FROM jobs WHERE outcome = 'ok' GROUP BY resource_type ORDER BY resource_type""",
    # NULLs.
    "open jobs have no end": """
        SELECT kind, state, tracking, count(*) AS jobs FROM jobs WHERE completion_date IS NULL
        GROUP BY kind, state, tracking ORDER BY kind, state, tracking""",
    "NULL is not equal to anything": """
        SELECT count(*) AS jobs FROM backup_jobs
        WHERE message_category <> 'SUCCESS' OR message_category = 'SUCCESS'""",
    "NULLs replaced": """
        SELECT coalesce(parent_job_id, resource_name, '-') AS name, count(*) AS jobs
        FROM backup_jobs GROUP BY 1 ORDER BY jobs DESC, name LIMIT 50""",
    # Maps.
    "states of children": """
        SELECT backup_job_id, child_jobs_in_state, number_of_child_jobs FROM backup_jobs
        WHERE child_jobs_in_state IS NOT NULL ORDER BY backup_job_id LIMIT 300""",
    "options of backups": """
        SELECT backup_job_id, backup_options FROM backup_jobs
        WHERE backup_options IS NOT NULL ORDER BY backup_job_id LIMIT 300""",
    "an entry of a map": """
        SELECT child_jobs_in_state['COMPLETED'] AS completed, count(*) AS jobs
        FROM backup_jobs WHERE is_parent
        GROUP BY child_jobs_in_state['COMPLETED'] ORDER BY completed NULLS FIRST""",
    "sizes of maps": """
        SELECT CAST(cardinality(child_jobs_in_state) AS bigint) AS entries, count(*) AS jobs
        FROM backup_jobs WHERE child_jobs_in_state IS NOT NULL GROUP BY 1 ORDER BY 1""",
    # Texts.
    "parts of ARNs": """
        SELECT split_part(resource_arn, ':', 3) AS service, upper(substr(region, 1, 2)) AS part,
               min(length(resource_arn)) AS shortest, max(length(resource_arn)) AS longest,
               count(*) AS jobs
        FROM backup_jobs GROUP BY 1, 2 ORDER BY 1, 2""",
    "texts that look alike": """
        SELECT resource_type, count(*) AS jobs FROM backup_jobs
        WHERE backup_vault_name LIKE '%night%' AND lower(resource_type) LIKE '%s%'
          AND NOT starts_with(resource_arn, 'arn:aws:s3')
        GROUP BY resource_type ORDER BY resource_type""",
    "texts put together": """
        SELECT replace(kind, 'scan', 'look') || '/' || trim(region) AS place,
               count(DISTINCT concat(account_id, ':', state)) AS pairs
        FROM jobs GROUP BY 1 ORDER BY 1""",
    # Every column of a few rows.
    "whole backup jobs": """
        SELECT * FROM backup_jobs WHERE creation_date >= '2026-10-31T22:00:00Z'
        ORDER BY creation_date, backup_job_id LIMIT 200""",
    "whole copy jobs": """
        SELECT * FROM copy_jobs WHERE creation_date >= '2026-10-31T12:00:00Z'
        ORDER BY creation_date, copy_job_id LIMIT 200""",
    "whole restore jobs": """
        SELECT * FROM restore_jobs WHERE creation_date >= '2026-10-31T00:00:00Z'
        ORDER BY creation_date, restore_job_id LIMIT 200""",
    "whole scan jobs": """
        SELECT * FROM scan_jobs WHERE creation_date >= '2026-10-31T00:00:00Z'
        ORDER BY creation_date, scan_job_id LIMIT 200""",
    "whole jobs of the view": """
        SELECT * FROM jobs WHERE creation_date >= '2026-10-31T22:00:00Z'
        ORDER BY creation_date, job_id LIMIT 200""",
    # Joins.
    "parents beside their children": """
        SELECT parent.state AS parent, child.state AS child, count(*) AS jobs
        FROM backup_jobs AS child
        JOIN backup_jobs AS parent ON parent.backup_job_id = child.parent_job_id
        GROUP BY parent.state, child.state ORDER BY parent.state, child.state""",
    "copies of what was backed up": """
        SELECT b.resource_type, c.state, count(*) AS copies
        FROM copy_jobs AS c
        LEFT JOIN backup_jobs AS b ON b.recovery_point_arn = c.source_recovery_point_arn
        GROUP BY b.resource_type, c.state ORDER BY b.resource_type NULLS FIRST, c.state""",
    "jobs without a transition": """
        SELECT count(*) AS jobs FROM jobs AS j
        WHERE NOT EXISTS (SELECT 1 FROM job_transitions AS t
                          WHERE t.job_id = j.job_id AND t.kind = j.kind)""",
    # Views.
    "outcomes": """
        SELECT kind, outcome, count(*) AS jobs, sum(backup_size_in_bytes) AS bytes FROM jobs
        GROUP BY kind, outcome ORDER BY kind, outcome""",
    "one job by its id": """
        SELECT j.* FROM jobs AS j
        WHERE j.job_id = (SELECT max(restore_job_id) FROM restore_jobs) ORDER BY j.kind""",
    "counts of a day": """
        SELECT * FROM job_day_counts WHERE day = date '2026-09-01'
        ORDER BY kind, region, account_id, state, resource_type, message_category NULLS FIRST,
                 malware_scanner NULLS FIRST, scan_result_status NULLS FIRST""",
    "counts of each day": """
        SELECT day, kind, sum(job_count) AS jobs FROM job_day_counts
        GROUP BY day, kind ORDER BY day, kind""",
    # Windows and sets.
    "the longest job of each kind": """
        WITH ranked AS (
            SELECT kind, job_id, duration_seconds,
                   row_number() OVER (PARTITION BY kind
                       ORDER BY duration_seconds DESC NULLS LAST, job_id) AS place
            FROM jobs)
        SELECT kind, job_id, duration_seconds FROM ranked WHERE place = 1 ORDER BY kind""",
    "resources that only ever failed": """
        SELECT count(*) AS resources FROM (
            SELECT resource_arn FROM backup_jobs WHERE state = 'FAILED'
            EXCEPT SELECT resource_arn FROM backup_jobs WHERE state = 'COMPLETED') AS failed""",
}
