//! The time zones in which backup rules are written.

use chrono::{Datelike, NaiveDate};

use crate::model::{DAY, HOUR, Instant, MINUTE};

/// A time zone: its name in rules, its winter offset, and when it has summer time.
#[derive(Debug)]
pub(super) struct Zone {
    pub(super) name: &'static str,
    offset_minutes: i64,
    summer: Summer,
}

#[derive(Clone, Copy, Debug)]
enum Summer {
    Never,
    /// Second Sunday of March to first Sunday of November.
    America,
    /// Last Sunday of March to last Sunday of October.
    Europe,
}

pub(super) static UTC: Zone = zone("Etc/UTC", 0, Summer::Never);
pub(super) static NEW_YORK: Zone = zone("America/New_York", -300, Summer::America);
pub(super) static BERLIN: Zone = zone("Europe/Berlin", 60, Summer::Europe);
pub(super) static TOKYO: Zone = zone("Asia/Tokyo", 540, Summer::Never);
pub(super) static KOLKATA: Zone = zone("Asia/Kolkata", 330, Summer::Never);

const fn zone(name: &'static str, offset_minutes: i64, summer: Summer) -> Zone {
    Zone { name, offset_minutes, summer }
}

impl Zone {
    /// Local time minus UTC on a UTC day. On the two days of the year when it changes, the whole
    /// day has the new offset.
    pub(super) fn offset(&self, day: i64) -> i64 {
        let is_summer = match self.summer {
            Summer::Never => false,
            Summer::America => is_between(day, (3, nth_sunday(2)), (11, nth_sunday(1))),
            Summer::Europe => is_between(day, (3, 25), (10, 25)),
        };
        self.offset_minutes * MINUTE + if is_summer { HOUR } else { 0 }
    }
}

/// The first day of the month on which the nth Sunday can fall.
const fn nth_sunday(nth: u32) -> u32 {
    7 * (nth - 1) + 1
}

/// Whether the day is at or after the Sunday that follows (or is) the first date, and before the
/// Sunday that follows (or is) the second, in its year.
fn is_between(day: i64, first: (u32, u32), last: (u32, u32)) -> bool {
    let Some(date) = date(day) else { return false };
    let sunday = |(month, earliest)| {
        let from = NaiveDate::from_ymd_opt(date.year(), month, earliest)?;
        let wait = (7 - from.weekday().num_days_from_sunday()) % 7;
        NaiveDate::from_ymd_opt(date.year(), month, earliest + wait)
    };
    sunday(first).is_some_and(|first| date >= first) && sunday(last).is_some_and(|last| date < last)
}

/// The calendar date of a day.
fn date(day: i64) -> Option<NaiveDate> {
    let days = i32::try_from(day).ok()?;
    NaiveDate::from_epoch_days(days)
}

/// The day of the month, from 1.
pub(super) fn day_of_month(day: i64) -> u32 {
    date(day).map_or(1, |date| date.day())
}

/// The day of the week, 0 for Sunday: 1970-01-01 was a Thursday.
pub(super) fn weekday(day: i64) -> i64 {
    (day + 4).rem_euclid(7)
}

/// 00:00 UTC of a day.
pub(super) fn midnight(day: i64) -> Instant {
    Instant::from_micros(day * DAY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(zone: &Zone, date: &str, expected_minutes: i64) {
        let day = Instant::from_text(date).unwrap().day();
        assert_eq!(zone.offset(day) / MINUTE, expected_minutes, "{date}");
    }

    #[test]
    fn summer_time_begins_and_ends_on_its_sundays() {
        check(&NEW_YORK, "2026-03-07", -300);
        check(&NEW_YORK, "2026-03-08", -240);
        check(&NEW_YORK, "2026-10-31", -240);
        check(&NEW_YORK, "2026-11-01", -300);
        check(&BERLIN, "2026-03-28", 60);
        check(&BERLIN, "2026-03-29", 120);
        check(&BERLIN, "2026-10-24", 120);
        check(&BERLIN, "2026-10-25", 60);
        check(&TOKYO, "2026-07-01", 540);
        check(&KOLKATA, "2026-07-01", 330);
        check(&UTC, "2026-07-01", 0);
    }

    #[test]
    fn days_have_their_names_and_numbers() {
        let day = Instant::from_text("2026-11-22").unwrap().day();
        assert_eq!((weekday(day), day_of_month(day)), (0, 22));
        assert_eq!(midnight(day).day_text(), "2026-11-22");
    }
}
