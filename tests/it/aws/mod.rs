//! Do AWS's own clients understand us, and do pages and counts equal naive ones?

pub(crate) mod emulator;
mod faults;
pub(crate) mod held;
mod hostile;
pub(crate) mod jobs;
mod keys;
pub(crate) mod memory;
pub(crate) mod naive;
pub(crate) mod random;
pub(crate) mod sdk;
mod server;
mod signing;

use std::sync::Arc;

use lookback::model::{FixedClock, Instant};
use lookback::serve::aws::{AwsService, Backend, Callers, Config, Scope, TokenKey};
use lookback::serve::http::{HttpRequest, Service};
use lookback::tables::Row;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use memory::Memory;
pub(crate) use sdk::Endpoint;

/// The account of every caller.
pub(crate) const CALLER: &str = "111111111111";
/// The Region of every request, unless it says otherwise.
pub(crate) const REGION: &str = "eu-west-1";

/// The instant of every request.
pub(crate) fn now() -> Instant {
    Instant::from_text("2026-11-22T10:00:00Z").unwrap()
}

/// A service over `rows`, whose caller has `scope`.
pub(crate) fn service(rows: Vec<Row>, scope: Scope) -> AwsService {
    service_over(Arc::new(Memory(rows)), scope, now())
}

/// A service over any backend at any instant.
pub(crate) fn service_over(backend: Arc<dyn Backend>, scope: Scope, at: Instant) -> AwsService {
    let anyone = Callers::Anyone { account_id: Some(CALLER.to_owned()), scope };
    service_for(anyone, backend, at)
}

/// A service for these callers.
fn service_for(callers: Callers, backend: Arc<dyn Backend>, at: Instant) -> AwsService {
    let config = Config {
        callers,
        describe_scope: Scope::Organization,
        default_region: REGION.to_owned(),
        token_key: TokenKey::new([7; 32]),
        clock: Arc::new(FixedClock(at)),
    };
    AwsService::new(backend, config)
}

/// Status and body of a GET, without a socket.
pub(crate) async fn get(service: &AwsService, target: &str) -> (u16, Value) {
    let request = HttpRequest {
        method: hyper::Method::GET,
        target: target.to_owned(),
        headers: hyper::HeaderMap::new(),
        body: bytes::Bytes::new(),
    };
    let reply = service.answer(request).await;
    (reply.status.as_u16(), serde_json::from_slice(&reply.body).unwrap())
}

/// Every item of every page; no page is larger than asked for.
pub(crate) async fn read_pages(
    service: &AwsService,
    target: &str,
    key: &str,
    size: usize,
) -> Vec<Value> {
    let (mut items, mut token) = (Vec::new(), String::new());
    loop {
        let (status, mut body) = get(service, &format!("{target}&maxresults={size}{token}")).await;
        assert_eq!(status, 200, "{target}: {body}");
        let Value::Array(page) = body[key].take() else { panic!("{target} has no {key}") };
        assert!(page.len() <= size, "{target}");
        items.extend(page);
        match &body["NextToken"] {
            Value::String(next) => token = format!("&nexttoken={}", encode(next)),
            _ => return items,
        }
    }
}

/// Percent-encodes everything that can be.
pub(crate) fn encode(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}
