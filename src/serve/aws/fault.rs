//! The seam for faults: how an answer can be made to go wrong, at the level of HTTP and JSON.
//!
//! Faults of the jobs themselves (repeated, late, changed) are a [`Backend`](super::Backend)'s.

use std::fmt;

use crate::serve::reply::BodyFault;
use crate::tables::Absent;

use super::backend::Caller;
use super::error::Exception;

/// Decides which answers go wrong.
pub trait Faults: fmt::Debug + Send + Sync + 'static {
    /// How the answer to this request goes wrong.
    fn interfere(&self, request: &RequestInfo<'_>) -> Interference;
}

/// A request that some operation takes, before it is answered.
#[derive(Clone, Copy, Debug)]
pub struct RequestInfo<'a> {
    /// The operation.
    pub operation: &'static str,
    /// Who asks, of which Region, and when.
    pub caller: &'a Caller,
    /// Path and query, as they came.
    pub target: &'a str,
    /// True if and only if it asks for jobs or counts of other accounts than the caller's.
    pub is_organization_wide: bool,
}

/// How an answer goes wrong; by default, not at all.
#[derive(Clone, Debug, Default)]
pub struct Interference {
    /// This exception instead of an answer.
    pub exception: Option<Exception>,
    /// The body breaks or is slow.
    pub body: Option<BodyFault>,
    /// Absent members are left out or `null`.
    pub absent: Absent,
    /// Every record and the answer itself have a member that no client knows.
    pub has_unknown_members: bool,
}
