//! An ingest that runs: for whoever looks at what it has committed before it ends.

use std::collections::BTreeSet;

use crate::catalog::{ComparedDay, RunStatus};
use crate::error::Result;
use crate::model::{Place, Span};

use super::plan::again;
use super::pull::{Ledger, Pull};
use super::report::Report;
use super::unit::{Task, Unit};
use super::writer::Writer;

/// An ingest that has begun.
pub struct Running<'p> {
    pull: &'p Pull<'p>,
    writer: Writer<'p>,
    ledger: Ledger,
}

impl std::fmt::Debug for Running<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Running").field("run_id", &self.writer.run_id()).finish_non_exhaustive()
    }
}

impl<'p> Running<'p> {
    pub(super) fn new(pull: &'p Pull<'p>) -> Self {
        let writer = Writer::new(pull.lake, pull.clock.as_ref(), pull.steps.clone());
        Self { pull, writer, ledger: Ledger::default() }
    }

    /// Reads what is planned. What it read last is not committed yet.
    ///
    /// # Errors
    /// As those of [`Pull::run`].
    pub async fn read(&mut self) -> Result<()> {
        let queue = self.pull.plan(&mut self.ledger)?;
        self.pull.read(queue, &mut self.writer, &mut self.ledger).await
    }

    /// Lists these intervals of creation time once more, as far as AWS still shows them, and
    /// commits what came.
    ///
    /// # Errors
    /// As those of [`Pull::run`].
    pub async fn read_again(&mut self, spans: &[(Place, Span)]) -> Result<()> {
        let now = self.pull.clock.now();
        let mut queue = Vec::new();
        for (source, place) in self.pull.places() {
            let of_place = spans.iter().filter(|(of, _)| *of == place).map(|(_, span)| *span);
            let listings = again(place.kind, of_place, now);
            let reach = self.pull.sources[source].reach;
            let unit = |listing| {
                let (place, task) = (place.clone(), Task::List(listing));
                Unit { source, place, reach, task }
            };
            queue.extend(listings.into_iter().map(unit));
        }
        self.pull.read(queue.into(), &mut self.writer, &mut self.ledger).await?;
        self.commit().await
    }

    /// Commits what was read so far; the run goes on.
    ///
    /// # Errors
    /// As those of [`Pull::run`].
    pub async fn commit(&mut self) -> Result<()> {
        self.pull.flush(&mut self.writer, &mut self.ledger, RunStatus::Running, &[]).await
    }

    /// Whether it was asked to stop.
    pub fn is_stopped(&self) -> bool {
        *self.pull.stop.borrow()
    }

    /// The places whose summaries it has read to their end.
    pub fn counted(&self) -> &BTreeSet<Place> {
        &self.ledger.counted
    }

    /// Commits the rest, with what was found by comparing it, and ends the run;
    /// `is_as_it_should_be` says whether whoever compared is content.
    ///
    /// # Errors
    /// As those of [`Pull::run`].
    pub async fn end(
        mut self,
        compared: &[ComparedDay],
        is_as_it_should_be: bool,
    ) -> Result<Report> {
        let is_stopped = self.is_stopped();
        let is_done = self.ledger.is_whole() && !is_stopped && is_as_it_should_be;
        let status = if is_done { RunStatus::Done } else { RunStatus::Attention };
        self.pull.flush(&mut self.writer, &mut self.ledger, status, compared).await?;
        let Self { pull, writer, ledger } = self;
        Ok(ledger.report(pull.sources, &writer, &pull.progress, is_stopped))
    }
}
