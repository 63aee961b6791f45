//! Every way in which a call fails, as whole texts.

use lookback::model::JobKind;
use lookback::source::aws::{CallError, Connection, ListCall, Role, Source, Whose};

use super::{all, canned, observed_at, source};
use crate::aws::REGION;

/// Class, message, cause and hint.
fn show(err: &CallError, url: &str) -> String {
    let hint = err.error.hint().map_or_else(String::new, |hint| format!("\nhint: {hint}"));
    let text = format!("{:?}: {}{hint}", err.class, err.error.chain());
    text.replace(url, "http://SERVER")
}

async fn fail(source: &Source, region: &str, call: &ListCall) -> String {
    let endpoint = Connection::open(source).await.unwrap().region(region);
    let err = endpoint.list(call, observed_at()).await.unwrap_err();
    show(&err, source.endpoint_url.as_deref().unwrap_or("http://none"))
}

/// What becomes of an error of AWS's: HTTP status, its name, its message.
async fn answered(region: &str, whose: Whose, status: u16, name: &str, message: &str) -> String {
    let body = format!("{{\"Code\":null,\"Message\":{message:?},\"Type\":null,\"Context\":null}}");
    let url = canned::serve(canned::answer(status, name, &body)).await;
    fail(&source(&url), region, &ListCall { whose, ..all(JobKind::Scan) }).await
}

#[track_caller]
fn check(got: &str, expected: &str) {
    assert_eq!(got, expected);
}

#[tokio::test]
async fn throttling_says_to_ask_more_slowly() {
    let expected = |cause: &str| {
        format!(
            "Throttled: AWS throttled ListScanJobs in Region \"eu-west-1\": {cause}\n\
             hint: try again later, or lower the rate of the source"
        )
    };
    let got = answered(REGION, Whose::Own, 400, "ThrottlingException", "Rate exceeded").await;
    check(&got, &expected("ThrottlingException: Rate exceeded"));
    let got = answered(REGION, Whose::Own, 429, "TooManyRequestsException", "Slow").await;
    check(&got, &expected("TooManyRequestsException: Slow"));
    let got = answered(REGION, Whose::Own, 429, "Odd", "Slow").await;
    check(&got, &expected("Odd: Slow"));
}

#[tokio::test]
async fn a_failure_at_aws_may_pass() {
    let got = answered(REGION, Whose::Own, 500, "ServiceUnavailableException", "Oh").await;
    check(
        &got,
        "Transient: AWS failed to answer ListScanJobs in Region \"eu-west-1\": HTTP status 500: \
         ServiceUnavailableException: Oh\nhint: try again later",
    );
    let url = canned::serve(canned::answer(503, "", "<html>busy</html>")).await;
    let got = fail(&source(&url), REGION, &all(JobKind::Scan)).await;
    check(
        &got,
        "Transient: AWS failed to answer ListScanJobs in Region \"eu-west-1\": HTTP status 503\n\
         hint: try again later",
    );
}

#[tokio::test]
async fn a_denial_names_the_action() {
    let message = "User: arn:aws:iam::1:user/u is not authorized to perform: backup:ListScanJobs";
    for whose in [Whose::Own, Whose::Every] {
        let got = answered(REGION, whose, 403, "AccessDeniedException", message).await;
        check(
            &got,
            &format!(
                "Denied: access denied to ListScanJobs in Region \"eu-west-1\": \
                 AccessDeniedException: {message}\n\
                 hint: allow the IAM action backup:ListScanJobs"
            ),
        );
    }
    let message = format!("{message} with an explicit deny in a service control policy");
    let got = answered(REGION, Whose::Own, 403, "AccessDeniedException", &message).await;
    check(
        &got,
        &format!(
            "Denied: access denied to ListScanJobs in Region \"eu-west-1\": \
             AccessDeniedException: {message}\n\
             hint: allow backup:ListScanJobs in the organization's service control policy"
        ),
    );
}

#[tokio::test]
async fn other_accounts_need_cross_account_monitoring() {
    let message = "Insufficient privileges to perform this action.";
    let got = answered(REGION, Whose::Every, 400, "AccessDeniedException", message).await;
    check(
        &got,
        "OrganizationDenied: access denied to other accounts' jobs: ListScanJobs in Region \
         \"eu-west-1\": AccessDeniedException: Insufficient privileges to perform this action.\n\
         hint: switch on cross-account monitoring in the settings of AWS Backup and read with the \
         management account or a delegated administrator, or read the account alone",
    );
    let got = answered(REGION, Whose::Own, 400, "AccessDeniedException", message).await;
    check(
        &got,
        "Denied: access denied to ListScanJobs in Region \"eu-west-1\": AccessDeniedException: \
         Insufficient privileges to perform this action.\n\
         hint: allow the IAM action backup:ListScanJobs",
    );
}

#[tokio::test]
async fn an_operation_may_not_be_offered() {
    let got = answered(REGION, Whose::Own, 404, "UnknownOperationException", "").await;
    check(
        &got,
        "NotOffered: AWS Backup does not offer ListScanJobs in Region \"eu-west-1\": \
         UnknownOperationException",
    );
    let got = answered(REGION, Whose::Own, 404, "", "Not Found").await;
    check(
        &got,
        "NotOffered: AWS Backup does not offer ListScanJobs in Region \"eu-west-1\": Not Found",
    );
}

#[tokio::test]
async fn a_region_may_not_be_enabled() {
    let message = "The security token included in the request is invalid.";
    let expected = |cause: &str| {
        format!(
            "RegionDisabled: Region \"af-south-1\" is not enabled for the account: {cause}\n\
             hint: enable the Region in the account's settings, or leave it out of --region; if \
             it is enabled, check the credentials"
        )
    };
    let got = answered("af-south-1", Whose::Own, 403, "UnrecognizedClientException", message).await;
    check(&got, &expected(&format!("UnrecognizedClientException: {message}")));
    let got = answered("af-south-1", Whose::Own, 403, "OptInRequired", "Subscribe").await;
    check(&got, &expected("OptInRequired: Subscribe"));
}

#[tokio::test]
async fn wrong_keys_are_told_apart() {
    let hint = "hint: name a profile with --profile, check AWS_ACCESS_KEY_ID and \
                AWS_SECRET_ACCESS_KEY (with AWS_SESSION_TOKEN), or log in with `aws sso login`";
    let message = "The security token included in the request is invalid.";
    let got = answered(REGION, Whose::Own, 403, "UnrecognizedClientException", message).await;
    check(
        &got,
        &format!(
            "Credentials: AWS does not accept the access key: UnrecognizedClientException: \
             {message}\n{hint}"
        ),
    );
    let message = "The request signature we calculated does not match the signature you provided.";
    let got = answered(REGION, Whose::Own, 403, "InvalidSignatureException", message).await;
    check(
        &got,
        &format!(
            "Credentials: AWS does not accept the secret key: InvalidSignatureException: \
             {message}\n{hint}"
        ),
    );
}

#[tokio::test]
async fn expired_credentials_are_to_be_refreshed() {
    let message = "The security token included in the request is expired";
    let got = answered(REGION, Whose::Own, 403, "ExpiredTokenException", message).await;
    check(
        &got,
        &format!(
            "Credentials: the AWS credentials have expired: ExpiredTokenException: {message}\n\
             hint: name a profile with --profile, refresh AWS_ACCESS_KEY_ID and \
             AWS_SECRET_ACCESS_KEY (with AWS_SESSION_TOKEN), or log in with `aws sso login`"
        ),
    );
}

#[tokio::test]
async fn a_wrong_clock_is_not_a_wrong_key() {
    let message = "Signature expired: 20261122T100000Z is now earlier than 20261122T101500Z";
    let got = answered(REGION, Whose::Own, 403, "InvalidSignatureException", message).await;
    check(
        &got,
        &format!(
            "ClockSkew: AWS's clock does not agree with that of this machine: \
             InvalidSignatureException: {message}\n\
             hint: set the clock, and keep it right with a time service"
        ),
    );
}

#[tokio::test]
async fn anything_else_is_rejected() {
    let got =
        answered(REGION, Whose::Own, 400, "InvalidParameterValueException", "Bad token").await;
    check(
        &got,
        "Rejected: AWS rejected ListScanJobs in Region \"eu-west-1\": \
         InvalidParameterValueException: Bad token",
    );
}

#[tokio::test]
async fn a_connection_that_breaks_may_be_tried_again() {
    let url = canned::serve(String::new()).await;
    let got = fail(&source(&url), REGION, &all(JobKind::Backup)).await;
    check(
        &got,
        "Transient: the connection broke during ListBackupJobs in Region \"eu-west-1\": \
         connection closed before message completed\nhint: try again later",
    );
    let whole = canned::answer(200, "", r#"{"BackupJobs": []}"#);
    let url = canned::serve(whole[..whole.len() - 5].to_owned()).await;
    let got = fail(&source(&url), REGION, &all(JobKind::Backup)).await;
    check(
        &got,
        "Transient: failed to read the answer to ListBackupJobs in Region \"eu-west-1\": \
         end of file before message length reached\nhint: try again later",
    );
}

#[tokio::test]
async fn an_answer_that_is_no_answer_may_be_tried_again() {
    let soon = "Error at offset 33: failed to parse JSON: only `Infinity`, `-Infinity`, `NaN` can \
                represent a float as a string but found `soon`";
    let empty = "EOF while parsing a value at line 1 column 0";
    for (kind, body, cause) in [
        (JobKind::Backup, r#"{"BackupJobs": [}"#, "expected value at line 1 column 17"),
        (
            JobKind::Backup,
            r#"{"BackupJobs": [null]}"#,
            "invalid type: null, expected a job at line 1 column 20",
        ),
        (JobKind::Backup, r#"{"BackupJobs": [{"CreationDate": "soon"}]}"#, soon),
        (JobKind::Copy, "[]", "invalid length 0, expected an answer at line 1 column 2"),
        (JobKind::Restore, "", empty),
        (JobKind::Scan, "", empty),
    ] {
        let url = canned::serve(canned::answer(200, "", body)).await;
        let got = fail(&source(&url), REGION, &all(kind)).await;
        let operation = format!("List{}", kind.list_key());
        check(
            &got,
            &format!(
                "Transient: failed to read the answer to {operation} in Region \"eu-west-1\": \
                 {cause}\nhint: try again later"
            ),
        );
    }
}

#[tokio::test]
async fn an_endpoint_that_does_not_listen_is_named() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let got = fail(&source(&url), REGION, &all(JobKind::Backup)).await;
    check(
        &got,
        "Unreachable: failed to connect to endpoint \"http://SERVER\": Connection refused (os \
         error 111)\nhint: check --endpoint-url, and that something listens there",
    );
}

#[tokio::test]
async fn a_profile_that_does_not_exist_is_named() {
    let mut source = source("http://127.0.0.1:1");
    source.is_emulator = false;
    source.profile = Some("lookback-has-none".into());
    let expected = "Credentials: failed to find AWS credentials of profile \"lookback-has-none\"\n\
                    hint: set the keys of the profile in ~/.aws, or log in with \
                    `aws sso login --profile lookback-has-none`";
    check(&without_cause(&source).await, expected);
    // The role is not to blame: nothing could ask for it.
    source.role = Some(Role {
        arn: "arn:aws:iam::222222222222:role/reader".into(),
        external_id: Some("x".into()),
        session_name: "lookback".into(),
    });
    check(&without_cause(&source).await, expected);
}

/// The cause depends on whether this machine has a file of profiles.
async fn without_cause(source: &Source) -> String {
    let endpoint = Connection::open(source).await.unwrap().region(REGION);
    let err = endpoint.list(&all(JobKind::Backup), observed_at()).await.unwrap_err();
    format!("{:?}: {}\nhint: {}", err.class, err.error, err.error.hint().unwrap())
}

#[tokio::test]
async fn an_endpoint_must_be_a_url() {
    let show = async |source: &Source| {
        let err = Connection::open(source).await.unwrap_err();
        format!("{:?}: {}\nhint: {}", err.kind(), err.chain(), err.hint().unwrap())
    };
    let mut source = source("localhost:8000");
    check(
        &show(&source).await,
        "Input: endpoint \"localhost:8000\" is no URL\n\
         hint: write it with its scheme, such as --endpoint-url http://127.0.0.1:8000",
    );
    source.endpoint_url = None;
    check(
        &show(&source).await,
        "Input: the emulator of source \"test\" has no address\n\
         hint: say where it listens with --endpoint-url",
    );
}
