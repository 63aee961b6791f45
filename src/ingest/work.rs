//! Runs one unit: calls, pages, retries. Rows go to the writer as they come.

use std::collections::HashMap;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant as Moment;

use rand::{Rng, SeedableRng};
use rand_pcg::Pcg64Mcg;
use tokio::sync::{mpsc, watch};

use crate::model::{Clock, Instant, JobKind, OpenJob, Reach};
use crate::source::aws::{
    CallClass, CallError, Endpoint, JobPage, ListCall, SCAN_RESULTS, Source, SummaryCall, Whose,
};
use crate::tables::{self, Row};

use super::failures::Failures;
use super::long::Length;
use super::pace::Pace;
use super::plan::{Follow, Listing};
use super::report::Progress;
use super::retry::RetryPolicy;
use super::sources::SourceState;
use super::tokens::Tokens;
use super::unit::{Ended, Expected, Failure, Ran, Tally, Task, Unit};

/// What units tell the writer.
#[derive(Debug)]
pub(super) enum Message {
    Rows(Vec<Row>),
    Ended(Box<Ended>),
}

/// What all units of an ingest share.
#[derive(Debug)]
pub(super) struct Shared {
    sources: Vec<SourceState>,
    paces: Mutex<HashMap<(usize, String, &'static str), Pace>>,
    chance: Mutex<Pcg64Mcg>,
    began: Moment,
    clock: Arc<dyn Clock>,
    retry: RetryPolicy,
    progress: Arc<Progress>,
    stop: watch::Receiver<bool>,
}

impl Shared {
    pub(super) fn new(
        sources: &[Source],
        clock: Arc<dyn Clock>,
        retry: RetryPolicy,
        progress: Arc<Progress>,
        stop: watch::Receiver<bool>,
    ) -> Self {
        let (seed, _) = uuid::Uuid::new_v4().as_u64_pair();
        Self {
            sources: sources.iter().map(SourceState::new).collect(),
            paces: Mutex::default(),
            chance: Mutex::new(Pcg64Mcg::seed_from_u64(seed)),
            began: Moment::now(),
            clock,
            retry,
            progress,
            stop,
        }
    }

    /// Runs a unit to its end, whatever that is.
    pub(super) async fn run(self: Arc<Self>, unit: Unit, out: mpsc::Sender<Message>) {
        let started_at = self.clock.now();
        let mut worker = Worker {
            shared: &self,
            unit: &unit,
            out: &out,
            tally: Tally::default(),
            refusals: Vec::new(),
            undescribed: None,
        };
        let result = worker.work().await;
        let Worker { tally, refusals, undescribed, .. } = worker;
        let ended_at = self.clock.now();
        let ran = Ran { unit, started_at, ended_at, tally, refusals, undescribed, result };
        // Without a listener the ingest is over, and nobody waits for this.
        let _ = out.send(Message::Ended(Box::new(ran.end()))).await;
    }

    fn pace<T>(&self, unit: &Unit, with: impl FnOnce(&mut Pace) -> T) -> T {
        let operation = operation_name(&unit.task, unit.place.kind);
        let key = (unit.source, unit.place.region.clone(), operation);
        let mut paces = self.paces.lock().unwrap_or_else(PoisonError::into_inner);
        let rate = self.sources[unit.source].source.rate;
        with(paces.entry(key).or_insert_with(|| Pace::new(rate)))
    }

    fn chance(&self) -> f64 {
        self.chance.lock().unwrap_or_else(PoisonError::into_inner).random()
    }
}

/// One name for each operation of AWS's that has a pace of its own.
fn operation_name(task: &Task, kind: JobKind) -> &'static str {
    match task {
        Task::List(_) => kind.list_key(),
        Task::Follow(_) => kind.id_field(),
        Task::Summaries => kind.summaries_key(),
    }
}

/// A unit at work.
struct Worker<'a> {
    shared: &'a Shared,
    unit: &'a Unit,
    out: &'a mpsc::Sender<Message>,
    tally: Tally,
    refusals: Vec<String>,
    undescribed: Option<CallError>,
}

impl<'a> Worker<'a> {
    async fn work(&mut self) -> Result<(), Failure> {
        let endpoint = self.source().endpoint(self.region()).await?;
        match &self.unit.task {
            Task::List(listing) => self.list(&endpoint, listing).await,
            Task::Follow(jobs) => self.follow(&endpoint, jobs).await,
            Task::Summaries => self.summaries(&endpoint).await,
        }
    }

    async fn list(&mut self, endpoint: &Endpoint, listing: &Listing) -> Result<(), Failure> {
        let kind = self.unit.place.kind;
        let is_filtered = kind != JobKind::Scan;
        let call = ListCall {
            kind,
            whose: self.whose(),
            from: (is_filtered && !listing.is_oldest).then_some(listing.covers.from),
            until: is_filtered.then_some(listing.covers.until),
            token: None,
        };
        let length = is_filtered.then(|| Length::new(listing.covers, listing.is_piece));
        let expected = Expected::new(listing.expects.clone());
        let parents = self.pages(endpoint, call, expected, length).await?;
        match self.describe_all(endpoint, &parents).await {
            Err(Failure::Stopped) => return Err(Failure::Stopped),
            // What was listed is held, whatever becomes of this.
            Err(Failure::Call(failed)) if failed.class != CallClass::NotOffered => {
                self.undescribed = Some(failed);
            }
            _ => {}
        }
        Ok(())
    }

    /// Reads a listing to its end; gives the ids of composite jobs whose child counts only
    /// Describe tells, where Describe reaches.
    async fn pages(
        &mut self,
        endpoint: &Endpoint,
        mut call: ListCall,
        mut expected: Expected,
        mut length: Option<Length>,
    ) -> Result<Vec<String>, Failure> {
        let asked_at = self.shared.clock.now();
        let mut parents = Vec::new();
        let (mut tokens, refused) = (Tokens::default(), self.refusals.len());
        loop {
            let mut page = self.call(|at| endpoint.list(&call, at)).await?;
            expected.see(&page.rows);
            if let Some(length) = &mut length {
                length.see(&page.rows);
            }
            parents.extend(page.rows.iter().filter_map(|row| self.parent(row)));
            let next = page.next.take();
            let rows = self.take(page);
            self.give(rows).await?;
            call.token = tokens.next(next, &self.listed(call.kind.list_key()))?;
            if call.token.is_none() {
                break;
            }
            if let Some(pieces) = length.and_then(|length| length.pieces()) {
                return Err(Failure::Long(pieces));
            }
        }
        // A record that was refused may be that of a job that seems not to be shown.
        if self.refusals.len() == refused {
            self.forget(expected.forgotten(asked_at), asked_at).await?;
        }
        Ok(parents)
    }

    /// Takes a job in; false if AWS does not know it.
    async fn describe(&mut self, endpoint: &Endpoint, id: &str) -> Result<bool, Failure> {
        let kind = self.unit.place.kind;
        let Some(row) = self.call(|at| endpoint.describe(kind, id, at)).await? else {
            return Ok(false);
        };
        self.give(vec![row]).await.map(|()| true)
    }

    async fn describe_all(&mut self, endpoint: &Endpoint, ids: &[String]) -> Result<(), Failure> {
        let mut failures = Failures::default();
        for id in ids {
            failures.note(self.describe(endpoint, id).await.map(drop))?;
        }
        failures.end()
    }

    async fn follow(&mut self, endpoint: &Endpoint, follow: &[Follow]) -> Result<(), Failure> {
        let mut failures = Failures::default();
        for follow in follow {
            failures.note(match follow {
                Follow::Describe(job) => self.follow_one(endpoint, job).await,
                Follow::List { jobs, account_id } => {
                    self.follow_together(endpoint, jobs, account_id).await
                }
            })?;
        }
        failures.end()
    }

    async fn follow_one(&mut self, endpoint: &Endpoint, job: &OpenJob) -> Result<(), Failure> {
        let asked_at = self.shared.clock.now();
        if self.describe(endpoint, &job.key.job_id).await? {
            return Ok(());
        }
        let expected = Expected::new(vec![job.clone()]);
        self.forget(expected.forgotten(asked_at), asked_at).await
    }

    async fn follow_together(
        &mut self,
        endpoint: &Endpoint,
        jobs: &[OpenJob],
        account_id: &str,
    ) -> Result<(), Failure> {
        let created = || jobs.iter().map(|job| job.creation_date);
        let whose = match self.unit.reach {
            Reach::Account => Whose::Own,
            Reach::Organization => Whose::One(account_id.to_owned()),
        };
        let call = ListCall {
            kind: self.unit.place.kind,
            whose,
            from: created().min(),
            // A bound that is left out, and the whole millisecond of the last job.
            until: created().max().map(|last| last + 1000),
            token: None,
        };
        self.pages(endpoint, call, Expected::new(jobs.to_vec()), None).await.map(drop)
    }

    async fn summaries(&mut self, endpoint: &Endpoint) -> Result<(), Failure> {
        let kind = self.unit.place.kind;
        let results: Vec<_> = match kind {
            JobKind::Scan => SCAN_RESULTS.iter().copied().map(Some).collect(),
            _ => vec![None],
        };
        // A reading is known by its instant: all that is read now is one.
        let read_at = self.shared.clock.now();
        let mut reading = Vec::new();
        for scan_result in results {
            let mut call = SummaryCall { kind, whose: self.whose(), scan_result, token: None };
            let mut tokens = Tokens::default();
            loop {
                let mut page = self.call(|_| endpoint.summaries(&call, read_at)).await?;
                let next = page.next.take();
                reading.extend(self.take(page));
                call.token = tokens.next(next, &self.listed(kind.summaries_key()))?;
                if call.token.is_none() {
                    break;
                }
            }
        }
        // All at once: after a failure, or a commit between two of its pages, a part would stand
        // for the whole. It is a few rows for each account and day, however many jobs there are.
        self.give(reading).await
    }

    fn whose(&self) -> Whose {
        match self.unit.reach {
            Reach::Account => Whose::Own,
            Reach::Organization => Whose::Every,
        }
    }

    /// The id of a finished composite backup that Describe reaches.
    fn parent(&self, row: &Row) -> Option<String> {
        let is_parent = row.table().kind == Some(JobKind::Backup)
            && row.bool("is_parent") == Some(true)
            && row.text("tracking") == Some("settled");
        let own = self.source().source.account_id.as_deref();
        let is_reached = self.unit.reach == Reach::Account || row.text("account_id") == own;
        let id = || row.text("backup_job_id").map(str::to_owned);
        (is_parent && is_reached).then(id).flatten()
    }

    /// Takes note of a page; gives its rows.
    fn take(&mut self, page: JobPage) -> Vec<Row> {
        self.tally.pages += 1;
        self.refusals.extend(page.refused);
        page.rows
    }

    /// What is listed, for messages.
    fn listed(&self, member: &str) -> String {
        format!("{member} in Region {:?}", self.region())
    }

    async fn give(&mut self, rows: Vec<Row>) -> Result<(), Failure> {
        self.tally.jobs += rows.len() as u64;
        self.shared.progress.add_jobs(rows.len());
        self.send(rows).await
    }

    async fn forget(&self, jobs: Vec<OpenJob>, asked_at: Instant) -> Result<(), Failure> {
        let source = &self.unit.place.source;
        let absence = |job: OpenJob| tables::absence(&job.key, job.creation_date, source, asked_at);
        let rows: Vec<_> = jobs.into_iter().map(absence).collect();
        if rows.is_empty() { Ok(()) } else { self.send(rows).await }
    }

    async fn send(&self, rows: Vec<Row>) -> Result<(), Failure> {
        self.out.send(Message::Rows(rows)).await.map_err(|_| Failure::Stopped)
    }

    /// Makes a call at the operation's pace, and again where that may help.
    async fn call<T, F>(&mut self, send: impl Fn(Instant) -> F) -> Result<T, Failure>
    where
        F: Future<Output = Result<T, CallError>>,
    {
        let turn = self.source().turn(self.region());
        let _turn = self.unless_stopped(turn).await??;
        for attempt in 1.. {
            let wait = self.shared.pace(self.unit, |pace| pace.take(self.shared.began.elapsed()));
            self.unless_stopped(tokio::time::sleep(wait)).await?;
            self.tally.calls += 1;
            self.tally.retries += u64::from(attempt > 1);
            self.shared.progress.add_call(attempt > 1);
            let failed = match self.unless_stopped(send(self.shared.clock.now())).await? {
                Ok(answer) => {
                    self.source().answered(self.region(), None);
                    self.shared.pace(self.unit, Pace::recover);
                    return Ok(answer);
                }
                Err(failed) => failed,
            };
            let Some(wait) = self.after(&failed, attempt) else {
                return Err(self.source().fail(self.region(), failed));
            };
            self.unless_stopped(tokio::time::sleep(wait)).await?;
        }
        Err(Failure::Stopped)
    }

    /// How long to wait before a failed call is made again, if it is.
    fn after(&mut self, failed: &CallError, attempt: u32) -> Option<std::time::Duration> {
        if failed.class == CallClass::Throttled {
            self.tally.throttles += 1;
            self.shared.progress.add_throttle();
            let now = self.shared.began.elapsed();
            self.shared.pace(self.unit, |pace| pace.slow_down(now));
        }
        self.source().answered(self.region(), Some(failed.class));
        let policy = self.source().retries(self.region(), failed.class, self.shared.retry)?;
        policy.wait(attempt, self.shared.chance())
    }

    fn source(&self) -> &'a SourceState {
        &self.shared.sources[self.unit.source]
    }

    fn region(&self) -> &'a str {
        &self.unit.place.region
    }

    async fn unless_stopped<T>(&self, future: impl Future<Output = T>) -> Result<T, Failure> {
        let mut stop = self.shared.stop.clone();
        tokio::select! {
            biased;
            // A sender that is gone asks for nothing any more.
            Ok(_) = stop.wait_for(|stop| *stop) => Err(Failure::Stopped),
            done = future => Ok(done),
        }
    }
}
