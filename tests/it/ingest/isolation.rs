//! What is refused is told and stops nothing else; once it is allowed, it is read.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use insta::assert_snapshot;
use lookback::emulator::Config;
use lookback::ingest::{LISTING_LAG, Report};
use lookback::model::{
    CoverageStatus, DAY, HORIZON_DAYS, Instant, JobKind, Place, Reach, Span, gaps,
};
use lookback::source::aws::Source;
use lookback::tables::BACKUP_JOBS;

use super::organisation::{Night, coverage, held, small, source};
use crate::warehouse::{Warehouse, block_on, instant};

fn config() -> Config {
    small(23, 2, 5)
}

const NIGHT: &str = "2026-03-01T03:21:00Z";
const NEXT: &str = "2026-03-02T04:00:00Z";

fn ingest(warehouse: &Warehouse, at: &str, faults: &'static str, sources: &[Source]) -> Report {
    let night = Night { faults, ..Night::quiet(instant(at)) };
    block_on(night.ingest(warehouse, &config(), sources)).unwrap()
}

/// The problems: how many of each there are, and what to do about them.
fn words(report: &Report) -> String {
    let mut problems: BTreeMap<_, u32> = BTreeMap::new();
    for problem in &report.problems {
        let (source, error) = (&problem.place.source, &problem.error);
        let (class, story) = (problem.class, error.chain());
        let story = format!("{source}: {class:?}: {story}");
        *problems.entry((story, error.hint().unwrap_or_default())).or_default() += 1;
    }
    let mut words = String::new();
    for ((story, hint), count) in problems {
        writeln!(words, "{count} {story}\n    hint: {hint}").unwrap();
    }
    words
}

/// The source without what is refused.
fn allowed(source: &Source, is_refused: impl Fn(&Place) -> bool) -> Option<Source> {
    let is_allowed = |region: &String, kind: JobKind| {
        !is_refused(&Place { source: source.name.clone(), region: region.clone(), kind })
    };
    let Source { mut regions, mut kinds, .. } = source.clone();
    kinds.retain(|kind| source.regions.iter().any(|region| is_allowed(region, *kind)));
    regions.retain(|region| source.kinds.iter().any(|kind| is_allowed(region, *kind)));
    (!kinds.is_empty()).then(|| Source { regions, kinds, ..source.clone() })
}

/// Ingests with faults and, the next night, without.
///
/// The places that were refused are `status`, and empty; of a source that was refused whole
/// nothing is told; the others are held as if nothing had been. After the next night all is as if
/// it were the first, and what AWS no longer shows of the refused places stays as it was told:
/// what was never listed is not lost.
#[track_caller]
fn check(
    faults: &'static str,
    reaches: &[Reach],
    status: CoverageStatus,
    is_refused: impl Fn(&Place) -> bool,
) -> String {
    let name = |reach: &Reach| source(&config(), reach.name(), *reach);
    let sources: Vec<_> = reaches.iter().map(name).collect();
    let (warehouse, quiet) = (Warehouse::new(), Warehouse::new());
    let allowed = sources.iter().filter_map(|source| allowed(source, &is_refused));
    let allowed: Vec<_> = allowed.collect();
    let report = ingest(&warehouse, NIGHT, faults, &sources);
    let failed: BTreeSet<_> = report.problems.iter().map(|it| it.place.clone()).collect();
    assert!(failed.iter().all(&is_refused), "{:?}", report.problems);
    ingest(&quiet, NIGHT, "", &allowed);
    assert_eq!(held(&warehouse), held(&quiet));
    let coverage = coverage(&warehouse);
    let places = allowed.len() * config().regions.len() * JobKind::ALL.len();
    assert_eq!(coverage.len(), places, "something is told of each place of a source that answered");
    for (place, known) in &coverage {
        let expected = if is_refused(place) { status } else { CoverageStatus::Complete };
        assert!(known.iter().all(|known| known.status == expected), "{place:?}: {known:?}");
    }
    let told = |place: &Place| coverage.get(place).map(|known| known[0].status);
    check_healed(&warehouse, &sources, told);
    words(&report)
}

/// The next night has no faults; `told` is the status of a place after the first, if it had one.
#[track_caller]
fn check_healed(
    warehouse: &Warehouse,
    sources: &[Source],
    told: impl Fn(&Place) -> Option<CoverageStatus>,
) {
    let fresh = Warehouse::new();
    ingest(&fresh, NEXT, "", sources);
    let report = ingest(warehouse, NEXT, "", sources);
    assert_eq!(words(&report), "");
    assert!(report.is_whole());
    let held = held(warehouse);
    for (name, row) in self::held(&fresh) {
        let is_same =
            |column: &str| held.get(&name).map(|held| held.get(column)) == Some(row.get(column));
        let column = if name.0 == JobKind::Restore { "status" } else { "state" };
        assert!(is_same(column) && is_same("tracking"), "{name:?}");
    }
    let next = instant(NEXT);
    let (first, start) = (instant(NIGHT) - HORIZON_DAYS * DAY, next - HORIZON_DAYS * DAY);
    let span = |from: Instant, until| Span::new(from, until).unwrap();
    for (place, known) in coverage(warehouse) {
        let told = told(&place);
        let is_held = told == Some(CoverageStatus::Complete);
        let all = span(if told.is_some() { first } else { start }, next - LISTING_LAG);
        assert_eq!((known[0].span.from, gaps(&known, all, |_| true)), (all.from, vec![]));
        let of = |status| gaps(&known, all, |it| it.status != status);
        let whole = span(if is_held { first } else { start }, all.until);
        assert_eq!(of(CoverageStatus::Complete), [whole], "{place:?}");
        if let Some(refused) = told.filter(|_| !is_held) {
            assert_eq!(of(refused), [span(first, start)], "{place:?}");
        }
    }
}

#[test]
fn one_operation_is_denied() {
    let is_refused = |place: &Place| place.kind == JobKind::Scan;
    let reaches = [Reach::Account];
    let words = check("deny=ListScanJobs", &reaches, CoverageStatus::Denied, is_refused);
    assert_snapshot!(words, @r#"
    1 account: Denied: access denied to ListScanJobs in Region "eu-west-1": AccessDeniedException: Insufficient privileges to perform this action.
        hint: allow the IAM action backup:ListScanJobs
    1 account: Denied: access denied to ListScanJobs in Region "us-east-1": AccessDeniedException: Insufficient privileges to perform this action.
        hint: allow the IAM action backup:ListScanJobs
    "#);
}

/// How many backup jobs that AWS shows on the next night are held with what only Describe tells.
fn described(warehouse: &Warehouse) -> usize {
    let [mut rows] = warehouse.rows([&BACKUP_JOBS]);
    rows.retain(|row| row.time("creation_date").unwrap() >= instant(NEXT) - HORIZON_DAYS * DAY);
    rows.iter().filter(|row| row.long("number_of_child_jobs").is_some()).count()
}

#[test]
fn that_no_job_is_described_undoes_no_listing() {
    // So many resources that some are composites.
    let config = small(23, 1, 60);
    let sources = [source(&config, "s", Reach::Account)];
    let ingest = |warehouse: &Warehouse, at: &str, faults| {
        let night = Night { faults, ..Night::quiet(instant(at)) };
        block_on(night.ingest(warehouse, &config, &sources)).unwrap()
    };
    let (warehouse, quiet) = (Warehouse::new(), Warehouse::new());
    let report = ingest(&warehouse, NIGHT, "deny=DescribeBackupJob");
    ingest(&quiet, NIGHT, "");
    let names = |warehouse: &Warehouse| held(warehouse).into_keys().collect::<Vec<_>>();
    assert_eq!(names(&warehouse), names(&quiet));
    assert!(described(&warehouse) == 0 && described(&quiet) > 0);
    for (place, known) in coverage(&warehouse) {
        let is_complete = known.iter().all(|known| known.status == CoverageStatus::Complete);
        assert!(is_complete, "{place:?}: {known:?}");
        // What was not described is listed again.
        let is_settled = known.iter().any(|known| known.is_settled);
        assert_eq!(is_settled, place.kind != JobKind::Backup, "{place:?}: {known:?}");
    }
    for warehouse in [&warehouse, &quiet] {
        assert!(ingest(warehouse, NEXT, "").problems.is_empty());
    }
    assert_eq!(described(&warehouse), described(&quiet));
    assert_snapshot!(words(&report), @r#"
    1 s: Denied: access denied to DescribeBackupJob in Region "eu-west-1": AccessDeniedException: Insufficient privileges to perform this action.
        hint: allow the IAM action backup:DescribeBackupJob
    1 s: Denied: access denied to DescribeBackupJob in Region "us-east-1": AccessDeniedException: Insufficient privileges to perform this action.
        hint: allow the IAM action backup:DescribeBackupJob
    "#);
}

#[test]
fn one_region_is_denied() {
    let is_refused = |place: &Place| place.region == "us-east-1";
    let reaches = [Reach::Account];
    let words = check("deny-region=us-east-1", &reaches, CoverageStatus::Denied, is_refused);
    assert_snapshot!(words, @r#"
    1 account: Denied: access denied to ListBackupJobSummaries in Region "us-east-1": AccessDeniedException: Insufficient privileges to perform this action.
        hint: allow the IAM action backup:ListBackupJobSummaries
    1 account: Denied: access denied to ListBackupJobs in Region "us-east-1": AccessDeniedException: Insufficient privileges to perform this action.
        hint: allow the IAM action backup:ListBackupJobs
    1 account: Denied: access denied to ListCopyJobSummaries in Region "us-east-1": AccessDeniedException: Insufficient privileges to perform this action.
        hint: allow the IAM action backup:ListCopyJobSummaries
    1 account: Denied: access denied to ListCopyJobs in Region "us-east-1": AccessDeniedException: Insufficient privileges to perform this action.
        hint: allow the IAM action backup:ListCopyJobs
    1 account: Denied: access denied to ListRestoreJobSummaries in Region "us-east-1": AccessDeniedException: Insufficient privileges to perform this action.
        hint: allow the IAM action backup:ListRestoreJobSummaries
    1 account: Denied: access denied to ListRestoreJobs in Region "us-east-1": AccessDeniedException: Insufficient privileges to perform this action.
        hint: allow the IAM action backup:ListRestoreJobs
    1 account: Denied: access denied to ListScanJobSummaries in Region "us-east-1": AccessDeniedException: Insufficient privileges to perform this action.
        hint: allow the IAM action backup:ListScanJobSummaries
    1 account: Denied: access denied to ListScanJobs in Region "us-east-1": AccessDeniedException: Insufficient privileges to perform this action.
        hint: allow the IAM action backup:ListScanJobs
    "#);
}

#[test]
fn other_accounts_jobs_are_denied() {
    let is_refused = |place: &Place| place.source == "organization";
    let reaches = [Reach::Account, Reach::Organization];
    let words = check("deny-scope=organization", &reaches, CoverageStatus::Denied, is_refused);
    assert_snapshot!(words, @r#"
    1 organization: OrganizationDenied: access denied to other accounts' jobs: ListBackupJobSummaries in Region "eu-west-1": AccessDeniedException: Insufficient privileges to perform this action.
        hint: switch on cross-account monitoring in the settings of AWS Backup and read with the management account or a delegated administrator, or read the account alone
    1 organization: OrganizationDenied: access denied to other accounts' jobs: ListBackupJobSummaries in Region "us-east-1": AccessDeniedException: Insufficient privileges to perform this action.
        hint: switch on cross-account monitoring in the settings of AWS Backup and read with the management account or a delegated administrator, or read the account alone
    1 organization: OrganizationDenied: access denied to other accounts' jobs: ListBackupJobs in Region "eu-west-1": AccessDeniedException: Insufficient privileges to perform this action.
        hint: switch on cross-account monitoring in the settings of AWS Backup and read with the management account or a delegated administrator, or read the account alone
    1 organization: OrganizationDenied: access denied to other accounts' jobs: ListBackupJobs in Region "us-east-1": AccessDeniedException: Insufficient privileges to perform this action.
        hint: switch on cross-account monitoring in the settings of AWS Backup and read with the management account or a delegated administrator, or read the account alone
    1 organization: OrganizationDenied: access denied to other accounts' jobs: ListCopyJobSummaries in Region "eu-west-1": AccessDeniedException: Insufficient privileges to perform this action.
        hint: switch on cross-account monitoring in the settings of AWS Backup and read with the management account or a delegated administrator, or read the account alone
    1 organization: OrganizationDenied: access denied to other accounts' jobs: ListCopyJobSummaries in Region "us-east-1": AccessDeniedException: Insufficient privileges to perform this action.
        hint: switch on cross-account monitoring in the settings of AWS Backup and read with the management account or a delegated administrator, or read the account alone
    1 organization: OrganizationDenied: access denied to other accounts' jobs: ListCopyJobs in Region "eu-west-1": AccessDeniedException: Insufficient privileges to perform this action.
        hint: switch on cross-account monitoring in the settings of AWS Backup and read with the management account or a delegated administrator, or read the account alone
    1 organization: OrganizationDenied: access denied to other accounts' jobs: ListCopyJobs in Region "us-east-1": AccessDeniedException: Insufficient privileges to perform this action.
        hint: switch on cross-account monitoring in the settings of AWS Backup and read with the management account or a delegated administrator, or read the account alone
    1 organization: OrganizationDenied: access denied to other accounts' jobs: ListRestoreJobSummaries in Region "eu-west-1": AccessDeniedException: Insufficient privileges to perform this action.
        hint: switch on cross-account monitoring in the settings of AWS Backup and read with the management account or a delegated administrator, or read the account alone
    1 organization: OrganizationDenied: access denied to other accounts' jobs: ListRestoreJobSummaries in Region "us-east-1": AccessDeniedException: Insufficient privileges to perform this action.
        hint: switch on cross-account monitoring in the settings of AWS Backup and read with the management account or a delegated administrator, or read the account alone
    1 organization: OrganizationDenied: access denied to other accounts' jobs: ListRestoreJobs in Region "eu-west-1": AccessDeniedException: Insufficient privileges to perform this action.
        hint: switch on cross-account monitoring in the settings of AWS Backup and read with the management account or a delegated administrator, or read the account alone
    1 organization: OrganizationDenied: access denied to other accounts' jobs: ListRestoreJobs in Region "us-east-1": AccessDeniedException: Insufficient privileges to perform this action.
        hint: switch on cross-account monitoring in the settings of AWS Backup and read with the management account or a delegated administrator, or read the account alone
    1 organization: OrganizationDenied: access denied to other accounts' jobs: ListScanJobSummaries in Region "eu-west-1": AccessDeniedException: Insufficient privileges to perform this action.
        hint: switch on cross-account monitoring in the settings of AWS Backup and read with the management account or a delegated administrator, or read the account alone
    1 organization: OrganizationDenied: access denied to other accounts' jobs: ListScanJobSummaries in Region "us-east-1": AccessDeniedException: Insufficient privileges to perform this action.
        hint: switch on cross-account monitoring in the settings of AWS Backup and read with the management account or a delegated administrator, or read the account alone
    1 organization: OrganizationDenied: access denied to other accounts' jobs: ListScanJobs in Region "eu-west-1": AccessDeniedException: Insufficient privileges to perform this action.
        hint: switch on cross-account monitoring in the settings of AWS Backup and read with the management account or a delegated administrator, or read the account alone
    1 organization: OrganizationDenied: access denied to other accounts' jobs: ListScanJobs in Region "us-east-1": AccessDeniedException: Insufficient privileges to perform this action.
        hint: switch on cross-account monitoring in the settings of AWS Backup and read with the management account or a delegated administrator, or read the account alone
    "#);
}

#[test]
fn the_credentials_have_expired() {
    let reaches = [Reach::Organization];
    let words = check("expired-token=1", &reaches, CoverageStatus::Failed, |_| true);
    assert_snapshot!(words, @"
    16 organization: Credentials: the AWS credentials have expired: ExpiredTokenException: The security token included in the request is expired
        hint: name a profile with --profile, refresh AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (with AWS_SESSION_TOKEN), or log in with `aws sso login`
    ");
}
