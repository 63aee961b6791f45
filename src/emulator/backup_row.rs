//! What AWS shows of a backup job.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::model::{Instant, JobKind};
use crate::tables::{BACKUP_JOBS, Cell, Row};

use super::backup::{self, BackupLife};
use super::cells::{Filling, places};
use super::draw::{mix, scale};
use super::ids::Key;
use super::job::Job;
use super::messages::SUCCESS;
use super::night::Night;
use super::phases::{Stage, WHOLE};
use super::plans::{Plan, Rule};
use super::points::{self, ROLE};
use super::resource::Resource;
use super::types::{ResourceType, Size};

places!(
    Places,
    BACKUP_JOBS,
    region,
    account_id,
    backup_job_id,
    backup_vault_name,
    backup_vault_arn,
    vault_type,
    vault_lock_state,
    recovery_point_arn,
    lifecycle_move_to_cold_storage_after_days,
    lifecycle_delete_after_days,
    lifecycle_opt_in_to_archive_for_supported_resources,
    lifecycle_delete_after_event,
    encryption_key_arn,
    is_encrypted,
    resource_arn,
    creation_date,
    completion_date,
    state,
    status_message,
    percent_done,
    backup_size_in_bytes,
    iam_role_arn,
    backup_plan_id,
    backup_plan_arn,
    backup_plan_name,
    backup_plan_version,
    backup_rule_id,
    backup_rule_name,
    backup_rule_cron,
    backup_rule_timezone,
    expected_completion_date,
    start_by,
    resource_type,
    bytes_transferred,
    backup_options,
    backup_type,
    parent_job_id,
    is_parent,
    resource_name,
    initiation_date,
    message_category,
    number_of_child_jobs,
    child_jobs_in_state,
);

static PLACES: LazyLock<Places> = LazyLock::new(Places::of_table);

pub(super) fn row(job: &Job<'_>, life: &BackupLife, stage: Stage, at: Instant) -> Row {
    let p = &*PLACES;
    let mut row = Filling::new(&BACKUP_JOBS);
    let place = job.place;
    let vault = points::vault(life.slot);
    row.text(p.region, place.region_name());
    row.text(p.account_id, place.account_id());
    row.text(p.backup_job_id, job.id());
    row.text(p.backup_vault_name, vault.name);
    row.text(p.backup_vault_arn, place.vault_arn(vault));
    row.maybe_text(p.vault_type, points::vault_type(place, vault));
    row.text(p.vault_lock_state, points::lock_state(vault));
    row.time(p.creation_date, life.phases.created);
    row.time(p.initiation_date, life.phases.created);
    row.time(p.start_by, life.start_by);
    row.text(p.state, life.phases.state(JobKind::Backup, stage));
    row.text(p.percent_done, percent(life.phases.progress(at, life.reached)));
    row.text(p.resource_type, life.resource.ty.name());
    row.bool(p.is_parent, life.resource.is_composite());
    row.maybe_text(p.parent_job_id, parent_id(job));
    if stage != Stage::Created || !life.is_shy {
        row.text(p.resource_arn, life.resource.arn(place));
        row.text(p.iam_role_arn, place.role_arn(ROLE));
        row.maybe_text(p.resource_name, life.resource.name());
        tell_rule(&mut row, job, life);
    }
    if stage >= Stage::Running && life.phases.running.is_some() {
        tell_work(&mut row, job, life, at);
    }
    if stage == Stage::Ended {
        tell_end(&mut row, job, life);
    }
    if life.resource.is_composite() {
        tell_children(&mut row, job, life, at);
    }
    row.finish()
}

/// The plan, the rule and what it says about keeping; an on-demand job has none.
fn tell_rule(row: &mut Filling, job: &Job<'_>, life: &BackupLife) {
    let p = &*PLACES;
    if let Some(is_on) = life.resource.windows_vss() {
        let value = if is_on { "enabled" } else { "disabled" };
        row.cell(p.backup_options, Cell::TextMap(vec![("WindowsVSS".into(), value.into())]));
    }
    let Some((plan, rule)) = life.slot.by else { return };
    let creator = points::creator(job.place, plan, rule);
    row.text(p.backup_plan_id, creator.plan_id);
    row.text(p.backup_plan_arn, creator.plan_arn);
    row.text(p.backup_plan_version, creator.plan_version);
    row.text(p.backup_rule_id, creator.rule_id);
    tell_names(row, plan, rule);
    let lifecycle = rule.lifecycle;
    let cold = lifecycle.cold_days.filter(|_| life.resource.ty.has_cold_storage());
    row.long(p.lifecycle_move_to_cold_storage_after_days, cold);
    row.long(p.lifecycle_delete_after_days, lifecycle.delete_days);
    if cold.is_some() {
        let is_archived = life.resource.ty == ResourceType::Ebs;
        row.bool(p.lifecycle_opt_in_to_archive_for_supported_resources, is_archived);
    }
    if lifecycle.is_deleted_after_copy {
        row.text(p.lifecycle_delete_after_event, "DELETE_AFTER_COPY");
    }
}

fn tell_names(row: &mut Filling, plan: &Plan, rule: &Rule) {
    let p = &*PLACES;
    row.text(p.backup_plan_name, plan.name);
    row.text(p.backup_rule_name, rule.name);
    row.text(p.backup_rule_cron, plan.cron(rule));
    row.text(p.backup_rule_timezone, plan.zone.name);
}

/// What is known once the job runs.
fn tell_work(row: &mut Filling, job: &Job<'_>, life: &BackupLife, at: Instant) {
    let p = &*PLACES;
    row.time(p.expected_completion_date, life.expected);
    let is_encrypted = points::is_encrypted(&life.resource);
    row.bool(p.is_encrypted, is_encrypted);
    if is_encrypted {
        row.text(p.encryption_key_arn, job.place.key_arn(points::vault(life.slot)));
    }
    let size = life.resource.ty.facts().size;
    let bytes = bytes(life, job.key.day);
    if size == Size::Provisioned {
        row.long(p.backup_size_in_bytes, Some(bytes));
    }
    if size != Size::Absent {
        let done = life.phases.progress(at, life.reached);
        let transferred = if done == WHOLE { bytes } else { bytes / WHOLE * done };
        row.long(p.bytes_transferred, Some(transferred));
    }
    let is_continuous = life.slot.by.is_some_and(|(_, rule)| rule.is_continuous);
    let is_continuous = is_continuous && life.resource.ty.is_continuous();
    row.text(p.backup_type, if is_continuous { "CONTINUOUS" } else { "SNAPSHOT" });
}

/// The size of the backup: of a delta, a small part of the resource.
pub(super) fn bytes(life: &BackupLife, day: i64) -> i64 {
    let whole = life.resource.bytes(day);
    match life.resource.ty.facts().size {
        Size::Absent | Size::Zero => 0,
        Size::Provisioned | Size::Whole => whole,
        Size::Delta => whole / 1000 * scale(mix(life.hash), 40).cast_signed() + 71,
    }
}

fn tell_end(row: &mut Filling, job: &Job<'_>, life: &BackupLife) {
    let p = &*PLACES;
    let place = job.place;
    let phases = &life.phases;
    if life.is_dated {
        row.time(p.completion_date, phases.ended);
    }
    if phases.ending.is_good() {
        let point = points::recovery_point_arn(place, job.key, &life.resource);
        row.text(p.recovery_point_arn, point);
        if life.resource.ty.facts().size != Size::Absent {
            row.long(p.backup_size_in_bytes, Some(bytes(life, job.key.day)));
        }
    }
    row.text(p.message_category, life.message.map_or(SUCCESS, |message| message.category));
    if let Some(message) = life.message {
        let vault = place.vault_arn(points::vault(life.slot));
        let resource = life.resource.arn(place);
        row.text(p.status_message, message.text(&vault, &resource, &place.role_arn(ROLE)));
    }
}

fn tell_children(row: &mut Filling, job: &Job<'_>, life: &BackupLife, at: Instant) {
    let p = &*PLACES;
    let night = Night::new(job.place, job.key.day);
    let root = Resource::at(job.place, job.key.resource);
    let family = backup::family(&night, &root, life.slot);
    let states = root.children_in(&family, job.key.part).filter_map(|child| {
        child.phases.stage(at).map(|stage| child.phases.state(JobKind::Backup, stage))
    });
    let counts = count_states(states);
    if !counts.is_empty() {
        row.long(p.number_of_child_jobs, Some(counts.iter().map(|(_, count)| count).sum()));
        row.cell(p.child_jobs_in_state, Cell::LongMap(counts));
    }
}

/// How many children are in each state, in the order of the states' names.
pub(super) fn count_states(states: impl Iterator<Item = &'static str>) -> Vec<(String, i64)> {
    let mut counts = BTreeMap::new();
    for state in states {
        *counts.entry(state).or_insert(0) += 1;
    }
    counts.into_iter().map(|(state, count)| (state.to_owned(), count)).collect()
}

/// The id of the composite's job, for a member's.
pub(super) fn parent_id(job: &Job<'_>) -> Option<String> {
    let part = job.key.part;
    (part != 0).then(|| {
        let root = Resource::at(job.place, job.key.resource);
        Key { part: root.parent_part(part), ..job.key }.id(job.place.world.seed())
    })
}

/// Thousandths as AWS writes a backup's progress: `37.5`.
fn percent(done: i64) -> String {
    let mut text = (done / 10).to_string();
    text.push('.');
    text.push(char::from(b'0' + u8::try_from(done % 10).unwrap_or(0)));
    text
}
