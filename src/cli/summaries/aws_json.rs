//! Summaries as version 2 of the AWS CLI prints them: `--format aws-json`.
//!
//! Members in the order of AWS's API model, an indentation of four spaces, times in ISO 8601 with
//! an offset. The AWS CLI takes the offset of its machine; here it is always that of UTC.

use std::io::Write;

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::ser::PrettyFormatter;

use crate::error::{Error, Result};
use crate::model::{DAY, Dimension, Instant, JobKind, Period, SummaryRow, Window};

/// AWS's word for rows of these buckets; there is none for weeks, months and longer.
pub(super) fn period(buckets: &[Window]) -> Option<Period> {
    let length = |bucket: &Window| bucket.end - bucket.start;
    match buckets {
        [one] if length(one) == 7 * DAY => Some(Period::SevenDays),
        [one] if length(one) == 14 * DAY => Some(Period::FourteenDays),
        days => days.iter().all(|day| length(day) <= DAY).then_some(Period::OneDay),
    }
}

/// Writes the document, with an end of line.
pub(super) fn write(
    kind: JobKind,
    period: Option<Period>,
    rows: &[SummaryRow],
    mut out: impl Write,
) -> Result<()> {
    let failed = |err: std::io::Error| Error::io("write the output", err);
    let formatter = PrettyFormatter::with_indent(b"    ");
    let mut json = serde_json::Serializer::with_formatter(&mut out, formatter);
    Document { kind, period, rows }.serialize(&mut json).map_err(|err| failed(err.into()))?;
    writeln!(out).and_then(|()| out.flush()).map_err(failed)
}

struct Document<'a> {
    kind: JobKind,
    period: Option<Period>,
    rows: &'a [SummaryRow],
}

impl Serialize for Document<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = serializer.serialize_map(None)?;
        let rows: Vec<_> = self.rows.iter().map(|row| Item { kind: self.kind, row }).collect();
        members.serialize_entry(self.kind.summaries_key(), &rows)?;
        if let Some(period) = self.period {
            members.serialize_entry("AggregationPeriod", period.name())?;
        }
        members.end()
    }
}

struct Item<'a> {
    kind: JobKind,
    row: &'a SummaryRow,
}

impl Item<'_> {
    fn dimensions<S: SerializeMap>(
        &self,
        members: &mut S,
        all: &[Dimension],
    ) -> Result<(), S::Error> {
        for dimension in all.iter().filter(|it| Dimension::of(self.kind).contains(it)) {
            if let Some(value) = self.row.value(*dimension) {
                members.serialize_entry(dimension.aws_name(), value)?;
            }
        }
        Ok(())
    }
}

/// AWS's model has what only scan summaries have behind the times.
impl Serialize for Item<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use Dimension::{MalwareScanner, MessageCategory, ResourceType, ScanResultStatus, State};
        let mut members = serializer.serialize_map(None)?;
        members.serialize_entry("Region", &self.row.region)?;
        if let Some(account_id) = &self.row.account_id {
            members.serialize_entry("AccountId", account_id)?;
        }
        self.dimensions(&mut members, &[State, ResourceType, MessageCategory])?;
        members.serialize_entry("Count", &self.row.count)?;
        members.serialize_entry("StartTime", &iso(self.row.start_time))?;
        members.serialize_entry("EndTime", &iso(self.row.end_time))?;
        self.dimensions(&mut members, &[MalwareScanner, ScanResultStatus])?;
        members.end()
    }
}

/// As Python writes a time: microseconds if there are any, and an offset.
fn iso(instant: Instant) -> String {
    let text = instant.to_string();
    let text = text.trim_end_matches('Z');
    match text.split_once('.') {
        Some((seconds, fraction)) => format!("{seconds}.{fraction:0<6}+00:00"),
        None => format!("{text}+00:00"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_iso(text: &str, expected: &str) {
        assert_eq!(iso(Instant::from_text(text).unwrap()), expected);
    }

    #[test]
    fn times_are_as_python_writes_them() {
        check_iso("2026-11-08", "2026-11-08T00:00:00+00:00");
        check_iso("2026-11-08T01:02:03.5Z", "2026-11-08T01:02:03.500000+00:00");
    }

    #[track_caller]
    fn check_period(days: &[i64], expected: Option<Period>) {
        let mut end = Instant::from_micros(0);
        let buckets = days.iter().map(|days| {
            let start = end;
            end = end + days * DAY;
            Window { start, end }
        });
        assert_eq!(period(&buckets.collect::<Vec<_>>()), expected);
    }

    #[test]
    fn aws_has_a_word_for_days_and_for_two_periods() {
        check_period(&[1, 1], Some(Period::OneDay));
        check_period(&[7], Some(Period::SevenDays));
        check_period(&[14], Some(Period::FourteenDays));
        check_period(&[7, 7], None);
        check_period(&[30], None);
    }
}
