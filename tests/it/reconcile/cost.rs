//! A comparison at the end of a night reads the days that AWS counts, and nothing older.

use std::fs;

use lookback::catalog::AsOf;
use lookback::emulator::{Config, Rates};
use lookback::engine::{Asker, Engine, Limits};
use lookback::lake::Lake;
use lookback::model::{DAY, Instant, JobKind, Place, Reach};
use lookback::nights::{Verdict, Wanted, reconcile};
use lookback::tables::{Table, instant_from_text};

use super::done;
use crate::ingest::organisation::{Night, small, source};
use crate::warehouse::{Warehouse, block_on, instant};

/// Removes the files of jobs that were all created before an instant; gives their number. Scan jobs
/// are listed whole, and so looked up in all files.
fn remove_older(warehouse: &Warehouse, before: Instant) -> usize {
    let lake = Lake::open(&warehouse.path()).unwrap();
    let snapshot = lake.catalog.snapshot(AsOf::Latest).unwrap();
    let mut removed = 0;
    let kinds = [JobKind::Backup, JobKind::Copy, JobKind::Restore];
    for table in kinds.map(Table::of_jobs) {
        for file in lake.catalog.files(table, snapshot).unwrap() {
            let bounds = file.columns[table.index(table.time)].clone().unwrap();
            if instant_from_text(&bounds.max.unwrap()).unwrap() < before {
                fs::remove_file(lake.store.local_path(&file.path).unwrap()).unwrap();
                removed += 1;
            }
        }
    }
    removed
}

#[test]
fn a_quiet_night_reads_no_file_that_is_older_than_the_days_that_aws_counts() {
    // Without restore tests, no job of an older day is open.
    let config = small(3, 2, 8);
    let config = Config { rates: Rates { tested: 0.0, ..config.rates }, ..config };
    let sources = [source(&config, "s", Reach::Organization)];
    let warehouse = Warehouse::new();
    let first = instant("2026-03-01T05:00:00Z");
    let live = |at: Instant| block_on(Night::quiet(at).live(&warehouse, &config, &sources));
    live(first).unwrap();
    let removed = remove_older(&warehouse, first.day_start() - 13 * DAY);
    assert!(removed > 20, "only {removed} files are older");
    let night = live(first + DAY).unwrap();
    let verdicts: Vec<_> = done(&night).reconciliation.sums().into_keys().collect();
    assert_eq!(verdicts, [Verdict::Match]);
    // What is compared on demand is all that AWS ever counted.
    let lake = Lake::open(&warehouse.path()).unwrap();
    let everywhere = |_: &Place| true;
    let wanted = Wanted { since: None, until: None, places: &everywhere, keeps_matches: false };
    let all = block_on(async {
        let open = Engine::open(&lake, AsOf::Latest, Limits::default(), Asker::at(first));
        reconcile(&open.await.unwrap(), &wanted).await
    });
    assert!(all.unwrap_err().chain().ends_with("is missing"));
}
