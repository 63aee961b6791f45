//! Counts of AWS's of which only a part came are not taken for the whole.

use std::sync::Arc;

use async_trait::async_trait;
use lookback::emulator::{Config, Emulator, Rates, World};
use lookback::error::{Error, Kind, Result};
use lookback::ingest::Unwatched;
use lookback::model::{
    Accounts, Choice, DAY, Dimension, FixedClock, Instant, JobKind, Reach, SummaryRequest,
    SummaryRow,
};
use lookback::nights::Verdict;
use lookback::serve::aws::{self, AwsService, Backend, Caller, ListRequest, Page, Scope, TokenKey};
use lookback::tables::Row;

use super::{compared, reasons};
use crate::ingest::organisation::{Night, Served, small, source};
use crate::warehouse::{Warehouse, block_on, instant};

/// A simulated organisation that fails when it is asked for scans that found threats.
#[derive(Debug)]
struct Failing(Emulator);

#[async_trait]
impl Backend for Failing {
    async fn list(&self, caller: &Caller, request: &ListRequest) -> Result<Page> {
        self.0.list(caller, request).await
    }

    async fn describe(
        &self,
        caller: &Caller,
        kind: JobKind,
        accounts: &Accounts,
        id: &str,
    ) -> Result<Option<Row>> {
        self.0.describe(caller, kind, accounts, id).await
    }

    async fn summaries(
        &self,
        caller: &Caller,
        request: &SummaryRequest,
    ) -> Result<Vec<SummaryRow>> {
        let result = request.choice(Dimension::ScanResultStatus);
        if *result == Choice::Value("THREATS_FOUND".to_owned()) {
            return Err(Error::new(Kind::Io, "the disk is gone"));
        }
        self.0.summaries(caller, request).await
    }
}

fn config() -> Config {
    let config = small(8, 2, 10);
    Config { rates: Rates { threats: 0.5, ..config.rates }, ..config }
}

fn failing(at: Instant) -> Served {
    let world = World::new(config()).unwrap();
    let seen = aws::Config {
        account_id: world.management_account().to_owned(),
        scope: Scope::Organization,
        describe_scope: Scope::Account,
        default_region: world.regions()[0].clone(),
        token_key: TokenKey::new("failing"),
        clock: Arc::new(FixedClock(at)),
    };
    Served::new(AwsService::new(Arc::new(Failing(Emulator::new(world))), seen))
}

#[test]
fn counts_that_were_read_in_part_are_not_compared_until_they_are_read_whole() {
    let warehouse = Warehouse::new();
    let first = instant("2026-03-01T05:00:00Z");
    let sources = [source(&config(), "s", Reach::Organization)];
    let served = failing(first);
    let mut night = Night::quiet(first);
    night.options.retry.attempts = 1;
    let at_it = [sources[0].clone().at_emulator(served.url())];
    let report = block_on(night.live_at(&warehouse, &at_it, &Unwatched)).unwrap();
    assert_eq!(report.ingest.problems.len(), 2, "the scans of each Region");
    let found = compared(&warehouse, first);
    let reasons: Vec<_> = reasons(&found).into_keys().collect();
    let part = "AWS's counts were read in part".to_owned();
    let expected = [(Verdict::Match, String::new()), (Verdict::OutsideCoverage, part)];
    assert_eq!(reasons, expected);
    block_on(Night::quiet(first + DAY).live(&warehouse, &config(), &sources)).unwrap();
    let found = compared(&warehouse, first + DAY);
    let later: Vec<_> = found.days.iter().filter(|day| day.start >= first - 13 * DAY).collect();
    let all = later.iter().flat_map(|day| &day.found);
    assert!(all.clone().count() > 50);
    assert!(all.clone().all(|finding| finding.reason.verdict() == Verdict::Match));
}
