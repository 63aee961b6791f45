//! What an answer said in so many words, where the SDK does not tell.
//!
//! `IsEncrypted` and `IsParent` are plain booleans in the SDK. That AWS does not say whether a
//! backup is encrypted must not become that it is not, so the answer's own text is asked. And an
//! answer without any text, which the SDK takes for an empty page, is none.

use std::sync::{Arc, OnceLock};

use aws_sdk_backup::config::interceptors::AfterDeserializationInterceptorContextRef;
use aws_sdk_backup::config::{ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_backup::error::BoxError;
use serde::Deserialize;

use crate::tables::{Cell, Row};

/// Reads along one call; a clone of it is the call's interceptor.
#[derive(Clone, Debug, Default)]
pub(super) struct Said(Arc<OnceLock<Vec<Flags>>>);

/// The booleans of one record, where it has them.
#[derive(Debug, Default, Deserialize)]
#[serde(expecting = "a job")]
struct Flags {
    #[serde(rename = "IsEncrypted")]
    is_encrypted: Option<bool>,
    #[serde(rename = "IsParent")]
    is_parent: Option<bool>,
}

/// An answer of any operation.
#[derive(Deserialize)]
#[serde(expecting = "an answer")]
struct Document {
    #[serde(rename = "BackupJobs", alias = "CopyJobs", alias = "RestoreJobs")]
    jobs: Option<Vec<Flags>>,
    #[serde(rename = "CopyJob")]
    job: Option<Flags>,
    // Not flattened: that would keep all other members in memory.
    #[serde(rename = "IsEncrypted")]
    is_encrypted: Option<bool>,
    #[serde(rename = "IsParent")]
    is_parent: Option<bool>,
}

impl Said {
    /// Makes NULL in `rows`, the records of the answer in order, what the answer did not say.
    pub(super) fn correct(&self, rows: &mut [Row]) {
        let Some(flags) = self.0.get() else { return };
        for (row, flags) in rows.iter_mut().zip(flags) {
            unsay(row, "is_encrypted", flags.is_encrypted);
            unsay(row, "is_parent", flags.is_parent);
        }
    }
}

fn unsay(row: &mut Row, column: &str, said: Option<bool>) {
    if said.is_none()
        && let Some(place) = row.table().find(column)
    {
        *row.cell_mut(place) = Cell::Null;
    }
}

impl Document {
    fn into_flags(self) -> Vec<Flags> {
        match self {
            Self { jobs: Some(jobs), .. } => jobs,
            Self { job: Some(job), .. } => vec![job],
            Self { is_encrypted, is_parent, .. } => vec![Flags { is_encrypted, is_parent }],
        }
    }
}

impl Intercept for Said {
    fn name(&self) -> &'static str {
        "Said"
    }

    fn read_after_deserialization(
        &self,
        context: &AfterDeserializationInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let response = context.response();
        if response.status().is_success()
            && let Some(body) = response.body().bytes()
        {
            let document: Document = serde_json::from_slice(body)?;
            // One call has one attempt: there is nothing yet.
            self.0.set(document.into_flags()).unwrap_or_default();
        }
        Ok(())
    }
}
