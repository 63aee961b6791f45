//! DuckLake's text forms of instants.

use chrono::DateTime;

use crate::model::Instant;

/// An instant as DuckLake writes a `timestamptz`: `2026-11-01 00:00:00+00`, with as many decimals
/// as it has.
pub(super) fn timestamp(instant: Instant) -> String {
    let text = DateTime::from_timestamp_micros(instant.micros())
        .map(|time| time.format("%Y-%m-%d %H:%M:%S%.6f").to_string())
        .unwrap_or_default();
    let text = text.trim_end_matches('0').trim_end_matches('.');
    format!("{text}+00")
}

/// The instant of a [`timestamp`], microseconds kept.
pub(super) fn parse_timestamp(text: &str) -> Option<Instant> {
    let time = DateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f%#z").ok()?;
    Some(Instant::from_micros(time.timestamp_micros()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(micros: i64, text: &str) {
        let instant = Instant::from_micros(micros);
        assert_eq!(timestamp(instant), text);
        assert_eq!(parse_timestamp(text), Some(instant));
    }

    #[test]
    fn instants_are_written_as_duckdb_writes_them() {
        check(1_793_491_200_000_000, "2026-11-01 00:00:00+00");
        check(1_793_491_200_123_000, "2026-11-01 00:00:00.123+00");
        check(1_793_491_210_000_001, "2026-11-01 00:00:10.000001+00");
        check(-1_000_000, "1969-12-31 23:59:59+00");
    }
}
