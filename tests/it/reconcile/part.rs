//! Counts of AWS's of which only a part came are not taken for the whole.

use lookback::emulator::{Config, Rates};
use lookback::ingest::Unwatched;
use lookback::model::{DAY, JobKind, Reach};
use lookback::nights::Verdict;
use lookback::source::aws::Source;

use super::rules::OtherRule;
use super::{compared, reasons};
use crate::ingest::organisation::{Night, small, source};
use crate::source::aws::canned::{answer, serve_by};
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
    assert_eq!(reasons, [(Verdict::Match, String::new())]);
    assert!(found.days.iter().all(|day| day.place.kind != JobKind::Scan), "a part was compared");
    block_on(Night::quiet(first + DAY).live(&warehouse, &config(), &sources)).unwrap();
    let found = compared(&warehouse, first + DAY);
    let later = found.days.iter().filter(|day| day.start >= first - 13 * DAY);
    let all: Vec<_> = later.flat_map(|day| &day.found).collect();
    assert!(all.len() > 50, "only {} groups", all.len());
    assert!(all.iter().all(|finding| finding.reason.verdict() == Verdict::Match));
}

#[test]
fn counts_of_which_a_record_was_refused_were_read_in_part() {
    let warehouse = Warehouse::new();
    let first = instant("2026-03-01T05:00:00Z");
    let start = instant("2026-02-26T00:00:00Z").micros() / 1_000_000;
    // The second record does not tell its day.
    let counts = format!(
        r#"{{"BackupJobSummaries": [
        {{"Region": "eu-west-1", "State": "COMPLETED", "Count": 2, "StartTime": {start}}},
        {{"Region": "eu-west-1", "State": "FAILED", "Count": 1}}]}}"#
    );
    let night = block_on(async {
        let url = serve_by(move |target| {
            answer(200, "", if target.starts_with("/audit/") { &counts } else { "{}" })
        });
        let source = source(&config(), "s", Reach::Organization).at_emulator(url.await);
        let (kinds, regions) = (vec![JobKind::Backup], vec!["eu-west-1".to_owned()]);
        let sources = [Source { kinds, regions, ..source }];
        Night::quiet(first).live_at(&warehouse, &sources, &Unwatched).await.unwrap()
    });
    assert_eq!(night.ingest.refusals, ["backup job summary has no StartTime"]);
    let part = "AWS's counts were read in part".to_owned();
    let reasons: Vec<_> = reasons(&compared(&warehouse, first)).into_keys().collect();
    assert_eq!(reasons, [(Verdict::OutsideCoverage, part)]);
}
