//! The flags of `lookback reconcile`.

use std::path::PathBuf;

use clap::Args;

use crate::model::{Instant, JobKind};
use crate::output::Format;

use super::super::args::{LimitOptions, ReadOptions, formats, instant, kinds};
use super::super::target::answer_file;

/// Compare AWS's own counts with what is held, and tell the reason of every difference.
///
/// AWS's counts are those that ingests have read (`aws_job_summaries`); nothing is asked of AWS,
/// and nothing is written. The exit status is 1 if a difference is not as it should be: what was
/// listed whole lacks jobs, or AWS lists jobs otherwise than it counts them. Each ingest compares
/// the last days by itself, and keeps what it found in `ops.reconciliation`.
#[derive(Args, Debug)]
pub(in crate::cli) struct ReconcileOptions {
    /// Compare the counts of these sources only, with commas between them.
    #[arg(long, value_name = "NAME,…", value_delimiter = ',')]
    pub(super) source: Vec<String>,

    /// Compare the counts of these kinds of job only, with commas between them.
    #[arg(long, value_name = "KIND,…", value_delimiter = ',', value_parser = kinds())]
    pub(super) kind: Vec<JobKind>,

    /// Compare from this day on [default: from the first day that AWS's counts are held of]
    #[arg(long, value_name = "TIMESTAMP", value_parser = instant)]
    pub(super) since: Option<Instant>,

    /// Compare the days before this instant [default: to the last day]
    #[arg(long, value_name = "TIMESTAMP", value_parser = instant)]
    pub(super) until: Option<Instant>,

    /// Tell the groups that agree one by one, too.
    #[arg(long)]
    pub(super) all: bool,

    /// How to tell it; other formats than `table` have the columns of `ops.reconciliation`.
    #[arg(long, value_parser = formats())]
    pub(super) format: Option<Format>,

    /// Write it to this file, whole or not at all; `-` is standard output.
    #[arg(short, long, value_name = "FILE", value_parser = answer_file())]
    pub(super) output: Option<PathBuf>,

    #[command(flatten)]
    limits: LimitOptions,
}

impl ReconcileOptions {
    /// What is read: the newest state, because what is known of days is known as of now only. No
    /// count that is compared depends on who asks.
    pub(super) fn read(&self) -> ReadOptions {
        ReadOptions { as_of: None, caller: None, limits: self.limits.clone() }
    }
}
