//! Coverage: what is known of an interval of creation time, and how new knowledge changes it. Pure.

use super::{DAY, Instant};

/// AWS promises to list a job for so many days after its creation (API reference,
/// `ListBackupJobs`: "for the last 30 days").
pub const HORIZON_DAYS: i64 = 30;
/// A day is settled once it was listed whole at least so many days after its end: by then a job
/// that appears late has appeared.
pub const OVERLAP_DAYS: i64 = 2;

/// An interval of creation time: `from` is in it, `until` is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// Where it begins.
    pub from: Instant,
    /// Where it ends.
    pub until: Instant,
}

impl Span {
    /// The interval from `from` until `until`, if it is not empty.
    pub fn new(from: Instant, until: Instant) -> Option<Self> {
        (from < until).then_some(Self { from, until })
    }

    /// What two intervals have in common.
    #[must_use]
    pub fn meet(self, other: Self) -> Option<Self> {
        Self::new(self.from.max(other.from), self.until.min(other.until))
    }

    /// What is left of the interval without `other`: before it and after it.
    #[must_use]
    pub fn without(self, other: Self) -> [Option<Self>; 2] {
        if self.meet(other).is_none() {
            return [Some(self), None];
        }
        [Self::new(self.from, other.from), Self::new(other.until, self.until)]
    }

    /// True if and only if `instant` lies in it.
    pub fn contains(self, instant: Instant) -> bool {
        self.from <= instant && instant < self.until
    }
}

/// What is known of an interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CoverageStatus {
    /// It was listed whole.
    Complete,
    /// It was listed in part: not all pages came, or a record could be no row.
    Partial,
    /// AWS refused to list it.
    Denied,
    /// The Region does not offer the kind, or is not enabled where every Region is read.
    NotOffered,
    /// It could not be listed.
    Failed,
    /// AWS had already forgotten it when we asked.
    Lost,
}

impl CoverageStatus {
    /// Every status.
    pub const ALL: [Self; 6] =
        [Self::Complete, Self::Partial, Self::Denied, Self::NotOffered, Self::Failed, Self::Lost];

    /// The word in the column `status`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Partial => "partial",
            Self::Denied => "denied",
            Self::NotOffered => "not_offered",
            Self::Failed => "failed",
            Self::Lost => "lost",
        }
    }

    /// The status with that [`name`](Self::name).
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.name() == name)
    }

    /// True if and only if nothing is missing there: all jobs are held, or there can be none.
    pub fn is_whole(self) -> bool {
        matches!(self, Self::Complete | Self::NotOffered)
    }

    /// True if and only if AWS answered for it: with jobs, or that there can be none.
    pub fn is_answer(self) -> bool {
        self.is_whole() || self == Self::Partial
    }
}

/// What is known of one interval, of one source, Region and kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Coverage {
    /// The interval.
    pub span: Span,
    /// What is known.
    pub status: CoverageStatus,
    /// Whether it was listed so late that it need not be listed again.
    pub is_settled: bool,
    /// When the listing began, or the failure was found; of joined intervals the latest.
    pub listed_at: Instant,
}

/// The knowledge that a listing that began at `listed_at` and ended as `status` gives of `span`:
/// the days that it settles, and the rest.
pub fn found(span: Span, status: CoverageStatus, listed_at: Instant) -> Vec<Coverage> {
    let of = |span: Option<Span>, is_settled| {
        span.map(|span| Coverage { span, status, is_settled, listed_at })
    };
    match status {
        CoverageStatus::Complete => {
            let settled_until = (listed_at - OVERLAP_DAYS * DAY).day_start();
            let middle = settled_until.clamp(span.from, span.until);
            let (old, young) = (Span::new(span.from, middle), Span::new(middle, span.until));
            [of(old, true), of(young, false)].into_iter().flatten().collect()
        }
        CoverageStatus::Lost => of(Some(span), true).into_iter().collect(),
        _ => of(Some(span), false).into_iter().collect(),
    }
}

/// The held knowledge after `new` was learnt: intervals in order, without overlap, joined where
/// they say the same.
///
/// A whole listing goes before everything; whatever else is learnt fills only what no whole
/// listing covers.
pub fn learn(held: &[Coverage], new: Coverage) -> Vec<Coverage> {
    let is_complete = |known: &Coverage| known.status == CoverageStatus::Complete;
    let yields = |old: &Coverage| is_complete(&new) || !is_complete(old);
    let mut pieces = vec![new];
    let mut kept = Vec::new();
    for old in held {
        if yields(old) {
            let rest = old.span.without(new.span).into_iter().flatten();
            kept.extend(rest.map(|span| Coverage { span, ..*old }));
        } else {
            let cut = |piece: Coverage| {
                let rest = piece.span.without(old.span).into_iter().flatten();
                rest.map(move |span| Coverage { span, ..piece })
            };
            pieces = pieces.into_iter().flat_map(cut).collect();
            kept.push(*old);
        }
    }
    kept.extend(pieces);
    kept.sort();
    join(kept)
}

/// Joins neighbours that touch and say the same. Of settled ones it no longer matters when they
/// were listed; of others it decides when they settle, so these join only if it is the same.
fn join(sorted: Vec<Coverage>) -> Vec<Coverage> {
    let mut joined: Vec<Coverage> = Vec::with_capacity(sorted.len());
    for next in sorted {
        match joined.last_mut() {
            Some(last) if last.says_the_same_as(&next) => {
                last.span.until = next.span.until;
                last.listed_at = last.listed_at.max(next.listed_at);
            }
            _ => joined.push(next),
        }
    }
    joined
}

impl Coverage {
    fn says_the_same_as(&self, next: &Self) -> bool {
        let is_same = self.status == next.status && self.is_settled == next.is_settled;
        let is_as_old = self.is_settled || self.listed_at == next.listed_at;
        self.span.until == next.span.from && is_same && is_as_old
    }
}

/// The parts of `span` of which nothing is known that `counts`.
pub fn gaps(held: &[Coverage], span: Span, counts: impl Fn(&Coverage) -> bool) -> Vec<Span> {
    let mut gaps = vec![span];
    for known in held.iter().filter(|known| counts(known)) {
        gaps = gaps.into_iter().flat_map(|gap| gap.without(known.span)).flatten().collect();
    }
    gaps
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use proptest::prelude::*;

    use super::*;

    fn day(day: i64) -> Instant {
        Instant::from_micros(day * DAY)
    }

    fn span(from: i64, until: i64) -> Span {
        Span::new(day(from), day(until)).unwrap()
    }

    /// Knowledge in words: `0-4 complete settled @9`.
    fn words(held: &[Coverage]) -> String {
        let mut text = String::new();
        for known in held {
            let (from, until) = (known.span.from.day(), known.span.until.day());
            let settled = if known.is_settled { " settled" } else { "" };
            let name = known.status.name();
            write!(text, "{from}-{until} {name}{settled} @{}; ", known.listed_at.day()).unwrap();
        }
        text
    }

    fn learnt(listings: &[(i64, i64, CoverageStatus, i64)]) -> Vec<Coverage> {
        let mut held = Vec::new();
        for (from, until, status, listed_at) in listings {
            for new in found(span(*from, *until), *status, day(*listed_at)) {
                held = learn(&held, new);
            }
        }
        held
    }

    #[track_caller]
    fn check(listings: &[(i64, i64, CoverageStatus, i64)], expected: &str) {
        assert_eq!(words(&learnt(listings)), expected);
    }

    use CoverageStatus::{Complete, Failed, Lost, Partial};

    #[test]
    fn a_listing_settles_the_days_that_ended_two_days_before_it() {
        check(&[(0, 30, Complete, 30)], "0-28 complete settled @30; 28-30 complete @30; ");
    }

    #[test]
    fn nightly_listings_join_what_is_settled() {
        check(
            &[(0, 10, Complete, 10), (8, 11, Complete, 11), (9, 12, Complete, 12)],
            "0-10 complete settled @12; 10-12 complete @12; ",
        );
    }

    #[test]
    fn a_failure_leaves_what_was_listed_whole() {
        check(
            &[(0, 10, Complete, 10), (8, 11, Failed, 11)],
            "0-8 complete settled @10; 8-10 complete @10; 10-11 failed @11; ",
        );
        check(&[(8, 11, Failed, 11), (8, 11, Partial, 12)], "8-11 partial @12; ");
    }

    #[test]
    fn a_whole_listing_goes_before_everything() {
        check(
            &[(0, 4, Failed, 4), (0, 2, Lost, 40), (0, 3, Complete, 40)],
            "0-3 complete settled @40; 3-4 failed @4; ",
        );
    }

    #[test]
    fn gaps_are_what_nothing_is_known_of() {
        let held = learnt(&[(2, 4, Complete, 9), (6, 7, Failed, 9)]);
        let found = gaps(&held, span(0, 8), |known| known.status.is_whole());
        assert_eq!(found, [span(0, 2), span(4, 8)]);
    }

    fn listing() -> impl Strategy<Value = (i64, i64, CoverageStatus, i64)> {
        let status = proptest::sample::select(&CoverageStatus::ALL);
        (0..30_i64, 1..12_i64, status, 0..60_i64)
            .prop_map(|(from, length, status, at)| (from, from + length, status, at))
    }

    proptest! {
        #[test]
        fn each_day_is_known_as_a_map_of_days_would_know_it(
            listings in proptest::collection::vec(listing(), 0..12),
        ) {
            let mut days: Vec<Option<(CoverageStatus, bool)>> = vec![None; 50];
            for (from, until, status, at) in &listings {
                for day in *from..*until {
                    let place = usize::try_from(day).unwrap();
                    let is_old = day + 1 + OVERLAP_DAYS <= *at;
                    let is_settled = *status == Lost || (*status == Complete && is_old);
                    if *status == Complete || !matches!(days[place], Some((Complete, _))) {
                        days[place] = Some((*status, is_settled));
                    }
                }
            }
            let held = learnt(&listings);
            for (place, expected) in days.into_iter().enumerate() {
                let at = day(i64::try_from(place).unwrap());
                let known: Vec<_> = held.iter().filter(|known| known.span.contains(at)).collect();
                prop_assert!(known.len() < 2);
                let known = known.first().map(|known| (known.status, known.is_settled));
                prop_assert_eq!(known, expected);
            }
        }
    }
}
