//! What AWS shows of a scan job.

use std::sync::LazyLock;

use crate::model::{DAY, JobKind};
use crate::tables::{Row, SCAN_JOBS};

use super::backup::backup;
use super::cells::{Filling, places};
use super::draw::mix;
use super::ids::{Key, hex16};
use super::job::Job;
use super::night::Night;
use super::phases::Stage;
use super::points::{self, ROLE, SCANNER_ROLE};
use super::scan::{SCANNER, ScanLife};
use super::types::ResourceType;

places!(
    Places,
    SCAN_JOBS,
    region,
    account_id,
    backup_vault_arn,
    backup_vault_name,
    completion_date,
    continuous_scan_end_time,
    continuous_scan_start_time,
    backup_plan_arn,
    backup_plan_id,
    backup_plan_version,
    backup_rule_id,
    creation_date,
    iam_role_arn,
    malware_scanner,
    recovery_point_arn,
    resource_arn,
    resource_name,
    resource_type,
    scan_base_recovery_point_arn,
    scan_id,
    scan_job_id,
    scan_mode,
    scan_result_status,
    scanner_role_arn,
    state,
    status_message,
);

static PLACES: LazyLock<Places> = LazyLock::new(Places::of_table);

pub(super) fn row(job: &Job<'_>, life: &ScanLife, stage: Stage) -> Row {
    let p = &*PLACES;
    let mut row = Filling::new(&SCAN_JOBS);
    let place = job.place;
    let vault = points::vault(life.slot);
    let source = Key { kind: JobKind::Backup, ..job.key };
    row.text(p.region, place.region_name());
    row.text(p.account_id, place.account_id());
    row.text(p.backup_vault_arn, place.vault_arn(vault));
    row.text(p.backup_vault_name, vault.name);
    row.time(p.creation_date, life.phases.created);
    row.text(p.iam_role_arn, place.role_arn(ROLE));
    row.text(p.malware_scanner, SCANNER);
    let point = points::recovery_point_arn(place, source, &life.resource);
    row.text(p.recovery_point_arn, point);
    row.text(p.resource_arn, life.resource.arn(place));
    // AWS requires a name of every scan job, of resources without one too.
    row.text(p.resource_name, life.resource.label());
    row.text(p.resource_type, life.resource.ty.name());
    row.text(p.scan_job_id, job.id());
    row.text(p.scanner_role_arn, place.role_arn(SCANNER_ROLE));
    row.text(p.state, life.phases.state(JobKind::Scan, stage));
    let base = base(job, life);
    row.text(p.scan_mode, if base.is_some() { "INCREMENTAL_SCAN" } else { "FULL_SCAN" });
    row.maybe_text(p.scan_base_recovery_point_arn, base);
    tell_creator(&mut row, job, life);
    if stage >= Stage::Running && life.phases.running.is_some() {
        row.text(p.scan_id, [hex16(life.hash), hex16(mix(life.hash))].concat());
        tell_continuous(&mut row, life);
    }
    if stage == Stage::Ended {
        row.time(p.completion_date, life.phases.ended);
        row.maybe_text(p.scan_result_status, life.result);
        row.maybe_text(p.status_message, life.message);
    }
    row.finish()
}

fn tell_creator(row: &mut Filling, job: &Job<'_>, life: &ScanLife) {
    let p = &*PLACES;
    let Some((plan, rule)) = life.slot.by else { return };
    let creator = points::creator(job.place, plan, rule);
    row.text(p.backup_plan_arn, creator.plan_arn);
    row.text(p.backup_plan_id, creator.plan_id);
    row.text(p.backup_plan_version, creator.plan_version);
    row.text(p.backup_rule_id, creator.rule_id);
}

/// A continuous backup is scanned over the day up to the scan.
fn tell_continuous(row: &mut Filling, life: &ScanLife) {
    let is_continuous = life.slot.by.is_some_and(|(_, rule)| rule.is_continuous);
    if is_continuous && life.resource.ty == ResourceType::S3 {
        row.time(PLACES.continuous_scan_start_time, life.phases.created - DAY);
        row.time(PLACES.continuous_scan_end_time, life.phases.created);
    }
}

/// The recovery point of the day before, on which an incremental scan builds.
fn base(job: &Job<'_>, life: &ScanLife) -> Option<String> {
    let night = life.is_incremental.then(|| Night::new(job.place, job.key.day - 1))?;
    let slot = night.slots(&life.resource).find(|slot| slot.number == job.key.slot)?;
    let backup = backup(&night, &life.resource, slot, 0)?;
    let key = Key { kind: JobKind::Backup, day: night.day, ..job.key };
    let is_there = backup.phases.ending.is_good() && backup.phases.ended <= life.phases.created;
    is_there.then(|| points::recovery_point_arn(job.place, key, &life.resource))
}
