//! An ingest that fails, or whose process is killed, at each of its steps.
//!
//! After each the warehouse holds what an undisturbed ingest holds after one of its commits. The
//! next ingest at the same instant ends as the undisturbed one, and does not list again what was
//! committed as settled.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::thread::sleep;
use std::time::Instant as Moment;

use lookback::catalog::AsOf;
use lookback::emulator::Config;
use lookback::ingest::{Unwatched, Watch};
use lookback::lake::Lake;
use lookback::model::{Coverage, Instant, JobKind, Place, Reach, Span, Steps};
use lookback::source::aws::Source;
use lookback::tables::{self, Table};
use tokio::sync::watch;

use super::{STEPS_MAX, State, is_empty, state};
use crate::ingest::organisation::{Night, Served, check_claims, coverage, small, source};
use crate::warehouse::{Warehouse, block_on, instant};

/// One account and Region, at work since yesterday: a composite backup and its members, copies, a
/// scan, and a backup that still runs.
fn config() -> Config {
    let regions = vec!["eu-west-1".to_owned()];
    Config { first_day: "2026-02-28".to_owned(), regions, ..small(6, 1, 3) }
}

/// The first night's instant, or the next one's.
fn at(second: bool) -> Instant {
    instant(if second { "2026-03-02T04:00:00Z" } else { "2026-03-01T03:21:00Z" })
}

/// An undisturbed ingest; gives the warehouse after each of its commits.
type Ingest = fn(&Warehouse, Instant, &Served) -> Vec<Warehouse>;

/// What the organisation answers on a night, and what there is before it and after each commit.
struct Nights {
    at: Instant,
    served: Served,
    ingest: Ingest,
    start: Warehouse,
    /// The outline of `start`.
    before: String,
    /// What is held after each commit of an undisturbed ingest, and before the first.
    commits: Vec<State>,
    /// What was left so far.
    left: BTreeSet<String>,
    /// Whether settled days were found that need not be listed again.
    was_settled: bool,
}

impl Nights {
    /// The first night or the next one.
    fn new(second: bool, ingest: Ingest) -> Self {
        let start = Warehouse::new();
        if second {
            let served = Served::new(Night::quiet(at(false)).service(&config()));
            ingest(&start, at(false), &served);
        } else {
            std::fs::create_dir(start.path()).unwrap();
        }
        let served = Served::new(Night::quiet(at(second)).service(&config()));
        let done = ingest(&start.copy(), at(second), &served);
        for done in &done {
            check_claims(done, &config(), Reach::Account);
        }
        let commits: Vec<_> = std::iter::once(&start).chain(&done).map(state).collect();
        assert_ne!(commits.first(), commits.last());
        let (before, left, was_settled) = (outline(&start), BTreeSet::new(), second);
        Self { at: at(second), served, ingest, start, before, commits, left, was_settled }
    }

    fn end(&self) -> &State {
        &self.commits[self.commits.len() - 1]
    }

    /// Looks at what was left, and ingests again, once for each sort of what is left: with the
    /// same catalog and as many files, it does the same.
    /// Gives the place of the next ingest: what was left, if it is what was there before.
    #[track_caller]
    fn check(&mut self, left: Warehouse, when: &str) -> Warehouse {
        let outline = outline(&left);
        let is_as_before = outline == self.before;
        if !self.left.insert(outline) {
            return if is_as_before { left } else { self.start.copy() };
        }
        let found = state(&left);
        let is_known = self.commits.contains(&found) || is_empty(&found);
        assert!(is_known, "{when}: {found:#?}");
        let known = if found.is_some() { coverage(&left) } else { BTreeMap::new() };
        let runs: BTreeSet<_> = listings(&left).into_keys().collect();
        (self.ingest)(&left, self.at, &self.served);
        assert_eq!(&state(&left), self.end(), "the ingest after {when}");
        for (_, listed) in listings(&left).into_iter().filter(|(run, _)| !runs.contains(run)) {
            self.was_settled |= check_listed(&known, &listed);
        }
        self.start.copy()
    }

    /// After all: most was tried.
    fn check_steps(&self, steps: u64) {
        assert!(steps > 120, "only {steps} steps");
        assert!(self.left.len() >= self.commits.len() - 1, "only {:?} were left", self.left);
        assert!(self.was_settled || self.commits.len() == 2, "nothing was settled");
    }
}

/// What a warehouse is, as far as its catalog and the names of its files tell.
fn outline(warehouse: &Warehouse) -> String {
    let files = warehouse.files_on_disk().len();
    let Ok(Lake { catalog, .. }) = Lake::open(&warehouse.path()) else { return files.to_string() };
    let snapshot = catalog.snapshot(AsOf::Latest).unwrap();
    let rows = tables::ALL.map(|table| {
        let live = catalog.files(table, snapshot).unwrap();
        live.iter().map(|file| file.record_count).collect::<Vec<_>>()
    });
    let (coverage, open) = (catalog.coverage_all().unwrap(), catalog.open_jobs().unwrap());
    format!("{files} {} {rows:?} {coverage:?} {open:?}", snapshot.id)
}

/// The listings of each run; none where there is no warehouse.
fn listings(warehouse: &Warehouse) -> BTreeMap<String, Vec<(Place, Span)>> {
    let mut listings: BTreeMap<_, Vec<_>> = BTreeMap::new();
    let Ok(lake) = Lake::open(&warehouse.path()) else { return listings };
    let table = Table::of_ops("units").unwrap();
    for row in
        lake.catalog.ops(table).unwrap().iter().flat_map(|it| tables::rows(table, it).unwrap())
    {
        let text = |column: &str| row.text(column).unwrap().to_owned();
        if text("operation") == "list" {
            let kind = JobKind::from_name(&text("kind")).unwrap();
            let place = Place { source: text("source"), region: text("region"), kind };
            let time = |column: &str| row.time(column).unwrap();
            let span = Span::new(time("created_from"), time("created_until")).unwrap();
            listings.entry(text("run_id")).or_default().push((place, span));
        }
    }
    listings
}

/// What was known to be settled was not listed again; true if anything was.
///
/// Scan jobs have no filter by time: they are listed whole.
#[track_caller]
fn check_listed(known: &BTreeMap<Place, Vec<Coverage>>, listed: &[(Place, Span)]) -> bool {
    let mut was_settled = false;
    for (place, span) in listed.iter().filter(|(place, _)| place.kind != JobKind::Scan) {
        let known = known.get(place).into_iter().flatten();
        for settled in known.filter(|known| known.is_settled) {
            was_settled = true;
            assert_eq!(settled.span.meet(*span), None, "{place:?} is listed again");
        }
    }
    was_settled
}

/// Copies a warehouse at each commit.
struct Copies<'a> {
    warehouse: &'a Warehouse,
    taken: Mutex<Vec<Warehouse>>,
}

impl Watch for Copies<'_> {
    fn committed(&self, _snapshot: Option<i64>) {
        self.taken.lock().unwrap().push(self.warehouse.copy());
    }
}

/// An ingest of many commits, that come in the same order each time: one unit after the other.
fn night(at: Instant, steps: Steps) -> Night {
    let mut night = Night { steps, ..Night::quiet(at) };
    night.options.concurrency = 1;
    night.options.batch_rows = 4;
    night
}

fn sources(served: &Served) -> [Source; 1] {
    // One kind has fewer steps than four.
    let source = source(&config(), "s", Reach::Account).at_emulator(served.url());
    [Source { kinds: vec![JobKind::Backup], ..source }]
}

/// Ingests in this process.
fn ingest(warehouse: &Warehouse, at: Instant, served: &Served) -> Vec<Warehouse> {
    let copies = Copies { warehouse, taken: Mutex::default() };
    let (night, stop) = (night(at, Steps::none()), watch::channel(false).1);
    let report = block_on(night.pull(warehouse, &sources(served), &copies, stop)).unwrap();
    assert!(report.is_whole(), "{report:?}");
    copies.taken.into_inner().unwrap()
}

/// Every file that lies there is named by the catalog.
#[track_caller]
fn check_files(warehouse: &Warehouse, when: &str) {
    let named = Lake::open(&warehouse.path()).map_or(0, |lake| {
        let catalog = rusqlite::Connection::open(lake.catalog.file()).unwrap();
        let count = "SELECT count(*) FROM ducklake_data_file";
        catalog.query_row(count, [], |row| row.get(0)).unwrap()
    });
    assert_eq!(warehouse.files_on_disk().len(), named, "files stay behind after {when}");
}

/// Fails with an error at each step.
fn check_errors(second: bool) {
    let mut nights = Nights::new(second, ingest);
    assert!(nights.commits.len() > 3, "only {} commits", nights.commits.len());
    let sources = sources(&nights.served);
    let mut left = nights.start.copy();
    for step in 1..STEPS_MAX {
        let night = night(nights.at, Steps::failing_at(step));
        let stop = watch::channel(false).1;
        match block_on(night.pull(&left, &sources, &Unwatched, stop)) {
            Ok(_) => {
                assert_eq!(&state(&left), nights.end());
                return nights.check_steps(step);
            }
            Err(err) => assert!(err.to_string().contains("injected failure"), "{err}"),
        }
        let when = format!("a failure at step {step}");
        check_files(&left, &when);
        left = nights.check(left, &when);
    }
    panic!("no ingest survives");
}

/// `lookback ingest` in a process of its own.
fn process(warehouse: &Path, at: Instant, served: &Served) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lookback"));
    command.env_clear().envs([("AWS_ACCESS_KEY_ID", "any"), ("AWS_SECRET_ACCESS_KEY", "any")]);
    // One kind has fewer steps than four, and a process takes its time.
    command.args(["ingest", "--region", "eu-west-1", "--kind", "copy"]);
    command.args(["--endpoint-url", &served.url()]);
    command.args(["--now", &at.to_string(), "--warehouse"]).arg(warehouse);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command
}

/// Ingests in another process, which makes one commit.
fn run(warehouse: &Warehouse, at: Instant, served: &Served) -> Vec<Warehouse> {
    assert!(process(&warehouse.path(), at, served).status().unwrap().success());
    vec![warehouse.copy()]
}

/// Ends the process at each step.
fn check_aborts(second: bool) {
    let mut nights = Nights::new(second, run);
    let mut left = nights.start.copy();
    for step in 1..STEPS_MAX {
        let mut process = process(&left.path(), nights.at, &nights.served);
        let status = process.env("LOOKBACK_TEST_ABORT_AT_STEP", step.to_string()).status().unwrap();
        if status.success() {
            assert_eq!(&state(&left), nights.end());
            return nights.check_steps(step);
        }
        assert_eq!(status.code(), None, "step {step} ended otherwise than by a signal");
        left = nights.check(left, &format!("an end at step {step}"));
    }
    panic!("no ingest survives");
}

#[test]
fn the_first_ingest_fails_at_every_step() {
    check_errors(false);
}

#[test]
fn a_later_ingest_fails_at_every_step() {
    check_errors(true);
}

#[test]
fn the_first_ingest_is_ended_at_every_step() {
    check_aborts(false);
}

#[test]
fn a_later_ingest_is_ended_at_every_step() {
    check_aborts(true);
}

#[test]
fn an_ingest_is_killed_at_some_moment() {
    const MOMENTS: u32 = 12;
    let mut nights = Nights::new(true, run);
    let began = Moment::now();
    run(&nights.start.copy(), nights.at, &nights.served);
    let whole = began.elapsed();
    let mut left = nights.start.copy();
    for moment in 0..MOMENTS {
        let mut process = process(&left.path(), nights.at, &nights.served).spawn().unwrap();
        sleep(whole * moment / MOMENTS);
        process.kill().unwrap();
        process.wait().unwrap();
        left = nights.check(left, &format!("a kill in part {moment}"));
    }
}
