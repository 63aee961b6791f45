//! What commits tell, and what is read back.

use std::fmt::Write as _;

use tempfile::TempDir;

use crate::catalog::{AsOf, Catalog, Commit, Committed};
use crate::model::{
    Coverage, CoverageStatus, DAY, HOUR, Instant, JobKey, JobKind, OpenJob, Place, Reach, Span,
    Steps, found,
};

use super::{
    ComparedDay, ComparedRow, Learnt, OpenChanges, Run, RunStatus, UnitRecord, UnitStatus,
};

/// A warehouse's catalog without data files.
struct Desk {
    _folder: TempDir,
    catalog: Catalog,
}

/// What a commit tells; by default nothing but its run.
#[derive(Default)]
struct Told {
    learnt: Vec<Learnt>,
    units: Vec<UnitRecord>,
    open: OpenChanges,
    compared: Vec<ComparedDay>,
}

fn day(day: i64) -> Instant {
    Instant::from_micros(day * DAY)
}

fn place(region: &str) -> Place {
    Place { source: "s".into(), region: region.into(), kind: JobKind::Backup }
}

fn unit(ended_at: Instant, calls: u64) -> UnitRecord {
    UnitRecord {
        place: place("r"),
        operation: "list",
        from: None,
        until: Some(ended_at),
        status: UnitStatus::Ended(CoverageStatus::Complete),
        started_at: ended_at - HOUR,
        ended_at,
        calls,
        throttles: 2,
        retries: 3,
        jobs: 4,
        refused: 0,
        message: String::new(),
    }
}

impl Desk {
    fn new() -> Self {
        let folder = TempDir::with_prefix("lookback-ledger-").unwrap();
        let catalog = Catalog::open_or_create(folder.path(), day(0), &Steps::none()).unwrap();
        Self { _folder: folder, catalog }
    }

    fn commit(
        &self,
        id: &str,
        status: RunStatus,
        told: &Told,
        now: Instant,
        steps: &Steps,
    ) -> bool {
        let base = self.catalog.snapshot(AsOf::Latest).unwrap();
        let rows = [10, 1, 2, 7, 0];
        let (command, detail) = ("ingest", String::new());
        let run = Run { id: id.into(), command, started_at: now - HOUR, status, rows, detail };
        let Told { learnt, units, open, compared } = told;
        let commit = Commit { base, changes: &[], run: &run, learnt, units, open, compared };
        match self.catalog.commit(&commit, now, steps) {
            Ok(committed) => {
                assert_eq!(committed, Committed::Done(None));
                true
            }
            Err(_) => false,
        }
    }

    fn tell(&self, id: &str, status: RunStatus, told: &Told, now: Instant) {
        assert!(self.commit(id, status, told, now, &Steps::none()));
    }

    /// The runs in words, in the order in which they began.
    fn runs(&self) -> String {
        let sql =
            "SELECT run_id || ' ' || status || ' ' || ended_at || ' ' || rows_read || ' rows, '
                 || units || ' units, ' || calls || ' ' || throttles || ' ' || retries
             FROM lookback_run ORDER BY started_at";
        self.lines(sql)
    }

    fn units(&self) -> String {
        self.lines("SELECT run_id || ' ' || ended_at || ' ' || calls FROM lookback_unit")
    }

    fn reconciliation(&self) -> String {
        let sql = "SELECT run_id || ' ' || start_time || ' ' || verdict || ' ' || aws_count
                 || ' ' || our_count || ' ' || compared_at
             FROM lookback_reconciliation ORDER BY start_time, verdict";
        self.lines(sql)
    }

    fn lines(&self, sql: &str) -> String {
        let connection = self.catalog.connection();
        let mut statement = connection.prepare(sql).unwrap();
        let lines = statement.query_map([], |row| row.get::<_, String>(0)).unwrap();
        let mut text = String::new();
        for line in lines {
            writeln!(text, "{}", line.unwrap()).unwrap();
        }
        text
    }
}

#[test]
fn a_run_that_commits_twice_is_one_row_with_the_totals_of_both() {
    let desk = Desk::new();
    let told = |calls| Told { units: vec![unit(day(9), calls)], ..Told::default() };
    desk.tell("a", RunStatus::Running, &told(5), day(9));
    desk.tell("a", RunStatus::Done, &told(8), day(10));
    insta::assert_snapshot!(desk.runs(), @"a done 1970-01-11T00:00:00Z 10 rows, 2 units, 13 4 6");
}

#[test]
fn a_run_that_never_ended_is_interrupted_once_another_commits() {
    let desk = Desk::new();
    desk.tell("a", RunStatus::Running, &Told::default(), day(1));
    desk.tell("b", RunStatus::Running, &Told::default(), day(2));
    desk.tell("b", RunStatus::Attention, &Told::default(), day(3));
    insta::assert_snapshot!(desk.runs(), @"
    a interrupted 1970-01-02T00:00:00Z 10 rows, 0 units, 0 0 0
    b attention 1970-01-04T00:00:00Z 10 rows, 0 units, 0 0 0
    ");
}

#[test]
fn units_older_than_90_days_are_known_by_the_totals_of_their_run() {
    let desk = Desk::new();
    let told = |at| Told { units: vec![unit(at, 5)], ..Told::default() };
    desk.tell("a", RunStatus::Done, &told(day(10)), day(10));
    desk.tell("b", RunStatus::Done, &told(day(11)), day(11));
    desk.tell("c", RunStatus::Done, &told(day(101)), day(101));
    insta::assert_snapshot!(desk.units(), @"
    b 1970-01-12T00:00:00Z 5
    c 1970-04-12T00:00:00Z 5
    ");
    insta::assert_snapshot!(desk.runs(), @"
    a done 1970-01-11T00:00:00Z 10 rows, 1 units, 5 2 3
    b done 1970-01-12T00:00:00Z 10 rows, 1 units, 5 2 3
    c done 1970-04-12T00:00:00Z 10 rows, 1 units, 5 2 3
    ");
}

#[test]
fn what_is_learnt_is_learnt_by_place_and_reach() {
    let desk = Desk::new();
    let span = |from, until| Span::new(day(from), day(until)).unwrap();
    let learnt = |region: &str, reach, from, until, status, at| {
        let place = place(region);
        let of = move |coverage| Learnt { place: place.clone(), reach, coverage };
        found(span(from, until), status, day(at)).into_iter().map(of).collect::<Vec<_>>()
    };
    let (complete, failed) = (CoverageStatus::Complete, CoverageStatus::Failed);
    let nights = [
        learnt("r", Reach::Account, 0, 10, complete, 10),
        learnt("r", Reach::Account, 8, 11, complete, 11),
        [
            learnt("r", Reach::Organization, 9, 12, failed, 12),
            learnt("q", Reach::Account, 9, 12, complete, 12),
        ]
        .concat(),
    ];
    for (night, learnt) in nights.into_iter().enumerate() {
        let told = Told { learnt, ..Told::default() };
        desk.tell(&night.to_string(), RunStatus::Done, &told, day(20));
    }
    let mut text = String::new();
    for (place, reach, Coverage { span, status, is_settled, listed_at }) in
        desk.catalog.coverage_all().unwrap()
    {
        let (from, until, at) = (span.from.day(), span.until.day(), listed_at.day());
        let (region, reach, status) = (place.region, reach.name(), status.name());
        writeln!(text, "{region} {reach} {from}-{until} {status} {is_settled} @{at}").unwrap();
    }
    insta::assert_snapshot!(text, @"
    q account 9-10 complete true @12
    q account 10-12 complete false @12
    r account 0-9 complete true @11
    r account 9-11 complete false @11
    r organization 9-12 failed false @12
    ");
    let of_place = desk.catalog.coverage(&place("r"), Reach::Account).unwrap();
    assert_eq!(of_place.len(), 2);
    assert_eq!(desk.catalog.coverage(&place("none"), Reach::Account).unwrap(), []);
}

#[test]
fn instants_of_the_ledger_are_read_back_to_the_microsecond() {
    let desk = Desk::new();
    let span = Span::new(day(1) + 1, day(1) + 999_999).unwrap();
    let learnt = found(span, CoverageStatus::Partial, day(2) + 123_456);
    let of = |coverage| Learnt { place: place("r"), reach: Reach::Account, coverage };
    let told = Told { learnt: learnt.iter().copied().map(of).collect(), ..Told::default() };
    desk.tell("a", RunStatus::Done, &told, day(3));
    assert_eq!(desk.catalog.coverage(&place("r"), Reach::Account).unwrap(), learnt);
}

fn open_job(id: &str, state: &str) -> OpenJob {
    let (region, account_id, job_id) = ("r".to_owned(), "1".to_owned(), id.to_owned());
    OpenJob {
        key: JobKey { kind: JobKind::Copy, region, account_id, job_id },
        creation_date: day(1),
        state: Some(state.to_owned()),
        source: "s".to_owned(),
        observed_at: day(2),
    }
}

#[test]
fn open_jobs_come_take_new_values_and_go() {
    let desk = Desk::new();
    let tell = |opened: Vec<OpenJob>, closed: &[&str]| {
        let closed = closed.iter().map(|id| open_job(id, "").key).collect();
        let told = Told { open: OpenChanges { opened, closed }, ..Told::default() };
        desk.tell("a", RunStatus::Running, &told, day(3));
        desk.catalog.open_jobs().unwrap()
    };
    let (first, moved) = (open_job("b", "CREATED"), open_job("b", "RUNNING"));
    let other = open_job("a", "CREATED");
    assert_eq!(tell(vec![first.clone(), other.clone()], &[]), [other.clone(), first]);
    assert_eq!(tell(vec![moved.clone()], &["none"]), [other.clone(), moved]);
    assert_eq!(tell(vec![], &["b"]), [other]);
}

#[test]
fn a_commit_that_fails_at_any_step_tells_nothing() {
    let desk = Desk::new();
    let learnt = found(Span::new(day(0), day(9)).unwrap(), CoverageStatus::Complete, day(9));
    let of = |coverage| Learnt { place: place("r"), reach: Reach::Account, coverage };
    let told = Told {
        learnt: learnt.into_iter().map(of).collect(),
        units: vec![unit(day(9), 1)],
        open: OpenChanges { opened: vec![open_job("a", "CREATED")], closed: vec![] },
        compared: vec![compared(8, &["match"])],
    };
    for step in 1.. {
        if desk.commit("a", RunStatus::Done, &told, day(9), &Steps::failing_at(step)) {
            assert!(step > 8, "only {step} steps");
            break;
        }
        assert_eq!(desk.runs() + &desk.units(), "", "after step {step}");
        assert_eq!(desk.catalog.coverage_all().unwrap(), [], "after step {step}");
        assert_eq!(desk.catalog.open_jobs().unwrap(), [], "after step {step}");
        assert_eq!(desk.reconciliation(), "", "after step {step}");
    }
    assert_eq!(desk.catalog.open_jobs().unwrap().len(), 1);
}

fn compared(number: i64, verdicts: &[&'static str]) -> ComparedDay {
    let row = |verdict: &&'static str| {
        let (group_count, aws_count, our_count) = (1, 5, 4);
        ComparedRow { verdict, group_count, aws_count, our_count, ..ComparedRow::default() }
    };
    let rows = verdicts.iter().map(row).collect();
    ComparedDay { place: place("r"), start_time: day(number), counted_at: day(9), rows }
}

#[test]
fn a_comparison_replaces_the_one_before_of_the_same_day() {
    let desk = Desk::new();
    let told = |days: Vec<ComparedDay>| Told { compared: days, ..Told::default() };
    let first = vec![compared(7, &["match"]), compared(8, &["match", "missing_here"])];
    desk.tell("a", RunStatus::Done, &told(first), day(9));
    desk.tell("b", RunStatus::Done, &told(vec![compared(8, &["moved"])]), day(10));
    insta::assert_snapshot!(desk.reconciliation(), @"
    a 1970-01-08T00:00:00Z match 5 4 1970-01-10T00:00:00Z
    b 1970-01-09T00:00:00Z moved 5 4 1970-01-11T00:00:00Z
    ");
    desk.tell("c", RunStatus::Done, &told(vec![compared(97, &["match"])]), day(98));
    insta::assert_snapshot!(desk.reconciliation(), @"
    b 1970-01-09T00:00:00Z moved 5 4 1970-01-11T00:00:00Z
    c 1970-04-08T00:00:00Z match 5 4 1970-04-09T00:00:00Z
    ");
}

#[test]
fn a_catalog_of_an_older_version_is_read_as_it_is_and_brought_up_to_date_by_a_writer() {
    let desk = Desk::new();
    let folder = desk.catalog.folder();
    let older = "DROP TABLE lookback_reconciliation; DROP TABLE lookback_file_digest;
        UPDATE ducklake_metadata SET value = '2' WHERE key = 'lookback_version'";
    desk.catalog.connection().execute_batch(older).unwrap();
    let version = || desk.lines("SELECT value FROM ducklake_metadata WHERE key LIKE 'lookback%'");
    let table = crate::tables::Table::of_ops("reconciliation").unwrap();
    assert_eq!(Catalog::open(folder).unwrap().ops(table).unwrap(), []);
    assert_eq!(version(), "2\n");
    let failing = Catalog::open_or_create(folder, day(1), &Steps::failing_at(1));
    assert_eq!((failing.is_err(), version().as_str()), (true, "2\n"));
    for _ in 0..2 {
        Catalog::open_or_create(folder, day(1), &Steps::none()).unwrap();
        assert_eq!(version(), "5\n");
    }
    let told = Told { compared: vec![compared(8, &["match"])], ..Told::default() };
    desk.tell("a", RunStatus::Done, &told, day(9));
    assert_eq!(desk.catalog.ops(table).unwrap()[0].num_rows(), 1);
}
