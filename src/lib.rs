//! Lookback keeps an organisation's AWS Backup job history for good and answers for it in SQL.

pub mod catalog;
pub mod cli;
pub mod emulator;
pub mod engine;
pub mod error;
pub mod ingest;
pub mod lake;
pub mod model;
pub mod output;
pub mod serve;
pub mod source;
pub mod store;
pub mod tables;
