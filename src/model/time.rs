//! Instants, and the one function through which every AWS time passes.

use std::fmt;
use std::ops::{Add, Sub};

use chrono::{DateTime, NaiveDate, NaiveDateTime, SecondsFormat, Utc};

/// A second in the unit of [`Instant`].
pub const SECOND: i64 = 1_000_000;
/// A minute in the unit of [`Instant`].
pub const MINUTE: i64 = 60 * SECOND;
/// An hour in the unit of [`Instant`].
pub const HOUR: i64 = 60 * MINUTE;
/// A UTC day in the unit of [`Instant`].
pub const DAY: i64 = 24 * HOUR;

/// An instant, in microseconds since 1970-01-01 00:00 UTC.
///
/// AWS gives milliseconds; whatever way an instant came (a JSON number, ISO text, the SDK, which
/// truncates), it is rounded to the nearest millisecond here, so that equal instants are equal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(i64);

impl Instant {
    /// The instant `micros` microseconds after 1970, taken as it is.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// The instant `millis` milliseconds after 1970, if it can be told.
    pub fn from_millis(millis: i64) -> Option<Self> {
        millis.checked_mul(1000).map(Self).filter(|instant| instant.is_calendar())
    }

    /// AWS's JSON form: seconds since 1970, with milliseconds as decimals.
    pub fn from_epoch_seconds(seconds: f64) -> Option<Self> {
        let millis = (seconds * 1000.0).round();
        // Beyond 2^53 a double no longer tells milliseconds apart; AWS never gets there.
        #[expect(clippy::cast_possible_truncation, reason = "the range is checked just before")]
        let instant = (millis.abs() < 9.0e15).then_some(millis as i64);
        instant.and_then(Self::from_millis)
    }

    /// The SDK's form: whole seconds and the nanoseconds after them.
    pub fn from_seconds_and_nanos(seconds: i64, nanos: u32) -> Option<Self> {
        let millis = (i64::from(nanos) + 500_000) / 1_000_000;
        seconds.checked_mul(1000)?.checked_add(millis).and_then(Self::from_millis)
    }

    /// ISO 8601 text: a date, or a date and time with `Z`, an offset, or nothing (UTC); or the
    /// one other form that AWS prints, `Jul 15, 2020 9:39:07 PM` (in events, UTC).
    pub fn from_text(text: &str) -> Option<Self> {
        let text = text.trim();
        let with_zone = DateTime::parse_from_rfc3339(text).or_else(|_| {
            DateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f%#z")
                .or_else(|_| DateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f%#z"))
        });
        if let Ok(time) = with_zone {
            return Self::from_chrono(time.to_utc());
        }
        let naive = NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f")
            .or_else(|_| NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f"))
            .or_else(|_| NaiveDateTime::parse_from_str(text, "%b %d, %Y %I:%M:%S %p"))
            .ok()
            .or_else(|| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?.and_hms_opt(0, 0, 0));
        Self::from_chrono(naive?.and_utc())
    }

    fn from_chrono(time: DateTime<Utc>) -> Option<Self> {
        Self::from_seconds_and_nanos(time.timestamp(), time.timestamp_subsec_nanos())
    }

    /// Microseconds since 1970.
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// Milliseconds since 1970, rounded down.
    pub const fn millis(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// The number of the UTC day, 0 for 1970-01-01.
    pub const fn day(self) -> i64 {
        self.0.div_euclid(DAY)
    }

    /// 00:00 UTC of the instant's day.
    #[must_use]
    pub const fn day_start(self) -> Self {
        Self(self.day() * DAY)
    }

    /// The UTC calendar year and month (1 to 12).
    pub fn year_month(self) -> (i32, u32) {
        use chrono::Datelike;
        self.chrono().map_or((1970, 1), |time| (time.year(), time.month()))
    }

    /// 00:00 UTC of the first day of a month (1 to 12), if the calendar has it.
    pub fn month_start(year: i32, month: u32) -> Option<Self> {
        let first = NaiveDate::from_ymd_opt(year, month, 1)?;
        Self::from_chrono(first.and_hms_opt(0, 0, 0)?.and_utc())
    }

    /// The UTC day as text, `2026-11-01`.
    pub fn day_text(self) -> String {
        self.chrono().map_or_else(String::new, |time| time.format("%Y-%m-%d").to_string())
    }

    fn is_calendar(self) -> bool {
        self.chrono().is_some()
    }

    fn chrono(self) -> Option<DateTime<Utc>> {
        DateTime::from_timestamp_micros(self.0)
    }
}

/// `2026-11-01T00:00:00Z`, with milliseconds or microseconds where there are any.
impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.chrono() {
            Some(time) => f.write_str(&time.to_rfc3339_opts(SecondsFormat::AutoSi, true)),
            None => write!(f, "{} µs", self.0),
        }
    }
}

/// Later by so many microseconds.
impl Add<i64> for Instant {
    type Output = Self;
    fn add(self, micros: i64) -> Self {
        Self(self.0.saturating_add(micros))
    }
}

/// Earlier by so many microseconds.
impl Sub<i64> for Instant {
    type Output = Self;
    fn sub(self, micros: i64) -> Self {
        Self(self.0.saturating_sub(micros))
    }
}

/// The microseconds between two instants.
impl Sub for Instant {
    type Output = i64;
    fn sub(self, other: Self) -> i64 {
        self.0.saturating_sub(other.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(text: &str, expected: Option<&str>) {
        let got = Instant::from_text(text).map(|instant| instant.to_string());
        assert_eq!(got.as_deref(), expected, "{text}");
    }

    #[test]
    fn text_is_read_in_every_form_that_aws_prints() {
        check("2020-07-29T13:02:15.234Z", Some("2020-07-29T13:02:15.234Z"));
        check("2020-09-21T13:58:12.929000-07:00", Some("2020-09-21T20:58:12.929Z"));
        check("2020-09-21T13:58:12+0000", Some("2020-09-21T13:58:12Z"));
        check("2020-09-21 13:58:12.929000+00:00", Some("2020-09-21T13:58:12.929Z"));
        check("2020-09-21", Some("2020-09-21T00:00:00Z"));
        check("2020-09-21T13:58:12", Some("2020-09-21T13:58:12Z"));
        check("2020-09-21 13:58:12.929000-07:00", Some("2020-09-21T20:58:12.929Z"));
        check("Jul 15, 2020 9:39:07 PM", Some("2020-07-15T21:39:07Z"));
        check("Jan 10, 2019 12:45:24 AM", Some("2019-01-10T00:45:24Z"));
    }

    #[test]
    fn text_that_is_no_time_is_none() {
        for text in ["", "yesterday", "2020-13-01", "2020-02-30T00:00:00Z", "1600721892.929"] {
            check(text, None);
        }
        assert_eq!(Instant::from_epoch_seconds(f64::NAN), None);
        assert_eq!(Instant::from_epoch_seconds(1e300), None);
    }

    proptest! {
        #[test]
        fn number_text_and_sdk_give_the_same_instant(
            millis in -2_000_000_000_000i64..9_000_000_000_000,
        ) {
            let instant = Instant::from_millis(millis).expect("a calendar instant");
            #[expect(clippy::cast_precision_loss, reason = "AWS's JSON numbers are doubles")]
            let seconds = millis as f64 / 1000.0;
            prop_assert_eq!(Instant::from_epoch_seconds(seconds), Some(instant));
            prop_assert_eq!(Instant::from_text(&instant.to_string()), Some(instant));
            // The SDK cuts the fraction off: .929 arrives as .928999999.
            let nanos = u32::try_from(millis.rem_euclid(1000)).expect("below 1000") * 1_000_000;
            let whole = millis.div_euclid(1000);
            let sdk = Instant::from_seconds_and_nanos(whole, nanos.saturating_sub(1));
            prop_assert_eq!(sdk, Some(instant));
        }
    }
}
