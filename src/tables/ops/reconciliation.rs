//! The table `ops.reconciliation`: AWS's own counts against ours.

use super::super::{Column, Table};

/// One row a verdict on a day.
pub(super) static TABLE: Table = Table {
    name: "reconciliation",
    doc: "One row a verdict on AWS's count of a day, as the last ingest that compared the day \
        found it: groups that agree are one row, groups that differ a row each. After 90 days they \
        go; `lookback reconcile` compares any day anew.",
    kind: None,
    key: &["source", "region", "kind", "verdict"],
    time: "start_time",
    columns: &[
        Column::text("source", "", "The source that was asked.").ours(),
        Column::text("region", "", "The Region of the jobs.").ours(),
        Column::text("kind", "", "The kind of job: `backup`, `copy`, `restore` or `scan`.").ours(),
        Column::time("start_time", "", "Where the counted day begins.").ours(),
        Column::text(
            "verdict",
            "",
            "`match`, `moved` (the same jobs, in another state or category since AWS counted), \
            `missing_here`, `extra_here`, `outside_coverage`, `rule` (AWS counts by another rule, \
            which the reason names) or `unexplained`.",
        )
        .ours(),
        Column::bool(
            "is_explained",
            "",
            "Whether the reason is one for which a difference is as it should be.",
        )
        .ours(),
        Column::text(
            "account_id",
            "",
            "The account of the group; NULL in a row of many groups, as what follows it is.",
        )
        .ours(),
        Column::text("state", "", "The state of the group.").ours(),
        Column::text("resource_type", "", "The resource type of the group.").ours(),
        Column::text("message_category", "", "The message category of the group.").ours(),
        Column::text("malware_scanner", "", "The scanning engine of the group.").ours(),
        Column::text("scan_result_status", "", "The scan result of the group.").ours(),
        Column::long("group_count", "", "How many groups the row is of.").ours(),
        Column::long("aws_count", "", "The number of jobs that AWS counted.").ours(),
        Column::long("our_count", "", "The number of jobs that are held.").ours(),
        Column::text("reason", "", "Why the counts differ; NULL where they agree.").ours(),
        Column::time("counted_at", "", "When AWS last gave its count.").ours(),
        Column::time("compared_at", "", "When the counts were compared.").ours(),
        Column::text("run_id", "", "The run that compared them.").ours(),
    ],
};
