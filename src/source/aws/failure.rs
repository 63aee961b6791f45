//! What the SDK says of a failed call, in terms that no operation has of its own.

use std::error::Error;
use std::io;

use aws_sdk_backup::config::http::HttpResponse;
use aws_sdk_backup::error::{ConnectorError, ProvideErrorMetadata, SdkError};

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
    Credentials { have_expired: bool, may_come: bool },
    /// The request could not be made.
    Unsent,
}

/// What the SDK says of every failure to get credentials; their type has no name for us.
const CREDENTIAL_FAILURES: [&str; 5] = [
    "the credential provider was not enabled",
    "credentials provider timed out after",
    "the credentials provider was not properly configured",
    "an error occurred while loading credentials",
    "unexpected credentials error",
];

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
        if let SdkError::ServiceError(answer) = &err {
            let meta = answer.err().meta();
            let (code, message) = (meta.code().unwrap_or(""), meta.message().unwrap_or(""));
            let parts = [code, message].into_iter().filter(|part| !part.is_empty());
            let cause = parts.collect::<Vec<_>>().join(": ");
            let status = answer.raw().status().as_u16();
            let (code, message) = (code.to_owned(), message.to_owned());
            return Self { how: How::Answered { status, code, message }, cause };
        }
        let layers = layers(&err);
        let how = match &err {
            SdkError::TimeoutError(_) => How::TimedOut,
            SdkError::ResponseError(_) => How::Broken,
            SdkError::DispatchFailure(dispatch) => {
                dispatched(&layers, dispatch.is_timeout(), dispatch.is_user())
            }
            _ => How::Unsent,
        };
        let cause = layers.last().map_or_else(String::new, ToString::to_string);
        Self { how, cause }
    }
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
        layers.iter().position(|layer| {
            let said = layer.to_string();
            texts.iter().any(|text| said.contains(text))
        })
    };
    if let Some(place) = says(&CREDENTIAL_FAILURES) {
        // Single sign-on, a role or the instance was asked for credentials over the network.
        let is_network = |layer: &&(dyn Error + 'static)| layer.is::<ConnectorError>();
        let may_come = layers[place..].iter().any(is_network)
            || says(&["credentials provider timed out after"]).is_some();
        return How::Credentials { have_expired: says(&["expired"]).is_some(), may_come };
    }
    let is_refused = |layer: &&(dyn Error + 'static)| {
        let io = layer.downcast_ref::<io::Error>();
        io.is_some_and(|io| io.kind() == io::ErrorKind::ConnectionRefused)
    };
    // The connector has a time limit of its own for connecting only.
    if is_timeout || layers.iter().any(is_refused) || says(&["(Connect)", "dns error"]).is_some() {
        How::Unreachable
    } else if is_user {
        How::Unsent
    } else {
        How::Dropped
    }
}
