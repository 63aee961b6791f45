//! A comparison as tables for people: the totals, then the differences. Pure.

use std::collections::BTreeMap;

use crate::model::{Dimension, Place};
use crate::nights::{Finding, Findings, Group, Reconciliation, Sum, Verdict};

use super::super::grid::Grid;
use super::words;

/// The columns of the totals, before and behind those of the verdicts.
const PLACE: [(&str, bool); 4] =
    [("source", false), ("Region", false), ("kind", false), ("days", true)];
const COUNTS: [(&str, bool); 2] = [("AWS", true), ("held", true)];

/// The columns of the differences.
const DIFFERENCES: [(&str, bool); 10] = [
    ("day", false),
    ("source", false),
    ("Region", false),
    ("kind", false),
    ("account", false),
    ("group", false),
    ("AWS", true),
    ("held", true),
    ("verdict", false),
    ("why", false),
];

/// What a place has of each verdict.
#[derive(Default)]
struct Totals {
    days: usize,
    sums: BTreeMap<Verdict, Sum>,
}

/// The tables; with `all` those groups too that agree.
pub(super) fn text(found: &Reconciliation, all: bool) -> String {
    let mut text = vec![words::sums(found)];
    if !found.days.is_empty() {
        text.push(String::new());
        text.extend(totals(found).lines());
    }
    let differences = differences(found, all);
    if !differences.is_empty() {
        text.push(String::new());
        text.extend(differences);
    }
    text.join("\n") + "\n"
}

fn totals(found: &Reconciliation) -> Grid {
    let mut places: BTreeMap<&Place, Totals> = BTreeMap::new();
    for Findings { place, found, .. } in &found.days {
        let totals = places.entry(place).or_default();
        totals.days += 1;
        for finding in found {
            totals.add(finding.reason.verdict(), finding.sum);
        }
    }
    let sums = found.sums();
    let verdicts: Vec<_> = Verdict::ALL.into_iter().filter(|it| sums.contains_key(it)).collect();
    let columns: Vec<_> = verdicts.iter().map(|it| (words::verdict(*it), true)).collect();
    let mut grid = Grid::new(&[&PLACE[..], &columns, &COUNTS].concat());
    let mut sum = Totals::default();
    for (place, totals) in &places {
        let Place { source, region, kind } = place;
        grid.push(totals.cells([source, region, kind.name()], &verdicts));
        sum.days += totals.days;
        for (verdict, of_verdict) in &totals.sums {
            sum.add(*verdict, *of_verdict);
        }
    }
    if places.len() > 1 {
        grid.push(sum.cells(["total", "", ""], &verdicts));
    }
    grid
}

impl Totals {
    fn add(&mut self, verdict: Verdict, sum: Sum) {
        let total = self.sums.entry(verdict).or_default();
        total.groups += sum.groups;
        total.aws += sum.aws;
        total.ours += sum.ours;
    }

    fn cells(&self, place: [&str; 3], verdicts: &[Verdict]) -> Vec<String> {
        let groups = |verdict: Verdict| self.sums.get(&verdict).map_or(0, |sum| sum.groups);
        let jobs = |of: fn(&Sum) -> i64| self.sums.values().map(of).sum::<i64>().to_string();
        let mut cells = place.map(str::to_owned).to_vec();
        cells.push(self.days.to_string());
        cells.extend(verdicts.iter().map(|verdict| groups(*verdict).to_string()));
        cells.extend([jobs(|sum| sum.aws), jobs(|sum| sum.ours)]);
        cells
    }
}

fn differences(found: &Reconciliation, all: bool) -> Vec<String> {
    let mut grid = Grid::new(&DIFFERENCES);
    let mut count = 0;
    for day in &found.days {
        let is_told = |it: &&Finding| all || it.reason.verdict() != Verdict::Match;
        for finding in day.found.iter().filter(is_told) {
            count += 1;
            grid.push(difference(day, finding));
        }
    }
    if count == 0 { Vec::new() } else { grid.lines() }
}

fn difference(day: &Findings, finding: &Finding) -> Vec<String> {
    let Place { source, region, kind } = &day.place;
    let (account, group) = match &finding.group {
        None => ("-".to_owned(), words::groups(finding.sum.groups)),
        Some(Group { account_id, values }) => {
            let of_kind = Dimension::of(*kind).iter();
            let values = of_kind.map(|it| values[it.place()].as_deref().unwrap_or("-"));
            let values: Vec<_> = values.collect();
            (account_id.clone().unwrap_or_else(|| "-".to_owned()), values.join(" "))
        }
    };
    vec![
        day.start.day_text(),
        source.clone(),
        region.clone(),
        kind.to_string(),
        account,
        group,
        finding.sum.aws.to_string(),
        finding.sum.ours.to_string(),
        words::verdict(finding.reason.verdict()).to_owned(),
        finding.reason.sentence(),
    ]
}
