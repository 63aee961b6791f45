//! When the warehouse was last read: reports of the last days have little to tell of an old one.

use arrow::array::AsArray;
use arrow::datatypes::TimestampMicrosecondType;

use crate::engine::{Engine, Template, Value};
use crate::error::Result;
use crate::model::Instant;

use super::parameter::NOW;

/// When jobs were last read before the present instant of `engine`: when the last import ended, or
/// the last listing began that came to its end. `None` if there was neither; what failed reads
/// nothing.
///
/// # Errors
/// Whatever the catalog fails with.
pub async fn last_read(engine: &Engine) -> Result<Option<Instant>> {
    let query = Template::parse(
        "SELECT max(read_at) AS read_at
         FROM (
             SELECT ended_at AS read_at FROM ops.runs
             WHERE command = 'import' AND started_at <= $now
             UNION ALL
             SELECT listed_at AS read_at FROM ops.coverage
             WHERE status = 'complete' AND listed_at <= $now
         ) AS reading",
    )?;
    let values = [(NOW.to_owned(), Value::Time(engine.present()))];
    let batches = engine.run_bound(&query, &values).await?.collect().await?;
    let ends = batches.iter().flat_map(|batch| {
        batch.column(0).as_primitive_opt::<TimestampMicrosecondType>().into_iter().flatten()
    });
    Ok(ends.flatten().next().map(Instant::from_micros))
}
