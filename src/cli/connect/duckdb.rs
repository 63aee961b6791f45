//! The warehouse in DuckDB, which attaches it as it is. Pure.

use super::quote::{comment, sql};
use super::{Here, QUESTION};

/// How the warehouse is attached.
pub(super) fn attach(here: &Here) -> String {
    let catalog = sql(&format!("ducklake:sqlite:{}", here.catalog));
    let version = here.snapshot.map_or_else(String::new, |it| format!(", SNAPSHOT_VERSION {it}"));
    format!("ATTACH {catalog} AS lookback (READ_ONLY{version})")
}

pub(super) fn text(here: &Here) -> String {
    let state = match here.snapshot {
        Some(snapshot) => format!("as it was at snapshot {snapshot}"),
        None => "as it is whenever it is asked".to_owned(),
    };
    let (warehouse, attach) = (comment(&here.warehouse), attach(here));
    format!(
        "\
-- The warehouse {warehouse} in DuckDB, {state}.
INSTALL ducklake;
INSTALL sqlite;
{attach};
USE lookback;
SET TimeZone = 'UTC';
{QUESTION};
"
    )
}
