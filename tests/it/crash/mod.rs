//! A write that fails, or whose process is killed, at step N for N = 1, 2, 3, … until it survives.

mod export;
mod import;
mod ingest;
mod restore;
mod upkeep;

use std::collections::BTreeMap;
use std::process::{Command, Stdio};

use lookback::lake::Lake;
use lookback::tables::{Cell, Row};

use crate::warehouse::Warehouse;

/// More steps than any write here has.
const STEPS_MAX: u64 = 2000;

/// What a warehouse holds, as text: every row of every table, what is known of which days, and the
/// open jobs; nothing where there is no warehouse.
///
/// The id of a run is left out, for each run has its own.
pub(crate) type State = Option<BTreeMap<&'static str, Vec<String>>>;

pub(crate) fn state(warehouse: &Warehouse) -> State {
    let tables = warehouse.stored().ok()?;
    let mut state: BTreeMap<_, _> = tables
        .into_iter()
        .map(|(table, rows)| (table.name, sorted(rows.into_iter().map(text))))
        .collect();
    let catalog = Lake::open(&warehouse.path()).unwrap().catalog;
    let coverage = catalog.coverage_all().unwrap().into_iter();
    state.insert("coverage", sorted(coverage.map(|known| format!("{known:?}"))));
    let open = catalog.open_jobs().unwrap().into_iter();
    state.insert("open jobs", sorted(open.map(|job| format!("{job:?}"))));
    Some(state)
}

fn text(mut row: Row) -> String {
    if row.table().find("run_id").is_some() {
        row.set("run_id", Cell::Null);
    }
    format!("{:?}", row.cells())
}

fn sorted(texts: impl Iterator<Item = String>) -> Vec<String> {
    let mut texts: Vec<_> = texts.collect();
    texts.sort();
    texts
}

/// Whether it is a warehouse in which nothing is.
pub(crate) fn is_empty(state: &State) -> bool {
    state.as_ref().is_some_and(|parts| parts.values().all(Vec::is_empty))
}

/// Runs `lookback` on copies of a warehouse, killed at step N for N = 1, 2, 3, … until it survives,
/// which takes more than `steps_min`; `check` looks at what each left. Gives what the last one
/// left.
#[track_caller]
fn kill_at_each_step(
    start: &Warehouse,
    arguments: &[&str],
    steps_min: u64,
    mut check: impl FnMut(&Warehouse, u64),
) -> Warehouse {
    for step in 1..STEPS_MAX {
        let left = start.copy();
        let status = Command::new(env!("CARGO_BIN_EXE_lookback"))
            .env("LOOKBACK_TEST_ABORT_AT_STEP", step.to_string())
            .args(arguments)
            .arg("--warehouse")
            .arg(left.path())
            .stderr(Stdio::null())
            .status()
            .unwrap();
        if status.success() {
            assert!(step > steps_min, "only {step} steps");
            return left;
        }
        assert_eq!(status.code(), None, "step {step} ended otherwise than by a signal");
        check(&left, step);
    }
    panic!("it never survives");
}
