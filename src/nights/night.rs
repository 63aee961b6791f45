//! A whole night: what AWS shows is read, and what it counts is compared with what is held.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::catalog::AsOf;
use crate::engine::{Asker, Engine, Limits};
use crate::error::{Error, Result};
use crate::ingest::{Pull, Report, Running};
use crate::model::{DAY, HORIZON_DAYS, Instant, Period, Place, Span};

use super::reconcile::{Reconciliation, Wanted, reconcile, unhealed};

/// A night that is over.
#[derive(Debug)]
pub struct NightReport {
    /// What was read.
    pub ingest: Report,
    /// How AWS's counts compare with what is held.
    pub comparison: Comparison,
}

/// How a night's comparison ended.
#[derive(Debug)]
pub enum Comparison {
    /// There was none: it was not wanted, or no counts of AWS's were read.
    None,
    /// It could not be made; what was read is committed all the same.
    Failed(Error),
    /// It was made.
    Done(Compared),
}

/// What a comparison found at the end of a night.
#[derive(Clone, Debug, Default)]
pub struct Compared {
    /// The findings; those after the second reading, where there was one.
    pub reconciliation: Reconciliation,
    /// How many days were read again, since they lacked jobs.
    pub days_read_again: usize,
    /// How many of these are whole now.
    pub days_healed: usize,
}

/// Reads what is planned, then compares AWS's counts of the places that were counted with ours.
///
/// Days that lack jobs though they were listed whole are listed once more, and compared again.
/// What was found is committed with the end of the run.
///
/// # Errors
/// As those of [`Pull::run`]; a comparison that fails is told in the report.
pub async fn night(pull: &Pull<'_>) -> Result<NightReport> {
    let mut running = pull.begin();
    running.read().await?;
    if running.is_stopped() || running.counted().is_empty() {
        let ingest = running.end(&[], true).await?;
        return Ok(NightReport { ingest, comparison: Comparison::None });
    }
    running.commit().await?;
    let (days, is_well, comparison) = match compare(pull, &mut running).await {
        Ok(compared) => {
            let days = compared.reconciliation.to_ledger();
            let is_well = compared.reconciliation.unexplained().groups == 0;
            (days, is_well, Comparison::Done(compared))
        }
        Err(error) => (Vec::new(), false, Comparison::Failed(error)),
    };
    let ingest = running.end(&days, is_well).await?;
    Ok(NightReport { ingest, comparison })
}

async fn compare(pull: &Pull<'_>, running: &mut Running<'_>) -> Result<Compared> {
    let places = running.counted().clone();
    let reconciliation = look(pull, &places).await?;
    let short: Vec<_> = reconciliation.short().map(|day| (day.place.clone(), day.start)).collect();
    if short.is_empty() || running.is_stopped() {
        return Ok(Compared { reconciliation, ..Compared::default() });
    }
    let span = |(place, start): &(Place, Instant)| {
        (place.clone(), Span { from: *start, until: *start + DAY })
    };
    running.read_again(&short.iter().map(span).collect::<Vec<_>>()).await?;
    let reconciliation = look(pull, &places).await?;
    let still: BTreeSet<_> =
        reconciliation.short().map(|day| (day.place.clone(), day.start)).collect();
    let days_healed = short.iter().filter(|day| !still.contains(day)).count();
    Ok(Compared { reconciliation, days_read_again: short.len(), days_healed })
}

/// Compares the days that AWS counts now, and older ones that a listing may have healed since.
async fn look(pull: &Pull<'_>, places: &BTreeSet<Place>) -> Result<Reconciliation> {
    let now = pull.clock.now();
    let asker = Asker::by(Arc::clone(&pull.clock));
    let engine = Engine::open(&pull.lake.lake, AsOf::Latest, Limits::default(), asker).await?;
    let counted = Period::OneDay.buckets(now).first().map_or(now, |day| day.start);
    let horizon = (now - HORIZON_DAYS * DAY).day_start();
    let unhealed = unhealed(&engine, horizon).await?;
    let unhealed = unhealed.into_iter().filter(|(place, _)| places.contains(place));
    let since = unhealed.map(|(_, start)| start).fold(counted, Instant::min);
    let is_wanted = |place: &Place| places.contains(place);
    let wanted =
        Wanted { since: Some(since), until: None, places: &is_wanted, keeps_matches: false };
    reconcile(&engine, &wanted).await
}
