//! Made-up jobs: few values a column, so that filters hit; equal times, so that order is tried.

use lookback::model::{DAY, HOUR, JobKind};
use lookback::tables::{Cell, Column, ColumnType, Given, Row, Table};
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use rand_pcg::Pcg64Mcg;

use super::{CALLER, REGION, now};

/// The accounts of the organisation.
pub(crate) const ACCOUNTS: [&str; 3] = [CALLER, "222222222222", "333333333333"];
/// The Regions that have jobs.
pub(crate) const REGIONS: [&str; 2] = [REGION, "us-east-1"];

/// A generator of made-up choices.
pub(crate) fn random(seed: u64) -> Pcg64Mcg {
    Pcg64Mcg::seed_from_u64(seed)
}

/// The values that a text column can have; some are not in AWS's lists.
pub(crate) fn values(kind: JobKind, column: &str) -> Vec<String> {
    let fixed: &[&str] = match (kind, column) {
        (JobKind::Backup, "state") => &["CREATED", "RUNNING", "COMPLETED", "FAILED", "EXPIRED"],
        (JobKind::Copy, "state") => &["CREATED", "COMPLETED", "FAILED", "PARTIAL"],
        (_, "status") => &["PENDING", "RUNNING", "COMPLETED", "FAILED"],
        (_, "state") => &["RUNNING", "COMPLETED_WITH_ISSUES", "COMPLETED", "HIBERNATING"],
        (_, "resource_type") => &["EBS", "S3", "SAP HANA on Amazon EC2"],
        (_, "message_category") => &["SUCCESS", "ACCESS_DENIED", "AccessDenied", "JOB_EXPIRED"],
        (_, "malware_scanner") => &["GUARDDUTY"],
        (_, "scan_result_status") => &["NO_THREATS_FOUND", "THREATS_FOUND"],
        (_, "account_id") => &ACCOUNTS,
        (_, "region") => &REGIONS,
        _ => return (0..4).map(|n| format!("arn:aws:x:::{column}/{n}")).collect(),
    };
    fixed.iter().map(|text| (*text).to_owned()).collect()
}

/// `count` jobs of each kind in the last 20 days.
pub(crate) fn jobs(seed: u64, count: usize) -> Vec<Row> {
    let mut random = random(seed);
    let mut rows = Vec::new();
    for kind in JobKind::ALL {
        for number in 0..count {
            rows.push(job(kind, number, &mut random));
        }
    }
    rows
}

fn job(kind: JobKind, number: usize, random: &mut Pcg64Mcg) -> Row {
    let table = Table::of_jobs(kind);
    let mut row = Row::new(table);
    for column in table.columns {
        let is_key = table.key.contains(&column.name) || column.name == "creation_date";
        if is_key || (column.given != Given::ByUs && random.random_bool(0.8)) {
            row.set(column.name, cell(kind, column, random));
        }
    }
    // Ids repeat across accounts and Regions, as nothing of AWS's forbids; slashes are encoded.
    row.set(table.key[2], Cell::text(format!("{kind}/{:03}-é", number / 6)));
    row.set("account_id", Cell::text(ACCOUNTS[number % 3]));
    row.set("region", Cell::text(REGIONS[number / 3 % 2]));
    row
}

fn cell(kind: JobKind, column: &Column, random: &mut Pcg64Mcg) -> Cell {
    match column.ty {
        ColumnType::Text => Cell::text(values(kind, column.name).choose(random).unwrap().clone()),
        ColumnType::Long => Cell::Long(random.random_range(0..1 << 40)),
        ColumnType::Bool => Cell::Bool(random.random()),
        ColumnType::Time => {
            let ago = random.random_range(0..40) * DAY / 2 + random.random_range(0..2) * HOUR;
            Cell::Time(now() - ago - 1000 * i64::from(random.random_range(0..2_u8)))
        }
        ColumnType::TextMap => Cell::TextMap(vec![("WindowsVSS".into(), "enabled".into())]),
        ColumnType::LongMap => Cell::LongMap(vec![("COMPLETED".into(), 3), ("FAILED".into(), 1)]),
    }
}
