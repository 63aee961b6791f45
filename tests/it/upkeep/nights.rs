//! Twelve weeks of nights, each with its upkeep; `examples/three_years.rs` is the long version.

use lookback::emulator::Config;
use lookback::model::DAY;
use lookback::nights::{Measured, Years};
use lookback::upkeep::Options;
use tempfile::TempDir;

use crate::warehouse::{block_on, instant};

#[test]
fn twelve_weeks_of_nights_leave_few_files_and_every_answer() {
    let folder = TempDir::with_prefix("lookback-years-").unwrap();
    let organization = Config {
        accounts: 1,
        resources: 6,
        regions: vec!["eu-west-1".to_owned()],
        first_day: "2025-10-01".to_owned(),
        ..Config::default()
    };
    // The jobs of December are old in the night of 6 February, those of January in that of 8 March,
    // and those of February in that of 5 April.
    let first = instant("2026-01-11T03:10:00Z");
    let upkeep = Options { keep: 7 * DAY, ..Options::default() };
    let years = Years { organization, first, nights: 84, upkeep };
    let mut nights: Vec<Measured> = Vec::new();
    let place = folder.path().join("w");
    let verdict = block_on(years.run(&place, &mut |measured| nights.push(*measured))).unwrap();
    assert_eq!(verdict.differences, []);
    assert!(verdict.jobs > 500, "{}", verdict.jobs);
    let night = |number: usize| nights[number - 1];
    // What a month's worth of files becomes when it is old.
    let [before, after] = ["2026-03-07", "2026-03-08"]
        .map(|day| *nights.iter().find(|night| night.at.day_text() == day).unwrap());
    assert!(after.live_files + 60 < before.live_files, "{before:?} {after:?}");
    // Both are the last before a month is merged, of as many days that are not: only what is not
    // kept up would have grown. Without compaction or without expiry, some measure grows by a
    // third.
    let (early, late) = (night(56), night(84));
    let measures: [fn(&Measured) -> u64; 3] =
        [|it| it.files, |it| it.live_files, |it| it.catalog_bytes];
    for of in measures {
        assert!(20 * of(&late) <= 23 * of(&early), "{early:?} {late:?}");
    }
    assert!(late.rows > early.rows);
}
