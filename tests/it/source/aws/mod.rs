//! What the AWS source makes of answers on a socket.

pub(crate) mod canned;
mod errors;
mod placeholders;
mod rows;

use lookback::model::{Instant, JobKind, Reach};
use lookback::source::aws::{Connection, Endpoint, ListCall, Source, Whose};

use crate::aws::REGION;

/// When every request begins.
fn observed_at() -> Instant {
    crate::aws::now()
}

/// An emulator at `url` as a source.
fn source(url: &str) -> Source {
    Source {
        name: "test".into(),
        regions: vec![REGION.into()],
        kinds: JobKind::ALL.to_vec(),
        reach: Reach::Organization,
        profile: None,
        role: None,
        endpoint_url: Some(url.into()),
        is_emulator: true,
        rate: 5.0,
        account_id: None,
    }
}

/// The endpoint of `region` of an emulator at `url`.
async fn endpoint(url: &str, region: &str) -> Endpoint {
    Connection::open(&source(url)).await.unwrap().region(region)
}

/// The first page of all jobs.
fn all(kind: JobKind) -> ListCall {
    ListCall { kind, whose: Whose::Every, from: None, until: None, token: None }
}
