//! What an ingest finds out about a source while it runs: its connection, and what of it there is
//! no use in asking any more.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, PoisonError};

use tokio::sync::{Mutex as Gate, MutexGuard as Turn, OnceCell};

use crate::model::regions;
use crate::source::aws::{CallClass, CallError, Connection, Endpoint, Source};

use super::retry::RetryPolicy;
use super::unit::{Failure, restate};

/// How often an endpoint is tried that has never answered: most likely its name is wrong, or
/// nothing listens there.
const TRIES_UNREACHED: u32 = 3;
/// How often a call is tried whose signature had the wrong time: the SDK learns AWS's time from the
/// first answer.
const TRIES_CLOCK: u32 = 2;

/// One source of an ingest.
#[derive(Debug)]
pub(super) struct SourceState {
    pub(super) source: Source,
    connection: OnceCell<Connection>,
    /// The first call goes alone, so that what is wrong with a source is found once.
    first: Gate<()>,
    found: Mutex<Found>,
}

/// A part of a source whose calls succeed or fail together: a Region, or without one all of it.
type Part = Option<String>;

#[derive(Debug, Default)]
struct Found {
    is_first_done: bool,
    answered: HashSet<Part>,
    /// Why asking is no use.
    broken: HashMap<Part, CallError>,
}

impl SourceState {
    pub(super) fn new(source: &Source) -> Self {
        Self {
            source: source.clone(),
            connection: OnceCell::new(),
            first: Gate::default(),
            found: Mutex::default(),
        }
    }

    /// The endpoint of a Region, unless it is known by now that asking it is no use.
    pub(super) async fn endpoint(&self, region: &str) -> Result<Endpoint, Failure> {
        self.check(region)?;
        let open = || async {
            let opened = Connection::open(&self.source).await;
            opened.map_err(|error| CallError { class: CallClass::Credentials, error })
        };
        match self.connection.get_or_try_init(open).await {
            Ok(connection) => Ok(connection.region(region)),
            Err(failed) => Err(self.fail(region, failed)),
        }
    }

    /// Waits until calls may be made, holds all others up if this is the first of all, and fails
    /// if that has shown by now that asking is no use.
    pub(super) async fn turn(&self, region: &str) -> Result<Option<Turn<'_, ()>>, Failure> {
        let turn = if self.with(|found| found.is_first_done) {
            None
        } else {
            let turn = self.first.lock().await;
            (!self.with(|found| found.is_first_done)).then_some(turn)
        };
        self.check(region)?;
        Ok(turn)
    }

    fn check(&self, region: &str) -> Result<(), Failure> {
        match self.broken(region) {
            Some(broken) => Err(self.failure(region, broken)),
            None => Ok(()),
        }
    }

    /// Remembers that a Region answered, be it with an error.
    pub(super) fn answered(&self, region: &str, class: Option<CallClass>) {
        if !matches!(class, Some(CallClass::Unreachable | CallClass::Credentials)) {
            let part = self.host(region);
            self.with(|found| {
                found.is_first_done = true;
                found.answered.insert(part)
            });
        }
    }

    /// How often a call of a Region is tried that failed so; `None` if once is enough.
    pub(super) fn retries(
        &self,
        region: &str,
        class: CallClass,
        policy: RetryPolicy,
    ) -> Option<RetryPolicy> {
        match class {
            CallClass::Throttled | CallClass::Transient => Some(policy),
            CallClass::Unreachable => {
                let part = self.host(region);
                let has_answered = self.with(|found| found.answered.contains(&part));
                Some(if has_answered { policy } else { policy.at_most(TRIES_UNREACHED) })
            }
            CallClass::ClockSkew => Some(policy.at_most(TRIES_CLOCK)),
            CallClass::Denied
            | CallClass::OrganizationDenied
            | CallClass::NotOffered
            | CallClass::RegionDisabled
            | CallClass::Credentials
            | CallClass::Rejected => None,
        }
    }

    /// The failure of a call that is not made again; remembers it where it is that of all others
    /// too, so that they need not be made.
    pub(super) fn fail(&self, region: &str, failed: CallError) -> Failure {
        let part = match failed.class {
            CallClass::Credentials | CallClass::ClockSkew => Some(None),
            CallClass::Unreachable => Some(self.host(region)),
            CallClass::RegionDisabled => Some(Some(region.to_owned())),
            _ => None,
        };
        self.with(|found| {
            found.is_first_done = true;
            if let Some(part) = part {
                found.broken.insert(part, restate(&failed));
            }
        });
        self.failure(region, failed)
    }

    /// Whoever reads every Region does not mean those that the account has not enabled.
    fn failure(&self, region: &str, failed: CallError) -> Failure {
        let is_expected = failed.class == CallClass::RegionDisabled
            && self.source.reads_every_region()
            && regions::is_opt_in(region);
        if is_expected { Failure::NotEnabled(failed) } else { Failure::Call(failed) }
    }

    fn broken(&self, region: &str) -> Option<CallError> {
        self.with(|found| {
            let broken = &found.broken;
            broken.get(&None).or_else(|| broken.get(&Some(region.to_owned()))).map(restate)
        })
    }

    /// Who answers for a Region: AWS has a host for each, an endpoint that was named is one.
    fn host(&self, region: &str) -> Part {
        self.source.endpoint_url.is_none().then(|| region.to_owned())
    }

    fn with<T>(&self, act: impl FnOnce(&mut Found) -> T) -> T {
        act(&mut self.found.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{Error, Kind};
    use crate::model::regions::REGIONS;

    fn every() -> Source {
        Source::new("s", REGIONS.iter().map(|region| region.name.to_owned()))
    }

    fn failed(class: CallClass) -> CallError {
        CallError { class, error: Error::new(Kind::Source, "no") }
    }

    /// The Regions that are not asked after a call to `af-south-1` has failed so.
    #[track_caller]
    fn check_broken(source: &Source, class: CallClass, expected: &[&str]) {
        let state = SourceState::new(source);
        state.fail("af-south-1", failed(class));
        let regions = ["af-south-1", "us-east-1"];
        let broken: Vec<_> =
            regions.into_iter().filter(|region| state.broken(region).is_some()).collect();
        assert_eq!(broken, expected, "{class:?}");
    }

    #[test]
    fn what_fails_for_all_calls_is_not_asked_again() {
        let emulated = every().at_emulator("http://127.0.0.1:1");
        let both = ["af-south-1", "us-east-1"];
        check_broken(&every(), CallClass::Credentials, &both);
        check_broken(&every(), CallClass::ClockSkew, &both);
        check_broken(&every(), CallClass::Unreachable, &both[..1]);
        check_broken(&emulated, CallClass::Unreachable, &both);
        check_broken(&emulated, CallClass::RegionDisabled, &both[..1]);
        check_broken(&emulated, CallClass::Denied, &[]);
        check_broken(&every(), CallClass::Transient, &[]);
    }

    #[test]
    fn an_endpoint_that_never_answered_is_given_up_soon() {
        let state = SourceState::new(&every());
        let policy = RetryPolicy::default();
        let tries = |region, class| {
            let policy = state.retries(region, class, policy);
            policy.map_or(1, |policy| policy.attempts)
        };
        assert_eq!(tries("us-east-1", CallClass::Unreachable), TRIES_UNREACHED);
        state.answered("us-east-1", Some(CallClass::Unreachable));
        assert_eq!(tries("us-east-1", CallClass::Unreachable), TRIES_UNREACHED);
        state.answered("us-east-1", Some(CallClass::Throttled));
        assert_eq!(tries("us-east-1", CallClass::Unreachable), policy.attempts);
        assert_eq!(tries("us-east-2", CallClass::Unreachable), TRIES_UNREACHED);
        assert_eq!(tries("us-east-2", CallClass::Transient), policy.attempts);
        assert_eq!(tries("us-east-2", CallClass::ClockSkew), TRIES_CLOCK);
        assert_eq!(tries("us-east-2", CallClass::Denied), 1);
    }

    #[track_caller]
    fn check_expected(class: CallClass, region: &str, source: &Source, expected: bool) {
        let failure = SourceState::new(source).fail(region, failed(class));
        assert_eq!(matches!(failure, Failure::NotEnabled(_)), expected, "{class:?} {region}");
    }

    #[test]
    fn whoever_reads_every_region_does_not_mean_those_that_are_not_enabled() {
        let one = Source::new("s", ["af-south-1".to_owned()]);
        check_expected(CallClass::RegionDisabled, "af-south-1", &every(), true);
        check_expected(CallClass::RegionDisabled, "us-east-1", &every(), false);
        check_expected(CallClass::Denied, "af-south-1", &every(), false);
        check_expected(CallClass::RegionDisabled, "af-south-1", &one, false);
    }
}
