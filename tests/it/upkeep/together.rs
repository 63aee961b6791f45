//! Upkeep while others write and read.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;

use arrow::array::RecordBatch;
use lookback::catalog::AsOf;
use lookback::engine::{Asker, Engine, Limits};
use lookback::lake::Lake;
use lookback::model::{Instant, Steps};
use lookback::upkeep::{Options, Task};

use super::{SPRING, check_whole, maintain, night, only, rows_of, winter};
use crate::crash::state;
use crate::warehouse::{Warehouse, block_on};

/// The number of scan jobs, and of different ones.
fn count(warehouse: &Warehouse) -> (usize, usize) {
    let lake = Lake::open(&warehouse.path()).unwrap();
    let asker = Asker::at(Instant::from_micros(0));
    let open = Engine::open(&lake, AsOf::Latest, Limits::default(), asker);
    let engine = block_on(open).unwrap();
    let rows = block_on(engine.query("SELECT scan_job_id FROM scan_jobs")).unwrap();
    let different = "SELECT DISTINCT scan_job_id FROM scan_jobs";
    let different = block_on(engine.query(different)).unwrap();
    let sum = |batches: &[RecordBatch]| batches.iter().map(RecordBatch::num_rows).sum();
    (sum(&rows), sum(&different))
}

#[test]
fn nights_and_readers_go_on_during_upkeep() {
    let (warehouse, alone) = (winter(2..=6), winter(2..=6));
    let ingest = |warehouse: &Warehouse, day| {
        let (documents, at) = night(day, 1);
        warehouse.ingest(&rows_of(&documents, at), at, &Steps::none()).unwrap();
    };
    let (is_over, reads, upkeeps) = (AtomicBool::new(false), AtomicU64::new(0), AtomicU64::new(0));
    // Small files, so that there is always something to merge.
    let options = Options { file_rows: 40, ..only(&[Task::Compact, Task::Expire]) };
    thread::scope(|scope| {
        scope.spawn(|| {
            let mut before = 0;
            while !is_over.load(Ordering::SeqCst) {
                let (rows, different) = count(&warehouse);
                assert_eq!(rows, different, "a job is there twice");
                assert!(rows >= before, "{rows} jobs where there were {before}");
                before = rows;
                reads.fetch_add(1, Ordering::SeqCst);
            }
        });
        scope.spawn(|| {
            while !is_over.load(Ordering::SeqCst) {
                maintain(&warehouse, SPRING, &options, &Steps::none()).unwrap();
                upkeeps.fetch_add(1, Ordering::SeqCst);
            }
        });
        for day in 7..=20 {
            ingest(&warehouse, day);
        }
        is_over.store(true, Ordering::SeqCst);
    });
    assert!(reads.into_inner() > 0 && upkeeps.into_inner() > 0);
    for day in 7..=20 {
        ingest(&alone, day);
    }
    assert_eq!(state(&warehouse), state(&alone));
    check_whole(&warehouse);
}
