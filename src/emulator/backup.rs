//! Backup jobs: their lives, those of composites and of their members included.

use crate::model::{HOUR, Instant, JobKind, MINUTE, SECOND};

use super::draw::{Draw, Purpose, mix, whole_millis};
use super::ids::Key;
use super::messages::{self, Sentence, Trouble};
use super::night::{Night, Slot};
use super::phases::{Ending, Phases};
use super::resource::Resource;
use super::types::ResourceType;
use super::zones::midnight;

/// A backup job's life and what is told of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct BackupLife {
    pub(super) slot: Slot,
    /// The resource or member that it backs up.
    pub(super) resource: Resource,
    pub(super) phases: Phases,
    pub(super) start_by: Instant,
    pub(super) expected: Instant,
    pub(super) message: Option<&'static Sentence>,
    /// Whether the completion date is told: AWS leaves it out of many failed jobs.
    pub(super) is_dated: bool,
    /// Whether resource and role are not told until the job starts.
    pub(super) is_shy: bool,
    /// Thousandths of the work that a job that ends badly gets done.
    pub(super) reached: i64,
    /// A hash for what else is to be chosen.
    pub(super) hash: u64,
}

/// A backup runs no longer than this, so that all that follows from it follows within
/// [`FOLLOW_DAYS`] days of its own.
const RUN_MAX: i64 = 28 * HOUR;
const DELAY_MAX: i64 = 10 * HOUR;
/// Copies and scans of a backup are created at most so many days after its day: a day, the
/// longest delay, the longest run and the copy's own wait are less than 3 days.
pub(super) const FOLLOW_DAYS: i64 = 2;
/// Members are created at most so many days after their composite's day.
pub(super) const MEMBER_DAYS: i64 = 1;
const FAILED_MAX: u32 = 450_000;
const TROUBLED_FAILED: u32 = 900_000;
/// Members fail more often than resources: otherwise nearly no composite were partial.
const MEMBER_STRAIN: u32 = 3;
/// Backups with VSS have issues more often than others.
const VSS_STRAIN: u32 = 3;
/// Stacks with a resource that AWS Backup does not support.
const UNSUPPORTED_MEMBERS: u32 = 10_000;

/// The key of a job of `kind` that belongs to a backup slot.
pub(super) fn key(night: &Night<'_>, kind: JobKind, resource: &Resource, slot: Slot) -> Key {
    Key {
        kind,
        region: night.place.region,
        account: night.place.account,
        resource: resource.index,
        day: night.day,
        slot: slot.number,
        part: resource.part,
    }
}

/// The backup of a resource (`part` 0) or of its member, if it comes to be.
pub(super) fn backup(
    night: &Night<'_>,
    root: &Resource,
    slot: Slot,
    part: u8,
) -> Option<BackupLife> {
    if root.is_composite() {
        return family(night, root, slot).get(usize::from(part)).copied().flatten();
    }
    (part == 0).then(|| outline(night, root, slot, 0, None))
}

/// The backups of a resource and of its members, by their numbers.
pub(super) fn family(night: &Night<'_>, root: &Resource, slot: Slot) -> Vec<Option<BackupLife>> {
    let mut family = vec![Some(outline(night, root, slot, 0, None))];
    for part in root.parts() {
        let parent = family[usize::from(root.parent_part(part))];
        let started = parent.and_then(|life| life.phases.running);
        family.push(started.map(|_| outline(night, root, slot, part, started)));
    }
    // Members have higher numbers than their parents: who gathers last knows all.
    for part in (0..=root.parts().count()).rev() {
        let Some(life) = family[part] else { continue };
        if life.resource.is_composite() && life.phases.running.is_some() {
            family[part] = Some(gather(life, root.children_in(&family, life.resource.part)));
        }
    }
    family
}

/// The life without what a composite learns from its members; a member's begins after its
/// parent has `started`.
fn outline(
    night: &Night<'_>,
    root: &Resource,
    slot: Slot,
    part: u8,
    started: Option<Instant>,
) -> BackupLife {
    let resource = root.member(night.place, part);
    let hash = night.hash(Purpose::Life, root, &[u64::from(slot.number), u64::from(part)]);
    let mut draw = Draw::new(hash);
    let window = slot.window();
    let start_by = slot.scheduled + window;
    let created = match started {
        Some(started) => started + draw.between(SECOND, 20 * SECOND),
        None => creation(&mut draw, night.day, slot, window),
    };
    let fate = fate(&mut draw, night, root, &resource);
    let phases = phases(&mut draw, created, start_by, slot, fate, resource.ty);
    let message = message(&mut draw, night, root, &resource, (slot, phases));
    let never_dated = phases.ending == Ending::Failed && !draw.chance(300_000);
    BackupLife {
        slot,
        resource,
        phases,
        start_by,
        expected: whole_millis(phases.running.unwrap_or(created) + draw.between(MINUTE, HOUR)),
        message,
        is_dated: !never_dated,
        is_shy: draw.chance(250_000),
        reached: draw.below(801).cast_signed(),
        hash,
    }
}

/// AWS creates scheduled jobs within minutes of their time, many of them at once.
fn creation(draw: &mut Draw, day: i64, slot: Slot, window: i64) -> Instant {
    let latest = (midnight(day + 1) - slot.scheduled - SECOND).min(40 * MINUTE).min(window / 2);
    let is_prompt = slot.by.is_none() || draw.chance(300_000);
    let wait = if is_prompt { draw.between(0, 900_000) } else { draw.skewed(0, latest) };
    whole_millis(slot.scheduled + wait)
}

/// How the backup ends, as far as it is its own doing.
fn fate(draw: &mut Draw, night: &Night<'_>, root: &Resource, resource: &Resource) -> Ending {
    let chances = night.place.world.chances();
    let strain = night.strain * if resource.part == 0 { 1 } else { MEMBER_STRAIN };
    let failed = if night.is_troubled(root) {
        TROUBLED_FAILED
    } else {
        chances.failed.saturating_mul(strain).min(FAILED_MAX)
    };
    let is_member = resource.part != 0;
    let expired = if is_member { 0 } else { chances.expired * night.strain.div_ceil(2) };
    let is_stoppable = resource.ty.is_stoppable() && !resource.is_composite() && !is_member;
    let is_vss = resource.windows_vss() == Some(true);
    if draw.chance(failed) {
        Ending::Failed
    } else if draw.chance(expired.min(FAILED_MAX)) {
        Ending::Expired
    } else if draw.chance(chances.aborted) && is_stoppable {
        Ending::Aborted
    } else if draw.chance(chances.with_issues.saturating_mul(if is_vss { VSS_STRAIN } else { 1 })) {
        Ending::Issues
    } else {
        Ending::Completed
    }
}

fn phases(
    draw: &mut Draw,
    created: Instant,
    start_by: Instant,
    slot: Slot,
    ending: Ending,
    ty: ResourceType,
) -> Phases {
    let mut phases =
        Phases { created, pending: None, running: None, aborting: None, ended: created, ending };
    if ending == Ending::Expired {
        phases.ended = start_by + draw.between(100 * SECOND, 150 * SECOND);
        return phases;
    }
    // AWS tries again every 10 minutes for as long as the window is open.
    let retries = if draw.chance(60_000) { 1 + draw.below(12).cast_signed() } else { 0 };
    let delay = draw.skewed(SECOND, 10 * MINUTE) + retries * 10 * MINUTE;
    let start = created + delay.min(DELAY_MAX).min((start_by - created - MINUTE).max(SECOND));
    if ending == Ending::Failed && draw.chance(300_000) {
        phases.ended = start;
        return phases;
    }
    if draw.chance(300_000) {
        phases.pending = Some(whole_millis(created + (start - created) * 4 / 5));
    }
    phases.running = Some(start);
    let run = run_length(draw, ty);
    phases.ended = start + run;
    let completion = slot.completion();
    let is_overdue = run > completion && ty.is_stoppable();
    if ending == Ending::Aborted || is_overdue {
        let stopped = if is_overdue { completion } else { draw.between(SECOND, run) };
        phases.ending = Ending::Aborted;
        phases.aborting = Some(start + stopped);
        phases.ended = start + stopped + draw.between(5 * SECOND, 2 * MINUTE);
    }
    phases
}

/// How long a backup of a type runs; one in a hundred takes six times as long.
fn run_length(draw: &mut Draw, ty: ResourceType) -> i64 {
    let (low, high) = ty.facts().minutes;
    let length = draw.skewed(low * MINUTE, high * MINUTE);
    let length = if draw.chance(10_000) { length * 6 } else { length };
    length.min(RUN_MAX)
}

fn message(
    draw: &mut Draw,
    night: &Night<'_>,
    root: &Resource,
    resource: &Resource,
    (slot, phases): (Slot, Phases),
) -> Option<&'static Sentence> {
    let chosen = draw.below(u64::MAX);
    match phases.ending {
        Ending::Failed if night.is_troubled(root) => {
            // What is broken all week says the same all week.
            messages::pick(Trouble::BackupFailed, resource.ty, night.trouble_hash(root))
        }
        Ending::Failed => messages::pick(Trouble::BackupFailed, resource.ty, chosen),
        Ending::Expired => messages::pick(Trouble::BackupExpired, resource.ty, chosen),
        Ending::Issues => {
            let is_vss = resource.windows_vss() == Some(true) && !chosen.is_multiple_of(4);
            let trouble = if is_vss { Trouble::VssIssues } else { Trouble::BackupIssues };
            messages::pick(trouble, resource.ty, chosen)
        }
        Ending::Aborted => {
            let ran = phases.aborting.zip(phases.running).map(|(end, start)| end - start);
            let is_overdue = ran.is_some_and(|ran| ran == slot.completion());
            Some(if is_overdue { &messages::OVERDUE } else { &messages::STOPPED })
        }
        Ending::Completed | Ending::Partial | Ending::Canceled => None,
    }
}

/// A composite ends after its members, and as well as they did.
fn gather(mut backup: BackupLife, children: impl Iterator<Item = BackupLife>) -> BackupLife {
    let (mut count, mut good, mut whole) = (0, 0, 0);
    for child in children {
        let ending = child.phases.ending;
        count += 1;
        good += u32::from(ending.is_good());
        whole += u32::from(matches!(ending, Ending::Completed | Ending::Issues));
        backup.phases.ended = backup.phases.ended.max(child.phases.ended + 5 * SECOND);
    }
    let is_cut = Draw::new(mix(backup.hash)).chance(UNSUPPORTED_MEMBERS);
    if backup.phases.ending == Ending::Failed || good == 0 {
        backup.phases.ending = Ending::Failed;
        let pick = || messages::pick(Trouble::BackupFailed, backup.resource.ty, backup.hash);
        backup.message = backup.message.or_else(pick);
    } else if whole < count || is_cut {
        backup.phases.ending = Ending::Partial;
        backup.message = Some(&messages::PARTIAL);
        backup.is_dated = true;
    }
    backup
}
