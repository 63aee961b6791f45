//! The table `aws_job_summaries`: what AWS's own List…JobSummaries said, as a time series.

use super::{Column, Table};

/// One row a summary row of AWS in one reading.
pub static TABLE: Table = Table {
    name: "aws_job_summaries",
    doc: "One row a summary row that AWS gave in one reading; current while `replaced_at` is NULL.",
    kind: None,
    // A reading replaces all current rows of its key, so that a group that fell to zero goes.
    key: &["source", "kind", "aggregation_period", "region", "start_time"],
    time: "start_time",
    columns: &[
        Column::text("kind", "", "The kind of job counted: `backup`, `copy`, `restore` or `scan`.")
            .ours(),
        Column::text("aggregation_period", "", "`ONE_DAY`, `SEVEN_DAYS` or `FOURTEEN_DAYS`.")
            .ours(),
        Column::text("region", "Region", "The Region of the counted jobs."),
        Column::text("account_id", "AccountId", "The account that owns the counted jobs."),
        Column::text("state", "State", "The state of the counted jobs."),
        Column::text("resource_type", "ResourceType", "The resource type of the counted jobs."),
        Column::text(
            "message_category",
            "MessageCategory",
            "The message category of the counted jobs; restore and scan summaries have none.",
        ),
        Column::text(
            "malware_scanner",
            "MalwareScanner",
            "The scanning engine; scan summaries only.",
        ),
        Column::text(
            "scan_result_status",
            "ScanResultStatus",
            "The scan result; scan summaries only.",
        ),
        Column::long("count", "Count", "The number of jobs."),
        Column::time("start_time", "StartTime", "Where the counted period begins."),
        Column::time("end_time", "EndTime", "Where the counted period ends."),
        Column::text("source", "", "The source that was asked.").ours(),
        Column::text("origin", "", "How the reading came: `list` or `cli-json`.").ours(),
        Column::time("observed_at", "", "When AWS was asked.").ours(),
        Column::time(
            "replaced_at",
            "",
            "When a later reading replaced this one; NULL while current.",
        )
        .ours(),
    ],
};
