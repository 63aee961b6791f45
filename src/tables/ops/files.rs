//! The table `ops.files`: the data files that the newest snapshot names.

use super::super::{Column, Table};

/// One row a live data file.
pub(super) static TABLE: Table = Table {
    name: "files",
    doc: "One row a data file that the newest snapshot names.",
    kind: None,
    key: &["data_file_id"],
    time: "written_at",
    columns: &[
        Column::text("table_name", "", "The table whose rows it holds.").ours(),
        Column::long("data_file_id", "", "DuckLake's number of the file.").ours(),
        Column::text("path", "", "Its place below the folder `data` of the warehouse.").ours(),
        Column::long("record_count", "", "The number of rows in it.").ours(),
        Column::long("file_size_bytes", "", "Its size in bytes.").ours(),
        Column::time(
            "time_min",
            "",
            "The earliest value of the table's own time: `creation_date` of jobs.",
        )
        .ours(),
        Column::time("time_max", "", "The latest value of the table's own time.").ours(),
        Column::long("snapshot_id", "", "The snapshot that added it.").ours(),
        Column::time(
            "written_at",
            "",
            "When that snapshot was committed; NULL once it is expired.",
        )
        .ours(),
    ],
};
