//! The table `ops.units`: the pieces of each ingest.

use super::super::{Column, Table};

/// One row a unit of a run.
pub(super) static TABLE: Table = Table {
    name: "units",
    doc: "One row a unit of an ingest; after 90 days only the totals of its run are kept.",
    kind: None,
    key: &["run_id", "source", "region", "kind", "operation"],
    time: "started_at",
    columns: &[
        Column::text("run_id", "", "The run that it is a part of.").ours(),
        Column::text("source", "", "The source that was asked.").ours(),
        Column::text("region", "", "The Region that was asked.").ours(),
        Column::text("kind", "", "The kind of job: `backup`, `copy`, `restore` or `scan`.").ours(),
        Column::text("operation", "", "What it did: `list`, `follow` (open jobs) or `summaries`.")
            .ours(),
        Column::time(
            "created_from",
            "",
            "Where the interval of creation time begins; NULL if it has no beginning.",
        )
        .ours(),
        Column::time(
            "created_until",
            "",
            "Where the interval of creation time ends; NULL if it has no end.",
        )
        .ours(),
        Column::text(
            "status",
            "",
            "How it ended: `complete`, `partial` (not all pages came, or a record was refused), \
            `denied`, `not_offered`, `failed`, `stopped` (the run was asked to) or `split` (read in \
            pieces, which are units of their own).",
        )
        .ours(),
        Column::time("started_at", "", "When its first call began.").ours(),
        Column::time("ended_at", "", "When its last call had ended.").ours(),
        Column::long("calls", "", "Its calls, those that were repeated included.").ours(),
        Column::long("throttles", "", "Its calls that AWS throttled.").ours(),
        Column::long("retries", "", "Its calls that were repeated, for whatever reason.").ours(),
        Column::long("jobs", "", "The rows that came.").ours(),
        Column::long("refused", "", "The records that became no row.").ours(),
        Column::text("message", "", "Why it did not read what it was to read; NULL if it did.")
            .ours(),
    ],
};
