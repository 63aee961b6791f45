//! AWS's own counts against what is held: quiet nights, disturbed ones, other rules, random worlds.

mod cost;
mod late;
mod nights;
mod outcome;
mod part;
mod random;
pub(crate) mod rules;

use std::collections::BTreeMap;

use lookback::catalog::AsOf;
use lookback::engine::{Asker, Engine, Limits};
use lookback::lake::Lake;
use lookback::model::{Instant, Place};
use lookback::nights::{
    Compared, Comparison, NightReport, Reconciliation, Verdict, Wanted, reconcile,
};

use crate::warehouse::{Warehouse, block_on};

/// All counts of AWS's that a warehouse holds, compared.
fn compared(warehouse: &Warehouse, now: Instant) -> Reconciliation {
    let lake = Lake::open(&warehouse.path()).unwrap();
    let everywhere = |_: &Place| true;
    let wanted = Wanted { since: None, until: None, places: &everywhere, keeps_matches: true };
    block_on(async {
        let open = Engine::open(&lake, AsOf::Latest, Limits::default(), Asker::at(now));
        reconcile(&open.await.unwrap(), &wanted).await.unwrap()
    })
}

/// What a night's comparison found.
#[track_caller]
fn done(night: &NightReport) -> &Compared {
    match &night.comparison {
        Comparison::Done(compared) => compared,
        other => panic!("{other:?}"),
    }
}

/// How many groups there are of each verdict and reason.
fn reasons(found: &Reconciliation) -> BTreeMap<(Verdict, String), u64> {
    let mut reasons = BTreeMap::new();
    for finding in found.days.iter().flat_map(|day| &day.found) {
        let key = (finding.reason.verdict(), finding.reason.sentence());
        *reasons.entry(key).or_insert(0) += finding.sum.groups;
    }
    reasons
}

/// The number of groups of a verdict.
fn count(found: &Reconciliation, verdict: Verdict) -> u64 {
    found.sums().get(&verdict).map_or(0, |sum| sum.groups)
}
