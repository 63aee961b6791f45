//! `lookback restore-catalog`: back to a copy of the catalog.

use crate::error::Result;
use crate::upkeep::restore;

use super::args::RestoreCatalogOptions;
use super::settings::Settings;
use super::{Status, printer};

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
    printer::note("hint: run `lookback ingest` to read again what was committed since then");
    Ok(Status::Done)
}
