//! What to read tonight, at one place. Pure: from coverage, open jobs and the clock.

use crate::model::{
    Coverage, CoverageStatus, DAY, HORIZON_DAYS, HOUR, Instant, JobKind, MINUTE, OpenJob, Place,
    Reach, Span, gaps,
};

/// A listing leaves out what is younger than this: a job that is being created may not be listed
/// yet, and coverage must not claim it.
pub const LISTING_LAG: i64 = MINUTE;
/// Open jobs of one account that lie no further apart are asked for together.
const TOGETHER: i64 = HOUR;

/// What is known before an ingest.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known<'a> {
    pub(super) place: &'a Place,
    pub(super) reach: Reach,
    pub(super) coverage: &'a [Coverage],
    /// The open jobs that this place follows.
    pub(super) open: &'a [OpenJob],
}

/// What to do at one place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Plan {
    pub(super) listings: Vec<Listing>,
    pub(super) follow: Vec<Follow>,
    pub(super) lost: Vec<Span>,
}

/// A listing by creation time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Listing {
    /// What it covers when it succeeds.
    pub(super) covers: Span,
    /// Whether it asks for all that is older, too: AWS may show more than it promises.
    pub(super) is_oldest: bool,
    /// Whether it is a piece of a listing that turned out to be long.
    pub(super) is_piece: bool,
    /// Open jobs past the horizon that it would show if AWS still did.
    pub(super) expects: Vec<OpenJob>,
}

/// How to ask for open jobs that no listing brings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Follow {
    /// One job by its id.
    Describe(OpenJob),
    /// Jobs of one account, created close together.
    List { jobs: Vec<OpenJob>, account_id: String },
}

/// Where AWS's promise to list jobs begins.
pub(super) fn horizon(now: Instant) -> Instant {
    now - HORIZON_DAYS * DAY
}

/// Plans the reading of a place.
///
/// - What is not settled is listed again, up to the present less a little. Scan jobs have no
///   creation-time filter and are listed whole.
/// - An open job that no listing brings is followed by itself.
/// - What lies before the horizon and was not listed, since something of the place first was, is
///   lost.
pub(super) fn plan(known: Known<'_>, now: Instant) -> Plan {
    let start = horizon(now);
    let Some(window) = Span::new(start, now - LISTING_LAG) else { return Plan::default() };
    let lost = lost(known.coverage, start);
    if known.place.kind == JobKind::Scan {
        let is_old = |job: &&OpenJob| job.creation_date < start;
        let expects = known.open.iter().filter(is_old).cloned().collect();
        let listing = Listing { covers: window, is_oldest: true, is_piece: false, expects };
        return Plan { listings: vec![listing], follow: Vec::new(), lost };
    }
    let unsettled = gaps(known.coverage, window, |known| {
        known.status == CoverageStatus::Complete && known.is_settled
    });
    let listing = |covers: &Span| {
        let is_oldest = covers.from == start;
        Listing { covers: *covers, is_oldest, is_piece: false, expects: Vec::new() }
    };
    let listings = unsettled.iter().map(listing).collect();
    let is_listed = |job: &OpenJob| unsettled.iter().any(|span| span.contains(job.creation_date));
    let alone: Vec<_> = known.open.iter().filter(|job| !is_listed(job)).cloned().collect();
    Plan { listings, follow: follow(alone, known.reach, start), lost }
}

/// The listings that read intervals of one kind of job once more, as far as AWS still shows them.
pub(super) fn again(
    kind: JobKind,
    spans: impl IntoIterator<Item = Span>,
    now: Instant,
) -> Vec<Listing> {
    let start = horizon(now);
    let Some(window) = Span::new(start, now - LISTING_LAG) else { return Vec::new() };
    let mut covers: Vec<Span> = Vec::new();
    let mut shown: Vec<_> = spans.into_iter().filter_map(|span| span.meet(window)).collect();
    shown.sort_unstable();
    for span in shown {
        match covers.last_mut() {
            Some(last) if last.until >= span.from => last.until = last.until.max(span.until),
            _ => covers.push(span),
        }
    }
    if kind == JobKind::Scan && !covers.is_empty() {
        covers = vec![window];
    }
    let listing = |covers: Span| {
        let is_oldest = covers.from == start;
        Listing { covers, is_oldest, is_piece: false, expects: Vec::new() }
    };
    covers.into_iter().map(listing).collect()
}

/// What is not held before `start`, from where the history begins: with what AWS answered first,
/// not with what was asked in vain before.
fn lost(coverage: &[Coverage], start: Instant) -> Vec<Span> {
    let answered = coverage.iter().filter(|known| known.status.is_answer());
    let first = answered.map(|known| known.span.from).min();
    let Some(past) = first.and_then(|first| Span::new(first, start)) else { return Vec::new() };
    gaps(coverage, past, |known| {
        known.status.is_whole()
            || matches!(known.status, CoverageStatus::Partial | CoverageStatus::Lost)
    })
}

/// The fewest calls that ask for all `jobs`.
///
/// Nothing promises that Describe reaches another account, so an organisation's jobs are listed;
/// nor that a listing shows what is past the horizon, so an account's old jobs are described.
fn follow(mut jobs: Vec<OpenJob>, reach: Reach, start: Instant) -> Vec<Follow> {
    jobs.sort_by(|a, b| {
        (&a.key.account_id, a.creation_date).cmp(&(&b.key.account_id, b.creation_date))
    });
    let mut groups: Vec<Vec<OpenJob>> = Vec::new();
    for job in jobs {
        let is_near = |last: &OpenJob| {
            last.key.account_id == job.key.account_id
                && job.creation_date - last.creation_date <= TOGETHER
                && (last.creation_date < start) == (job.creation_date < start)
        };
        match groups.last_mut() {
            Some(group) if group.last().is_some_and(is_near) => group.push(job),
            _ => groups.push(vec![job]),
        }
    }
    let follow = |group: Vec<OpenJob>| {
        let is_old = group.iter().any(|job| job.creation_date < start);
        if reach == Reach::Account && (group.len() == 1 || is_old) {
            return group.into_iter().map(Follow::Describe).collect();
        }
        let account_id = group[0].key.account_id.clone();
        vec![Follow::List { jobs: group, account_id }]
    };
    groups.into_iter().flat_map(follow).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::{JobKey, found, learn};

    fn day(day: i64) -> Instant {
        Instant::from_micros(day * DAY)
    }

    fn span(from: i64, until: i64) -> Span {
        Span::new(day(from), day(until)).unwrap()
    }

    fn place(kind: JobKind) -> Place {
        Place { source: "s".into(), region: "eu-west-1".into(), kind }
    }

    fn open(account_id: &str, job_id: &str, creation_date: Instant) -> OpenJob {
        let key = JobKey {
            kind: JobKind::Backup,
            region: "eu-west-1".into(),
            account_id: account_id.into(),
            job_id: job_id.into(),
        };
        let state = Some("RUNNING".into());
        OpenJob { key, creation_date, state, source: "s".into(), observed_at: creation_date }
    }

    /// A plan in words, times in days.
    fn words(plan: &Plan) -> Vec<String> {
        #[expect(clippy::cast_precision_loss, reason = "small numbers")]
        let days = |instant: Instant| (instant.micros() as f64 / DAY as f64 * 10.0).round() / 10.0;
        let span = |span: &Span| format!("{}-{}", days(span.from), days(span.until));
        let ids = |jobs: &[OpenJob]| {
            jobs.iter().map(|job| job.key.job_id.clone()).collect::<Vec<_>>().join("+")
        };
        let mut words = Vec::new();
        for listing in &plan.listings {
            let oldest = if listing.is_oldest { " and older" } else { "" };
            let expects = ids(&listing.expects);
            words.push(format!("list {}{oldest} {expects}", span(&listing.covers)));
        }
        for follow in &plan.follow {
            words.push(match follow {
                Follow::Describe(job) => format!("describe {}", job.key.job_id),
                Follow::List { jobs, account_id } => format!("list {} of {account_id}", ids(jobs)),
            });
        }
        words.extend(plan.lost.iter().map(|lost| format!("lost {}", span(lost))));
        words
    }

    /// Plans at day `now`, given listings (from, until, at) that succeeded.
    #[track_caller]
    fn check(
        kind: JobKind,
        reach: Reach,
        listed: &[(i64, i64, i64)],
        open: &[OpenJob],
        now: i64,
        expected: &[&str],
    ) {
        let mut coverage = Vec::new();
        for (from, until, at) in listed {
            for new in found(span(*from, *until), CoverageStatus::Complete, day(*at)) {
                coverage = learn(&coverage, new);
            }
        }
        let place = place(kind);
        let known = Known { place: &place, reach, coverage: &coverage, open };
        assert_eq!(words(&plan(known, day(now))), expected);
    }

    const ACCOUNT: Reach = Reach::Account;

    #[test]
    fn the_first_night_lists_all_that_aws_shows() {
        check(JobKind::Backup, ACCOUNT, &[], &[], 100, &["list 70-100 and older "]);
    }

    #[test]
    fn a_later_night_lists_what_is_not_settled() {
        check(JobKind::Copy, ACCOUNT, &[(70, 100, 100)], &[], 101, &["list 98-101 "]);
    }

    #[test]
    fn a_day_that_was_missed_is_listed_by_itself() {
        let listed = [(70, 90, 95), (92, 100, 100)];
        check(JobKind::Restore, ACCOUNT, &listed, &[], 101, &["list 90-92 ", "list 98-101 "]);
    }

    #[test]
    fn days_that_aws_has_forgotten_are_lost() {
        let listed = [(70, 100, 100)];
        let expected = ["list 110-140 and older ", "lost 100-110"];
        check(JobKind::Backup, ACCOUNT, &listed, &[], 140, &expected);
    }

    /// What is lost at day 140, given how readings (from, until, how it ended, at) ended.
    #[track_caller]
    fn check_lost(readings: &[(i64, i64, CoverageStatus, i64)], expected: &[Span]) {
        let mut coverage = Vec::new();
        for (from, until, status, at) in readings {
            for new in found(span(*from, *until), *status, day(*at)) {
                coverage = learn(&coverage, new);
            }
        }
        assert_eq!(lost(&coverage, horizon(day(140))), expected);
    }

    #[test]
    fn what_was_never_listed_is_not_lost() {
        use CoverageStatus::{Complete, Denied, Failed, Lost, NotOffered, Partial};
        check_lost(&[], &[]);
        check_lost(&[(70, 100, Failed, 100), (75, 105, Denied, 105)], &[]);
        check_lost(&[(60, 70, Lost, 100)], &[]);
        // The history begins where something was listed first, and has its gaps from there on.
        check_lost(&[(70, 100, Failed, 100), (71, 101, Complete, 101)], &[span(101, 110)]);
        check_lost(&[(70, 100, Partial, 100), (75, 105, Denied, 105)], &[span(75, 110)]);
        check_lost(&[(70, 100, NotOffered, 100)], &[span(100, 110)]);
        let denied = [(70, 100, Complete, 100), (98, 105, Denied, 105), (106, 110, Complete, 140)];
        check_lost(&denied, &[span(100, 106)]);
    }

    #[test]
    fn scan_jobs_are_listed_whole() {
        let old = open("1", "old", day(60));
        let expected = ["list 71-101 and older old"];
        check(JobKind::Scan, ACCOUNT, &[(70, 100, 100)], &[old], 101, &expected);
    }

    #[test]
    fn an_open_job_of_a_settled_day_is_followed() {
        let jobs = [open("1", "a", day(90)), open("1", "b", day(99))];
        let expected = ["list 98-101 ", "describe a"];
        check(JobKind::Backup, ACCOUNT, &[(70, 100, 100)], &jobs, 101, &expected);
    }

    #[test]
    fn open_jobs_that_lie_together_are_listed_together() {
        let jobs = [
            open("1", "a", day(90)),
            open("1", "b", day(90) + HOUR),
            open("1", "c", day(90) + 3 * HOUR),
            open("2", "d", day(90)),
        ];
        let listed = [(70, 100, 100)];
        let expected = ["list 98-101 ", "list a+b of 1", "describe c", "describe d"];
        check(JobKind::Backup, ACCOUNT, &listed, &jobs, 101, &expected);
        let expected = ["list 98-101 ", "list a+b of 1", "list c of 1", "list d of 2"];
        check(JobKind::Backup, Reach::Organization, &listed, &jobs, 101, &expected);
    }

    #[track_caller]
    fn check_again(kind: JobKind, spans: &[(i64, i64)], expected: &[&str]) {
        let spans = spans.iter().map(|(from, until)| span(*from, *until));
        let listings = again(kind, spans, day(100));
        assert_eq!(words(&Plan { listings, ..Plan::default() }), expected);
    }

    #[test]
    fn what_is_read_again_is_joined_and_within_the_horizon() {
        let days = [(95, 96), (80, 81), (96, 97), (99, 100)];
        check_again(JobKind::Backup, &days, &["list 80-81 ", "list 95-97 ", "list 99-100 "]);
        check_again(JobKind::Backup, &[(69, 71), (60, 61)], &["list 70-71 and older "]);
        check_again(JobKind::Scan, &[(80, 81), (95, 96)], &["list 70-100 and older "]);
        check_again(JobKind::Scan, &[], &[]);
    }

    proptest! {
        #[test]
        fn every_open_job_is_asked_for_once(
            created in proptest::collection::vec((0..3_u8, 40 * 24..101 * 24_i64), 0..12),
            is_organization: bool,
        ) {
            let job = |(index, (account, hour)): (usize, &(u8, i64))| {
                open(&account.to_string(), &index.to_string(), day(0) + hour * HOUR)
            };
            let jobs: Vec<_> = created.iter().enumerate().map(job).collect();
            let coverage = found(span(70, 100), CoverageStatus::Complete, day(100));
            let place = place(JobKind::Backup);
            let reach = if is_organization { Reach::Organization } else { Reach::Account };
            let known = Known { place: &place, reach, coverage: &coverage, open: &jobs };
            let plan = plan(known, day(101));
            let followed = plan.follow.into_iter().flat_map(|follow| match follow {
                Follow::Describe(job) => vec![job],
                Follow::List { jobs, .. } => jobs,
            });
            let mut asked: Vec<_> = followed.map(|job| job.key.job_id).collect();
            let listed = jobs.iter().filter(|job| {
                plan.listings.iter().any(|listing| listing.covers.contains(job.creation_date))
            });
            asked.extend(listed.map(|job| job.key.job_id.clone()));
            asked.sort_by_key(|id| id.parse::<usize>().unwrap());
            let all: Vec<_> = jobs.iter().map(|job| job.key.job_id.clone()).collect();
            prop_assert_eq!(asked, all);
        }
    }
}
