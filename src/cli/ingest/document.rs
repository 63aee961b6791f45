//! What an ingest did, for programs: the JSON document of `--json`.
//!
//! Its member names are those of the README and do not change.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::error::{Error, Result};
use crate::ingest::{PlaceReport, Problem};
use crate::nights::{Compared, Comparison, NightReport, Verdict};
use crate::source::aws::CallClass;

use super::super::Status;

#[derive(Serialize)]
struct Document<'a> {
    run_id: &'a str,
    status: &'static str,
    snapshot: Option<i64>,
    is_stopped: bool,
    units_planned: u64,
    units_ended: u64,
    calls: u64,
    throttles: u64,
    retries: u64,
    places: Vec<PlaceRow<'a>>,
    not_enabled: Vec<Region<'a>>,
    problems: Vec<ProblemRow<'a>>,
    refusals: &'a [String],
    reconciliation: Option<ReconciliationRow>,
}

#[derive(Serialize)]
struct ReconciliationRow {
    groups: BTreeMap<&'static str, u64>,
    unexplained: u64,
    days_read_again: usize,
    days_healed: usize,
    error: Option<String>,
}

#[derive(Serialize)]
struct PlaceRow<'a> {
    source: &'a str,
    region: &'a str,
    read: u64,
    new: u64,
    changed: u64,
    unchanged: u64,
    refused: u64,
    failed: u64,
    lost: Vec<Lost>,
}

#[derive(Serialize)]
struct Region<'a> {
    source: &'a str,
    region: &'a str,
}

#[derive(Serialize)]
struct Lost {
    kind: &'static str,
    from: String,
    until: String,
}

#[derive(Serialize)]
struct ProblemRow<'a> {
    source: &'a str,
    region: &'a str,
    kind: &'static str,
    operation: &'static str,
    class: &'static str,
    message: String,
    hint: Option<&'a str>,
}

/// The document.
pub(super) fn text(night: &NightReport, status: Status) -> Result<String> {
    let NightReport { ingest: report, comparison } = night;
    let totals = report.totals;
    let places = report.places.iter();
    let not_enabled = report.not_enabled.iter();
    let document = Document {
        run_id: &report.run_id,
        status: status.word(),
        snapshot: report.snapshot,
        is_stopped: report.is_stopped,
        units_planned: totals.units_planned,
        units_ended: totals.units_ended,
        calls: totals.calls,
        throttles: totals.throttles,
        retries: totals.retries,
        places: places.map(|((source, region), place)| row(source, region, place)).collect(),
        not_enabled: not_enabled.map(|(source, region)| Region { source, region }).collect(),
        problems: report.problems.iter().map(problem).collect(),
        refusals: &report.refusals,
        reconciliation: reconciliation(comparison),
    };
    serde_json::to_string_pretty(&document)
        .map_err(|err| Error::internal("write the report of the ingest").with_source(err))
}

fn row<'a>(source: &'a str, region: &'a str, place: &PlaceReport) -> PlaceRow<'a> {
    let PlaceReport { counts, refused, lost, failed } = place;
    let lost = lost.iter().map(|(place, span)| Lost {
        kind: place.kind.name(),
        from: span.from.to_string(),
        until: span.until.to_string(),
    });
    PlaceRow {
        source,
        region,
        read: counts.read,
        new: counts.new,
        changed: counts.changed,
        unchanged: counts.unchanged,
        refused: *refused,
        failed: *failed,
        lost: lost.collect(),
    }
}

/// What the comparison with AWS's own counts found, if there was one.
fn reconciliation(comparison: &Comparison) -> Option<ReconciliationRow> {
    let nothing = Compared::default();
    let (compared, error) = match comparison {
        Comparison::None => return None,
        Comparison::Failed(error) => (&nothing, Some(error.chain())),
        Comparison::Done(compared) => (compared, None),
    };
    let sums = compared.reconciliation.sums();
    let groups = |verdict: Verdict| sums.get(&verdict).map_or(0, |sum| sum.groups);
    Some(ReconciliationRow {
        groups: Verdict::ALL.map(|verdict| (verdict.name(), groups(verdict))).into(),
        unexplained: compared.reconciliation.unexplained().groups,
        days_read_again: compared.days_read_again,
        days_healed: compared.days_healed,
        error,
    })
}

fn problem(problem: &Problem) -> ProblemRow<'_> {
    ProblemRow {
        source: &problem.place.source,
        region: &problem.place.region,
        kind: problem.place.kind.name(),
        operation: problem.operation,
        class: class(problem.class),
        message: problem.error.chain(),
        hint: problem.error.hint(),
    }
}

fn class(class: CallClass) -> &'static str {
    match class {
        CallClass::Throttled => "throttled",
        CallClass::Transient => "transient",
        CallClass::Unreachable => "unreachable",
        CallClass::Denied => "denied",
        CallClass::OrganizationDenied => "organization_denied",
        CallClass::NotOffered => "not_offered",
        CallClass::RegionDisabled => "region_disabled",
        CallClass::Credentials => "credentials",
        CallClass::ClockSkew => "clock_skew",
        CallClass::Rejected => "rejected",
    }
}
