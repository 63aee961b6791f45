//! Answers as JSON: exactly the members of AWS's shapes.

use crate::model::{Dimension, Period, SummaryRow};
use crate::tables::{
    Absent, Row, Shape, write_aws, write_epoch_seconds, write_key, write_number, write_text,
};

use super::fault::Interference;
use super::operation::Operation;

/// A member that no version of AWS's model has, for the fault that adds it.
const UNKNOWN_MEMBER: &str = "LookbackUnknownMember";

/// How many bytes a job takes, about: a page is allocated once.
const BYTES_PER_JOB: usize = 1600;

/// A List answer.
pub(super) fn jobs(
    operation: &Operation,
    rows: &[Row],
    token: Option<&str>,
    faults: &Interference,
) -> Vec<u8> {
    let mut out = Vec::with_capacity(rows.len() * BYTES_PER_JOB + 512);
    out.push(b'{');
    write_key(operation.result, &mut out);
    write_array(rows, &mut out, |row, out| {
        write_aws(row, Shape::List, faults.absent, out);
        reopen(out);
        close(faults, out);
    });
    finish(token, faults, &mut out);
    out
}

/// A Describe answer.
pub(super) fn job(operation: &Operation, row: &Row, faults: &Interference) -> Vec<u8> {
    let mut out = Vec::with_capacity(2 * BYTES_PER_JOB);
    if !operation.result.is_empty() {
        out.push(b'{');
        write_key(operation.result, &mut out);
    }
    write_aws(row, Shape::Describe, faults.absent, &mut out);
    reopen(&mut out);
    close(faults, &mut out);
    if !operation.result.is_empty() {
        close(faults, &mut out);
    }
    out
}

/// A summaries answer.
pub(super) fn summaries(
    operation: &Operation,
    period: Period,
    rows: &[SummaryRow],
    token: Option<&str>,
    faults: &Interference,
) -> Vec<u8> {
    let mut out = Vec::with_capacity(rows.len() * 256 + 512);
    out.push(b'{');
    write_key(operation.result, &mut out);
    write_array(rows, &mut out, |row, out| write_summary(operation, row, faults, out));
    write_key("AggregationPeriod", &mut out);
    write_text(period.name(), &mut out);
    finish(token, faults, &mut out);
    out
}

fn write_summary(
    operation: &Operation,
    row: &SummaryRow,
    faults: &Interference,
    out: &mut Vec<u8>,
) {
    let text = |name: &str, value: Option<&str>, out: &mut Vec<u8>| match value {
        Some(value) => {
            write_key(name, out);
            write_text(value, out);
        }
        None => write_absent(name, faults, out),
    };
    out.push(b'{');
    text("Region", Some(&row.region), out);
    text("AccountId", row.account_id.as_deref(), out);
    for dimension in Dimension::of(operation.kind) {
        text(dimension.aws_name(), row.value(*dimension), out);
    }
    write_key("Count", out);
    write_number(row.count, out);
    write_key("StartTime", out);
    write_epoch_seconds(row.start_time, out);
    write_key("EndTime", out);
    write_epoch_seconds(row.end_time, out);
    close(faults, out);
}

fn write_array<T>(items: &[T], out: &mut Vec<u8>, write: impl Fn(&T, &mut Vec<u8>)) {
    out.push(b'[');
    for (at, item) in items.iter().enumerate() {
        if at > 0 {
            out.push(b',');
        }
        write(item, out);
    }
    out.push(b']');
}

fn finish(token: Option<&str>, faults: &Interference, out: &mut Vec<u8>) {
    match token {
        Some(token) => {
            write_key("NextToken", out);
            write_text(token, out);
        }
        None => write_absent("NextToken", faults, out),
    }
    close(faults, out);
}

fn write_absent(name: &str, faults: &Interference, out: &mut Vec<u8>) {
    if faults.absent == Absent::Null {
        write_key(name, out);
        out.extend_from_slice(b"null");
    }
}

/// Takes the closing brace of an object back.
fn reopen(out: &mut Vec<u8>) {
    out.pop();
}

fn close(faults: &Interference, out: &mut Vec<u8>) {
    if faults.has_unknown_members {
        write_key(UNKNOWN_MEMBER, out);
        out.extend_from_slice(br#"{"Is":["new"]}"#);
    }
    out.push(b'}');
}
