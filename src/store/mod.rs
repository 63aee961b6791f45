//! The data files: Parquet in an object store.
//!
//! Promises: a file is written once, under a name of its own, and is complete and synced before its
//! writer hands it out; its name lasts once [`Store::sync_folders`] is done, for which a commit
//! waits; what is known of its columns is taken from what was written; a file that is missing or of
//! another size than its catalog says is an error that names it. Refuses: to change a file, to
//! overwrite one, and to know which files are live (that is the catalog's).

mod found;
mod object;
mod read;
mod stats;
mod write;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs::File;
use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use object_store::local::LocalFileSystem;
use object_store::path::Path as ObjectPath;
use object_store::{ObjectStore, ObjectStoreExt};

use crate::error::{Error, Kind, Result};
use crate::model::Steps;

pub use found::Found;
pub use object::DataObject;
pub use read::{Footer, conform};
pub use stats::Statistics;
pub use write::{FileWriter, Purpose, Written};

/// Where the data files lie.
///
/// All reading and writing goes through `object_store`; only the syncing of local files, which it
/// does not do, goes around it.
#[derive(Clone, Debug)]
pub struct Store {
    objects: Arc<dyn ObjectStore>,
    root: ObjectPath,
    /// The folder, if the store is one.
    folder: Option<PathBuf>,
}

impl Store {
    /// The store in a folder, which need not exist before the first file is written.
    pub fn in_folder(folder: &Path) -> Result<Self> {
        let folder = resolved(folder)
            .map_err(|err| Error::io(format!("resolve folder \"{}\"", folder.display()), err))?;
        let root = ObjectPath::from_absolute_path(&folder).map_err(|err| {
            Error::input(format!("folder \"{}\" cannot hold data files", folder.display()))
                .with_source(err)
        })?;
        Ok(Self { objects: Arc::new(LocalFileSystem::new()), root, folder: Some(folder) })
    }

    /// The object store, for the query engine.
    pub fn objects(&self) -> Arc<dyn ObjectStore> {
        Arc::clone(&self.objects)
    }

    /// The object of a file, given its place below the data path.
    pub fn object(&self, path: &str) -> ObjectPath {
        path.split('/').fold(self.root.clone(), ObjectPath::join)
    }

    /// Removes files that no snapshot names; one that is not there is no error.
    pub async fn discard(&self, paths: &[String]) -> Result<()> {
        for path in paths {
            match self.objects.delete(&self.object(path)).await {
                Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
                Err(err) => {
                    let message = format!("failed to remove data file \"{path}\"");
                    return Err(Error::new(Kind::Io, message).with_source(err));
                }
            }
        }
        Ok(())
    }

    /// The size of a file in bytes, if it is there.
    pub async fn size(&self, path: &str) -> Result<Option<u64>> {
        match self.objects.head(&self.object(path)).await {
            Ok(found) => Ok(Some(found.size)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(err) => {
                let message = format!("failed to look for data file \"{path}\"");
                Err(Error::new(Kind::Io, message).with_source(err))
            }
        }
    }

    /// The path of a file on this machine, if the store is a folder.
    pub fn local_path(&self, path: &str) -> Option<PathBuf> {
        self.folder.as_ref().map(|folder| folder.join(path))
    }

    /// Makes the names of files last: syncs their folders up to the data path's own parent, each
    /// once. Before that no snapshot may name them.
    pub fn sync_folders(&self, paths: &[String], steps: &Steps) -> Result<()> {
        let Some(folder) = &self.folder else { return Ok(()) };
        let stop = folder.parent().unwrap_or(folder);
        let mut folders = BTreeSet::new();
        for path in paths {
            let file = folder.join(path);
            let above = file.ancestors().skip(1).take_while(|above| above.starts_with(stop));
            folders.extend(above.map(Path::to_path_buf));
        }
        for folder in folders {
            steps.take("sync folder")?;
            sync(&folder)?;
        }
        Ok(())
    }
}

/// The absolute path of a folder, without `..`, which the paths of objects cannot have: a step up
/// is taken from where links lead to.
fn resolved(folder: &Path) -> io::Result<PathBuf> {
    let folder = std::path::absolute(folder)?;
    let mut resolved = PathBuf::new();
    for part in folder.components() {
        if part == Component::ParentDir {
            // What is not there is no link.
            resolved = resolved.canonicalize().unwrap_or(resolved);
            resolved.pop();
        } else {
            resolved.push(part);
        }
    }
    Ok(resolved)
}

/// Bytes in hexadecimal.
fn hexadecimal(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        // Writing to a text does not fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// Forces a file or a folder to disk.
pub fn sync(path: &Path) -> Result<()> {
    File::open(path)
        .and_then(|file| file.sync_all())
        .map_err(|err| Error::io(format!("sync \"{}\"", path.display()), err))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn a_step_up_begins_where_a_link_leads_to() {
        let top = tempfile::tempdir().unwrap();
        let top = top.path().canonicalize().unwrap();
        std::fs::create_dir_all(top.join("a/b")).unwrap();
        std::os::unix::fs::symlink(top.join("a/b"), top.join("link")).unwrap();
        for (folder, expected) in [
            ("x/y", "x/y"),
            ("a/../x", "x"),
            ("link/../x", "a/x"),
            ("link/x", "link/x"),
            ("nowhere/../x", "x"),
        ] {
            assert_eq!(resolved(&top.join(folder)).unwrap(), top.join(expected), "{folder}");
            Store::in_folder(&top.join(folder)).unwrap();
        }
    }
}
