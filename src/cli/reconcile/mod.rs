//! `lookback reconcile`: AWS's own counts against what is held.

mod options;
mod records;
mod table;
pub(super) mod words;

use std::collections::BTreeSet;
use std::io::Write;

use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::model::Place;
use crate::nights::{Reconciliation, Wanted, reconcile};
use crate::output::{self, Format};

pub(super) use self::options::ReconcileOptions;

use super::settings::Settings;
use super::sources::is_named;
use super::target::Target;
use super::{Status, printer};

pub(super) async fn run(settings: &Settings, options: &ReconcileOptions) -> Result<Status> {
    refuse_backwards(options)?;
    let engine = settings.engine(&options.read()).await?;
    let found = compare(&engine, options).await?;
    let target = Target::open(options.output.as_deref())?;
    let format = target.format(options.format)?;
    let told = target.filled(async { write(settings, options, &found, &target, format) }).await;
    match told {
        // Who has closed the pipe wants no more of it, and that changes nothing of the outcome.
        Err(err) if !err.is_broken_pipe() => return Err(err),
        _ => target.finish()?,
    }
    let Some(warning) = words::warning(&found) else { return Ok(Status::Done) };
    printer::warning(&warning);
    Ok(Status::Attention)
}

fn write(
    settings: &Settings,
    options: &ReconcileOptions,
    found: &Reconciliation,
    target: &Target,
    format: Format,
) -> Result<()> {
    let mut out = target.out()?;
    if format == Format::Table {
        let text = table::text(found, options.all);
        return out
            .write_all(text.as_bytes())
            .and_then(|()| out.flush())
            .map_err(|err| Error::io("write the comparison", err));
    }
    let batch = records::batch(found, settings.clock.now())?;
    let mut sink = output::writer(format, &batch.schema(), out, target.options())?;
    sink.write(&batch)?;
    sink.finish().map(drop)
}

async fn compare(engine: &Engine, options: &ReconcileOptions) -> Result<Reconciliation> {
    let is_wanted = |place: &Place| {
        let is_source = |name: &String| is_named(&place.source, name);
        (options.source.is_empty() || options.source.iter().any(is_source))
            && (options.kind.is_empty() || options.kind.contains(&place.kind))
    };
    let wanted = Wanted {
        since: options.since,
        until: options.until,
        places: &is_wanted,
        keeps_matches: options.all,
    };
    let found = reconcile(engine, &wanted).await?;
    refuse_unknown(&found, options)?;
    Ok(found)
}

/// A slip would be told as if nothing differed.
fn refuse_unknown(found: &Reconciliation, options: &ReconcileOptions) -> Result<()> {
    let sources: BTreeSet<_> = found.days.iter().map(|day| day.place.source.as_str()).collect();
    let is_known = |name: &&String| sources.iter().any(|source| is_named(source, name));
    match options.source.iter().find(|name| !is_known(name)) {
        None => Ok(()),
        Some(name) => {
            let message = format!("there are no counts of AWS's of source \"{name}\" to compare");
            Err(Error::input(message).with_hint("see all sources with `lookback status`"))
        }
    }
}

fn refuse_backwards(options: &ReconcileOptions) -> Result<()> {
    match options.since.zip(options.until) {
        Some((since, until)) if until <= since => {
            let message = format!("--until {until} is not after --since {since}");
            Err(Error::input(message).with_hint("exchange them, or leave one out"))
        }
        _ => Ok(()),
    }
}
