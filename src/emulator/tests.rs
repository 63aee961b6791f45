//! What must hold of every world.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use proptest::prelude::*;

use crate::model::{Accounts, ArnParts, DAY, Instant, JobKind, MINUTE};
use crate::tables::{Cell, Row, Shape, row_from_aws, row_to_aws};

use super::counts::DayCounts;
use super::draw::mix;
use super::*;

fn world(seed: u64, accounts: u32, resources: u32) -> World {
    World::new(Config { seed, accounts, resources, ..Config::default() }).unwrap()
}

fn day(text: &str) -> i64 {
    Instant::from_text(text).unwrap().day()
}

/// The jobs of every kind and Region on some days.
fn jobs(world: &World, days: std::ops::Range<i64>) -> impl Iterator<Item = Job<'_>> {
    days.flat_map(move |day| {
        let regions = world.regions().iter();
        regions.flat_map(move |region| {
            JobKind::ALL.into_iter().flat_map(move |kind| world.jobs(kind, region, day))
        })
    })
}

/// Instants from a job's creation to after its last change, some between its turns.
fn instants(job: &Job<'_>) -> Vec<Instant> {
    let mut instants = vec![job.creation_date()];
    for turn in job.turns() {
        let before = *instants.last().expect("the creation");
        instants.push(before + (turn - before) / 2);
        instants.push(turn);
    }
    instants
}

fn json(row: &Row) -> String {
    serde_json::to_string(&row_to_aws(row, Shape::Describe)).unwrap()
}

/// The last instant that any life can reach.
const FAR: Instant = Instant::from_micros(100_000 * DAY);

fn end(job: &Job<'_>) -> Row {
    job.at(FAR).expect("a job that was created")
}

#[test]
fn same_seed_same_bytes() {
    let world = world(7, 3, 200);
    let days = day("2026-03-01")..day("2026-03-08");
    let mut hash = 0;
    for job in jobs(&world, days.clone()) {
        for at in instants(&job) {
            let text = json(&job.at(at).unwrap());
            hash = text.bytes().fold(hash, |hash, byte| mix(hash ^ u64::from(byte)));
        }
    }
    // Whoever changes what the world is like changes these; no machine and no run may.
    assert_eq!(format!("{hash:016x}"), "dd0c6a6f4c3b941c");
    let first = world.jobs(JobKind::Backup, "eu-central-1", days.start).next().unwrap();
    let record = row_to_aws(&end(&first), Shape::Describe);
    let text = serde_json::to_string_pretty(&record).unwrap();
    insta::assert_snapshot!(text.replace("eu-central-1:841550773162", "HERE"), @r#"
    {
      "AccountId": "841550773162",
      "BackupJobId": "ce4444d0-23d3-4984-881a-ca6be2c897cc",
      "BackupSizeInBytes": 1504562978536,
      "BackupType": "SNAPSHOT",
      "BackupVaultArn": "arn:aws:backup:HERE:backup-vault:Default",
      "BackupVaultName": "Default",
      "BytesTransferred": 1504562978536,
      "CompletionDate": 1772331233.99,
      "CreatedBy": {
        "BackupPlanArn": "arn:aws:backup:HERE:backup-plan:9060e8ee-e979-4c91-8574-b063a0fadf66",
        "BackupPlanId": "9060e8ee-e979-4c91-8574-b063a0fadf66",
        "BackupPlanName": "AirGapped-Daily",
        "BackupPlanVersion": "NjViMDlkOTgtM2YyNC00ZmM5LWJhMjMtZWE1MDNmYTIzMmIx",
        "BackupRuleCron": "cron(30 1 ? * * *)",
        "BackupRuleId": "5f5de662-f2c4-4092-8918-319bee6261fb",
        "BackupRuleName": "IntoTheAirGap",
        "BackupRuleTimezone": "Etc/UTC"
      },
      "CreationDate": 1772328740.209,
      "EncryptionKeyArn": "arn:aws:kms:HERE:key/769338c8-4594-43ef-b2e8-f65090da87da",
      "ExpectedCompletionDate": 1772329162.393,
      "IamRoleArn": "arn:aws:iam::841550773162:role/service-role/AWSBackupDefaultServiceRole",
      "InitiationDate": 1772328740.209,
      "IsEncrypted": true,
      "IsParent": false,
      "MessageCategory": "SUCCESS",
      "PercentDone": "100.0",
      "RecoveryPointArn": "arn:aws:backup:HERE:recovery-point:84d58048-47c8-4180-8a13-8bdd48e62e8c",
      "RecoveryPointLifecycle": {
        "DeleteAfterDays": 30,
        "DeleteAfterEvent": "DELETE_AFTER_COPY"
      },
      "ResourceArn": "arn:aws:ssm-sap:HERE:HANA/search-staging-2717/DB/HDB",
      "ResourceName": "search-staging-2717",
      "ResourceType": "SAP HANA on Amazon EC2",
      "StartBy": 1772357400,
      "State": "COMPLETED",
      "VaultLockState": "UNLOCKED",
      "VaultType": "BACKUP_VAULT"
    }
    "#);
}

#[test]
fn another_seed_is_another_world() {
    let (a, b) = (world(1, 3, 50), world(2, 3, 50));
    assert_ne!(a.accounts(), b.accounts());
    let day = day("2026-03-01");
    let id = jobs(&a, day..day + 1).next().unwrap().id();
    assert!(b.find(JobKind::Backup, "us-east-1", &id).is_none());
}

#[test]
fn accounts_are_distinct_and_the_first_is_the_management_account() {
    let management_account = Some("000000000042".to_owned());
    let config = Config { accounts: 2000, management_account, ..Config::default() };
    let world = World::new(config).unwrap();
    let distinct: HashSet<_> = world.accounts().iter().collect();
    assert_eq!(distinct.len(), 2000);
    assert!(distinct.iter().all(|id| id.len() == 12));
    assert_eq!(world.management_account(), "000000000042");
}

#[test]
fn a_life_never_goes_back() {
    let rank = |state: &str| match state {
        "CREATED" => 0,
        "PENDING" => 1,
        "RUNNING" => 2,
        "ABORTING" => 3,
        _ => 4,
    };
    let world = world(3, 2, 300);
    let day = day("2026-05-02");
    for job in jobs(&world, day..day + 3) {
        assert_eq!(job.at(job.creation_date() - 1), None);
        let rows: Vec<_> = instants(&job).into_iter().map(|at| (at, job.at(at).unwrap())).collect();
        for ((at, earlier), (_, later)) in rows.iter().zip(&rows[1..]) {
            let state = |row: &Row| row.text(row.table().state()).unwrap().to_owned();
            assert!(rank(&state(earlier)) <= rank(&state(later)), "{}", job.id());
            assert_eq!(job.state_at(*at), Some(state(earlier).as_str()));
            for (index, column) in earlier.table().columns.iter().enumerate() {
                let appeared = earlier.cells()[index].is_null() || !later.cells()[index].is_null();
                assert!(appeared, "{} loses {}", job.id(), column.name);
            }
        }
        assert_eq!(rows.last().map(|(_, row)| row.clone()), job.at(FAR), "{}", job.id());
    }
}

#[test]
fn rows_are_what_aws_can_say() {
    let world = world(4, 2, 300);
    let day = day("2026-06-06");
    for job in jobs(&world, day..day + 2) {
        for at in instants(&job) {
            let row = job.at(at).unwrap();
            assert!(!row.cells().contains(&Cell::Text(String::new())), "{}", job.id());
            let record = row_to_aws(&row, Shape::Describe);
            let (mut read, unknown) = row_from_aws(row.table(), &record).unwrap();
            assert!(unknown.is_empty());
            read.set("region", Cell::text(job.region()));
            assert!(read == row, "{}", json(&row));
            let arn = record[job.kind().vault_field()].as_str().unwrap();
            let (region, account_id) = (Some(job.region()), Some(job.account_id()));
            assert_eq!(ArnParts::of(arn), ArnParts { region, account_id });
        }
    }
}

/// What a year of a medium organisation shows.
#[derive(Default)]
struct Seen {
    states: BTreeMap<(&'static str, String), u64>,
    categories: BTreeSet<&'static str>,
    types: BTreeSet<&'static str>,
    details: BTreeSet<String>,
    ids: HashSet<(JobKind, String)>,
    hours: [u64; 24],
}

impl Seen {
    fn see(&mut self, job: &Job<'_>) {
        assert!(self.ids.insert((job.kind(), job.id())), "{} occurs twice", job.id());
        self.types.insert(job.resource_type());
        for at in job.turns().into_iter().chain([job.creation_date()]) {
            let state = job.state_at(at).unwrap();
            *self.states.entry((job.kind().name(), state.to_owned())).or_default() += 1;
            self.details.extend(job.scan_result_status_at(at).map(str::to_owned));
        }
        self.categories.extend(job.message_category_at(FAR));
        if job.kind() == JobKind::Backup {
            let hour = (job.creation_date().micros() % DAY) / crate::model::HOUR;
            self.hours[usize::try_from(hour).unwrap()] += 1;
        }
    }

    fn see_row(&mut self, row: &Row) {
        let columns = row.table().columns.iter().zip(row.cells());
        for (column, _) in columns.filter(|(_, cell)| !cell.is_null()) {
            self.details.insert(format!("{}.{}", row.table().name, column.name));
        }
        for column in ["validation_status", "deletion_status", "scan_mode", "backup_type"] {
            self.details.extend(row.text(column).map(str::to_owned));
        }
    }

    fn state_lines(&self) -> String {
        let line = |kind: JobKind| {
            let states = self.states.keys().filter(|(of, _)| *of == kind.name());
            let states: Vec<_> = states.map(|(_, state)| state.as_str()).collect();
            format!("{kind} {}", states.join(" "))
        };
        JobKind::ALL.map(line).join("\n")
    }

    fn share(&self, kind: &'static str, state: &str) -> f64 {
        let of = |state: &str| self.states.get(&(kind, state.to_owned())).copied().unwrap_or(0);
        let ends = ["COMPLETED", "FAILED", "EXPIRED", "ABORTED", "PARTIAL", "CANCELED"];
        let total: u64 = ends.into_iter().map(of).sum();
        u32::try_from(of(state)).map(f64::from).unwrap()
            / u32::try_from(total).map(f64::from).unwrap()
    }

    /// Every column is filled by some job, and statuses have every value.
    fn check_details(&self) {
        let words = "SUCCESSFUL FAILED TIMED_OUT VALIDATING DELETING THREATS_FOUND \
                     NO_THREATS_FOUND UNKNOWN FULL_SCAN INCREMENTAL_SCAN SNAPSHOT CONTINUOUS";
        for word in words.split_whitespace() {
            assert!(self.details.contains(word), "no {word}");
        }
        for kind in JobKind::ALL {
            let table = crate::tables::Table::of_jobs(kind);
            for column in table.columns.iter().filter(|column| !column.aws.is_empty()) {
                let name = format!("{}.{}", table.name, column.name);
                assert!(self.details.contains(&name), "no {name}");
            }
        }
    }
}

#[test]
fn a_year_shows_everything_in_believable_shares() {
    let world = world(11, 4, 300);
    let start = day("2025-01-01");
    let mut seen = Seen::default();
    for (index, job) in jobs(&world, start..start + 365).enumerate() {
        seen.see(&job);
        if index % 20 == 0 {
            let found = world.find(job.kind(), job.region(), &job.id()).expect("the same job");
            assert_eq!(found.at(FAR), job.at(FAR));
            for at in instants(&job) {
                seen.see_row(&job.at(at).unwrap());
            }
        }
        if job.state_at(FAR) == Some("PARTIAL") || index % 50 == 7 {
            seen.see_row(&end(&job));
        }
    }
    insta::assert_snapshot!(seen.state_lines(), @"
    backup ABORTED ABORTING COMPLETED CREATED EXPIRED FAILED PARTIAL PENDING RUNNING
    copy COMPLETED CREATED FAILED PARTIAL RUNNING
    restore ABORTED COMPLETED FAILED PENDING RUNNING
    scan CANCELED COMPLETED COMPLETED_WITH_ISSUES CREATED FAILED RUNNING
    ");
    assert_eq!(seen.categories, messages::every_category());
    assert_eq!(seen.types.len(), 17);
    seen.check_details();
    assert!((0.955..0.985).contains(&seen.share("backup", "COMPLETED")));
    assert!((0.94..0.99).contains(&seen.share("copy", "COMPLETED")));
    let night: u64 = seen.hours[..8].iter().sum();
    assert!(night * 10 > seen.hours.iter().sum::<u64>() * 7, "{:?}", seen.hours);
}

#[test]
fn counts_agree_with_the_rows() {
    let world = world(5, 2, 150);
    let at = Instant::from_text("2026-04-10T13:00:00Z").unwrap();
    let account = world.accounts()[1].as_str();
    let accounts = Accounts::One(account.to_owned());
    for kind in JobKind::ALL {
        let mut found = 0;
        for day in day("2026-03-27")..=day("2026-04-10") {
            let mut expected = BTreeMap::new();
            for row in world.jobs(kind, "us-east-1", day).filter_map(|job| job.at(at)) {
                if row.text("account_id") == Some(account) {
                    let text = |column| row.text(column).map(str::to_owned);
                    let state = text(row.table().state()).unwrap();
                    let group = (state, text("resource_type"), text("message_category"));
                    let scan = (text("malware_scanner"), text("scan_result_status"));
                    let is_child = text("parent_job_id").is_some();
                    let family = (row.bool("is_parent") == Some(true), is_child);
                    *expected.entry((group, scan, family)).or_insert(0) += 1;
                }
            }
            let counts = DayCounts::of(&world, (kind, "us-east-1", day), &accounts, at);
            let owned = |text: Option<&str>| text.map(str::to_owned);
            let got = counts.groups.iter().map(|(key, count)| {
                let category = owned(key.message_category);
                let group = (key.state.to_owned(), owned(Some(key.resource_type)), category);
                let scan = (owned(key.malware_scanner), owned(key.scan_result_status));
                ((group, scan, (key.is_parent, key.is_child)), *count)
            });
            assert_eq!(got.collect::<BTreeMap<_, _>>(), expected, "{kind}");
            found += expected.len();
        }
        assert!(found > 10);
    }
}

#[test]
fn counts_hold_until_something_changes() {
    let world = world(5, 2, 150);
    let which = (JobKind::Backup, "us-east-1", day("2026-04-09"));
    let count = |at| DayCounts::of(&world, which, &Accounts::Every, at);
    let start = Instant::from_text("2026-04-09T03:00:00Z").unwrap();
    let mut held = count(start);
    let mut changes = 0;
    for step in 1..500 {
        let (before, at) = (start + (step - 1) * 5 * MINUTE, start + step * 5 * MINUTE);
        let fresh = count(at);
        if held.hold_at(at) {
            assert_eq!(held.groups, fresh.groups);
        } else {
            changes += 1;
            assert!(!fresh.hold_at(before));
            held = fresh;
        }
    }
    assert!(changes > 20, "{changes}");
}

#[test]
fn aws_lists_a_job_for_thirty_days() {
    let created = Instant::from_text("2026-01-01T12:00:00Z").unwrap();
    assert!(!is_listed(created, created - 1));
    assert!(is_listed(created, created));
    assert!(is_listed(created, created + 30 * DAY));
    assert!(!is_listed(created, created + 30 * DAY + 1));
}

#[test]
fn nothing_is_found_where_it_is_not() {
    let world = world(6, 2, 50);
    let day = day("2026-02-02");
    let job = world.jobs(JobKind::Backup, "us-east-1", day).next().unwrap();
    let id = job.id();
    assert!(world.find(JobKind::Backup, "us-east-1", &id).is_some());
    assert!(world.find(JobKind::Copy, "us-east-1", &id).is_none());
    assert!(world.find(JobKind::Backup, "eu-central-1", &id).is_none());
    assert!(world.find(JobKind::Backup, "mars-north-1", &id).is_none());
    assert!(world.find(JobKind::Backup, "us-east-1", "a1b2c3d4").is_none());
    assert_eq!(world.jobs(JobKind::Backup, "mars-north-1", day).count(), 0);
    let before = world.first_day() - 1;
    assert_eq!(world.jobs(JobKind::Backup, "us-east-1", before).count(), 0);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_world_is_consistent(
        seed: u64,
        accounts in 1u32..=5,
        resources in 1u32..80,
        day in 19_800i64..21_000,
    ) {
        let world = world(seed, accounts, resources);
        for job in jobs(&world, day..day + 1) {
            let row = end(&job);
            let id = job.id();
            prop_assert_eq!(row.time("creation_date"), Some(job.creation_date()));
            prop_assert_eq!(job.creation_date().day(), day);
            prop_assert_eq!(job.creation_date().micros() % 1000, 0);
            if let Some(completed) = row.time("completion_date") {
                prop_assert!(completed >= job.creation_date(), "{}", id);
            }
            if let Some(parent) = row.text("parent_job_id") {
                let parent = world.find(job.kind(), job.region(), parent);
                let parent = parent.unwrap_or_else(|| panic!("{id} has no parent"));
                prop_assert!(parent.creation_date() <= job.creation_date());
                prop_assert_eq!(end(&parent).bool("is_parent"), Some(true));
            }
            if let Some(backup) = row.text("created_by_backup_job_id") {
                let backup = world.find(JobKind::Backup, job.region(), backup);
                let backup = end(&backup.unwrap_or_else(|| panic!("{id} has no backup")));
                prop_assert!(backup.time("completion_date").unwrap() <= job.creation_date());
                let point = row.text("source_recovery_point_arn");
                prop_assert_eq!(backup.text("recovery_point_arn"), point);
            }
            prop_assert_eq!(world.find(job.kind(), job.region(), &id).unwrap().at(FAR), Some(row));
        }
    }
}
