//! The ingest: plans, lets units run, merges what they bring and commits it in batches.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant as Moment};

use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

use crate::catalog::{ComparedDay, RunStatus, UnitRecord, UnitStatus};
use crate::error::{Error, Result};
use crate::lake::WritableLake;
use crate::model::{Clock, Coverage, CoverageStatus, OpenJob, Place, Reach, Span, Steps, found};
use crate::source::aws::Source;

use super::follower::follower;
use super::learning::Learning;
use super::plan::{Known, Plan, plan};
use super::report::{PlaceReport, Problem, Progress, Report, Unwatched, Watch};
use super::retry::RetryPolicy;
use super::running::Running;
use super::unit::{Ended, Task, Unit};
use super::work::{Message, Shared};
use super::writer::{Batch, Writer};

/// Pages that wait for the writer before units wait for it.
const PAGES_WAITING: usize = 16;
/// Units that have ended are committed at least this often.
const BATCH_TIME: Duration = Duration::from_mins(1);
/// Reasons for refused records that are kept for the report.
const REFUSALS_KEPT: usize = 20;

/// How an ingest goes about it.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// How many units run at a time.
    pub concurrency: usize,
    /// When failed calls are made again.
    pub retry: RetryPolicy,
    /// From so many rows on, what was read is committed before the rest is.
    pub batch_rows: u64,
    /// Whether AWS's own summaries are read, too.
    pub summaries: bool,
}

impl Default for Options {
    fn default() -> Self {
        let retry = RetryPolicy::default();
        Self { concurrency: 8, retry, batch_rows: 250_000, summaries: true }
    }
}

/// An ingest to be run.
#[derive(Clone)]
pub struct Pull<'a> {
    /// The warehouse.
    pub lake: &'a WritableLake,
    /// What to read.
    pub sources: &'a [Source],
    /// Tells the instant of each request.
    pub clock: Arc<dyn Clock>,
    /// Where writing is made to fail, in tests.
    pub steps: Steps,
    /// How to go about it.
    pub options: Options,
    /// Where it counts what it does.
    pub progress: Arc<Progress>,
    /// Who follows it.
    pub watch: &'a dyn Watch,
    /// Becomes true when it is to stop: what was read by then is committed.
    pub stop: watch::Receiver<bool>,
}

impl std::fmt::Debug for Pull<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pull").field("sources", &self.sources).finish_non_exhaustive()
    }
}

impl<'a> Pull<'a> {
    /// An ingest of `sources` that nobody follows or stops.
    pub fn new(lake: &'a WritableLake, sources: &'a [Source], clock: Arc<dyn Clock>) -> Self {
        Self {
            lake,
            sources,
            clock,
            steps: Steps::none(),
            options: Options::default(),
            progress: Arc::default(),
            watch: &Unwatched,
            stop: watch::channel(false).1,
        }
    }

    /// Runs the ingest.
    ///
    /// A part that fails stops no other and is told in the report.
    ///
    /// # Errors
    /// What makes writing impossible: a full disk, a damaged catalog. What was committed by then
    /// stays, and the next ingest goes on from there.
    pub async fn run(self) -> Result<Report> {
        let mut running = self.begin();
        running.read().await?;
        running.end(&[], true).await
    }

    /// Begins the ingest, for whoever has something to do before it ends.
    pub fn begin(&self) -> Running<'_> {
        Running::new(self)
    }

    /// The units of all places: listings first, then open jobs, then summaries.
    pub(super) fn plan(&self, ledger: &mut Ledger) -> Result<VecDeque<Unit>> {
        let catalog = &self.lake.lake.catalog;
        let mut coverage: BTreeMap<(Place, Reach), Vec<Coverage>> = BTreeMap::new();
        for (place, reach, known) in catalog.coverage_all()? {
            if known.status.is_answer() {
                ledger.learning.answered(&place, reach);
            }
            coverage.entry((place, reach)).or_default().push(known);
        }
        let mut open: BTreeMap<Place, Vec<OpenJob>> = BTreeMap::new();
        for job in catalog.open_jobs()? {
            if let Some(place) = follower(self.sources, &job) {
                open.entry(place).or_default().push(job);
            }
        }
        let now = self.clock.now();
        let (mut listings, mut follows, mut summaries) = (Vec::new(), Vec::new(), Vec::new());
        for (source, place) in self.places() {
            let reach = self.sources[source].reach;
            let held = coverage.get(&(place.clone(), reach)).map_or(&[][..], Vec::as_slice);
            let open = open.get(&place).map_or(&[][..], Vec::as_slice);
            let known = Known { place: &place, reach, coverage: held, open };
            let Plan { listings: listed, follow, lost } = plan(known, now);
            let unit = |task| Unit { source, place: place.clone(), reach, task };
            for span in lost {
                let found = found(span, CoverageStatus::Lost, now);
                ledger.learning.learn(found.into_iter().map(|c| unit(Task::Summaries).learn(c)));
                ledger.lost.push((place.clone(), span));
            }
            listings.extend(listed.into_iter().map(|listing| unit(Task::List(listing))));
            if !follow.is_empty() {
                follows.push(unit(Task::Follow(follow)));
            }
            if self.options.summaries {
                summaries.push(unit(Task::Summaries));
            }
        }
        Ok(listings.into_iter().chain(follows).chain(summaries).collect())
    }

    pub(super) fn places(&self) -> Vec<(usize, Place)> {
        let mut places = Vec::new();
        for (index, source) in self.sources.iter().enumerate() {
            for region in &source.regions {
                for kind in &source.kinds {
                    let (source, region) = (source.name.clone(), region.clone());
                    places.push((index, Place { source, region, kind: *kind }));
                }
            }
        }
        places
    }

    /// Lets the units run, a few at a time, and takes in what they bring.
    pub(super) async fn read(
        &self,
        mut queue: VecDeque<Unit>,
        writer: &mut Writer<'_>,
        ledger: &mut Ledger,
    ) -> Result<()> {
        let (clock, retry) = (Arc::clone(&self.clock), self.options.retry);
        let progress = Arc::clone(&self.progress);
        let shared = Shared::new(self.sources, clock, retry, progress, self.stop.clone());
        let shared = Arc::new(shared);
        let (sender, mut messages) = mpsc::channel(PAGES_WAITING);
        let mut tasks = JoinSet::new();
        let mut running = 0;
        let mut committed_at = Moment::now();
        self.progress.add_planned(queue.len());
        loop {
            while running < self.options.concurrency.max(1) && !*self.stop.borrow() {
                let Some(unit) = queue.pop_front() else { break };
                tasks.spawn(Arc::clone(&shared).run(unit, sender.clone()));
                running += 1;
            }
            if running == 0 {
                return Ok(());
            }
            match next(&mut messages, &mut tasks).await? {
                Message::Rows(rows) => rows.iter().try_for_each(|row| writer.push(row))?,
                Message::Ended(ended) => {
                    running -= 1;
                    self.progress.add_ended();
                    self.progress.add_planned(ended.pieces.len());
                    self.watch.unit_ended(&ended.record);
                    for piece in ended.pieces.iter().rev() {
                        queue.push_front(piece.clone());
                    }
                    ledger.end(*ended);
                }
            }
            let is_due = committed_at.elapsed() >= BATCH_TIME && !ledger.units.is_empty();
            if writer.rows_waiting() >= self.options.batch_rows || is_due {
                self.flush(writer, ledger, RunStatus::Running, &[]).await?;
                committed_at = Moment::now();
            }
        }
    }

    /// Commits what was read so far.
    pub(super) async fn flush(
        &self,
        writer: &mut Writer<'_>,
        ledger: &mut Ledger,
        status: RunStatus,
        compared: &[ComparedDay],
    ) -> Result<()> {
        let names: Vec<_> = self.sources.iter().map(|source| source.name.as_str()).collect();
        let detail = names.join(" ");
        let batch = Batch {
            command: "ingest",
            detail: &detail,
            status,
            refused: ledger.refused,
            learnt: ledger.learning.ready(),
            units: &ledger.units,
            compared,
        };
        let snapshot = writer.flush(&batch).await?;
        ledger.learning.told();
        ledger.units.clear();
        ledger.snapshot = snapshot.or(ledger.snapshot);
        self.watch.committed(snapshot);
        Ok(())
    }
}

/// The next message; a task that panicked is an error, not a wait without end.
async fn next(messages: &mut mpsc::Receiver<Message>, tasks: &mut JoinSet<()>) -> Result<Message> {
    loop {
        tokio::select! {
            biased;
            message = messages.recv() => {
                return message.ok_or_else(|| Error::internal("nobody sends any more"));
            }
            Some(ended) = tasks.join_next() => {
                ended.map_err(|err| Error::internal("a unit broke off").with_source(err))?;
            }
        }
    }
}

/// What has happened so far, and is not committed or not told yet.
#[derive(Default)]
pub(super) struct Ledger {
    /// The places whose summaries were read to their end.
    pub(super) counted: BTreeSet<Place>,
    learning: Learning,
    units: Vec<UnitRecord>,
    lost: Vec<(Place, Span)>,
    problems: Vec<Problem>,
    snapshot: Option<i64>,
    units_read: u64,
    not_enabled: BTreeSet<(String, String)>,
    refused: u64,
    refused_by_place: BTreeMap<(String, String), u64>,
    refusals: Vec<String>,
}

impl Ledger {
    pub(super) fn is_whole(&self) -> bool {
        self.problems.is_empty() && self.lost.is_empty() && self.refused == 0
    }

    fn end(&mut self, ended: Ended) {
        let refused = ended.refusals.len() as u64;
        let place = &ended.record.place;
        let key = (place.source.clone(), place.region.clone());
        let is_read = ended.record.status == UnitStatus::Ended(CoverageStatus::Complete);
        self.units_read += u64::from(is_read);
        if is_read && ended.record.operation == Task::Summaries.operation() {
            self.counted.insert(place.clone());
        }
        if ended.is_not_enabled {
            self.not_enabled.insert(key.clone());
        }
        if refused > 0 {
            *self.refused_by_place.entry(key).or_default() += refused;
        }
        self.refused += refused;
        let room = REFUSALS_KEPT.saturating_sub(self.refusals.len());
        self.refusals.extend(ended.refusals.into_iter().take(room));
        if ended.has_answer {
            self.learning.answered(place, ended.reach);
        }
        self.learning.learn(ended.learnt);
        self.units.push(ended.record);
        self.problems.extend(ended.problem);
    }

    pub(super) fn report(
        mut self,
        sources: &[Source],
        writer: &Writer<'_>,
        progress: &Progress,
        is_stopped: bool,
    ) -> Report {
        self.problems.sort_by(|a, b| (&a.place, a.operation).cmp(&(&b.place, b.operation)));
        let mut report = Report {
            run_id: writer.run_id().to_owned(),
            snapshot: self.snapshot,
            places: BTreeMap::new(),
            totals: progress.totals(),
            problems: Vec::new(),
            units_read: self.units_read,
            not_enabled: self.not_enabled,
            refusals: self.refusals,
            is_stopped,
        };
        for source in sources {
            let regions = source.regions.iter().map(|region| (source.name.clone(), region.clone()));
            let enabled = regions.filter(|key| !report.not_enabled.contains(key));
            let quiet: Vec<_> = enabled.map(|key| (key, PlaceReport::default())).collect();
            report.places.extend(quiet);
        }
        for (key, counts) in writer.counts_by_place() {
            report.places.entry(key.clone()).or_default().counts = *counts;
        }
        for (key, refused) in self.refused_by_place {
            report.places.entry(key).or_default().refused = refused;
        }
        for (place, span) in self.lost {
            let key = (place.source.clone(), place.region.clone());
            report.places.entry(key).or_default().lost.push((place, span));
        }
        for problem in &self.problems {
            let key = (problem.place.source.clone(), problem.place.region.clone());
            report.places.entry(key).or_default().failed += 1;
        }
        report.problems = self.problems;
        report
    }
}
