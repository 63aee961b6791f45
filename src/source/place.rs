//! Which Region and account a job belongs to, where its record does not say.

use crate::model::{ArnParts, JobKind};
use crate::tables::Row;

/// Which ARNs of a column lie where the job does.
#[derive(Clone, Copy, Debug)]
enum Counts {
    /// All of them.
    Always,
    /// Those of AWS Backup itself: a snapshot or an image tells no account.
    OfBackup,
}

/// The columns whose ARNs tell where a job of `kind` ran, the surest first.
///
/// A role is of the account that runs the job: AWS passes none across accounts. A resource tells
/// only for a backup: the copy or the scan of a copy has the resource of the first backup, which
/// may be in another account and Region.
fn clues(kind: JobKind) -> &'static [(&'static str, Counts)] {
    use Counts::{Always, OfBackup};
    match kind {
        JobKind::Backup => &[
            ("backup_vault_arn", Always),
            ("iam_role_arn", Always),
            ("resource_arn", Always),
            ("recovery_point_arn", OfBackup),
        ],
        JobKind::Copy => &[
            ("source_backup_vault_arn", Always),
            ("iam_role_arn", Always),
            ("source_recovery_point_arn", OfBackup),
        ],
        JobKind::Restore | JobKind::Scan => &[
            ("backup_vault_arn", Always),
            ("iam_role_arn", Always),
            ("recovery_point_arn", OfBackup),
        ],
    }
}

/// The Region that the ARNs of a job tell.
pub(super) fn told_region(row: &Row, kind: JobKind) -> Option<String> {
    told(row, kind, |arn| arn.region)
}

/// The account that the ARNs of a job tell.
pub(super) fn told_account(row: &Row, kind: JobKind) -> Option<String> {
    told(row, kind, |arn| arn.account_id)
}

/// What the first ARN that tells it says.
fn told(
    row: &Row,
    kind: JobKind,
    part: impl for<'a> Fn(ArnParts<'a>) -> Option<&'a str>,
) -> Option<String> {
    clues(kind).iter().find_map(|(column, counts)| {
        let arn = row.text(column)?;
        let is_backup = || arn.split(':').nth(2) == Some("backup");
        let does_count = matches!(counts, Counts::Always) || is_backup();
        does_count.then(|| part(ArnParts::of(arn))).flatten().map(str::to_owned)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tables::{Cell, Table};

    const SNAPSHOT: &str = "arn:aws:ec2:eu-west-1::snapshot/snap-1";
    const POINT: &str = "arn:aws:backup:eu-west-1:111111111111:recovery-point:1";
    const ROLE: &str = "arn:aws:iam::222222222222:role/r";

    #[track_caller]
    fn check(kind: JobKind, columns: &[(&str, &str)], expected: (&str, &str)) {
        let mut row = Row::new(Table::of_jobs(kind));
        for (column, arn) in columns {
            row.set(column, Cell::text(*arn));
        }
        let got = (told_region(&row, kind), told_account(&row, kind));
        let got = (got.0.unwrap_or_default(), got.1.unwrap_or_default());
        assert_eq!((&*got.0, &*got.1), expected);
    }

    #[test]
    fn every_clue_is_a_column() {
        for kind in JobKind::ALL {
            for (column, _) in clues(kind) {
                Table::of_jobs(kind).index(column);
            }
        }
    }

    #[test]
    fn the_vault_comes_before_other_arns() {
        let vault = "arn:aws:backup:us-east-1:333333333333:backup-vault:v";
        let columns =
            [("recovery_point_arn", POINT), ("backup_vault_arn", vault), ("iam_role_arn", ROLE)];
        check(JobKind::Restore, &columns, ("us-east-1", "333333333333"));
    }

    #[test]
    fn a_role_tells_the_account_and_the_recovery_point_the_region() {
        let columns = [("recovery_point_arn", POINT), ("iam_role_arn", ROLE)];
        check(JobKind::Scan, &columns, ("eu-west-1", "222222222222"));
    }

    #[test]
    fn a_copy_is_where_its_source_vault_is() {
        let columns = [
            ("source_backup_vault_arn", "arn:aws:backup:us-east-1:333333333333:backup-vault:v"),
            (
                "destination_backup_vault_arn",
                "arn:aws:backup:us-east-2:444444444444:backup-vault:v",
            ),
            ("resource_arn", "arn:aws:ec2:us-east-3:555555555555:volume/vol-1"),
        ];
        check(JobKind::Copy, &columns, ("us-east-1", "333333333333"));
    }

    #[test]
    fn a_backup_without_a_vault_is_where_its_resource_is() {
        let columns = [("resource_arn", "arn:aws:ec2:us-east-3:555555555555:volume/vol-1")];
        check(JobKind::Backup, &columns, ("us-east-3", "555555555555"));
    }

    #[test]
    fn an_old_restore_is_where_its_recovery_point_is() {
        let columns = [("recovery_point_arn", POINT)];
        check(JobKind::Restore, &columns, ("eu-west-1", "111111111111"));
    }

    #[test]
    fn a_snapshot_tells_nothing() {
        let columns = [("recovery_point_arn", SNAPSHOT), ("iam_role_arn", ROLE)];
        check(JobKind::Restore, &columns, ("", "222222222222"));
    }

    #[test]
    fn a_bucket_tells_nothing() {
        let columns = [("resource_arn", "arn:aws:s3:::bucket"), ("recovery_point_arn", SNAPSHOT)];
        check(JobKind::Backup, &columns, ("", ""));
    }
}
