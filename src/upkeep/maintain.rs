//! One upkeep: the tasks one after the other, within a budget of time.

use std::collections::BTreeSet;
use std::time::{Duration, Instant as Moment};

use uuid::Uuid;

use crate::catalog::{AsOf, CONFLICTS_MAX, Commit, OpenChanges, Run, RunStatus, overtaken};
use crate::error::{Kind, Result};
use crate::lake::{Lake, WritableLake};
use crate::model::{Clock, DAY, Instant, Steps};
use crate::tables::{self, NewFile, Table};

use super::compact::compact;
use super::copies;
use super::plan::{Batch, FILE_ROWS, batches};
use super::report::{Report, Task, Work};
use super::sweep::{self, Known, Sweep};

/// How long a snapshot can be asked for.
pub const KEEP: i64 = 35 * DAY;
/// How long a file stays that nothing names, for readers that began earlier and for writers of
/// other programs.
pub const GRACE: i64 = DAY;
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
    /// After so long nothing more is begun but the copy, which a night never ends without.
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
    /// Does the tasks; what there is no time for is put off to the next time. A task that fails
    /// keeps no later one from being done.
    ///
    /// # Errors
    /// Whatever the disk refuses, if nothing at all could be done.
    pub async fn run(&self) -> Result<Report> {
        let began = Moment::now();
        let is_late = || self.options.budget.is_some_and(|budget| began.elapsed() >= budget);
        let mut report = Report::default();
        let mut run = self.new_run();
        for task in self.tasks() {
            if is_late() && task != Task::Copy {
                report.put_off.push(task);
                continue;
            }
            // The copy tells that the run is over.
            if task == Task::Copy {
                self.end(&mut run, &mut report);
            }
            let done = match task {
                Task::Compact => self.compact(&run, &is_late, &mut report).await,
                Task::Expire => self.expire(&mut report),
                Task::Sweep => self.sweep(&mut report),
                Task::Vacuum => self.vacuum(&mut report),
                Task::Copy => self.copy(&mut report),
            };
            report.problems.extend(done.err());
        }
        if run.status != status(&report) {
            self.end(&mut run, &mut report);
        }
        if report.work.is_empty() && report.put_off.is_empty() && !report.is_well() {
            return Err(report.problems.swap_remove(0));
        }
        Ok(report)
    }

    fn lake(&self) -> &Lake {
        &self.lake.lake
    }

    fn tasks(&self) -> impl Iterator<Item = Task> {
        Task::ALL.into_iter().filter(|task| self.options.tasks.contains(task))
    }

    fn new_run(&self) -> Run {
        Run {
            id: Uuid::new_v4().to_string(),
            command: "maintain",
            started_at: self.clock.now(),
            status: RunStatus::Running,
            rows: [0; 5],
            detail: self.tasks().map(Task::name).collect::<Vec<_>>().join(","),
        }
    }

    /// Tells the ledger that the run is over.
    fn end(&self, run: &mut Run, report: &mut Report) {
        run.status = status(report);
        let catalog = &self.lake().catalog;
        let open = OpenChanges::default();
        let ended = catalog.snapshot(AsOf::Latest).and_then(|base| {
            let (changes, learnt, units, compared) = (&[], &[], &[], &[]);
            let commit = Commit { base, changes, run, learnt, units, open: &open, compared };
            catalog.commit(&commit, self.clock.now(), &self.steps)
        });
        report.problems.extend(ended.err());
    }

    async fn compact(
        &self,
        run: &Run,
        is_late: &dyn Fn() -> bool,
        report: &mut Report,
    ) -> Result<()> {
        let mut done = Compacted::default();
        let mut compacted = Ok(());
        for table in tables::ALL {
            compacted = self.compact_table(table, run, is_late, &mut done, report).await;
            if compacted.is_err() || report.put_off.contains(&Task::Compact) {
                break;
            }
        }
        if compacted.is_ok() || done.files > 0 {
            report.work.push(done.into_work());
        }
        compacted
    }

    /// Merges what is to be merged of a table, batch by batch; one that is damaged is passed over.
    async fn compact_table(
        &self,
        table: &'static Table,
        run: &Run,
        is_late: &dyn Fn() -> bool,
        done: &mut Compacted,
        report: &mut Report,
    ) -> Result<()> {
        let Lake { catalog, .. } = self.lake();
        let (mut conflicts, mut damaged) = (0, BTreeSet::new());
        loop {
            let now = self.clock.now();
            let base = catalog.snapshot(AsOf::Latest)?;
            let live = match catalog.files(table, base) {
                Err(err) if err.kind() == Kind::Unsupported => {
                    report.problems.push(err);
                    return Ok(());
                }
                live => live?,
            };
            let rows = self.options.file_rows;
            let planned = batches(table, &live, now, rows);
            let mut whole = planned.into_iter().filter(|batch| !damaged.contains(&batch.first()));
            let Some(batch) = whole.next() else { return Ok(()) };
            if is_late() {
                report.put_off.push(Task::Compact);
                return Ok(());
            }
            match compact(self.lake(), base, &batch, rows, run, now, &self.steps).await {
                Ok(Some(added)) => done.add(&batch, &added),
                Ok(None) if conflicts < CONFLICTS_MAX => conflicts += 1,
                Ok(None) => return Err(overtaken()),
                Err(err) if err.kind() == Kind::Corrupt => {
                    damaged.insert(batch.first());
                    report.problems.push(err);
                }
                Err(err) => return Err(err),
            }
        }
    }

    fn expire(&self, report: &mut Report) -> Result<()> {
        let now = self.clock.now();
        let expired = self.lake().catalog.expire(now - self.options.keep, now, &self.steps)?;
        report.work.push(Work::Expired(expired));
        Ok(())
    }

    fn sweep(&self, report: &mut Report) -> Result<()> {
        let sweep = plan_sweep(self.lake(), self.before())?;
        let (mut stuck, mut why) = (BTreeSet::new(), None);
        for path in sweep.paths() {
            self.steps.take("remove file")?;
            if let Err(err) = self.lake().store.remove(path) {
                stuck.insert(path.clone());
                why.get_or_insert(err);
            }
        }
        let sweep = sweep.without(&stuck);
        if let Some(err) = why {
            report.problems.push(match stuck.len() {
                1 => err,
                many => err.with_hint(format!("{many} files cannot be removed: this is the first")),
            });
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

    fn copy(&self, report: &mut Report) -> Result<()> {
        let now = self.clock.now();
        let keep = self.options.copies.max(1);
        let removed = copies::copy(&self.lake().catalog, now, keep, &self.steps)?;
        report.work.push(Work::Copied { name: copies::name(now), removed });
        Ok(())
    }
}

impl Options {
    /// What the tasks would do now. Nothing changes, and the writer's lock is not needed.
    pub fn preview(&self, lake: &Lake, clock: &dyn Clock) -> Result<Report> {
        let now = clock.now();
        let mut report = Report::default();
        for task in Task::ALL.into_iter().filter(|task| self.tasks.contains(task)) {
            match self.preview_task(task, lake, now, &mut report) {
                Ok(work) => report.work.push(work),
                Err(err) => report.problems.push(err),
            }
        }
        Ok(report)
    }

    fn preview_task(
        &self,
        task: Task,
        lake: &Lake,
        now: Instant,
        report: &mut Report,
    ) -> Result<Work> {
        Ok(match task {
            Task::Compact => self.preview_compact(lake, now, report)?,
            Task::Expire => Work::Expired(lake.catalog.expirable(now - self.keep, now)?),
            Task::Sweep => swept(&plan_sweep(lake, now - self.grace)?),
            Task::Vacuum => worth_of_vacuum(lake)?,
            Task::Copy => {
                let removed = copies::removable(lake.catalog.folder(), now, self.copies.max(1))?;
                Work::Copied { name: copies::name(now), removed }
            }
        })
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

/// How the run of that report is to be told.
fn status(report: &Report) -> RunStatus {
    if report.is_well() { RunStatus::Done } else { RunStatus::Attention }
}

/// What was merged so far.
#[derive(Default)]
struct Compacted {
    files: u64,
    bytes: u64,
    into_files: u64,
    into_bytes: u64,
}

impl Compacted {
    fn add(&mut self, batch: &Batch, added: &[NewFile]) {
        self.files += batch.files.len() as u64;
        self.bytes += batch.bytes();
        self.into_files += added.len() as u64;
        self.into_bytes += added.iter().map(|file| file.size_bytes).sum::<u64>();
    }

    fn into_work(self) -> Work {
        let Self { files, bytes, into_files, into_bytes } = self;
        Work::Compacted { files, bytes, into_files, into_bytes: Some(into_bytes) }
    }
}

/// What sweeping takes that has been without a name since `before`.
pub(super) fn plan_sweep(lake: &Lake, before: Instant) -> Result<Sweep> {
    // What lies there is looked for first: a file that is named after that is not left over.
    let found = lake.store.found()?;
    let spared = copies::spared(lake.catalog.folder())?;
    let (scheduled, named) = (lake.catalog.scheduled()?, lake.catalog.named_files()?);
    Ok(sweep::plan(&Known { scheduled, named, spared, found }, before))
}

fn swept(sweep: &Sweep) -> Work {
    let left_over = sweep.left_over.len() as u64;
    Work::Swept { files: sweep.due.len() as u64 + left_over, bytes: sweep.bytes(), left_over }
}

fn worth_of_vacuum(lake: &Lake) -> Result<Work> {
    let space = lake.catalog.space()?;
    let is_worth_it =
        space.free_bytes >= FREE_BYTES_MIN && space.free_bytes * FREE_SHARE >= space.bytes;
    Ok(Work::Vacuumed { bytes: space.bytes, freed: is_worth_it.then_some(space.free_bytes) })
}
