//! Lookback keeps an organisation's AWS Backup job history for good and answers for it in SQL.

pub mod error;
pub mod model;
pub mod serve;
pub mod tables;
