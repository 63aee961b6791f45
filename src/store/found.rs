//! The files that lie in the store, whether a snapshot names them or not.

use std::fs::{self, DirEntry};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use crate::error::{Error, Result};
use crate::model::Instant;
use crate::tables::is_own_file;

use super::Store;

/// A file that lies there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Found {
    /// Its place below the data path, with `/` between folders.
    pub path: String,
    /// Its size in bytes.
    pub size_bytes: u64,
    /// When it was last changed.
    pub changed_at: Instant,
}

impl Found {
    /// True if and only if Lookback wrote it: another tool's is that tool's to remove.
    pub fn is_ours(&self) -> bool {
        is_own_file(&self.path)
    }
}

impl Store {
    /// Every data file that lies in the store, ordered by path; what is none is left out.
    ///
    /// The folder is read itself: `object_store` does not show the part of a file that a killed
    /// writer left.
    ///
    /// # Errors
    /// A folder that cannot be read.
    pub fn found(&self) -> Result<Vec<Found>> {
        let Some(root) = &self.folder else {
            return Err(Error::internal("the files of a store that is no folder"));
        };
        let mut found = Vec::new();
        let mut folders = if root.is_dir() { vec![root.clone()] } else { Vec::new() };
        while let Some(folder) = folders.pop() {
            let failed = |err| Error::io(format!("read folder \"{}\"", folder.display()), err);
            for entry in fs::read_dir(&folder).map_err(failed)? {
                let entry = entry.map_err(failed)?;
                if entry.file_type().map_err(failed)?.is_dir() {
                    folders.push(entry.path());
                } else if let Some(path) = place(root, &entry.path()) {
                    found.extend(describe(&entry, path)?);
                }
            }
        }
        found.sort();
        Ok(found)
    }
}

impl Store {
    /// Removes a file that was found and that nothing names; one that has gone is no error.
    pub fn remove(&self, path: &str) -> Result<()> {
        // `object_store` has no name for the part of a file.
        let Some(file) = self.local_path(path) else {
            return Err(Error::internal("a file of a store that is no folder"));
        };
        match fs::remove_file(&file) {
            Err(err) if err.kind() != std::io::ErrorKind::NotFound => {
                Err(Error::io(format!("remove data file \"{path}\""), err))
            }
            _ => Ok(()),
        }
    }
}

/// The place of a data file, or of a part of one: `….parquet`, `….parquet#1`.
fn place(root: &Path, path: &Path) -> Option<String> {
    let name = path.file_name()?.to_str()?;
    let (name, part) = name.split_once('#').unwrap_or((name, ""));
    let is_data = Path::new(name).extension()? == "parquet"
        && part.chars().all(|digit| digit.is_ascii_digit());
    let below: PathBuf = path.strip_prefix(root).ok()?.to_owned();
    let parts: Option<Vec<_>> = below.iter().map(|part| part.to_str()).collect();
    parts.filter(|_| is_data).map(|parts| parts.join("/"))
}

/// The file; nothing if it went in the meantime.
fn describe(entry: &DirEntry, path: String) -> Result<Option<Found>> {
    let described = entry.metadata().and_then(|it| Ok((it.len(), it.modified()?)));
    let (size_bytes, changed) = match described {
        Ok(described) => described,
        Err(err) if err.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(err) => return Err(Error::io(format!("read data file \"{path}\""), err)),
    };
    let micros = changed.duration_since(UNIX_EPOCH).map_or(0, |after| after.as_micros());
    let changed_at = Instant::from_micros(i64::try_from(micros).unwrap_or(i64::MAX));
    Ok(Some(Found { path, size_bytes, changed_at }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(path: &str, expected: Option<&str>) {
        let found = place(Path::new("/w/data"), &Path::new("/w/data").join(path));
        assert_eq!(found.as_deref(), expected);
    }

    #[test]
    fn what_is_no_data_file_is_nobodys_to_remove() {
        check("main/t/year=2026/a.parquet", Some("main/t/year=2026/a.parquet"));
        check("main/t/a.parquet#1", Some("main/t/a.parquet#1"));
        for path in ["notes.txt", "main/t/a.parquet.bak", "a.parquet#1x", "parquet"] {
            check(path, None);
        }
    }
}
