//! An ingest that is asked to stop commits what it has read, and the next one reads the rest.

use std::sync::atomic::{AtomicU64, Ordering};

use lookback::catalog::UnitRecord;
use lookback::emulator::Config;
use lookback::ingest::{Report, Unwatched, Watch};
use lookback::model::{Instant, Reach};
use tokio::sync::watch;

use super::organisation::{Night, Served, check_claims, small, source};
use crate::crash::{is_empty, state};
use crate::warehouse::{Warehouse, block_on, instant};

/// Few days, so that a commit has few files.
fn config() -> Config {
    Config { first_day: "2026-02-27".to_owned(), ..small(29, 2, 6) }
}

/// Asks for a stop after so many units, or after so many commits.
struct Stopper {
    stop: watch::Sender<bool>,
    units_left: AtomicU64,
    commits_left: AtomicU64,
}

impl Stopper {
    /// Never, if both are 0.
    fn after(units: u64, commits: u64) -> Self {
        let stop = watch::channel(false).0;
        Self { stop, units_left: AtomicU64::new(units), commits_left: AtomicU64::new(commits) }
    }

    fn count(&self, left: &AtomicU64) {
        if left.fetch_sub(1, Ordering::SeqCst) == 1 {
            self.stop.send_replace(true);
        }
    }
}

impl Watch for Stopper {
    fn unit_ended(&self, _unit: &UnitRecord) {
        self.count(&self.units_left);
    }

    fn committed(&self, _snapshot: Option<i64>) {
        self.count(&self.commits_left);
    }
}

/// Two nights of the organisation.
struct Nights {
    served: [(Instant, Served); 2],
}

impl Nights {
    fn new() -> Self {
        let served = ["2026-03-01T03:21:00Z", "2026-03-02T04:00:00Z"].map(|at| {
            let night = Night::quiet(instant(at));
            (night.at, Served::new(night.service(&config())))
        });
        Self { served }
    }

    fn ingest(
        &self,
        warehouse: &Warehouse,
        number: usize,
        watch: &dyn Watch,
        stop: watch::Receiver<bool>,
    ) -> Report {
        let (at, served) = &self.served[number];
        let mut night = Night::quiet(*at);
        night.options.batch_rows = 10;
        // One unit at a time: what is read while a commit takes long may be all there is.
        night.options.concurrency = 1;
        let sources = [source(&config(), "s", Reach::Organization).at_emulator(served.url())];
        block_on(night.pull(warehouse, &sources, watch, stop)).unwrap()
    }

    /// The undisturbed nights.
    fn whole(&self) -> [Warehouse; 2] {
        let warehouse = Warehouse::new();
        [0, 1].map(|number| {
            let report = self.ingest(&warehouse, number, &Unwatched, watch::channel(false).1);
            assert!(report.is_whole(), "{report:?}");
            warehouse.copy()
        })
    }

    /// Stops a night, and reads it again.
    #[track_caller]
    fn check(&self, number: usize, stopper: &Stopper, whole: &[Warehouse; 2]) {
        let warehouse = if number == 0 { Warehouse::new() } else { whole[0].copy() };
        let report = self.ingest(&warehouse, number, stopper, stopper.stop.subscribe());
        assert!(report.is_stopped && !report.is_whole(), "{report:?}");
        assert_eq!(report.problems.len(), 0, "being stopped is no problem");
        assert_eq!(last_run(&warehouse), "attention");
        let left = state(&warehouse);
        assert_ne!(left, state(&whole[number]), "it was not stopped in the middle");
        check_claims(&warehouse, &config(), Reach::Organization);
        let report = self.ingest(&warehouse, number, &Unwatched, watch::channel(false).1);
        assert!(report.is_whole(), "{report:?}");
        assert_eq!(state(&warehouse), state(&whole[number]));
        assert_eq!(last_run(&warehouse), "done");
    }
}

/// How the run ended that was committed last.
fn last_run(warehouse: &Warehouse) -> String {
    let catalog = warehouse.path().join("catalog.sqlite");
    let connection = rusqlite::Connection::open(catalog).unwrap();
    let last = "SELECT status FROM lookback_run ORDER BY rowid DESC LIMIT 1";
    connection.query_row(last, [], |row| row.get(0)).unwrap()
}

#[test]
fn an_ingest_stops_after_a_unit_or_in_the_middle_of_a_listing() {
    let nights = Nights::new();
    let whole = nights.whole();
    for number in 0..2 {
        for units in [1, 7] {
            nights.check(number, &Stopper::after(units, 0), &whole);
        }
        for commits in [1, 2] {
            nights.check(number, &Stopper::after(0, commits), &whole);
        }
    }
}

#[test]
fn an_ingest_that_was_stopped_before_it_began_reads_nothing() {
    let nights = Nights::new();
    let (warehouse, stop) = (Warehouse::new(), watch::channel(true));
    let report = nights.ingest(&warehouse, 0, &Unwatched, stop.1);
    assert!(report.is_stopped);
    assert_eq!((report.totals.calls, report.snapshot), (0, None));
    assert!(is_empty(&state(&warehouse)));
}
