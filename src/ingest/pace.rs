//! How fast one operation of one source is called in one Region: a token bucket that throttling
//! slows and success speeds up again. Pure: time comes in.

use std::time::Duration;

/// The slowest pace, in calls a second.
const RATE_MIN: f64 = 0.5;
/// By how much of the full rate one success speeds up: fifty successes undo a throttling.
const RECOVERY: f64 = 0.01;

/// A token bucket.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pace {
    full_rate: f64,
    rate: f64,
    /// When the next call may begin.
    next: Duration,
}

impl Pace {
    /// At most `full_rate` calls a second.
    pub(super) fn new(full_rate: f64) -> Self {
        let full_rate = full_rate.max(RATE_MIN);
        Self { full_rate, rate: full_rate, next: Duration::ZERO }
    }

    /// Takes a place in the line at `now` (since any fixed instant); gives how long to wait.
    ///
    /// A second's worth of calls may go at once.
    pub(super) fn take(&mut self, now: Duration) -> Duration {
        let burst = Duration::from_secs(1);
        let start = self.next.max(now.saturating_sub(burst));
        self.next = start + Duration::from_secs_f64(1.0 / self.rate);
        start.saturating_sub(now)
    }

    /// AWS throttled a call: half as fast from here on, and nothing saved up.
    pub(super) fn slow_down(&mut self, now: Duration) {
        self.rate = (self.rate / 2.0).max(RATE_MIN.min(self.full_rate));
        self.next = self.next.max(now);
    }

    /// A call succeeded: a little faster again.
    pub(super) fn recover(&mut self) {
        self.rate = (self.rate + RECOVERY * self.full_rate).min(self.full_rate);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many calls begin within `seconds`.
    fn calls(pace: &mut Pace, from: Duration, seconds: u64) -> u32 {
        let mut now = from;
        for count in 0.. {
            now += pace.take(now);
            if now >= from + Duration::from_secs(seconds) {
                return count;
            }
        }
        unreachable!("time goes on")
    }

    #[test]
    fn calls_keep_to_the_rate() {
        assert_eq!(calls(&mut Pace::new(10.0), Duration::ZERO, 10), 100);
    }

    #[test]
    fn a_pause_saves_up_one_second() {
        let mut pace = Pace::new(10.0);
        assert_eq!(calls(&mut pace, Duration::from_mins(1), 1), 20);
    }

    #[test]
    fn throttling_slows_and_success_recovers() {
        let mut pace = Pace::new(16.0);
        for _ in 0..2 {
            pace.slow_down(Duration::from_mins(1));
        }
        assert_eq!(calls(&mut pace.clone(), Duration::from_mins(1), 10), 40);
        for _ in 0..200 {
            pace.recover();
        }
        assert_eq!(calls(&mut pace, Duration::from_mins(1), 10), 160);
    }

    #[test]
    fn it_never_stops() {
        let mut pace = Pace::new(8.0);
        for _ in 0..100 {
            pace.slow_down(Duration::ZERO);
        }
        assert_eq!(calls(&mut pace, Duration::ZERO, 20), 10);
    }
}
