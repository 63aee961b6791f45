//! The table `ops.runs`: what was run, and what came of it.

use super::super::{Column, Table};

/// One row a run that has committed.
pub(super) static TABLE: Table = Table {
    name: "runs",
    doc: "One row a run that has committed: an import, an ingest, or an upkeep.",
    kind: None,
    key: &["run_id"],
    time: "started_at",
    columns: &[
        Column::text("run_id", "", "Identifies the run.").ours(),
        Column::text("command", "", "The command: `import`, `ingest` or `maintain`.").ours(),
        Column::text(
            "status",
            "",
            "`running`, `done`, `attention` (done, but something is not as it should be) or \
            `interrupted` (stopped or killed; what it had committed stays).",
        )
        .ours(),
        Column::time("started_at", "", "When it began.").ours(),
        Column::time("ended_at", "", "When it committed for the last time.").ours(),
        Column::long(
            "snapshot_id",
            "",
            "The last snapshot that it made; NULL if it changed nothing.",
        )
        .ours(),
        Column::long("rows_read", "", "The rows that came.").ours(),
        Column::long("rows_new", "", "The jobs and summary rows that were not held before.").ours(),
        Column::long("rows_changed", "", "The jobs held whose row changed.").ours(),
        Column::long("rows_unchanged", "", "The rows that said nothing new.").ours(),
        Column::long("rows_refused", "", "The records that became no row.").ours(),
        Column::long("units", "", "The units that it ended; an import and an upkeep have none.")
            .ours(),
        Column::long("calls", "", "The calls to AWS, those that were repeated included.").ours(),
        Column::long("throttles", "", "The calls that AWS throttled.").ours(),
        Column::long("retries", "", "The calls that were repeated, for whatever reason.").ours(),
        Column::text("detail", "", "What was asked for.").ours(),
    ],
};
