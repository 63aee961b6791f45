//! Why a call failed, and what to do about it.

use crate::error::{Error, Kind};
use crate::model::regions;

use super::connection::CALL_TIMEOUT;
use super::failure::{Failure, How};
use super::{Role, Source};

/// A call that failed.
#[derive(Debug)]
pub struct CallError {
    /// What the caller can do.
    pub class: CallClass,
    /// The whole message, with a hint; its cause is what AWS or the network said.
    pub error: Error,
}

/// What the caller of a failed call can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CallClass {
    /// Too many requests: ask more slowly.
    Throttled,
    /// A failure at AWS, a broken connection or answer, or none in time: ask again.
    Transient,
    /// No connection came about: ask again, but it may be for good.
    Unreachable,
    /// IAM does not allow the operation.
    Denied,
    /// AWS Backup does not show other accounts' jobs to this one.
    OrganizationDenied,
    /// AWS Backup does not have the operation in the Region.
    NotOffered,
    /// The Region is not enabled for the account.
    RegionDisabled,
    /// There are no credentials, or AWS does not take them.
    Credentials,
    /// This machine's clock is wrong by minutes.
    ClockSkew,
    /// Anything else: asking again is no use.
    Rejected,
}

/// What was asked, for messages.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked<'a> {
    pub(super) operation: &'static str,
    pub(super) region: &'a str,
    pub(super) source: &'a Source,
    /// Other accounts' jobs were asked for.
    pub(super) of_others: bool,
}

/// A class, a message and perhaps a hint.
type Verdict = (CallClass, String, Option<String>);

impl CallError {
    pub(super) fn new(asked: &Asked<'_>, failure: Failure) -> Self {
        let (class, message, hint) = match &failure.how {
            How::Answered { status, code, message } => asked.refused(*status, code, message),
            How::Credentials { have_expired, may_come, are_for_role } => {
                let class = if *may_come { CallClass::Transient } else { CallClass::Credentials };
                match &asked.source.role {
                    Some(role) if !are_for_role => without_role(class, role),
                    _ => asked.without_credentials(class, *have_expired),
                }
            }
            how => asked.unanswered(how),
        };
        let mut error = Error::new(Kind::Source, message);
        if let Some(hint) = hint {
            error = error.with_hint(hint);
        }
        if !failure.cause.is_empty() {
            error = error.with_source(failure.cause);
        }
        Self { class, error }
    }
}

impl Asked<'_> {
    /// `ListBackupJobs in Region "eu-west-1"`.
    fn call(&self) -> String {
        format!("{} in Region {:?}", self.operation, self.region)
    }

    /// Of an answer with an error.
    fn refused(&self, status: u16, code: &str, message: &str) -> Verdict {
        match class_of(status, code, message) {
            CallClass::Throttled => (
                CallClass::Throttled,
                format!("AWS throttled {}", self.call()),
                Some("try again later, or lower the rate of the source".into()),
            ),
            CallClass::Transient => (
                CallClass::Transient,
                format!("AWS failed to answer {}: HTTP status {status}", self.call()),
                Some("try again later".into()),
            ),
            CallClass::Denied => self.denied(message),
            CallClass::NotOffered => {
                (CallClass::NotOffered, format!("AWS Backup does not offer {}", self.call()), None)
            }
            CallClass::RegionDisabled => self.disabled(),
            CallClass::Credentials => self.wrong_credentials(code, message),
            CallClass::ClockSkew => (
                CallClass::ClockSkew,
                "AWS's clock does not agree with that of this machine".into(),
                Some("set the clock, and keep it right with a time service".into()),
            ),
            class @ (CallClass::OrganizationDenied
            | CallClass::Unreachable
            | CallClass::Rejected) => (class, format!("AWS rejected {}", self.call()), None),
        }
    }

    fn denied(&self, message: &str) -> Verdict {
        let operation = self.operation;
        let class = CallClass::Denied;
        if message.contains("Insufficient privileges") && self.of_others {
            return (
                CallClass::OrganizationDenied,
                format!("access denied to other accounts' jobs: {}", self.call()),
                Some(
                    "switch on cross-account monitoring in the settings of AWS Backup and read \
                     with the management account or a delegated administrator, or read the \
                     account alone"
                        .into(),
                ),
            );
        }
        let hint = if message.contains("service control policy") {
            format!("allow backup:{operation} in the organization's service control policy")
        } else {
            format!("allow the IAM action backup:{operation}")
        };
        (class, format!("access denied to {}", self.call()), Some(hint))
    }

    fn disabled(&self) -> Verdict {
        (
            CallClass::RegionDisabled,
            format!("Region {:?} is not enabled for the account", self.region),
            Some(
                "enable the Region in the account's settings, or leave it out of --region; if it \
                 is enabled, check the credentials"
                    .into(),
            ),
        )
    }

    fn wrong_credentials(&self, code: &str, message: &str) -> Verdict {
        if is_invalid_key(code) && regions::is_opt_in(self.region) {
            return self.disabled();
        }
        if code.contains("Expired") || message.contains("expired") {
            return self.without_credentials(CallClass::Credentials, true);
        }
        let what = if is_invalid_key(code) { "access key" } else { "secret key" };
        (
            CallClass::Credentials,
            format!("AWS does not accept the {what}"),
            Some(self.login_hint("check")),
        )
    }

    /// Of a call that could not be signed, or whose credentials are past their time.
    fn without_credentials(&self, class: CallClass, have_expired: bool) -> Verdict {
        let whose = match &self.source.profile {
            Some(profile) => format!(" of profile {profile:?}"),
            None => String::new(),
        };
        if have_expired {
            let message = format!("the AWS credentials{whose} have expired");
            return (class, message, Some(self.login_hint("refresh")));
        }
        let message = format!("failed to find AWS credentials{whose}");
        (class, message, Some(self.login_hint("set")))
    }

    /// The ways to credentials.
    fn login_hint(&self, verb: &str) -> String {
        match &self.source.profile {
            Some(profile) => format!(
                "{verb} the keys of the profile in ~/.aws, or log in with \
                 `aws sso login --profile {profile}`"
            ),
            None => format!(
                "name a profile with --profile, {verb} AWS_ACCESS_KEY_ID and \
                 AWS_SECRET_ACCESS_KEY (with AWS_SESSION_TOKEN), or log in with `aws sso login`"
            ),
        }
    }

    /// Of a call without an answer.
    fn unanswered(&self, how: &How) -> Verdict {
        let call = self.call();
        let again = || Some("try again later".to_owned());
        match how {
            How::TimedOut => {
                let seconds = CALL_TIMEOUT.as_secs();
                let message = format!("no whole answer to {call} within {seconds} seconds");
                (CallClass::Transient, message, again())
            }
            How::Dropped => {
                (CallClass::Transient, format!("the connection broke during {call}"), again())
            }
            How::Broken => {
                let message = format!("failed to read the answer to {call}");
                (CallClass::Transient, message, again())
            }
            How::Unreachable => self.unreachable(),
            How::Unusable => {
                (CallClass::Rejected, format!("failed to use the answer to {call}"), None)
            }
            How::Unsent | How::Answered { .. } | How::Credentials { .. } => {
                (CallClass::Rejected, format!("failed to ask for {call}"), None)
            }
        }
    }

    fn unreachable(&self) -> Verdict {
        let (message, hint) = match &self.source.endpoint_url {
            Some(url) => (
                format!("failed to connect to endpoint {url:?}"),
                "check --endpoint-url, and that something listens there",
            ),
            None => (
                format!("failed to connect to AWS Backup in Region {:?}", self.region),
                "check the network and its proxy settings, and the name of the Region",
            ),
        };
        (CallClass::Unreachable, message, Some(hint.to_owned()))
    }
}

fn without_role(class: CallClass, role: &Role) -> Verdict {
    let hint = "allow sts:AssumeRole on the role, and let its trust policy name the caller and \
                the external id";
    (class, format!("failed to assume role {:?}", role.arn), Some(hint.into()))
}

/// The class of an error that AWS answered with; which accounts were asked for is not yet in it.
fn class_of(status: u16, code: &str, message: &str) -> CallClass {
    let is_clock =
        message.contains("Signature expired") || message.contains("Signature not yet current");
    match code {
        _ if is_clock => CallClass::ClockSkew,
        "RequestTimeTooSkewed" => CallClass::ClockSkew,
        // AWS says this of an old request; EC2 says it of old session tokens.
        "RequestExpired" if !message.contains("token") => CallClass::ClockSkew,
        "ThrottlingException"
        | "Throttling"
        | "ThrottledException"
        | "TooManyRequestsException"
        | "RequestLimitExceeded"
        | "SlowDown"
        | "BandwidthLimitExceeded" => CallClass::Throttled,
        "AccessDeniedException" | "AccessDenied" | "NotAuthorized" => CallClass::Denied,
        "OptInRequired" => CallClass::RegionDisabled,
        "ExpiredToken"
        | "ExpiredTokenException"
        | "RequestExpired"
        | "SignatureDoesNotMatch"
        | "InvalidSignatureException"
        | "MissingAuthenticationToken"
        | "MissingAuthenticationTokenException" => CallClass::Credentials,
        _ if is_invalid_key(code) => CallClass::Credentials,
        "UnknownOperationException" => CallClass::NotOffered,
        _ if status == 429 => CallClass::Throttled,
        _ if status >= 500 => CallClass::Transient,
        _ if status == 404 => CallClass::NotOffered,
        _ => CallClass::Rejected,
    }
}

/// AWS does not know the access key: it is wrong, or its account is not in this Region.
fn is_invalid_key(code: &str) -> bool {
    matches!(code, "UnrecognizedClientException" | "InvalidClientTokenId" | "InvalidAccessKeyId")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Reach;

    fn asked(source: &Source) -> Asked<'_> {
        Asked { operation: "ListCopyJobs", region: "eu-west-1", source, of_others: false }
    }

    #[track_caller]
    fn check_text(source: &Source, how: How, expected: &str) {
        let failure = Failure { how, cause: "the cause".into() };
        let CallError { class, error } = CallError::new(&asked(source), failure);
        let hint = error.hint().unwrap_or("none");
        assert_eq!(format!("{class:?}: {}\nhint: {hint}", error.chain()), expected);
    }

    fn source() -> Source {
        Source {
            name: "test".into(),
            regions: vec![],
            kinds: vec![],
            reach: Reach::Account,
            profile: Some("audit".into()),
            role: None,
            endpoint_url: None,
            is_emulator: false,
            rate: 1.0,
            account_id: None,
        }
    }

    #[test]
    fn a_login_that_has_expired_names_its_profile() {
        check_text(
            &source(),
            How::Credentials { have_expired: true, may_come: false, are_for_role: false },
            "Credentials: the AWS credentials of profile \"audit\" have expired: the cause\n\
             hint: refresh the keys of the profile in ~/.aws, or log in with \
             `aws sso login --profile audit`",
        );
    }

    #[test]
    fn a_role_that_cannot_be_assumed_is_named() {
        let mut source = source();
        let arn = "arn:aws:iam::222222222222:role/reader".to_owned();
        source.role = Some(Role { arn, external_id: None, session_name: "s".into() });
        check_text(
            &source,
            How::Credentials { have_expired: false, may_come: false, are_for_role: false },
            "Credentials: failed to assume role \"arn:aws:iam::222222222222:role/reader\": the \
             cause\nhint: allow sts:AssumeRole on the role, and let its trust policy name the \
             caller and the external id",
        );
    }

    #[test]
    fn aws_that_does_not_answer_is_told_from_aws_that_is_not_there() {
        check_text(
            &source(),
            How::TimedOut,
            "Transient: no whole answer to ListCopyJobs in Region \"eu-west-1\" within 120 \
             seconds: the cause\nhint: try again later",
        );
        check_text(
            &source(),
            How::Unreachable,
            "Unreachable: failed to connect to AWS Backup in Region \"eu-west-1\": the cause\n\
             hint: check the network and its proxy settings, and the name of the Region",
        );
    }

    #[track_caller]
    fn check(status: u16, codes: &[&str], expected: CallClass) {
        for code in codes {
            assert_eq!(class_of(status, code, "Some message."), expected, "{status} {code}");
        }
    }

    #[test]
    fn every_error_that_aws_documents_has_a_class() {
        use CallClass::{ClockSkew, Credentials, Denied, NotOffered, RegionDisabled};
        use CallClass::{Rejected, Throttled, Transient};
        let slow = ["ThrottlingException", "Throttling", "RequestLimitExceeded"];
        check(400, &slow, Throttled);
        check(429, &["TooManyRequestsException", "Other", ""], Throttled);
        check(500, &["ServiceUnavailableException", "DependencyFailureException", ""], Transient);
        check(503, &["ServiceUnavailable", "InternalFailure"], Transient);
        check(400, &["AccessDeniedException", "NotAuthorized"], Denied);
        check(403, &["OptInRequired"], RegionDisabled);
        check(403, &["InvalidClientTokenId", "UnrecognizedClientException"], Credentials);
        check(403, &["ExpiredToken", "ExpiredTokenException"], Credentials);
        check(400, &["RequestExpired", "RequestTimeTooSkewed"], ClockSkew);
        check(404, &["UnknownOperationException", ""], NotOffered);
        let wrong = ["InvalidParameterValueException", "MissingParameterValueException"];
        check(400, &wrong, Rejected);
        check(400, &["ValidationError", "IncompleteSignature", ""], Rejected);
    }

    #[test]
    fn a_clock_is_known_by_the_message() {
        let early = "Signature not yet current: 20261122T101500Z is still later than now";
        let class = class_of(403, "InvalidSignatureException", early);
        assert_eq!(class, CallClass::ClockSkew);
        let class = class_of(400, "RequestExpired", "The security token has expired.");
        assert_eq!(class, CallClass::Credentials);
    }
}
