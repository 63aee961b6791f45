//! The metrics of the ledger: runs and their calls, files and their bytes.

use std::collections::BTreeMap;

use crate::catalog::Catalog;
use crate::error::{Error, Result};
use crate::model::Instant;

use super::super::ledger::each_row;
use super::{
    CALLS, CATALOG_BYTES, Exposition, FILE_BYTES, FILE_ROWS, FILES, LAST_RUN, LAST_RUN_SECONDS,
    RETRIES, ROWS, RUNS, THROTTLES, whole,
};

/// What became of the rows of a run: the column of `ops.runs`, and the word.
const RESULTS: [(&str, &str); 4] = [
    ("rows_new", "new"),
    ("rows_changed", "changed"),
    ("rows_unchanged", "unchanged"),
    ("rows_refused", "refused"),
];

/// Adds the metrics of all runs and of the files that there are now.
pub(in crate::cli) fn tell_ledger(catalog: &Catalog, exposition: &mut Exposition) -> Result<()> {
    tell_runs(catalog, exposition)?;
    tell_files(catalog, exposition)?;
    let file = catalog.file();
    let bytes = std::fs::metadata(&file).map_err(|err| {
        Error::io(format!("read the size of catalog \"{}\"", file.display()), err)
    })?;
    exposition.add(CATALOG_BYTES, &[], i64::try_from(bytes.len()).unwrap_or(i64::MAX));
    Ok(())
}

fn tell_runs(catalog: &Catalog, exposition: &mut Exposition) -> Result<()> {
    let mut ended: BTreeMap<(String, String), usize> = BTreeMap::new();
    let mut last: BTreeMap<String, (Option<Instant>, Option<Instant>)> = BTreeMap::new();
    let mut rows: BTreeMap<(String, usize), i64> = BTreeMap::new();
    let mut calls = [0; 3];
    each_row(catalog, "runs", |run| {
        let command = run.text("command");
        *ended.entry((command.clone(), run.text("status"))).or_default() += 1;
        let times = (run.time("started_at"), run.time("ended_at"));
        let newest = last.entry(command.clone()).or_default();
        *newest = (*newest).max(times);
        for (index, (column, _)) in RESULTS.iter().enumerate() {
            *rows.entry((command.clone(), index)).or_default() += run.long(column);
        }
        for (sum, column) in calls.iter_mut().zip(["calls", "throttles", "retries"]) {
            *sum += run.long(column);
        }
    })?;
    for ((command, status), count) in &ended {
        exposition.add(RUNS, &[command, status], whole(*count));
    }
    for (command, times) in &last {
        let (Some(started_at), Some(ended_at)) = *times else { continue };
        exposition.add(LAST_RUN, &[command], started_at.micros().div_euclid(1_000_000));
        exposition.add(LAST_RUN_SECONDS, &[command], (ended_at - started_at) / 1_000_000);
    }
    for ((command, index), sum) in &rows {
        exposition.add(ROWS, &[command, RESULTS[*index].1], *sum);
    }
    for (metric, sum) in [CALLS, THROTTLES, RETRIES].into_iter().zip(calls) {
        exposition.add(metric, &[], sum);
    }
    Ok(())
}

fn tell_files(catalog: &Catalog, exposition: &mut Exposition) -> Result<()> {
    let mut tables: BTreeMap<String, [i64; 3]> = BTreeMap::new();
    each_row(catalog, "files", |file| {
        let sums = tables.entry(file.text("table_name")).or_default();
        let values = [1, file.long("record_count"), file.long("file_size_bytes")];
        sums.iter_mut().zip(values).for_each(|(sum, value)| *sum += value);
    })?;
    for (table, sums) in &tables {
        for (metric, sum) in [FILES, FILE_ROWS, FILE_BYTES].into_iter().zip(sums) {
            exposition.add(metric, &[table], *sum);
        }
    }
    Ok(())
}
