//! Do summaries equal a naive count, and what the emulator counts for itself?

mod emulator;
mod random;

use lookback::catalog::AsOf;
use lookback::engine::{Asker, Engine, Limits};
use lookback::lake::Lake;
use lookback::model::{Instant, Steps};
use lookback::tables::{Origin, Row, settle};

use crate::warehouse::{Warehouse, block_on};

/// A warehouse that holds these jobs, which need not be settled.
pub(crate) fn holding(rows: &[Row], now: Instant) -> Warehouse {
    let warehouse = Warehouse::new();
    let mut rows = rows.to_vec();
    for row in &mut rows {
        settle(row, "fixture", Origin::List, now);
    }
    warehouse.ingest(&rows, now, &Steps::none()).unwrap();
    warehouse
}

pub(crate) fn engine(warehouse: &Warehouse, asker: Asker) -> Engine {
    let lake = Lake::open(&warehouse.path()).unwrap();
    block_on(Engine::open(&lake, AsOf::Latest, Limits::default(), asker)).unwrap()
}
