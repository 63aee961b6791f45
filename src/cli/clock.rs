//! The real clock: the one place that asks the machine for the time.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::model::{Clock, Instant};

/// The clock of the machine.
#[derive(Clone, Copy, Debug)]
pub(super) struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the real clock")]
    fn now(&self) -> Instant {
        instant(SystemTime::now())
    }
}

/// A time of the file system or of the machine's clock.
pub(super) fn instant(time: SystemTime) -> Instant {
    let micros = |duration: std::time::Duration| i64::try_from(duration.as_micros()).unwrap_or(0);
    Instant::from_micros(match time.duration_since(UNIX_EPOCH) {
        Ok(after) => micros(after),
        Err(before) => -micros(before.duration()),
    })
}
