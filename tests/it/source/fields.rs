//! Nothing that a sample says is lost: each of its values is in the row, or in a list here.

use lookback::model::Instant;
use lookback::tables::{Cell, Row};
use serde_json::{Map, Value};

use super::{defaults, read, samples, show_cell};

/// Members that have another name in the table: the member's path, and its column.
const RENAMED: &[(&str, &str)] = &[
    // Reports.
    ("jobStatus", "state"),
    ("backupRuleSchedule", "backup_rule_cron"),
    ("startWindowEnd", "start_by"),
    ("isParentJob", "is_parent"),
    ("vaultType", "destination_vault_type"),
    ("vaultLockStatus", "vault_lock_state"),
    ("vaultLockStatus", "destination_vault_lock_state"),
    ("encryptionKeyArn", "destination_encryption_key_arn"),
    ("deleteAfterDays", "lifecycle_delete_after_days"),
    ("deleteAfterDays", "destination_lifecycle_delete_after_days"),
    ("moveToColdAfterDays", "lifecycle_move_to_cold_storage_after_days"),
    ("moveToColdAfterDays", "destination_lifecycle_move_to_cold_storage_after_days"),
    ("enableArchive", "lifecycle_opt_in_to_archive_for_supported_resources"),
    ("enableArchive", "destination_lifecycle_opt_in_to_archive_for_supported_resources"),
    ("jobStatus", "status"),
    // Events.
    ("account", "account_id"),
    ("time", "observed_at"),
    ("resources.0", "recovery_point_arn"),
    ("resources.0", "source_recovery_point_arn"),
    ("detail.createdBy.backupPlanRuleId", "backup_rule_id"),
    ("detail.state", "status"),
];

/// What no column takes: of which files (a part of the name), and the member's path.
const NOT_KEPT: &[(&str, &str)] = &[
    // About the report. Its end is the observation's instant, where the job did not end later.
    ("JOB_REPORT", "reportTimePeriodStart"),
    ("JOB_REPORT", "reportTimePeriodEnd"),
    ("JOB_REPORT", "reportTimePeriod"),
    // The time between creation and completion; in the copy sample a placeholder.
    ("JOB_REPORT", "jobRunTime"),
    // The API's copy job has none of these.
    ("COPY_JOB_REPORT", "initiationDate"),
    ("COPY_JOB_REPORT", "startWindowEnd"),
    ("COPY_JOB_REPORT", "isEncrypted"),
    // The API's restore job has none of these.
    ("RESTORE_JOB_REPORT", "resourceName"),
    ("RESTORE_JOB_REPORT", "initiationDate"),
    ("RESTORE_JOB_REPORT", "backupPlanName"),
    ("RESTORE_JOB_REPORT", "backupRuleName"),
    ("RESTORE_JOB_REPORT", "backupRuleSchedule"),
    ("RESTORE_JOB_REPORT", "backupRuleTimezone"),
    ("RESTORE_JOB_REPORT", "startWindowEnd"),
    ("RESTORE_JOB_REPORT", "vaultType"),
    ("RESTORE_JOB_REPORT", "vaultLockStatus"),
    ("RESTORE_JOB_REPORT", "isEncrypted"),
    ("RESTORE_JOB_REPORT", "encryptionKeyArn"),
    ("RESTORE_JOB_REPORT", "deleteAfterDays"),
    ("RESTORE_JOB_REPORT", "moveToColdAfterDays"),
    ("RESTORE_JOB_REPORT", "enableArchive"),
    // The envelope of an event.
    ("", "version"),
    ("", "id"),
    ("", "detail-type"),
    ("", "source"),
    // The API has none.
    ("backup-", "detail.retryCount"),
    // The detail names the recovery point otherwise.
    ("restore-COMPLETED", "resources.0"),
];

#[test]
fn every_value_of_a_sample_is_in_its_row() {
    let mut values = 0;
    for folder in ["aws-cli", "eventbridge", "audit-report", "other"] {
        for path in samples(folder) {
            let bytes = std::fs::read(&path).unwrap();
            let Ok(reading) = read(&bytes, &defaults()) else { continue };
            let file = path.file_name().unwrap().to_str().unwrap();
            let records = records(serde_json::from_slice(&bytes).unwrap());
            for (record, row) in records.iter().zip(&reading.rows) {
                for (path, value) in leaves(record) {
                    values += 1;
                    assert!(is_kept(file, row, &path, &value), "{file}: {path} = {value}");
                }
            }
        }
    }
    assert!(values > 350, "only {values} values were looked at");
}

/// The records of a document, in order.
fn records(document: Value) -> Vec<Value> {
    let Value::Object(members) = &document else { panic!("{document} is no object") };
    let list = ["BackupJobs", "CopyJobs", "RestoreJobs", "reportItems"]
        .iter()
        .find_map(|key| members.get(*key));
    match list {
        Some(Value::Array(records)) => records.clone(),
        _ => vec![document],
    }
}

fn is_kept(file: &str, row: &Row, path: &str, value: &Value) -> bool {
    if NOT_KEPT.iter().any(|(files, member)| file.contains(files) && path == *member) {
        return true;
    }
    let last = path.rsplit('.').next().unwrap_or(path);
    let same_name = snake_case(last);
    let renamed = RENAMED.iter().filter(|(member, _)| *member == path).map(|(_, column)| *column);
    let mut cells = renamed.chain([&*same_name]).map(|column| row.get(column));
    let in_map = path.split('.').find_map(|part| map_value(row.get(&snake_case(part)), last));
    cells.any(|cell| is_same(cell, value)) || in_map == Some(text_of(value))
}

fn map_value(cell: &Cell, key: &str) -> Option<String> {
    match cell {
        Cell::TextMap(map) => map.iter().find(|(k, _)| k == key).map(|(_, v)| v.clone()),
        Cell::LongMap(map) => map.iter().find(|(k, _)| k == key).map(|(_, v)| v.to_string()),
        _ => None,
    }
}

fn is_same(cell: &Cell, value: &Value) -> bool {
    match (cell, value) {
        (Cell::Time(instant), Value::Number(number)) => {
            Instant::from_epoch_seconds(number.as_f64().unwrap()) == Some(*instant)
        }
        (Cell::Time(instant), Value::String(text)) => Instant::from_text(text) == Some(*instant),
        (Cell::Null, _) => false,
        // The quotes within the text of a message go.
        (cell, value) => show_cell(cell) == text_of(value).trim_matches('"'),
    }
}

fn text_of(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// `backupJobId` and `BackupJobId` as `backup_job_id`.
fn snake_case(name: &str) -> String {
    let mut text = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !text.is_empty() {
            text.push('_');
        }
        text.extend(letter.to_lowercase());
    }
    text
}

/// Every scalar of a value, with its path; `null` and the empty text are absent values.
fn leaves(value: &Value) -> Vec<(String, Value)> {
    let under = |path: &str, value: &Value| {
        let join =
            |rest: String| if rest.is_empty() { path.into() } else { format!("{path}.{rest}") };
        leaves(value).into_iter().map(|(rest, leaf)| (join(rest), leaf)).collect::<Vec<_>>()
    };
    match value {
        Value::Null => Vec::new(),
        Value::String(text) if text.is_empty() => Vec::new(),
        Value::Object(members) => members.iter().flat_map(|(k, v)| under(k, v)).collect(),
        Value::Array(elements) => {
            let numbered = elements.iter().enumerate();
            numbered.flat_map(|(index, v)| under(&index.to_string(), v)).collect()
        }
        scalar => vec![(String::new(), scalar.clone())],
    }
}

#[test]
fn a_value_that_is_not_in_the_row_is_noticed() {
    let bytes = br#"{"BackupJobId": "b", "CreationDate": 0, "State": "CREATED",
        "BackupVaultArn": "arn:aws:backup:r:1:backup-vault:v", "New": 1}"#;
    let reading = read(bytes, &defaults()).unwrap();
    let record: Map<String, Value> = serde_json::from_slice(bytes).unwrap();
    let lost: Vec<_> = leaves(&record.into())
        .into_iter()
        .filter(|(path, value)| !is_kept("x.json", &reading.rows[0], path, value))
        .collect();
    assert_eq!(lost, [("New".to_owned(), Value::from(1))]);
}
