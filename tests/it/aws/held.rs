//! A warehouse behind the endpoint.

use std::time::Duration;

use lookback::catalog::AsOf;
use lookback::engine::{Asker, Current, Limits};
use lookback::model::Instant;
use lookback::serve::aws;

use crate::warehouse::Warehouse;

/// What a warehouse holds, as a backend. It waits for nobody.
pub(crate) async fn backend(warehouse: &Warehouse, at: Instant) -> aws::Warehouse {
    let (folder, limits) = (warehouse.path(), Limits::default());
    let current = Current::open(&folder, Duration::ZERO, AsOf::Latest, limits, Asker::at(at));
    aws::Warehouse::new(current.await.unwrap())
}
