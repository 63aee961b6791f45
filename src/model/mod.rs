//! The words of AWS Backup as values: job kinds, states, instants, ARNs, steps,
//! Regions, the summary request.
//!
//! Promises: everything here is pure. No I/O, no async, no clock, no randomness: those enter as
//! arguments. Refuses: any crate that knows a file, a network or a table.

mod arn;
mod clock;
mod coverage;
mod job;
mod kind;
mod likeness;
pub mod regions;
mod state;
mod steps;
mod summary;
mod time;

pub use arn::{ArnParts, is_account_id};
pub use clock::{Clock, FixedClock};
pub use coverage::{
    Coverage, CoverageStatus, HORIZON_DAYS, OVERLAP_DAYS, Span, found, gaps, learn,
};
pub use job::{JobKey, OpenJob, Place, Reach};
pub use kind::JobKind;
pub use likeness::most_alike;
pub use state::{RESTORE_TEST_DAYS, RestoreTest, Tracking, is_terminal, states, tracking};
pub use steps::Steps;
pub use summary::{
    AGGREGATE_ALL, ANY, AccountChoice, Accounts, Bucket, Choice, Composites, Counted, CountedBy,
    DAILY_BUCKETS, DEFAULT_COMPOSITES, DEFAULT_COUNTED_BY, DEFAULT_PERIOD, Dimension,
    END_TIME_BEFORE_MIDNIGHT, OMITTED_DIMENSION_SHOWS, OMITTED_OWN_ACCOUNT_SHOWS, PerDimension,
    Period, RESOURCE_TYPES, SCAN_RESULTS, SCANNERS, Shown, SummaryRequest, SummaryRow,
    TODAY_IS_INCLUDED, Tally, Window, same_value,
};
pub use time::{DAY, HOUR, Instant, MINUTE, SECOND};
