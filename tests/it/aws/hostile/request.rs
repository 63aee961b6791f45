//! Requests that are not what was signed, or ask for what is not the caller's.

use super::super::keys::{MEMBER, READER};
use super::super::{CALLER, encode};
use super::*;

#[tokio::test]
async fn what_is_sent_is_what_was_signed() {
    let request = signed("/backup-jobs");
    let list =
        |list| with(&request, "SignedHeaders=host;x-amz-date", &format!("SignedHeaders={list}"));
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
        case(
            "the same host in the target",
            with(&request, "GET /", "GET http://localhost/"),
            "200",
        ),
        case("no payload", with_header("x-amz-content-sha256", "UNSIGNED-PAYLOAD"), MISMATCH),
        case("another payload", with_header("x-amz-content-sha256", &"0".repeat(64)), MISMATCH),
    ])
    .await;
}

#[tokio::test]
async fn a_path_leads_where_it_was_signed_for() {
    let moved =
        |from: &str, to: &str| with(&signed(from), &format!("GET {from} "), &format!("GET {to} "));
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
        case(
            "another value",
            moved("/copy-jobs?state=FAILED", "/copy-jobs?state=CREATED"),
            MISMATCH,
        ),
        case(
            "a parameter twice",
            moved("/copy-jobs?state=FAILED", "/copy-jobs?state=FAILED&state=FAILED"),
            MISMATCH,
        ),
        case("signed twice", signed("/copy-jobs?state=FAILED&State=FAILED"), twice),
        case(
            "a plus for a space",
            moved("/copy-jobs?state=A%20B", "/copy-jobs?state=A+B"),
            MISMATCH,
        ),
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
async fn a_member_s_key_opens_its_own_account_only() {
    let mut rows = jobs(9, 60);
    let id = "backup/000-\u{e9}";
    // The same id is there in other accounts.
    rows.retain(|row| {
        (row.text("account_id"), row.text(row.table().job_id())) != (Some(CALLER), Some(id))
    });
    let job = format!("/backup-jobs/{}", encode(id));
    let by = |key, target: &str| signed_by(Signing { key, ..Signing::default() }, target);
    let member = |target: &str| by(MEMBER, target);
    let gone = format!("400 ResourceNotFoundException: BackupJobId: there is no job \"{id}\"");
    let cases = vec![
        case("every account", member("/backup-jobs?accountId=%2A"), DENIED),
        case("another account", member("/copy-jobs?accountId=222222222222"), DENIED),
        case(
            "another's counts",
            member("/audit/copy-job-summaries?AccountId=222222222222"),
            DENIED,
        ),
        case("another's job", member(&job), &gone),
        case("the organisation's reader", by(READER, &job), "200"),
        case("its own", member("/backup-jobs"), "200"),
        case("its own counts", member("/audit/backup-job-summaries?AccountId=ANY"), "200"),
    ];
    let service = service_with_keys(rows, Arc::new(FixedClock(now())));
    check(service, cases, signed("/backup-jobs")).await;
}
