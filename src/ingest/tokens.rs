//! The page tokens of one listing: one that comes twice would be followed without an end. Pure.

use std::collections::HashSet;

use crate::error::{Error, Kind};
use crate::source::aws::{CallClass, CallError};

use super::unit::Failure;

/// The tokens that have come so far.
#[derive(Debug, Default)]
pub(super) struct Tokens(HashSet<String>);

impl Tokens {
    /// The token of the next page, if there is one; `what` is listed.
    pub(super) fn next(
        &mut self,
        token: Option<String>,
        what: &str,
    ) -> Result<Option<String>, Failure> {
        if token.as_ref().is_none_or(|token| self.0.insert(token.clone())) {
            return Ok(token);
        }
        let message = format!("failed to list all {what}: AWS gave the same page token twice");
        let error = Error::new(Kind::Source, message);
        Err(Failure::Call(CallError { class: CallClass::Rejected, error }))
    }
}
