//! AWS's JSON to rows and back, driven by the column declarations.

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

/// A row as AWS prints it in `shape`: absent members left out, times as epoch seconds with
/// milliseconds, nested records nested.
pub fn row_to_aws(row: &Row, shape: Shape) -> Map<String, Value> {
    let mut record = Map::new();
    for (column, cell) in row.table().columns.iter().zip(row.cells()) {
        let shown = match column.given {
            Given::Everywhere => true,
            Given::DescribeOnly => shape == Shape::Describe,
            Given::ByUs => false,
        };
        let Some(value) = shown.then(|| cell_to_json(cell)).flatten() else { continue };
        match column.aws.split_once('.') {
            None => drop(record.insert(column.aws.to_owned(), value)),
            Some((member, child)) => {
                let nested = record.entry(member).or_insert_with(|| Value::Object(Map::new()));
                if let Value::Object(nested) = nested {
                    nested.insert(child.to_owned(), value);
                }
            }
        }
    }
    record
}

fn cell_to_json(cell: &Cell) -> Option<Value> {
    Some(match cell {
        Cell::Null => return None,
        Cell::Text(text) => Value::from(text.as_str()),
        Cell::Long(number) => Value::from(*number),
        Cell::Bool(truth) => Value::from(*truth),
        Cell::Time(instant) => epoch_seconds(*instant),
        Cell::TextMap(map) => {
            Value::Object(map.iter().map(|(k, v)| (k.clone(), Value::from(v.as_str()))).collect())
        }
        Cell::LongMap(map) => {
            Value::Object(map.iter().map(|(k, v)| (k.clone(), Value::from(*v))).collect())
        }
    })
}

/// Epoch seconds with milliseconds, as AWS writes them: whole seconds as an integer.
#[expect(clippy::cast_precision_loss, reason = "milliseconds of this era are exact in a double")]
fn epoch_seconds(instant: Instant) -> Value {
    let millis = instant.millis();
    if millis % 1000 == 0 { Value::from(millis / 1000) } else { Value::from(millis as f64 / 1e3) }
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
