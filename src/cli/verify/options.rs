//! What `lookback verify` is asked.

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};

/// Check that the warehouse is whole: the catalog against the files, the ledger against the rows.
///
/// Every live file is read whole. A finding is a row; with findings, the exit status is 1.
#[derive(Args, Debug)]
pub(in super::super) struct VerifyOptions {
    /// Mend what can be mended from the files themselves. A file that is gone stays a finding.
    #[arg(long)]
    pub(in super::super) repair: bool,

    /// How to tell it.
    #[arg(long, default_value = "table", value_parser = verify_formats())]
    pub(in super::super) format: VerifyFormat,
}

/// How `lookback verify` tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum VerifyFormat {
    /// A table for people.
    Table,
    /// One JSON document.
    Json,
}

fn verify_formats() -> impl TypedValueParser<Value = VerifyFormat> {
    PossibleValuesParser::new(["table", "json"]).map(|name| match name.as_str() {
        "json" => VerifyFormat::Json,
        _ => VerifyFormat::Table,
    })
}
