//! The table `ops.open_jobs`: what the next ingest follows.

use super::super::{Column, Table};

/// One row a held job that can still change.
pub(super) static TABLE: Table = Table {
    name: "open_jobs",
    doc: "One row a held job that can still change: what the next ingest follows.",
    kind: None,
    key: &["kind", "region", "account_id", "job_id"],
    time: "creation_date",
    columns: &[
        Column::text("kind", "", "The kind of job: `backup`, `copy`, `restore` or `scan`.").ours(),
        Column::text("region", "", "The Region of the job.").ours(),
        Column::text("account_id", "", "The account that owns the job.").ours(),
        Column::text("job_id", "", "Identifies the job.").ours(),
        Column::time("creation_date", "", "When the job was created.").ours(),
        Column::text("state", "", "The state held, as AWS gave it.").ours(),
        Column::text("source", "", "The source whose observation is held.").ours(),
        Column::time("observed_at", "", "When the values held were first read.").ours(),
    ],
};
