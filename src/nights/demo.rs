//! Ninety nights in a minute: a simulated organisation, read every night as AWS would be.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::catalog::AsOf;
use crate::emulator::faults::FaultPlan;
use crate::emulator::{self, Config, Rates, World};
use crate::engine::{Asker, Engine, Limits};
use crate::error::{Error, Result};
use crate::ingest::{Options, Progress, Pull, Report, RetryPolicy, Totals};
use crate::lake::{Lake, WritableLake};
use crate::model::{Clock, DAY, HOUR, Instant, JobKind, Reach, Steps};
use crate::serve::aws::Server;
use crate::serve::http;
use crate::source::aws::Source;

use super::reconcile::{Reconciliation, Wanted, reconcile};
use super::truth::{Agreement, compare};

/// The demo's nights are always the same: the first is that of this day.
const FIRST_NIGHT: &str = "2026-01-01T03:10:00Z";
/// What goes wrong on the way, as it does with AWS.
const FAULTS: &str = "throttle=0.04,failure=0.01,unavailable=0.01,drop=0.01,repeat=0.2";
/// Resources for each account: enough for everything to happen, few enough to be quick.
const RESOURCES_PER_ACCOUNT: u32 = 12;

/// A demo to be run.
#[derive(Clone, Debug)]
pub struct Demo {
    /// How many nights.
    pub nights: u32,
    /// How many accounts the organisation has.
    pub accounts: u32,
}

impl Default for Demo {
    fn default() -> Self {
        Self { nights: 90, accounts: 5 }
    }
}

/// One night that is over.
#[derive(Clone, Copy, Debug)]
pub struct Night {
    /// Its number; the first is 1.
    pub number: u32,
    /// When it was.
    pub at: Instant,
    /// Totals of all nights so far.
    pub totals: Totals,
}

/// Follows a demo while it runs.
pub trait DemoWatch {
    /// A night is over.
    fn night_ended(&self, night: &Night);
}

/// How much someone remembers of one kind of thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Memory {
    /// How many there are.
    pub count: u64,
    /// The oldest.
    pub oldest: Option<Instant>,
}

/// A demo that is over.
#[derive(Debug)]
pub struct DemoReport {
    /// The last night.
    pub now: Instant,
    /// Jobs that AWS still lists.
    pub aws_jobs: Memory,
    /// Days of summaries that AWS still gives.
    pub aws_summary_days: i64,
    /// Totals of all nights.
    pub totals: Totals,
    /// Whether the warehouse holds what AWS ever showed.
    pub verdict: Agreement,
    /// How all counts of AWS's that were read compare with what is held.
    pub reconciliation: Reconciliation,
}

/// A clock that is set by hand, for the emulator and for the ingest.
#[derive(Debug)]
pub(super) struct HandClock(pub(super) AtomicI64);

impl Clock for HandClock {
    fn now(&self) -> Instant {
        Instant::from_micros(self.0.load(Ordering::SeqCst))
    }
}

impl Demo {
    /// Lives through the nights into a new warehouse in `folder`.
    ///
    /// # Errors
    /// A night that could not be read whole, in spite of its retries; whatever the disk refuses.
    pub async fn run(&self, folder: &Path, watch: &dyn DemoWatch) -> Result<DemoReport> {
        let nights = self.nights()?;
        let world = World::new(self.organization())?;
        let clock = Arc::new(HandClock(AtomicI64::new(nights[0].micros())));
        let server = Organization::start(self.organization(), FAULTS, Arc::clone(&clock)).await?;
        let sources = [server.source(&world)];
        let progress = Arc::new(Progress::default());
        let run_nights = async {
            for (night, number) in nights.iter().zip(1..) {
                clock.0.store(night.micros(), Ordering::SeqCst);
                let report = pull(folder, &sources, &clock, &progress).await?;
                refuse_gaps(number, &report)?;
                let totals = progress.totals();
                watch.night_ended(&Night { number, at: *night, totals });
            }
            Ok(())
        };
        let done: Result<()> = run_nights.await;
        server.stop().await;
        done?;
        let lake = Lake::open(folder)?;
        let engine =
            Engine::open(&lake, AsOf::Latest, Limits::default(), Asker::at(clock.now())).await?;
        let verdict = compare(&engine, &world, &nights).await?;
        let wanted = Wanted { since: None, until: None, places: &|_| true, keeps_matches: false };
        let reconciliation = reconcile(&engine, &wanted).await?;
        let now = clock.now();
        Ok(DemoReport {
            now,
            aws_jobs: still_listed(&world, now),
            aws_summary_days: emulator::SUMMARY_DAYS,
            totals: progress.totals(),
            verdict,
            reconciliation,
        })
    }

    fn nights(&self) -> Result<Vec<Instant>> {
        let first = Instant::from_text(FIRST_NIGHT)
            .ok_or_else(|| Error::internal("the demo's first night is no time"))?;
        if self.nights == 0 {
            return Err(Error::input("a demo of 0 nights has nothing to show")
                .with_hint("name 1 or more with --nights"));
        }
        // A job that runs at each hour of the night is seen at some: they are not all at 03:10.
        let night = |number: u32| first + i64::from(number) * DAY + i64::from(number % 5) * HOUR;
        Ok((0..self.nights).map(night).collect())
    }

    fn organization(&self) -> Config {
        let rates = Rates {
            failed: 0.03,
            with_issues: 0.03,
            restored: 0.01,
            tested: 0.3,
            ..Rates::default()
        };
        Config {
            accounts: self.accounts,
            resources: self.accounts.saturating_mul(RESOURCES_PER_ACCOUNT),
            first_day: "2025-10-01".to_owned(),
            rates,
            ..Config::default()
        }
    }
}

/// The organisation behind an address of this machine.
pub(super) struct Organization {
    url: String,
    stop: oneshot::Sender<()>,
    done: tokio::task::JoinHandle<()>,
}

impl Organization {
    pub(super) async fn start(config: Config, faults: &str, clock: Arc<HandClock>) -> Result<Self> {
        let service = emulator::service(World::new(config)?, faults.parse::<FaultPlan>()?, clock);
        let listener = TcpListener::bind("127.0.0.1:0")
            .await
            .map_err(|err| Error::io("listen on a loopback address", err))?;
        let server = Server::new(listener, service, http::Limits::default())?;
        let url = format!("http://{}", server.address());
        let (stop, stopped) = oneshot::channel();
        let done = tokio::spawn(server.run(async { stopped.await.unwrap_or_default() }));
        Ok(Self { url, stop, done })
    }

    pub(super) fn source(&self, world: &World) -> Source {
        Source {
            reach: Reach::Organization,
            rate: 1000.0,
            account_id: Some(world.management_account().to_owned()),
            ..Source::new("demo", world.regions().to_vec()).at_emulator(&self.url)
        }
    }

    pub(super) async fn stop(self) {
        // A server that has ended by itself needs no word.
        let _ = self.stop.send(());
        let _ = self.done.await;
    }
}

async fn pull(
    folder: &Path,
    sources: &[Source],
    clock: &Arc<HandClock>,
    progress: &Arc<Progress>,
) -> Result<Report> {
    let lake = WritableLake::open_or_create(folder, clock.now(), &Steps::none())?;
    pull_into(&lake, sources, clock, progress).await
}

pub(super) async fn pull_into(
    lake: &WritableLake,
    sources: &[Source],
    clock: &Arc<HandClock>,
    progress: &Arc<Progress>,
) -> Result<Report> {
    // The emulator throttles by the dice, not by the clock: waiting long would change nothing.
    let (base, cap) = (Duration::from_millis(5), Duration::from_millis(100));
    let retry = RetryPolicy { attempts: 20, base, cap };
    let ingest = Pull {
        options: Options { retry, ..Options::default() },
        progress: Arc::clone(progress),
        ..Pull::new(lake, sources, Arc::clone(clock) as Arc<dyn Clock>)
    };
    ingest.run().await
}

pub(super) fn refuse_gaps(night: u32, report: &Report) -> Result<()> {
    match report.problems.first() {
        None => Ok(()),
        Some(problem) => {
            let message = format!("night {night} was not read whole");
            Err(Error::internal(message).with_source(problem.error.restate()))
        }
    }
}

/// What AWS lists at `now`.
fn still_listed(world: &World, now: Instant) -> Memory {
    let mut memory = Memory { count: 0, oldest: None };
    for kind in JobKind::ALL {
        for region in world.regions() {
            for day in (now - emulator::LISTED_DAYS * DAY).day()..=now.day() {
                let created = world.jobs(kind, region, day).map(|job| job.creation_date());
                for created in created.filter(|created| emulator::is_listed(*created, now)) {
                    memory.count += 1;
                    memory.oldest =
                        Some(memory.oldest.map_or(created, |oldest| oldest.min(created)));
                }
            }
        }
    }
    memory
}
