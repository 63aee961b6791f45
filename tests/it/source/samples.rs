//! Every published sample, and the whole of what comes of it.

use std::fmt::Write as _;

use super::{defaults, read, samples, show};

/// The outcome of every sample of a folder, under the sample's name.
fn outcomes(folder: &str) -> String {
    let mut text = String::new();
    for path in samples(folder) {
        let outcome = read(&std::fs::read(&path).unwrap(), &defaults());
        let name = path.file_name().unwrap().display();
        writeln!(text, "== {name}\n{}", show(&outcome)).unwrap();
    }
    text
}

#[test]
fn documents_of_the_aws_cli() {
    insta::assert_snapshot!("aws-cli", outcomes("aws-cli"));
}

#[test]
fn events() {
    insta::assert_snapshot!("eventbridge", outcomes("eventbridge"));
}

#[test]
fn audit_reports() {
    insta::assert_snapshot!("audit-report", outcomes("audit-report"));
}

#[test]
fn other_documents() {
    insta::assert_snapshot!("other", outcomes("other"));
}
