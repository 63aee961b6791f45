//! A simulated organisation that a test reads with real ingests, night by night.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use lookback::catalog::AsOf;
use lookback::emulator::faults::FaultPlan;
use lookback::emulator::{self, Config, Job, Rates, World, is_listed};
use lookback::error::Result;
use lookback::ingest::{LISTING_LAG, Options, Pull, Report, RetryPolicy, Unwatched, Watch};
use lookback::lake::Lake;
use lookback::model::{
    Coverage, CoverageStatus, DAY, FixedClock, HORIZON_DAYS, Instant, JobKind, Place, Reach, Steps,
};
use lookback::nights::{NightReport, night};
use lookback::serve::aws::AwsService;
use lookback::serve::http::Limits;
use lookback::source::aws::Source;
use lookback::tables::BACKUP_JOBS;
use lookback::tables::{COPY_JOBS, Given, Origin, RESTORE_JOBS, Row, SCAN_JOBS, settle};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::watch;

use crate::aws::Endpoint;
use crate::warehouse::Warehouse;

/// A job, in words that sort.
pub(crate) type Name = (JobKind, String, String, String);

/// A small organisation in which much happens.
pub(crate) fn small(seed: u64, accounts: u32, resources: u32) -> Config {
    let rates = Rates {
        failed: 0.08,
        on_demand: 0.05,
        copied: 0.9,
        restored: 0.15,
        tested: 0.5,
        scanned: 1.0,
        ..Rates::default()
    };
    let regions = vec!["eu-west-1".to_owned(), "us-east-1".to_owned()];
    Config { seed, accounts, regions, resources, rates, ..Config::default() }
}

/// A source that reads all of `config`'s Regions.
pub(crate) fn source(config: &Config, name: &str, reach: Reach) -> Source {
    Source {
        reach,
        is_emulator: true,
        rate: 1000.0,
        account_id: Some(World::new(config.clone()).unwrap().management_account().to_owned()),
        ..Source::new(name, config.regions.clone())
    }
}

/// One ingest of a test.
#[derive(Clone, Debug)]
pub(crate) struct Night {
    pub(crate) at: Instant,
    pub(crate) faults: &'static str,
    pub(crate) steps: Steps,
    pub(crate) options: Options,
}

impl Night {
    /// An undisturbed ingest.
    pub(crate) fn quiet(at: Instant) -> Self {
        let (base, cap) = (Duration::from_millis(1), Duration::from_millis(20));
        let retry = RetryPolicy { attempts: 40, base, cap };
        let options = Options { retry, ..Options::default() };
        Self { at, faults: "", steps: Steps::none(), options }
    }

    /// Reads the organisation into the warehouse.
    pub(crate) async fn ingest(
        &self,
        warehouse: &Warehouse,
        config: &Config,
        sources: &[Source],
    ) -> Result<Report> {
        let endpoint = Endpoint::start(self.service(config), Limits::default()).await;
        let url = Some(format!("http://{}", endpoint.address));
        let at = |source: &Source| Source { endpoint_url: url.clone(), ..source.clone() };
        let sources: Vec<_> = sources.iter().map(at).collect();
        let done = self.pull(warehouse, &sources, &Unwatched, watch::channel(false).1).await;
        endpoint.stop().await;
        done
    }

    /// Reads the organisation and compares its counts with what is held, as `lookback ingest` does.
    pub(crate) async fn live(
        &self,
        warehouse: &Warehouse,
        config: &Config,
        sources: &[Source],
    ) -> Result<NightReport> {
        let endpoint = Endpoint::start(self.service(config), Limits::default()).await;
        let url = Some(format!("http://{}", endpoint.address));
        let at = |source: &Source| Source { endpoint_url: url.clone(), ..source.clone() };
        let sources: Vec<_> = sources.iter().map(at).collect();
        let done = self.live_at(warehouse, &sources, &Unwatched).await;
        endpoint.stop().await;
        done
    }

    /// The same with sources whose endpoints run already.
    pub(crate) async fn live_at(
        &self,
        warehouse: &Warehouse,
        sources: &[Source],
        watch: &dyn Watch,
    ) -> Result<NightReport> {
        let lake = warehouse.open(self.at, &self.steps)?;
        let (steps, options) = (self.steps.clone(), self.options);
        let clock = Arc::new(FixedClock(self.at));
        night(&Pull { steps, options, watch, ..Pull::new(&lake, sources, clock) }).await
    }

    /// What the organisation answers that night.
    pub(crate) fn service(&self, config: &Config) -> AwsService {
        let plan: FaultPlan = self.faults.parse().unwrap();
        let world = World::new(config.clone()).unwrap();
        emulator::service(world, plan, Arc::new(FixedClock(self.at)))
    }

    /// Reads sources whose endpoints run already.
    pub(crate) async fn pull(
        &self,
        warehouse: &Warehouse,
        sources: &[Source],
        watch: &dyn Watch,
        stop: watch::Receiver<bool>,
    ) -> Result<Report> {
        let lake = warehouse.open(self.at, &self.steps)?;
        let (steps, options) = (self.steps.clone(), self.options);
        let clock = Arc::new(FixedClock(self.at));
        Pull { steps, options, watch, stop, ..Pull::new(&lake, sources, clock) }.run().await
    }
}

/// An endpoint on a thread of its own, until it is dropped.
pub(crate) struct Served {
    endpoint: Endpoint,
    _runtime: Runtime,
}

impl Served {
    pub(crate) fn new(service: AwsService) -> Self {
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let endpoint = runtime.block_on(Endpoint::start(service, Limits::default()));
        Self { endpoint, _runtime: runtime }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.endpoint.address)
    }
}

/// All held jobs.
pub(crate) fn held(warehouse: &Warehouse) -> BTreeMap<Name, Row> {
    let mut held = BTreeMap::new();
    for rows in warehouse.rows([&BACKUP_JOBS, &COPY_JOBS, &RESTORE_JOBS, &SCAN_JOBS]) {
        for row in rows {
            let text = |column: &str| row.text(column).unwrap().to_owned();
            let kind = row.table().kind.unwrap();
            let name = (kind, text("region"), text("account_id"), text(row.table().key[2]));
            assert_eq!(held.insert(name, row), None, "a job twice");
        }
    }
    held
}

/// What is known of each place.
pub(crate) fn coverage(warehouse: &Warehouse) -> BTreeMap<Place, Vec<Coverage>> {
    let lake = Lake::open(&warehouse.path()).unwrap();
    let mut all: BTreeMap<Place, Vec<Coverage>> = BTreeMap::new();
    for (place, _, known) in lake.catalog.coverage_all().unwrap() {
        all.entry(place).or_default().push(known);
    }
    all
}

/// The data files of the newest snapshot.
pub(crate) fn snapshot(warehouse: &Warehouse) -> i64 {
    Lake::open(&warehouse.path()).unwrap().catalog.snapshot(AsOf::Latest).unwrap().id
}

/// Whether an ingest at `at` is shown the job.
pub(crate) fn shows(job: &Job<'_>, at: Instant) -> bool {
    let lag = if job.kind() == JobKind::Scan { 0 } else { LISTING_LAG + 1 };
    is_listed(job.creation_date(), at) && job.creation_date() <= at - lag
}

/// Calls `with` for every job that an ingest at one of `nights` is shown.
pub(crate) fn shown_jobs(world: &World, nights: &[Instant], mut with: impl FnMut(Name, Job<'_>)) {
    let (first, last) = (nights.iter().min().unwrap(), nights.iter().max().unwrap());
    for kind in JobKind::ALL {
        for region in world.regions() {
            for day in (*first - HORIZON_DAYS * DAY).day()..=last.day() {
                for job in world.jobs(kind, region, day) {
                    if nights.iter().any(|at| shows(&job, *at)) {
                        let account_id = job.account_id().to_owned();
                        with((kind, region.clone(), account_id, job.id()), job);
                    }
                }
            }
        }
    }
}

/// Why the held row is not what AWS showed at `at`; `None` if it is.
pub(crate) fn difference(held: &Row, job: &Job<'_>, at: Instant) -> Option<String> {
    let mut shown = job.at(at)?;
    settle(&mut shown, "", Origin::List, at);
    held.table().columns.iter().find_map(|column| {
        let (is, should_be) = (held.get(column.name), shown.get(column.name));
        let agrees = match column.given {
            Given::Everywhere => is == should_be,
            Given::DescribeOnly => is.is_null() || is == should_be,
            Given::ByUs => true,
        };
        (!agrees).then(|| format!("{} is {is:?}, was {should_be:?} at {at}", column.name))
    })
}

/// Every interval that is said to be listed whole was: all that AWS showed of it is held.
#[track_caller]
pub(crate) fn check_claims(warehouse: &Warehouse, config: &Config, reach: Reach) {
    let (world, held) = (World::new(config.clone()).unwrap(), held(warehouse));
    for (place, known) in coverage(warehouse) {
        for known in known.iter().filter(|known| known.status == CoverageStatus::Complete) {
            shown_jobs(&world, &[known.listed_at], |name, job| {
                let is_asked = reach == Reach::Organization || name.2 == world.management_account();
                let is_claimed = name.0 == place.kind
                    && name.1 == place.region
                    && known.span.contains(job.creation_date());
                let is_held = held.contains_key(&name);
                assert!(!is_asked || !is_claimed || is_held, "{name:?} is not held: {known:?}");
            });
        }
    }
}
