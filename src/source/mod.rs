//! Where jobs come from.
//!
//! Promises: rows as AWS gave them, with what AWS left out NULL, each finished with its key, its
//! source, its origin and its instant of observation. Refuses: the lake; what becomes of a row is
//! the caller's.

pub mod files;
