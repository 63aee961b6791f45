//! `lookback maintain`: upkeep, and what it did.

mod options;

use std::time::Duration;

use crate::catalog::{COPY_FOLDER, Expired};
use crate::error::Result;
use crate::lake::WritableLake;
use crate::upkeep::{Maintain, Options, Report, Task, Work};

pub(super) use self::options::MaintainOptions;

use super::settings::Settings;
use super::units::{micros, size};
use super::{Status, printer};

pub(super) async fn run(settings: &Settings, options: &MaintainOptions) -> Result<Status> {
    let mut todo = Options {
        keep: micros(options.keep),
        grace: micros(options.grace),
        budget: options.budget,
        ..Options::default()
    };
    if !options.only.is_empty() {
        todo.tasks.clone_from(&options.only);
    }
    let clock = settings.clock.as_ref();
    if options.dry_run {
        let report = todo.preview(&settings.lake()?, clock)?;
        return Ok(tell(&report, would));
    }
    let lake = WritableLake::open(&settings.warehouse, clock.now(), &settings.steps)?;
    let steps = settings.steps.clone();
    let report = Maintain { lake: &lake, clock, steps, options: todo }.run().await?;
    Ok(tell(&report, did))
}

/// What the upkeep of a night did, told already.
#[derive(Debug)]
pub(super) struct Upkept {
    pub(super) status: Status,
    /// What it did, in a few words.
    pub(super) words: String,
}

/// All tasks, as far as there is time for them.
///
/// # Errors
/// There is no warehouse, somebody else writes to it, or the disk refuses.
pub(super) async fn nightly(settings: &Settings, budget: Duration) -> Result<Upkept> {
    let clock = settings.clock.as_ref();
    let lake = WritableLake::open(&settings.warehouse, clock.now(), &settings.steps)?;
    let options = Options { budget: Some(budget), ..Options::default() };
    let steps = settings.steps.clone();
    let report = Maintain { lake: &lake, clock, steps, options }.run().await?;
    let status = tell(&report, did);
    Ok(Upkept { status, words: summary(&report) })
}

/// `compact, expire, sweep; put off: vacuum, copy`.
fn summary(report: &Report) -> String {
    let done: Vec<_> = report.work.iter().map(name).collect();
    let put_off: Vec<_> = report.put_off.iter().map(|task| task.name()).collect();
    let put_off = match put_off.as_slice() {
        [] => String::new(),
        names => format!("; put off: {}", names.join(", ")),
    };
    let problems = match report.problems.len() {
        0 => String::new(),
        problems => format!("; {problems} could not be done"),
    };
    done.join(", ") + &put_off + &problems
}

fn tell(report: &Report, words: fn(&Work) -> String) -> Status {
    for work in &report.work {
        printer::note(&words(work));
    }
    if !report.put_off.is_empty() {
        let names: Vec<_> = report.put_off.iter().map(|task| task.name()).collect();
        printer::note(&format!("put off to the next time: {}", names.join(", ")));
    }
    for problem in &report.problems {
        let hint = problem.hint().map(|hint| format!("\nhint: {hint}")).unwrap_or_default();
        printer::warning(&format!("{}{hint}", problem.chain()));
    }
    if report.is_well() { Status::Done } else { Status::Attention }
}

/// What a task did.
fn did(work: &Work) -> String {
    match work {
        Work::Compacted { files: 0, .. } => format!("{}: nothing to merge", name(work)),
        Work::Compacted { files, bytes, into_files, into_bytes } => format!(
            "{}: {} became {}",
            name(work),
            many(*files, *bytes),
            many(*into_files, into_bytes.unwrap_or(0)),
        ),
        Work::Expired(Expired { snapshots: 0, files: 0, .. }) => nothing_old(work),
        Work::Expired(expired) => {
            format!("{}: {}; {}", name(work), snapshots(expired), unneeded(expired))
        }
        Work::Swept { files: 0, .. } => nothing_to_sweep(work),
        Work::Swept { files, bytes, left_over } => {
            format!("{}: {} removed{}", name(work), many(*files, *bytes), left(*left_over))
        }
        Work::Vacuumed { bytes, freed: None } => not_worth_it(work, *bytes),
        Work::Vacuumed { bytes, freed: Some(freed) } => {
            format!("{}: the catalog gave back {} of {}", name(work), size(*freed), size(*bytes))
        }
        Work::Copied { name: copy, removed } => {
            format!("{}: {COPY_FOLDER}/{copy}{}", name(work), older(*removed, "removed"))
        }
    }
}

/// What a task would do.
fn would(work: &Work) -> String {
    match work {
        Work::Compacted { files: 0, .. } => format!("{}: nothing to merge", name(work)),
        Work::Compacted { files, bytes, into_files, .. } => {
            format!("{}: would merge {} into {into_files}", name(work), many(*files, *bytes))
        }
        Work::Expired(Expired { snapshots: 0, files: 0, .. }) => nothing_old(work),
        Work::Expired(expired) => {
            let would = snapshots(expired);
            format!("{}: would expire {would}; {}", name(work), unneeded(expired))
        }
        Work::Swept { files: 0, .. } => nothing_to_sweep(work),
        Work::Swept { files, bytes, left_over } => {
            format!("{}: would remove {}{}", name(work), many(*files, *bytes), left(*left_over))
        }
        Work::Vacuumed { bytes, freed: None } => not_worth_it(work, *bytes),
        Work::Vacuumed { bytes, freed: Some(freed) } => format!(
            "{}: the catalog would give back {} of {}",
            name(work),
            size(*freed),
            size(*bytes)
        ),
        Work::Copied { name: copy, removed } => {
            format!("{}: would write {COPY_FOLDER}/{copy}{}", name(work), older(*removed, "to go"))
        }
    }
}

fn name(work: &Work) -> &'static str {
    match work {
        Work::Compacted { .. } => Task::Compact,
        Work::Expired(_) => Task::Expire,
        Work::Swept { .. } => Task::Sweep,
        Work::Vacuumed { .. } => Task::Vacuum,
        Work::Copied { .. } => Task::Copy,
    }
    .name()
}

fn nothing_old(work: &Work) -> String {
    format!("{}: no snapshot is old enough", name(work))
}

fn nothing_to_sweep(work: &Work) -> String {
    format!("{}: nothing to remove", name(work))
}

fn not_worth_it(work: &Work, bytes: u64) -> String {
    format!("{}: not worth it, the catalog has {}", name(work), size(bytes))
}

fn many(files: u64, bytes: u64) -> String {
    format!("{files} file{} ({})", plural(files), size(bytes))
}

fn snapshots(expired: &Expired) -> String {
    format!("{} snapshot{}", expired.snapshots, plural(expired.snapshots))
}

fn unneeded(expired: &Expired) -> String {
    let are = if expired.files == 1 { "is" } else { "are" };
    format!("{} {are} no longer needed", many(expired.files, expired.bytes))
}

fn left(left_over: u64) -> String {
    match left_over {
        0 => String::new(),
        left_over => format!(", {left_over} of them left by killed runs"),
    }
}

fn older(removed: u64, word: &str) -> String {
    match removed {
        0 => String::new(),
        1 => format!("; 1 older copy {word}"),
        removed => format!("; {removed} older copies {word}"),
    }
}

fn plural(count: u64) -> &'static str {
    if count == 1 { "" } else { "s" }
}
