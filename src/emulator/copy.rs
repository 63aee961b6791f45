//! Copy jobs: they follow a completed backup, to another Region, account or vault.

use crate::model::{HOUR, Instant, MINUTE, SECOND};

use super::backup::{BackupLife, backup};
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

/// The copy of the backup of a resource (`part` 0) or of its member, if there is one.
pub(super) fn copy(night: &Night<'_>, root: &Resource, slot: Slot, part: u8) -> Option<CopyLife> {
    let target = target(night, root, slot)?;
    let (mut life, backup) = outline(night, root, slot, target, part)?;
    if life.resource.is_composite() && life.phases.running.is_some() {
        let is_part = backup.phases.ending == Ending::Partial;
        gather(&mut life, is_part, children(night, root, slot, part));
    }
    Some(life)
}

/// The copies of the members whose parent is `part`.
pub(super) fn children(
    night: &Night<'_>,
    root: &Resource,
    slot: Slot,
    part: u8,
) -> impl Iterator<Item = CopyLife> {
    let parts = root.member(night.place, part).children();
    parts.filter_map(move |part| copy(night, root, slot, part))
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

/// The life without what a composite learns from its members, and the backup that it copies.
fn outline(
    night: &Night<'_>,
    root: &Resource,
    slot: Slot,
    target: Target,
    part: u8,
) -> Option<(CopyLife, BackupLife)> {
    let backup = backup(night, root, slot, part).filter(|life| life.phases.ending.is_good())?;
    let hash = night.hash(Purpose::Life, root, &[u64::from(slot.number), u64::from(part), 1]);
    let mut draw = Draw::new(hash);
    let created = if part == 0 {
        backup.phases.ended + draw.between(20 * SECOND, 5 * MINUTE)
    } else {
        let (parent, _) = outline(night, root, slot, target, root.parent_part(part))?;
        parent.phases.running? + draw.between(SECOND, 20 * SECOND)
    };
    let failed = night.place.world.chances().copy_failed;
    let is_failed = draw.chance(failed.saturating_mul(night.strain.div_ceil(2)));
    let phases = phases(&mut draw, created, is_failed);
    let chosen = draw.below(u64::MAX);
    let pick = || messages::pick(Trouble::CopyFailed, backup.resource.ty, chosen);
    let message = is_failed.then(pick).flatten();
    let resource = backup.resource;
    Some((CopyLife { slot, resource, phases, target, message, hash }, backup))
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
fn gather(life: &mut CopyLife, is_part: bool, children: impl Iterator<Item = CopyLife>) {
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
}
