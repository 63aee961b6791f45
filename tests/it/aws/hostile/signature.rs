//! Signatures that are absent, wrong, of another time or for another place.

use lookback::model::{DAY, HOUR, MINUTE};

use super::super::keys::{Key, MEMBER, READER};
use super::*;

#[tokio::test]
async fn who_is_not_known_learns_nothing() {
    let unsigned = |target| plain(target, "");
    let lower = READER.id.to_lowercase();
    let request = signed("/backup-jobs");
    check_with_keys(vec![
        case("unsigned", unsigned("/backup-jobs"), MISSING),
        case("unsigned, no such path", unsigned("/nothing/here"), MISSING),
        case("unsigned, wrong parameter", unsigned("/backup-jobs?state=X"), MISSING),
        case("unsigned, no such job", unsigned("/backup-jobs/x"), MISSING),
        case(
            "unsigned, no path",
            "OPTIONS * HTTP/1.1\r\nconnection: close\r\n\r\n".into(),
            MISSING,
        ),
        case("unsigned, old protocol", "GET /backup-jobs HTTP/1.0\r\n\r\n".into(), MISSING),
        case(
            "no such key",
            signed_by(
                Signing { key: Key { id: "AKIDNOBODY000000", ..READER }, ..Signing::default() },
                "/backup-jobs",
            ),
            UNRECOGNIZED,
        ),
        case("a key's id in lower case", with(&request, READER.id, &lower), UNRECOGNIZED),
        case("no key's id", with(&request, READER.id, ""), UNRECOGNIZED),
        case("a secret for an id", with(&request, READER.id, "wJalrXUtnFEMIK7MDENG"), UNRECOGNIZED),
        case(
            "a session token",
            signed_by(Signing { token: Some("FwoGZXIvYXdzEXAMPLE"), ..Signing::default() }, "/"),
            UNRECOGNIZED,
        ),
    ])
    .await;
}

#[tokio::test]
async fn a_wrong_signature_is_a_mismatch() {
    let request = signed("/backup-jobs");
    let altered = |change: fn(&str) -> String| with_signature(&request, change);
    let last = |digit: &str| if digit == "0" { "1" } else { "0" };
    check_with_keys(vec![
        case("truncated", altered(|hex| hex[..63].to_owned()), MISMATCH),
        case("longer", altered(|hex| format!("{hex}0")), MISMATCH),
        case("none", altered(|_| String::new()), MISMATCH),
        case("zeros", altered(|_| "0".repeat(64)), MISMATCH),
        case("upper case", altered(str::to_uppercase), MISMATCH),
        case(
            "its last digit",
            with_signature(&request, |hex| format!("{}{}", &hex[..63], last(&hex[63..]))),
            MISMATCH,
        ),
        case("no hex", altered(|_| "\u{e9}\u{1f511}".repeat(8)), MISMATCH),
        case(
            "another key's secret",
            signed_by(
                Signing { key: Key { secret: MEMBER.secret, ..READER }, ..Signing::default() },
                "/backup-jobs",
            ),
            MISMATCH,
        ),
        case("another key's id", with(&request, READER.id, MEMBER.id), MISMATCH),
        case("another method", with(&request, "GET ", "POST "), MISMATCH),
        case("a body", with_line(&request, "content-length: 1") + "x", MISMATCH),
    ])
    .await;
}

#[tokio::test]
async fn a_wrong_scope_is_told() {
    let request = signed("/backup-jobs");
    let scope = |from, to| with(&request, from, to);
    let by = |signing| signed_by(signing, "/backup-jobs");
    let five = "Credential must have exactly 5 slash-delimited elements, e.g. \
                keyid/date/region/service/term, got";
    let id = READER.id;
    check_with_keys(vec![
        case("another Region than signed", scope("eu-west-1", "us-east-1"), MISMATCH),
        invalid(
            "no Region",
            by(Signing { region: "Mars!", ..Signing::default() }),
            "Credential should be scoped to a valid region, not 'Mars!'.",
        ),
        invalid(
            "an empty Region",
            scope("eu-west-1", ""),
            "Credential should be scoped to a valid region, not ''.",
        ),
        invalid(
            "another service",
            by(Signing { service: "s3", ..Signing::default() }),
            "Credential should be scoped to correct service: 'backup'.",
        ),
        invalid(
            "another terminator",
            scope("aws4_request", "aws4-request"),
            "Credential should be scoped with a valid terminator: 'aws4_request', not \
             'aws4-request'.",
        ),
        invalid(
            "another day",
            scope("/20261122/", "/20261121/"),
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from \
             HTTP: '20261121' != '20261122', from '20261122T100000Z'.",
        ),
        incomplete(
            "four pieces",
            scope("/backup/", "/"),
            &format!("{five} '{id}/20261122/eu-west-1/aws4_request'"),
        ),
        incomplete(
            "six pieces",
            scope("/backup/", "/backup/backup/"),
            &format!("{five} '{id}/20261122/eu-west-1/backup/backup/aws4_request'"),
        ),
    ])
    .await;
}

#[tokio::test]
async fn an_authorization_that_cannot_be_read_is_incomplete() {
    let request = signed("/backup-jobs");
    let less = |mark: &str| with(&request, &format!("{mark}{}", value_of(&request, mark)), "a=b");
    let requires = |request: &str, name: &str| {
        format!(
            "Authorization header requires '{name}' parameter. (Hashed with SHA-256 and encoded \
             with Base64) Authorization={}",
            hash(request)
        )
    };
    let no_pair = |request: &str| {
        format!(
            "Invalid key=value pair (missing equal-sign) in Authorization header (hashed with \
             SHA-256 and encoded with Base64): '{}'.",
            hash(request)
        )
    };
    let mut cases = Vec::new();
    for name in ["Credential", "Signature", "SignedHeaders"] {
        let request = less(&format!("{name}="));
        let message = requires(&request, name);
        cases.push(incomplete("a field less", request, &message));
    }
    let twice = with(&request, "Signature=", "Signature=0, Signature=");
    let message = requires(&twice, "Signature");
    cases.push(incomplete("a field twice", twice, &message));
    for (name, header) in
        [("basic", "Basic dXNlcjpwYXNz"), ("bearer", "Bearer eyJhbGciOiJIUzI1NiJ9")]
    {
        let request = plain("/backup-jobs", &format!("authorization: {header}\r\n"));
        let message = no_pair(&request);
        cases.push(incomplete(name, request, &message));
    }
    let all = plain("/backup-jobs", "authorization: \r\n");
    let message = format!(
        "Authorization header requires 'Credential' parameter. Authorization header requires \
         'Signature' parameter. Authorization header requires 'SignedHeaders' parameter. \
         Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. \
         (Hashed with SHA-256 and encoded with Base64) Authorization={}",
        hash(&all)
    );
    cases.push(incomplete("nothing in it", all, &message));
    for algorithm in ["AWS4-ECDSA-P256-SHA256", "AWS4-HMAC-SHA512", "aws4-hmac-sha256"] {
        let message =
            format!("Unsupported AWS 'algorithm': '{algorithm}' (only AWS4-HMAC-SHA256 for now).");
        let request = with(&request, "AWS4-HMAC-SHA256", algorithm);
        cases.push(incomplete("another algorithm", request, &message));
    }
    let two = with_line(&request, "authorization: AWS4-HMAC-SHA256 Credential=a");
    cases.push(incomplete("two of them", two, "More than one Authorization header."));
    check_with_keys(cases).await;
}

#[tokio::test]
async fn a_signature_has_its_time() {
    let at = |minutes: i64| {
        signed_by(Signing { at: now() + minutes * MINUTE, ..Signing::default() }, "/backup-jobs")
    };
    let yesterday = Signing { at: now() - DAY, ..Signing::default() };
    let request = signed("/backup-jobs");
    let date = |date: &str| with(&request, "x-amz-date: 20261122T100000Z", date);
    let no_date = date("accept: */*");
    let not_basic = |got: &str| {
        format!(
            "Date must be in ISO-8601 'basic format'. Got '{got}'. See \
             http://en.wikipedia.org/wiki/ISO_8601"
        )
    };
    let late = "is still later than 20261122T101500Z (20261122T100000Z + 15 min.)";
    let early = "is now earlier than 20261122T094500Z (20261122T100000Z - 15 min.)";
    let none = format!(
        "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. \
         (Hashed with SHA-256 and encoded with Base64) Authorization={}",
        hash(&no_date)
    );
    check_with_keys(vec![
        invalid("too late", at(-16), &format!("Signature expired: 20261122T094400Z {early}")),
        invalid(
            "recorded yesterday",
            signed_by(yesterday, "/backup-jobs"),
            &format!("Signature expired: 20261121T100000Z {early}"),
        ),
        invalid(
            "of the year 0",
            date("x-amz-date: 00000101T000000Z"),
            &format!("Signature expired: 00000101T000000Z {early}"),
        ),
        invalid(
            "too early",
            at(16),
            &format!("Signature not yet current: 20261122T101600Z {late}"),
        ),
        invalid(
            "of the year 9999",
            date("x-amz-date: 99991231T235959Z"),
            &format!("Signature not yet current: 99991231T235959Z {late}"),
        ),
        case("another second than signed", date("x-amz-date: 20261122T100001Z"), MISMATCH),
        incomplete("no date", no_date, &none),
        incomplete(
            "another format",
            date("x-amz-date: 2026-11-22T10:00:00Z"),
            &not_basic("2026-11-22T10:00:00Z"),
        ),
        incomplete(
            "two dates",
            with_line(&request, "x-amz-date: 20261122T100000Z"),
            &not_basic("20261122T100000Z,20261122T100000Z"),
        ),
        invalid(
            "too late by the other header",
            date("date: Sun, 22 Nov 2026 09:00:00 GMT"),
            &format!("Signature expired: 20261122T090000Z {early}"),
        ),
        incomplete("no date in it", date("date: tomorrow"), &not_basic("tomorrow")),
    ])
    .await;
}

#[tokio::test]
async fn a_presigned_address_keeps_its_terms() {
    let request = presigned("/backup-jobs");
    let by = |at, seconds| {
        let expires_in = Some(Duration::from_secs(seconds));
        signed_by(Signing { at, expires_in, ..Signing::default() }, "/backup-jobs")
    };
    let expires = |to: &str| with(&request, "X-Amz-Expires=60", to);
    let bounds = "X-Amz-Expires must be a number of seconds from 1 to a week (604800 seconds).";
    let token = Signing {
        token: Some("FwoGZXIvYXdzEXAMPLE"),
        expires_in: Some(Duration::from_mins(1)),
        ..Signing::default()
    };
    let header = format!("authorization: {}", signed("/").split_once("authorization: ").unwrap().1);
    let must = |name: &str| format!("AWS query-string parameters must include '{name}'");
    let examine = "Re-examine the query-string parameters.";
    check_with_keys(vec![
        case("as it is", request.clone(), "200"),
        incomplete("no time at all", expires("X-Amz-Expires=0"), bounds),
        incomplete("too long a time", expires("X-Amz-Expires=604801"), bounds),
        incomplete("less than no time", expires("X-Amz-Expires=-1"), bounds),
        incomplete("a time that is none", expires("X-Amz-Expires=1e3"), bounds),
        incomplete("no number", expires("X-Amz-Expires=99999999999999999999"), bounds),
        case("a longer time", expires("X-Amz-Expires=600"), MISMATCH),
        incomplete("no term", expires("x=y"), &format!("{}. {examine}", must("X-Amz-Expires"))),
        invalid(
            "too late",
            by(now() - HOUR, 3599),
            "Signature expired: 20261122T095959Z is now earlier than 20261122T100000Z",
        ),
        invalid(
            "too early",
            by(now() + 16 * MINUTE, 60),
            "Signature not yet current: 20261122T101600Z is still later than 20261122T101500Z \
             (20261122T100000Z + 15 min.)",
        ),
        case("a session token", signed_by(token, "/backup-jobs"), UNRECOGNIZED),
        case("another parameter", with(&request, "?", "?accountId=*&"), MISMATCH),
        incomplete(
            "a term twice",
            with(&request, "?", "?X-Amz-Expires=60&"),
            &format!("{} once. {examine}", must("X-Amz-Expires")),
        ),
        incomplete(
            "no signature",
            with(&request, "X-Amz-Signature=", "x="),
            &format!("{}. {examine}", must("X-Amz-Signature")),
        ),
        case("no algorithm", with(&request, "X-Amz-Algorithm=", "x="), MISSING),
        incomplete(
            "another algorithm",
            with(&request, "AWS4-HMAC-SHA256", "AWS4-ECDSA-P256-SHA256"),
            "Unsupported AWS 'algorithm': 'AWS4-ECDSA-P256-SHA256' (only AWS4-HMAC-SHA256 for \
             now).",
        ),
        invalid(
            "signed twice",
            with_line(&request, header.split("\r\n").next().unwrap()),
            "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP \
             header.",
        ),
        case("another host", with(&request, "host: localhost", "host: evil.example"), MISMATCH),
        case(
            "a truncated signature",
            with_signature(&request, |hex| hex[..60].to_owned()),
            MISMATCH,
        ),
    ])
    .await;
}
