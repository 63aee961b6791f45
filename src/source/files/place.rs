//! Which Region and account a job belongs to, where its record does not say.

use crate::model::{ArnParts, JobKind};
use crate::tables::{Cell, Row};

use super::Defaults;
use super::job::{Sighting, given};

/// Which ARNs of a member lie where the job does.
#[derive(Clone, Copy, Debug)]
enum Counts {
    /// All of them.
    Always,
    /// Those of AWS Backup itself: a snapshot or an image tells no account.
    OfBackup,
}

/// The members whose ARNs tell where a job of `kind` ran, the surest first.
///
/// A role is of the account that runs the job: AWS passes none across accounts. A resource tells
/// only for a backup: the copy or the scan of a copy has the resource of the first backup, which
/// may be in another account and Region.
fn clues(kind: JobKind) -> &'static [(&'static str, Counts)] {
    use Counts::{Always, OfBackup};
    match kind {
        JobKind::Backup => &[
            ("BackupVaultArn", Always),
            ("IamRoleArn", Always),
            ("ResourceArn", Always),
            ("RecoveryPointArn", OfBackup),
        ],
        JobKind::Copy => &[
            ("SourceBackupVaultArn", Always),
            ("IamRoleArn", Always),
            ("SourceRecoveryPointArn", OfBackup),
        ],
        JobKind::Restore | JobKind::Scan => {
            &[("BackupVaultArn", Always), ("IamRoleArn", Always), ("RecoveryPointArn", OfBackup)]
        }
    }
}

/// Fills the Region and, where AWS left it out, the account.
pub(super) fn fill(row: &mut Row, sighting: &Sighting, defaults: &Defaults) -> Result<(), String> {
    let region = sighting.region.clone().or_else(|| told(row, sighting.kind, |arn| arn.region));
    let region = region.or_else(|| defaults.region.clone());
    let region = region.ok_or("tells no Region: say it with --region")?;
    row.set("region", Cell::text(region));
    if row.text("account_id").is_none() {
        let account_id = sighting.account_id.clone();
        let account_id = account_id.or_else(|| told(row, sighting.kind, |arn| arn.account_id));
        let account_id = account_id.or_else(|| defaults.account_id.clone());
        let account_id = account_id.ok_or("tells no account: say it with --account")?;
        row.set("account_id", Cell::text(account_id));
    }
    Ok(())
}

/// What the first ARN that tells it says.
fn told(
    row: &Row,
    kind: JobKind,
    part: impl for<'a> Fn(ArnParts<'a>) -> Option<&'a str>,
) -> Option<String> {
    clues(kind).iter().find_map(|(member, counts)| {
        let Cell::Text(arn) = given(row, member) else { return None };
        let is_backup = || arn.split(':').nth(2) == Some("backup");
        let does_count = matches!(counts, Counts::Always) || is_backup();
        does_count.then(|| part(ArnParts::of(arn))).flatten().map(str::to_owned)
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::model::Instant;

    const SNAPSHOT: &str = "arn:aws:ec2:eu-west-1::snapshot/snap-1";
    const POINT: &str = "arn:aws:backup:eu-west-1:111111111111:recovery-point:1";
    const ROLE: &str = "arn:aws:iam::222222222222:role/r";

    #[track_caller]
    fn check(kind: JobKind, mut record: Value, expected: &str) {
        let more = json!({"CreationDate": 0, kind.state_field(): "RUNNING", kind.id_field(): "j"});
        record.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let Value::Object(record) = record else { panic!("no object") };
        let defaults = Defaults {
            region: None,
            account_id: None,
            source: "test".into(),
            observed_at: Instant::from_micros(0),
        };
        let got = Sighting::of_aws_record(kind, record, &defaults).into_row(&defaults);
        let got = match got {
            Ok((row, _)) => {
                format!("{} {}", row.text("region").unwrap(), row.text("account_id").unwrap())
            }
            Err(refusal) => format!("{refusal:?}"),
        };
        assert_eq!(got, expected);
    }

    #[test]
    fn the_vault_comes_before_other_arns() {
        let vault = "arn:aws:backup:us-east-1:333333333333:backup-vault:v";
        let record =
            json!({"BackupVaultArn": vault, "RecoveryPointArn": POINT, "IamRoleArn": ROLE});
        check(JobKind::Restore, record, "us-east-1 333333333333");
    }

    #[test]
    fn the_record_says_its_account_itself() {
        let record = json!({"AccountId": "4", "RecoveryPointArn": POINT});
        check(JobKind::Scan, record, "eu-west-1 4");
    }

    #[test]
    fn a_copy_is_where_its_source_vault_is() {
        let record = json!({
            "SourceBackupVaultArn": "arn:aws:backup:us-east-1:333333333333:backup-vault:v",
            "DestinationBackupVaultArn": "arn:aws:backup:us-east-2:444444444444:backup-vault:v",
            "ResourceArn": "arn:aws:ec2:us-east-3:555555555555:volume/vol-1",
        });
        check(JobKind::Copy, record, "us-east-1 333333333333");
    }

    #[test]
    fn a_backup_without_a_vault_is_where_its_resource_is() {
        let record = json!({"ResourceArn": "arn:aws:ec2:us-east-3:555555555555:volume/vol-1"});
        check(JobKind::Backup, record, "us-east-3 555555555555");
    }

    #[test]
    fn an_old_restore_is_where_its_recovery_point_is() {
        check(JobKind::Restore, json!({"RecoveryPointArn": POINT}), "eu-west-1 111111111111");
    }

    #[test]
    fn a_snapshot_tells_nothing() {
        let record = json!({"RecoveryPointArn": SNAPSHOT, "IamRoleArn": ROLE});
        let reason = r#"Bad("restore job \"j\" tells no Region: say it with --region")"#;
        check(JobKind::Restore, record, reason);
    }

    #[test]
    fn a_bucket_tells_nothing() {
        let record = json!({"ResourceArn": "arn:aws:s3:::bucket", "RecoveryPointArn": SNAPSHOT});
        let reason = r#"Bad("backup job \"j\" tells no Region: say it with --region")"#;
        check(JobKind::Backup, record, reason);
    }
}
