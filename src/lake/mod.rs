//! A warehouse opened: its catalog and its store together.
//!
//! Promises: the one place that knows how a warehouse folder is laid out. Refuses: to read rows or
//! to change them; `engine` reads, `ingest` and `upkeep` write.

use std::path::Path;
use std::time::Duration;

use crate::catalog::{
    CATALOG_FILE, Catalog, DATA_FOLDER, JOURNAL, LOCK_FILE, WAY_BACK, WriterLock, has_copies,
    is_there,
};
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

    /// Opens the warehouse in `folder` for writing; makes a new one if the folder is absent, empty,
    /// or holds only what an interrupted creation left.
    ///
    /// # Errors
    /// `Busy` if another process writes it, `Input` if the folder holds something else.
    pub fn open_or_create(folder: &Path, now: Instant, steps: &Steps) -> Result<Self> {
        if !is_there(&folder.join(CATALOG_FILE))? || Catalog::is_blank_in(folder)? {
            refuse_held_folder(folder)?;
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

/// Refuses a folder that already holds something besides a catalog without tables: most likely its
/// name was mistyped, or the catalog of a warehouse was lost. In the place of a lost one a new one
/// would be that of an empty warehouse, and all data would be left over.
fn refuse_held_folder(folder: &Path) -> Result<()> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Ok(()) };
    let names = entries.flatten().map(|entry| entry.file_name());
    let mut held = names.filter(|name| !name.to_str().is_some_and(is_of_no_warehouse));
    let Some(name) = held.next() else { return Ok(()) };
    let (folder_name, name) = (folder.display(), name.display());
    let is_lost = is_there(&folder.join(CATALOG_FILE))?;
    let message = if is_lost {
        format!(
            "{CATALOG_FILE} of folder \"{folder_name}\" is empty, beside \"{name}\": it was lost"
        )
    } else {
        format!("folder \"{folder_name}\" is not a warehouse and not empty: it holds \"{name}\"")
    };
    let hint = match (has_copies(folder), is_lost) {
        (true, _) => WAY_BACK,
        (false, true) => "put it back from a copy of your own, or name another --warehouse",
        (false, false) => "name an empty or new folder with --warehouse",
    };
    Err(Error::input(message).with_hint(hint))
}

/// What a folder may have in which nothing was committed yet: what an interrupted creation left,
/// and what every new file system of a disk of its own has.
fn is_of_no_warehouse(name: &str) -> bool {
    let of_catalog = name.strip_prefix(CATALOG_FILE);
    of_catalog.is_some_and(|rest| ["", JOURNAL].contains(&rest))
        || [LOCK_FILE, "lost+found"].contains(&name)
}
