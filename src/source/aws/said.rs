//! Whether an answer said what the SDK makes `false` where AWS left it out.
//!
//! `IsEncrypted` and `IsParent` are plain booleans in the SDK. That AWS does not say whether a
//! backup is encrypted must not become that it is not, so the answer's own text is asked.

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
struct Flags {
    #[serde(rename = "IsEncrypted")]
    is_encrypted: Option<bool>,
    #[serde(rename = "IsParent")]
    is_parent: Option<bool>,
}

/// An answer of List or Describe, of any kind of job.
#[derive(Deserialize)]
struct Document {
    #[serde(rename = "BackupJobs", alias = "CopyJobs", alias = "RestoreJobs")]
    jobs: Option<Vec<Option<Flags>>>,
    #[serde(rename = "CopyJob")]
    job: Option<Flags>,
    #[serde(flatten)]
    flat: Flags,
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
            // The SDK leaves out records that are null.
            Self { jobs: Some(jobs), .. } => jobs.into_iter().flatten().collect(),
            Self { job: Some(job), .. } => vec![job],
            Self { flat, .. } => vec![flat],
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
