//! What `lookback import FILE…` reads: documents of the AWS CLI and boto3, Audit Manager's job
//! reports, and `EventBridge` events.
//!
//! Promises: the content tells what a file is, never its name; memory does not grow with the file
//! (one record in hand at a time); a record that cannot be a row is reported with its number and
//! the reason, and stops nothing; members that no column takes are counted, not dropped in silence.
//! Refuses: files and paths (an [`io::Read`](std::io::Read) comes in), the lake, the clock.
//!
//! A file is any sequence of JSON values, gzipped or not: answers of the four List operations
//! (with `ListRestoreJobsByProtectedResource`), of the four Describe operations and of the four
//! summaries; bare job records; reports; events. They may be concatenated, one a line, or inside
//! arrays.

mod brief;
mod document;
mod event;
mod findings;
mod foreign;
mod input;
mod job;
mod place;
mod reader;
mod report;
mod summary;
mod translate;

use std::io::Read;

use crate::error::Result;
use crate::model::Instant;
use crate::tables::Row;

pub use findings::Findings;

/// What a file cannot say for itself.
#[derive(Clone, Debug)]
pub struct Defaults {
    /// The Region of records that tell none (`--region`).
    pub region: Option<String>,
    /// The account of records that tell none (`--account`).
    pub account_id: Option<String>,
    /// The source that the rows are put down to.
    pub source: String,
    /// When AWS was asked. Events and reports say it themselves.
    pub observed_at: Instant,
}

/// One record of a file.
#[derive(Clone, Debug, PartialEq)]
pub enum Found {
    /// A whole row of a job table or of `aws_job_summaries`.
    Row(Row),
    /// A record that cannot be a row.
    Bad(BadRecord),
}

/// A record that cannot be a row, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadRecord {
    /// Its place among the records of the file; the first is 1.
    pub number: u64,
    /// What is wrong with it: lower case, no full stop, with the flag that helps if one does.
    pub reason: String,
}

/// Reads a file to its end and gives each record to `sink`; `name` is its path, or `-` for the
/// standard input.
///
/// # Errors
/// What `sink` returns; a failed read; and, each with the file, the place and the way out: an empty
/// file, text that is not JSON or breaks off, gzip that is damaged or breaks off, and a file that
/// holds nothing of AWS Backup's jobs. Rows may have been given to `sink` by then, so a caller
/// keeps none of them unless this returns `Ok`.
pub fn read(
    input: impl Read,
    name: &str,
    defaults: &Defaults,
    sink: &mut dyn FnMut(Found) -> Result<()>,
) -> Result<Findings> {
    let subject = if name == "-" { "standard input".into() } else { format!("file {name:?}") };
    let text = input::open(input, &subject)?;
    document::read_all(text, reader::Reader::new(defaults, sink), &subject)
}
