//! What AWS shows of a copy job, which lives where its source vault is.

use std::sync::LazyLock;

use crate::model::{Instant, JobKind};
use crate::tables::{COPY_JOBS, Cell, Row};

use super::backup_row::{count_states, parent_id};
use super::cells::{Filling, places};
use super::copy::{self, CopyLife};
use super::ids::{Key, hex16};
use super::job::Job;
use super::messages::SUCCESS;
use super::night::Night;
use super::phases::Stage;
use super::points::{self, ROLE};
use super::resource::Resource;
use super::types::Size;

places!(
    Places,
    COPY_JOBS,
    region,
    account_id,
    copy_job_id,
    source_backup_vault_arn,
    source_recovery_point_arn,
    destination_backup_vault_arn,
    destination_vault_type,
    destination_vault_lock_state,
    destination_recovery_point_arn,
    destination_encryption_key_arn,
    destination_lifecycle_move_to_cold_storage_after_days,
    destination_lifecycle_delete_after_days,
    destination_lifecycle_opt_in_to_archive_for_supported_resources,
    destination_lifecycle_delete_after_event,
    resource_arn,
    creation_date,
    completion_date,
    state,
    status_message,
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
    created_by_backup_job_id,
    resource_type,
    parent_job_id,
    is_parent,
    composite_member_identifier,
    number_of_child_jobs,
    child_jobs_in_state,
    resource_name,
    message_category,
);

static PLACES: LazyLock<Places> = LazyLock::new(Places::of_table);

pub(super) fn row(job: &Job<'_>, life: &CopyLife, stage: Stage, at: Instant) -> Row {
    let p = &*PLACES;
    let mut row = Filling::new(&COPY_JOBS);
    let place = job.place;
    let source = Key { kind: JobKind::Backup, ..job.key };
    row.text(p.region, place.region_name());
    row.text(p.account_id, place.account_id());
    row.text(p.copy_job_id, job.id());
    row.text(p.source_backup_vault_arn, place.vault_arn(points::vault(life.slot)));
    let point = points::recovery_point_arn(place, source, &life.resource);
    row.text(p.source_recovery_point_arn, point);
    row.text(p.resource_arn, life.resource.arn(place));
    row.text(p.resource_type, life.resource.ty.name());
    row.maybe_text(p.resource_name, life.resource.name());
    row.text(p.iam_role_arn, place.role_arn(ROLE));
    row.time(p.creation_date, life.phases.created);
    row.text(p.state, life.phases.state(JobKind::Copy, stage));
    row.bool(p.is_parent, life.resource.is_composite());
    row.maybe_text(p.parent_job_id, parent_id(job));
    if job.key.part != 0 {
        let logical = [&life.resource.label(), "-", &hex16(life.resource.hash)[..6]].concat();
        row.text(p.composite_member_identifier, logical);
    }
    if stage >= Stage::Running && life.phases.running.is_some() {
        tell_size(&mut row, job, life);
    }
    tell_rule(&mut row, job, life, source);
    tell_destination(&mut row, job, life, stage);
    if stage == Stage::Ended {
        tell_end(&mut row, job, life);
    }
    if life.resource.is_composite() {
        tell_children(&mut row, job, life, at);
    }
    row.finish()
}

fn tell_size(row: &mut Filling, job: &Job<'_>, life: &CopyLife) {
    let bytes = match life.resource.ty.facts().size {
        Size::Absent => None,
        Size::Zero => Some(0),
        Size::Provisioned | Size::Whole | Size::Delta => Some(life.resource.bytes(job.key.day)),
    };
    row.long(PLACES.backup_size_in_bytes, bytes);
}

fn tell_rule(row: &mut Filling, job: &Job<'_>, life: &CopyLife, source: Key) {
    let p = &*PLACES;
    let Some((plan, rule)) = life.slot.by else { return };
    let creator = points::creator(job.place, plan, rule);
    row.text(p.backup_plan_id, creator.plan_id);
    row.text(p.backup_plan_arn, creator.plan_arn);
    row.text(p.backup_plan_name, plan.name);
    row.text(p.backup_plan_version, creator.plan_version);
    row.text(p.backup_rule_id, creator.rule_id);
    row.text(p.backup_rule_name, rule.name);
    row.text(p.backup_rule_cron, plan.cron(rule));
    row.text(p.backup_rule_timezone, plan.zone.name);
    row.text(p.created_by_backup_job_id, source.id(job.place.world.seed()));
}

fn tell_destination(row: &mut Filling, job: &Job<'_>, life: &CopyLife, stage: Stage) {
    let p = &*PLACES;
    let (there, vault) = points::destination(job.place, life.target);
    row.text(p.destination_backup_vault_arn, there.vault_arn(vault));
    row.maybe_text(p.destination_vault_type, points::vault_type(there, vault));
    row.text(p.destination_vault_lock_state, points::lock_state(vault));
    if let Some((_, rule)) = life.slot.by {
        let cold = rule.lifecycle.cold_days.filter(|_| life.resource.ty.has_cold_storage());
        row.long(p.destination_lifecycle_move_to_cold_storage_after_days, cold);
        row.long(p.destination_lifecycle_delete_after_days, rule.lifecycle.delete_days);
        if cold.is_some() {
            row.bool(p.destination_lifecycle_opt_in_to_archive_for_supported_resources, false);
        }
        // A copy that was itself to be copied on would be deleted after that.
        if rule.lifecycle.is_deleted_after_copy
            && vault.is_air_gapped
            && life.hash.is_multiple_of(16)
        {
            row.text(p.destination_lifecycle_delete_after_event, "DELETE_AFTER_COPY");
        }
    }
    if stage == Stage::Ended && life.phases.ending.is_good() {
        let point = points::recovery_point_arn(there, job.key, &life.resource);
        row.text(p.destination_recovery_point_arn, point);
        row.text(p.destination_encryption_key_arn, there.key_arn(vault));
    }
}

fn tell_end(row: &mut Filling, job: &Job<'_>, life: &CopyLife) {
    let p = &*PLACES;
    row.time(p.completion_date, life.phases.ended);
    row.text(p.message_category, life.message.map_or(SUCCESS, |message| message.category));
    if let Some(message) = life.message {
        let vault = job.place.vault_arn(points::vault(life.slot));
        let resource = life.resource.arn(job.place);
        let role = job.place.role_arn(ROLE);
        row.text(p.status_message, message.text(&vault, &resource, &role));
    }
}

fn tell_children(row: &mut Filling, job: &Job<'_>, life: &CopyLife, at: Instant) {
    let p = &*PLACES;
    let night = Night::new(job.place, job.key.day);
    let root = Resource::at(job.place, job.key.resource);
    let family = copy::family(&night, &root, life.slot);
    let states = root.children_in(&family, job.key.part).filter_map(|child| {
        child.phases.stage(at).map(|stage| child.phases.state(JobKind::Copy, stage))
    });
    let counts = count_states(states);
    if !counts.is_empty() {
        row.long(p.number_of_child_jobs, Some(counts.iter().map(|(_, count)| count).sum()));
        row.cell(p.child_jobs_in_state, Cell::LongMap(counts));
    }
}
