//! The tables of the schema `ops`: what Lookback did and what it knows. They are not data of the
//! lake: they show the catalog as it is now, whatever snapshot is asked.

mod coverage;
mod files;
mod open_jobs;
mod reconciliation;
mod runs;
mod snapshots;
mod units;

use super::Table;

/// The name of the schema.
pub const OPS_SCHEMA: &str = "ops";

/// The tables of the schema, in the order of their names.
pub static OPS: [&Table; 7] = [
    &coverage::TABLE,
    &files::TABLE,
    &open_jobs::TABLE,
    &reconciliation::TABLE,
    &runs::TABLE,
    &snapshots::TABLE,
    &units::TABLE,
];

impl Table {
    /// The table of the schema `ops` with that name.
    pub fn of_ops(name: &str) -> Option<&'static Self> {
        OPS.into_iter().find(|table| table.name == name)
    }
}
