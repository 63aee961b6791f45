//! Upkeep: what a warehouse needs so that its thousandth night costs what its hundredth did, and
//! what tells whether it is whole.
//!
//! Promises: no answer changes by it, at whatever step it is interrupted; readers are never waited
//! for and never lose a file of a snapshot that is kept; whatever was interrupted is finished the
//! next time; what one task cannot do keeps no other from being done; a file goes only after a
//! grace, and never while a copy of the catalog needs it or cannot tell; verifying holds no more in
//! memory than a slice of the keys; a repair takes only from data files whose bytes are proven.
//! Refuses: to change a row, to delete what it does not know, and to paper over a file that is
//! gone.

mod compact;
mod copies;
mod maintain;
mod plan;
mod report;
mod restore;
mod sorted;
mod sweep;
mod verify;

pub use copies::COPIES;
pub use maintain::{GRACE, KEEP, Maintain, Options};
pub use plan::{COMPACT_AFTER_DAYS, FILE_ROWS};
pub use report::{Report, Task, Work};
pub use restore::{Restored, restore};
pub use verify::{Check, Finding, Verdict, Verify};
