//! How rows get into the warehouse: spooled, merged by key, written and committed.
//!
//! Promises: the newest observation of a job is its row, whatever the order in which observations
//! come; a row that did not change is not written again, and a file without a changed row is not
//! rewritten; all of a run is committed in one transaction or none of it; memory does not grow with
//! the number of rows. Refuses: to parse anything (that is `source`'s) and to delete a job that an
//! input does not mention.

mod apply;
mod counts;
mod key;
mod live;
mod merge;
mod monthly;
mod open;
mod spool;
mod summaries;
mod transitions;
mod writer;

pub use counts::{ByPlace, Counts};
pub use writer::{Ingested, Writer};
