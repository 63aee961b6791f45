//! What a night did: one JSON document for programs, a table for people, metrics for monitors.
//! Pure.
//!
//! The member names of the document are those of the README and do not change.

use serde::Serialize;
use serde_json::value::RawValue;

use crate::error::{Error, Result};
use crate::model::Instant;

use super::super::Status;
use super::super::grid::Grid;
use super::super::metrics::{
    Exposition, NIGHT_SECONDS, NIGHT_START, NIGHT_STATUS, STEP_SECONDS, STEP_STATUS,
};

/// What became of a step.
#[derive(Debug)]
pub(super) struct Outcome {
    pub(super) name: &'static str,
    /// How it ended; none if it was left out.
    pub(super) status: Option<Status>,
    pub(super) started_at: Instant,
    pub(super) ended_at: Instant,
    /// What it did, why it failed, or why it was left out.
    pub(super) words: String,
    pub(super) hint: Option<String>,
    pub(super) document: Option<Box<RawValue>>,
}

impl Outcome {
    fn seconds(&self) -> i64 {
        (self.ended_at - self.started_at) / 1_000_000
    }
}

/// How a night ended: as the worst of its steps.
pub(super) fn status(outcomes: &[Outcome], is_stopped: bool) -> Status {
    let worst = outcomes.iter().filter_map(|it| it.status).max().unwrap_or(Status::Done);
    if is_stopped { worst.max(Status::Attention) } else { worst }
}

#[derive(Serialize)]
struct Document<'a> {
    started_at: String,
    ended_at: String,
    status: &'static str,
    is_stopped: bool,
    steps: Vec<StepRow<'a>>,
}

#[derive(Serialize)]
struct StepRow<'a> {
    step: &'static str,
    status: &'static str,
    seconds: i64,
    message: &'a str,
    hint: Option<&'a str>,
    document: Option<&'a RawValue>,
}

/// The document.
pub(super) fn text(outcomes: &[Outcome], is_stopped: bool) -> Result<String> {
    let times = outcomes.first().zip(outcomes.last());
    let times =
        times.map(|(first, last)| (first.started_at.to_string(), last.ended_at.to_string()));
    let (started_at, ended_at) = times.unwrap_or_default();
    let document = Document {
        started_at,
        ended_at,
        status: status(outcomes, is_stopped).word(),
        is_stopped,
        steps: outcomes.iter().map(row).collect(),
    };
    let text = serde_json::to_string_pretty(&document)
        .map_err(|err| Error::internal("write the report of the night").with_source(err))?;
    Ok(text + "\n")
}

fn row(outcome: &Outcome) -> StepRow<'_> {
    StepRow {
        step: outcome.name,
        status: outcome.status.map_or("left_out", Status::word),
        seconds: outcome.seconds(),
        message: &outcome.words,
        hint: outcome.hint.as_deref(),
        document: outcome.document.as_deref(),
    }
}

/// The summary at the end: a line a step.
pub(super) fn summary(outcomes: &[Outcome]) -> Vec<String> {
    let mut grid = Grid::new(&[("step", false), ("status", false), ("seconds", true), ("", false)]);
    for outcome in outcomes {
        let status = outcome.status.map_or("left out", Status::word).replace('_', " ");
        let seconds = outcome.status.map_or(String::new(), |_| outcome.seconds().to_string());
        grid.push(vec![outcome.name.to_owned(), status, seconds, outcome.words.clone()]);
    }
    grid.lines()
}

/// Adds the metrics of the night.
pub(super) fn tell_metrics(outcomes: &[Outcome], is_stopped: bool, exposition: &mut Exposition) {
    let Some((first, last)) = outcomes.first().zip(outcomes.last()) else { return };
    let seconds = |micros: i64| micros.div_euclid(1_000_000);
    exposition.add(NIGHT_START, &[], seconds(first.started_at.micros()));
    exposition.add(NIGHT_SECONDS, &[], seconds(last.ended_at - first.started_at));
    exposition.add(NIGHT_STATUS, &[], status(outcomes, is_stopped).code().into());
    for outcome in outcomes {
        let Some(status) = outcome.status else { continue };
        exposition.add(STEP_STATUS, &[outcome.name], status.code().into());
        exposition.add(STEP_SECONDS, &[outcome.name], outcome.seconds());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcomes(statuses: &[Option<Status>]) -> Vec<Outcome> {
        let outcome = |status: &Option<Status>| Outcome {
            name: "step",
            status: *status,
            started_at: Instant::from_micros(0),
            ended_at: Instant::from_micros(1_500_000),
            words: "so it was".to_owned(),
            hint: None,
            document: None,
        };
        statuses.iter().map(outcome).collect()
    }

    #[track_caller]
    fn check(statuses: &[Option<Status>], is_stopped: bool, expected: Status) {
        assert_eq!(status(&outcomes(statuses), is_stopped), expected);
    }

    #[test]
    fn a_night_is_as_its_worst_step() {
        use Status::{Attention, Done, NotDone};
        check(&[Some(Done), None, Some(Done)], false, Done);
        check(&[Some(Done), Some(Attention)], false, Attention);
        check(&[Some(NotDone), Some(Attention)], false, NotDone);
        check(&[Some(Done), None], true, Attention);
        check(&[Some(NotDone), None], true, NotDone);
    }

    #[test]
    fn a_step_that_was_left_out_has_no_metrics() {
        let mut exposition = Exposition::default();
        tell_metrics(&outcomes(&[None]), false, &mut exposition);
        assert!(!exposition.text().contains("lookback_night_step"));
        assert_eq!(summary(&outcomes(&[None]))[1], "step  left out           so it was");
    }
}
