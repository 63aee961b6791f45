//! One writer at a time: an operating-system file lock that dies with its process.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;

use crate::error::{Error, Kind, Result};

pub(crate) const LOCK_FILE: &str = "writer.lock";

/// The right to write a warehouse, held until dropped or until the process ends.
#[derive(Debug)]
pub struct WriterLock {
    _file: File,
}

impl WriterLock {
    /// True if and only if a process writes the warehouse in `folder` now.
    pub fn is_held(folder: &Path) -> bool {
        let file = File::open(folder.join(LOCK_FILE));
        file.is_ok_and(|file| matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)))
    }

    /// Takes the lock of the warehouse in `folder`.
    ///
    /// # Errors
    /// `Busy` if another process writes now, `Io` if the folder cannot be written.
    pub fn take(folder: &Path) -> Result<Self> {
        let path = folder.join(LOCK_FILE);
        let file =
            OpenOptions::new().create(true).truncate(false).write(true).open(&path).map_err(
                |err| {
                    Error::io(format!("open lock file \"{}\"", path.display()), err)
                        .with_hint("writing needs a warehouse folder that may be written")
                },
            )?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => {
                let message = format!(
                    "warehouse \"{}\" is being written by another process",
                    folder.display()
                );
                Err(Error::new(Kind::Busy, message)
                    .with_hint("wait until it is done; readers need not wait"))
            }
            Err(TryLockError::Error(err)) => {
                Err(Error::io(format!("lock file \"{}\"", path.display()), err))
            }
        }
    }
}
