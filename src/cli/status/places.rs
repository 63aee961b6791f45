//! What is held of each place, day by day: from coverage, open jobs and settings. Pure.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::model::{
    Coverage, CoverageStatus, DAY, HORIZON_DAYS, Instant, OpenJob, Place, Reach, Span, gaps,
};

use super::micros;

/// How many days are told one by one: AWS's horizon and two weeks more.
pub(super) const DAYS: usize = 45;
/// How many of them are before today.
pub(super) const DAYS_BEFORE: i64 = 44;

/// What is held of one UTC day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Day {
    /// Nothing is known of it.
    Unknown,
    /// The Region does not offer the kind.
    NotOffered,
    /// It was listed whole, for the last time.
    Complete,
    /// It was listed whole, as far as it had gone; it is listed again.
    Recent,
    /// A part of it was listed.
    Partial,
    /// It could not be listed.
    Failed,
    /// AWS refused to list it.
    Denied,
    /// AWS had forgotten it, or a part of it, before it was listed.
    Lost,
}

impl Day {
    /// Every state of a day, as a legend tells them.
    pub(super) const ALL: [Self; 8] = [
        Self::Complete,
        Self::Recent,
        Self::Partial,
        Self::Failed,
        Self::Denied,
        Self::Lost,
        Self::NotOffered,
        Self::Unknown,
    ];

    /// The word in JSON and in metrics.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::NotOffered => "not_offered",
            Self::Complete => "complete",
            Self::Recent => "recent",
            Self::Partial => "partial",
            Self::Failed => "failed",
            Self::Denied => "denied",
            Self::Lost => "lost",
        }
    }

    fn of(known: &Coverage) -> Self {
        match known.status {
            CoverageStatus::Complete if known.is_settled => Self::Complete,
            CoverageStatus::Complete => Self::Recent,
            CoverageStatus::Partial => Self::Partial,
            CoverageStatus::Denied => Self::Denied,
            CoverageStatus::NotOffered => Self::NotOffered,
            CoverageStatus::Failed => Self::Failed,
            CoverageStatus::Lost => Self::Lost,
        }
    }
}

/// What is held of one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) place: Place,
    pub(super) reach: Reach,
    /// Whether it is still to be read, as far as the settings say.
    pub(super) is_wanted: bool,
    /// Up to when everything is held that AWS still shows: the last success left nothing out.
    pub(super) last_success: Option<Instant>,
    /// The open jobs that it brought.
    pub(super) open_jobs: usize,
    /// The days of which something is lost, ever.
    pub(super) lost_days: usize,
    /// The last days, the oldest first; the last one is today.
    pub(super) days: [Day; DAYS],
}

impl Row {
    /// True if and only if it is to be read, and has no success that is young enough.
    pub(super) fn is_stale(&self, now: Instant, max_age: Duration) -> bool {
        self.is_wanted && self.last_success.is_none_or(|last| now - last > micros(max_age))
    }
}

/// What is held of all places.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Held {
    /// By source, Region, kind and scope.
    pub(super) rows: Vec<Row>,
    /// Open jobs that no place brought: imports did.
    pub(super) open_elsewhere: usize,
}

impl Held {
    /// What is held, from all that the catalog knows and what the settings ask for.
    pub(super) fn of(
        coverage: &[(Place, Reach, Coverage)],
        open: &[OpenJob],
        configured: &[(Place, Reach)],
        now: Instant,
    ) -> Self {
        let mut known: BTreeMap<(Place, Reach), Vec<Coverage>> = BTreeMap::new();
        for place in configured {
            known.entry(place.clone()).or_default();
        }
        for (place, reach, coverage) in coverage {
            known.entry((place.clone(), *reach)).or_default().push(*coverage);
        }
        let mut open = counted(open);
        for place in open.keys() {
            // Of a source that is read, but whose listing there has not ended yet.
            let reach = known.keys().find(|key| key.0.source == place.source).map(|key| key.1);
            if let Some(reach) = reach {
                known.entry((place.clone(), reach)).or_default();
            }
        }
        let names: BTreeSet<_> = configured.iter().map(|(place, _)| &place.source).collect();
        let configured: BTreeSet<_> = configured.iter().collect();
        let mut rows = Vec::new();
        for (key, coverage) in known {
            // The settings tell nothing of a source that flags describe each time.
            let is_wanted = configured.contains(&key) || !names.contains(&key.0.source);
            let (place, reach) = key;
            let open_jobs = open.remove(&place).unwrap_or(0);
            rows.push(Row {
                is_wanted,
                last_success: last_success(&coverage, now),
                open_jobs,
                lost_days: lost_days(&coverage),
                days: days(&coverage, now),
                place,
                reach,
            });
        }
        Self { rows, open_elsewhere: open.into_values().sum() }
    }
}

fn counted(open: &[OpenJob]) -> BTreeMap<Place, usize> {
    let mut counts = BTreeMap::new();
    for job in open {
        let (source, region) = (job.source.clone(), job.key.region.clone());
        *counts.entry(Place { source, region, kind: job.key.kind }).or_default() += 1;
    }
    counts
}

/// The end of what is held without a gap. A listing of which a piece failed, or that was
/// interrupted, is no success, however late it began.
fn last_success(coverage: &[Coverage], now: Instant) -> Option<Instant> {
    let first = coverage.iter().map(|known| known.span.from).min()?;
    let start = first.max(now - HORIZON_DAYS * DAY);
    let is_whole = |known: &Coverage| known.status.is_whole();
    let gaps = Span::new(start, now).map_or(Vec::new(), |span| gaps(coverage, span, is_whole));
    let end = gaps.first().map_or(now, |gap| gap.from);
    if end > start {
        return Some(end);
    }
    let whole = coverage.iter().filter(|known| is_whole(known)).map(|known| known.span.until);
    whole.filter(|until| *until <= start).max()
}

fn lost_days(coverage: &[Coverage]) -> usize {
    let lost = coverage.iter().filter(|known| known.status == CoverageStatus::Lost);
    let days = lost.flat_map(|known| known.span.from.day()..=(known.span.until - 1).day());
    days.collect::<BTreeSet<_>>().len()
}

fn days(coverage: &[Coverage], now: Instant) -> [Day; DAYS] {
    // What came after the last listing is not missing: it was not read yet.
    let until = coverage.iter().map(|known| known.span.until).max();
    let mut start = now.day_start() - (DAYS_BEFORE + 1) * DAY;
    std::array::from_fn(|_| {
        start = start + DAY;
        let span = until.and_then(|until| Span::new(start, (start + DAY).min(until)));
        span.map_or(Day::Unknown, |span| day(coverage, span))
    })
}

/// The worst that is known of any part of a day.
fn day(coverage: &[Coverage], span: Span) -> Day {
    let known = coverage.iter().filter(|known| known.span.meet(span).is_some());
    let Some(worst) = known.map(Day::of).max() else { return Day::Unknown };
    let has_gaps = !gaps(coverage, span, |_| true).is_empty();
    if has_gaps { worst.max(Day::Partial) } else { worst }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{HOUR, JobKey, JobKind, found, learn};

    use CoverageStatus::{Complete, Denied, Failed, Lost, NotOffered};

    fn day_start(day: i64) -> Instant {
        Instant::from_micros(day * DAY)
    }

    fn place(source: &str) -> Place {
        Place { source: source.into(), region: "eu-west-1".into(), kind: JobKind::Backup }
    }

    /// What listings of hours teach: from, until, how it ended, when it began.
    fn learnt(listings: &[(i64, i64, CoverageStatus, i64)]) -> Vec<Coverage> {
        let hour = |hour: i64| Instant::from_micros(hour * HOUR);
        let mut held = Vec::new();
        for (from, until, status, at) in listings {
            for new in found(Span::new(hour(*from), hour(*until)).unwrap(), *status, hour(*at)) {
                held = learn(&held, new);
            }
        }
        held
    }

    /// The last days on day 60 at noon, a letter each, without what nothing is known of before.
    #[track_caller]
    fn check(listings: &[(i64, i64, CoverageStatus, i64)], expected: &str) {
        let now = day_start(60) + 12 * HOUR;
        let strip: String =
            days(&learnt(listings), now).map(super::super::table::glyph).into_iter().collect();
        assert_eq!(strip.trim_start_matches('.'), expected);
    }

    #[test]
    fn a_night_settles_what_is_two_days_old() {
        check(&[(50 * 24, 60 * 24 + 2, Complete, 60 * 24 + 2)], "########+++");
        check(&[(50 * 24, 59 * 24 + 2, Complete, 59 * 24 + 2)], "#######+++.");
    }

    #[test]
    fn the_worst_of_a_day_is_told() {
        check(
            &[(56 * 24, 60 * 24, Failed, 60 * 24), (57 * 24 + 1, 60 * 24, Complete, 60 * 24)],
            "!!++.",
        );
        check(&[(56 * 24, 60 * 24, Denied, 60 * 24)], "xxxx.");
        check(&[(56 * 24, 60 * 24, NotOffered, 60 * 24)], "----.");
        check(
            &[(55 * 24, 56 * 24 + 5, Lost, 60 * 24), (56 * 24 + 5, 60 * 24, Complete, 70 * 24)],
            "LL###.",
        );
    }

    #[test]
    fn a_day_with_a_gap_is_held_in_part() {
        check(&[(57 * 24 + 5, 60 * 24, Complete, 60 * 24)], "~++.");
        check(
            &[(56 * 24, 57 * 24, Complete, 70 * 24), (59 * 24, 60 * 24, Complete, 70 * 24)],
            "#..#.",
        );
    }

    #[track_caller]
    fn check_success(listings: &[(i64, i64, CoverageStatus, i64)], expected: Option<i64>) {
        let end = last_success(&learnt(listings), day_start(60));
        assert_eq!(end, expected.map(|hour| Instant::from_micros(hour * HOUR)));
    }

    #[test]
    fn a_success_left_nothing_out() {
        check_success(&[(30 * 24, 1439, Complete, 1440)], Some(1439));
        check_success(&[(30 * 24, 1439, NotOffered, 1440)], Some(1439));
        // A piece in the middle failed, or was never read.
        let (first, last) = ((30 * 24, 900, Complete, 1440), (1000, 1439, Complete, 1440));
        check_success(&[first, (900, 1000, Failed, 1440), last], Some(900));
        check_success(&[first, last], Some(900));
        check_success(&[(30 * 24, 900, Failed, 1440), last], None);
        check_success(&[(30 * 24, 1439, Denied, 1440)], None);
        // The last success is older than what AWS shows.
        check_success(&[(200, 300, Complete, 300), (300, 1439, Failed, 1440)], Some(300));
        check_success(
            &[(200, 300, Complete, 300), (300, 720, Lost, 1440), (720, 1439, Complete, 1440)],
            Some(1439),
        );
    }

    fn job(source: &str) -> OpenJob {
        let (region, account_id) = ("eu-west-1".to_owned(), "1".to_owned());
        let key = JobKey { kind: JobKind::Backup, region, account_id, job_id: "j".into() };
        let at = day_start(1);
        OpenJob { key, creation_date: at, state: None, source: source.into(), observed_at: at }
    }

    fn held(configured: &[&str]) -> Held {
        let of = |source: &str| {
            let known = learnt(&[(0, 24, Lost, 1400), (720, 1400, Complete, 1400)]);
            known.into_iter().map(move |known| (place(source), Reach::Account, known)).collect()
        };
        let coverage: Vec<_> = ["a", "b"].into_iter().flat_map(|it| -> Vec<_> { of(it) }).collect();
        let configured: Vec<_> =
            configured.iter().map(|source| (place(source), Reach::Account)).collect();
        Held::of(&coverage, &[job("a"), job("a"), job("import")], &configured, day_start(60))
    }

    #[test]
    fn rows_are_of_what_is_known_and_of_what_is_configured() {
        let held = held(&["c", "a"]);
        let row = |row: &Row| {
            (row.place.source.clone(), row.last_success.is_some(), row.open_jobs, row.lost_days)
        };
        let rows: Vec<_> = held.rows.iter().map(row).collect();
        let name = str::to_owned;
        assert_eq!(
            rows,
            [(name("a"), true, 2, 1), (name("b"), true, 0, 1), (name("c"), false, 0, 0)]
        );
        assert_eq!(held.open_elsewhere, 1);
    }

    #[test]
    fn open_jobs_make_a_row_where_no_listing_has_ended() {
        let known = learnt(&[(1300, 1400, Complete, 1400)]);
        let known: Vec<_> =
            known.into_iter().map(|it| (place("a"), Reach::Organization, it)).collect();
        let mut job = job("a");
        job.key.kind = JobKind::Copy;
        let held = Held::of(&known, &[job], &[], day_start(60));
        let rows: Vec<_> = held.rows.iter().map(|row| (row.place.kind, row.open_jobs)).collect();
        assert_eq!(rows, [(JobKind::Backup, 0), (JobKind::Copy, 1)]);
        assert_eq!(held.open_elsewhere, 0);
    }

    #[test]
    fn a_place_is_stale_without_a_young_success() {
        let held = held(&["c"]);
        // Everything is held until 40 hours ago.
        let stale = |hours: u64| {
            let max_age = Duration::from_secs(hours * 3600);
            let stale = held.rows.iter().filter(|row| row.is_stale(day_start(60), max_age));
            stale.map(|row| row.place.source.as_str()).collect::<Vec<_>>()
        };
        assert_eq!(stale(39), ["a", "b", "c"]);
        assert_eq!(stale(40), ["c"]);
    }

    #[test]
    fn what_a_source_is_no_longer_to_read_is_never_stale() {
        let coverage = learnt(&[(0, 24, Complete, 24)]);
        let coverage: Vec<_> =
            coverage.into_iter().map(|known| (place("a"), Reach::Account, known)).collect();
        let configured = [(place("a"), Reach::Organization)];
        let held = Held::of(&coverage, &[], &configured, day_start(60));
        let stale: Vec<_> =
            held.rows.iter().map(|row| row.is_stale(day_start(60), Duration::ZERO)).collect();
        assert_eq!(stale, [false, true]);
    }
}
