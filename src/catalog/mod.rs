//! The catalog: what the warehouse holds, in one SQLite file that is a DuckLake 1.0 catalog.
//!
//! Promises: every SQLite statement of the project is in this room; every read of the lake is of
//! one snapshot, with the snapshot condition written once (`LIVE`); data files, statistics and
//! the ledger change in one transaction ([`Catalog::commit`]); what another tool wrote is either
//! read right or refused by name; a snapshot that is expired takes away no file that another one
//! names. Refuses: to open a catalog of a newer version, to read data files
//! (that is `store`'s), and to guess: a failed statement is an error.

mod commit;
mod create;
mod files;
mod foreign;
mod ledger;
mod lock;
mod ops;
mod snapshots;
mod upkeep;
mod value;
mod views;

use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags};

use crate::error::{Error, Kind, Result};

pub use commit::{CONFLICTS_MAX, Change, Commit, Committed, overtaken};
pub use ledger::{
    ComparedDay, ComparedRow, Learnt, OpenChanges, Run, RunStatus, UnitRecord, UnitStatus,
};
pub(crate) use lock::LOCK_FILE;
pub use lock::WriterLock;
pub use snapshots::{AsOf, Snapshot};
pub use upkeep::{
    Breach, Expired, HeldFile, HeldTable, Holdings, Repair, Restated, Scheduled, Space,
};

/// The catalog's file in a warehouse folder.
pub const CATALOG_FILE: &str = "catalog.sqlite";
/// What SQLite appends to the name of a database for what a killed program left undone.
pub const JOURNAL: &str = "-journal";
/// What the name of every catalog ends with.
pub const COPY_ENDING: &str = ".sqlite";
/// The folder of the data files in a warehouse folder.
pub const DATA_FOLDER: &str = "data";
/// The folder of the catalog's copies in a warehouse folder.
pub const COPY_FOLDER: &str = "backups";
/// What the name of a copy begins with; the day follows.
pub const COPY_NAME: &str = "catalog-";

/// The condition under which a row of a DuckLake table belongs to the snapshot `?1`.
pub(crate) const LIVE: &str =
    "(begin_snapshot <= ?1 AND (end_snapshot IS NULL OR end_snapshot > ?1))";

/// How long a statement waits for another process to finish its transaction.
const BUSY_TIMEOUT: Duration = Duration::from_secs(20);

/// An open catalog; a clone shares its connection.
#[derive(Clone, Debug)]
pub struct Catalog {
    folder: PathBuf,
    file: PathBuf,
    connection: Arc<Mutex<Connection>>,
    /// Which file was opened, whatever lies at its place since.
    opened: Option<FileId>,
}

/// Whether a catalog is there. One that may not be looked at is not taken for none.
pub fn is_there(file: &Path) -> Result<bool> {
    match std::fs::metadata(file) {
        Ok(metadata) => Ok(metadata.is_file()),
        Err(err) if matches!(err.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            Ok(false)
        }
        Err(err) => Err(Error::io(format!("open catalog \"{}\"", file.display()), err)),
    }
}

/// A file of this machine: its device and its number there.
type FileId = (u64, u64);

impl Catalog {
    /// Opens the catalog of the warehouse in `folder`.
    ///
    /// A folder that was moved or copied opens at its new place; where it may be written, the
    /// catalog then names its new data path, so that DuckDB finds it too.
    ///
    /// # Errors
    /// `Input` if the folder is no warehouse, `Unsupported` if a newer version wrote it.
    pub fn open(folder: &Path) -> Result<Self> {
        let file = folder.join(CATALOG_FILE);
        if !is_there(&file)? {
            let message = format!(
                "folder \"{}\" is not a warehouse: it has no {CATALOG_FILE}",
                folder.display()
            );
            let error = Error::input(message);
            if has_copies(folder) {
                return Err(error.with_hint(WAY_BACK));
            }
            let hint = "name the folder of a warehouse with --warehouse, or make one with \
                        `lookback ingest`, `lookback import` or `lookback demo --keep DIR`";
            return Err(error.with_hint(hint));
        }
        let catalog = Self::connect(folder, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        catalog.check_version()?;
        catalog.point_at_folder()?;
        Ok(catalog)
    }

    fn connect(folder: &Path, flags: OpenFlags) -> Result<Self> {
        Self::connect_to(folder, &folder.join(CATALOG_FILE), flags)
    }

    fn connect_to(folder: &Path, file: &Path, flags: OpenFlags) -> Result<Self> {
        let absolute = |path: &Path| {
            std::path::absolute(path)
                .map_err(|err| Error::io(format!("resolve \"{}\"", path.display()), err))
        };
        let (folder, file) = (absolute(folder)?, absolute(file)?);
        let action = format!("open catalog \"{}\"", file.display());
        let connection =
            Connection::open_with_flags(&file, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)
                .map_err(|err| failed(&action, err))?;
        connection.busy_timeout(BUSY_TIMEOUT).map_err(|err| failed(&action, err))?;
        // A rollback journal: a closed WAL catalog cannot be opened from a read-only mount.
        connection
            .execute_batch("PRAGMA synchronous = FULL;")
            .map_err(|err| damaged(failed(&action, err), &folder, &file))?;
        let opened = file_id(&file);
        Ok(Self { folder, file, connection: Arc::new(Mutex::new(connection)), opened })
    }

    /// The same, with statements that wait no longer than `patience` for another process.
    pub fn with_patience(self, patience: Duration) -> Result<Self> {
        let action = format!("open catalog \"{}\"", self.file().display());
        self.connection().busy_timeout(patience).map_err(|err| failed(&action, err))?;
        Ok(self)
    }

    /// False if the file that was opened lies at its place no more: the warehouse was removed, or
    /// another was put there. Whoever reads on reads what is gone.
    pub fn is_in_place(&self) -> bool {
        self.opened.is_some() && self.opened == file_id(&self.file())
    }

    /// The warehouse folder, as an absolute path.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The catalog's own file.
    pub fn file(&self) -> PathBuf {
        self.file.clone()
    }

    /// What tells this warehouse, and copies of it, from every other.
    pub fn uuid(&self) -> Result<String> {
        let sql = "SELECT schema_uuid FROM ducklake_schema ORDER BY begin_snapshot, schema_id";
        self.read("read the warehouse's id", |c| c.query_row(sql, [], |row| row.get(0)))
    }

    fn connection(&self) -> MutexGuard<'_, Connection> {
        // A panic elsewhere cannot leave a connection half-changed: transactions roll back.
        self.connection.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Runs `read` in one read transaction, so that all it sees is of one moment.
    fn read<T>(
        &self,
        action: &str,
        read: impl FnOnce(&Connection) -> rusqlite::Result<T>,
    ) -> Result<T> {
        let connection = self.connection();
        let run = || {
            let transaction = connection.unchecked_transaction()?;
            let value = read(&transaction)?;
            transaction.commit()?;
            Ok(value)
        };
        run().map_err(|err| damaged(failed(action, err), &self.folder, &self.file))
    }
}

/// What to do where the catalog is gone or damaged, and copies of it are there.
pub const WAY_BACK: &str =
    "run `lookback restore-catalog`, which takes the newest copy in the folder \"backups\"";

/// True if and only if it is the name of a copy that we made: others are somebody's own.
pub fn is_copy(name: &str) -> bool {
    let day = name.strip_prefix(COPY_NAME).and_then(|rest| rest.strip_suffix(COPY_ENDING));
    day.is_some_and(|day| {
        let is_right = |(at, byte): (usize, u8)| match at {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        };
        day.len() == 10 && day.bytes().enumerate().all(is_right)
    })
}

/// True if and only if copies of the catalog of the warehouse in `folder` are there.
pub fn has_copies(folder: &Path) -> bool {
    let is_of_copy = |entry: std::fs::DirEntry| entry.file_name().to_str().is_some_and(is_copy);
    std::fs::read_dir(folder.join(COPY_FOLDER))
        .is_ok_and(|entries| entries.flatten().any(is_of_copy))
}

/// The error with the way back from a damaged catalog; a copy has none.
fn damaged(error: Error, folder: &Path, file: &Path) -> Error {
    let is_catalog = *file == folder.join(CATALOG_FILE);
    if error.kind() == Kind::Corrupt && is_catalog && has_copies(folder) {
        return error.with_hint(WAY_BACK);
    }
    error
}

fn file_id(file: &Path) -> Option<FileId> {
    let metadata = std::fs::metadata(file).ok()?;
    Some((metadata.dev(), metadata.ino()))
}

/// An SQLite error as ours: `action` is a bare verb phrase.
fn failed(action: &str, err: rusqlite::Error) -> Error {
    let kind = match err.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Kind::Busy,
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Kind::Corrupt,
        Some(
            ErrorCode::DiskFull
            | ErrorCode::ReadOnly
            | ErrorCode::CannotOpen
            | ErrorCode::SystemIoFailure
            | ErrorCode::PermissionDenied,
        ) => Kind::Io,
        _ => Kind::Internal,
    };
    let error = Error::new(kind, format!("failed to {action}")).with_source(err);
    match kind {
        Kind::Busy => {
            error.with_hint("another program holds the catalog; try again when it is done")
        }
        Kind::Corrupt => {
            error.with_hint("the file is damaged or no SQLite database; restore it from a copy")
        }
        Kind::Io => error
            .with_hint("check that the disk has room and may be written: what was committed stays"),
        _ => error,
    }
}

/// True if and only if SQLite may not write where it was told to.
fn is_refused(err: &rusqlite::Error) -> bool {
    matches!(
        err.sqlite_error_code(),
        Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied)
    )
}
