//! The world: every job of an organisation, made when it is asked for.

use std::collections::BTreeSet;

use crate::error::Result;
use crate::model::{DAY, Instant, JobKind};

use super::backup::{FOLLOW_DAYS, MEMBER_DAYS};
use super::config::{Chances, Config};
use super::draw::{Purpose, hash, scale};
use super::ids::Key;
use super::job::Job;
use super::night::Night;
use super::place::Place;
use super::resource::Resource;

/// AWS lists a job for so many days after its creation (API reference, `ListBackupJobs`).
pub const LISTED_DAYS: i64 = 30;
/// AWS's summaries reach so many days back from the last 00:00 UTC.
pub const SUMMARY_DAYS: i64 = 14;

/// A simulated organisation.
///
/// It holds its accounts and Regions and nothing that grows with time: a job is made from the
/// seed and its place alone, whenever it is asked for, and always the same.
#[derive(Debug)]
pub struct World {
    config: Config,
    chances: Chances,
    first_day: i64,
    accounts: Vec<String>,
    /// How many resources each account has in each Region, account by account.
    resources: Vec<u32>,
}

/// Whether AWS still lists, at `at`, a job that was created at `created`.
pub fn is_listed(created: Instant, at: Instant) -> bool {
    created <= at && at - created <= LISTED_DAYS * DAY
}

impl World {
    /// The organisation that `config` describes.
    ///
    /// # Errors
    /// A setting that is out of its range.
    pub fn new(config: Config) -> Result<Self> {
        config.validate()?;
        Ok(Self {
            chances: config.rates.parts_per_million()?,
            first_day: config.first()?,
            accounts: account_ids(&config),
            resources: resource_counts(&config),
            config,
        })
    }

    /// The settings that it was made of.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The ids of its accounts; the first is the management account.
    pub fn accounts(&self) -> &[String] {
        &self.accounts
    }

    /// The id of the management account.
    pub fn management_account(&self) -> &str {
        &self.accounts[0]
    }

    /// Its Regions.
    pub fn regions(&self) -> &[String] {
        &self.config.regions
    }

    /// The number of the first day with jobs.
    pub fn first_day(&self) -> i64 {
        self.first_day
    }

    /// The jobs of a kind that were created in a Region on a UTC day, account by account; none
    /// for a Region that the organisation does not use.
    pub fn jobs(
        &self,
        kind: JobKind,
        region: &str,
        day: i64,
    ) -> impl Iterator<Item = Job<'_>> + use<'_> {
        let accounts = u32::try_from(self.accounts.len()).unwrap_or(0);
        let region = self.region_number(region);
        let places = region.into_iter().flat_map(move |region| {
            (0..accounts).map(move |account| Place { world: self, account, region })
        });
        places.flat_map(move |place| place_jobs(place, kind, day))
    }

    /// The jobs of a kind that were created in an account and Region on a UTC day.
    pub fn account_jobs(
        &self,
        kind: JobKind,
        region: &str,
        account_id: &str,
        day: i64,
    ) -> impl Iterator<Item = Job<'_>> + use<'_> {
        let account = self.accounts.iter().position(|id| id == account_id);
        let account = account.and_then(|account| u32::try_from(account).ok());
        let place = account.zip(self.region_number(region));
        let place = place.map(|(account, region)| Place { world: self, account, region });
        place.into_iter().flat_map(move |place| place_jobs(place, kind, day))
    }

    /// The job of a kind with that id, if it was or will be created in that Region. Costs no
    /// more than making the job.
    pub fn find(&self, kind: JobKind, region: &str, id: &str) -> Option<Job<'_>> {
        let key = Key::of_id(id, self.seed()).filter(|key| key.kind == kind)?;
        let is_here = self.region_number(region) == Some(key.region);
        (is_here && (key.account as usize) < self.accounts.len()).then(|| self.job(key)).flatten()
    }

    /// The job of a key whose Region and account exist.
    pub(super) fn job(&self, key: Key) -> Option<Job<'_>> {
        let place = Place { world: self, account: key.account, region: key.region };
        (key.resource < self.resource_count(place)).then(|| Job::of_key(place, key)).flatten()
    }

    pub(super) fn seed(&self) -> u64 {
        self.config.seed
    }

    pub(super) fn chances(&self) -> &Chances {
        &self.chances
    }

    fn region_number(&self, region: &str) -> Option<u32> {
        let number = self.config.regions.iter().position(|name| name == region)?;
        u32::try_from(number).ok()
    }

    fn resource_count(&self, place: Place<'_>) -> u32 {
        let regions = self.config.regions.len();
        self.resources[place.account as usize * regions + place.region as usize]
    }
}

fn place_jobs(place: Place<'_>, kind: JobKind, day: i64) -> impl Iterator<Item = Job<'_>> {
    let earlier = match kind {
        JobKind::Backup => MEMBER_DAYS,
        JobKind::Copy | JobKind::Scan => FOLLOW_DAYS,
        JobKind::Restore => 0,
    };
    let nights: Vec<_> = (day - earlier..=day).map(|day| Night::new(place, day)).collect();
    (0..place.world.resource_count(place)).flat_map(move |index| {
        let resource = Resource::at(place, index);
        let mut jobs = Vec::new();
        for night in &nights {
            // Only the members of composites are created on a later day than their backup's.
            if kind != JobKind::Backup || night.day == day || resource.is_composite() {
                Job::push_all(night, &resource, kind, &mut jobs);
            }
        }
        jobs.retain(|job| job.creation_date().day() == day);
        jobs
    })
}

/// 12 digits each, no two the same.
fn account_ids(config: &Config) -> Vec<String> {
    let mut ids: Vec<String> = config.management_account.iter().cloned().collect();
    let mut known: BTreeSet<String> = ids.iter().cloned().collect();
    let mut number = 0;
    while ids.len() < config.accounts as usize {
        let id = hash(config.seed, Purpose::Account, &[number]);
        let id = format!("{:012}", scale(id, 1_000_000_000_000));
        number += 1;
        if known.insert(id.clone()) {
            ids.push(id);
        }
    }
    ids
}

/// Deals the resources out: some accounts are larger than others, and the first Region is the
/// largest.
fn resource_counts(config: &Config) -> Vec<u32> {
    let regions = config.regions.len() as u64;
    let weight = |number: u64| {
        let (account, region) = (number / regions, number % regions);
        let size = 1 + scale(hash(config.seed, Purpose::Estate, &[account]), 8);
        let share = 1 + scale(hash(config.seed, Purpose::Estate, &[account, region]), 3);
        size * if region == 0 { 4 } else { share }
    };
    let places = 0..u64::from(config.accounts) * regions;
    let total: u64 = places.clone().map(weight).sum();
    let mut passed = 0;
    let mut dealt = 0;
    let mut counts = Vec::new();
    for number in places {
        passed += weight(number);
        let until = u64::from(config.resources) * passed / total;
        counts.push(u32::try_from(until - dealt).unwrap_or(0));
        dealt = until;
    }
    counts
}
