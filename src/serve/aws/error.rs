//! AWS's exceptions: names, statuses and the body in which they are told.

use std::borrow::Cow;

use hyper::StatusCode;
use hyper::header::{CONTENT_TYPE, HeaderName};

use crate::error::{Error, Kind};
use crate::serve::reply::Reply;
use crate::tables::{write_key, write_text};

use super::operation::operation_names;

const ERROR_TYPE: HeaderName = HeaderName::from_static("x-amzn-errortype");
/// The sentence with which AWS Backup denies (seen in third-party code that expects it).
const DENIED: &str = "Insufficient privileges to perform this action.";

/// An exception of AWS's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exception {
    /// The HTTP status.
    pub status: u16,
    /// The name, as AWS's clients know it.
    pub code: Cow<'static, str>,
    /// A sentence for people.
    pub message: String,
}

impl Exception {
    /// Any exception.
    pub fn new(
        status: u16,
        code: impl Into<Cow<'static, str>>,
        message: impl Into<String>,
    ) -> Self {
        Self { status, code: code.into(), message: message.into() }
    }

    /// A parameter has a value that it cannot have.
    pub(super) fn parameter(member: &str, problem: impl std::fmt::Display) -> Self {
        let message = format!("{member}: {problem}");
        Self::new(400, "InvalidParameterValueException", message)
    }

    /// A parameter that must be there is not.
    pub(super) fn missing(member: &str) -> Self {
        let message = format!("{member}: a value is required");
        Self::new(400, "MissingParameterValueException", message)
    }

    /// There is no such job. AWS Backup says so with 400, not 404.
    pub(super) fn not_found(member: &str, id: &str) -> Self {
        let message = format!("{member}: there is no job \"{id}\"");
        Self::new(400, "ResourceNotFoundException", message)
    }

    /// The caller may not see what it asks for.
    pub fn denied() -> Self {
        Self::new(400, "AccessDeniedException", DENIED)
    }

    /// The request is not even a request to some operation.
    pub(super) fn malformed(problem: &str) -> Self {
        Self::new(400, "ValidationException", problem)
    }

    /// No operation has this method and path.
    pub(super) fn unknown_operation() -> Self {
        let served = operation_names().collect::<Vec<_>>().join(", ");
        let message = format!("no operation has this method and path; served are {served}");
        Self::new(404, "UnknownOperationException", message)
    }

    /// The one table from our kinds of error to AWS's codes.
    ///
    /// What is wrong behind the endpoint is logged here, where it is handled, and not told.
    pub(super) fn from_error(error: &Error) -> Self {
        let (status, code) = match error.kind() {
            Kind::Input => (400, "InvalidParameterValueException"),
            Kind::Limit => (400, "LimitExceededException"),
            Kind::Busy | Kind::Source => (500, "ServiceUnavailableException"),
            Kind::Corrupt | Kind::Unsupported | Kind::Io | Kind::Internal => {
                (500, "InternalFailure")
            }
        };
        if status >= 500 {
            tracing::error!(error = error.chain(), hint = error.hint(), "the backend failed");
            return Self::new(status, code, "the service failed; its log tells why");
        }
        Self::new(status, code, error.chain())
    }

    /// The answer: name in the header, where clients look first, and in the body.
    pub(super) fn into_reply(self) -> Reply {
        let mut body = vec![b'{'];
        write_key("Code", &mut body);
        write_text(&self.code, &mut body);
        write_key("Message", &mut body);
        write_text(&self.message, &mut body);
        body.extend_from_slice(br#","Type":null,"Context":null}"#);
        // A status that is none can only come from a fault.
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::BAD_GATEWAY);
        let mut reply = Reply::new(status, body)
            .with_header(CONTENT_TYPE, "application/json")
            .with_header(ERROR_TYPE, &self.code);
        reply.log.code = self.code;
        reply
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exception_is_named_in_header_and_body() {
        let reply = Exception::parameter("ByState", "\"X\" is none").into_reply();
        let body = concat!(
            r#"{"Code":"InvalidParameterValueException","#,
            r#""Message":"ByState: \"X\" is none","Type":null,"Context":null}"#,
        );
        assert_eq!(String::from_utf8_lossy(&reply.body), body);
        assert_eq!(reply.headers[ERROR_TYPE], "InvalidParameterValueException");
        assert_eq!(reply.status, StatusCode::BAD_REQUEST);
    }

    #[test]
    fn what_failed_inside_is_not_told() {
        let inside = Error::corrupt("file \"/secret/place\" is short");
        let told = Exception::from_error(&inside);
        assert_eq!(told.status, 500);
        assert_eq!(told.message, "the service failed; its log tells why");
    }
}
