//! Job reports of AWS Backup Audit Manager, in JSON.
//!
//! AWS publishes one sample a template and no list of columns ("Choosing your report template", AWS
//! Backup Developer Guide); which API member a column is, it does not say. A row is taken for an
//! observation at the end of its report's period: the same job is in several daily reports, and the
//! latest is right.

use serde_json::{Map, Value};

use crate::model::{Instant, JobKind};
use crate::tables::{Origin, Table};

use super::Defaults;
use super::job::{Refusal, Sighting, noun};
use super::translate::Dialect;

/// Columns about the report, the Region, and what follows from the dates.
const USED: &[&str] =
    &["reportTimePeriodStart", "reportTimePeriodEnd", "reportTimePeriod", "region", "jobRunTime"];

const BACKUP: Dialect = Dialect {
    renamed: &[
        ("jobStatus", "State"),
        ("backupRuleSchedule", "CreatedBy.BackupRuleCron"),
        ("startWindowEnd", "StartBy"),
        ("isParentJob", "IsParent"),
        ("vaultLockStatus", "VaultLockState"),
        ("moveToColdAfterDays", "RecoveryPointLifecycle.MoveToColdStorageAfterDays"),
        ("enableArchive", "RecoveryPointLifecycle.OptInToArchiveForSupportedResources"),
    ],
    used: USED,
};

/// The columns about a vault, a key and a lifecycle do not say whose; the API's copy job has only
/// those of the destination.
const COPY: Dialect = Dialect {
    renamed: &[
        ("jobStatus", "State"),
        ("backupRuleSchedule", "CreatedBy.BackupRuleCron"),
        ("isParentJob", "IsParent"),
        ("vaultType", "DestinationVaultType"),
        ("vaultLockStatus", "DestinationVaultLockState"),
        ("encryptionKeyArn", "DestinationEncryptionKeyArn"),
        ("moveToColdAfterDays", "DestinationRecoveryPointLifecycle.MoveToColdStorageAfterDays"),
        ("enableArchive", "DestinationRecoveryPointLifecycle.OptInToArchiveForSupportedResources"),
    ],
    used: USED,
};

const RESTORE: Dialect =
    Dialect { renamed: &[("jobStatus", "Status"), ("isParentJob", "IsParent")], used: USED };

const SCAN: Dialect = Dialect { renamed: &[("jobStatus", "State")], used: USED };

fn dialect(kind: JobKind) -> Dialect {
    match kind {
        JobKind::Backup => BACKUP,
        JobKind::Copy => COPY,
        JobKind::Restore => RESTORE,
        JobKind::Scan => SCAN,
    }
}

/// Whether a bare object is a row of a report, of jobs or of compliance.
pub(super) fn is_row(record: &Map<String, Value>) -> bool {
    record.contains_key("jobStatus") || record.contains_key("frameworkName")
}

/// A job's row of a report.
pub(super) fn read(
    mut record: Map<String, Value>,
    defaults: &Defaults,
) -> Result<Sighting, Refusal> {
    if record.contains_key("frameworkName") {
        return Err(Refusal::Ignored("rows of a compliance report".to_owned()));
    }
    let Some(kind) = kind_of(&record) else {
        return Err(Refusal::Bad("report row has no job id".to_owned()));
    };
    let region = match record.remove("region") {
        Some(Value::String(region)) if !region.is_empty() => Some(region),
        _ => None,
    };
    let observed_at = observed_at(&record)
        .map_err(|reason| Refusal::Bad(format!("{} {reason}", noun(kind, Origin::AuditReport))))?;
    let (record, unknown) = dialect(kind).translate(Table::of_jobs(kind), record);
    Ok(Sighting {
        kind,
        record,
        unknown,
        origin: Origin::AuditReport,
        observed_at: observed_at.unwrap_or(defaults.observed_at),
        region,
        account_id: None,
    })
}

fn kind_of(record: &Map<String, Value>) -> Option<JobKind> {
    let has_id =
        |kind: &JobKind| record.keys().any(|member| member.eq_ignore_ascii_case(kind.id_field()));
    JobKind::ALL.into_iter().find(has_id)
}

/// The end of the report's period, or the job's own end where that is later: jobs that ended soon
/// after the period are in the report.
fn observed_at(record: &Map<String, Value>) -> Result<Option<Instant>, String> {
    let text = |member: &str| record.get(member).and_then(Value::as_str).filter(|t| !t.is_empty());
    let period_end = text("reportTimePeriodEnd").or_else(|| {
        let period = text("reportTimePeriod")?;
        Some(period.rsplit_once(" - ").map_or(period, |(_, end)| end))
    });
    let Some(period_end) = period_end else { return Ok(None) };
    let end = Instant::from_text(period_end)
        .ok_or_else(|| format!("has a period that ends at {period_end:?}, which is no time"))?;
    let completion = text("completionDate").and_then(Instant::from_text);
    Ok(Some(completion.map_or(end, |completion| completion.max(end))))
}
