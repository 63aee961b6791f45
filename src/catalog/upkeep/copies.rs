//! Copies of the catalog.

use std::path::Path;

use rusqlite::OpenFlags;

use crate::error::{Error, Result};
use crate::model::{Instant, Steps};

use super::super::{Catalog, failed};

impl Catalog {
    /// Writes a copy of the catalog as it is now to a new file; it is not synced yet.
    ///
    /// # Errors
    /// The file exists; whatever the disk refuses, and then a part of the file may be there.
    pub fn copy_to(&self, file: &Path, steps: &Steps) -> Result<()> {
        steps.take("copy catalog")?;
        let action = || format!("copy the catalog to \"{}\"", file.display());
        let Some(name) = file.to_str() else {
            return Err(Error::input(format!("\"{}\" is no text", file.display()))
                .with_hint("name the folder of the warehouse in UTF-8"));
        };
        let done = self.connection().execute("VACUUM INTO ?1", [name]);
        done.map(drop).map_err(|err| failed(&action(), err))
    }

    /// Opens the catalog in `folder` and keeps every other program from writing to it, until this
    /// is dropped. What a killed program left undone is undone first.
    ///
    /// # Errors
    /// `Busy` while another program writes, `Corrupt` if the catalog is damaged.
    pub fn hold(folder: &Path) -> Result<Self> {
        let catalog = Self::connect(folder, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        let held = catalog.connection().execute_batch("BEGIN IMMEDIATE");
        held.map_err(|err| failed("hold the catalog", err))?;
        Ok(catalog)
    }

    /// Opens a copy that is about to take the catalog's place, brings it up to date, and expires
    /// the snapshots that name a file which `is_there` denies; those are older than the ones that
    /// are kept anyway.
    ///
    /// # Errors
    /// As [`expire`](Self::expire).
    pub fn prepare_copy(
        folder: &Path,
        file: &Path,
        is_there: impl Fn(&str) -> bool,
        now: Instant,
        steps: &Steps,
    ) -> Result<()> {
        let copy = Self::connect_to(folder, file, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        copy.migrate(now, steps)?;
        let files = copy.holdings()?.tables.into_iter().flat_map(|table| table.files);
        let ends = files.filter(|held| !is_there(&held.file.path)).filter_map(|held| held.end);
        copy.expire_until(ends.max().unwrap_or(0), now, steps).map(drop)
    }

    /// Opens a copy of the catalog of the warehouse in `folder`, for reading.
    ///
    /// # Errors
    /// `Corrupt` if SQLite finds it damaged, `Unsupported` if a newer version wrote it.
    pub fn open_copy(folder: &Path, file: &Path) -> Result<Self> {
        let copy = Self::connect_to(folder, file, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        let sql = "PRAGMA quick_check(1)";
        let found: String = copy
            .read("check the copy", |connection| connection.query_row(sql, [], |row| row.get(0)))?;
        if found != "ok" {
            let message = format!("copy \"{}\" is damaged: {found}", file.display());
            return Err(Error::corrupt(message).with_hint("restore another copy"));
        }
        copy.check_version()?;
        Ok(copy)
    }
}
