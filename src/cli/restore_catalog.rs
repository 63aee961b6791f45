//! `lookback restore-catalog`: back to a copy of the catalog.

use std::path::PathBuf;

use clap::Args;

use crate::error::Result;
use crate::upkeep::restore;

use super::settings::Settings;
use super::{Status, printer};

/// Come back from a copy of the catalog.
///
/// The copy takes the catalog's place if every file of its newest snapshot is there. The catalog
/// that it replaces is kept in the folder `backups`, and so are the files that it names, until
/// somebody deletes it.
#[derive(Args, Debug)]
pub(super) struct RestoreCatalogOptions {
    /// The copy: a file of the folder `backups`, or any path [default: the newest]
    #[arg(value_name = "COPY")]
    pub(super) copy: Option<PathBuf>,
}

pub(super) fn run(settings: &Settings, options: &RestoreCatalogOptions) -> Result<Status> {
    let (folder, now) = (&settings.warehouse, settings.clock.now());
    let restored = restore(folder, options.copy.as_deref(), now, &settings.steps)?;
    let snapshot = restored.snapshot;
    printer::note(&format!(
        "restored \"{}\": snapshot {} of {}",
        restored.copy.display(),
        snapshot.id,
        snapshot.time
    ));
    if let Some(replaced) = restored.replaced {
        printer::note(&format!("the catalog that it replaced is \"{}\"", replaced.display()));
    }
    match restored.unnamed.as_deref() {
        Some([]) => {}
        Some([first, rest @ ..]) => printer::warning(&format!(
            "no catalog names {} of the data files, such as \"{first}\", which may have what was \
             committed after the copy: `lookback maintain` deletes them once they are a day old",
            1 + rest.len(),
        )),
        None => printer::warning(
            "a catalog in the folder \"backups\" cannot be read: no data file is swept until it is \
             moved out of there",
        ),
    }
    printer::note(
        "hint: run `lookback ingest` to read again what was committed since then, and `lookback \
         import` for what was imported",
    );
    Ok(Status::Done)
}
