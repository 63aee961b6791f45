//! Comes back from a copy of the catalog.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use crate::catalog::{
    AsOf, CATALOG_FILE, COPY_FOLDER, Catalog, DATA_FOLDER, JOURNAL, Snapshot, WriterLock, is_there,
};
use crate::error::{Error, Kind, Result};
use crate::lake::Lake;
use crate::model::{Instant, Steps};
use crate::store::sync;

use super::copies::{copies, replaced_names, spared, unfinished};
use super::maintain::plan_sweep;

/// The catalog that is to be, until it has the catalog's name.
const RESTORING: &str = "catalog.sqlite.restoring";
/// How many files that are gone are named.
const NAMED_MAX: usize = 3;

/// A catalog that was restored.
#[derive(Clone, Debug)]
pub struct Restored {
    /// The copy.
    pub copy: PathBuf,
    /// Its newest snapshot.
    pub snapshot: Snapshot,
    /// Where the catalog is kept that was replaced, if there was one.
    pub replaced: Option<PathBuf>,
    /// Data files that Lookback wrote and no catalog here names: what was committed after the copy
    /// lies in them. None if the replaced catalog cannot be read, since nobody knows what it names.
    pub unnamed: Option<Vec<String>>,
}

/// Puts a copy in the place of the catalog of the warehouse in `folder`: the newest one, or the one
/// named. The catalog that it replaces is kept beside the copies, and so are the files that it
/// names.
///
/// # Errors
/// `Busy` while another program writes, `Input` if there is no copy, `Corrupt` if the copy is
/// damaged or a file of its newest snapshot is gone: then nothing has changed.
pub fn restore(
    folder: &Path,
    copy: Option<&Path>,
    now: Instant,
    steps: &Steps,
) -> Result<Restored> {
    let copy = choose(folder, copy, now)?;
    let _lock = WriterLock::take(folder)?;
    let snapshot = check(folder, &copy)?;
    let staged = folder.join(RESTORING);
    let replaced = replace(folder, &copy, &staged, now, steps);
    if replaced.is_err() {
        // The first error is the one to tell; the next restore begins with this.
        let _ = remove(&staged);
    }
    let replaced = replaced?;
    // Names the data path, in case the warehouse was moved since.
    let unnamed = unnamed(&Lake::open(folder)?)?;
    Ok(Restored { copy, snapshot, replaced, unnamed })
}

/// What sweeping would take for left over, however young it is. None if a catalog in the folder of
/// the copies cannot be read: then nothing is swept.
fn unnamed(lake: &Lake) -> Result<Option<Vec<String>>> {
    if spared(lake.catalog.folder()).is_err() {
        return Ok(None);
    }
    Ok(Some(plan_sweep(lake, Instant::from_micros(i64::MAX))?.left_over))
}

/// Stages the copy and gives it the catalog's name; gives where the old catalog is kept.
fn replace(
    folder: &Path,
    copy: &Path,
    staged: &Path,
    now: Instant,
    steps: &Steps,
) -> Result<Option<PathBuf>> {
    steps.take("stage catalog")?;
    remove(staged)?;
    fs::copy(copy, staged).map_err(|err| Error::io(format!("copy \"{}\"", copy.display()), err))?;
    let catalog = folder.join(CATALOG_FILE);
    take_mode(&catalog, staged)?;
    let is_held = |path: &str| folder.join(DATA_FOLDER).join(path).is_file();
    Catalog::prepare_copy(folder, staged, is_held, now, steps)?;
    steps.take("sync catalog")?;
    sync(staged)?;
    // Until the new catalog has the name, nobody else writes to the old one.
    let held = hold(folder)?;
    let replaced = set_aside(folder, held.is_some(), now, steps)?;
    steps.take("name catalog")?;
    fs::rename(staged, &catalog)
        .map_err(|err| Error::io(format!("replace \"{}\"", catalog.display()), err))?;
    steps.take("sync folder")?;
    sync(folder)?;
    Ok(replaced)
}

/// Removes a database that a killed restore left, and what it had not done yet: that would be done
/// to the next database of that name.
fn remove(database: &Path) -> Result<()> {
    for file in [journal(database), database.to_owned()] {
        match fs::remove_file(&file) {
            Err(err) if err.kind() != std::io::ErrorKind::NotFound => {
                return Err(Error::io(format!("remove \"{}\"", file.display()), err));
            }
            _ => {}
        }
    }
    Ok(())
}

fn journal(database: &Path) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push(JOURNAL);
    PathBuf::from(name)
}

/// Whoever could read and write the catalog can read and write the next one; where there is none,
/// its owner can, whatever the mode of the copy is.
fn take_mode(catalog: &Path, staged: &Path) -> Result<()> {
    let failed = |err| Error::io(format!("set the mode of \"{}\"", staged.display()), err);
    let permissions = if let Ok(found) = fs::metadata(catalog) {
        found.permissions()
    } else {
        let mut of_copy = fs::metadata(staged).map_err(failed)?.permissions();
        of_copy.set_mode(of_copy.mode() | 0o600);
        of_copy
    };
    fs::set_permissions(staged, permissions).map_err(failed)
}

/// The catalog that is there, settled; none if there is none, or a broken one.
fn hold(folder: &Path) -> Result<Option<Catalog>> {
    let catalog = folder.join(CATALOG_FILE);
    if !is_there(&catalog)? {
        return Ok(None);
    }
    let has_journal = journal(&catalog).exists();
    match Catalog::hold(folder) {
        Err(err) if err.kind() == Kind::Corrupt => Ok(None),
        // Without its journal it would be torn.
        Err(err) if err.kind() == Kind::Busy || has_journal => Err(err),
        held => Ok(held.ok()),
    }
}

fn choose(folder: &Path, named: Option<&Path>, now: Instant) -> Result<PathBuf> {
    if let Some(named) = named {
        // A bare name is one in the folder of the copies.
        let inside = folder.join(COPY_FOLDER).join(named);
        let found = [named.to_owned(), inside].into_iter().find(|path| path.is_file());
        return found.ok_or_else(|| {
            Error::input(format!("there is no copy \"{}\"", named.display()))
                .with_hint(format!("name a file of the folder \"{COPY_FOLDER}\" of the warehouse"))
        });
    }
    copies(folder, now)?.into_iter().next().ok_or_else(|| {
        let place = folder.join(COPY_FOLDER);
        Error::input(format!("there is no copy of the catalog in \"{}\"", place.display()))
            .with_hint("`lookback maintain` makes one; name another place's copy with its path")
    })
}

/// Refuses a copy that is damaged, or whose newest snapshot is not whole.
fn check(folder: &Path, copy: &Path) -> Result<Snapshot> {
    let catalog = Catalog::open_copy(folder, copy).map_err(|err| match err.kind() {
        Kind::Corrupt => {
            err.with_hint(format!("name an older file of the folder \"{COPY_FOLDER}\""))
        }
        _ => err,
    })?;
    let data = folder.join(DATA_FOLDER);
    let is_whole = |path: &str, size: u64| {
        fs::metadata(data.join(path)).is_ok_and(|found| found.len() == size)
    };
    let files = catalog.newest_files()?;
    let gone: Vec<_> = files.iter().filter(|(path, size)| !is_whole(path, **size)).collect();
    if gone.is_empty() {
        return catalog.snapshot(AsOf::Latest);
    }
    let names = gone.iter().take(NAMED_MAX).map(|(path, _)| format!("\"{path}\""));
    let names: Vec<_> = names.collect();
    let more = match gone.len() - names.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let message = format!(
        "copy \"{}\" names data files that are gone or of another size: {}{more}",
        copy.display(),
        names.join(", ")
    );
    Err(Error::corrupt(message).with_hint("restore these files, or name a younger copy"))
}

/// Gives the catalog that is there a second name beside the copies; it keeps its own until the new
/// one takes it.
fn set_aside(
    folder: &Path,
    is_settled: bool,
    now: Instant,
    steps: &Steps,
) -> Result<Option<PathBuf>> {
    let catalog = folder.join(CATALOG_FILE);
    let place = folder.join(COPY_FOLDER);
    fs::create_dir_all(&place)
        .map_err(|err| Error::io(format!("make folder \"{}\"", place.display()), err))?;
    let mut names = replaced_names(now).map(|name| place.join(name));
    let is_free = |aside: &PathBuf| !aside.exists() || is_same(&catalog, aside);
    let Some(aside) = names.find(is_free) else {
        return Err(Error::internal("no name is free for the catalog"));
    };
    steps.take("keep catalog")?;
    // One without tables names nothing, and nobody could read it.
    let has_one = is_there(&catalog)? && !matches!(Catalog::is_blank_in(folder), Ok(true));
    if has_one && !aside.exists() {
        keep(&catalog, &aside)?;
    }
    // What a killed program left undone of a broken catalog would spoil the new one.
    if !is_settled && journal(&catalog).exists() {
        fs::rename(journal(&catalog), journal(&aside)).map_err(|err| not_kept(&aside, err))?;
    }
    steps.take("sync folder")?;
    sync(&place)?;
    Ok(has_one.then_some(aside))
}

/// True if and only if both are names of one file: an interrupted restore gave it the second.
fn is_same(catalog: &Path, aside: &Path) -> bool {
    let file = |path| fs::metadata(path).map(|found| (found.dev(), found.ino())).ok();
    file(catalog) == file(aside)
}

fn keep(catalog: &Path, aside: &Path) -> Result<()> {
    // Not every file system has second names.
    if fs::hard_link(catalog, aside).is_ok() {
        return Ok(());
    }
    let part = unfinished(aside);
    fs::copy(catalog, &part).map_err(|err| not_kept(aside, err))?;
    sync(&part)?;
    fs::rename(&part, aside).map_err(|err| not_kept(aside, err))
}

fn not_kept(aside: &Path, err: std::io::Error) -> Error {
    Error::io(format!("keep the catalog as \"{}\"", aside.display()), err)
}
