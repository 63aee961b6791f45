//! One upkeep: the tasks one after the other, within a budget of time.

use std::time::{Duration, Instant as Moment};

use uuid::Uuid;

use crate::catalog::{AsOf, Commit, OpenChanges, Run, RunStatus};
use crate::error::{Error, Kind, Result};
use crate::lake::{Lake, WritableLake};
use crate::model::{Clock, DAY, Instant, Steps};
use crate::tables;

use super::compact::compact;
use super::copies;
use super::plan::{FILE_ROWS, batches};
use super::report::{Report, Task, Work};
use super::sweep::{self, Known, Sweep};

/// How long a snapshot can be asked for.
pub const KEEP: i64 = 35 * DAY;
/// How long a file stays that nothing names, for readers that began earlier and for writers of
/// other programs.
pub const GRACE: i64 = DAY;
/// How often a batch is planned anew because another program was faster.
const ATTEMPTS: usize = 5;
/// The catalog is written anew once a quarter of it holds nothing, and that is not little.
const FREE_SHARE: u64 = 4;
const FREE_BYTES_MIN: u64 = 64 * 1024;

/// What is to be done.
#[derive(Clone, Debug)]
pub struct Options {
    /// The tasks; they are done in their own order.
    pub tasks: Vec<Task>,
    /// How long a snapshot is kept after another has replaced it, in microseconds.
    pub keep: i64,
    /// How long a file stays that nothing names, in microseconds.
    pub grace: i64,
    /// Rows of a compacted file, at most.
    pub file_rows: u64,
    /// How many copies of the catalog are kept, at least one.
    pub copies: usize,
    /// After so long nothing more is begun.
    pub budget: Option<Duration>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            tasks: Task::ALL.to_vec(),
            keep: KEEP,
            grace: GRACE,
            file_rows: FILE_ROWS,
            copies: copies::COPIES,
            budget: None,
        }
    }
}

/// An upkeep to be done.
#[derive(Debug)]
pub struct Maintain<'a> {
    /// The warehouse.
    pub lake: &'a WritableLake,
    /// Tells which months are old, and which files.
    pub clock: &'a dyn Clock,
    /// Where it is made to fail, in tests.
    pub steps: Steps,
    /// What is to be done.
    pub options: Options,
}

impl Maintain<'_> {
    /// Does the tasks; what there is no time for is put off to the next time.
    ///
    /// # Errors
    /// Whatever the disk refuses. What was done until then stays done.
    pub async fn run(&self) -> Result<Report> {
        let began = Moment::now();
        let is_late = || self.options.budget.is_some_and(|budget| began.elapsed() >= budget);
        let mut report = Report::default();
        let mut run = self.new_run();
        for task in Task::ALL.into_iter().filter(|task| self.options.tasks.contains(task)) {
            if is_late() {
                report.put_off.push(task);
                continue;
            }
            if task == Task::Copy {
                self.end(&mut run, &report)?;
            }
            match task {
                Task::Compact => self.compact(&run, &is_late, &mut report).await?,
                Task::Expire => report.work.push(Work::Expired(self.expire()?)),
                Task::Sweep => self.sweep(&mut report)?,
                Task::Vacuum => self.vacuum(&mut report)?,
                Task::Copy => report.work.push(self.copy()?),
            }
        }
        if run.status == RunStatus::Running {
            self.end(&mut run, &report)?;
        }
        Ok(report)
    }

    fn lake(&self) -> &Lake {
        &self.lake.lake
    }

    fn new_run(&self) -> Run {
        let tasks = Task::ALL.into_iter().filter(|task| self.options.tasks.contains(task));
        Run {
            id: Uuid::new_v4().to_string(),
            command: "maintain",
            started_at: self.clock.now(),
            status: RunStatus::Running,
            rows: [0; 5],
            detail: tasks.map(Task::name).collect::<Vec<_>>().join(","),
        }
    }

    /// Tells the ledger that the run is over, before the catalog is copied.
    fn end(&self, run: &mut Run, report: &Report) -> Result<()> {
        run.status = if report.is_well() { RunStatus::Done } else { RunStatus::Attention };
        let base = self.lake().catalog.snapshot(AsOf::Latest)?;
        let open = OpenChanges::default();
        let commit =
            Commit { base, changes: &[], run, learnt: &[], units: &[], open: &open, compared: &[] };
        self.lake().catalog.commit(&commit, self.clock.now(), &self.steps).map(drop)
    }

    async fn compact(
        &self,
        run: &Run,
        is_late: &dyn Fn() -> bool,
        report: &mut Report,
    ) -> Result<()> {
        let (mut files, mut bytes, mut into_files, mut into_bytes) = (0, 0, 0, 0);
        'tables: for table in tables::ALL {
            let mut conflicts = 0;
            loop {
                let now = self.clock.now();
                let base = self.lake().catalog.snapshot(AsOf::Latest)?;
                let live = match self.lake().catalog.files(table, base) {
                    Err(err) if err.kind() == Kind::Unsupported => {
                        report.problems.push(err);
                        break;
                    }
                    live => live?,
                };
                let planned = batches(table, &live, now, self.options.file_rows);
                let Some(batch) = planned.into_iter().next() else { break };
                if is_late() {
                    report.put_off.push(Task::Compact);
                    break 'tables;
                }
                let rows = self.options.file_rows;
                match compact(self.lake(), base, &batch, rows, run, now, &self.steps).await? {
                    Some(added) => {
                        files += batch.files.len() as u64;
                        bytes += batch.bytes();
                        into_files += added.len() as u64;
                        into_bytes += added.iter().map(|file| file.size_bytes).sum::<u64>();
                    }
                    None if conflicts < ATTEMPTS => conflicts += 1,
                    None => return Err(busy()),
                }
            }
        }
        let into_bytes = Some(into_bytes);
        report.work.push(Work::Compacted { files, bytes, into_files, into_bytes });
        Ok(())
    }

    fn expire(&self) -> Result<crate::catalog::Expired> {
        let now = self.clock.now();
        self.lake().catalog.expire(now - self.options.keep, now, &self.steps)
    }

    fn sweep(&self, report: &mut Report) -> Result<()> {
        let (sweep, problems) = plan_sweep(self.lake(), self.before())?;
        report.problems.extend(problems);
        for path in sweep.due.iter().chain(&sweep.left_over) {
            self.steps.take("remove file")?;
            self.lake().store.remove(path)?;
        }
        if !sweep.due.is_empty() {
            self.lake().catalog.unschedule(&sweep.due, &self.steps)?;
        }
        report.work.push(swept(&sweep));
        Ok(())
    }

    fn before(&self) -> Instant {
        self.clock.now() - self.options.grace
    }

    fn vacuum(&self, report: &mut Report) -> Result<()> {
        let work = worth_of_vacuum(self.lake())?;
        if let Work::Vacuumed { freed: Some(_), .. } = work {
            match self.lake().catalog.vacuum(&self.steps) {
                // It is for comfort only, and readers are never waited for.
                Err(err) if err.kind() == Kind::Busy => {
                    report.put_off.push(Task::Vacuum);
                    return Ok(());
                }
                done => done?,
            }
        }
        report.work.push(work);
        Ok(())
    }

    fn copy(&self) -> Result<Work> {
        let now = self.clock.now();
        let keep = self.options.copies.max(1);
        let removed = copies::copy(&self.lake().catalog, now, keep, &self.steps)?;
        Ok(Work::Copied { name: copies::name(now), removed })
    }
}

impl Options {
    /// What the tasks would do now. Nothing changes, and the writer's lock is not needed.
    pub fn preview(&self, lake: &Lake, clock: &dyn Clock) -> Result<Report> {
        let now = clock.now();
        let mut report = Report::default();
        for task in Task::ALL.into_iter().filter(|task| self.tasks.contains(task)) {
            let work = match task {
                Task::Compact => self.preview_compact(lake, now, &mut report)?,
                Task::Expire => Work::Expired(lake.catalog.expirable(now - self.keep)?),
                Task::Sweep => {
                    let (sweep, problems) = plan_sweep(lake, now - self.grace)?;
                    report.problems.extend(problems);
                    swept(&sweep)
                }
                Task::Vacuum => worth_of_vacuum(lake)?,
                Task::Copy => {
                    let folder = lake.catalog.folder();
                    let removed = copies::removable(folder, now, self.copies.max(1))?;
                    Work::Copied { name: copies::name(now), removed }
                }
            };
            report.work.push(work);
        }
        Ok(report)
    }

    fn preview_compact(&self, lake: &Lake, now: Instant, report: &mut Report) -> Result<Work> {
        let base = lake.catalog.snapshot(AsOf::Latest)?;
        let (mut files, mut bytes, mut into_files) = (0, 0, 0);
        for table in tables::ALL {
            let live = match lake.catalog.files(table, base) {
                Err(err) if err.kind() == Kind::Unsupported => {
                    report.problems.push(err);
                    continue;
                }
                live => live?,
            };
            for batch in batches(table, &live, now, self.file_rows) {
                files += batch.files.len() as u64;
                bytes += batch.bytes();
                into_files += batch.becomes;
            }
        }
        Ok(Work::Compacted { files, bytes, into_files, into_bytes: None })
    }
}

fn plan_sweep(lake: &Lake, before: Instant) -> Result<(Sweep, Vec<Error>)> {
    // What lies there is looked for first: a file that is named after that is not left over.
    let found = lake.store.found()?;
    let (spared, problems) = copies::spared(lake.catalog.folder())?;
    let (scheduled, named) = (lake.catalog.scheduled()?, lake.catalog.named_files()?);
    Ok((sweep::plan(&Known { scheduled, named, spared, found }, before), problems))
}

fn swept(sweep: &Sweep) -> Work {
    let left_over = sweep.left_over.len() as u64;
    Work::Swept { files: sweep.due.len() as u64 + left_over, bytes: sweep.bytes, left_over }
}

fn worth_of_vacuum(lake: &Lake) -> Result<Work> {
    let space = lake.catalog.space()?;
    let is_worth_it =
        space.free_bytes >= FREE_BYTES_MIN && space.free_bytes * FREE_SHARE >= space.bytes;
    Ok(Work::Vacuumed { bytes: space.bytes, freed: is_worth_it.then_some(space.free_bytes) })
}

fn busy() -> Error {
    let message = "another program keeps changing the tables of the warehouse";
    Error::new(Kind::Busy, message).with_hint("try again when it is done")
}
