//! The table `job_transitions`: the audit trail of what each run found new or changed.

use super::{Column, Table};

/// One row each time a run found a job new or changed.
pub static TABLE: Table = Table {
    name: "job_transitions",
    doc: "One row each time a run found a job new or changed; never rewritten.",
    kind: None,
    key: &["kind", "region", "account_id", "job_id", "run_id"],
    time: "observed_at",
    columns: &[
        Column::text("kind", "", "The kind of job: `backup`, `copy`, `restore` or `scan`.").ours(),
        Column::text("region", "", "The Region of the job.").ours(),
        Column::text("account_id", "", "The account that owns the job.").ours(),
        Column::text("job_id", "", "Identifies the job.").ours(),
        Column::time("creation_date", "", "When the job was created.").ours(),
        Column::text("from_state", "", "The state held before; NULL for a new job.").ours(),
        Column::text(
            "to_state",
            "",
            "The state found; the state held where another field changed, or where AWS stopped \
            showing the open job.",
        )
        .ours(),
        Column::time("observed_at", "", "When the state found was read.").ours(),
        Column::text("run_id", "", "The run that found it.").ours(),
    ],
};
