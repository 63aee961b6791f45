//! Spans of time: AWS's periods, and the buckets that AWS does not have. Pure.

use crate::model::{DAY, Instant};

use super::{DAILY_BUCKETS, TODAY_IS_INCLUDED, same_value};

/// A half-open span of time, `[start, end)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Window {
    /// The first instant inside.
    pub start: Instant,
    /// The first instant after it.
    pub end: Instant,
}

impl Window {
    /// True if and only if `instant` lies inside.
    pub fn contains(self, instant: Instant) -> bool {
        self.start <= instant && instant < self.end
    }

    /// The place of the window that contains `instant`, of windows that are sorted and do not
    /// overlap.
    pub fn position(windows: &[Self], instant: Instant) -> Option<usize> {
        let after = windows.partition_point(|window| window.start <= instant);
        let at = after.checked_sub(1)?;
        windows[at].contains(instant).then_some(at)
    }
}

/// AWS's `AggregationPeriod`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Period {
    /// Each of the 14 days before the last 00:00 UTC, a row each.
    OneDay,
    /// The 7 days before the last 00:00 UTC as one.
    SevenDays,
    /// The 14 days before the last 00:00 UTC as one.
    FourteenDays,
}

impl Period {
    /// All periods, in AWS's order.
    pub const ALL: [Self; 3] = [Self::OneDay, Self::SevenDays, Self::FourteenDays];

    /// AWS's word: `ONE_DAY`.
    pub fn name(self) -> &'static str {
        match self {
            Self::OneDay => "ONE_DAY",
            Self::SevenDays => "SEVEN_DAYS",
            Self::FourteenDays => "FOURTEEN_DAYS",
        }
    }

    /// The period with that [`name`](Self::name).
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|period| same_value(period.name(), name))
    }

    /// Where every period ends, for a request made at `now`.
    pub fn end(now: Instant) -> Instant {
        let last = now.day_start();
        if TODAY_IS_INCLUDED { last + DAY } else { last }
    }

    /// The spans of time to count in, oldest first, for a request made at `now`.
    pub fn buckets(self, now: Instant) -> Vec<Window> {
        let end = Self::end(now);
        let one = |days: i64| vec![Window { start: end - days * DAY, end }];
        match self {
            Self::OneDay => (0..DAILY_BUCKETS)
                .map(|day| end - (DAILY_BUCKETS - day) * DAY)
                .map(|start| Window { start, end: start + DAY })
                .collect(),
            Self::SevenDays => one(7),
            Self::FourteenDays => one(14),
        }
    }
}

/// A stretch of the UTC calendar, each of which is counted for itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Bucket {
    /// From 00:00.
    Day,
    /// From Monday, 00:00.
    Week,
    /// From the first, 00:00.
    Month,
    /// From the first of January, April, July and October.
    Quarter,
    /// From the first of January.
    Year,
}

impl Bucket {
    /// All buckets, the shortest first.
    pub const ALL: [Self; 5] = [Self::Day, Self::Week, Self::Month, Self::Quarter, Self::Year];

    /// The word in a question: `day`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::Quarter => "quarter",
            Self::Year => "year",
        }
    }

    /// `span` cut at the calendar's edges, oldest first; the first and the last piece may be
    /// shorter than the others.
    pub fn cut(self, span: Window) -> impl Iterator<Item = Window> {
        let mut start = span.start;
        std::iter::from_fn(move || {
            let window = Window { start, end: self.end_of(start).min(span.end) };
            start = window.end;
            (window.start < window.end).then_some(window)
        })
    }

    /// Where the stretch ends that contains `instant`.
    fn end_of(self, instant: Instant) -> Instant {
        let months = |length: u32| {
            let (year, month) = instant.year_month();
            let next = (month - 1) / length * length + length;
            let end = Instant::month_start(year + i32::from(next >= 12), next % 12 + 1);
            // Beyond the calendar there is one stretch more.
            end.unwrap_or(Instant::from_micros(i64::MAX))
        };
        match self {
            Self::Day => instant.day_start() + DAY,
            // 1970-01-01 was a Thursday.
            Self::Week => instant.day_start() + (7 - (instant.day() + 3).rem_euclid(7)) * DAY,
            Self::Month => months(1),
            Self::Quarter => months(3),
            Self::Year => months(12),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shown(windows: impl IntoIterator<Item = Window>) -> Vec<String> {
        let shown = |w: Window| format!("{}..{}", w.start.day_text(), w.end.day_text());
        windows.into_iter().map(shown).collect()
    }

    #[track_caller]
    fn check_buckets(period: Period, now: &str, expected: &[&str]) {
        assert_eq!(shown(period.buckets(Instant::from_text(now).unwrap())), expected);
    }

    #[test]
    fn days_end_at_the_last_midnight() {
        check_buckets(Period::SevenDays, "2026-11-22T00:00:00Z", &["2026-11-15..2026-11-22"]);
        check_buckets(Period::SevenDays, "2026-11-21T23:59:59.999Z", &["2026-11-14..2026-11-21"]);
        check_buckets(Period::FourteenDays, "2026-11-22T12:00:00Z", &["2026-11-08..2026-11-22"]);
    }

    #[test]
    fn one_day_gives_fourteen_rows_without_today() {
        let now = Instant::from_text("2026-11-22T00:00:00Z").unwrap();
        let buckets = Period::OneDay.buckets(now);
        assert_eq!(buckets.len(), 14);
        assert!(buckets.windows(2).all(|pair| pair[0].end == pair[1].start));
        assert!(buckets.iter().all(|bucket| bucket.end - bucket.start == DAY));
        assert_eq!(buckets[13].end, now);
    }

    #[track_caller]
    fn check_cut(bucket: Bucket, since: &str, until: &str, expected: &[&str]) {
        let instant = |text| Instant::from_text(text).unwrap();
        let span = Window { start: instant(since), end: instant(until) };
        assert_eq!(shown(bucket.cut(span)), expected, "{}", bucket.name());
    }

    #[test]
    fn a_span_is_cut_at_the_edges_of_the_calendar() {
        let (since, until) = ("2023-12-30", "2024-01-02");
        let days = ["2023-12-30..2023-12-31", "2023-12-31..2024-01-01", "2024-01-01..2024-01-02"];
        check_cut(Bucket::Day, since, until, &days);
        // 2024-01-01 is a Monday.
        let pieces = ["2023-12-30..2024-01-01", "2024-01-01..2024-01-02"];
        for bucket in [Bucket::Week, Bucket::Month, Bucket::Quarter, Bucket::Year] {
            check_cut(bucket, since, until, &pieces);
        }
        let quarters = ["2024-02-28..2024-04-01", "2024-04-01..2024-07-01"];
        check_cut(Bucket::Quarter, "2024-02-28", "2024-07-01", &quarters);
        let weeks = ["1969-12-29..1970-01-05", "1970-01-05..1970-01-06"];
        check_cut(Bucket::Week, "1969-12-29", "1970-01-06", &weeks);
        check_cut(Bucket::Day, "2024-01-01", "2024-01-01", &[]);
    }

    proptest! {
        #[test]
        fn the_pieces_of_a_span_are_the_span(
            bucket in prop::sample::select(Bucket::ALL.to_vec()),
            start in 0..4_000_000_000_000_000i64,
            length in 1..100_000_000_000_000i64,
        ) {
            let start = Instant::from_micros(start);
            let span = Window { start, end: start + length };
            let pieces: Vec<_> = bucket.cut(span).collect();
            prop_assert_eq!((pieces[0].start, pieces[pieces.len() - 1].end), (start, span.end));
            prop_assert!(pieces.windows(2).all(|pair| pair[0].end == pair[1].start));
            // Every inner edge is one of the calendar: the first instant of its stretch.
            for piece in &pieces[1..] {
                prop_assert_eq!(bucket.end_of(piece.start - 1), piece.start);
                prop_assert!(bucket.end_of(piece.start) > piece.start);
            }
        }
    }
}
