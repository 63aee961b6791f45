//! How often a call is tried, and how long between. Pure.

use std::time::Duration;

/// When to try again. The SDK's own retries are off: these are all there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryPolicy {
    /// How often one call is tried, at most.
    pub attempts: u32,
    /// The longest wait before the second try; it doubles with each further one.
    pub base: Duration,
    /// The longest wait of all.
    pub cap: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        let (base, cap) = (Duration::from_millis(250), Duration::from_secs(20));
        Self { attempts: 10, base, cap }
    }
}

impl RetryPolicy {
    /// The same with so many tries at most.
    pub(super) fn at_most(self, attempts: u32) -> Self {
        Self { attempts: self.attempts.min(attempts), ..self }
    }

    /// How long to wait after the try number `attempt` (the first is 1) has failed; `None` when
    /// there is no further one. `chance`, from 0 to 1, spreads callers out ("full jitter", AWS
    /// Architecture Blog, 2015).
    pub(super) fn wait(&self, attempt: u32, chance: f64) -> Option<Duration> {
        if attempt >= self.attempts {
            return None;
        }
        let doubled = self.base.saturating_mul(1 << (attempt - 1).min(16));
        Some(doubled.min(self.cap).mul_f64(chance.clamp(0.0, 1.0)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(attempt: u32, chance: f64, expected: Option<u64>) {
        let policy = RetryPolicy {
            attempts: 5,
            base: Duration::from_millis(100),
            cap: Duration::from_millis(500),
        };
        assert_eq!(policy.wait(attempt, chance), expected.map(Duration::from_millis));
    }

    #[test]
    fn waits_double_up_to_the_cap_and_end() {
        check(1, 1.0, Some(100));
        check(2, 1.0, Some(200));
        check(4, 1.0, Some(500));
        check(5, 1.0, None);
    }

    #[test]
    fn chance_spreads_them() {
        check(2, 0.5, Some(100));
        check(2, 0.0, Some(0));
    }
}
