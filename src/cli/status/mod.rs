//! `lookback status`: what is held, and how old it is.

mod document;
mod metrics;
mod places;
mod table;

use std::time::Duration;

use crate::catalog::Catalog;
use crate::error::{Error, Result};
use crate::model::{Instant, Place, Reach};
use crate::source::aws::Source;

use self::places::{Held, Row};
use super::args::{StatusFormat, StatusOptions};
use super::metrics::{Exposition, tell_ledger};
use super::settings::Settings;
use super::sources::is_named;
use super::target::Target;
use super::units::micros;
use super::{Status, printer};

/// How many places are named where there are many.
const NAMED_MAX: usize = 5;

pub(super) fn run(settings: &Settings, options: &StatusOptions) -> Result<Status> {
    let catalog = settings.lake()?.catalog;
    let now = settings.clock.now();
    let mut held = held(settings, &catalog)?;
    restrict(&mut held, &options.source)?;
    let text = match options.format {
        StatusFormat::Table => table::text(&held, now, Target::Stdout.options().width),
        StatusFormat::Json => document::text(&held, now, options.max_age)?,
        StatusFormat::Prometheus => {
            let mut exposition = Exposition::default();
            metrics::tell(&held, &mut exposition);
            tell_ledger(&catalog, &mut exposition)?;
            exposition.text()
        }
    };
    Target::say(&text)?;
    Ok(judge(&held.rows, now, options.max_age))
}

/// The table of all places, in `width` columns.
pub(super) fn text(settings: &Settings, width: usize) -> Result<String> {
    let held = held(settings, &settings.lake()?.catalog)?;
    Ok(table::text(&held, settings.clock.now(), Some(width)))
}

/// Adds the metrics of what is held, and of the ledger.
pub(super) fn tell_metrics(settings: &Settings, exposition: &mut Exposition) -> Result<()> {
    let catalog = settings.lake()?.catalog;
    metrics::tell(&held(settings, &catalog)?, exposition);
    tell_ledger(&catalog, exposition)
}

fn held(settings: &Settings, catalog: &Catalog) -> Result<Held> {
    let configured = places_of(&settings.configured_sources()?);
    let (coverage, open) = (catalog.coverage_all()?, catalog.open_jobs()?);
    Ok(Held::of(&coverage, &open, &configured, settings.clock.now()))
}

/// The places that a settings file asks to be read.
fn places_of(sources: &[Source]) -> Vec<(Place, Reach)> {
    let mut places = Vec::new();
    for source in sources {
        for region in &source.regions {
            for kind in &source.kinds {
                let (name, region) = (source.name.clone(), region.clone());
                places.push((Place { source: name, region, kind: *kind }, source.reach));
            }
        }
    }
    places
}

/// Leaves only what the flags name.
fn restrict(held: &mut Held, names: &[String]) -> Result<()> {
    let is = |row: &Row, name: &str| is_named(&row.place.source, name);
    if let Some(name) = names.iter().find(|name| !held.rows.iter().any(|row| is(row, name))) {
        return Err(Error::input(format!("there is no source \"{name}\""))
            .with_hint("see all of them with `lookback status`"));
    }
    held.rows.retain(|row| names.is_empty() || names.iter().any(|name| is(row, name)));
    Ok(())
}

/// Tells what is too old, if there is an age at which it is.
fn judge(rows: &[Row], now: Instant, max_age: Option<Duration>) -> Status {
    let Some(max_age) = max_age else { return Status::Done };
    let stale: Vec<_> = rows.iter().filter(|row| row.is_stale(now, max_age)).collect();
    if rows.is_empty() {
        printer::warning("no source was ever read, and none is configured");
        return Status::Attention;
    }
    if stale.is_empty() {
        return Status::Done;
    }
    printer::warning(&staleness(&stale, rows.len(), now - micros(max_age)));
    Status::Attention
}

fn staleness(stale: &[&Row], of: usize, since: Instant) -> String {
    let name = |row: &&Row| {
        let Place { source, region, kind } = &row.place;
        format!("{source} {region} {kind}")
    };
    let names: Vec<_> = stale.iter().take(NAMED_MAX).map(name).collect();
    let more = match stale.len() - names.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let count = stale.len();
    format!("{count} of {of} have no success since {since}: {}{more}", names.join(", "))
}
