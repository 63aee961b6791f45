//! Restore jobs: those that people ask for, and restore tests with what follows them.

use crate::model::{DAY, HOUR, Instant, JobKind, MINUTE, SECOND};

use super::backup::{self, BackupLife, key};
use super::draw::{Draw, Purpose, is_chosen};
use super::ids::Key;
use super::messages::{self, Sentence, Trouble};
use super::night::{Night, Slot};
use super::phases::{Ending, Phases};
use super::resource::Resource;
use super::types::ResourceType;
use super::zones::{midnight, weekday};

/// A restore job's life and what is told of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct RestoreLife {
    /// The resource or member that it restores.
    pub(super) resource: Resource,
    pub(super) phases: Phases,
    pub(super) message: Option<&'static Sentence>,
    /// The backup that it restores.
    pub(super) source: Key,
    /// Which of its resource's backups it was.
    pub(super) source_slot: Slot,
    pub(super) source_created: Instant,
    /// What follows a restore test; none for other restores and for failed tests.
    pub(super) tail: Option<Tail>,
    pub(super) is_test: bool,
    pub(super) is_dated: bool,
    pub(super) reached: i64,
    pub(super) hash: u64,
}

/// What follows the restore in a restore test.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tail {
    /// The validation, where the plan has one.
    pub(super) validation: Option<Step>,
    pub(super) deletion: Step,
}

/// A validation or a deletion.
#[derive(Clone, Copy, Debug)]
pub(super) struct Step {
    pub(super) begun: Instant,
    pub(super) ended: Instant,
    pub(super) outcome: &'static str,
}

/// The restores that a resource can have on a day: one on demand, one test.
pub(super) const NUMBERS: [u8; 2] = [0, TEST];
const TEST: u8 = 1;
const WISH_TESTED: u64 = 3;
/// Restores look so many days back for a backup: a monthly one is found.
const SOURCE_DAYS: i64 = 35;
/// The start window of restore testing plans.
const TEST_WINDOW: i64 = 24 * HOUR;
const TEST_NOT_STARTED: u32 = 6_000;
const ABORTED: u32 = 8_000;
const VALIDATED: u32 = 700_000;

/// The restores of that number of a resource and of its members, by their numbers; empty where
/// nothing is restored.
pub(super) fn family(night: &Night<'_>, root: &Resource, number: u8) -> Vec<Option<RestoreLife>> {
    // A stack's composite recovery point cannot be restored, only its nested ones.
    if !is_due(night, root, number) || root.ty == ResourceType::CloudFormation {
        return Vec::new();
    }
    let is_test = number == TEST;
    let (from, until) = if is_test { (4 * HOUR, 5 * HOUR) } else { (6 * HOUR, 19 * HOUR) };
    let mut draw = Draw::new(night.hash(Purpose::Demand, root, &[u64::from(number), 2]));
    let created = midnight(night.day) + draw.between(from, until);
    let Some((source_night, backup)) = latest_backup(night, root, created) else {
        return Vec::new();
    };
    let mut parent = outline(night, root, number, created, (&source_night, &backup));
    let mut family = vec![None];
    for part in root.parts() {
        let backup = backup::backup(&source_night, root, backup.slot, part);
        let good = backup.filter(|life| life.phases.ending.is_good());
        let pair = good.zip(parent.phases.running);
        family.push(pair.map(|(backup, started)| {
            let created = started + draw.between(SECOND, 20 * SECOND);
            outline(night, root, number, created, (&source_night, &backup))
        }));
    }
    for child in family.iter().flatten() {
        parent.phases.ended = parent.phases.ended.max(child.phases.ended + 5 * SECOND);
    }
    family[0] = Some(parent);
    family
}

fn is_due(night: &Night<'_>, root: &Resource, number: u8) -> bool {
    let chances = night.place.world.chances();
    if !root.exists_on(night.day) {
        return false;
    }
    if number == TEST {
        let test_day = (night.place.estate_hash() % 7).cast_signed();
        return weekday(night.day) == test_day
            && root.ty.is_testable()
            && root.is_wished(night.place, WISH_TESTED, chances.tested);
    }
    number == 0 && is_chosen(night.hash(Purpose::Demand, root, &[1]), chances.restored)
}

/// The restore of one backup of an earlier night.
fn outline(
    night: &Night<'_>,
    root: &Resource,
    number: u8,
    created: Instant,
    (source_night, backup): (&Night<'_>, &BackupLife),
) -> RestoreLife {
    let resource = backup.resource;
    let own = [u64::from(number), u64::from(resource.part), 3];
    let hash = night.hash(Purpose::Life, root, &own);
    let mut draw = Draw::new(hash);
    let is_test = number == TEST;
    let failed = night.place.world.chances().restore_failed;
    let ending = if draw.chance(failed) {
        Ending::Failed
    } else if draw.chance(ABORTED) {
        Ending::Aborted
    } else {
        Ending::Completed
    };
    let is_late = is_test && draw.chance(TEST_NOT_STARTED);
    let phases = phases(&mut draw, created, ending, is_late, is_test);
    let chosen = draw.below(u64::MAX);
    let message = match phases.ending {
        Ending::Failed if is_late => Some(&messages::TEST_NOT_STARTED),
        Ending::Failed => messages::pick(Trouble::RestoreFailed, resource.ty, chosen),
        _ => None,
    };
    let has_tail = is_test && phases.ending == Ending::Completed;
    RestoreLife {
        resource,
        phases,
        message,
        source: key(source_night, JobKind::Backup, &resource, backup.slot),
        source_slot: backup.slot,
        source_created: backup.phases.created,
        tail: has_tail.then(|| tail(&mut draw, phases.ended, resource.ty)),
        is_test,
        is_dated: phases.ending != Ending::Failed || draw.chance(300_000),
        reached: draw.below(801).cast_signed(),
        hash,
    }
}

/// The newest good backup of a resource that had ended before an instant, and its night.
fn latest_backup<'w>(
    night: &Night<'w>,
    root: &Resource,
    before: Instant,
) -> Option<(Night<'w>, BackupLife)> {
    (0..SOURCE_DAYS).find_map(|days| {
        let night = Night::new(night.place, night.day - days);
        let ended = |life: &BackupLife| life.phases.ended;
        let lives = night.slots(root).filter_map(|slot| backup::backup(&night, root, slot, 0));
        let good = lives.filter(|life| life.phases.ending.is_good() && ended(life) <= before);
        let life = good.max_by_key(ended)?;
        Some((night, life))
    })
}

fn phases(
    draw: &mut Draw,
    created: Instant,
    ending: Ending,
    is_late: bool,
    is_test: bool,
) -> Phases {
    let wait = draw.skewed(SECOND, if is_test { 6 * HOUR } else { 20 * MINUTE });
    let length = draw.skewed(3 * MINUTE, 3 * HOUR);
    let never_runs = ending == Ending::Failed && draw.chance(300_000);
    let start = created + wait;
    let mut phases = Phases {
        created,
        pending: None,
        running: (!never_runs).then_some(start),
        aborting: None,
        ended: if never_runs { start } else { start + length },
        ending,
    };
    if is_late {
        phases.running = None;
        phases.ending = Ending::Failed;
        phases.ended = created + TEST_WINDOW;
    }
    phases
}

/// Validation takes hours and at most its window; deletion takes minutes, but of a bucket days.
fn tail(draw: &mut Draw, ended: Instant, ty: ResourceType) -> Tail {
    let begun = ended + draw.between(5 * SECOND, 2 * MINUTE);
    let window = draw.choose(&[HOUR, 8 * HOUR, 24 * HOUR, 168 * HOUR]);
    let outcome = match draw.below(100) {
        0..4 => "TIMED_OUT",
        4..9 => "FAILED",
        _ => "SUCCESSFUL",
    };
    let length = draw.skewed(MINUTE, window);
    let until = begun + if outcome == "TIMED_OUT" { window } else { length };
    let validation = draw.chance(VALIDATED).then_some(Step { begun, ended: until, outcome });
    let begun = validation.map_or(begun, |step| step.ended + draw.between(SECOND, MINUTE));
    let longest = if ty == ResourceType::S3 { 4 * DAY } else { 40 * MINUTE };
    let ended = begun + draw.skewed(MINUTE, longest);
    let outcome = if draw.chance(30_000) { "FAILED" } else { "SUCCESSFUL" };
    Tail { validation, deletion: Step { begun, ended, outcome } }
}

impl RestoreLife {
    /// When the validation and the deletion change.
    pub(super) fn turns(&self) -> impl Iterator<Item = Instant> {
        let steps = self
            .tail
            .into_iter()
            .flat_map(|tail| tail.validation.into_iter().chain(std::iter::once(tail.deletion)));
        steps.flat_map(|step| [step.begun, step.ended])
    }
}
