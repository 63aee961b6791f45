//! What was found, for programs: one JSON document. Pure.
//!
//! Its member names are those of the README and do not change.

use serde::Serialize;

use crate::error::{Error, Result};

use super::Shown;

#[derive(Serialize)]
struct Document<'a> {
    files: u64,
    rows: u64,
    findings: Vec<Entry<'a>>,
}

#[derive(Serialize)]
struct Entry<'a> {
    check: &'static str,
    object: &'a str,
    finding: &'a str,
    repair: &'static str,
}

/// The document.
pub(super) fn text(shown: &Shown) -> Result<String> {
    let entries = shown.findings.iter().map(|(finding, mended)| Entry {
        check: finding.check.name(),
        object: &finding.object,
        finding: &finding.what,
        repair: mended.name(),
    });
    let document = Document { files: shown.files, rows: shown.rows, findings: entries.collect() };
    let text = serde_json::to_string_pretty(&document)
        .map_err(|err| Error::internal("write what was found").with_source(err))?;
    Ok(text + "\n")
}
