//! The words of a comparison, for people. Pure.

use crate::model::Instant;
use crate::nights::{Compared, Findings, Reconciliation, Sum, Verdict};

/// The words of a verdict.
pub(in crate::cli) fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Match => "match",
        Verdict::Moved => "moved",
        Verdict::MissingHere => "missing here",
        Verdict::ExtraHere => "extra here",
        Verdict::OutsideCoverage => "outside coverage",
        Verdict::Rule => "another rule",
        Verdict::Unexplained => "unexplained",
    }
}

/// `1 group`, `2 groups`.
pub(in crate::cli) fn groups(number: u64) -> String {
    format!("{number} group{}", if number == 1 { "" } else { "s" })
}

/// What was compared, and how many groups there are of each verdict.
pub(in crate::cli) fn sums(found: &Reconciliation) -> String {
    let sums = found.sums();
    let all: u64 = sums.values().map(|sum| sum.groups).sum();
    if all == 0 {
        return "AWS's own counts: nothing to compare".to_owned();
    }
    let told = Verdict::ALL.into_iter().filter_map(|it| Some((it, sums.get(&it)?)));
    let told: Vec<_> = told.map(|(it, sum)| format!("{} {}", sum.groups, verdict(it))).collect();
    format!("AWS's own counts: {} compared: {}", groups(all), told.join(", "))
}

/// What a comparison at the end of an ingest found, in a line or a few; nothing where AWS counts
/// nothing and nothing is held.
pub(in crate::cli) fn summary(compared: &Compared) -> Vec<String> {
    if compared.reconciliation.days.is_empty() {
        return Vec::new();
    }
    let mut lines = vec![sums(&compared.reconciliation)];
    if compared.days_read_again > 0 {
        let (days, healed) = (compared.days_read_again, compared.days_healed);
        let days = format!("{days} day{}", if days == 1 { "" } else { "s" });
        lines.push(format!(
            "{days} lacked jobs and were read again: {healed} of them lack none now"
        ));
    }
    lines
}

/// What is not as it should be.
pub(in crate::cli) fn warning(found: &Reconciliation) -> Option<String> {
    let Sum { groups: number, aws, ours } = found.unexplained();
    let groups = groups(number);
    let text =
        format!("nothing explains why AWS counts {aws} jobs in {groups} where {ours} are held");
    (number > 0).then_some(text)
}

/// The first day of which something is not as it should be.
pub(in crate::cli) fn first_day(found: &Reconciliation) -> Option<String> {
    let is_strange = |day: &&Findings| day.found.iter().any(|it| !it.reason.is_explained());
    found.days.iter().filter(is_strange).map(|day| day.start).min().map(Instant::day_text)
}
