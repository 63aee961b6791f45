//! Says in words what a JSON value is that holds no job.

use serde_json::{Map, Value};

/// Objects of AWS that are easily taken for jobs: a member that tells them, and what they are.
const KNOWN: &[(&str, &str)] = &[
    ("BackupPlansList", "a list of backup plans"),
    ("BackupPlan", "a backup plan"),
    ("BackupPlanArn", "a backup plan"),
    ("BackupVaultList", "a list of backup vaults"),
    ("BackupVaultArn", "a backup vault"),
    ("RecoveryPoints", "a list of recovery points"),
    ("AggregationPeriod", "an answer without its summaries"),
];

/// What an object is, as far as its members tell.
pub(super) fn describe(members: &Map<String, Value>) -> String {
    if members.contains_key("eventVersion")
        && let Some(name) = members.get("eventName")
    {
        return format!("a CloudTrail record of {name}");
    }
    if let Some(Value::Array(records)) = members.get("Records") {
        let inner = records.first().and_then(Value::as_object).map(describe);
        return inner.map_or_else(|| "an empty list".into(), |inner| format!("a list: {inner}"));
    }
    if members.contains_key("Sns") || members.contains_key("TopicArn") {
        return "an SNS notification".into();
    }
    if members.contains_key("StartTime") && members.contains_key("Count") {
        return "a summary row without its answer, which tells the kind of job".into();
    }
    if members.contains_key("CreationDate")
        && ["State", "Status"].iter().any(|m| members.contains_key(*m))
    {
        return "a job without its id, which tells the kind of job".into();
    }
    if let Some((_, what)) = KNOWN.iter().find(|(member, _)| members.contains_key(*member)) {
        return (*what).to_owned();
    }
    let mut names: Vec<_> = members.keys().take(5).map(|name| format!("{name:?}")).collect();
    if members.len() > names.len() {
        names.push("…".into());
    }
    if names.is_empty() {
        return "an empty object".into();
    }
    format!("an object with the members {}", names.join(", "))
}

/// What a value is: `a number`.
pub(super) fn noun(value: &Value) -> String {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
    .to_owned()
}
