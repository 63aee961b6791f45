//! What AWS shows of a restore job.

use std::sync::LazyLock;

use crate::model::{Instant, JobKind};
use crate::tables::{RESTORE_JOBS, Row};

use super::backup_row::parent_id;
use super::cells::{Filling, places};
use super::draw::{mix, scale};
use super::ids::plain_uuid;
use super::job::Job;
use super::phases::{Ending, Stage};
use super::points::{self, ROLE};
use super::restore::{RestoreLife, Step};
use super::types::Size;

places!(
    Places,
    RESTORE_JOBS,
    region,
    account_id,
    restore_job_id,
    recovery_point_arn,
    source_resource_arn,
    backup_vault_arn,
    creation_date,
    completion_date,
    status,
    status_message,
    percent_done,
    backup_size_in_bytes,
    iam_role_arn,
    expected_completion_time_minutes,
    created_resource_arn,
    resource_type,
    recovery_point_creation_date,
    is_parent,
    parent_job_id,
    restore_testing_plan_arn,
    validation_status,
    validation_status_message,
    deletion_status,
    deletion_status_message,
);

static PLACES: LazyLock<Places> = LazyLock::new(Places::of_table);

pub(super) fn row(job: &Job<'_>, life: &RestoreLife, stage: Stage, at: Instant) -> Row {
    let p = &*PLACES;
    let mut row = Filling::new(&RESTORE_JOBS);
    let place = job.place;
    row.text(p.region, place.region_name());
    row.text(p.account_id, place.account_id());
    row.text(p.restore_job_id, job.id());
    let point = points::recovery_point_arn(place, life.source, &life.resource);
    row.text(p.recovery_point_arn, point);
    row.text(p.source_resource_arn, life.resource.arn(place));
    row.text(p.backup_vault_arn, place.vault_arn(points::vault(life.source_slot)));
    row.time(p.creation_date, life.phases.created);
    row.text(p.status, life.phases.state(JobKind::Restore, stage));
    row.text(p.percent_done, percent(life.phases.progress(at, life.reached)));
    row.text(p.iam_role_arn, place.role_arn(ROLE));
    row.text(p.resource_type, life.resource.ty.name());
    row.time(p.recovery_point_creation_date, life.source_created);
    row.bool(p.is_parent, life.resource.is_composite());
    row.maybe_text(p.parent_job_id, parent_id(job));
    if life.is_test {
        row.text(p.restore_testing_plan_arn, testing_plan_arn(job));
    }
    if stage >= Stage::Running && life.phases.running.is_some() {
        let minutes = 10 + scale(life.hash, 240).cast_signed();
        row.long(p.expected_completion_time_minutes, Some(minutes));
        tell_size(&mut row, job, life);
    }
    if stage == Stage::Ended {
        tell_end(&mut row, job, life);
    }
    tell_tail(&mut row, life, at);
    row.finish()
}

fn testing_plan_arn(job: &Job<'_>) -> String {
    let id = plain_uuid(mix(job.place.estate_hash() ^ 5));
    job.place.arn("backup", &["restore-testing-plan:WeeklyRestoreTest-", &id].concat())
}

fn tell_size(row: &mut Filling, job: &Job<'_>, life: &RestoreLife) {
    let bytes = match life.resource.ty.facts().size {
        Size::Absent => None,
        Size::Zero => Some(0),
        Size::Provisioned | Size::Whole | Size::Delta => Some(life.resource.bytes(job.key.day)),
    };
    row.long(PLACES.backup_size_in_bytes, bytes);
}

fn tell_end(row: &mut Filling, job: &Job<'_>, life: &RestoreLife) {
    let p = &*PLACES;
    let place = job.place;
    if life.is_dated {
        row.time(p.completion_date, life.phases.ended);
    }
    if life.phases.ending == Ending::Completed {
        let restored = life.resource.restored(mix(life.hash));
        row.text(p.created_resource_arn, restored.arn(place));
    }
    if let Some(message) = life.message {
        let vault = place.vault_arn(points::vault(life.source_slot));
        let resource = life.resource.arn(place);
        row.text(p.status_message, message.text(&vault, &resource, &place.role_arn(ROLE)));
    }
}

/// Validation, then deletion: what the restore has made is only there to be tested.
fn tell_tail(row: &mut Filling, life: &RestoreLife, at: Instant) {
    let p = &*PLACES;
    let Some(tail) = life.tail else { return };
    let status = |step: Step, running| if at < step.ended { running } else { step.outcome };
    if let Some(step) = tail.validation.filter(|step| step.begun <= at) {
        let status = status(step, "VALIDATING");
        row.text(p.validation_status, status);
        let message = match status {
            "TIMED_OUT" => Some("Validation did not finish within the validation window."),
            "FAILED" => Some("The restored resource did not pass the validation."),
            _ => None,
        };
        row.maybe_text(p.validation_status_message, message);
    }
    if tail.deletion.begun <= at {
        let status = status(tail.deletion, "DELETING");
        row.text(p.deletion_status, status);
        let message = (status == "FAILED").then_some("The restored resource could not be deleted.");
        row.maybe_text(p.deletion_status_message, message);
    }
}

/// Thousandths as AWS writes a restore's progress: `37.50%`.
fn percent(done: i64) -> String {
    format!("{}.{}0%", done / 10, done % 10)
}
