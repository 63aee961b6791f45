//! AWS Backup itself, through `aws-sdk-backup`: one request, one answer.
//!
//! Promises: credentials by AWS's standard chain only, never kept; one HTTP client for all Regions
//! of a source; each call here is one request of the operation it names, without a retry; rows as
//! AWS gave them, with what AWS left out NULL and words that the SDK does not know as they came; a
//! failure says its class, what was asked of which Region, and the way out. Refuses: retries,
//! pauses and rates, the clock (the caller says when a request began), and any change at AWS: only
//! List and Describe operations are called.

mod ask;
mod backup;
mod call;
mod connection;
mod copy;
mod endpoint;
mod error;
mod failure;
mod fill;
mod restore;
mod said;
mod scan;

pub use call::{JobPage, ListCall, PAGE_ROWS, SCAN_RESULTS, SUMMARY_PAGE_ROWS, SummaryCall, Whose};
pub use connection::Connection;
pub use endpoint::Endpoint;
pub use error::{CallClass, CallError};

use crate::model::{JobKind, Reach, regions};

/// One set of credentials and the Regions to read with it, as configured.
#[derive(Clone, Debug, PartialEq)]
pub struct Source {
    /// The name that rows and coverage are put down to.
    pub name: String,
    /// The Regions to read.
    pub regions: Vec<String>,
    /// The kinds of job to read.
    pub kinds: Vec<JobKind>,
    /// Whose jobs to read.
    pub reach: Reach,
    /// The profile of AWS's shared configuration; the default chain without one.
    pub profile: Option<String>,
    /// The role to assume with the credentials found.
    pub role: Option<Role>,
    /// Where to send requests instead of AWS: an emulator, a proxy.
    pub endpoint_url: Option<String>,
    /// The endpoint is an emulator that knows no keys: requests are signed with made-up ones, and
    /// no credentials are looked for. Needs `endpoint_url`.
    pub is_emulator: bool,
    /// Calls a second of one operation in one Region, at most.
    pub rate: f64,
    /// The account of the credentials (12 digits), where known: for records that tell none.
    pub account_id: Option<String>,
}

/// How fast a source is asked at most, unless it says otherwise.
pub const DEFAULT_RATE: f64 = 50.0;

impl Source {
    /// The account of the default credentials, in these Regions, all kinds of job.
    pub fn new(name: &str, regions: impl IntoIterator<Item = String>) -> Self {
        Self {
            name: name.to_owned(),
            regions: regions.into_iter().collect(),
            kinds: JobKind::ALL.to_vec(),
            reach: Reach::default(),
            profile: None,
            role: None,
            endpoint_url: None,
            is_emulator: false,
            rate: DEFAULT_RATE,
            account_id: None,
        }
    }

    /// True if and only if it reads every Region that this version knows.
    pub fn reads_every_region(&self) -> bool {
        let reads = |region: &regions::Region| self.regions.iter().any(|name| name == region.name);
        regions::REGIONS.iter().all(reads)
    }

    /// The same source at an emulator, which asks for no credentials.
    #[must_use]
    pub fn at_emulator(self, url: impl Into<String>) -> Self {
        Self { endpoint_url: Some(url.into()), is_emulator: true, ..self }
    }
}

/// A role to assume.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Role {
    /// Its ARN.
    pub arn: String,
    /// The external id that its trust policy asks for.
    pub external_id: Option<String>,
    /// The name of the session, as AWS `CloudTrail` shows it.
    pub session_name: String,
}
