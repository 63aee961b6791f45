//! Data files as catalog, store and engine speak of them.

use super::Bounds;

/// What every file that Lookback writes is named after; other tools name theirs otherwise.
pub const FILE_PREFIX: &str = "lookback-";

/// A file that is written and synced, and that no snapshot names yet.
#[derive(Clone, Debug)]
pub struct NewFile {
    /// Its place below the table's folder.
    pub path: String,
    /// The number of rows.
    pub record_count: u64,
    /// Its size in bytes.
    pub size_bytes: u64,
    /// The length in bytes of its footer's metadata.
    pub footer_size_bytes: u64,
    /// What is known of each column, in the order of the table's columns.
    pub columns: Vec<Option<Bounds>>,
    /// The year and month of the table's time column.
    pub partition: (i32, u32),
    /// The SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
}

/// True if and only if Lookback wrote the data file, by its name.
pub fn is_own_file(path: &str) -> bool {
    path.rsplit('/').next().unwrap_or_default().starts_with(FILE_PREFIX)
}

/// One live data file.
#[derive(Clone, Debug)]
pub struct DataFile {
    /// DuckLake's `data_file_id`.
    pub id: i64,
    /// Its place below the data path, with `/` between folders.
    pub path: String,
    /// The number of rows.
    pub record_count: u64,
    /// Its size in bytes.
    pub size_bytes: u64,
    /// The length in bytes of its Parquet footer's metadata.
    pub footer_size_bytes: Option<u64>,
    /// What is known of each column, in the order of the table's columns.
    pub columns: Vec<Option<Bounds>>,
}

impl DataFile {
    /// True if and only if Lookback wrote it, so that its bounds are values that occur in it.
    pub fn is_ours(&self) -> bool {
        is_own_file(&self.path)
    }
}
