//! How rows get into a warehouse.

mod answers;
mod batches;
mod cost;
mod exports;
mod faults;
mod horizon;
mod isolation;
mod model;
mod naive;
mod nights;
pub(crate) mod organisation;
mod overlap;
mod stop;
