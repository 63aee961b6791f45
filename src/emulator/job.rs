//! A job: its place in the world, its life, and what AWS shows of it at an instant.

use crate::model::{Instant, JobKind};
use crate::tables::Row;

use super::backup::{self, BackupLife};
use super::copy::{self, CopyLife};
use super::ids::Key;
use super::messages::{SUCCESS, Sentence};
use super::night::Night;
use super::phases::{Phases, Stage};
use super::place::Place;
use super::resource::Resource;
use super::restore::{self, RestoreLife};
use super::scan::{self, ScanLife};
use super::{backup_row, copy_row, restore_row, scan_row};

/// A job of a [`World`](super::World): a whole life, of which any instant can be asked for.
#[derive(Clone, Copy, Debug)]
pub struct Job<'w> {
    pub(super) place: Place<'w>,
    pub(super) key: Key,
    life: Life,
}

#[derive(Clone, Copy, Debug)]
enum Life {
    Backup(BackupLife),
    Copy(CopyLife),
    Restore(RestoreLife),
    Scan(ScanLife),
}

impl<'w> Job<'w> {
    /// What kind of job it is.
    pub fn kind(&self) -> JobKind {
        self.key.kind
    }

    /// Its id.
    pub fn id(&self) -> String {
        self.key.id(self.place.world.seed())
    }

    /// The Region that lists it.
    pub fn region(&self) -> &'w str {
        self.place.region_name()
    }

    /// The account that owns it.
    pub fn account_id(&self) -> &'w str {
        self.place.account_id()
    }

    /// The type of the resource.
    pub fn resource_type(&self) -> &'static str {
        self.resource().ty.name()
    }

    /// The ARN of the resource.
    pub fn resource_arn(&self) -> String {
        self.resource().arn(self.place)
    }

    /// When it was created.
    pub fn creation_date(&self) -> Instant {
        self.phases().created
    }

    /// Its state at an instant; none before its creation.
    pub fn state_at(&self, at: Instant) -> Option<&'static str> {
        let phases = self.phases();
        phases.stage(at).map(|stage| phases.state(self.key.kind, stage))
    }

    /// Its message category at an instant: none before it has ended, nor for restore and scan
    /// jobs, which have none.
    pub fn message_category_at(&self, at: Instant) -> Option<&'static str> {
        let has_one = matches!(self.key.kind, JobKind::Backup | JobKind::Copy);
        let has_ended = self.phases().stage(at) == Some(Stage::Ended);
        let category = || self.message().map_or(SUCCESS, |message| message.category);
        (has_one && has_ended).then(category)
    }

    /// Whether it is composite.
    pub(super) fn is_parent(&self) -> bool {
        self.resource().is_composite()
    }

    /// Whether it has a parent.
    pub(super) fn is_child(&self) -> bool {
        self.key.part != 0
    }

    /// The scanner of a scan job.
    pub fn malware_scanner(&self) -> Option<&'static str> {
        matches!(self.life, Life::Scan(_)).then_some(scan::SCANNER)
    }

    /// What a scan job has found at an instant.
    pub fn scan_result_status_at(&self, at: Instant) -> Option<&'static str> {
        match &self.life {
            Life::Scan(life) if life.phases.stage(at) == Some(Stage::Ended) => life.result,
            _ => None,
        }
    }

    /// What AWS shows of it at an instant, Describe's fields included; nothing before its
    /// creation. Our own columns are NULL, but for the Region.
    pub fn at(&self, at: Instant) -> Option<Row> {
        let stage = self.phases().stage(at)?;
        Some(match &self.life {
            Life::Backup(life) => backup_row::row(self, life, stage, at),
            Life::Copy(life) => copy_row::row(self, life, stage, at),
            Life::Restore(life) => restore_row::row(self, life, stage, at),
            Life::Scan(life) => scan_row::row(self, life, stage),
        })
    }

    /// The instants after its creation at which what AWS shows of it may change in more than its
    /// progress, in order.
    pub fn turns(&self) -> Vec<Instant> {
        let phases = self.phases();
        let mut turns: Vec<_> =
            [phases.pending, phases.running, phases.aborting, Some(phases.ended)]
                .into_iter()
                .flatten()
                .collect();
        if let Life::Restore(life) = &self.life {
            turns.extend(life.turns());
        }
        turns.sort();
        turns.dedup();
        turns
    }

    fn phases(&self) -> &Phases {
        match &self.life {
            Life::Backup(life) => &life.phases,
            Life::Copy(life) => &life.phases,
            Life::Restore(life) => &life.phases,
            Life::Scan(life) => &life.phases,
        }
    }

    fn resource(&self) -> &Resource {
        match &self.life {
            Life::Backup(life) => &life.resource,
            Life::Copy(life) => &life.resource,
            Life::Restore(life) => &life.resource,
            Life::Scan(life) => &life.resource,
        }
    }

    fn message(&self) -> Option<&'static Sentence> {
        match &self.life {
            Life::Backup(life) => life.message,
            Life::Copy(life) => life.message,
            Life::Restore(life) => life.message,
            Life::Scan(_) => None,
        }
    }

    /// Makes the job of a key, if there is one.
    pub(super) fn of_key(place: Place<'w>, key: Key) -> Option<Self> {
        let night = Night::new(place, key.day);
        let root = Resource::at(place, key.resource);
        let slot = || night.slots(&root).find(|slot| slot.number == key.slot);
        let part = usize::from(key.part);
        let life = match key.kind {
            JobKind::Backup => Life::Backup(backup::backup(&night, &root, slot()?, key.part)?),
            JobKind::Copy => Life::Copy((*copy::family(&night, &root, slot()?).get(part)?)?),
            JobKind::Restore => {
                Life::Restore((*restore::family(&night, &root, key.slot).get(part)?)?)
            }
            JobKind::Scan if part == 0 => Life::Scan(scan::scan(&night, &root, slot()?)?),
            JobKind::Scan => return None,
        };
        Some(Self { place, key, life })
    }

    /// Adds the jobs of a kind that belong to a resource's day, members' jobs after their
    /// composite's.
    pub(super) fn push_all(
        night: &Night<'w>,
        root: &Resource,
        kind: JobKind,
        jobs: &mut Vec<Self>,
    ) {
        let place = night.place;
        let (account, region, resource) = (place.account, place.region, root.index);
        let mut push = |slot: u8, lives: &mut dyn Iterator<Item = Option<Life>>| {
            for (part, life) in (0u8..).zip(lives) {
                let key = Key { kind, region, account, resource, day: night.day, slot, part };
                jobs.extend(life.map(|life| Self { place, key, life }));
            }
        };
        if kind == JobKind::Restore {
            for number in restore::NUMBERS {
                let family = restore::family(night, root, number);
                push(number, &mut family.into_iter().map(|life| life.map(Life::Restore)));
            }
            return;
        }
        for slot in night.slots(root) {
            match kind {
                JobKind::Scan => {
                    let scan = scan::scan(night, root, slot).map(Life::Scan);
                    push(slot.number, &mut std::iter::once(scan));
                }
                JobKind::Copy => {
                    let family = copy::family(night, root, slot);
                    push(slot.number, &mut family.into_iter().map(|life| life.map(Life::Copy)));
                }
                JobKind::Backup | JobKind::Restore if root.is_composite() => {
                    let family = backup::family(night, root, slot);
                    push(slot.number, &mut family.into_iter().map(|life| life.map(Life::Backup)));
                }
                JobKind::Backup | JobKind::Restore => {
                    let life = backup::backup(night, root, slot, 0).map(Life::Backup);
                    push(slot.number, &mut std::iter::once(life));
                }
            }
        }
    }
}
