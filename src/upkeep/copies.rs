//! Copies of the catalog beside the data: one a day, a bounded number of them.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::catalog::Catalog;
use crate::error::{Error, Result};
use crate::model::{Instant, Steps};
use crate::store::sync;

/// The folder of the copies in a warehouse folder.
pub const COPY_FOLDER: &str = "backups";
/// How many copies are kept.
pub const COPIES: usize = 7;
/// What the name of a copy begins with; the day follows.
const COPY: &str = "catalog-";
/// What the name of a catalog begins with that was replaced; the instant follows.
const REPLACED: &str = "replaced-";
/// What the name of every catalog ends with.
const ENDING: &str = ".sqlite";
/// What the name of a copy has in it that is not whole.
const UNFINISHED: &str = ".part";

/// The name of the copy of that day.
pub(super) fn name(now: Instant) -> String {
    format!("{COPY}{}{ENDING}", now.day_text())
}

/// The name under which the catalog is kept that is replaced at that instant.
pub(super) fn replaced_name(now: Instant) -> String {
    format!("{REPLACED}{}{ENDING}", now.to_string().replace(':', "-"))
}

/// The copies, the newest first.
pub(super) fn copies(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut copies = catalogs(folder)?;
    copies.retain(|path| is_copy(path));
    copies.reverse();
    Ok(copies)
}

fn is_copy(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(COPY.as_bytes()))
}

/// The copies and the catalogs that were replaced, ordered by name.
fn catalogs(folder: &Path) -> Result<Vec<PathBuf>> {
    let is_ours = |name: &str| {
        name.ends_with(ENDING) && (name.starts_with(COPY) || name.starts_with(REPLACED))
    };
    within(folder, is_ours)
}

/// The files whose name is so, ordered by name.
fn within(folder: &Path, is: impl Fn(&str) -> bool) -> Result<Vec<PathBuf>> {
    let folder = folder.join(COPY_FOLDER);
    let failed = |err| Error::io(format!("read folder \"{}\"", folder.display()), err);
    let entries = match fs::read_dir(&folder) {
        Err(err) if err.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(failed)?,
    };
    let mut found = Vec::new();
    for entry in entries {
        let path = entry.map_err(failed)?.path();
        if path.file_name().and_then(|name| name.to_str()).is_some_and(&is) {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// Copies the catalog; gives how many older copies were removed for it.
///
/// The copy is whole and synced before it has its name; one of the same day is replaced.
pub(super) fn copy(catalog: &Catalog, now: Instant, keep: usize, steps: &Steps) -> Result<u64> {
    let folder = catalog.folder().join(COPY_FOLDER);
    fs::create_dir_all(&folder)
        .map_err(|err| Error::io(format!("make folder \"{}\"", folder.display()), err))?;
    for unfinished in within(catalog.folder(), |name| name.contains(UNFINISHED))? {
        remove(&unfinished)?;
    }
    let file = folder.join(name(now));
    let unfinished = folder.join(format!("{}{UNFINISHED}", name(now)));
    catalog.copy_to(&unfinished, steps)?;
    steps.take("sync copy")?;
    sync(&unfinished)?;
    steps.take("name copy")?;
    fs::rename(&unfinished, &file)
        .map_err(|err| Error::io(format!("name copy \"{}\"", file.display()), err))?;
    steps.take("sync folder")?;
    sync(&folder)?;
    sync(catalog.folder())?;
    let mut removed = 0;
    for old in copies(catalog.folder())?.into_iter().skip(keep) {
        steps.take("remove copy")?;
        remove(&old)?;
        removed += 1;
    }
    Ok(removed)
}

/// The number of copies that a new one would have removed.
pub(super) fn removable(folder: &Path, now: Instant, keep: usize) -> Result<u64> {
    let mut copies = copies(folder)?;
    copies.retain(|copy| copy.file_name() != Some(name(now).as_ref()));
    Ok(copies.len().saturating_sub(keep - 1) as u64)
}

fn remove(file: &Path) -> Result<()> {
    fs::remove_file(file)
        .map_err(|err| Error::io(format!("remove copy \"{}\"", file.display()), err))
}

/// The data files that copies and replaced catalogs name in their newest snapshot, and the copies
/// that cannot be read.
///
/// A replaced catalog may be damaged, for that may be why it was replaced: then it names nothing.
pub(super) fn spared(folder: &Path) -> Result<(BTreeSet<String>, Vec<Error>)> {
    let (mut spared, mut problems) = (BTreeSet::new(), Vec::new());
    for file in catalogs(folder)? {
        match Catalog::open_copy(folder, &file).and_then(|copy| copy.newest_files()) {
            Ok(files) => spared.extend(files.into_keys()),
            Err(err) if is_copy(&file) => problems.push(err),
            Err(_) => {}
        }
    }
    Ok((spared, problems))
}
