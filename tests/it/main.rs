//! The integration tests, in one binary: each test binary links DataFusion, and linking is slow.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod aws;
mod cli;
mod crash;
mod ingest;
mod readme;
mod reconcile;
mod repl;
mod reports;
mod slt;
mod source;
mod summaries;
mod upkeep;
mod warehouse;
