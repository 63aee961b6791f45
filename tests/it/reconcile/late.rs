//! Jobs that AWS counts before it lists them: a day that lacks them is read again at once, and
//! once more the next night.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use lookback::emulator::faults::FaultPlan;
use lookback::emulator::{self, Config, World};
use lookback::ingest::{Pull, Watch};
use lookback::model::{Clock, DAY, HOUR, Instant, JobKind, MINUTE, Reach};
use lookback::nights::{Compared, Comparison, Verdict, night};

use super::{count, reasons};
use crate::ingest::organisation::{Night, Served, small, source};
use crate::warehouse::{Warehouse, block_on, instant};

/// An organisation in a Region in whose nights it is midnight in UTC.
fn config(seed: u64) -> Config {
    Config { regions: vec!["us-west-2".to_owned()], ..small(seed, 2, 24) }
}

/// The first organisation and midnight just before which many jobs were created; two minutes after
/// it some of them are not listed yet.
fn midnight() -> (Config, Instant) {
    let lately = |config: &Config, midnight: Instant| {
        let world = World::new(config.clone()).unwrap();
        let span = midnight - 12 * MINUTE..midnight;
        let mut count = 0;
        for kind in JobKind::ALL {
            let jobs = world.jobs(kind, &config.regions[0], midnight.day() - 1);
            count += jobs.filter(|job| span.contains(&job.creation_date())).count();
        }
        count
    };
    let first = instant("2026-03-01");
    let midnights = |seed| (0..9).map(move |number| (config(seed), first + number * DAY));
    let mut all = (0..999).flat_map(midnights);
    let (config, midnight) = all.find(|(config, midnight)| lately(config, *midnight) > 2).unwrap();
    (config, midnight + 2 * MINUTE)
}

/// A clock that goes forward when the ingest commits.
struct Moving {
    now: Arc<Hand>,
    by: i64,
}

#[derive(Debug)]
struct Hand(AtomicI64);

impl Clock for Hand {
    fn now(&self) -> Instant {
        Instant::from_micros(self.0.load(Ordering::SeqCst))
    }
}

impl Watch for Moving {
    fn committed(&self, _snapshot: Option<i64>) {
        self.now.0.fetch_add(self.by, Ordering::SeqCst);
    }
}

/// One night in which all jobs are listed late, while the clock goes so far with each commit.
fn live(warehouse: &Warehouse, config: &Config, at: Instant, by: i64) -> Compared {
    let clock = Arc::new(Hand(AtomicI64::new(at.micros())));
    let faults: FaultPlan = "late=1".parse().unwrap();
    let world = World::new(config.clone()).unwrap();
    let service = emulator::service(world, faults, Arc::clone(&clock) as Arc<dyn Clock>);
    let served = Served::new(service);
    let sources = [source(config, "s", Reach::Organization).at_emulator(served.url())];
    let lake = warehouse.open(at, &Night::quiet(at).steps).unwrap();
    let moving = Moving { now: Arc::clone(&clock), by };
    let pull = Pull { watch: &moving, ..Pull::new(&lake, &sources, clock) };
    match block_on(night(&pull)).unwrap().comparison {
        Comparison::Done(compared) => compared,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_day_that_is_short_heals_in_the_same_run_once_aws_lists_its_jobs() {
    let (config, at) = midnight();
    let compared = live(&Warehouse::new(), &config, at, 30 * MINUTE);
    assert!(compared.days_read_again > 0);
    assert_eq!(compared.days_healed, compared.days_read_again);
    let found = compared.reconciliation;
    assert_eq!((count(&found, Verdict::MissingHere), found.unexplained().groups), (0, 0));
}

#[test]
fn a_day_that_is_still_short_heals_in_the_next_night() {
    let warehouse = Warehouse::new();
    let (config, at) = midnight();
    let compared = live(&warehouse, &config, at, 0);
    assert!(compared.days_read_again > 0);
    assert_eq!(compared.days_healed, 0);
    let found = compared.reconciliation;
    let reasons: Vec<_> = reasons(&found).into_keys().map(|(_, why)| why).collect();
    assert_eq!(reasons, ["", "the day was listed whole, and is listed again: jobs may be late"]);
    assert_eq!(found.unexplained().groups, 0, "what is young may be late");
    let compared = live(&warehouse, &config, at + DAY + 3 * HOUR, 0);
    assert_eq!(compared.days_read_again, 0);
    let sums = compared.reconciliation.sums();
    assert_eq!(sums.into_keys().collect::<Vec<_>>(), [Verdict::Match]);
}
