//! Faults as named switches with rates: what can go wrong between AWS and whoever reads it.
//!
//! Which requests and which jobs a fault strikes hangs on the seed and on their own names alone,
//! so that two runs of the same requests go wrong alike. A request that is tried again is another
//! request: it may succeed.

mod plan;
mod rows;
mod wire;

pub use plan::{FaultPlan, Switch};
pub use rows::FaultyJobs;
pub use wire::FaultyWire;
