//! Counts of AWS's of which only a part came are not taken for the whole.

use lookback::emulator::{Config, Rates};
use lookback::ingest::Unwatched;
use lookback::model::{DAY, Reach};
use lookback::nights::Verdict;

use super::rules::OtherRule;
use super::{compared, reasons};
use crate::ingest::organisation::{Night, small, source};
use crate::warehouse::{Warehouse, block_on, instant};

fn config() -> Config {
    let config = small(8, 2, 10);
    Config { rates: Rates { threats: 0.5, ..config.rates }, ..config }
}

#[test]
fn counts_that_were_read_in_part_are_not_compared_until_they_are_read_whole() {
    let warehouse = Warehouse::new();
    let first = instant("2026-03-01T05:00:00Z");
    let sources = [source(&config(), "s", Reach::Organization)];
    let served = OtherRule { fails: true, ..OtherRule::new(&config()) }.serve(first);
    let mut night = Night::quiet(first);
    night.options.retry.attempts = 1;
    let failing = [sources[0].clone().at_emulator(served.url())];
    let report = block_on(night.live_at(&warehouse, &failing, &Unwatched)).unwrap();
    assert_eq!(report.ingest.problems.len(), 2, "the scans of each Region");
    let found = compared(&warehouse, first);
    let reasons: Vec<_> = reasons(&found).into_keys().collect();
    let part = "AWS's counts were read in part".to_owned();
    let expected = [(Verdict::Match, String::new()), (Verdict::OutsideCoverage, part)];
    assert_eq!(reasons, expected);
    block_on(Night::quiet(first + DAY).live(&warehouse, &config(), &sources)).unwrap();
    let found = compared(&warehouse, first + DAY);
    let later = found.days.iter().filter(|day| day.start >= first - 13 * DAY);
    let all: Vec<_> = later.flat_map(|day| &day.found).collect();
    assert!(all.len() > 50, "only {} groups", all.len());
    assert!(all.iter().all(|finding| finding.reason.verdict() == Verdict::Match));
}
