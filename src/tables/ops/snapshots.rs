//! The table `ops.snapshots`: the states of the warehouse that `--as-of` can name.

use super::super::{Column, Table};

/// One row a committed state of the warehouse.
pub(super) static TABLE: Table = Table {
    name: "snapshots",
    doc: "One row a committed state of the warehouse, as `--as-of` names it.",
    kind: None,
    key: &["snapshot_id"],
    time: "snapshot_time",
    columns: &[
        Column::long("snapshot_id", "", "Its number; a later state has a higher one.").ours(),
        Column::time("snapshot_time", "", "When it was committed.").ours(),
        Column::text("author", "", "The program that committed it, if it says so.").ours(),
        Column::text("message", "", "The command, or what another program said.").ours(),
        Column::text("run_id", "", "The run that committed it.").ours(),
        Column::text("changes", "", "What changed, in DuckLake's words.").ours(),
    ],
};
