//! Copy jobs: they follow a completed backup, to another Region, account or vault.

use crate::model::{HOUR, Instant, MINUTE, SECOND};

use super::backup::{self, BackupLife};
use super::draw::{Draw, Purpose, is_chosen};
use super::messages::{self, Sentence, Trouble};
use super::night::{Night, Slot};
use super::phases::{Ending, Phases};
use super::plans::Target;
use super::resource::Resource;

/// A copy job's life and what is told of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct CopyLife {
    pub(super) slot: Slot,
    /// The resource or member whose backup it copies.
    pub(super) resource: Resource,
    pub(super) phases: Phases,
    pub(super) target: Target,
    pub(super) message: Option<&'static Sentence>,
    pub(super) hash: u64,
}

const WISH_COPIED: u64 = 1;
/// On-demand backups that someone copies by hand.
const COPIED_BY_HAND: u32 = 300_000;
/// Copies that meet a system error and are tried again for 2 hours.
const RETRIED: u32 = 15_000;
const RETRY: i64 = 2 * HOUR;

/// The copies of the backups of a resource and of its members, by their numbers; empty where
/// nothing is copied.
pub(super) fn family(night: &Night<'_>, root: &Resource, slot: Slot) -> Vec<Option<CopyLife>> {
    let Some(target) = target(night, root, slot) else { return Vec::new() };
    let backups = if root.is_composite() {
        backup::family(night, root, slot)
    } else {
        vec![backup::backup(night, root, slot, 0)]
    };
    let mut family: Vec<Option<CopyLife>> = Vec::with_capacity(backups.len());
    for (part, backup) in (0u8..).zip(&backups) {
        let good = backup.filter(|life| life.phases.ending.is_good());
        let begun = match part {
            0 => good.map(|life| life.phases.ended + 20 * SECOND),
            _ => family[usize::from(root.parent_part(part))].and_then(|life| life.phases.running),
        };
        let pair = good.zip(begun);
        family.push(pair.map(|(backup, begun)| outline(night, root, &backup, target, begun)));
    }
    // Members have higher numbers than their parents: who gathers last knows all.
    for part in (0..family.len()).rev() {
        let Some(life) = family[part].filter(|life| life.resource.is_composite()) else {
            continue;
        };
        if life.phases.running.is_some() {
            let is_part = backups[part].is_some_and(|it| it.phases.ending == Ending::Partial);
            let children = root.children_in(&family, life.resource.part);
            family[part] = Some(gather(life, is_part, children));
        }
    }
    family
}

/// Where the backups of a slot are copied to.
fn target(night: &Night<'_>, root: &Resource, slot: Slot) -> Option<Target> {
    let target = match slot.by {
        None => {
            let hash = night.hash(Purpose::Wish, root, &[u64::from(slot.number)]);
            return is_chosen(hash, COPIED_BY_HAND).then_some(Target::Region);
        }
        Some((_, rule)) => rule.target,
    };
    let copied = night.place.world.chances().copied;
    match target {
        Target::None => None,
        Target::AirGapped => Some(target),
        _ => root.is_wished(night.place, WISH_COPIED, copied).then_some(target),
    }
}

/// The life without what a composite learns from its members.
fn outline(
    night: &Night<'_>,
    root: &Resource,
    backup: &BackupLife,
    target: Target,
    begun: Instant,
) -> CopyLife {
    let (slot, resource) = (backup.slot, backup.resource);
    let own = [u64::from(slot.number), u64::from(resource.part), 1];
    let hash = night.hash(Purpose::Life, root, &own);
    let mut draw = Draw::new(hash);
    let longest = if resource.part == 0 { 5 * MINUTE } else { 20 * SECOND };
    let created = begun + draw.between(SECOND, longest);
    let failed = night.place.world.chances().copy_failed;
    let is_failed = draw.chance(failed.saturating_mul(night.strain.div_ceil(2)));
    let phases = phases(&mut draw, created, is_failed);
    let chosen = draw.below(u64::MAX);
    let pick = || messages::pick(Trouble::CopyFailed, resource.ty, chosen);
    let message = is_failed.then(pick).flatten();
    CopyLife { slot, resource, phases, target, message, hash }
}

fn phases(draw: &mut Draw, created: Instant, is_failed: bool) -> Phases {
    let retry = if draw.chance(RETRIED) { draw.between(MINUTE, RETRY) } else { 0 };
    let start = created + retry + draw.skewed(2 * SECOND, 10 * MINUTE);
    let length = draw.skewed(2 * MINUTE, 2 * HOUR);
    let length = if draw.chance(10_000) { length * 10 } else { length };
    let never_runs = is_failed && draw.chance(400_000);
    Phases {
        created,
        pending: None,
        running: (!never_runs).then_some(start),
        aborting: None,
        ended: if never_runs { start } else { start + length },
        ending: if is_failed { Ending::Failed } else { Ending::Completed },
    }
}

/// A composite copy ends after its members, and as well as they did.
fn gather(mut life: CopyLife, is_part: bool, children: impl Iterator<Item = CopyLife>) -> CopyLife {
    let (mut count, mut good) = (0, 0);
    for child in children {
        count += 1;
        good += u32::from(child.phases.ending.is_good());
        life.phases.ended = life.phases.ended.max(child.phases.ended + 5 * SECOND);
    }
    if life.phases.ending == Ending::Completed && (is_part || good < count) {
        life.phases.ending = Ending::Partial;
        life.message = Some(&messages::PARTIAL);
    }
    life
}
