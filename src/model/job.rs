//! What an ingest keeps in mind of jobs and of the places where it reads them.

use super::{Instant, JobKind};

/// One listing's place: what coverage is known of.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The name of the source.
    pub source: String,
    /// The Region of the endpoint.
    pub region: String,
    /// The kind of job.
    pub kind: JobKind,
}

/// Whose jobs a source reads: what its configuration says, never what AWS happens to allow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reach {
    /// Those of the account of its credentials.
    #[default]
    Account,
    /// Those of every account of the organisation.
    Organization,
}

impl Reach {
    /// The word in `lookback.toml` and in the column `scope`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::Organization => "organization",
        }
    }

    /// The reach with that [`name`](Self::name).
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Account, Self::Organization].into_iter().find(|reach| reach.name() == name)
    }
}

/// What tells jobs apart.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct JobKey {
    /// The kind.
    pub kind: JobKind,
    /// The Region.
    pub region: String,
    /// The account that owns it.
    pub account_id: String,
    /// Its id.
    pub job_id: String,
}

/// A held job that can still change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenJob {
    /// Which job.
    pub key: JobKey,
    /// When it was created.
    pub creation_date: Instant,
    /// The state held, as AWS gave it.
    pub state: Option<String>,
    /// The source whose observation the warehouse shows.
    pub source: String,
    /// When that was read.
    pub observed_at: Instant,
}
