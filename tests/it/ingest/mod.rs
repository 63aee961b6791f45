//! How rows get into a warehouse.

mod model;
mod naive;
mod nights;
mod organisation;
