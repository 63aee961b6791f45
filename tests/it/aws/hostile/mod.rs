//! Hostile requests over plain sockets: each gets AWS's error, and none breaks the server.

mod request;
mod signature;

use std::fmt::Write;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hyper::Request;
use lookback::model::FixedClock;
use lookback::serve::aws::{AwsService, Scope};
use lookback::serve::http::Limits;
use sha2::{Digest, Sha256};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::jobs::jobs;
use super::keys::service_with_keys;
use super::sdk::Endpoint;
use super::signing::{Signing, get};
use super::{now, service};

const MISMATCH: &str = "403 InvalidSignatureException: The request signature we calculated does \
    not match the signature you provided. Check your AWS Secret Access Key and signing method. \
    Consult the service documentation for details.";
const MISSING: &str = "403 MissingAuthenticationTokenException: Missing Authentication Token";
const UNRECOGNIZED: &str = "403 UnrecognizedClientException: The security token included in the \
    request is invalid.";
const HOST_UNSIGNED: &str = "403 InvalidSignatureException: 'Host' or ':authority' must be a \
    'SignedHeader' in the AWS Authorization.";
const DENIED: &str = "400 AccessDeniedException: Insufficient privileges to perform this action.";
const UNKNOWN: &str = "404 UnknownOperationException: no operation has this method and path; \
    served are ListBackupJobs, \
    ListCopyJobs, ListRestoreJobs, ListRestoreJobsByProtectedResource, ListScanJobs, \
    DescribeBackupJob, DescribeCopyJob, DescribeRestoreJob, DescribeScanJob, \
    ListBackupJobSummaries, ListCopyJobSummaries, ListRestoreJobSummaries, \
    ListScanJobSummaries";

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
    signed_by(Signing { expires_in: Some(Duration::from_mins(1)), ..Signing::default() }, target)
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
