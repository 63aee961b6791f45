//! What the unit tests of this room share, and tests of the service as a whole.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use futures::FutureExt;
use hyper::HeaderMap;
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::error::Result;
use crate::model::{Accounts, FixedClock, Instant, JobKind, SummaryRequest, SummaryRow};
use crate::serve::http::{Failure, HttpRequest, Service};
use crate::tables::Row;

/// A backend without jobs.
#[derive(Debug)]
struct Empty;

#[async_trait]
impl Backend for Empty {
    async fn list(&self, _: &Caller, _: &ListRequest) -> Result<Page> {
        Ok(Page::default())
    }

    async fn describe(&self, _: &Caller, _: JobKind, _: &Accounts, _: &str) -> Result<Option<Row>> {
        Ok(None)
    }

    async fn summaries(&self, _: &Caller, _: &SummaryRequest) -> Result<Vec<SummaryRow>> {
        Ok(Vec::new())
    }
}

/// A service without jobs.
pub(super) fn service() -> AwsService {
    let config = Config {
        callers: Callers::Anyone {
            account_id: Some("111111111111".to_owned()),
            scope: Scope::Account,
        },
        describe_scope: Scope::Account,
        default_region: "eu-west-1".to_owned(),
        token_key: TokenKey::new([7; 32]),
        clock: Arc::new(FixedClock(Instant::from_micros(0))),
    };
    AwsService::new(Arc::new(Empty), config)
}

#[track_caller]
fn check(target: &str, expected: &str) {
    let reply = answer("GET", target, "");
    assert_eq!((reply.status.as_u16(), &*reply.body), (200, expected.as_bytes()), "{target}");
}

#[track_caller]
fn check_refused(request: [&str; 3], status: u16, code: &str, message: &str) {
    let [method, target, authorization] = request;
    let reply = answer(method, target, authorization);
    let named = reply.headers["x-amzn-errortype"].to_str().unwrap();
    assert_eq!((reply.status.as_u16(), named), (status, code), "{target}");
    let body: serde_json::Value = serde_json::from_slice(&reply.body).unwrap();
    let expected = json!({"Code": code, "Message": message, "Type": null, "Context": null});
    assert_eq!(body, expected, "{target}");
}

fn answer(method: &str, target: &str, authorization: &str) -> crate::serve::Reply {
    let mut headers = HeaderMap::new();
    if !authorization.is_empty() {
        headers.insert("authorization", authorization.parse().unwrap());
    }
    let (method, target) = (method.parse().unwrap(), target.to_owned());
    let request = HttpRequest { method, target, headers, body: Bytes::new() };
    service().answer(request).now_or_never().expect("nothing to wait for")
}

#[test]
fn odd_requests_get_the_answers_of_aws() {
    let unknown = "no operation has this method and path; served are ListBackupJobs, \
                   ListCopyJobs, ListRestoreJobs, ListRestoreJobsByProtectedResource, ListScanJobs, \
                   DescribeBackupJob, DescribeCopyJob, DescribeRestoreJob, DescribeScanJob, \
                   ListBackupJobSummaries, ListCopyJobSummaries, ListRestoreJobSummaries, \
                   ListScanJobSummaries";
    for (method, target) in [("PUT", "/backup-jobs"), ("POST", "/backup-jobs/x"), ("GET", "/")] {
        check_refused([method, target, ""], 404, "UnknownOperationException", unknown);
    }
    let gone = "CopyJobId: there is no job \"a/b\"";
    check_refused(["GET", "/copy-jobs/a%2Fb", ""], 400, "ResourceNotFoundException", gone);
    let denied = "Insufficient privileges to perform this action.";
    for target in ["/copy-jobs/?accountId=%2A", "/audit/copy-job-summaries/?accountId=222222222222"]
    {
        check_refused(["GET", target, ""], 400, "AccessDeniedException", denied);
    }
    let token =
        "NextToken: the token is of another request, or was changed; begin again without one";
    for target in ["/scan/jobs?nexttoken=abc", "/audit/scan-job-summaries?NextToken=abc"] {
        check_refused(["GET", target, ""], 400, "InvalidParameterValueException", token);
    }
    let basic = "the Authorization header has no AWS4-HMAC-SHA256 Credential";
    check_refused(["GET", "/scan/jobs", "Basic x"], 400, "IncompleteSignatureException", basic);
}

#[test]
fn answers_without_jobs_have_no_token() {
    check("/restore-jobs", r#"{"RestoreJobs":[]}"#);
    let counts = r#"{"ScanJobSummaries":[],"AggregationPeriod":"SEVEN_DAYS"}"#;
    check("/audit/scan-job-summaries?AggregationPeriod=SEVEN_DAYS", counts);
}

#[test]
fn failures_speak_the_protocol() {
    let codes = [Failure::TargetTooLong, Failure::BadBody, Failure::TimedOut, Failure::Panicked]
        .map(|failure| service().failure(failure))
        .map(|reply| format!("{} {}", reply.status.as_u16(), reply.log.code));
    let expected = [
        "414 ValidationException",
        "413 ValidationException",
        "503 ServiceUnavailable",
        "500 InternalFailure",
    ];
    assert_eq!(codes, expected);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn no_target_is_an_error_of_ours(target in ".{0,80}") {
        prop_assert!(!answer("GET", &target, "").status.is_server_error());
    }

    #[test]
    fn no_near_miss_is_an_error_of_ours(
        path in "(/|/(backup|copy|restore)-jobs|/scan/jobs|/audit/(backup|scan)-job-summaries)",
        tail in "[/a-z%0-9*]{0,12}",
        names in proptest::collection::vec(
            "(state|accountId|createdAfter|maxResults|nextToken|messageCategory|Account%49d)",
            0..4,
        ),
        value in "([A-Z_]{0,8}|[0-9]{1,13}|2026-[0-9T:.Z+-]{1,20}|%[0-9A-F]{1,3}|.{0,12})",
        authorization in "(|AWS4-HMAC-SHA256 [A-Za-z=/0-9,_ -]{0,40})",
    ) {
        let pairs: Vec<String> = names.iter().map(|name| format!("{name}={value}")).collect();
        let target = format!("{path}{tail}?{}", pairs.join("&"));
        prop_assert!(!answer("GET", &target, &authorization).status.is_server_error());
    }
}
