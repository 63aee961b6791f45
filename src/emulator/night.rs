//! One day of one account and Region: which plans run, and how well.

use super::draw::{self, MILLION, Purpose, is_chosen};
use super::organisation::PLANS;
use super::place::Place;
use super::plans::{Plan, Rule, Run};
use super::resource::Resource;
use super::zones;
use crate::model::{DAY, HOUR, Instant, MINUTE, SECOND};

/// A day of an account and Region.
#[derive(Debug)]
pub(super) struct Night<'w> {
    pub(super) place: Place<'w>,
    pub(super) day: i64,
    runs: [Vec<Run>; PLANS.len()],
    is_quiet: bool,
    /// By how much failures are more frequent than usual.
    pub(super) strain: u32,
}

/// One backup of a resource on a day.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slot {
    /// Tells the day's backups of the resource apart.
    pub(super) number: u8,
    pub(super) scheduled: Instant,
    /// The plan and rule that scheduled it; none for an on-demand backup.
    pub(super) by: Option<(&'static Plan, &'static Rule)>,
}

/// The slot of an on-demand backup; scheduled ones count from 0.
const ON_DEMAND: u8 = 60;
const STRAIN_OF_ACCOUNT: u32 = 10;
const STRAIN_OF_ORGANISATION: u32 = 4;
/// Share of the resources that are backed up on a quiet day.
const QUIET_SHARE: u32 = 200_000;

/// AWS's default windows, which on-demand jobs have.
const START_DEFAULT: i64 = 8 * HOUR;
const COMPLETION_DEFAULT: i64 = 7 * DAY;

impl Slot {
    /// How long after its time a backup may start.
    pub(super) fn window(&self) -> i64 {
        self.by.map_or(START_DEFAULT, |(_, rule)| rule.start_minutes * MINUTE)
    }

    /// How long after its start a backup may run.
    pub(super) fn completion(&self) -> i64 {
        self.by.map_or(COMPLETION_DEFAULT, |(_, rule)| rule.completion_minutes * MINUTE)
    }
}

impl<'w> Night<'w> {
    pub(super) fn new(place: Place<'w>, day: i64) -> Self {
        let chances = place.world.chances();
        let number = day.cast_unsigned();
        let weather = |salt: u64| place.hash(Purpose::Weather, &[number, salt]);
        let world_wide = draw::hash(place.world.seed(), Purpose::Weather, &[number]);
        let is_bad = is_chosen(weather(1), chances.bad_days);
        let is_bad_everywhere = is_chosen(world_wide, chances.bad_days / 2);
        let mut strain = if is_bad { STRAIN_OF_ACCOUNT } else { 1 };
        if is_bad_everywhere {
            strain = strain.max(STRAIN_OF_ORGANISATION);
        }
        Self {
            place,
            day,
            runs: std::array::from_fn(|number| PLANS[number].runs(day)),
            is_quiet: is_chosen(weather(2), chances.quiet_days),
            strain,
        }
    }

    /// The backups that the resource has on this day.
    pub(super) fn slots(&self, resource: &Resource) -> impl Iterator<Item = Slot> {
        let exists = resource.exists_on(self.day);
        let plan = resource.plan().filter(|_| exists && self.has_scheduled(resource));
        let runs = match resource.plan_number() {
            Some(number) if plan.is_some() => self.runs[number].as_slice(),
            _ => &[],
        };
        let scheduled = runs.iter().map(move |run| Slot {
            number: run.number,
            scheduled: run.scheduled,
            by: plan.map(|plan| (plan, run.rule)),
        });
        scheduled.chain(exists.then(|| self.on_demand(resource)).flatten())
    }

    fn has_scheduled(&self, resource: &Resource) -> bool {
        !self.is_quiet || is_chosen(self.hash(Purpose::Weather, resource, &[]), QUIET_SHARE)
    }

    /// An on-demand backup, mostly at working hours; resources without a plan have more of them.
    fn on_demand(&self, resource: &Resource) -> Option<Slot> {
        let usual = self.place.world.chances().on_demand;
        let chance = if resource.plan().is_none() { usual.saturating_mul(20) } else { usual };
        let hash = self.hash(Purpose::Demand, resource, &[]);
        if !is_chosen(hash, chance.min(MILLION)) {
            return None;
        }
        let after = draw::Draw::new(hash).between(7 * HOUR, 20 * HOUR - SECOND);
        let scheduled = zones::midnight(self.day) + after;
        Some(Slot { number: ON_DEMAND, scheduled, by: None })
    }

    /// Whether the resource fails all week.
    pub(super) fn is_troubled(&self, resource: &Resource) -> bool {
        is_chosen(self.trouble_hash(resource), self.place.world.chances().trouble)
    }

    /// A hash that is the same all week.
    pub(super) fn trouble_hash(&self, resource: &Resource) -> u64 {
        let week = (self.day / 7).cast_unsigned();
        draw::hash(self.place.world.seed(), Purpose::Trouble, &[resource.hash, week])
    }

    /// A hash of the resource on this day, and of `parts`.
    pub(super) fn hash(&self, purpose: Purpose, resource: &Resource, parts: &[u64]) -> u64 {
        let own = [resource.hash, self.day.cast_unsigned()];
        draw::hash(draw::hash(self.place.world.seed(), purpose, &own), purpose, parts)
    }
}
