//! What upkeep asks of the catalog and changes in it: snapshots that expire, files to be deleted,
//! space, copies, and whether it is in order.

/// SQL for where a file `f` lies: below the data path, unless it says otherwise.
macro_rules! place {
    () => {
        "CASE WHEN f.path_is_relative = 0 THEN f.path ELSE
         (SELECT s.path || t.path FROM ducklake_table AS t JOIN ducklake_schema AS s
              ON s.schema_id = t.schema_id WHERE t.table_id = f.table_id
          ORDER BY t.begin_snapshot DESC LIMIT 1) || f.path END"
    };
}

mod copies;
mod expire;
mod holdings;
mod repair;
mod rules;
mod sweep;
mod vacuum;

pub use expire::Expired;
pub use holdings::{HeldFile, HeldTable, Holdings};
pub use repair::{Repair, Restated};
pub use rules::Breach;
pub use sweep::Scheduled;
pub use vacuum::Space;

/// Where a file `f` lies, for statements that are put together.
const PLACE: &str = place!();
