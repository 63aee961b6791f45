//! What the schema `ops` tells, row by row, for commands that tell of it themselves.

use std::collections::BTreeMap;

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::{Int64Type, TimestampMicrosecondType};

use crate::catalog::Catalog;
use crate::error::{Error, Kind, Result};
use crate::model::Instant;
use crate::source::aws::Source;
use crate::tables::Table;

use super::settings::Settings;

/// The catalog of the warehouse; none before its first night.
///
/// # Errors
/// There is a warehouse, and it cannot be read.
pub(super) fn catalog(settings: &Settings) -> Result<Option<Catalog>> {
    match settings.lake() {
        Ok(lake) => Ok(Some(lake.catalog)),
        Err(err) if err.kind() == Kind::Input => Ok(None),
        Err(err) => Err(err),
    }
}

/// One row of a table of the schema `ops`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row<'a>(&'a RecordBatch, usize);

impl Row<'_> {
    pub(super) fn text(&self, column: &str) -> String {
        let values = self.0.column_by_name(column).and_then(|it| it.as_string_opt::<i32>());
        values
            .filter(|it| it.is_valid(self.1))
            .map_or_else(String::new, |it| it.value(self.1).into())
    }

    pub(super) fn long(&self, column: &str) -> i64 {
        let values =
            self.0.column_by_name(column).and_then(|it| it.as_primitive_opt::<Int64Type>());
        values.filter(|it| it.is_valid(self.1)).map_or(0, |it| it.value(self.1))
    }

    pub(super) fn time(&self, column: &str) -> Option<Instant> {
        let values = self.0.column_by_name(column)?;
        let values = values.as_primitive_opt::<TimestampMicrosecondType>()?;
        values.is_valid(self.1).then(|| Instant::from_micros(values.value(self.1)))
    }
}

/// Calls `each` with every row of a table of the schema `ops`.
pub(super) fn each_row(
    catalog: &Catalog,
    table: &str,
    mut each: impl FnMut(Row<'_>),
) -> Result<()> {
    let table = Table::of_ops(table)
        .ok_or_else(|| Error::internal(format!("there is no table \"ops.{table}\"")))?;
    for batch in catalog.ops(table)? {
        (0..batch.num_rows()).for_each(|row| each(Row(&batch, row)));
    }
    Ok(())
}

/// When the last night began that did what a night over these sources does, if there was one before
/// `now`: read jobs, asked each source for each of its kinds, and maintained.
///
/// Whatever found nobody to ask, or was let into nothing, has read none. What somebody reads beside
/// the nights, of one kind or of another source, is no night.
pub(super) fn last_night(
    catalog: &Catalog,
    sources: &[Source],
    now: Instant,
) -> Result<Option<Instant>> {
    let (mut ingests, mut maintained) = (BTreeMap::new(), None);
    each_row(catalog, "runs", |run| {
        let is_ended = ["done", "attention"].contains(&&*run.text("status"));
        let Some(began) = run.time("started_at").filter(|began| is_ended && *began <= now) else {
            return;
        };
        match &*run.text("command") {
            "ingest" => drop(ingests.insert(run.text("run_id"), began)),
            "maintain" => maintained = maintained.max(Some(began)),
            _ => {}
        }
    })?;
    let mut read = None;
    let mut asked: BTreeMap<(String, String), Instant> = BTreeMap::new();
    each_row(catalog, "units", |unit| {
        let Some(began) = ingests.get(&unit.text("run_id")).copied() else { return };
        if unit.text("operation") == "summaries" {
            return;
        }
        let last = asked.entry((unit.text("source"), unit.text("kind"))).or_insert(began);
        *last = began.max(*last);
        if unit.text("status") == "complete" {
            read = read.max(Some(began));
        }
    })?;
    let wanted = sources.iter().flat_map(|source| {
        source.kinds.iter().map(|kind| (source.name.clone(), kind.name().to_owned()))
    });
    // The least of them; one that is none is less than all.
    Ok(wanted.map(|of| asked.get(&of).copied()).chain([read, maintained]).min().flatten())
}
