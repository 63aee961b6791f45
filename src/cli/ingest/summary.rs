//! What an ingest did, for people.

use std::collections::{BTreeMap, BTreeSet};

use crate::ingest::{PlaceReport, Report};
use crate::model::{DAY, Instant, Place, Span};
use crate::nights::{Comparison, NightReport};

use super::super::grid::Grid;
use super::super::reconcile::words;
use super::super::{Status, printer};
use super::problems::{self, Places};

/// The columns of the table.
const COLUMNS: [(&str, bool); 9] = [
    ("source", false),
    ("Region", false),
    ("read", true),
    ("new", true),
    ("changed", true),
    ("unchanged", true),
    ("refused", true),
    ("lost days", true),
    ("failed", true),
];

/// Tells the whole of it.
pub(super) fn tell(night: &NightReport, status: Status) {
    for line in text(night, status) {
        printer::note(&line);
    }
}

/// The whole of it in a few words.
pub(super) fn words(NightReport { ingest: report, comparison }: &NightReport) -> String {
    let sum = sum(report);
    let mut parts = vec![format!("{} read, {} new", sum.counts.read, sum.counts.new)];
    for (number, what) in [(sum.counts.changed, "changed"), (sum.failed, "failed")] {
        if number > 0 {
            parts.push(format!("{number} {what}"));
        }
    }
    let mut words = parts.join(", ");
    let made = report.snapshot.map(|snapshot| format!("; snapshot {snapshot}"));
    words.push_str(&made.unwrap_or_default());
    words + &compared_words(comparison)
}

/// What the comparison with AWS's own counts found, in a few words.
fn compared_words(comparison: &Comparison) -> String {
    match comparison {
        Comparison::None => String::new(),
        Comparison::Failed(_) => "; not compared with AWS's counts".to_owned(),
        Comparison::Done(compared) => match compared.reconciliation.unexplained().groups {
            0 => "; AWS's counts are explained".to_owned(),
            groups => format!("; {groups} of AWS's counts are not explained"),
        },
    }
}

/// What was read, then what is not as it should be.
fn text(NightReport { ingest: report, comparison }: &NightReport, status: Status) -> Vec<String> {
    // Where nothing was read, numbers say nothing.
    let mut text = if status == Status::NotDone { Vec::new() } else { lines(report) };
    if let Comparison::Done(compared) = comparison {
        text.extend(words::summary(compared));
    }
    text.extend(warnings(report).into_iter().map(|warning| format!("warning: {warning}")));
    text.extend(comparison_warning(comparison).map(|warning| format!("warning: {warning}")));
    let word = match status {
        Status::Done => "note",
        Status::Attention => "warning",
        Status::NotDone => "error",
    };
    for problem in problems::told(&report.problems) {
        let hint = problem.hint.map(|hint| format!("\nhint: {hint}")).unwrap_or_default();
        text.push(format!("{word}: {}{hint}", problem.text));
    }
    text
}

/// The table, the Regions in which there was nothing, and the totals.
fn lines(report: &Report) -> Vec<String> {
    let mut grid = Grid::new(&COLUMNS);
    let told: Vec<_> = report.places.iter().filter(|(_, place)| !is_quiet(place)).collect();
    for ((source, region), place) in &told {
        grid.push(row(source, region, place));
    }
    if told.len() > 1 {
        grid.push(row("total", "", &sum(report)));
    }
    let mut lines = if told.is_empty() { Vec::new() } else { grid.lines() };
    lines.extend(quiet(report));
    lines.extend(not_enabled(report));
    lines.push(totals(report));
    lines
}

fn row(source: &str, region: &str, place: &PlaceReport) -> Vec<String> {
    let PlaceReport { counts, refused, lost, failed } = place;
    let numbers =
        [counts.read, counts.new, counts.changed, counts.unchanged, *refused, days(lost), *failed];
    let words = [source.to_owned(), region.to_owned()];
    words.into_iter().chain(numbers.map(|number| number.to_string())).collect()
}

fn sum(report: &Report) -> PlaceReport {
    let mut sum = PlaceReport::default();
    for place in report.places.values() {
        sum.counts.read += place.counts.read;
        sum.counts.new += place.counts.new;
        sum.counts.changed += place.counts.changed;
        sum.counts.unchanged += place.counts.unchanged;
        sum.refused += place.refused;
        sum.lost.extend(place.lost.iter().cloned());
        sum.failed += place.failed;
    }
    sum
}

/// How many UTC days are lost, or a part of them is: each once, whatever kinds and Regions lost it.
fn days(lost: &[(Place, Span)]) -> u64 {
    let days = lost.iter().flat_map(|(_, span)| span.from.day()..=(span.until - 1).day());
    days.collect::<BTreeSet<_>>().len() as u64
}

fn is_quiet(place: &PlaceReport) -> bool {
    *place == PlaceReport::default()
}

/// Regions that were read and had nothing.
fn quiet(report: &Report) -> Option<String> {
    let quiet = report.places.iter().filter(|(_, place)| is_quiet(place));
    let names = regions(quiet.map(|(key, _)| key));
    (!names.is_empty() && !report.is_stopped).then(|| format!("there was nothing in {names}"))
}

/// Regions that the account has not enabled.
fn not_enabled(report: &Report) -> Option<String> {
    let names = regions(report.not_enabled.iter());
    (!names.is_empty()).then(|| format!("not enabled for the account: {names}"))
}

/// The names of Regions, each once.
fn regions<'a>(places: impl Iterator<Item = &'a (String, String)>) -> String {
    let regions: BTreeSet<_> = places.map(|(_, region)| region.as_str()).collect();
    regions.into_iter().collect::<Vec<_>>().join(", ")
}

fn totals(report: &Report) -> String {
    let totals = report.totals;
    let count =
        |number: u64, what: &str| format!("{number} {what}{}", if number == 1 { "" } else { "s" });
    let mut parts = vec![count(totals.units_ended, "unit"), count(totals.calls, "call")];
    for (number, what) in [(totals.throttles, "throttled"), (totals.retries, "repeated")] {
        if number > 0 {
            parts.push(format!("{number} {what}"));
        }
    }
    let snapshot =
        report.snapshot.map_or("nothing changed".to_owned(), |it| format!("snapshot {it}"));
    format!("{}; {snapshot}", parts.join(", "))
}

/// What is not as it should be, besides what failed.
fn warnings(report: &Report) -> Vec<String> {
    let mut warnings: Vec<_> =
        report.refusals.iter().map(|reason| format!("a record was refused: {reason}")).collect();
    let refused: u64 = report.places.values().map(|place| place.refused).sum();
    match refused.saturating_sub(report.refusals.len() as u64) {
        0 => {}
        more => warnings.push(format!("{more} more records were refused")),
    }
    let lost = report.places.values().flat_map(|place| &place.lost);
    warnings.extend(lost_warnings(lost));
    if report.is_stopped {
        warnings.push("the ingest was interrupted; the next one reads the rest".to_owned());
    }
    warnings
}

/// What of AWS's own counts is not as it should be.
fn comparison_warning(comparison: &Comparison) -> Option<String> {
    match comparison {
        Comparison::None => None,
        Comparison::Done(compared) => {
            let found = &compared.reconciliation;
            let (warning, day) = words::warning(found).zip(words::first_day(found))?;
            Some(format!("{warning}\nhint: see them with `lookback reconcile --since {day}`"))
        }
        Comparison::Failed(error) => {
            let hint = error.hint().map(|hint| format!("\nhint: {hint}")).unwrap_or_default();
            let chain = error.chain();
            Some(format!("AWS's own counts could not be compared with what is held: {chain}{hint}"))
        }
    }
}

/// What was lost in many places at the same time is told once.
fn lost_warnings<'a>(lost: impl Iterator<Item = &'a (Place, Span)>) -> Vec<String> {
    let mut spans: BTreeMap<(i64, i64), Places> = BTreeMap::new();
    for (place, span) in lost {
        let days = (span.from.day(), (span.until - 1).day());
        spans.entry(days).or_default().add(place);
    }
    let tell = |((first, last), places): ((i64, i64), Places)| {
        let day = |day: i64| Instant::from_micros(day * DAY).day_text();
        format!(
            "jobs created from {} to {} are lost: AWS had forgotten them before it was asked\n  \
             ({})\nhint: let it run every night: AWS forgets jobs after 30 days",
            day(first),
            day(last),
            places.words()
        )
    };
    spans.into_iter().map(tell).collect()
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;
    use crate::ingest::{Counts, Totals};
    use crate::model::JobKind;

    fn report() -> Report {
        let at = |day: &str| Instant::from_text(day).unwrap();
        let span = Span::new(at("2026-10-01"), at("2026-10-03T12:00:00Z")).unwrap();
        let later = Span::new(at("2026-10-02"), at("2026-10-05")).unwrap();
        let lost = |region: &str, kind, span| {
            let (source, region) = ("prod".to_owned(), region.to_owned());
            (Place { source, region, kind }, span)
        };
        let place = PlaceReport {
            counts: Counts { read: 2000, new: 1500, changed: 20, unchanged: 480 },
            refused: 3,
            lost: [JobKind::Backup, JobKind::Copy].map(|it| lost("us-east-1", it, span)).into(),
            failed: 0,
        };
        let other = PlaceReport {
            lost: vec![lost("us-west-2", JobKind::Scan, later)],
            ..PlaceReport::default()
        };
        let key = |region: &str| ("prod".to_owned(), region.to_owned());
        let quiet = ["sa-east-1", "eu-west-1"].map(|name| (key(name), PlaceReport::default()));
        Report {
            run_id: "r".to_owned(),
            snapshot: Some(7),
            places: quiet
                .into_iter()
                .chain([(key("us-east-1"), place), (key("us-west-2"), other)])
                .collect(),
            totals: Totals {
                units_ended: 1,
                calls: 12,
                throttles: 2,
                retries: 3,
                ..Totals::default()
            },
            problems: Vec::new(),
            units_read: 1,
            not_enabled: [key("af-south-1")].into(),
            refusals: vec!["backup job has no BackupJobId".to_owned()],
            is_stopped: false,
        }
    }

    fn told(report: Report) -> String {
        let night = NightReport { ingest: report, comparison: Comparison::None };
        text(&night, Status::Attention).join("\n")
    }

    #[test]
    fn what_was_lost_or_refused_is_told() {
        assert_snapshot!(told(report()), @"
        source  Region     read   new  changed  unchanged  refused  lost days  failed
        prod    us-east-1  2000  1500       20        480        3          3       0
        prod    us-west-2     0     0        0          0        0          3       0
        total              2000  1500       20        480        3          4       0
        there was nothing in eu-west-1, sa-east-1
        not enabled for the account: af-south-1
        1 unit, 12 calls, 2 throttled, 3 repeated; snapshot 7
        warning: a record was refused: backup job has no BackupJobId
        warning: 2 more records were refused
        warning: jobs created from 2026-10-01 to 2026-10-03 are lost: AWS had forgotten them before it was asked
          (source prod; Region us-east-1; backup, copy jobs)
        hint: let it run every night: AWS forgets jobs after 30 days
        warning: jobs created from 2026-10-02 to 2026-10-04 are lost: AWS had forgotten them before it was asked
          (source prod; Region us-west-2; scan jobs)
        hint: let it run every night: AWS forgets jobs after 30 days
        ");
    }

    #[test]
    fn an_interrupted_ingest_does_not_say_that_there_was_nothing() {
        let report = Report {
            is_stopped: true,
            places: [(("prod".to_owned(), "us-east-1".to_owned()), PlaceReport::default())].into(),
            not_enabled: BTreeSet::new(),
            refusals: Vec::new(),
            snapshot: None,
            ..report()
        };
        assert_snapshot!(told(report), @"
        1 unit, 12 calls, 2 throttled, 3 repeated; nothing changed
        warning: the ingest was interrupted; the next one reads the rest
        ");
    }
}
