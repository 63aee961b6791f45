//! The clocks: the only place that asks the machine for the time.

use std::time::{self, Duration, SystemTime, UNIX_EPOCH};

use crate::model::{Clock, Instant};

/// The clock of the machine.
#[derive(Clone, Copy, Debug)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the real clock")]
    fn now(&self) -> Instant {
        instant(SystemTime::now())
    }
}

/// A clock that began at some instant and goes at a speed of its own.
#[derive(Clone, Copy, Debug)]
pub(super) struct VirtualClock {
    start: Instant,
    speed: f64,
    since: time::Instant,
}

impl VirtualClock {
    /// A clock that is at `start` now, and `speed` times as fast as time; 0 stands still.
    pub(super) fn starting(start: Instant, speed: f64) -> Self {
        Self { start, speed, since: time::Instant::now() }
    }

    fn after(&self, elapsed: Duration) -> Instant {
        #[expect(clippy::cast_possible_truncation, reason = "casts from floats saturate")]
        let micros = (elapsed.as_secs_f64() * self.speed * 1e6) as i64;
        Instant::from_micros(self.start.micros().saturating_add(micros).min(INSTANT_MAX))
    }
}

/// No clock goes beyond the year 3000, nor anything that is added to it beyond all bounds.
const INSTANT_MAX: i64 = 32_503_680_000_000_000;

impl Clock for VirtualClock {
    fn now(&self) -> Instant {
        self.after(self.since.elapsed())
    }
}

/// A time of the file system or of the machine's clock, in whole milliseconds, as AWS's are: a time
/// that was printed or typed is then the same time.
pub(super) fn instant(time: SystemTime) -> Instant {
    let millis = |duration: std::time::Duration| i64::try_from(duration.as_millis()).unwrap_or(0);
    let millis = match time.duration_since(UNIX_EPOCH) {
        Ok(after) => millis(after),
        Err(before) => -millis(before.duration()),
    };
    Instant::from_millis(millis).unwrap_or(Instant::from_micros(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(speed: f64, seconds: u64, expected: &str) {
        let start = Instant::from_text("2026-11-22T00:00:00Z").expect("a time");
        let clock = VirtualClock::starting(start, speed);
        assert_eq!(clock.after(Duration::from_secs(seconds)).to_string(), expected);
    }

    #[test]
    fn a_virtual_clock_goes_at_its_speed() {
        check(0.0, 1000, "2026-11-22T00:00:00Z");
        check(1.0, 90, "2026-11-22T00:01:30Z");
        check(86_400.0, 3, "2026-11-25T00:00:00Z");
        check(1e300, 3, "3000-01-01T00:00:00Z");
    }
}
