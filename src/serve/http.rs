//! What every head over HTTP shares: connections, bounds, time, log lines, stopping.

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures::FutureExt;
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use hyper::header::{HOST, HeaderMap, HeaderName, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;
use uuid::Uuid;

use super::patience::Patience;
use super::reply::{Reply, WireBody};

/// AWS's name of the header with the request's id; every answer has it.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-amzn-requestid");

/// A protocol over HTTP.
pub trait Service: Send + Sync + 'static {
    /// Answers one request. It may panic or take too long: the server then asks for a failure.
    fn answer(&self, request: HttpRequest) -> impl Future<Output = Reply> + Send;

    /// The answer, in the protocol's own shape, to a request that could not be answered.
    fn failure(&self, failure: Failure) -> Reply;
}

/// A request, whole and within its bounds.
#[derive(Clone, Debug)]
pub struct HttpRequest {
    /// The method.
    pub method: Method,
    /// Path and query, as they came: nothing is decoded.
    pub target: String,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

/// Why a request could not be answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The target is longer than the limit.
    TargetTooLong,
    /// The body is longer than the limit, or did not arrive whole.
    BadBody,
    /// The answer took longer than the limit.
    TimedOut,
    /// A bug: the service panicked.
    Panicked,
}

/// The bounds of a server.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Connections at a time; more wait to be accepted.
    pub connections: usize,
    /// Bytes of a request's head; more are refused with 431.
    pub header_bytes: usize,
    /// Header lines of a request; more are refused with 431.
    pub headers: usize,
    /// Bytes of path and query.
    pub target_bytes: usize,
    /// Bytes of a request's body.
    pub body_bytes: usize,
    /// How long a request's head may take, and how long a connection may be idle.
    pub header_timeout: Duration,
    /// How long a request's body and its answer may take until the first byte.
    pub request_timeout: Duration,
    /// How long a client may read nothing of an answer that waits for it.
    pub write_timeout: Duration,
    /// How long a connection may live.
    pub connection_age: Duration,
    /// How long requests may take to end, once the server or their connection is to stop.
    pub drain: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 256,
            header_bytes: 32 * 1024,
            headers: 64,
            target_bytes: 8 * 1024,
            body_bytes: 64 * 1024,
            header_timeout: Duration::from_secs(30),
            request_timeout: Duration::from_mins(1),
            write_timeout: Duration::from_secs(30),
            connection_age: Duration::from_hours(1),
            drain: Duration::from_secs(10),
        }
    }
}

/// Serves until `shutdown` is done, then lets requests end, for as long as the limits allow.
///
/// Never fails: an error of one connection ends that connection.
pub async fn serve<S: Service>(
    listener: TcpListener,
    shutdown: impl Future<Output = ()>,
    service: Arc<S>,
    limits: Limits,
) {
    let slots = Arc::new(Semaphore::new(limits.connections));
    let (stop, stopped) = watch::channel(());
    let mut connections = JoinSet::new();
    tokio::pin!(shutdown);
    loop {
        let (stream, slot) = tokio::select! {
            () = &mut shutdown => break,
            accepted = accept(&listener, &slots) => accepted,
        };
        let (service, stopped) = (Arc::clone(&service), stopped.clone());
        connections.spawn(async move {
            connection(stream, service, limits, stopped).await;
            drop(slot);
        });
        while connections.try_join_next().is_some() {}
    }
    drop((listener, stop));
    let ended = async { while connections.join_next().await.is_some() {} };
    // What has not ended by then is cut off when the set is dropped.
    let _in_time = tokio::time::timeout(limits.drain, ended).await.is_ok();
}

/// The next connection, once there is a slot for it.
async fn accept(
    listener: &TcpListener,
    slots: &Arc<Semaphore>,
) -> (TcpStream, OwnedSemaphorePermit) {
    loop {
        // The semaphore is never closed.
        let Ok(slot) = Arc::clone(slots).acquire_owned().await else { continue };
        match listener.accept().await {
            Ok((stream, _peer)) => return (stream, slot),
            Err(err) => {
                // Out of file descriptors, mostly: some connection must end first.
                tracing::warn!(error = %err, "failed to accept a connection");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
}

async fn connection<S: Service>(
    stream: TcpStream,
    service: Arc<S>,
    limits: Limits,
    mut stopped: watch::Receiver<()>,
) {
    // Without it, answers of several packets wait for the peer's delayed acknowledgement.
    stream.set_nodelay(true).unwrap_or_default();
    let answer = service_fn(move |request| exchange(Arc::clone(&service), limits, request));
    let mut connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.header_timeout)
        .max_header_size(limits.header_bytes)
        .max_headers(limits.headers)
        .serve_connection(TokioIo::new(Patience::new(stream, limits.write_timeout)), answer);
    let ended = tokio::select! {
        ended = &mut connection => Some(ended),
        // The sender is dropped to say stop.
        _ = stopped.changed() => None,
        () = tokio::time::sleep(limits.connection_age) => None,
    };
    let ended = if let Some(ended) = ended {
        ended
    } else {
        Pin::new(&mut connection).graceful_shutdown();
        tokio::time::timeout(limits.drain, &mut connection).await.unwrap_or(Ok(()))
    };
    if let Err(err) = ended {
        tracing::debug!(error = %err, "a connection broke");
        // Only a body that goes wrong by fault is an error of ours. Its connection is reset, as one
        // that breaks is: botocore takes a clean end for the end of the body, however short.
        if err.is_user() {
            let stream = connection.into_parts().io.into_inner().into_stream();
            stream.set_zero_linger().unwrap_or_default();
        }
    }
}

/// One request and its answer, with its log line.
async fn exchange<S: Service>(
    service: Arc<S>,
    limits: Limits,
    request: Request<Incoming>,
) -> Result<Response<WireBody>, hyper::Error> {
    let began = Instant::now();
    let id = Uuid::new_v4().to_string();
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    let reply = reply(&*service, limits, request).await.with_header(REQUEST_ID, &id);
    // The query is left out: it can carry a signature.
    tracing::info!(
        %method,
        path,
        key_id = reply.log.key_id,
        operation = reply.log.operation,
        status = reply.status.as_u16(),
        code = &*reply.log.code,
        rows = reply.log.rows,
        micros = u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX),
        request_id = id,
        "request"
    );
    Ok(reply.into_response())
}

async fn reply<S: Service>(service: &S, limits: Limits, request: Request<Incoming>) -> Reply {
    let work = async {
        match read(request, limits).await {
            Ok(request) => service.answer(request).await,
            Err(failure) => service.failure(failure),
        }
    };
    let guarded = AssertUnwindSafe(work).catch_unwind();
    match tokio::time::timeout(limits.request_timeout, guarded).await {
        Ok(Ok(reply)) => reply,
        Ok(Err(_panic)) => service.failure(Failure::Panicked),
        Err(_elapsed) => service.failure(Failure::TimedOut),
    }
}

async fn read(request: Request<Incoming>, limits: Limits) -> Result<HttpRequest, Failure> {
    let (mut head, body) = request.into_parts();
    // An absolute target names the host, whatever the header says (RFC 9112, 3.2.2).
    let named = head.uri.authority().and_then(|host| HeaderValue::from_str(host.as_str()).ok());
    if let Some(host) = named {
        head.headers.insert(HOST, host);
    }
    let target = head.uri.path_and_query().map_or("", |target| target.as_str());
    if target.len() > limits.target_bytes {
        return Err(Failure::TargetTooLong);
    }
    let body = Limited::new(body, limits.body_bytes).collect().await;
    let body = body.map_err(|_| Failure::BadBody)?.to_bytes();
    Ok(HttpRequest { method: head.method, target: target.to_owned(), headers: head.headers, body })
}
