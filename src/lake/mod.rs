//! A warehouse opened: its catalog and its store together.
//!
//! Promises: the one place that knows how a warehouse folder is laid out. Refuses: to read rows or
//! to change them; `engine` reads, `ingest` and `upkeep` write.

use std::path::Path;
use std::time::Duration;

use crate::catalog::{Catalog, DATA_FOLDER, WAY_BACK, WriterLock, has_copies};
use crate::error::{Error, Result};
use crate::model::{Instant, Steps};
use crate::store::Store;

/// An open warehouse.
#[derive(Clone, Debug)]
pub struct Lake {
    /// What it holds.
    pub catalog: Catalog,
    /// Where the files are.
    pub store: Store,
}

/// An open warehouse that no other process may write until this is dropped.
#[derive(Debug)]
pub struct WritableLake {
    /// The warehouse.
    pub lake: Lake,
    _lock: WriterLock,
}

impl Lake {
    /// Opens the warehouse in `folder` for reading.
    ///
    /// # Errors
    /// `Input` if the folder is no warehouse, `Unsupported` if a newer version wrote it.
    pub fn open(folder: &Path) -> Result<Self> {
        Self::with(Catalog::open(folder)?)
    }

    /// The same, for whoever would rather be refused than wait longer than `patience` for another
    /// process.
    pub fn with_patience(self, patience: Duration) -> Result<Self> {
        Ok(Self { catalog: self.catalog.with_patience(patience)?, ..self })
    }

    fn with(catalog: Catalog) -> Result<Self> {
        let store = Store::in_folder(&catalog.folder().join(DATA_FOLDER))?;
        Ok(Self { catalog, store })
    }
}

impl WritableLake {
    /// Opens the warehouse in `folder` for writing.
    ///
    /// # Errors
    /// `Input` if the folder is no warehouse, `Busy` if another process writes it.
    pub fn open(folder: &Path, now: Instant, steps: &Steps) -> Result<Self> {
        Catalog::open(folder)?;
        Self::open_or_create(folder, now, steps)
    }

    /// Opens the warehouse in `folder` for writing; makes a new one if the folder is absent or
    /// empty.
    ///
    /// # Errors
    /// `Busy` if another process writes it, `Input` if the folder holds something else.
    pub fn open_or_create(folder: &Path, now: Instant, steps: &Steps) -> Result<Self> {
        if !folder.join(crate::catalog::CATALOG_FILE).exists() {
            refuse_foreign_folder(folder)?;
            std::fs::create_dir_all(folder).map_err(|err| {
                Error::io(format!("make folder \"{}\"", folder.display()), err)
                    .with_hint("name a folder that may be written with --warehouse")
            })?;
        }
        let lock = WriterLock::take(folder)?;
        let catalog = Catalog::open_or_create(folder, now, steps)?;
        Ok(Self { lake: Lake::with(catalog)?, _lock: lock })
    }
}

/// Refuses a folder that already holds something: most likely its name was mistyped.
fn refuse_foreign_folder(folder: &Path) -> Result<()> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Ok(()) };
    let foreign = entries.flatten().find(|entry| entry.file_name() != crate::catalog::LOCK_FILE);
    match foreign {
        None => Ok(()),
        Some(entry) => {
            let message = format!(
                "folder \"{}\" is not a warehouse and not empty: it holds \"{}\"",
                folder.display(),
                entry.file_name().display()
            );
            let hint = if has_copies(folder) {
                WAY_BACK
            } else {
                "name an empty or new folder with --warehouse"
            };
            Err(Error::input(message).with_hint(hint))
        }
    }
}
