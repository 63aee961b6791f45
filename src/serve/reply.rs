//! What a head answers with, and how a body can be made to go wrong on its way.

use std::borrow::Cow;
use std::time::Duration;
use std::{fmt, io};

use bytes::Bytes;
use futures::{StreamExt, stream};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::Frame;
use hyper::header::{CONTENT_LENGTH, HeaderMap, HeaderName, HeaderValue};
use hyper::{Response, StatusCode};

/// The body of an answer on the wire.
pub(crate) type WireBody = UnsyncBoxBody<Bytes, io::Error>;

/// An answer.
pub struct Reply {
    /// The HTTP status.
    pub status: StatusCode,
    /// Headers besides those that every answer has.
    pub headers: HeaderMap,
    /// The body, whole.
    pub body: Bytes,
    /// How the body goes wrong on its way, if a fault was asked for.
    pub fault: Option<BodyFault>,
    /// What the log line says.
    pub log: ReplyLog,
}

/// The part of a request's log line that only the head knows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReplyLog {
    /// The id of the key that signed the request, once it is verified; empty for none.
    pub key_id: String,
    /// The operation, where one was recognised.
    pub operation: &'static str,
    /// The error code, empty for none.
    pub code: Cow<'static, str>,
    /// How many rows the body has.
    pub rows: usize,
}

/// How a body goes wrong on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyFault {
    /// The connection is reset after so many hundredths of the body; its whole length was promised.
    Drop {
        /// 0 to 99.
        percent: u8,
    },
    /// The body comes in pieces, with a pause before each.
    Slow {
        /// How many pieces.
        pieces: u32,
        /// The pause before each.
        pause: Duration,
    },
}

impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let body = String::from_utf8_lossy(&self.body);
        write!(f, "{} {:?} {body} {:?}", self.status, self.headers, self.fault)
    }
}

impl Reply {
    /// An answer with a body and nothing else.
    pub fn new(status: StatusCode, body: impl Into<Bytes>) -> Self {
        let (headers, log) = (HeaderMap::new(), ReplyLog::default());
        Self { status, headers, body: body.into(), fault: None, log }
    }

    /// Adds a header; a value that no header can carry is left out.
    #[must_use]
    pub fn with_header(mut self, name: HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.insert(name, value);
        }
        self
    }

    /// The answer as it goes over the wire.
    pub(crate) fn into_response(self) -> Response<WireBody> {
        let length = self.body.len();
        let mut response = Response::new(wire_body(self.body, self.fault));
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers;
        // Said explicitly, because a body that goes wrong does not know its own length.
        response.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(length));
        response
    }
}

fn wire_body(body: Bytes, fault: Option<BodyFault>) -> WireBody {
    match fault {
        None => Full::new(body).map_err(|never| match never {}).boxed_unsync(),
        Some(BodyFault::Drop { percent }) => {
            let kept = body.len() * usize::from(percent.min(99)) / 100;
            let end = Err(io::Error::new(io::ErrorKind::ConnectionReset, "injected fault"));
            let parts = [Ok(Frame::data(body.slice(..kept))), end];
            // The pause lets the first part leave: an error at once would take it back.
            let parts = stream::iter(parts).then(|part| paused(Duration::from_millis(5), part));
            StreamBody::new(parts).boxed_unsync()
        }
        Some(BodyFault::Slow { pieces, pause }) => {
            let size = body.len().div_ceil(pieces.max(1) as usize).max(1);
            let starts = (0..body.len()).step_by(size);
            let part = move |at: usize| body.slice(at..(at + size).min(body.len()));
            let parts = stream::iter(starts.map(move |at| Ok(Frame::data(part(at)))));
            StreamBody::new(parts.then(move |part| paused(pause, part))).boxed_unsync()
        }
    }
}

async fn paused<T>(pause: Duration, part: T) -> T {
    tokio::time::sleep(pause).await;
    part
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The pieces that arrive, and whether the body ended well.
    #[track_caller]
    fn check(fault: Option<BodyFault>, expected: &[&str], ends_well: bool) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let (mut pieces, mut well) = (Vec::new(), true);
        runtime.block_on(async {
            let mut body = wire_body(Bytes::from_static(b"0123456789"), fault);
            while let Some(frame) = body.frame().await {
                match frame {
                    Ok(frame) => pieces.push(frame.into_data().unwrap()),
                    Err(_) => well = false,
                }
            }
        });
        assert_eq!(pieces, expected);
        assert_eq!(well, ends_well);
    }

    #[test]
    fn a_whole_body_is_one_piece() {
        check(None, &["0123456789"], true);
    }

    #[test]
    fn a_dropped_body_ends_early_and_badly() {
        check(Some(BodyFault::Drop { percent: 50 }), &["01234"], false);
        check(Some(BodyFault::Drop { percent: 0 }), &[""], false);
    }

    #[test]
    fn a_slow_body_is_whole_in_the_end() {
        let pause = Duration::from_micros(1);
        check(Some(BodyFault::Slow { pieces: 3, pause }), &["0123", "4567", "89"], true);
        check(Some(BodyFault::Slow { pieces: 0, pause }), &["0123456789"], true);
    }
}
