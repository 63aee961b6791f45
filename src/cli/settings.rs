//! What was typed, resolved with the environment and the defaults.

use std::path::PathBuf;
use std::sync::Arc;

use crate::error::{Error, Kind, Result};
use crate::lake::{Lake, WritableLake};
use crate::model::{Clock, FixedClock, Steps};

use super::args::Arguments;
use super::clock::SystemClock;

/// What every command needs.
#[derive(Debug)]
pub(super) struct Settings {
    /// The folder of the warehouse.
    pub(super) warehouse: PathBuf,
    /// The clock: the machine's, or the one of `--now`.
    pub(super) clock: Arc<dyn Clock>,
    /// Where writing is made to fail, in tests.
    pub(super) steps: Steps,
}

impl Settings {
    pub(super) fn resolve(arguments: &Arguments) -> Result<Self> {
        let clock: Arc<dyn Clock> = match arguments.now {
            Some(now) => Arc::new(FixedClock(now)),
            None => Arc::new(SystemClock),
        };
        Ok(Self { warehouse: arguments.warehouse.clone(), clock, steps: steps()? })
    }

    /// The warehouse, for reading.
    pub(super) fn lake(&self) -> Result<Lake> {
        Lake::open(&self.warehouse)
    }

    /// The warehouse, for writing; a new one if there is none.
    pub(super) fn writable_lake(&self) -> Result<WritableLake> {
        WritableLake::open_or_create(&self.warehouse, self.clock.now(), &self.steps)
    }
}

/// The step of a write at which this process is to end, for the tests that kill it there.
#[expect(clippy::disallowed_methods, reason = "this is where settings are resolved")]
fn steps() -> Result<Steps> {
    const VARIABLE: &str = "LOOKBACK_TEST_ABORT_AT_STEP";
    let Ok(text) = std::env::var(VARIABLE) else { return Ok(Steps::none()) };
    let step = text.parse().map_err(|_| {
        Error::new(Kind::Input, format!("variable {VARIABLE} is \"{text}\", which is no number"))
    })?;
    Ok(Steps::aborting_at(step))
}
