//! Values in the catalog's columns that are more than SQLite's types.

use chrono::DateTime;
use rusqlite::Row;
use rusqlite::types::Type;

use crate::model::Instant;
use crate::tables::instant_from_text;

/// The instant in a column: as DuckLake writes it in its tables, or ISO 8601 as in ours.
pub(super) fn instant(row: &Row<'_>, column: usize) -> rusqlite::Result<Instant> {
    optional_instant(row, column)?.ok_or_else(|| broken(column, "a time is missing".to_owned()))
}

/// The instant in a column that may be NULL.
pub(super) fn optional_instant(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<Instant>> {
    let Some(text) = row.get::<_, Option<String>>(column)? else { return Ok(None) };
    let found = instant_from_text(&text).or_else(|| {
        let time = DateTime::parse_from_rfc3339(&text).ok()?;
        Some(Instant::from_micros(time.timestamp_micros()))
    });
    found.map(Some).ok_or_else(|| broken(column, format!("\"{text}\" is no time")))
}

/// The value that the word in a column names.
pub(super) fn word<T>(
    row: &Row<'_>,
    column: usize,
    from_name: impl FnOnce(&str) -> Option<T>,
) -> rusqlite::Result<T> {
    let text: String = row.get(column)?;
    from_name(&text).ok_or_else(|| broken(column, format!("the word \"{text}\" is not known")))
}

fn broken(column: usize, message: String) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, Type::Text, message.into())
}
