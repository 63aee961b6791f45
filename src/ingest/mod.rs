//! How rows get into the warehouse: planned, read, merged by key, written and committed.
//!
//! Promises: the newest observation of a job is its row, whatever the order in which observations
//! come; a row that did not change is not written again, and a file without a changed row is not
//! rewritten; rows, coverage and the ledger of a batch are committed in one transaction or not at
//! all; what is to be read is decided purely, from coverage, open jobs and the clock; a part that
//! fails stops no other; memory does not grow with the number of rows. Refuses: to parse anything
//! and to call AWS (that is `source`'s), and to delete a job that an input does not mention.

mod apply;
mod counts;
mod failures;
mod follower;
mod key;
mod learning;
mod live;
mod long;
mod merge;
mod monthly;
mod open;
mod pace;
mod plan;
mod pull;
mod report;
mod retry;
mod running;
mod sources;
mod spool;
mod summaries;
mod tokens;
mod transitions;
mod unit;
mod work;
mod writer;

pub use counts::{ByPlace, Counts};
pub use plan::LISTING_LAG;
pub use pull::{Options, Pull};
pub use report::{PlaceReport, Problem, Progress, Report, Totals, Unwatched, Watch};
pub use retry::RetryPolicy;
pub use running::Running;
pub use writer::{Batch, Ingested, Writer};
