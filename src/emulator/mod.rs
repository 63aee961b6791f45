//! A simulated organisation whose AWS Backup jobs are always the same for a seed.
//!
//! Promises: pure (no I/O, no clock), and what it keeps changes no answer: any job is made from
//! the seed and its place alone, so that a year of a hundred thousand jobs a day costs nothing
//! until it is read. Every kind, state, message category and path of a life occurs, with AWS's own
//! sentences. The emulator counts its summaries for itself. Refuses: the engine and its rules,
//! so that agreement with them means something.
//!
//! A job hangs on a *night* (an account and Region on a UTC day), a resource and a *slot* (which
//! of that day's backups). Copies and scans hang on their backup's slot and may be created up to
//! two days later; restores hang on their own day. A job's id is its place, scrambled, so that
//! it is found without search.

mod backend;
mod backup;
mod backup_row;
mod cells;
mod config;
mod copy;
mod copy_row;
mod counts;
mod draw;
mod endpoint;
pub mod faults;
mod ids;
mod job;
mod kept;
mod listing;
mod messages;
mod night;
mod organisation;
mod phases;
mod place;
mod plans;
mod points;
mod resource;
mod restore;
mod restore_row;
mod scan;
mod scan_row;
#[cfg(test)]
mod tests;
mod types;
mod world;
mod zones;

pub use backend::Emulator;
pub use config::{Config, Rates};
pub use endpoint::service;
pub use job::Job;
pub use world::{LISTED_DAYS, SUMMARY_DAYS, World, is_listed};
