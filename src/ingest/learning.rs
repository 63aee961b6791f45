//! What a run learns of coverage, and when it may be told. Pure.
//!
//! Coverage names the places that are held, and whoever looks for stale ones goes by it for good.
//! So what failed is told only of a source that has ever answered: a name that was mistyped, or
//! credentials that never worked, make no place. Their units tell that they failed.

use std::collections::BTreeSet;

use crate::catalog::Learnt;
use crate::model::{Place, Reach};

/// A source, whose accounts are one, and whose jobs it reads.
type Asked = (String, Reach);

/// What was learnt and is not committed yet.
#[derive(Debug, Default)]
pub(super) struct Learning {
    /// Those that have answered, tonight or before.
    answered: BTreeSet<Asked>,
    ready: Vec<Learnt>,
    /// Of sources that have not answered yet.
    waiting: Vec<Learnt>,
}

impl Learning {
    /// Remembers that a source has answered; what waits for that may be told.
    pub(super) fn answered(&mut self, place: &Place, reach: Reach) {
        if self.answered.insert(asked(place, reach)) {
            let answered = &self.answered;
            let is_ready = |learnt: &mut Learnt| answered.contains(&of(learnt));
            self.ready.extend(self.waiting.extract_if(.., is_ready));
        }
    }

    /// Takes in what was learnt.
    pub(super) fn learn(&mut self, learnt: impl IntoIterator<Item = Learnt>) {
        for learnt in learnt {
            let has_answered = self.answered.contains(&of(&learnt));
            let list = if has_answered { &mut self.ready } else { &mut self.waiting };
            list.push(learnt);
        }
    }

    /// What may be told.
    pub(super) fn ready(&self) -> &[Learnt] {
        &self.ready
    }

    /// Forgets what was told.
    pub(super) fn told(&mut self) {
        self.ready.clear();
    }
}

fn of(learnt: &Learnt) -> Asked {
    asked(&learnt.place, learnt.reach)
}

/// The accounts of one table of the settings are told apart by what follows a `/`: where some of
/// them answer, the others are no mistake in its name.
fn asked(place: &Place, reach: Reach) -> Asked {
    let name = place.source.split_once('/').map_or(place.source.as_str(), |(name, _)| name);
    (name.to_owned(), reach)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Coverage, CoverageStatus, DAY, Instant, JobKind, Span};

    fn place(source: &str) -> Place {
        Place { source: source.into(), region: "eu-west-1".into(), kind: JobKind::Copy }
    }

    fn failed(source: &str, reach: Reach) -> Learnt {
        let day = |day: i64| Instant::from_micros(day * DAY);
        let span = Span::new(day(70), day(100)).unwrap();
        let status = CoverageStatus::Failed;
        let coverage = Coverage { span, status, is_settled: false, listed_at: day(100) };
        Learnt { place: place(source), reach, coverage }
    }

    fn ready(learning: &Learning) -> Vec<(&str, Reach)> {
        learning.ready().iter().map(|it| (it.place.source.as_str(), it.reach)).collect()
    }

    #[test]
    fn a_failure_is_told_once_its_source_has_answered() {
        let (account, organization) = (Reach::Account, Reach::Organization);
        let mut learning = Learning::default();
        learning.learn([failed("a", account), failed("a", organization), failed("b/1", account)]);
        assert_eq!(ready(&learning), []);
        learning.answered(&place("a"), account);
        assert_eq!(ready(&learning), [("a", account)]);
        learning.told();
        learning.answered(&place("a"), account);
        assert_eq!(ready(&learning), []);
        learning.answered(&place("b/2"), account);
        learning.learn([failed("a", account), failed("prdo", account)]);
        assert_eq!(ready(&learning), [("b/1", account), ("a", account)]);
    }
}
