//! From one row of a List…JobSummaries answer to a row of `aws_job_summaries`.

use serde_json::{Map, Value};

use crate::model::{DAY, JobKind};
use crate::tables::{AWS_JOB_SUMMARIES, Cell, Origin, Row, row_from_aws};

use super::Defaults;
use super::job::given;

/// The row, without its period, and the members that no column takes.
pub(super) fn row(
    kind: JobKind,
    record: &Map<String, Value>,
    defaults: &Defaults,
) -> Result<(Row, Vec<String>), String> {
    let (mut row, unknown) = row_from_aws(&AWS_JOB_SUMMARIES, record)
        .map_err(|reason| format!("{kind} job summary: {reason}"))?;
    for required in ["StartTime", "Count"] {
        if given(&row, required).is_null() {
            return Err(format!("{kind} job summary has no {required}"));
        }
    }
    if row.text("region").is_none() {
        let region = defaults.region.clone();
        let region = region
            .ok_or_else(|| format!("{kind} job summary tells no Region: say it with --region"))?;
        row.set("region", Cell::text(region));
    }
    row.set("kind", Cell::text(kind.name()));
    row.set("source", Cell::text(&*defaults.source));
    row.set("origin", Cell::text(Origin::CliJson.name()));
    row.set("observed_at", Cell::Time(defaults.observed_at));
    Ok((row, unknown))
}

/// The row with the period that its answer says, else with the one that its times tell.
pub(super) fn with_period(mut row: Row, period: Option<&str>) -> Result<Row, String> {
    let length = row.time("start_time").zip(row.time("end_time")).map(|(from, to)| to - from);
    let told = length.and_then(|length| match length / DAY {
        1 if length % DAY == 0 => Some("ONE_DAY"),
        7 if length % DAY == 0 => Some("SEVEN_DAYS"),
        14 if length % DAY == 0 => Some("FOURTEEN_DAYS"),
        _ => None,
    });
    let period = period.filter(|period| !period.is_empty()).or(told).ok_or_else(|| {
        let kind = row.text("kind").unwrap_or_default();
        format!("{kind} job summary has no AggregationPeriod, and its times tell none")
    })?;
    row.set("aggregation_period", Cell::text(period));
    Ok(row)
}
