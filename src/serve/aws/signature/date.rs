//! The instants of signatures: `20261122T100000Z`, the basic format of ISO 8601. Pure.

use chrono::{DateTime, NaiveDateTime};

use crate::model::{Instant, SECOND};

const BASIC: &str = "%Y%m%dT%H%M%SZ";

/// An instant in the basic format, which has exactly this form.
pub(super) fn parse(text: &str) -> Option<Instant> {
    let is_digit = |(at, byte): (usize, u8)| matches!(at, 8 | 15) || byte.is_ascii_digit();
    if text.len() != 16 || !text.bytes().enumerate().all(is_digit) {
        return None;
    }
    let time = NaiveDateTime::parse_from_str(text, BASIC).ok()?;
    Instant::from_seconds_and_nanos(time.and_utc().timestamp(), 0)
}

/// An instant as the header `Date` has it, which is RFC 9110's `Sun, 22 Nov 2026 10:00:00 GMT` or
/// the basic format.
pub(super) fn parse_header(text: &str) -> Option<Instant> {
    let time = || DateTime::parse_from_rfc2822(text).ok();
    parse(text).or_else(|| Instant::from_seconds_and_nanos(time()?.timestamp(), 0))
}

/// The instant in the basic format, without the part of a second.
pub(super) fn basic(instant: Instant) -> String {
    let time = DateTime::from_timestamp(instant.micros().div_euclid(SECOND), 0);
    time.map_or_else(String::new, |time| time.format(BASIC).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(read: fn(&str) -> Option<Instant>, text: &str, expected: Option<&str>) {
        assert_eq!(read(text).map(basic).as_deref(), expected, "{text}");
    }

    #[test]
    fn the_basic_format_is_read_exactly() {
        check(parse, "20261122T100000Z", Some("20261122T100000Z"));
        check(parse, "20000229T235959Z", Some("20000229T235959Z"));
        for text in [
            "",
            "20261122",
            "2026-11-22T10:00:00Z",
            "20261122T100000",
            "20261122T100000z",
            "20261122t100000Z",
            "20261122T100000.5Z",
            "20261122T240000Z",
            "20261322T100000Z",
            "20260229T100000Z",
            "+0261122T100000Z",
            " 0261122T100000Z",
            "٢٠٢٦١١٢٢",
        ] {
            check(parse, text, None);
        }
    }

    #[test]
    fn the_date_header_has_two_forms() {
        check(parse_header, "Sun, 22 Nov 2026 10:00:00 GMT", Some("20261122T100000Z"));
        check(parse_header, "20261122T100000Z", Some("20261122T100000Z"));
        check(parse_header, "yesterday", None);
    }
}
