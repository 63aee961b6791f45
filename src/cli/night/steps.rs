//! What a night does, step by step.

use futures::future::LocalBoxFuture;
use serde_json::value::RawValue;

use crate::error::{Error, Kind, Result};

use super::super::metrics::Exposition;
use super::super::settings::Settings;
use super::super::signals::Signals;
use super::super::{Status, check, ingest, maintain};
use super::options::NightOptions;

/// A step. One that fails keeps no later one from running.
#[derive(Clone, Copy)]
pub(super) struct Step {
    /// Its name, in documents and metrics.
    pub(super) name: &'static str,
    /// Whether it has nothing to do where there is no warehouse: the first ingest makes one.
    pub(super) needs_warehouse: bool,
    pub(super) run: for<'a> fn(&'a mut Night<'_>) -> LocalBoxFuture<'a, Result<Did>>,
}

/// The steps, in their order.
pub(super) const STEPS: &[Step] = &[
    Step { name: "ingest", needs_warehouse: false, run: |night| Box::pin(ingest(night)) },
    Step { name: "maintain", needs_warehouse: true, run: |night| Box::pin(maintain(night)) },
    Step { name: "check", needs_warehouse: true, run: |night| Box::pin(check(night)) },
];

/// What steps share.
#[derive(Debug)]
pub(super) struct Night<'a> {
    pub(super) settings: &'a Settings,
    pub(super) options: &'a NightOptions,
    pub(super) signals: Signals,
    pub(super) metrics: Exposition,
}

/// What a step did.
#[derive(Debug)]
pub(super) struct Did {
    pub(super) status: Status,
    /// The same in a few words.
    pub(super) words: String,
    /// Its own document.
    pub(super) document: Option<Box<RawValue>>,
}

async fn ingest(night: &mut Night<'_>) -> Result<Did> {
    let options = &night.options.ingest;
    let ingested = ingest::nightly(night.settings, options, &mut night.signals).await?;
    let document = Some(raw(ingested.document)?);
    Ok(Did { status: ingested.status, words: ingested.words, document })
}

async fn maintain(night: &mut Night<'_>) -> Result<Did> {
    let budget = night.settings.budget(night.options.budget).value;
    let upkept = tokio::select! {
        upkept = maintain::nightly(night.settings, budget) => upkept?,
        () = night.signals.next() => return Err(interrupted()),
    };
    Ok(Did { status: upkept.status, words: upkept.words, document: None })
}

async fn check(night: &mut Night<'_>) -> Result<Did> {
    let checked = tokio::select! {
        checked = check::all(night.settings) => checked?,
        () = night.signals.next() => return Err(interrupted()),
    };
    night.metrics.extend(checked.metrics);
    let document = Some(raw(checked.document)?);
    Ok(Did { status: checked.status, words: checked.words, document })
}

fn interrupted() -> Error {
    Error::new(Kind::Io, "the night was interrupted").with_hint("run it again")
}

fn raw(text: String) -> Result<Box<RawValue>> {
    RawValue::from_string(text)
        .map_err(|err| Error::internal("write the document of a step").with_source(err))
}
