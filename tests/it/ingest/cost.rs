//! A night costs what changed, not what is held.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Mutex;

use lookback::catalog::UnitRecord;
use lookback::emulator::{Config, Rates};
use lookback::ingest::Watch;
use lookback::model::regions::REGIONS;
use lookback::model::{DAY, Instant, JobKind, Place, Reach};
use lookback::source::aws::Source;

use super::organisation::{Night, Served, small, source};
use crate::warehouse::{Warehouse, block_on, instant};

/// What one night cost.
#[derive(Clone, Copy, Debug, Default)]
struct Cost {
    calls: u64,
    /// What the warehouse has grown by: nothing of it is deleted.
    bytes: u64,
    jobs: u64,
}

/// The calls of each place, those for summaries aside.
#[derive(Default)]
struct Calls(Mutex<BTreeMap<Place, u64>>);

impl Watch for Calls {
    fn unit_ended(&self, unit: &UnitRecord) {
        if unit.operation != "summaries" {
            *self.0.lock().unwrap().entry(unit.place.clone()).or_default() += unit.calls;
        }
    }
}

/// One night after the other; the calls of each place, and the cost of each night.
fn live(
    config: &Config,
    source: &Source,
    first: Instant,
    nights: i64,
) -> Vec<(BTreeMap<Place, u64>, Cost)> {
    let warehouse = Warehouse::new();
    let mut lived = Vec::new();
    for number in 0..nights {
        let night = Night::quiet(first + number * DAY);
        let served = Served::new(night.service(config));
        let calls = Calls::default();
        let sources = [source.clone().at_emulator(served.url())];
        let before = size(&warehouse.path());
        let lived_through = block_on(night.live_at(&warehouse, &sources, &calls)).unwrap();
        let report = lived_through.ingest;
        assert!(report.is_whole(), "{report:?}");
        let bytes = size(&warehouse.path()) - before;
        let cost = Cost { calls: report.totals.calls, bytes, jobs: report.totals.jobs };
        lived.push((calls.0.into_inner().unwrap(), cost));
    }
    lived
}

/// The bytes of all files in a folder.
fn size(folder: &Path) -> u64 {
    let Ok(entries) = fs::read_dir(folder) else { return 0 };
    let sizes = entries.map(|entry| {
        let entry = entry.unwrap();
        if entry.path().is_dir() { size(&entry.path()) } else { entry.metadata().unwrap().len() }
    });
    sizes.sum()
}

/// The mean of the week around a night: no two days of a week are alike.
fn week(lived: &[(BTreeMap<Place, u64>, Cost)], night: usize, of: fn(&Cost) -> u64) -> f64 {
    let nights = &lived[night - 4..night + 3];
    let total: u64 = nights.iter().map(|(_, cost)| of(cost)).sum();
    f64::from(u32::try_from(total).unwrap()) / 7.0
}

#[test]
fn the_ninetieth_night_costs_what_the_fortieth_did() {
    let rates = Rates { quiet_days: 0.0, bad_days: 0.0, trouble: 0.0, ..Rates::default() };
    let config = Config { rates, regions: vec!["eu-west-1".to_owned()], ..small(3, 2, 12) };
    let source = source(&config, "s", Reach::Organization);
    // Neither week has a first of a month, when there is more to do.
    let lived = live(&config, &source, instant("2026-03-12T05:00:00Z"), 93);
    let measures: [fn(&Cost) -> u64; 3] = [|cost| cost.calls, |cost| cost.bytes, |cost| cost.jobs];
    for of in measures {
        let (early, late) = (week(&lived, 40, of), week(&lived, 90, of));
        let change = (late - early).abs() / early;
        assert!(change < 0.1, "{early} in night 40, {late} in night 90");
    }
}

#[test]
fn a_quiet_region_costs_two_calls_a_kind() {
    let regions = REGIONS.iter().filter(|region| !region.is_opt_in).take(17);
    let regions: Vec<_> = regions.map(|region| region.name.to_owned()).collect();
    assert_eq!(regions.len(), 17);
    let config = Config { regions, accounts: 2, resources: 6, ..Config::default() };
    for reach in [Reach::Account, Reach::Organization] {
        let source = source(&config, "s", reach);
        let lived = live(&config, &source, instant("2026-03-12T05:00:00Z"), 4);
        for (number, (calls, _)) in lived.iter().enumerate() {
            assert_eq!(calls.len(), 17 * JobKind::ALL.len());
            let most = calls.iter().max_by_key(|(_, calls)| **calls).unwrap();
            assert!(*most.1 <= 2, "night {number}: {most:?}");
        }
    }
}
