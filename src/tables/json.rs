//! AWS's JSON to rows and back, driven by the column declarations.

use std::fmt;

use serde_json::{Map, Value};

use crate::model::Instant;

use super::{Cell, Column, ColumnType, Given, Row, Table};

/// Which of AWS's shapes a row is printed as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A List answer's item.
    List,
    /// A Describe answer.
    Describe,
}

/// How a member is printed that a row has no value for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Absent {
    /// Not at all.
    #[default]
    Omitted,
    /// As `null`, as AWS Backup was seen to do (2019 and 2020).
    Null,
}

/// A row from AWS's JSON record, and the members that no column takes (dotted paths).
///
/// Only columns that AWS gives are filled. Absent members, `null` and `""` are NULL.
///
/// # Errors
/// A member that cannot be read as its column's type, in words that name it and its value.
pub fn row_from_aws(
    table: &'static Table,
    record: &Map<String, Value>,
) -> Result<(Row, Vec<String>), String> {
    let mut row = Row::new(table);
    let mut unknown = Vec::new();
    for (member, value) in record {
        match (place(table, member), value) {
            (Some(index), _) => *row.cell_mut(index) = read(&table.columns[index], value)?,
            (None, Value::Object(nested)) if has_nested(table, member) => {
                for (child, value) in nested {
                    let path = format!("{member}.{child}");
                    match place(table, &path) {
                        Some(index) => {
                            *row.cell_mut(index) = read(&table.columns[index], value)?;
                        }
                        None => unknown.push(path),
                    }
                }
            }
            (None, Value::Null) if has_nested(table, member) => {}
            _ => unknown.push(member.clone()),
        }
    }
    Ok((row, unknown))
}

fn place(table: &Table, path: &str) -> Option<usize> {
    table.columns.iter().position(|column| !column.aws.is_empty() && column.aws == path)
}

fn has_nested(table: &Table, member: &str) -> bool {
    let nested = |column: &Column| column.aws.split_once('.').is_some_and(|(m, _)| m == member);
    table.columns.iter().any(nested)
}

fn read(column: &Column, value: &Value) -> Result<Cell, String> {
    cell_from_json(column.ty, value)
        .ok_or_else(|| format!("{} is {value}, which is no {}", column.aws, noun(column.ty)))
}

fn noun(ty: ColumnType) -> &'static str {
    match ty {
        ColumnType::Text => "text",
        ColumnType::Long => "whole number",
        ColumnType::Bool => "boolean",
        ColumnType::Time => "time",
        ColumnType::TextMap => "map of texts",
        ColumnType::LongMap => "map of whole numbers",
    }
}

/// A value as a cell of type `ty`; `None` if it cannot be one.
///
/// Tolerant where AWS's own documents vary: numbers and booleans given as text, text given as a
/// number, times as epoch seconds or as ISO text, and `{}` for an absent text.
pub fn cell_from_json(ty: ColumnType, value: &Value) -> Option<Cell> {
    match (ty, value) {
        (_, Value::Null) => Some(Cell::Null),
        (_, Value::String(text)) if text.is_empty() => Some(Cell::Null),
        (ColumnType::Text, Value::String(text)) => Some(Cell::Text(text.clone())),
        (ColumnType::Text, Value::Number(number)) => Some(Cell::Text(number.to_string())),
        (ColumnType::Text, Value::Bool(truth)) => Some(Cell::Text(truth.to_string())),
        (ColumnType::Text, Value::Object(empty)) if empty.is_empty() => Some(Cell::Null),
        (ColumnType::Long, Value::Number(number)) => whole(number).map(Cell::Long),
        (ColumnType::Long, Value::String(text)) => text.parse().ok().map(Cell::Long),
        (ColumnType::Bool, Value::Bool(truth)) => Some(Cell::Bool(*truth)),
        (ColumnType::Bool, Value::String(text)) => {
            text.to_ascii_lowercase().parse().ok().map(Cell::Bool)
        }
        (ColumnType::Time, Value::Number(number)) => {
            number.as_f64().and_then(Instant::from_epoch_seconds).map(Cell::Time)
        }
        (ColumnType::Time, Value::String(text)) => time_from_text(text).map(Cell::Time),
        (ColumnType::TextMap, Value::Object(map)) => {
            let pair =
                |(key, value): (&String, &Value)| Some((key.clone(), value.as_str()?.to_owned()));
            map.iter().map(pair).collect::<Option<_>>().map(Cell::TextMap)
        }
        (ColumnType::LongMap, Value::Object(map)) => {
            let pair = |(key, value): (&String, &Value)| Some((key.clone(), value.as_i64()?));
            map.iter().map(pair).collect::<Option<_>>().map(Cell::LongMap)
        }
        _ => None,
    }
}

/// A JSON number that is whole, however it is written (`71`, `71.0`, `7.1e1`).
fn whole(number: &serde_json::Number) -> Option<i64> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    number.as_i64().or_else(|| {
        let float = number.as_f64().filter(|f| f.fract() == 0.0 && f.abs() <= EXACT)?;
        #[expect(clippy::cast_possible_truncation, reason = "whole, and within 2^53")]
        Some(float as i64)
    })
}

/// ISO text, or epoch seconds written as text.
fn time_from_text(text: &str) -> Option<Instant> {
    Instant::from_text(text).or_else(|| text.parse().ok().and_then(Instant::from_epoch_seconds))
}

/// A row as AWS prints it in `shape`; what [`write_aws`] writes, as values.
pub fn row_to_aws(row: &Row, shape: Shape) -> Map<String, Value> {
    let mut text = Vec::new();
    write_aws(row, shape, Absent::Omitted, &mut text);
    serde_json::from_slice(&text).unwrap_or_default()
}

/// Writes a row as AWS prints it in `shape`: times as epoch seconds with milliseconds, nested
/// records nested, members in the order of the columns.
///
/// The columns of a nested record must stand together, as they do in every table.
pub fn write_aws(row: &Row, shape: Shape, absent: Absent, out: &mut Vec<u8>) {
    let mut nested = "";
    out.push(b'{');
    for (column, cell) in row.table().columns.iter().zip(row.cells()) {
        let shown = match column.given {
            Given::Everywhere => true,
            Given::DescribeOnly => shape == Shape::Describe,
            Given::ByUs => false,
        };
        if !shown || (cell.is_null() && absent == Absent::Omitted) {
            continue;
        }
        let (record, member) = column.aws.split_once('.').unwrap_or(("", column.aws));
        if record != nested {
            if !nested.is_empty() {
                out.push(b'}');
            }
            if !record.is_empty() {
                write_key(record, out);
                out.push(b'{');
            }
            nested = record;
        }
        write_key(member, out);
        write_cell(cell, out);
    }
    if !nested.is_empty() {
        out.push(b'}');
    }
    out.push(b'}');
}

/// Writes `"name":`, after a comma unless it is the first member of its object.
pub fn write_key(name: &str, out: &mut Vec<u8>) {
    if out.last() != Some(&b'{') {
        out.push(b',');
    }
    write_text(name, out);
    out.push(b':');
}

/// Writes a JSON string.
pub fn write_text(text: &str, out: &mut Vec<u8>) {
    // A vector takes every byte and a text has no key to refuse: this cannot fail.
    if serde_json::to_writer(&mut *out, text).is_err() {
        out.extend_from_slice(b"null");
    }
}

/// Writes epoch seconds with milliseconds, as AWS does: whole seconds as an integer.
pub fn write_epoch_seconds(instant: Instant, out: &mut Vec<u8>) {
    let millis = instant.millis();
    let sign = if millis < 0 { "-" } else { "" };
    let (seconds, rest) = (millis.unsigned_abs() / 1000, millis.unsigned_abs() % 1000);
    out.extend_from_slice(sign.as_bytes());
    write_number(seconds, out);
    if rest > 0 {
        let digit = |number: u64| b'0' + u8::try_from(number % 10).unwrap_or(0);
        let digits = [rest / 100, rest / 10, rest].map(digit);
        let kept = digits.iter().rposition(|digit| *digit != b'0').map_or(0, |at| at + 1);
        out.push(b'.');
        out.extend_from_slice(&digits[..kept]);
    }
}

/// Writes a whole number.
pub fn write_number(number: impl fmt::Display, out: &mut Vec<u8>) {
    use std::io::Write;
    // Writing to a vector cannot fail.
    write!(out, "{number}").unwrap_or_default();
}

fn write_cell(cell: &Cell, out: &mut Vec<u8>) {
    match cell {
        Cell::Null => out.extend_from_slice(b"null"),
        Cell::Text(text) => write_text(text, out),
        Cell::Long(number) => write_number(number, out),
        Cell::Bool(truth) => write_number(truth, out),
        Cell::Time(instant) => write_epoch_seconds(*instant, out),
        Cell::TextMap(map) => write_map(map, out, |value, out| write_text(value, out)),
        Cell::LongMap(map) => write_map(map, out, |value, out| write_number(value, out)),
    }
}

fn write_map<T>(map: &[(String, T)], out: &mut Vec<u8>, write: impl Fn(&T, &mut Vec<u8>)) {
    out.push(b'{');
    for (key, value) in map {
        write_key(key, out);
        write(value, out);
    }
    out.push(b'}');
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::tables::{BACKUP_JOBS, SCAN_JOBS};

    fn record(value: Value) -> Map<String, Value> {
        match value {
            Value::Object(map) => map,
            other => panic!("{other} is no object"),
        }
    }

    #[test]
    fn a_record_goes_through_a_row_unchanged() {
        let given = record(json!({
            "BackupJobId": "b-1",
            "CreationDate": 1_600_721_892.929,
            "State": "COMPLETED",
            "BackupSizeInBytes": 71,
            "IsParent": true,
            "CreatedBy": {"BackupPlanId": "p-1"},
            "BackupOptions": {"WindowsVSS": "enabled"},
            "ChildJobsInState": {"COMPLETED": 3},
        }));
        let (row, unknown) = row_from_aws(&BACKUP_JOBS, &given).unwrap();
        assert!(unknown.is_empty());
        assert_eq!(row_to_aws(&row, Shape::Describe), given);
        let mut listed = given;
        listed.remove("ChildJobsInState");
        assert_eq!(row_to_aws(&row, Shape::List), listed);
    }

    #[test]
    fn nested_records_stand_together_in_every_table() {
        for table in crate::tables::ALL {
            let record = |column: &Column| column.aws.split_once('.').map(|(record, _)| record);
            let given = table.columns.iter().filter(|column| !column.aws.is_empty());
            let mut records: Vec<_> = given.map(record).collect();
            records.dedup();
            let mut named: Vec<_> = records.into_iter().flatten().collect();
            let count = named.len();
            named.sort_unstable();
            named.dedup();
            assert_eq!(named.len(), count, "{}", table.name);
        }
    }

    #[track_caller]
    fn check_time(millis: i64, expected: &str) {
        let mut out = Vec::new();
        write_epoch_seconds(Instant::from_millis(millis).unwrap(), &mut out);
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }

    #[test]
    fn times_are_written_with_the_decimals_they_need() {
        check_time(1_600_721_892_929, "1600721892.929");
        check_time(1_600_721_724_770, "1600721724.77");
        check_time(1_600_721_724_007, "1600721724.007");
        check_time(1_600_721_724_000, "1600721724");
        check_time(-1_500, "-1.5");
        check_time(-1, "-0.001");
    }

    #[test]
    fn absent_members_can_be_written_as_null() {
        let mut row = Row::new(&SCAN_JOBS);
        row.set("backup_plan_id", Cell::text("p-\"1\""));
        let mut out = Vec::new();
        write_aws(&row, Shape::List, Absent::Omitted, &mut out);
        assert_eq!(out, br#"{"CreatedBy":{"BackupPlanId":"p-\"1\""}}"#);
        out.clear();
        write_aws(&row, Shape::List, Absent::Null, &mut out);
        let value: Value = serde_json::from_slice(&out).unwrap();
        assert_eq!(value["ScanJobId"], Value::Null);
        assert_eq!(value["CreatedBy"]["BackupPlanArn"], Value::Null);
        assert_eq!(value.as_object().unwrap().len(), 22);
    }

    #[test]
    fn unknown_members_are_named() {
        let given = record(json!({"New": 1, "ScanResult": {"ScanResultStatus": "X", "Y": 2}}));
        let (row, unknown) = row_from_aws(&SCAN_JOBS, &given).unwrap();
        assert_eq!(row.text("scan_result_status"), Some("X"));
        assert_eq!(unknown, ["New", "ScanResult.Y"]);
    }

    #[test]
    fn a_wrong_value_is_named() {
        let given = record(json!({"CreationDate": "soon"}));
        let err = row_from_aws(&BACKUP_JOBS, &given).unwrap_err();
        assert_eq!(err, "CreationDate is \"soon\", which is no time");
    }
}
