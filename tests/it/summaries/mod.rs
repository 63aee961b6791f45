//! Do summaries equal a naive count, and what the emulator counts for itself?

mod doors;
mod emulator;
mod months;
mod random;

use lookback::catalog::AsOf;
use lookback::engine::{Asker, Engine, Limits};
use lookback::lake::Lake;

use crate::warehouse::{Warehouse, block_on};

pub(crate) fn engine(warehouse: &Warehouse, asker: Asker) -> Engine {
    let lake = Lake::open(&warehouse.path()).unwrap();
    block_on(Engine::open(&lake, AsOf::Latest, Limits::default(), asker)).unwrap()
}
