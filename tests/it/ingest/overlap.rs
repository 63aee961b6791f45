//! Sources that see the same jobs: each job is held once, and read again without a trace.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use lookback::emulator::{Config, Emulator, World};
use lookback::model::{FixedClock, Instant, Reach};
use lookback::serve::aws::{self, AwsService, Scope, TokenKey};
use lookback::source::aws::Source;
use lookback::tables::{AWS_JOB_SUMMARIES, Cell, Given, JOB_TRANSITIONS, Row};

use super::organisation::{Name, Night, Served, held, small, snapshot, source};
use crate::warehouse::{Warehouse, block_on, instant};

fn config() -> Config {
    small(7, 2, 5)
}

/// The organisation as its management account sees it at an instant, and as its second account
/// does.
struct Endpoints {
    at: Instant,
    organization: Served,
    member: Served,
}

impl Endpoints {
    fn at(at: &str) -> Self {
        let at = instant(at);
        let organization = Served::new(Night::quiet(at).service(&config()));
        let world = World::new(config()).unwrap();
        let seen = aws::Config {
            callers: aws::Callers::Anyone {
                account_id: Some(world.accounts()[1].clone()),
                scope: Scope::Account,
            },
            describe_scope: Scope::Account,
            default_region: world.regions()[0].clone(),
            token_key: TokenKey::new("member"),
            clock: Arc::new(FixedClock(at)),
        };
        let member = Served::new(AwsService::new(Arc::new(Emulator::new(world)), seen));
        Self { at, organization, member }
    }

    fn organization(&self, name: &str) -> Source {
        source(&config(), name, Reach::Organization).at_emulator(self.organization.url())
    }

    fn member(&self) -> Source {
        let account_id = Some(World::new(config()).unwrap().accounts()[1].clone());
        let source = source(&config(), "member", Reach::Account);
        Source { account_id, ..source }.at_emulator(self.member.url())
    }

    /// One Region of the organisation, by another name.
    fn region(&self) -> Source {
        Source { regions: vec!["eu-west-1".to_owned()], ..self.organization("region") }
    }

    /// The three sources, each of which sees jobs that another sees.
    fn all(&self) -> [Source; 3] {
        [self.member(), self.organization("organization"), self.region()]
    }

    /// Ingests; true if that changed anything.
    fn ingest(&self, warehouse: &Warehouse, sources: &[Source]) -> bool {
        let night = Night::quiet(self.at);
        let unwatched = lookback::ingest::Unwatched;
        let stop = tokio::sync::watch::channel(false).1;
        let report = block_on(night.pull(warehouse, sources, &unwatched, stop)).unwrap();
        assert!(report.is_whole(), "{report:?}");
        report.snapshot.is_some()
    }
}

/// The held jobs are those of a warehouse that one source filled. Who saw a job first does not
/// matter; a member's own credentials describe jobs that the organisation's only list.
#[track_caller]
fn check_jobs(warehouse: &Warehouse, alone: &Warehouse) {
    let (held, expected) = (told(warehouse), told(alone));
    assert_eq!(held.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>());
    for (name, (row, expected)) in held.iter().map(|(name, row)| (name, (row, &expected[name]))) {
        for column in row.table().columns {
            let (is, should_be) = (row.get(column.name), expected.get(column.name));
            let is_described = column.given == Given::DescribeOnly && should_be.is_null();
            assert!(is == should_be || is_described, "{name:?}: {} is {is:?}", column.name);
        }
    }
}

/// The held jobs without what tells who saw them, and when the values were read.
fn told(warehouse: &Warehouse) -> BTreeMap<Name, Row> {
    let mut held = held(warehouse);
    for row in held.values_mut() {
        for column in ["source", "origin", "observed_at"] {
            row.set(column, Cell::Null);
        }
    }
    held
}

/// What AWS counted, as one source was told it.
fn counts(warehouse: &Warehouse, source: &str) -> BTreeSet<String> {
    let [rows] = warehouse.rows([&AWS_JOB_SUMMARIES]);
    let rows: Vec<_> = rows.iter().filter(|row| row.text("source") == Some(source)).collect();
    let counts: BTreeSet<_> = rows.iter().map(|row| format!("{:?}", row.cells())).collect();
    assert_eq!(counts.len(), rows.len(), "a count is there twice");
    counts
}

#[test]
fn overlapping_sources_give_the_rows_of_one() {
    let (warehouse, alone) = (Warehouse::new(), Warehouse::new());
    for at in ["2026-03-01T03:21:00Z", "2026-03-02T03:00:00Z"] {
        let endpoints = Endpoints::at(at);
        endpoints.ingest(&alone, &[endpoints.organization("organization")]);
        assert!(endpoints.ingest(&warehouse, &endpoints.all()));
        check_jobs(&warehouse, &alone);
        let name = "organization";
        assert_eq!(counts(&warehouse, name), counts(&alone, name));
        let before = (snapshot(&warehouse), warehouse.files_on_disk());
        assert!(!endpoints.ingest(&warehouse, &endpoints.all()));
        assert_eq!((snapshot(&warehouse), warehouse.files_on_disk()), before);
    }
    let opened = |warehouse: &Warehouse| {
        let open = warehouse.open_jobs().into_iter();
        open.map(|job| (job.key, job.creation_date, job.state)).collect::<Vec<_>>()
    };
    assert_eq!(opened(&warehouse), opened(&alone));
}

#[test]
fn sources_that_come_one_after_the_other_give_the_rows_of_one() {
    let (warehouse, alone) = (Warehouse::new(), Warehouse::new());
    let endpoints = Endpoints::at("2026-03-01T03:21:00Z");
    endpoints.ingest(&alone, &[endpoints.organization("organization")]);
    for source in endpoints.all() {
        endpoints.ingest(&warehouse, &[source]);
    }
    check_jobs(&warehouse, &alone);
    let [transitions] = warehouse.rows([&JOB_TRANSITIONS]);
    assert_eq!(transitions.len(), held(&alone).len(), "no job is told twice");
}

#[test]
fn a_region_that_two_sources_read_is_held_as_if_one_did() {
    let (warehouse, alone) = (Warehouse::new(), Warehouse::new());
    let endpoints = Endpoints::at("2026-03-01T03:21:00Z");
    endpoints.ingest(&alone, &[endpoints.region()]);
    let again = Source { name: "again".to_owned(), ..endpoints.region() };
    endpoints.ingest(&warehouse, &[endpoints.region(), again.clone()]);
    check_jobs(&warehouse, &alone);
    let [transitions] = warehouse.rows([&JOB_TRANSITIONS]);
    assert_eq!(transitions.len(), held(&alone).len(), "no job is told twice");
    let again = [Source { name: "third".to_owned(), ..again.clone() }, again];
    let jobs = |warehouse: &Warehouse| {
        let files = warehouse.files_on_disk().into_iter();
        files.filter(|file| file.contains("_jobs/")).collect::<Vec<_>>()
    };
    let before = jobs(&warehouse);
    endpoints.ingest(&warehouse, &again);
    assert_eq!(jobs(&warehouse), before, "a third source writes no file of jobs");
}
