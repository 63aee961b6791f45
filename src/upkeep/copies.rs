//! Copies of the catalog beside the data: one a day, a bounded number of them.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::catalog::{COPY_ENDING, COPY_FOLDER, COPY_NAME, Catalog, JOURNAL, is_copy};
use crate::error::{Error, Result};
use crate::model::{Instant, Steps};
use crate::store::sync;

/// How many copies are kept.
pub const COPIES: usize = 7;
/// What the name of a catalog begins with that was replaced; the instant follows.
const REPLACED: &str = "replaced-";
/// What the name of a copy has in it that is not whole.
const UNFINISHED: &str = ".part";

/// The name of the copy of that day.
pub(super) fn name(now: Instant) -> String {
    format!("{COPY_NAME}{}{COPY_ENDING}", now.day_text())
}

/// The names under which the catalog may be kept that is replaced at that instant, the first that
/// is free.
pub(super) fn replaced_names(now: Instant) -> impl Iterator<Item = String> {
    let name = format!("{REPLACED}{}", now.to_string().replace(':', "-"));
    let more = (2..).map({
        let name = name.clone();
        move |number: u64| format!("{name}-{number}{COPY_ENDING}")
    });
    std::iter::once(format!("{name}{COPY_ENDING}")).chain(more)
}

/// What a catalog that is to have that name is called until it is whole.
pub(super) fn unfinished(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(UNFINISHED);
    PathBuf::from(name)
}

/// The copies, the newest first.
///
/// One of a later day than `now` was made while a clock was wrong: it is the last to be taken, and
/// the first to go.
pub(super) fn copies(folder: &Path, now: Instant) -> Result<Vec<PathBuf>> {
    let mut copies = within(folder, is_copy)?;
    copies.reverse();
    let today = name(now);
    copies.sort_by_key(|copy| copy.file_name() > Some(today.as_ref()));
    Ok(copies)
}

/// True if and only if it is the name of a copy, or of a replaced catalog, that is not whole, or
/// of what SQLite keeps beside it.
fn is_unfinished(name: &str) -> bool {
    let Some((whole, rest)) = name.split_once(UNFINISHED) else { return false };
    let is_replaced = whole.starts_with(REPLACED) && whole.ends_with(COPY_ENDING);
    (is_copy(whole) || is_replaced) && ["", JOURNAL].contains(&rest)
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
    for part in within(catalog.folder(), is_unfinished)? {
        remove(&part)?;
    }
    let file = folder.join(name(now));
    let part = unfinished(&file);
    catalog.copy_to(&part, steps)?;
    steps.take("sync copy")?;
    sync(&part)?;
    steps.take("name copy")?;
    fs::rename(&part, &file)
        .map_err(|err| Error::io(format!("name copy \"{}\"", file.display()), err))?;
    steps.take("sync folder")?;
    sync(&folder)?;
    sync(catalog.folder())?;
    let mut removed = 0;
    for old in copies(catalog.folder(), now)?.into_iter().skip(keep) {
        steps.take("remove copy")?;
        remove(&old)?;
        removed += 1;
    }
    Ok(removed)
}

/// The number of copies that a new one would have removed.
pub(super) fn removable(folder: &Path, now: Instant, keep: usize) -> Result<u64> {
    let mut copies = copies(folder, now)?;
    copies.retain(|copy| copy.file_name() != Some(name(now).as_ref()));
    Ok(copies.len().saturating_sub(keep - 1) as u64)
}

fn remove(file: &Path) -> Result<()> {
    fs::remove_file(file)
        .map_err(|err| Error::io(format!("remove copy \"{}\"", file.display()), err))
}

/// The data files that copies and replaced catalogs name in their newest snapshot.
///
/// # Errors
/// One that cannot be read: nobody knows what it needs.
pub(super) fn spared(folder: &Path) -> Result<BTreeSet<String>> {
    let is_catalog = |name: &str| {
        name.ends_with(COPY_ENDING) && (name.starts_with(COPY_NAME) || name.starts_with(REPLACED))
    };
    let mut spared = BTreeSet::new();
    for file in within(folder, is_catalog)? {
        let read = Catalog::open_copy(folder, &file).and_then(|copy| copy.newest_files());
        spared.extend(read.map_err(|err| unknown(&file, err))?.into_keys());
    }
    Ok(spared)
}

fn unknown(file: &Path, cause: Error) -> Error {
    let message = format!("no file can be removed while \"{}\" may need it", file.display());
    Error::new(cause.kind(), message)
        .with_source(cause)
        .with_hint(format!("repair it, or move it out of the folder \"{COPY_FOLDER}\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_others_are_none_of_ours() {
        for name in ["catalog-2026-01-05.sqlite.part", "catalog-2026-01-05.sqlite.part-journal"] {
            assert!(is_unfinished(name), "{name}");
        }
        assert!(is_unfinished("replaced-2026-01-05T04-00-00Z-2.sqlite.part"));
        assert!(is_copy("catalog-2026-01-05.sqlite"));
        for name in [
            "catalog-before-upgrade.sqlite",
            "catalog-2026-01-05-mine.sqlite",
            "catalog-2026-1-05x.sqlite",
            "catalog-2026-01-05.sqlite.part.tar",
            "dump.partial.tar",
            "old.parts",
            "replaced-2026-01-05T04-00-00Z.sqlite",
        ] {
            assert!(!is_copy(name) && !is_unfinished(name), "{name}");
        }
    }
}
