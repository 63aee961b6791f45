//! The words of AWS Backup as values: job kinds, states, instants, ARNs, steps.
//!
//! Promises: everything here is pure. No I/O, no async, no clock, no randomness: those enter as
//! arguments. Refuses: any crate that knows a file, a network or a table.

mod arn;
mod clock;
mod kind;
mod state;
mod steps;
mod time;

pub use arn::ArnParts;
pub use clock::{Clock, FixedClock};
pub use kind::JobKind;
pub use state::{RESTORE_TEST_DAYS, RestoreTest, Tracking, is_terminal, tracking};
pub use steps::Steps;
pub use time::{DAY, HOUR, Instant, MINUTE, SECOND};
