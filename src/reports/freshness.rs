//! When the warehouse was last read: reports of the last days have little to tell of an old one.

use arrow::array::AsArray;
use arrow::datatypes::TimestampMicrosecondType;

use crate::engine::{Engine, Template, Value};
use crate::error::Result;
use crate::model::Instant;

use super::parameter::NOW;

/// The last import or ingest that had begun at the present instant of `engine`: when it committed
/// for the last time. `None` if there was none.
///
/// # Errors
/// Whatever the catalog fails with.
pub async fn last_read(engine: &Engine) -> Result<Option<Instant>> {
    let query = Template::parse(
        "SELECT max(ended_at) AS ended_at FROM ops.runs
         WHERE command IN ('import', 'ingest') AND started_at <= $now",
    )?;
    let values = [(NOW.to_owned(), Value::Time(engine.present()))];
    let batches = engine.run_bound(&query, &values).await?.collect().await?;
    let ends = batches.iter().flat_map(|batch| {
        batch.column(0).as_primitive_opt::<TimestampMicrosecondType>().into_iter().flatten()
    });
    Ok(ends.flatten().next().map(Instant::from_micros))
}
