//! Random organisations, faults, missed nights and killed runs, against a naive model.

use std::collections::BTreeMap;

use lookback::emulator::{Config, World};
use lookback::model::{
    Coverage, CoverageStatus, DAY, HORIZON_DAYS, HOUR, Instant, JobKind, Reach, Span, Steps, gaps,
};
use rand::{Rng, SeedableRng};
use rand_pcg::Pcg64Mcg;

use super::organisation::{
    Night, coverage, difference, held, shown_jobs, shows, small, snapshot, source,
};
use crate::warehouse::{Warehouse, block_on, instant};

/// Faults that requests survive, and faults that they do not.
const FAULTS: [&str; 6] = [
    "",
    "",
    "throttle=0.1,failure=0.03,unavailable=0.02,drop=0.05",
    "repeat=0.5,change=0.5,null=0.3,unknown-member=0.3",
    "deny=ListCopyJobs,throttle=0.05",
    "deny-region=us-east-1,expired-token=0.02",
];

/// One random history: its organisation and its ingests, the last of which is undisturbed.
#[derive(Debug)]
struct History {
    config: Config,
    reach: Reach,
    nights: Vec<Night>,
}

impl History {
    fn random(case: u64) -> Self {
        let mut dice = Pcg64Mcg::seed_from_u64(case);
        let config = small(case, dice.random_range(1..3), dice.random_range(2..5));
        let reach = if dice.random() { Reach::Organization } else { Reach::Account };
        let mut at = instant("2026-03-01T00:00:00Z") + dice.random_range(0..24 * 60) * HOUR / 60;
        let mut nights = Vec::new();
        for _ in 0..dice.random_range(1..4) {
            let mut night = Night::quiet(at);
            night.faults = FAULTS[dice.random_range(0..FAULTS.len())];
            night.options.concurrency = dice.random_range(1..9);
            night.options.batch_rows = [20, 200, 5000][dice.random_range(0..3)];
            if dice.random_range(0..4) == 0 {
                night.steps = Steps::failing_at(dice.random_range(1..2000));
            }
            nights.push(night);
            let days = [1, 1, 2, 3, 8, 29, 31, 45][dice.random_range(0..8)];
            at = at + days * DAY + dice.random_range(0..12) * HOUR;
        }
        nights.push(Night::quiet(at));
        Self { config, reach, nights }
    }

    fn check(&self) {
        let warehouse = Warehouse::new();
        let sources = [source(&self.config, "s", self.reach)];
        let mut whole = Vec::new();
        for night in &self.nights {
            let done = block_on(night.ingest(&warehouse, &self.config, &sources));
            if done.is_ok_and(|report| report.problems.is_empty()) {
                whole.push(night.at);
            }
        }
        let last = self.nights[self.nights.len() - 1].at;
        assert_eq!(whole.last(), Some(&last), "the last ingest is whole");
        let before = snapshot(&warehouse);
        let again = block_on(Night::quiet(last).ingest(&warehouse, &self.config, &sources));
        assert!(again.unwrap().problems.is_empty());
        assert_eq!(snapshot(&warehouse), before, "being read again changes nothing");
        self.check_jobs(&warehouse, &whole);
        self.check_coverage(&warehouse, &whole);
    }

    /// Every job that a whole ingest was shown is held once, as it was then or later; nothing
    /// else is held than what some ingest was shown.
    fn check_jobs(&self, warehouse: &Warehouse, whole: &[Instant]) {
        let nights: Vec<_> = self.nights.iter().map(|night| night.at).collect();
        let world = World::new(self.config.clone()).unwrap();
        let management = world.management_account();
        let last = nights[nights.len() - 1];
        let mut held = held(warehouse);
        shown_jobs(&world, &nights, |name, job| {
            if self.reach == Reach::Account && name.2 != management {
                return;
            }
            let must_be_held = whole.iter().rev().find(|at| shows(&job, **at));
            let Some(row) = held.remove(&name) else {
                assert_eq!(must_be_held, None, "{name:?} is not held");
                return;
            };
            let since = must_be_held.copied().unwrap_or(nights[0]);
            let seen = nights.iter().filter(|at| **at >= since && shows(&job, **at));
            let wrong: Vec<_> = seen.map(|at| difference(&row, &job, *at)).collect();
            assert!(wrong.contains(&None), "{name:?}: {wrong:?}");
            let tracking = row.text("tracking").unwrap();
            let is_gone = !shows(&job, last);
            assert!(tracking != "forgotten" || is_gone, "{name:?} is still shown");
            assert!(tracking != "open" || !is_gone, "{name:?} is not followed to its end");
        });
        assert_eq!(held.keys().collect::<Vec<_>>(), Vec::<&_>::new(), "nobody showed these");
    }

    /// Each place is known without a gap from its first listing to the last, and what was asked
    /// in vain before is not lost; what a whole ingest listed is not lost, and without
    /// disturbances just the rest is.
    fn check_coverage(&self, warehouse: &Warehouse, whole: &[Instant]) {
        let last = self.nights[self.nights.len() - 1].at;
        let coverage = coverage(warehouse);
        assert_eq!(coverage.len(), self.config.regions.len() * JobKind::ALL.len());
        let listed = |at: &Instant| {
            Span::new(*at - HORIZON_DAYS * DAY, *at - lookback::ingest::LISTING_LAG).unwrap()
        };
        let is_undisturbed = whole.len() == self.nights.len();
        for (place, known) in coverage {
            let from = known.iter().find(|known| known.status.is_answer()).unwrap().span.from;
            let all = Span::new(from, listed(&last).until).unwrap();
            assert_eq!(gaps(&known, all, |_| true), [], "{place:?}");
            let gone: Vec<_> = spans(&known, CoverageStatus::Lost);
            assert!(gone.iter().all(|gone| gone.from > from), "{place:?}: {gone:?}");
            for (span, at) in gone.iter().flat_map(|span| whole.iter().map(move |at| (span, at))) {
                assert_eq!(span.meet(listed(at)), None, "{place:?}: {span:?} was listed at {at}");
            }
            let open = gaps(&known, all, |known| {
                matches!(
                    known.status,
                    CoverageStatus::Complete | CoverageStatus::Lost | CoverageStatus::Partial
                )
            });
            assert_eq!(open, [], "{place:?}");
            if is_undisturbed {
                let mut expected = vec![all];
                for at in whole {
                    let without = |span: Span| span.without(listed(at)).into_iter().flatten();
                    expected = expected.into_iter().flat_map(without).collect();
                }
                assert_eq!(gone, expected, "{place:?}");
            }
        }
    }
}

fn spans(known: &[Coverage], status: CoverageStatus) -> Vec<Span> {
    known.iter().filter(|known| known.status == status).map(|known| known.span).collect()
}

/// The cases of one test; tests run beside each other.
fn check_cases(cases: std::ops::Range<u64>) {
    let mut kinds = BTreeMap::new();
    for case in cases {
        let history = History::random(case);
        *kinds.entry((history.reach, history.nights.len())).or_insert(0) += 1;
        let checked = std::panic::catch_unwind(|| history.check());
        assert!(checked.is_ok(), "case {case}: {history:#?}");
    }
    assert!(kinds.len() > 4, "{kinds:?} are too much alike");
}

#[test]
fn random_histories_end_as_the_naive_model_says_a() {
    check_cases(0..55);
}

#[test]
fn random_histories_end_as_the_naive_model_says_b() {
    check_cases(100..155);
}

#[test]
fn random_histories_end_as_the_naive_model_says_c() {
    check_cases(200..255);
}

#[test]
fn random_histories_end_as_the_naive_model_says_d() {
    check_cases(300..355);
}
