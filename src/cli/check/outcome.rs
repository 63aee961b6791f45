//! How checks ended, and what they found.

use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use futures::StreamExt;

use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::output::{self, Format, Options};
use crate::reports::Report;

use super::super::Status;
use super::super::metrics::{CHECK_FINDINGS, CHECK_STATUS, Exposition, whole};
use super::chosen::Chosen;

/// How many findings of a check are kept; the others are counted.
const KEPT_MAX: usize = 1000;

/// How a check ended.
#[derive(Debug)]
pub(super) struct Outcome<'a> {
    pub(super) chosen: Chosen<'a>,
    /// What it found; an error if it could not run.
    pub(super) found: Result<Findings>,
}

/// The rows of a check.
#[derive(Debug)]
pub(super) struct Findings {
    /// How many there are.
    pub(super) total: usize,
    schema: SchemaRef,
    /// The first of them.
    batches: Vec<RecordBatch>,
}

impl<'a> Outcome<'a> {
    /// Runs a check.
    pub(super) async fn of(chosen: Chosen<'a>, engine: &Engine) -> Self {
        let found = Findings::of(&chosen, engine).await;
        Self { chosen, found }
    }

    /// How it stands.
    pub(super) fn status(&self) -> Status {
        match &self.found {
            Ok(found) if found.total == 0 => Status::Done,
            Ok(_) => Status::Attention,
            Err(_) => Status::NotDone,
        }
    }

    /// The same in words.
    pub(super) fn words(&self) -> String {
        match &self.found {
            Ok(found) => found.words(),
            Err(_) => "could not run".to_owned(),
        }
    }
}

/// The same error, which is one of that check.
pub(super) fn named(check: &Report, err: &Error) -> Error {
    err.behind(&format!("check \"{}\": ", check.name))
}

/// The worst of all.
pub(super) fn status(outcomes: &[Outcome<'_>]) -> Status {
    outcomes.iter().map(Outcome::status).max().unwrap_or(Status::Done)
}

impl Findings {
    async fn of(chosen: &Chosen<'_>, engine: &Engine) -> Result<Self> {
        let mut answer = chosen.check.run(engine, &chosen.values).await?;
        let mut found = Self { total: 0, schema: answer.schema, batches: Vec::new() };
        while let Some(batch) = answer.batches.next().await {
            let batch = batch?;
            let room = KEPT_MAX.saturating_sub(found.total).min(batch.num_rows());
            found.total += batch.num_rows();
            if room > 0 {
                found.batches.push(batch.slice(0, room));
            }
        }
        Ok(found)
    }

    /// `3 findings`.
    pub(super) fn words(&self) -> String {
        match self.total {
            0 => "holds".to_owned(),
            1 => "1 finding".to_owned(),
            total => format!("{total} findings"),
        }
    }

    /// The first of them in a format, and how many more there are.
    pub(super) fn text(
        &self,
        format: Format,
        width: Option<usize>,
        rows_max: usize,
    ) -> Result<(String, usize)> {
        let buffer = Buffer::default();
        let options = Options { width, rows_max, ..Options::default() };
        let mut sink = output::writer(format, &self.schema, Box::new(buffer.clone()), options)?;
        let mut room = rows_max;
        for batch in &self.batches {
            let rows = batch.num_rows().min(room);
            sink.write(&batch.slice(0, rows))?;
            room -= rows;
        }
        sink.finish()?;
        Ok((buffer.text()?, self.total - (rows_max - room)))
    }
}

/// Bytes in memory, where a sink takes its writer for its own.
#[derive(Clone, Debug, Default)]
struct Buffer(Arc<Mutex<Vec<u8>>>);

impl Buffer {
    fn text(&self) -> Result<String> {
        let bytes = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        String::from_utf8(bytes).map_err(|err| Error::internal("write findings").with_source(err))
    }
}

impl Write for Buffer {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Adds the metrics of checks.
pub(super) fn tell_metrics(outcomes: &[Outcome<'_>], exposition: &mut Exposition) {
    for outcome in outcomes {
        let check = outcome.chosen.check;
        let labels = [check.name.as_str(), check.subject.as_str()];
        exposition.add(CHECK_STATUS, &labels, outcome.status().code().into());
        if let Ok(found) = &outcome.found {
            exposition.add(CHECK_FINDINGS, &labels, whole(found.total));
        }
    }
}
