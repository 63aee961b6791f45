//! A folder or a file that is there whole or not at all.
//!
//! Everything is written into a folder beside the target, `.NAME.lookback-partial`, synced, and
//! moved into its place at the end. The folder is locked by its process; one that a killed process
//! left behind is emptied by the next export to the same target. When an export is replaced, the
//! old one is first moved to `.NAME.lookback-replaced`; if the process is killed just then, the
//! next export to the same target moves it back.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use tempfile::TempPath;

use crate::error::{Error, Kind, Result};
use crate::model::Steps;

use super::{MANIFEST, manifest};

/// Where an export goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// One file.
    File(PathBuf),
    /// A folder, with a folder for each dataset and a manifest.
    Folder(PathBuf),
}

/// What is written, until it is in its place; dropped before that, it is gone.
#[derive(Debug)]
pub struct Staging {
    /// Where it goes, and how messages call that.
    place: Place,
    name: String,
    /// Whether something may be in that place.
    overwrite: bool,
    folder: PathBuf,
    replaced: PathBuf,
    is_placed: bool,
    steps: Steps,
    /// Locked for as long as this process writes.
    _lock: File,
}

/// Tries to lock a folder that others remove at the same time.
const TRIES: usize = 100;

impl Place {
    fn path(&self) -> &Path {
        match self {
            Self::File(path) | Self::Folder(path) => path,
        }
    }
}

impl Staging {
    /// Begins to write to `place`; with `overwrite`, an export that is there is replaced.
    ///
    /// # Errors
    /// `Input` if something else is there, `Busy` if another process writes there.
    pub fn begin(place: &Place, overwrite: bool, steps: &Steps) -> Result<Self> {
        let name = place.path().display().to_string();
        let place = resolved(place)?;
        let [folder, replaced] = ["partial", "replaced"].map(|what| beside(place.path(), what));
        steps.take("make the folder")?;
        let lock = lock(&folder, &name)?;
        let steps = steps.clone();
        let is_placed = false;
        let staging =
            Self { place, name, overwrite, folder, replaced, is_placed, steps, _lock: lock };
        clear(&staging.folder)?;
        staging.settle_replaced()?;
        staging.check()?;
        Ok(staging)
    }

    /// Moves an old export back that lost its place, and removes one that has a successor.
    fn settle_replaced(&self) -> Result<()> {
        let (target, replaced) = (self.place.path(), &self.replaced);
        if !replaced.exists() {
            return Ok(());
        }
        if target.exists() {
            return remove(replaced);
        }
        fs::rename(replaced, target).map_err(|err| failed(self.writing(), err))
    }

    /// Refuses a target that is there and may not be replaced.
    fn check(&self) -> Result<()> {
        match &self.place {
            Place::File(path) => {
                if path.is_dir() {
                    let message = format!("\"{}\" is a folder", self.name);
                    return Err(Error::input(message).with_hint("name a file in it"));
                }
                if path.exists() && !path.is_file() {
                    let message = format!("\"{}\" is a pipe or a device", self.name);
                    return Err(Error::input(message)
                        .with_hint("name a file, or write to standard output with --output -"));
                }
                if !self.overwrite && path.exists() {
                    return Err(is_there(&self.name));
                }
            }
            Place::Folder(path) => {
                if path.exists() && !path.is_dir() {
                    let message = format!("\"{}\" is a file", self.name);
                    return Err(Error::input(message).with_hint("name a folder with --output"));
                }
                if let Some(entry) = first_entry(path) {
                    if !self.overwrite {
                        return Err(is_not_empty(&self.name, &entry));
                    }
                    self.check_replaced(path)?;
                }
            }
        }
        Ok(())
    }

    /// Refuses a folder that is no export, or holds more than one.
    fn check_replaced(&self, path: &Path) -> Result<()> {
        let text = fs::read_to_string(path.join(MANIFEST)).ok();
        let named = text.and_then(|text| manifest::tables(&text));
        let named = named.ok_or_else(|| is_foreign(&self.name))?;
        let is_ours = |entry: &String| entry == MANIFEST || named.contains(entry);
        match entries(path).into_iter().find(|entry| !is_ours(entry)) {
            Some(entry) => Err(holds_more(&self.name, &entry)),
            None => Ok(()),
        }
    }

    /// A new file at `path` below the target.
    pub(super) fn create(&self, path: &str) -> Result<File> {
        self.steps.take("create a file")?;
        let path = self.folder.join(path);
        let failed = |err| failed(format!("write file \"{}\"", path.display()), err);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(failed)?;
        }
        OpenOptions::new().write(true).create_new(true).open(&path).map_err(failed)
    }

    /// Makes a file last that was written; gives its size.
    pub(super) fn sync(&self, path: &str) -> Result<u64> {
        self.steps.take("sync a file")?;
        let path = self.folder.join(path);
        let size = File::open(&path).and_then(|file| {
            file.sync_all()?;
            Ok(file.metadata()?.len())
        });
        size.map_err(|err| failed(format!("write file \"{}\"", path.display()), err))
    }

    /// Moves what was written into its place: the whole folder, or its one file `path`.
    pub(super) fn finish(mut self, path: &str) -> Result<()> {
        self.steps.take("sync the folders")?;
        sync_folders(&self.folder)?;
        self.steps.take("move it into its place")?;
        match &self.place {
            Place::File(target) => self.place_file(&self.folder.join(path), target)?,
            Place::Folder(target) => {
                self.place_folder(target)?;
                self.is_placed = true;
            }
        }
        self.steps.take("sync the place")?;
        sync(parent(self.place.path()))
    }

    /// What failed, in words.
    fn writing(&self) -> String {
        format!("write \"{}\"", self.name)
    }

    fn place_file(&self, file: &Path, target: &Path) -> Result<()> {
        if self.overwrite {
            return fs::rename(file, target).map_err(|err| failed(self.writing(), err));
        }
        let file = TempPath::try_from_path(file).map_err(|err| failed(self.writing(), err))?;
        // Another program may have made the file since it was looked for.
        file.persist_noclobber(target).map_err(|err| match err.error.kind() {
            ErrorKind::AlreadyExists => is_there(&self.name),
            _ => failed(self.writing(), err.error),
        })
    }

    fn place_folder(&self, target: &Path) -> Result<()> {
        let failed = |err| failed(self.writing(), err);
        let is_replaced = self.overwrite && target.exists();
        if is_replaced {
            fs::rename(target, &self.replaced).map_err(failed)?;
            self.steps.take("take the old folder's place")?;
        }
        // A folder takes the place of an empty one only.
        match fs::rename(&self.folder, target) {
            Ok(()) => {}
            Err(err) if err.kind() == ErrorKind::DirectoryNotEmpty => {
                let entry = first_entry(target).unwrap_or_default();
                return Err(is_not_empty(&self.name, &entry));
            }
            Err(err) => return Err(failed(err)),
        }
        if is_replaced {
            self.steps.take("remove the old folder")?;
            remove(&self.replaced)?;
        }
        Ok(())
    }
}

/// What was not moved into its place goes, and an old export that was moved aside comes back.
/// Nobody is left to be told of a failure; the next export to the same target does it again.
impl Drop for Staging {
    fn drop(&mut self) {
        // From then on the name may be that of another process's folder.
        if !self.is_placed {
            drop(fs::remove_dir_all(&self.folder));
            drop(self.settle_replaced());
        }
    }
}

/// The place by a path that leads there directly: what is moved there must lie beside it.
fn resolved(place: &Place) -> Result<Place> {
    let path = place.path();
    let resolved = path.canonicalize().or_else(|_| {
        let folder = parent(path).canonicalize();
        folder.map(|folder| folder.join(path.file_name().unwrap_or_default()))
    });
    let resolved = resolved.map_err(|err| {
        Error::io(format!("find folder \"{}\"", parent(path).display()), err)
            .with_hint("make the folder first, or name another with --output")
    })?;
    if resolved.file_name().is_none() {
        let message = format!("\"{}\" is not a place for an export", path.display());
        return Err(Error::input(message).with_hint("name a new folder with --output"));
    }
    Ok(match place {
        Place::File(_) => Place::File(resolved),
        Place::Folder(_) => Place::Folder(resolved),
    })
}

/// A name beside `path` that tells what it is.
fn beside(path: &Path, what: &str) -> PathBuf {
    let name = path.file_name().unwrap_or_default().display();
    path.with_file_name(format!(".{name}.lookback-{what}"))
}

fn parent(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Makes a folder, or takes one that a killed process left, and locks it.
fn lock(folder: &Path, name: &str) -> Result<File> {
    for _ in 0..TRIES {
        match fs::create_dir(folder) {
            Err(err) if err.kind() != ErrorKind::AlreadyExists => {
                return Err(failed(format!("make folder \"{}\"", folder.display()), err));
            }
            _ => {}
        }
        // It may just have been moved into its place, or removed.
        let Ok(file) = File::open(folder) else { continue };
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => return Err(is_busy(name)),
            // A file system without locks: there, nothing keeps two exports apart.
            Ok(()) | Err(TryLockError::Error(_)) => {}
        }
        if is_same(&file, folder) {
            return Ok(file);
        }
    }
    Err(is_busy(name))
}

/// True if and only if `path` still leads to the open `file`.
fn is_same(file: &File, path: &Path) -> bool {
    let (Ok(a), Ok(b)) = (file.metadata(), fs::metadata(path)) else { return false };
    (a.dev(), a.ino()) == (b.dev(), b.ino())
}

/// Empties a folder.
fn clear(folder: &Path) -> Result<()> {
    let entries = fs::read_dir(folder)
        .map_err(|err| Error::io(format!("read folder \"{}\"", folder.display()), err))?;
    for entry in entries.flatten() {
        remove(&entry.path())?;
    }
    Ok(())
}

fn remove(path: &Path) -> Result<()> {
    let removed = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
    removed.map_err(|err| Error::io(format!("remove \"{}\"", path.display()), err))
}

/// Makes the names in a folder and below it last.
fn sync_folders(folder: &Path) -> Result<()> {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.file_type().is_ok_and(|ty| ty.is_dir()) {
            sync_folders(&entry.path())?;
        }
    }
    sync(folder)
}

fn sync(path: &Path) -> Result<()> {
    File::open(path)
        .and_then(|file| file.sync_all())
        .map_err(|err| Error::io(format!("sync \"{}\"", path.display()), err))
}

/// The name of something in a folder, if there is anything.
fn first_entry(folder: &Path) -> Option<String> {
    entries(folder).into_iter().next()
}

/// The names of all that is in a folder, in order.
fn entries(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<_> = entries.map(|entry| entry.file_name().display().to_string()).collect();
    names.sort();
    names
}

fn failed(action: String, err: std::io::Error) -> Error {
    let hint = match err.kind() {
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
            Some("name a place that may be written with --output")
        }
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Some("make room, and run it again"),
        _ => None,
    };
    let error = Error::io(action, err);
    match hint {
        Some(hint) => error.with_hint(hint),
        None => error,
    }
}

fn is_busy(name: &str) -> Error {
    let message = format!("\"{name}\" is being written by another process");
    Error::new(Kind::Busy, message).with_hint("wait until it is done, or name another place")
}

fn is_there(name: &str) -> Error {
    Error::input(format!("file \"{name}\" is there already"))
        .with_hint("name another file with --output, or replace it with --overwrite")
}

fn is_not_empty(name: &str, entry: &str) -> Error {
    let message = format!("folder \"{name}\" is not empty: it holds \"{entry}\"");
    Error::input(message)
        .with_hint("name a new folder with --output, or replace an earlier export with --overwrite")
}

fn holds_more(name: &str, entry: &str) -> Error {
    let message = format!("folder \"{name}\" holds \"{entry}\", which is not of the export");
    Error::input(message).with_hint("move it elsewhere, or name another folder with --output")
}

fn is_foreign(name: &str) -> Error {
    let message = format!("folder \"{name}\" is no export: it has no {MANIFEST}");
    Error::input(message)
        .with_hint("name another folder with --output: --overwrite replaces earlier exports only")
}
