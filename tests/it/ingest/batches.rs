//! A run that commits several times.

use lookback::model::Reach;

use super::organisation::{Night, small, snapshot, source};
use crate::warehouse::{Warehouse, block_on, instant};

#[test]
fn the_last_snapshot_is_told_though_the_last_commit_made_none() {
    let config = small(7, 1, 2);
    let sources = [source(&config, "s", Reach::Account)];
    let warehouse = Warehouse::new();
    let mut night = Night::quiet(instant("2026-03-01T03:00:00Z"));
    // Whatever comes is committed at once: at the end nothing is left but the end of the last unit.
    night.options.batch_rows = 1;
    night.options.concurrency = 1;
    let report = block_on(night.ingest(&warehouse, &config, &sources)).unwrap();
    assert!(snapshot(&warehouse) > 3, "one commit only");
    assert_eq!(report.snapshot, Some(snapshot(&warehouse)));
}
