//! AWS's own signing test suite: what its signers made is worked out to the letter.

use hyper::header::{HeaderMap, HeaderName, HeaderValue};
use serde::Deserialize;

use super::*;

const SUITE: &str = include_str!("../../../../tests/samples/sigv4/suite.json");
/// The secret of every case.
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

/// A signed request, its canonical form and its signature.
#[derive(Deserialize)]
struct Case {
    name: String,
    method: String,
    target: String,
    headers: Vec<(String, String)>,
    body: String,
    canonical: String,
    signature: String,
}

fn check(case: &Case) {
    let mut headers = HeaderMap::new();
    for (name, value) in &case.headers {
        let name: HeaderName = name.parse().unwrap();
        headers.append(name, HeaderValue::from_str(value).unwrap());
    }
    let (path, query) = case.target.split_once('?').unwrap_or((&case.target, ""));
    let presented = Presented::read(&headers, query).unwrap();
    let is_presigned = presented.lifetime.is_some();
    let signed = SignedHeaders::read(&presented.signed_headers, &headers, is_presigned).unwrap();
    let canonical = Canonical { method: &case.method, path, query, is_presigned };
    let canonical = canonical.text(&signed, &headers, &hex(&Sha256::digest(&case.body)));
    assert_eq!(String::from_utf8_lossy(&canonical), case.canonical, "{}", case.name);
    let credential = Credential::read(&presented.credential).unwrap();
    let found = signature(SECRET, &credential, &presented, &canonical);
    assert_eq!((&found, &presented.signature), (&case.signature, &case.signature), "{}", case.name);
}

#[test]
fn aws_s_test_suite_holds() {
    let cases: Vec<Case> = serde_json::from_str(SUITE).unwrap();
    assert_eq!(cases.len(), 60);
    cases.iter().for_each(check);
}
