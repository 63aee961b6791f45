//! Counts of months over years of history are the sums of their days' counts, and a job that
//! changes its state moves between rows and changes no total.

use std::collections::BTreeMap;

use lookback::engine::{Argument, Asker, Engine, Given, Question, Wording};
use lookback::model::{DAY, Dimension, HOUR, Instant, JobKind, SummaryRow};
use lookback::tables::{Cell, Row};
use rand::Rng;
use rand::seq::IndexedRandom;

use super::engine;
use crate::aws::jobs::{jobs, random};
use crate::warehouse::{Warehouse, block_on, instant};

/// When the counting begins, as it is asked for.
const SINCE: &str = "2024-01-01";
/// When it is asked.
const NOW: &str = "2026-11-22T10:00:00Z";

/// Jobs of three years before `NOW`, at any hour, some before the counting begins and many at the
/// very edges of days; all are running.
fn history() -> Vec<Row> {
    let mut random = random(5);
    let mut rows = jobs(3, 900);
    for row in &mut rows {
        let day = instant(NOW).day() - random.random_range(0..1095);
        let hour = *[0, 0, 5 * HOUR, 23 * HOUR, DAY - 1000].choose(&mut random).unwrap();
        let created = Instant::from_micros(day * DAY + hour);
        row.set("creation_date", Cell::Time(created));
        row.set(row.table().state(), Cell::text("RUNNING"));
    }
    rows
}

fn counted(engine: &Engine, kind: JobKind, bucket: &str) -> Vec<SummaryRow> {
    let mut question = Question::new(kind, Wording::Flags);
    let state = Argument::Of(Dimension::State);
    let asked = [
        (Argument::Since, SINCE),
        (Argument::Bucket, bucket),
        (Argument::AccountId, "ANY"),
        (state, "ANY"),
        (Argument::Of(Dimension::ResourceType), "ANY"),
    ];
    for (argument, value) in asked {
        question.give(argument, Given::Text(value.to_owned())).unwrap();
    }
    let request = engine.request(&question).unwrap();
    block_on(engine.summaries(&request)).unwrap()
}

/// How many jobs each group of each month has; `with_state` tells states apart.
type Months = BTreeMap<(i32, u32, String), i64>;

fn by_month(rows: &[SummaryRow], with_state: bool) -> Months {
    let mut months = Months::new();
    for row in rows {
        let (year, month) = row.start_time.year_month();
        let mut values = row.values.clone();
        if !with_state {
            values[Dimension::State.place()] = None;
        }
        let group = format!("{} {:?} {values:?}", row.region, row.account_id);
        *months.entry((year, month, group)).or_default() += row.count;
    }
    months
}

fn of_kind(rows: &[Row], kind: JobKind) -> usize {
    let since = instant(SINCE);
    let until = instant(NOW).day_start();
    let is_counted = |row: &&Row| {
        let created = row.time("creation_date").unwrap();
        row.table().kind == Some(kind) && since <= created && created < until
    };
    rows.iter().filter(is_counted).count()
}

#[test]
fn a_month_is_the_sum_of_its_days_and_a_changed_state_changes_no_total() {
    let mut rows = history();
    let warehouse = Warehouse::holding(&rows, instant(NOW));
    let before = engine(&warehouse, Asker::at(instant(NOW)));
    // Later a part of them has ended.
    for (row, state) in rows.iter_mut().step_by(4).zip(["COMPLETED", "FAILED"].into_iter().cycle())
    {
        row.set(row.table().state(), Cell::text(state));
    }
    warehouse.take(&rows, instant(NOW) + HOUR);
    let after = engine(&warehouse, Asker::at(instant(NOW)));
    for kind in JobKind::ALL {
        let mut seen = Vec::new();
        for engine in [&before, &after] {
            let (days, months) = (counted(engine, kind, "day"), counted(engine, kind, "month"));
            assert_eq!(by_month(&months, true), by_month(&days, true), "{kind}");
            // No two rows of a month are of the same group.
            assert_eq!(by_month(&months, true).len(), months.len(), "{kind}");
            let total: i64 = months.iter().map(|row| row.count).sum();
            assert_eq!(usize::try_from(total).unwrap(), of_kind(&rows, kind), "{kind}");
            seen.push(months);
        }
        assert_eq!(by_month(&seen[0], false), by_month(&seen[1], false), "{kind}");
        assert_ne!(by_month(&seen[0], true), by_month(&seen[1], true), "{kind}");
        let states: std::collections::BTreeSet<_> =
            seen[1].iter().map(|row| row.value(Dimension::State).unwrap()).collect();
        assert_eq!(states.len(), 3, "{states:?}");
    }
}
