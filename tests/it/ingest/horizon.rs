//! While an ingest waits, the horizon moves on: what fell behind it is not said to be held.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use lookback::emulator::{self, World};
use lookback::ingest::Pull;
use lookback::model::{Clock, CoverageStatus, Instant, MINUTE, Reach, Steps};

use super::organisation::{Night, Served, check_claims, coverage, small, source};
use crate::warehouse::{Warehouse, block_on, instant};

/// A clock on which time passes whenever it is read.
#[derive(Debug)]
struct HurriedClock(AtomicI64);

impl Clock for HurriedClock {
    fn now(&self) -> Instant {
        Instant::from_micros(self.0.fetch_add(20 * MINUTE, Ordering::Relaxed))
    }
}

#[test]
fn what_fell_behind_the_horizon_while_calls_were_made_is_not_claimed() {
    let config = small(31, 2, 12);
    let began = instant("2026-03-01T03:00:00Z");
    let clock: Arc<dyn Clock> = Arc::new(HurriedClock(AtomicI64::new(began.micros())));
    let plan = "throttle=0.5".parse().unwrap();
    let world = World::new(config.clone()).unwrap();
    let served = Served::new(emulator::service(world, plan, Arc::clone(&clock)));
    let sources = [source(&config, "s", Reach::Organization).at_emulator(served.url())];
    let warehouse = Warehouse::new();
    let lake = warehouse.open(began, &Steps::none()).unwrap();
    let options = Night::quiet(began).options;
    let pull = Pull { options, ..Pull::new(&lake, &sources, clock) };
    assert!(block_on(pull.run()).unwrap().is_whole());
    let known: Vec<_> = coverage(&warehouse).into_values().flatten().collect();
    assert!(known.iter().all(|known| known.status == CoverageStatus::Complete), "{known:?}");
    check_claims(&warehouse, &config, Reach::Organization);
}
