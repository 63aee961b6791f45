//! What upkeep asks of the catalog and changes in it: snapshots that expire, files to be deleted,
//! space, copies, and whether it is in order.

mod copies;
mod expire;
mod holdings;
mod repair;
mod rules;
mod sweep;
mod vacuum;

pub use expire::Expired;
pub use holdings::{HeldFile, HeldTable, Holdings};
pub use repair::{Repair, Restated};
pub use rules::Breach;
pub use sweep::Scheduled;
pub use vacuum::Space;
