//! AWS's own counts of jobs against ours, group by group, with the reason of every difference.
//!
//! What AWS counted is in the table `aws_job_summaries`, as ingests read it; what is held is
//! counted by the engine's one plan for summaries. A count of AWS's is of an instant: of jobs that
//! changed since, the traces tell (`tracking`, `observed_at`, `first_seen_at`). What is to be said
//! of the counts of a day is decided in `day`, and whether AWS counts by another rule than ours in
//! `rule`, both purely.

mod compare;
mod counts;
mod day;
mod findings;
mod known;
mod rule;
#[cfg(test)]
mod tests;
mod verdict;

use crate::engine::Engine;
use crate::error::Result;
use crate::model::{DAY, Instant, Place, Span};

pub use self::findings::{Finding, Findings, Reconciliation, Sum};
pub use self::verdict::{Group, Judged, Reason, Rule, Verdict};

pub(super) use self::known::unhealed;

use self::compare::{Stretch, held};
use self::known::{Known, chunks};

/// So many days are compared at a time: what is in hand does not grow with the history held.
const STRETCH_DAYS: i64 = 31;

/// Which of AWS's counts to compare with ours.
pub struct Wanted<'a> {
    /// Those of days from here on; of all days without it.
    pub since: Option<Instant>,
    /// Those of days before this.
    pub until: Option<Instant>,
    /// Those of these places.
    pub places: &'a (dyn Fn(&Place) -> bool + Sync),
    /// Whether groups that agree are told by themselves, too.
    pub keeps_matches: bool,
}

impl std::fmt::Debug for Wanted<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { since, until, keeps_matches, .. } = self;
        let mut debug = f.debug_struct("Wanted");
        debug.field("since", since).field("until", until).field("keeps_matches", keeps_matches);
        debug.finish_non_exhaustive()
    }
}

/// Compares AWS's counts with ours.
///
/// # Errors
/// A warehouse that cannot be read.
pub async fn reconcile(engine: &Engine, wanted: &Wanted<'_>) -> Result<Reconciliation> {
    let known = Known::read(engine).await?;
    let mut reconciliation = Reconciliation::default();
    let ends = [held(engine).await?, known.asked()];
    let ends = || ends.iter().flatten();
    let first = ends().map(|span| span.from).min();
    let last = ends().map(|span| span.until).max();
    let Some((first, last)) = first.zip(last) else { return Ok(reconciliation) };
    let from = wanted.since.map_or(first, |since| since.max(first)).day_start();
    // A day that is wanted in part is compared whole.
    let until = wanted.until.map_or(last, |until| until.min(last));
    let until = (until + DAY - 1).day_start();
    let Some(span) = Span::new(from, until) else { return Ok(reconciliation) };
    for span in chunks(span, STRETCH_DAYS) {
        let stretch = Stretch { engine, known: &known, wanted, span };
        reconciliation.days.extend(stretch.compare().await?);
    }
    reconciliation.days.sort_by(|a, b| (&a.place, a.start).cmp(&(&b.place, b.start)));
    Ok(reconciliation)
}
