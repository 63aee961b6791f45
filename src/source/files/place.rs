//! Which Region and account a job of a file belongs to.

use crate::source::place::{told_account, told_region};
use crate::tables::{Cell, Row};

use super::Defaults;
use super::job::Sighting;

/// Fills the Region and, where AWS left it out, the account.
pub(super) fn fill(row: &mut Row, sighting: &Sighting, defaults: &Defaults) -> Result<(), String> {
    let region = sighting.region.clone().or_else(|| told_region(row, sighting.kind));
    let region = region.or_else(|| defaults.region.clone());
    let region = region.ok_or("tells no Region: say it with --region")?;
    row.set("region", Cell::text(region));
    if row.text("account_id").is_none() {
        let account_id = sighting.account_id.clone();
        let account_id = account_id.or_else(|| told_account(row, sighting.kind));
        let account_id = account_id.or_else(|| defaults.account_id.clone());
        let account_id = account_id.ok_or("tells no account: say it with --account")?;
        row.set("account_id", Cell::text(account_id));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::model::{Instant, JobKind};

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
    fn the_record_says_its_account_itself() {
        let record = json!({"AccountId": "4", "RecoveryPointArn": POINT});
        check(JobKind::Scan, record, "eu-west-1 4");
    }

    #[test]
    fn a_backup_without_a_vault_is_where_its_resource_is() {
        let record = json!({"ResourceArn": "arn:aws:ec2:us-east-3:555555555555:volume/vol-1"});
        check(JobKind::Backup, record, "us-east-3 555555555555");
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
