//! What is wrong with the ledger. Pure.

use std::collections::{BTreeMap, BTreeSet};

use crate::catalog::{OpenChanges, Repair};
use crate::model::{Coverage, CoverageStatus, DAY, JobKey, OVERLAP_DAYS, OpenJob, Place, Reach};

use super::finding::{Check, Finding};

/// Coverage that cannot be: intervals that overlap or are empty, or that claim more than a listing
/// at their time could have told.
pub(super) fn coverage(coverage: &[(Place, Reach, Coverage)]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut places: BTreeMap<(&Place, &Reach), Vec<&Coverage>> = BTreeMap::new();
    for (place, reach, known) in coverage {
        places.entry((place, reach)).or_default().push(known);
    }
    for ((place, reach), known) in places {
        let Place { source, region, kind } = place;
        let object =
            format!("coverage of {kind} jobs, source {source} ({}), Region {region}", reach.name());
        let mut say = |what: String| {
            findings.push(Finding::new(Check::WrongCoverage, object.clone(), what));
        };
        for of in &known {
            let words = format!("{} to {}", of.span.from, of.span.until);
            if of.span.from >= of.span.until {
                say(format!("an interval is empty: {words}"));
            } else if let Some(why) = impossible(of) {
                say(format!("{words} is said to be {}, {why}", of.status.name()));
            }
        }
        for pair in known.windows(2).filter(|pair| pair[1].span.from < pair[0].span.until) {
            say(format!("two intervals overlap at {}", pair[1].span.from));
        }
    }
    findings
}

fn impossible(known: &Coverage) -> Option<String> {
    if known.status != CoverageStatus::Complete {
        return None;
    }
    let settled_until = (known.listed_at - OVERLAP_DAYS * DAY).day_start();
    if known.span.until > known.listed_at {
        return Some(format!("but it was listed at {}, before its end", known.listed_at));
    }
    if known.is_settled && known.span.until > settled_until {
        return Some(format!(
            "and settled, but it was listed at {}, less than two days after its end",
            known.listed_at
        ));
    }
    None
}

/// Jobs that are open by their rows and not by the ledger, and the reverse if all rows could be
/// read: a job whose row is gone may well be open.
pub(super) fn open(rows: &[OpenJob], ledger: &[OpenJob], is_complete: bool) -> Vec<Finding> {
    let by_key = |jobs: &[OpenJob]| -> BTreeMap<JobKey, OpenJob> {
        jobs.iter().map(|job| (job.key.clone(), job.clone())).collect()
    };
    let (rows, ledger) = (by_key(rows), by_key(ledger));
    let keys: BTreeSet<_> = rows.keys().chain(ledger.keys()).collect();
    let finding = |key: &JobKey| {
        let (what, changes) = match (rows.get(key), ledger.get(key)) {
            (Some(row), None) => ("it is open, and the ledger does not have it", opened(row)),
            (None, Some(_)) if is_complete => {
                let closed = vec![key.clone()];
                let changes = OpenChanges { opened: Vec::new(), closed };
                ("the ledger says that it is open, and no row says so", changes)
            }
            (Some(row), Some(held)) if row != held => {
                ("the ledger has other values than its row", opened(row))
            }
            _ => return None,
        };
        let JobKey { kind, region, account_id, job_id } = key;
        let object = format!("{kind} job {job_id} of {account_id} in {region}");
        Some(Finding::new(Check::OpenJob, object, what).mended_by(Repair::Open(changes)))
    };
    keys.into_iter().filter_map(finding).collect()
}

fn opened(job: &OpenJob) -> OpenChanges {
    OpenChanges { opened: vec![job.clone()], closed: Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Instant, JobKind, Span};

    /// An interval of days, listed at the beginning of a day.
    fn interval(from: i64, until: i64, is_settled: bool, listed: i64) -> (Place, Reach, Coverage) {
        let place = Place { source: "s".into(), region: "r".into(), kind: JobKind::Backup };
        let day = |day: i64| Instant::from_micros(day * DAY);
        let span = Span { from: day(from), until: day(until) };
        let status = CoverageStatus::Complete;
        let listed_at = day(listed);
        (place, Reach::Account, Coverage { span, status, is_settled, listed_at })
    }

    #[track_caller]
    fn check(intervals: &[(Place, Reach, Coverage)], expected: &[&str]) {
        let found: Vec<_> = coverage(intervals).into_iter().map(|it| it.what).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn coverage_that_can_be_is_no_finding() {
        check(&[interval(0, 4, true, 6), interval(4, 6, false, 6)], &[]);
    }

    #[test]
    fn coverage_claims_no_more_than_a_listing_told() {
        check(
            &[interval(0, 4, false, 3)],
            &["1970-01-01T00:00:00Z to 1970-01-05T00:00:00Z is said to be complete, but it was \
               listed at 1970-01-04T00:00:00Z, before its end"],
        );
        check(
            &[interval(0, 4, true, 5)],
            &["1970-01-01T00:00:00Z to 1970-01-05T00:00:00Z is said to be complete, and settled, \
               but it was listed at 1970-01-06T00:00:00Z, less than two days after its end"],
        );
    }

    #[test]
    fn intervals_of_one_place_do_not_overlap() {
        check(
            &[interval(0, 4, true, 6), interval(3, 6, false, 6)],
            &["two intervals overlap at 1970-01-04T00:00:00Z"],
        );
        check(
            &[interval(4, 4, true, 6)],
            &["an interval is empty: 1970-01-05T00:00:00Z to 1970-01-05T00:00:00Z"],
        );
    }
}
