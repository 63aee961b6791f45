//! Job state changes as `EventBridge` delivers them.
//!
//! AWS publishes samples, no schema ("Monitoring AWS Backup events using Amazon `EventBridge`", AWS
//! Backup Developer Guide). The Region and the account are the envelope's: a forwarded event keeps
//! its own, and neither is inferred from the other.

use serde_json::{Map, Value};

use crate::model::{Instant, JobKind};
use crate::tables::{Origin, Table};

use super::job::{Refusal, Sighting, noun};
use super::translate::{Dialect, insert};

const SOURCE: &str = "aws.backup";

/// The members of the envelope that are used, or say nothing about the job.
const ENVELOPE: &[&str] =
    &["version", "id", "detail-type", "source", "account", "time", "region", "resources", "detail"];

/// Rules have another name than in the API, and an early restore event has `state` for `status`.
const RENAMED_RULE: (&str, &str) = ("createdBy.backupPlanRuleId", "CreatedBy.BackupRuleId");
const DETAIL: Dialect = Dialect { renamed: &[RENAMED_RULE], used: &[] };
const RESTORE_DETAIL: Dialect = Dialect { renamed: &[("state", "Status")], used: &[] };

fn kind_of(detail_type: &str) -> Option<JobKind> {
    match detail_type {
        "Backup Job State Change" => Some(JobKind::Backup),
        "Copy Job State Change" => Some(JobKind::Copy),
        "Restore Job State Change" => Some(JobKind::Restore),
        "Scan Job State Change" => Some(JobKind::Scan),
        _ => None,
    }
}

/// The member that the envelope's first resource is, where the detail does not say it.
fn resource_member(kind: JobKind) -> &'static str {
    match kind {
        JobKind::Copy => "SourceRecoveryPointArn",
        JobKind::Backup | JobKind::Restore | JobKind::Scan => "RecoveryPointArn",
    }
}

/// The job that an event is about.
pub(super) fn read(mut envelope: Map<String, Value>) -> Result<Sighting, Refusal> {
    let detail_type = text(&envelope, "detail-type").unwrap_or_default();
    let source = text(&envelope, "source").unwrap_or_default();
    let Some(kind) = kind_of(detail_type).filter(|_| source == SOURCE) else {
        return Err(Refusal::Ignored(format!("events {detail_type:?} of {source:?}")));
    };
    let noun = noun(kind, Origin::Event);
    let observed_at = text(&envelope, "time").and_then(Instant::from_text);
    let observed_at = observed_at.ok_or_else(|| {
        let time = envelope.get("time").unwrap_or(&Value::Null);
        Refusal::Bad(format!("{noun}: time is {time}, which is no time"))
    })?;
    let Some(Value::Object(detail)) = envelope.remove("detail") else {
        return Err(Refusal::Bad(format!("{noun} has no detail")));
    };
    let dialect = if kind == JobKind::Restore { RESTORE_DETAIL } else { DETAIL };
    let (mut record, mut unknown) = dialect.translate(Table::of_jobs(kind), detail);
    unquote(&mut record);
    let resource = envelope.get("resources").and_then(|resources| resources.get(0));
    if let Some(arn @ Value::String(_)) = resource
        && !record.contains_key(resource_member(kind))
    {
        insert(&mut record, resource_member(kind), arn.clone());
    }
    let more = envelope.keys().filter(|member| !ENVELOPE.contains(&&***member));
    unknown.extend(more.cloned());
    let owned = |member: &str| text(&envelope, member).map(str::to_owned);
    Ok(Sighting {
        kind,
        record,
        unknown,
        origin: Origin::Event,
        observed_at,
        region: owned("region"),
        account_id: owned("account"),
    })
}

fn text<'m>(members: &'m Map<String, Value>, member: &str) -> Option<&'m str> {
    members.get(member).and_then(Value::as_str).filter(|text| !text.is_empty())
}

/// Takes off the quotes that backup events have around their message, within the text.
fn unquote(record: &mut Map<String, Value>) {
    if let Some(Value::String(message)) = record.get_mut("StatusMessage")
        && let Some(inner) = message.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'))
    {
        *message = inner.to_owned();
    }
}
