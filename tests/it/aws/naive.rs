//! The other opinion: what AWS's documentation says of filters and counts, written down naively.

use std::collections::BTreeMap;
use std::fmt::Write;

use lookback::model::{DAY, Instant, JobKind};
use lookback::tables::{Row, Shape, row_to_aws};
use rand::Rng;
use rand::seq::IndexedRandom;
use rand_pcg::Pcg64Mcg;
use serde_json::Value;

use super::{CALLER, REGION, encode};

/// What a parameter asks, written anew from AWS's documentation: this is the other opinion.
#[derive(Clone, Copy)]
pub(crate) enum Asks {
    Equal(&'static str),
    Alike(&'static str),
    Later(&'static str),
    Earlier(&'static str),
    Account,
}

use Asks::{Account, Alike, Earlier, Equal, Later};

pub(crate) const BACKUP: &[(&str, Asks)] = &[
    ("resourceArn", Equal("resource_arn")),
    ("state", Equal("state")),
    ("backupVaultName", Equal("backup_vault_name")),
    ("createdBefore", Earlier("creation_date")),
    ("createdAfter", Later("creation_date")),
    ("resourceType", Equal("resource_type")),
    ("accountId", Account),
    ("completeAfter", Later("completion_date")),
    ("completeBefore", Earlier("completion_date")),
    ("parentJobId", Equal("parent_job_id")),
    ("messageCategory", Alike("message_category")),
];
pub(crate) const COPY: &[(&str, Asks)] = &[
    ("resourceArn", Equal("resource_arn")),
    ("state", Equal("state")),
    ("createdBefore", Earlier("creation_date")),
    ("createdAfter", Later("creation_date")),
    ("resourceType", Equal("resource_type")),
    ("destinationVaultArn", Equal("destination_backup_vault_arn")),
    ("accountId", Account),
    ("completeBefore", Earlier("completion_date")),
    ("completeAfter", Later("completion_date")),
    ("parentJobId", Equal("parent_job_id")),
    ("messageCategory", Alike("message_category")),
    ("sourceRecoveryPointArn", Equal("source_recovery_point_arn")),
];
pub(crate) const RESTORE: &[(&str, Asks)] = &[
    ("accountId", Account),
    ("resourceType", Equal("resource_type")),
    ("createdBefore", Earlier("creation_date")),
    ("createdAfter", Later("creation_date")),
    ("status", Equal("status")),
    ("completeBefore", Earlier("completion_date")),
    ("completeAfter", Later("completion_date")),
    ("restoreTestingPlanArn", Equal("restore_testing_plan_arn")),
    ("parentJobId", Equal("parent_job_id")),
];
pub(crate) const PROTECTED: &[(&str, Asks)] = &[
    ("status", Equal("status")),
    ("recoveryPointCreationDateAfter", Later("recovery_point_creation_date")),
    ("recoveryPointCreationDateBefore", Earlier("recovery_point_creation_date")),
];
pub(crate) const SCAN: &[(&str, Asks)] = &[
    ("ByAccountId", Account),
    ("ByBackupVaultName", Equal("backup_vault_name")),
    ("ByCompleteAfter", Later("completion_date")),
    ("ByCompleteBefore", Earlier("completion_date")),
    ("ByMalwareScanner", Equal("malware_scanner")),
    ("ByRecoveryPointArn", Equal("recovery_point_arn")),
    ("ByResourceArn", Equal("resource_arn")),
    ("ByResourceType", Equal("resource_type")),
    ("ByScanResultStatus", Equal("scan_result_status")),
    ("ByState", Equal("state")),
];

/// A query under construction, with the rows that it still admits.
pub(crate) struct Asked<'a> {
    pub(crate) query: String,
    pub(crate) rows: Vec<&'a Row>,
    /// The values that are asked for are mostly this row's, so that something is found.
    witness: &'a Row,
    all: &'a [Row],
    now: Instant,
}

impl<'a> Asked<'a> {
    /// A query for the jobs of a kind.
    pub(crate) fn new(all: &'a [Row], kind: JobKind, now: Instant, random: &mut Pcg64Mcg) -> Self {
        let is_here =
            |row: &&Row| row.table().kind == Some(kind) && row.text("region") == Some(REGION);
        let rows: Vec<&Row> = all.iter().filter(is_here).collect();
        let witness = rows.choose(random).unwrap();
        Self { query: String::new(), witness, rows, all, now }
    }

    fn add(&mut self, name: &str, value: &str) {
        let name = if name.len().is_multiple_of(2) { name.to_uppercase() } else { name.to_owned() };
        write!(self.query, "{name}={}&", encode(value)).unwrap();
    }

    pub(crate) fn keep(&mut self, admits: impl Fn(&Row) -> bool) {
        self.rows.retain(|row| admits(row));
    }

    /// A text that some row has in a column.
    pub(crate) fn text(&self, column: &str, random: &mut Pcg64Mcg) -> String {
        let own = self.witness.text(column).filter(|_| random.random_bool(0.8));
        let others = || {
            let kind = self.witness.table().kind;
            let all = self.all.iter().filter(|row| row.table().kind == kind);
            let known = |text: &&str| *text != "HIBERNATING";
            all.filter_map(|row| row.text(column)).filter(known).collect::<Vec<_>>()
        };
        let text = own.filter(|own| *own != "HIBERNATING");
        text.or_else(|| others().choose(random).copied()).unwrap_or("none").to_owned()
    }

    pub(crate) fn narrow(&mut self, name: &str, asks: Asks, random: &mut Pcg64Mcg) {
        match asks {
            Equal(column) => {
                let value = self.text(column, random);
                self.keep(|row| row.text(column) == Some(&value));
                self.add(name, &value);
            }
            Alike(column) => {
                let value = *["success", "AccessDenied", "*", "ANY", "any"].choose(random).unwrap();
                let all = ["*", "any"].contains(&plain(value).as_str());
                self.keep(|row| all || row.text(column).map(plain) == Some(plain(value)));
                self.add(name, value);
            }
            Later(column) | Earlier(column) => {
                let own = self.witness.time(column).filter(|_| random.random());
                let value = own.unwrap_or(self.now - random.random_range(0..64) * DAY / 2);
                let later = matches!(asks, Later(_));
                self.keep(|row| {
                    row.time(column).is_some_and(|time| (time > value) == later && time != value)
                });
                self.add(name, &value.to_string());
            }
            Account => {
                let own = self.witness.text("account_id").unwrap();
                let value = *["*", "*", own, CALLER].choose(random).unwrap();
                self.keep(|row| value == "*" || row.text("account_id") == Some(value));
                self.add(name, value);
            }
        }
    }
}

/// Without case and `_`.
fn plain(text: &str) -> String {
    text.replace('_', "").to_lowercase()
}

/// Newest first, then by account, then by id.
pub(crate) fn expected_items(mut rows: Vec<&Row>) -> Vec<Value> {
    let key = |row: &&Row| {
        let text = |column: &str| row.text(column).unwrap().to_owned();
        let time = row.time("creation_date").unwrap().micros();
        (-time, text("account_id"), text(row.table().job_id()))
    };
    rows.sort_by_key(key);
    rows.into_iter().map(|row| Value::Object(row_to_aws(row, Shape::List))).collect()
}

/// A dimension's column, its AWS name, and what is asked of it; nothing if it is left out.
pub(crate) type AskedOf<'a> = (&'a str, &'a str, String);

/// What a row shows of each dimension.
type Shown = Vec<Option<String>>;

/// Counts written down naively, as the rule says it: no code in common with the service's.
pub(crate) fn expected_counts(
    all: &[Row],
    kind: JobKind,
    asked: &[AskedOf<'_>],
    period: &str,
    now: Instant,
) -> Vec<Value> {
    let midnight = Instant::from_micros(now.micros() / DAY * DAY);
    let (days, length) = match period {
        "SEVEN_DAYS" => (7, 7),
        "FOURTEEN_DAYS" => (14, 14),
        _ => (14, 1),
    };
    let mut counts: BTreeMap<(i64, Shown), (Shown, i64)> = BTreeMap::new();
    for row in all.iter().filter(|row| row.table().kind == Some(kind)) {
        let age = midnight.micros() - row.time("creation_date").unwrap().micros();
        if row.text("region") != Some(REGION) || age <= 0 || age > days * DAY {
            continue;
        }
        // The first instant of a day is `age` whole days before midnight: it is of that day.
        let back = (age + length * DAY - 1) / (length * DAY) * length;
        let (mut group, mut shown, mut admitted) = (Vec::new(), Vec::new(), true);
        for (column, _, value) in asked {
            let own = row.text(column).map(str::to_owned);
            let value = if *column == "account_id" && value.is_empty() { CALLER } else { value };
            let (key, show) = match plain(value).as_str() {
                "" => (None, None),
                "any" => (own.clone(), own),
                "aggregateall" => (None, Some("AGGREGATE_ALL".to_owned())),
                named => {
                    admitted &= own.as_deref().map(plain).as_deref() == Some(named);
                    (None, own)
                }
            };
            group.push(key);
            shown.push(show);
        }
        if admitted {
            let entry = counts.entry((-back, group)).or_insert((shown.clone(), 0));
            entry.1 += 1;
            // Of several spellings, the least.
            entry.0 = entry.0.clone().min(shown);
        }
    }
    let mut rows: Vec<_> =
        counts.into_iter().map(|((day, _), (shown, n))| (day, shown, n)).collect();
    rows.sort();
    let item = |(day, shown, count): (i64, Shown, i64)| {
        let start = (midnight.micros() + day * DAY) / 1_000_000;
        let mut item = serde_json::json!({
            "Region": REGION, "Count": count,
            "StartTime": start, "EndTime": start + length * 86_400,
        });
        for ((_, name, _), shown) in asked.iter().zip(shown) {
            if let Some(shown) = shown {
                item[*name] = shown.into();
            }
        }
        item
    };
    rows.into_iter().map(item).collect()
}
