//! Where jobs come from.
//!
//! Promises: rows as AWS gave them, with what AWS left out NULL, each finished with its key, its
//! source, its origin and its instant of observation. Refuses: the lake; what becomes of a row is
//! the caller's.
//!
//! [`aws`] asks AWS Backup itself, one request at a time; [`files`] reads what others asked.

pub mod aws;
pub mod files;
mod place;
