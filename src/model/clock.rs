//! The clock that is passed to whatever needs to know what time it is.

use std::fmt;

use super::Instant;

/// Tells the present instant. Passed as an argument, so that a test can live through many nights.
pub trait Clock: fmt::Debug + Send + Sync {
    /// The present instant.
    fn now(&self) -> Instant;
}

/// A clock that stands still.
#[derive(Clone, Copy, Debug)]
pub struct FixedClock(pub Instant);

impl Clock for FixedClock {
    fn now(&self) -> Instant {
        self.0
    }
}
