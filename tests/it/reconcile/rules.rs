//! An AWS that counts by another rule than ours is found out, and told by the rule's name.

use std::sync::Arc;

use async_trait::async_trait;
use lookback::emulator::{Config, Emulator, World};
use lookback::error::{Error, Kind, Result};
use lookback::ingest::Pull;
use lookback::model::{
    Accounts, Choice, Composites, CountedBy, DAY, Dimension, FixedClock, Instant, JobKind, Reach,
    SummaryRequest, SummaryRow,
};
use lookback::nights::{NightReport, Verdict, night};
use lookback::serve::aws::{self, AwsService, Backend, Caller, ListRequest, Page, Scope, TokenKey};
use lookback::source::aws::Source;
use lookback::tables::Row;

use super::{done, reasons};
use crate::aws::memory::tallied;
use crate::ingest::organisation::{Night, Served, small, source};
use crate::warehouse::{Warehouse, block_on, instant};

/// A simulated organisation whose summaries are counted by other rules, or not at all.
#[derive(Debug)]
pub(crate) struct OtherRule {
    pub(crate) emulator: Emulator,
    /// Only these jobs of this Region; all without it.
    pub(crate) only: Option<(JobKind, &'static str)>,
    pub(crate) by: CountedBy,
    pub(crate) composites: Composites,
    /// So much earlier rows end.
    pub(crate) early: i64,
    /// Whether it fails when it is asked for scans that found threats.
    pub(crate) fails: bool,
}

impl OtherRule {
    pub(crate) fn new(config: &Config) -> Self {
        let emulator = Emulator::new(World::new(config.clone()).unwrap());
        let (by, composites) = (CountedBy::Creation, Composites::ParentsAndChildren);
        Self { emulator, only: None, by, composites, early: 0, fails: false }
    }

    /// Answers for it at an instant.
    pub(crate) fn serve(self, at: Instant) -> Served {
        let world = self.emulator.world();
        let seen = aws::Config {
            callers: aws::Callers::Anyone {
                account_id: Some(world.management_account().to_owned()),
                scope: Scope::Organization,
            },
            describe_scope: Scope::Account,
            default_region: world.regions()[0].clone(),
            token_key: TokenKey::new("other"),
            clock: Arc::new(FixedClock(at)),
        };
        Served::new(AwsService::new(Arc::new(self), seen))
    }

    /// Counts jobs by their completion: one by one, from days enough before.
    fn by_completion(&self, caller: &Caller, request: &SummaryRequest) -> Vec<SummaryRow> {
        let request = SummaryRequest { counted_by: CountedBy::Completion, ..request.clone() };
        let world = self.emulator.world();
        let span = request.span().unwrap();
        let days = (span.start - 5 * DAY).day()..=span.end.day();
        let jobs = days.flat_map(|day| world.jobs(request.kind, &caller.region, day));
        let rows: Vec<Row> = jobs.filter_map(|job| job.at(caller.at)).collect();
        tallied(&request, &rows)
    }
}

#[async_trait]
impl Backend for OtherRule {
    async fn list(&self, caller: &Caller, request: &ListRequest) -> Result<Page> {
        self.emulator.list(caller, request).await
    }

    async fn describe(
        &self,
        caller: &Caller,
        kind: JobKind,
        accounts: &Accounts,
        id: &str,
    ) -> Result<Option<Row>> {
        self.emulator.describe(caller, kind, accounts, id).await
    }

    async fn summaries(
        &self,
        caller: &Caller,
        request: &SummaryRequest,
    ) -> Result<Vec<SummaryRow>> {
        let result = request.choice(Dimension::ScanResultStatus);
        if self.fails && *result == Choice::Value("THREATS_FOUND".to_owned()) {
            return Err(Error::new(Kind::Io, "the disk is gone"));
        }
        if self.only.is_some_and(|only| only != (request.kind, caller.region.as_str())) {
            return self.emulator.summaries(caller, request).await;
        }
        let request = SummaryRequest { composites: self.composites, ..request.clone() };
        let mut rows = match self.by {
            CountedBy::Creation => self.emulator.summaries(caller, &request).await?,
            CountedBy::Completion => self.by_completion(caller, &request),
        };
        for row in &mut rows {
            row.end_time = row.end_time - self.early;
        }
        Ok(rows)
    }
}

/// The first organisation of so many accounts and resources of which composite jobs are backed up
/// every day in a Region.
pub(crate) fn composite(accounts: u32, resources: u32, region: &str) -> Config {
    let is_composite = |config: &Config| {
        let world = World::new(config.clone()).unwrap();
        let at = instant(NIGHT);
        (at.day() - 14..at.day()).all(|day| {
            let rows = world.jobs(JobKind::Backup, region, day).filter_map(|job| job.at(at));
            rows.filter(|row| row.bool("is_parent") == Some(true)).count() > 0
        })
    };
    (0..999).map(|seed| small(seed, accounts, resources)).find(is_composite).unwrap()
}

const REGION: &str = "us-east-1";

fn config() -> Config {
    composite(2, 8, REGION)
}

const NIGHT: &str = "2026-03-01T05:00:00Z";

fn live(rule: OtherRule) -> NightReport {
    let warehouse = Warehouse::new();
    let at = instant(NIGHT);
    let served = rule.serve(at);
    let source = source(&config(), "s", Reach::Organization).at_emulator(served.url());
    let (regions, kinds) = (vec![REGION.to_owned()], vec![JobKind::Backup]);
    let sources = [Source { regions, kinds, ..source }];
    let lake = warehouse.open(at, &Night::quiet(at).steps).unwrap();
    let pull = Pull::new(&lake, &sources, Arc::new(FixedClock(at)));
    block_on(night(&pull)).unwrap()
}

/// All that differs is told as of that rule, in as many Regions and kinds as it can be told from.
#[track_caller]
fn check(rule: OtherRule, name: &str, groups_min: u64) {
    let night = live(rule);
    let found = &done(&night).reconciliation;
    assert!(night.ingest.is_whole());
    assert_eq!(found.unexplained().groups, 0, "{:?}", reasons(found));
    let rules: Vec<_> = reasons(found).into_iter().filter(|it| it.0.0 == Verdict::Rule).collect();
    let [((_, why), groups)] = rules.as_slice() else { panic!("{:?}", reasons(found)) };
    assert_eq!(*why, format!("AWS counts as we would with {name}"));
    assert!(*groups >= groups_min, "only {groups} groups");
    let others = reasons(found).into_keys().map(|(verdict, _)| verdict);
    let others: Vec<_> = others.filter(|it| *it != Verdict::Rule).collect();
    assert!(others.iter().all(|it| matches!(it, Verdict::Match | Verdict::Moved)), "{others:?}");
}

#[test]
fn counts_without_children_are_told() {
    let rule = OtherRule { composites: Composites::ParentsOnly, ..OtherRule::new(&config()) };
    check(rule, "count_composites => 'parents'", 10);
}

#[test]
fn counts_without_parents_are_told() {
    let rule = OtherRule { composites: Composites::ChildrenOnly, ..OtherRule::new(&config()) };
    check(rule, "count_composites => 'children'", 10);
}

#[test]
fn counts_by_completion_are_told() {
    let rule = OtherRule { by: CountedBy::Completion, ..OtherRule::new(&config()) };
    check(rule, "by => 'completion'", 10);
}

#[test]
fn days_that_end_before_midnight_are_told() {
    let rule = OtherRule { early: 1_000_000, ..OtherRule::new(&config()) };
    check(rule, "END_TIME_BEFORE_MIDNIGHT = 1000000", 20);
}
