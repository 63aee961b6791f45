//! Hostile requests over plain sockets: each gets AWS's error, and none breaks the server.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hyper::Request;
use lookback::model::{DAY, FixedClock, HOUR, JobKind, MINUTE};
use lookback::serve::aws::{AwsService, Scope};
use lookback::serve::http::Limits;
use lookback::tables::Row;
use sha2::{Digest, Sha256};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::jobs::jobs;
use super::keys::{Key, MEMBER, READER, service_with_keys};
use super::sdk::Endpoint;
use super::signing::{Signing, get};
use super::{CALLER, REGION, encode, now, service};

const MISMATCH: &str = "403 InvalidSignatureException: The request signature we calculated does \
    not match the signature you provided. Check your AWS Secret Access Key and signing method. \
    Consult the service documentation for details.";
const MISSING: &str = "403 MissingAuthenticationTokenException: Missing Authentication Token";
const UNRECOGNIZED: &str = "403 UnrecognizedClientException: The security token included in the \
    request is invalid.";
const HOST_UNSIGNED: &str = "403 InvalidSignatureException: 'Host' or ':authority' must be a \
    'SignedHeader' in the AWS Authorization.";
const DENIED: &str =
    "400 AccessDeniedException: Insufficient privileges to perform this action.";
const UNKNOWN: &str =
    "404 UnknownOperationException: no operation has this method and path";

/// What it is, what is sent, and the status, code and message of the answer.
type Case = (&'static str, String, String);

/// The bytes of a request, which asks for the connection to be closed.
fn raw(request: &Request<Vec<u8>>) -> String {
    let target = request.uri().path_and_query().unwrap();
    let mut text = format!("{} {target} HTTP/1.1\r\nconnection: close\r\n", request.method());
    for (name, value) in request.headers() {
        write!(text, "{name}: {}\r\n", value.to_str().unwrap()).unwrap();
    }
    text + "\r\n" + std::str::from_utf8(request.body()).unwrap()
}

/// A request for `target` that is signed well.
fn signed(target: &str) -> String {
    signed_by(Signing::default(), target)
}

fn signed_by(signing: Signing, target: &str) -> String {
    raw(&signing.sign(get(target)))
}

/// An address that is good for a minute.
fn presigned(target: &str) -> String {
    signed_by(Signing { expires_in: Some(Duration::from_secs(60)), ..Signing::default() }, target)
}

/// The head of a signed request with one thing changed, which must be in it.
fn with(request: &str, from: &str, to: &str) -> String {
    assert!(request.contains(from), "{from} is not in {request}");
    request.replacen(from, to, 1)
}

/// The text after `mark` up to the end of its line or parameter.
fn value_of<'a>(request: &'a str, mark: &str) -> &'a str {
    let rest = request.split_once(mark).unwrap().1;
    &rest[..rest.find(['\r', '&', ' ', ',']).unwrap()]
}

fn with_signature(request: &str, signature: impl Fn(&str) -> String) -> String {
    let found = value_of(request, "Signature=");
    with(request, found, &signature(found))
}

fn case(name: &'static str, request: String, expected: &str) -> Case {
    (name, request, expected.to_owned())
}

fn incomplete(name: &'static str, request: String, message: &str) -> Case {
    (name, request, format!("400 IncompleteSignatureException: {message}"))
}

fn invalid(name: &'static str, request: String, message: &str) -> Case {
    (name, request, format!("403 InvalidSignatureException: {message}"))
}

/// The hash by which an `Authorization` header is told.
fn hash(request: &str) -> String {
    let header = request.split_once("authorization: ").unwrap().1.split("\r\n").next().unwrap();
    STANDARD.encode(Sha256::digest(header))
}

/// A line of a header more, which is not signed.
fn with_line(request: &str, line: &str) -> String {
    with(request, "connection: close\r\n", &format!("connection: close\r\n{line}\r\n"))
}

fn without_line(request: &str, name: &str) -> String {
    let lines = request.split("\r\n").filter(|line| !line.starts_with(name));
    lines.collect::<Vec<_>>().join("\r\n")
}

/// A GET with these lines and no signature.
fn plain(target: &str, lines: &str) -> String {
    format!("GET {target} HTTP/1.1\r\nconnection: close\r\nhost: localhost\r\n{lines}\r\n")
}

/// The answer to these bytes: its status, and the code and message of an error.
async fn answer(address: SocketAddr, request: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    // The server may close before it has read everything that is too much.
    stream.read_to_end(&mut answer).await.unwrap_or_default();
    let answer = String::from_utf8(answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    let status = head.split(' ').nth(1).unwrap_or("no answer");
    let Ok(body) = serde_json::from_str::<serde_json::Value>(body) else {
        return status.to_owned();
    };
    match (body["Code"].as_str(), body["Message"].as_str()) {
        (Some(code), Some(message)) => format!("{status} {code}: {message}"),
        _ => status.to_owned(),
    }
}

/// Sends all of them to one server, which must still answer a good request afterwards.
async fn check(service: AwsService, cases: Vec<Case>, good: String) {
    let endpoint = Endpoint::start(service, Limits::default()).await;
    for (name, request, expected) in cases {
        let got = answer(endpoint.address, &request).await;
        assert_eq!(got, expected, "{name}: {}", &request[..request.len().min(2000)]);
    }
    assert_eq!(answer(endpoint.address, &good).await, "200");
    endpoint.stop().await;
}

async fn check_with_keys(cases: Vec<Case>) {
    let clock = Arc::new(FixedClock(now()));
    check(service_with_keys(jobs(9, 60), clock), cases, signed("/backup-jobs")).await;
}

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
        case("unsigned, no path", "OPTIONS * HTTP/1.1\r\nconnection: close\r\n\r\n".into(), MISSING),
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
    for (name, header) in [("basic", "Basic dXNlcjpwYXNz"), ("bearer", "Bearer eyJhbGciOiJIUzI1NiJ9")]
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
        let message = format!("Unsupported AWS 'algorithm': '{algorithm}' (only AWS4-HMAC-SHA256 for now).");
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
        invalid("too early", at(16), &format!("Signature not yet current: 20261122T101600Z {late}")),
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
async fn what_is_sent_is_what_was_signed() {
    let request = signed("/backup-jobs");
    let list = |list| with(&request, "SignedHeaders=host;x-amz-date", &format!("SignedHeaders={list}"));
    let unsigned = "There were headers present in the request which were not signed:";
    let with_header = |name: &str, value: &str| {
        let mut request = get("/backup-jobs");
        let name: hyper::header::HeaderName = name.parse().unwrap();
        request.headers_mut().insert(name, value.parse().unwrap());
        raw(&Signing::default().sign(request))
    };
    let accept = with_header("accept", "application/json");
    check_with_keys(vec![
        case("a list that is not sorted", list("x-amz-date;host"), MISMATCH),
        case("a list in upper case", list("Host;X-Amz-Date"), MISMATCH),
        case("a name twice", list("host;host;x-amz-date"), MISMATCH),
        case("a name more", list("connection;host;x-amz-date"), MISMATCH),
        case("a name of no header", list("host;te;x-amz-date"), MISMATCH),
        case("no host in the list", list("x-amz-date"), HOST_UNSIGNED),
        case("no list", list(""), HOST_UNSIGNED),
        invalid("no date in the list", list("host"), &format!("{unsigned} x-amz-date")),
        invalid(
            "a header of AWS's more",
            with_line(&request, "X-Amz-Target: DeleteEverything"),
            &format!("{unsigned} x-amz-target"),
        ),
        invalid(
            "a session token that is not signed",
            with_line(&request, "x-amz-security-token: t"),
            &format!("{unsigned} x-amz-security-token"),
        ),
        case("another value", with(&accept, "application/json", "text/html"), MISMATCH),
        case("a value more", with_line(&accept, "accept: text/html"), MISMATCH),
        case("no host", without_line(&request, "host: "), MISMATCH),
        case("another host", with(&request, "host: localhost", "host: evil.example"), MISMATCH),
        case("two hosts", with_line(&request, "host: evil.example"), MISMATCH),
        case(
            "another host in the target",
            with(&request, "GET /", "GET http://evil.example/"),
            MISMATCH,
        ),
        case("the same host in the target", with(&request, "GET /", "GET http://localhost/"), "200"),
        case("no payload", with_header("x-amz-content-sha256", "UNSIGNED-PAYLOAD"), MISMATCH),
        case("another payload", with_header("x-amz-content-sha256", &"0".repeat(64)), MISMATCH),
    ])
    .await;
}

#[tokio::test]
async fn a_path_leads_where_it_was_signed_for() {
    let moved = |from: &str, to: &str| with(&signed(from), &format!("GET {from} "), &format!("GET {to} "));
    let twice = "400 InvalidParameterValueException: ByState: given more than once";
    let gone = "400 ResourceNotFoundException: CopyJobId: there is no job";
    check_with_keys(vec![
        case("an empty piece", moved("/backup-jobs", "//backup-jobs"), UNKNOWN),
        case("a dot", moved("/backup-jobs", "/./backup-jobs"), UNKNOWN),
        case("two dots", moved("/backup-jobs", "/copy-jobs/../backup-jobs"), UNKNOWN),
        case("two dots for a label", moved("/restore-jobs", "/resources/../restore-jobs"), UNKNOWN),
        case("a dot for a label", moved("/copy-jobs/", "/copy-jobs/."), UNKNOWN),
        case("encoded dots", moved("/backup-jobs", "/copy-jobs/%2e%2e/backup-jobs"), MISMATCH),
        case("an encoded letter", moved("/backup-jobs", "/%62ackup-jobs"), MISMATCH),
        case("an encoded slash", moved("/copy-jobs/x", "/copy-jobs%2Fx"), MISMATCH),
        case("a decoded slash", moved("/copy-jobs/x%2Fy", "/copy-jobs/x/y"), MISMATCH),
        case("encoded twice", moved("/copy-jobs/x%2Fy", "/copy-jobs/x%252Fy"), MISMATCH),
        case("in lower case", moved("/copy-jobs/x%2Fy", "/copy-jobs/x%2fy"), MISMATCH),
        case("no text", moved("/copy-jobs/%C3%A9", "/copy-jobs/\u{e9}"), MISMATCH),
        case("another operation", moved("/backup-jobs", "/copy-jobs"), MISMATCH),
        case("a slash more", moved("/backup-jobs", "/backup-jobs/"), MISMATCH),
        case("a parameter more", moved("/copy-jobs", "/copy-jobs?accountId=*"), MISMATCH),
        case("another value", moved("/copy-jobs?state=FAILED", "/copy-jobs?state=CREATED"), MISMATCH),
        case(
            "a parameter twice",
            moved("/copy-jobs?state=FAILED", "/copy-jobs?state=FAILED&state=FAILED"),
            MISMATCH,
        ),
        case("signed twice", signed("/copy-jobs?state=FAILED&State=FAILED"), twice),
        case("a plus for a space", moved("/copy-jobs?state=A%20B", "/copy-jobs?state=A+B"), MISMATCH),
        case("NUL", signed("/copy-jobs/%00"), &format!("{gone} \"\0\"")),
        case(
            "a broken encoding",
            signed("/copy-jobs/%zz"),
            "400 ValidationException: the request has a broken percent-encoding",
        ),
        case("no operation", signed("/nothing/here"), UNKNOWN),
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
        expires_in: Some(Duration::from_secs(60)),
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
        case("a truncated signature", with_signature(&request, |hex| hex[..60].to_owned()), MISMATCH),
    ])
    .await;
}

#[tokio::test]
async fn a_member_s_key_opens_its_own_account_only() {
    let rows = jobs(9, 60);
    let ids = |account: &str| {
        let is_its = |row: &&Row| {
            row.table().kind == Some(JobKind::Backup)
                && row.text("region") == Some(REGION)
                && row.text("account_id") == Some(account)
        };
        let id = |row: &Row| row.text("backup_job_id").unwrap().to_owned();
        rows.iter().filter(is_its).map(id).collect::<BTreeSet<_>>()
    };
    // Some ids are there in more than one account.
    let id = ids("222222222222").difference(&ids(CALLER)).next().unwrap().clone();
    let job = format!("/backup-jobs/{}", encode(&id));
    let by = |key, target: &str| signed_by(Signing { key, ..Signing::default() }, target);
    let member = |target: &str| by(MEMBER, target);
    let gone = format!("400 ResourceNotFoundException: BackupJobId: there is no job \"{id}\"");
    check_with_keys(vec![
        case("every account", member("/backup-jobs?accountId=%2A"), DENIED),
        case("another account", member("/copy-jobs?accountId=222222222222"), DENIED),
        case("another's counts", member("/audit/copy-job-summaries?AccountId=222222222222"), DENIED),
        case("another's job", member(&job), &gone),
        case("the organisation's reader", by(READER, &job), "200"),
        case("its own", member("/backup-jobs"), "200"),
        case("its own counts", member("/audit/backup-job-summaries?AccountId=ANY"), "200"),
    ])
    .await;
}

#[tokio::test]
async fn what_is_no_request_at_all_is_refused_before() {
    let request = signed("/backup-jobs");
    check_with_keys(vec![
        case("a giant header", with_line(&request, &format!("a: {}", "b".repeat(40_000))), "431"),
        case("many headers", with_line(&request, &["a: b"; 100].join("\r\n")), "431"),
        case(
            "a long target",
            plain(&format!("/{}", "x".repeat(9000)), ""),
            "414 ValidationException: the request is too long",
        ),
        case("a folded header", with_line(&request, "accept: a\r\n b"), "400"),
        case("NUL in a header", with_line(&request, "accept: a\0b"), "400"),
        case("NUL in the target", with(&request, "GET /", "GET /\0"), "400"),
        case("no version", "GET /backup-jobs\r\n\r\n".into(), "400"),
        case(
            "a giant body",
            with_line(&request, "content-length: 100000") + &"x".repeat(100_000),
            "413 ValidationException: the request's body is too long or was cut short",
        ),
    ])
    .await;
}

#[tokio::test]
async fn where_anyone_may_call_no_page_may() {
    let anyone = || service(jobs(9, 60), Scope::Organization);
    let evil = "421 ValidationException: host \"evil.example:4560\" is not a name of this server; \
                ask for it as localhost or by its address";
    let hosts = |hosts: &str| plain("/backup-jobs", "").replace("host: localhost", hosts);
    let cases = vec![
        case("a page's name", hosts("host: evil.example:4560"), evil),
        case("two names", hosts("host: localhost\r\nhost: evil.example:4560"), evil),
        case(
            "a page's name in the target",
            plain("http://evil.example:4560/backup-jobs", ""),
            evil,
        ),
        case("an address", hosts("host: 127.0.0.1:4560"), "200"),
        case("any signature", with_signature(&signed("/backup-jobs"), |_| "0".repeat(64)), "200"),
    ];
    check(anyone(), cases, plain("/backup-jobs", "")).await;
}
