//! `lookback export`: tables and answers, as files for other tools.

mod options;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use crate::catalog::{AsOf, Snapshot};
use crate::engine::{Engine, Value};
use crate::error::{Error, Kind, Result};
use crate::export::{Dataset, Export, Exported, Place, Progress, Rows, Shape, Staging};
use crate::reports::{self, Report};

use super::progress::{Drawing, bar, fit, left, rate};
use super::settings::Settings;
use super::signals::Signals;
use super::target::refuse_on_terminal;
use super::units::size;
use super::workers::Workers;
use super::{Status, printer, sql, target};

pub(super) use options::ExportOptions;

use options::Target;

/// The name of a query's folder.
const QUERY: &str = "query";
/// What takes less time than this shows no progress.
const QUIET: Duration = Duration::from_secs(1);

pub(super) async fn run(settings: &Settings, options: &ExportOptions) -> Result<Status> {
    let rows = options.rows()?;
    let engine = Arc::new(settings.engine(&options.read).await?);
    let workers = Workers::new()?;
    let changed_since = changed_since(&engine, options.changed_since)?;
    let count = if options.tables().is_empty() { 1 } else { options.tables().len() };
    let (target, shape) = options.target(count)?;
    let datasets = datasets(settings, &engine, &workers, options, rows, &shape).await?;
    let are_tables = datasets.iter().all(Dataset::is_table);
    let snapshot = engine.snapshot().id;
    let threads = workers.handle().clone();
    let export = Export { engine, threads, datasets, rows, changed_since, shape };
    let count = if printer::is_watched() { export.count().await? } else { None };
    let progress = Arc::new(Progress::default());
    let drawing = draw(Arc::clone(&progress), count);
    let mut signals = Signals::listen()?;
    let exported = tokio::select! {
        exported = write(export, &target, settings, options.overwrite, &progress) => exported,
        () = signals.next() => Err(interrupted()),
    };
    drawing.end().await;
    let exported = exported.map_err(|err| match (changed_since, err.kind()) {
        // The earlier snapshot cannot be read any more.
        (Some(_), Kind::Unsupported) => whole_instead(err),
        _ => err,
    });
    tell(exported?, &target, are_tables, snapshot);
    Ok(Status::Done)
}

/// The snapshot since which changes are asked for, which the engine shows from then on.
fn changed_since(engine: &Engine, since: Option<AsOf>) -> Result<Option<Snapshot>> {
    let latest = engine.present().max(engine.snapshot().time);
    if let Some(AsOf::Time(since)) = since
        && since > latest
    {
        let message = format!("--changed-since {since} is yet to come: it is {latest}");
        return Err(Error::input(message)
            .with_hint("name the snapshot that the last export told, or its time"));
    }
    since.map(|since| engine.show_changes(since)).transpose().map_err(whole_instead)
}

fn whole_instead(err: Error) -> Error {
    let hint = err.hint().map(|hint| format!("{hint}; leave out --changed-since for all rows"));
    match hint {
        Some(hint) => err.with_hint(hint),
        None => err,
    }
}

fn interrupted() -> Error {
    Error::new(Kind::Io, "the export was interrupted")
        .with_hint("run it again: no part of it is there")
}

async fn datasets(
    settings: &Settings,
    engine: &Arc<Engine>,
    workers: &Workers,
    options: &ExportOptions,
    rows: Rows,
    shape: &Shape,
) -> Result<Vec<Dataset>> {
    let partition_by = &shape.partition_by;
    let mut datasets = Vec::new();
    for name in options.tables() {
        datasets.push(Dataset::table(engine, &name, rows, partition_by).await?);
    }
    if datasets.is_empty() {
        let (threads, asking) = (workers.handle(), Arc::clone(engine));
        datasets.push(if let Some(name) = &options.what.report {
            let (report, given) = report(settings, name, &options.param)?;
            let asked = async move { report.run(&asking, &given).await };
            Dataset::answer(engine, threads, name, asked, partition_by).await?
        } else {
            let text = sql::question(options.what.sql.as_deref(), options.what.file.as_deref())?;
            let statement = sql::last_statement(engine, &text).await?;
            let asked = async move { asking.run(statement).await };
            Dataset::answer(engine, threads, QUERY, asked, partition_by).await?
        });
    }
    Ok(datasets)
}

/// A report whose parameters are given as `NAME=VALUE`, and their values.
fn report(
    settings: &Settings,
    name: &str,
    given: &[(String, String)],
) -> Result<(Report, Vec<(String, Value)>)> {
    let reports = settings.reports()?;
    let report = reports::find(&reports, name)?.clone();
    let mut values = Vec::new();
    for (name, text) in given {
        values.push((name.clone(), report.parameter(name)?.read(text)?));
    }
    Ok((report, values))
}

async fn write(
    export: Export,
    target: &Target,
    settings: &Settings,
    overwrite: bool,
    progress: &Progress,
) -> Result<Exported> {
    let place = match target {
        Target::Files(place) => place.clone(),
        Target::Stdout => {
            let hint = "name a file with --output, or redirect the output";
            refuse_on_terminal(export.shape.format, hint)?;
            let out = target::Target::Stdout.out()?;
            let rows = export.to_out(out, progress).await?.rows;
            return Ok(Exported { datasets: 1, rows, files: 1, bytes: 0 });
        }
    };
    refuse_warehouse(&place, &settings.warehouse)?;
    let staging = Staging::begin(&place, overwrite, &settings.steps)?;
    match place {
        Place::File(_) => export.to_file(staging, progress).await,
        Place::Folder(_) => export.to_folder(staging, progress).await,
    }
}

/// What lies among the warehouse's own files would be taken for one of them.
fn refuse_warehouse(place: &Place, warehouse: &Path) -> Result<()> {
    let (Place::File(path) | Place::Folder(path)) = place;
    let Ok(warehouse) = warehouse.canonicalize() else { return Ok(()) };
    let is_there = path.ancestors().find_map(|above| {
        let above = if above.as_os_str().is_empty() { Path::new(".") } else { above };
        above.canonicalize().ok()
    });
    if !is_there.is_some_and(|above| above.starts_with(&warehouse)) {
        return Ok(());
    }
    let message = format!("\"{}\" lies in the warehouse itself", path.display());
    Err(Error::input(message).with_hint("name a place outside of it with --output"))
}

fn draw(progress: Arc<Progress>, rows: Option<u64>) -> Drawing {
    Drawing::start(QUIET, move |elapsed, width| line(progress.rows(), rows, elapsed, width))
}

/// The line of progress, in at most `width` columns.
fn line(done: u64, all: Option<u64>, elapsed: Duration, width: usize) -> String {
    let rows = all.map_or_else(|| format!("{done} rows"), |all| format!("{done}/{all} rows"));
    let left = all.and_then(|all| left(done, all, elapsed)).map(|left| format!("{left} left"));
    let parts = [
        (1, all.map(|all| bar(done, all))),
        (4, Some(rows)),
        (2, rate(done, elapsed).map(|rate| format!("{rate} rows/s"))),
        (3, left),
    ];
    fit(parts, width)
}

/// Tells what was written, and how to go on from there.
fn tell(exported: Exported, target: &Target, are_tables: bool, snapshot: i64) {
    let Exported { datasets, rows, files, bytes } = exported;
    let many =
        |number: u64, what: &str| format!("{number} {what}{}", if number == 1 { "" } else { "s" });
    let to = match target {
        Target::Stdout => "to standard output".to_owned(),
        Target::Files(Place::File(path)) => format!("to \"{}\" ({})", path.display(), size(bytes)),
        Target::Files(Place::Folder(path)) => {
            let of =
                if are_tables { format!("of {} ", many(datasets, "table")) } else { String::new() };
            let files = many(files, "file");
            format!("{of}to \"{}\" ({files}, {})", path.display(), size(bytes))
        }
    };
    printer::note(&format!("exported {} {to}; snapshot {snapshot}", many(rows, "row")));
    if are_tables {
        printer::note(&format!("what changes from now on: --changed-since {snapshot}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(done: u64, all: Option<u64>, width: usize, expected: &str) {
        assert_eq!(line(done, all, Duration::from_secs(10), width), expected);
    }

    #[test]
    fn progress_is_told_as_far_as_it_is_known() {
        let wide = "[#####...............]  50000/200000 rows  5000 rows/s  30 s left";
        check(50_000, Some(200_000), 100, wide);
        check(50_000, Some(200_000), 45, "50000/200000 rows  5000 rows/s  30 s left");
        check(50_000, Some(200_000), 20, "50000/200000 rows");
        check(50_000, None, 100, "50000 rows  5000 rows/s");
    }
}
