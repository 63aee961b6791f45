//! What the SDK says of a failed call, in terms that no operation has of its own.

use std::error::Error;
use std::io;

use aws_sdk_backup::config::http::HttpResponse;
use aws_sdk_backup::error::{ConnectorError, ErrorMetadata, ProvideErrorMetadata, SdkError};

/// A failed call.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) how: How,
    /// The innermost cause, in its own words.
    pub(super) cause: String,
}

/// How far a call came.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum How {
    /// AWS answered with an error; code and message are empty where it gave none.
    Answered { status: u16, code: String, message: String },
    /// The answer cannot be read, or not to its end.
    Broken,
    /// A record that AWS gave can be no row.
    Unusable,
    /// There was no whole answer in time.
    TimedOut,
    /// No connection came about.
    Unreachable,
    /// The connection broke.
    Dropped,
    /// There are no credentials to sign with.
    Credentials { have_expired: bool, may_come: bool, are_for_role: bool },
    /// The request could not be made.
    Unsent,
}

/// What the SDK says of every failure to get credentials; their type has no name for us. The first
/// says nothing more than that there are none.
const CREDENTIAL_FAILURES: [&str; 5] = [
    "the credential provider was not enabled",
    "credentials provider timed out after",
    "the credentials provider was not properly configured",
    "an error occurred while loading credentials",
    "unexpected credentials error",
];

/// What the SDK begins that list with.
const CHAIN_TITLE: &str = "no credentials found in chain";

impl Failure {
    /// AWS gave a job that can be no row.
    pub(super) fn unusable(reason: String) -> Self {
        Self { how: How::Unusable, cause: reason }
    }

    /// True if and only if AWS says that there is no such job.
    pub(super) fn is_unknown_job(&self) -> bool {
        matches!(&self.how, How::Answered { code, .. } if code == "ResourceNotFoundException")
    }
}

impl<E> From<SdkError<E, HttpResponse>> for Failure
where
    E: Error + ProvideErrorMetadata + Send + Sync + 'static,
{
    fn from(err: SdkError<E, HttpResponse>) -> Self {
        let layers = layers(&err);
        let how = match &err {
            SdkError::ServiceError(answer) if !answer.raw().status().is_success() => {
                return answered(answer.raw().status().as_u16(), answer.err().meta(), &layers);
            }
            // An answer that is no JSON of the operation counts as one of its errors.
            SdkError::ServiceError(_) | SdkError::ResponseError(_) => How::Broken,
            SdkError::TimeoutError(_) => How::TimedOut,
            SdkError::DispatchFailure(dispatch) => {
                dispatched(&layers, dispatch.is_timeout(), dispatch.is_user())
            }
            _ => How::Unsent,
        };
        let cause = layers.last().map(ToString::to_string);
        Self { how, cause: cause.map(|cause| without_absent(&cause)).unwrap_or_default() }
    }
}

/// Of the chain's list of all that it tried, a line each, what was there and failed. That there is
/// nothing else is all that the rest says.
fn without_absent(cause: &str) -> String {
    let is_absent = |line: &&str| line.contains(CREDENTIAL_FAILURES[0]);
    if !cause.lines().any(|line| is_absent(&line)) {
        return cause.to_owned();
    }
    let title = |line: &&str| line.starts_with(CHAIN_TITLE);
    let lines = cause.lines().filter(|line| !is_absent(line) && !title(line));
    lines.map(str::trim).collect::<Vec<_>>().join("; ")
}

/// Of an answer with an error; the SDK hides the message of an error without a code.
fn answered(status: u16, meta: &ErrorMetadata, layers: &[&(dyn Error + 'static)]) -> Failure {
    let hidden = layers.iter().find_map(|layer| layer.downcast_ref::<ErrorMetadata>());
    let meta = if meta.code().is_none() { hidden.unwrap_or(meta) } else { meta };
    let (code, message) = (meta.code().unwrap_or(""), meta.message().unwrap_or(""));
    let parts = [code, message].into_iter().filter(|part| !part.is_empty());
    let cause = parts.collect::<Vec<_>>().join(": ");
    let (code, message) = (code.to_owned(), message.to_owned());
    Failure { how: How::Answered { status, code, message }, cause }
}

/// An error and its causes, the innermost last.
fn layers<'e>(err: &'e (dyn Error + 'static)) -> Vec<&'e (dyn Error + 'static)> {
    let mut layers = vec![err];
    let mut next = err.source();
    while let Some(layer) = next {
        layers.push(layer);
        next = layer.source();
    }
    layers
}

fn dispatched(layers: &[&(dyn Error + 'static)], is_timeout: bool, is_user: bool) -> How {
    let says = |texts: &[&str]| {
        layers.iter().any(|layer| {
            let said = layer.to_string();
            texts.iter().any(|text| said.contains(text))
        })
    };
    if let Some(how) = without_credentials(layers) {
        return how;
    }
    let is_refused = |layer: &&(dyn Error + 'static)| {
        let io = layer.downcast_ref::<io::Error>();
        io.is_some_and(|io| io.kind() == io::ErrorKind::ConnectionRefused)
    };
    // The connector has a time limit of its own for connecting only.
    if is_timeout || layers.iter().any(is_refused) || says(&["(Connect)", "dns error"]) {
        How::Unreachable
    } else if is_user {
        How::Unsent
    } else {
        How::Dropped
    }
}

/// Of a call that could not be signed; `None` of any other.
fn without_credentials(layers: &[&(dyn Error + 'static)]) -> Option<How> {
    let texts: Vec<String> = layers.iter().map(ToString::to_string).collect();
    let is_provider = |said: &String| CREDENTIAL_FAILURES.iter().any(|text| said.contains(text));
    let last = texts.iter().rposition(is_provider)?;
    // Single sign-on, a role or the instance was asked for credentials, and did not answer.
    let is_network = layers[last..].iter().any(|layer| layer.is::<ConnectorError>());
    Some(How::Credentials {
        have_expired: texts[last..].iter().any(|said| said.contains("expired")),
        may_come: is_network || texts[last].contains("timed out"),
        // A role is asked for with credentials, which failed in their turn.
        are_for_role: texts[..last].iter().any(is_provider),
    })
}

#[cfg(test)]
mod tests {
    use std::fmt;

    use super::*;

    /// An error and its causes, by their texts.
    #[derive(Debug)]
    struct Layer(&'static str, Option<Box<dyn Error + Send + Sync>>);

    impl fmt::Display for Layer {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(self.0)
        }
    }

    impl Error for Layer {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            self.1.as_deref().map(|err| err as _)
        }
    }

    fn chain(texts: &[&'static str], innermost: Box<dyn Error + Send + Sync>) -> Layer {
        let (last, others) = texts.split_last().unwrap();
        let nest = |inner, text: &&'static str| Layer(text, Some(Box::new(inner)));
        others.iter().rev().fold(Layer(last, Some(innermost)), nest)
    }

    fn text(text: &'static str) -> Box<dyn Error + Send + Sync> {
        Box::new(Layer(text, None))
    }

    #[track_caller]
    fn check(err: &Layer, expected: &How) {
        assert_eq!(&dispatched(&layers(err), false, false), expected);
    }

    const LOADING: &str = "an error occurred while loading credentials";

    #[test]
    fn of_credentials_only_those_that_failed_are_told() {
        let absent = "the credential provider was not enabled";
        let list = format!("no credentials found in chain. Attempted:\n  Environment: {absent}: x");
        assert_eq!(without_absent(&list), "");
        assert_eq!(without_absent(absent), "");
        let list = format!("{list}\n  Profile: the file is broken\n  EcsContainer: no answer");
        assert_eq!(without_absent(&list), "Profile: the file is broken; EcsContainer: no answer");
        assert_eq!(without_absent("two\nlines"), "two\nlines");
    }

    #[test]
    fn an_expired_login_is_told() {
        let err = chain(&["other", LOADING], text("the SSO token has expired"));
        let how = How::Credentials { have_expired: true, may_come: false, are_for_role: false };
        check(&err, &how);
    }

    #[test]
    fn a_role_that_is_refused_is_told_from_missing_credentials() {
        let mut how =
            How::Credentials { have_expired: false, may_come: false, are_for_role: false };
        check(&chain(&["other", LOADING, "service error"], text("AccessDenied")), &how);
        let err = chain(
            &["other", LOADING, "dispatch failure", "other", CREDENTIAL_FAILURES[2]],
            text("no profile"),
        );
        if let How::Credentials { are_for_role, .. } = &mut how {
            *are_for_role = true;
        }
        check(&err, &how);
    }

    #[test]
    fn credentials_that_the_network_keeps_back_may_come() {
        let how = How::Credentials { have_expired: false, may_come: true, are_for_role: false };
        let network = ConnectorError::io(text("no route to host"));
        check(&chain(&["other", LOADING, "dispatch failure"], Box::new(network)), &how);
        let err = chain(&["other"], text("credentials provider timed out after 5 seconds"));
        check(&err, &how);
    }

    #[test]
    fn a_name_without_an_address_is_unreachable() {
        let err = chain(&["io error", "client error (Connect)", "dns error"], text("no name"));
        check(&err, &How::Unreachable);
        check(&chain(&["io error"], text("connection reset")), &How::Dropped);
    }
}
