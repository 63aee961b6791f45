//! Random jobs and random counts of AWS's: ours is a naive count, and what differs never matches.

use std::collections::{BTreeMap, BTreeSet};

use lookback::catalog::{AsOf, Commit, Learnt, OpenChanges, Run, RunStatus};
use lookback::lake::Lake;
use lookback::model::{
    AccountChoice, Accounts, Choice, Composites, CountedBy, CoverageStatus, DAY, Dimension,
    Instant, JobKind, PerDimension, Period, Place, Reach, SCAN_RESULTS, Shown, Span, Steps,
    SummaryRequest, SummaryRow, found,
};
use lookback::nights::{Group, Verdict};
use lookback::tables::{AWS_JOB_SUMMARIES, Cell, Row};
use rand::Rng;

use super::compared;
use crate::aws::jobs::{REGIONS, jobs, random};
use crate::aws::memory::tallied;
use crate::aws::now;
use crate::warehouse::Warehouse;

/// What `holding` puts rows down to.
const SOURCE: &str = "fixture";

/// Kind, Region, day, account and values, without regard to case and `_`.
type Key = (JobKind, String, Instant, Vec<Option<String>>);

fn key(
    kind: JobKind,
    region: &str,
    start: Instant,
    account: Option<&str>,
    values: &[Option<&str>],
) -> Key {
    let plain = |text: &str| text.replace('_', "").to_uppercase();
    let values = values.iter().map(|value| value.map(plain));
    let all = std::iter::once(account.map(str::to_owned)).chain(values).collect();
    (kind, region.to_owned(), start, all)
}

/// Adds up the jobs one by one.
fn naive(rows: &[Row]) -> BTreeMap<Key, i64> {
    let mut counts = BTreeMap::new();
    for row in rows {
        let Some(kind) = row.table().kind else { continue };
        let mut values = PerDimension::default();
        for dimension in Dimension::of(kind) {
            values[dimension.place()] = row.text(dimension.column(kind));
        }
        let result = values[Dimension::ScanResultStatus.place()];
        if kind == JobKind::Scan && !result.is_some_and(|it| SCAN_RESULTS.contains(&it)) {
            continue;
        }
        let start = row.time("creation_date").unwrap().day_start();
        let (region, account) = (row.text("region").unwrap(), row.text("account_id"));
        *counts.entry(key(kind, region, start, account, &values)).or_insert(0) += 1;
    }
    counts
}

/// What AWS counts of a kind, as an ingest asks it.
fn counted(kind: JobKind, rows: &[Row]) -> Vec<SummaryRow> {
    let mut choices = PerDimension::<Choice>::default();
    for dimension in Dimension::of(kind) {
        choices[dimension.place()] = Choice::Any;
    }
    let request = SummaryRequest {
        kind,
        buckets: Period::OneDay.buckets(now()),
        counted_by: CountedBy::Creation,
        region: None,
        account: AccountChoice { accounts: Accounts::Every, shown: Shown::Value },
        choices,
        further: Vec::new(),
        composites: Composites::ParentsAndChildren,
    };
    let is_asked = |row: &SummaryRow| {
        let result = row.value(Dimension::ScanResultStatus);
        kind != JobKind::Scan || result.is_some_and(|it| SCAN_RESULTS.contains(&it))
    };
    let jobs = rows.iter().filter(|row| row.table().kind == Some(kind));
    tallied(&request, jobs).into_iter().filter(is_asked).collect()
}

/// Counts of AWS's in which much is wrong.
fn disturbed(rows: &[Row], random: &mut impl Rng) -> Vec<Row> {
    let mut told = Vec::new();
    for kind in JobKind::ALL {
        for row in counted(kind, rows) {
            match random.random_range(0..10) {
                0 => {}
                1 => told.push(reading(kind, &row, row.count + random.random_range(1..4))),
                2 if row.count > 1 => told.push(reading(kind, &row, row.count - 1)),
                3 => {
                    let mut other = row.clone();
                    let state = format!("STATE_{}", told.len());
                    other.values[Dimension::State.place()] = Some(state);
                    told.push(reading(kind, &other, 1));
                    told.push(reading(kind, &row, row.count));
                }
                _ => told.push(reading(kind, &row, row.count)),
            }
        }
    }
    told
}

fn reading(kind: JobKind, row: &SummaryRow, count: i64) -> Row {
    let mut reading = Row::new(&AWS_JOB_SUMMARIES);
    let text = |text: &Option<String>| text.clone().map_or(Cell::Null, Cell::text);
    for (column, value) in [
        ("kind", Cell::text(kind.name())),
        ("aggregation_period", Cell::text("ONE_DAY")),
        ("region", Cell::text(&*row.region)),
        ("account_id", text(&row.account_id)),
        ("count", Cell::Long(count)),
        ("start_time", Cell::Time(row.start_time)),
        ("end_time", Cell::Time(row.end_time)),
        ("source", Cell::text(SOURCE)),
        ("origin", Cell::text("list")),
        ("observed_at", Cell::Time(now())),
    ] {
        reading.set(column, value);
    }
    for dimension in Dimension::of(kind) {
        reading.set(dimension.name(), text(&row.values[dimension.place()]));
    }
    reading
}

/// Says that all of it was listed whole.
fn cover(warehouse: &Warehouse) {
    let span = Span::new(now() - 30 * DAY, now()).unwrap();
    let mut learnt = Vec::new();
    for kind in JobKind::ALL {
        for region in REGIONS {
            let place = Place { source: SOURCE.to_owned(), region: region.to_owned(), kind };
            let of =
                |coverage| Learnt { place: place.clone(), reach: Reach::Organization, coverage };
            learnt.extend(found(span, CoverageStatus::Complete, now()).into_iter().map(of));
        }
    }
    let catalog = Lake::open(&warehouse.path()).unwrap().catalog;
    let run = Run {
        id: "covering".to_owned(),
        command: "ingest",
        started_at: now(),
        status: RunStatus::Done,
        rows: [0; 5],
        detail: String::new(),
    };
    let commit = Commit {
        base: catalog.snapshot(AsOf::Latest).unwrap(),
        changes: &[],
        run: &run,
        learnt: &learnt,
        units: &[],
        open: &OpenChanges::default(),
        compared: &[],
    };
    catalog.commit(&commit, now(), &Steps::none()).unwrap();
}

fn check(seed: u64) {
    let rows = jobs(seed, 240);
    let warehouse = Warehouse::holding(&rows, now());
    let told = disturbed(&rows, &mut random(seed + 1));
    warehouse.ingest(&told, now(), &Steps::none()).unwrap();
    cover(&warehouse);
    let mut aws: BTreeMap<Key, i64> = BTreeMap::new();
    for row in &told {
        let kind = JobKind::from_name(row.text("kind").unwrap()).unwrap();
        let values = Dimension::ALL.map(|it| row.text(it.name()));
        let (region, start) = (row.text("region").unwrap(), row.time("start_time").unwrap());
        let key = key(kind, region, start, row.text("account_id"), &values);
        *aws.entry(key).or_insert(0) += row.long("count").unwrap();
    }
    // Without a count of AWS's, nothing says that AWS was asked of the day.
    let days: BTreeSet<_> = aws.keys().map(|it| (it.0, it.1.clone(), it.2)).collect();
    let mut ours = naive(&rows);
    ours.retain(|it, _| days.contains(&(it.0, it.1.clone(), it.2)));
    let mut verdicts = BTreeSet::new();
    let mut groups = BTreeSet::new();
    for day in compared(&warehouse, now()).days {
        for finding in &day.found {
            let Group { account_id, values } = finding.group.as_ref().expect("one group each");
            let texts: Vec<_> = values.iter().map(Option::as_deref).collect();
            let (kind, region) = (day.place.kind, &*day.place.region);
            let key = key(kind, region, day.start, account_id.as_deref(), &texts);
            let counts = (finding.sum.aws, finding.sum.ours);
            let count = |of: &BTreeMap<Key, i64>| of.get(&key).copied().unwrap_or(0);
            assert_eq!(counts, (count(&aws), count(&ours)), "seed {seed}: {key:?}");
            let verdict = finding.reason.verdict();
            assert_eq!(verdict == Verdict::Match, counts.0 == counts.1, "seed {seed}: {key:?}");
            verdicts.insert(verdict);
            assert!(groups.insert(key), "seed {seed}: a group twice");
        }
    }
    let all: BTreeSet<_> = aws.into_keys().chain(ours.into_keys()).collect();
    assert_eq!(groups, all, "seed {seed}");
    assert!(verdicts.len() > 3, "seed {seed}: {verdicts:?}");
}

#[test]
fn our_count_is_a_naive_one_and_what_differs_never_matches() {
    (0..12).for_each(check);
}
