//! How far an ingest is: one line on a terminal that is drawn again and again, or lines for a log.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::catalog::{UnitRecord, UnitStatus};
use crate::ingest::{Progress, Totals, Watch};

use super::super::printer;
use super::super::progress::{Drawing, bar, fit, left, rate};

/// What is shown while an ingest runs.
#[derive(Debug)]
pub(super) struct Display {
    lines: Lines,
    drawing: Drawing,
}

/// What is told when something happens.
#[derive(Debug)]
struct Lines {
    progress: Arc<Progress>,
    failed: Arc<AtomicU64>,
    is_watched: bool,
}

impl Display {
    /// Begins to show it, as fits whoever reads standard error.
    pub(super) fn start(progress: Arc<Progress>) -> Self {
        let failed = Arc::new(AtomicU64::new(0));
        let (totals, failures) = (Arc::clone(&progress), Arc::clone(&failed));
        let drawing = Drawing::start(Duration::ZERO, move |elapsed, width| {
            line(totals.totals(), failures.load(Ordering::Relaxed), elapsed, width)
        });
        let is_watched = printer::is_watched();
        Self { lines: Lines { progress, failed, is_watched }, drawing }
    }

    /// Who is to be told of what happens.
    pub(super) fn watch(&self) -> &dyn Watch {
        &self.lines
    }

    /// Takes it away.
    pub(super) async fn end(self) {
        self.drawing.end().await;
    }
}

impl Watch for Lines {
    fn unit_ended(&self, unit: &UnitRecord) {
        tracing::info!(
            source = unit.place.source,
            region = unit.place.region,
            kind = unit.place.kind.name(),
            operation = unit.operation,
            status = unit.status.name(),
            calls = unit.calls,
            throttles = unit.throttles,
            jobs = unit.jobs,
            why = unit.message,
            "unit ended"
        );
        let UnitStatus::Ended(status) = unit.status else { return };
        if status.is_whole() {
            return;
        }
        self.failed.fetch_add(1, Ordering::Relaxed);
    }

    fn committed(&self, snapshot: Option<i64>) {
        let totals = self.progress.totals();
        // After the last unit the whole story follows at once.
        if !self.is_watched && totals.units_ended < totals.units_planned {
            let failed = self.failed.load(Ordering::Relaxed);
            printer::note(&committed(totals, failed, snapshot));
        }
    }
}

/// What is told of a commit; what failed is told at the end, each thing once.
fn committed(totals: Totals, failed: u64, snapshot: Option<i64>) -> String {
    let Totals { units_planned, units_ended, jobs, calls, .. } = totals;
    let made = snapshot.map_or_else(String::new, |snapshot| format!("; snapshot {snapshot}"));
    let failed = if failed > 0 { format!(" ({failed} failed)") } else { String::new() };
    format!(
        "committed: {units_ended} of {units_planned} units{failed}, {jobs} jobs, {calls} \
         calls{made}"
    )
}

/// The line, in at most `width` columns: what matters least is left out first.
fn line(totals: Totals, failed: u64, elapsed: Duration, width: usize) -> String {
    let Totals { units_planned: planned, units_ended: ended, jobs, calls, throttles, .. } = totals;
    let some = |number: u64, what: &str| (number > 0).then(|| format!("{number} {what}"));
    // In the order in which they stand, each with the place at which it goes.
    let parts = [
        (1, Some(bar(ended, planned))),
        (8, Some(format!("{ended}/{planned} units"))),
        (7, Some(format!("{jobs} jobs"))),
        (2, rate(jobs, elapsed).map(|rate| format!("{rate} jobs/s"))),
        (4, Some(format!("{calls} calls"))),
        (3, some(throttles, "throttled")),
        (6, some(failed, "failed")),
        (5, left(ended, planned, elapsed).map(|left| format!("{left} left"))),
    ];
    fit(parts, width)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BUSY: Totals = Totals {
        units_planned: 40,
        units_ended: 10,
        jobs: 123_456,
        calls: 130,
        throttles: 7,
        retries: 9,
    };

    #[track_caller]
    fn check(totals: Totals, failed: u64, seconds: u64, width: usize, expected: &str) {
        assert_eq!(line(totals, failed, Duration::from_secs(seconds), width), expected);
    }

    #[test]
    fn a_wide_terminal_shows_everything() {
        let expected = "[#####...............]  10/40 units  123456 jobs  12345 jobs/s  130 calls  \
                        7 throttled  2 failed  30 s left";
        check(BUSY, 2, 10, 200, expected);
    }

    #[test]
    fn a_narrow_terminal_shows_what_matters() {
        let expected = "10/40 units  123456 jobs  130 calls  7 throttled  2 failed  30 s left";
        check(BUSY, 2, 10, 79, expected);
        check(BUSY, 2, 10, 40, "10/40 units  123456 jobs  2 failed");
        check(BUSY, 2, 10, 24, "10/40 units  123456 jobs");
        check(BUSY, 2, 10, 3, "");
    }

    #[test]
    fn what_is_not_there_is_not_told() {
        let start = "[....................]  0/0 units  0 jobs  0 calls";
        check(Totals::default(), 0, 0, 200, start);
        let ended = Totals { units_planned: 8, units_ended: 8, ..Totals::default() };
        check(ended, 0, 60, 200, "[####################]  8/8 units  0 jobs  0 calls");
    }

    #[test]
    fn a_commit_is_told_with_its_snapshot_if_it_made_one() {
        let text = "committed: 10 of 40 units, 123456 jobs, 130 calls";
        assert_eq!(committed(BUSY, 0, None), text);
        assert_eq!(committed(BUSY, 0, Some(7)), format!("{text}; snapshot 7"));
        let text = "committed: 10 of 40 units (3 failed), 123456 jobs, 130 calls";
        assert_eq!(committed(BUSY, 3, None), text);
    }
}
