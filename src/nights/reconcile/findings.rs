//! What was found, in a form that is bounded: what agrees is summed, what differs is told. Pure.

use std::collections::BTreeMap;

use crate::catalog::{ComparedDay, ComparedRow};
use crate::model::{Instant, Place};

use super::verdict::{Group, Judged, Reason, Verdict};

/// So many groups of a day are told by themselves for one reason; the others are summed.
const TOLD_MAX: usize = 100;

/// Groups, and the jobs in them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sum {
    /// How many groups.
    pub groups: u64,
    /// How many jobs AWS counted.
    pub aws: i64,
    /// How many are held.
    pub ours: i64,
}

impl Sum {
    fn add(&mut self, other: Self) {
        self.groups += other.groups;
        self.aws += other.aws;
        self.ours += other.ours;
    }
}

/// One thing that was found of a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Why the counts are as they are.
    pub reason: Reason,
    /// The group, or many of them.
    pub group: Option<Group>,
    /// What was counted.
    pub sum: Sum,
}

/// What was found of one day of a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Findings {
    /// The place.
    pub place: Place,
    /// Where the day begins.
    pub start: Instant,
    /// When AWS last gave its counts.
    pub counted_at: Instant,
    /// The findings, in the order of their verdicts.
    pub found: Vec<Finding>,
}

/// A comparison of AWS's counts with ours.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reconciliation {
    /// By place and day.
    pub days: Vec<Findings>,
}

/// The groups that are told by themselves: where the counts differ and something can be said of
/// it; with `keeps_matches` those that agree, too.
pub(super) fn found(judged: Vec<Judged>, keeps_matches: bool) -> Vec<Finding> {
    let mut told: BTreeMap<(Verdict, Reason), Vec<Finding>> = BTreeMap::new();
    let mut summed: BTreeMap<(Verdict, Reason), Sum> = BTreeMap::new();
    for Judged { group, aws, ours, reason } in judged {
        let verdict = reason.verdict();
        let sum = Sum { groups: 1, aws, ours };
        let of_reason = told.entry((verdict, reason)).or_default();
        let is_told = aws != ours && verdict != Verdict::OutsideCoverage;
        let has_room = is_told && of_reason.len() < TOLD_MAX;
        if has_room || (keeps_matches && verdict == Verdict::Match) {
            of_reason.push(Finding { reason, group: Some(group), sum });
        } else {
            summed.entry((verdict, reason)).or_default().add(sum);
        }
    }
    let mut all = Vec::new();
    for (key, of_reason) in told {
        all.extend(of_reason);
        let rest = summed.get(&key).copied();
        all.extend(rest.map(|sum| Finding { reason: key.1, group: None, sum }));
    }
    all
}

impl Reconciliation {
    /// What was found, by verdict.
    pub fn sums(&self) -> BTreeMap<Verdict, Sum> {
        let mut sums: BTreeMap<Verdict, Sum> = BTreeMap::new();
        for finding in self.days.iter().flat_map(|day| &day.found) {
            sums.entry(finding.reason.verdict()).or_default().add(finding.sum);
        }
        sums
    }

    /// What is not as it should be.
    pub fn unexplained(&self) -> Sum {
        let mut sum = Sum::default();
        let found = self.days.iter().flat_map(|day| &day.found);
        found.filter(|it| !it.reason.is_explained()).for_each(|finding| sum.add(finding.sum));
        sum
    }

    /// The days that were listed whole and lack jobs all the same.
    pub(in crate::nights) fn short(&self) -> impl Iterator<Item = &Findings> {
        let is_short = |day: &&Findings| day.found.iter().any(|it| it.reason.is_short());
        self.days.iter().filter(is_short)
    }

    /// The days as the ledger keeps them.
    pub(in crate::nights) fn to_ledger(&self) -> Vec<ComparedDay> {
        let day = |day: &Findings| ComparedDay {
            place: day.place.clone(),
            start_time: day.start,
            counted_at: day.counted_at,
            rows: day.found.iter().map(Finding::to_row).collect(),
        };
        self.days.iter().map(day).collect()
    }
}

impl Finding {
    /// The finding as a row of the ledger.
    pub fn to_row(&self) -> ComparedRow {
        let Group { account_id, values } = self.group.clone().unwrap_or_default();
        ComparedRow {
            verdict: self.reason.verdict().name(),
            is_explained: self.reason.is_explained(),
            account_id,
            values,
            group_count: self.sum.groups,
            aws_count: self.sum.aws,
            our_count: self.sum.ours,
            reason: self.reason.sentence(),
        }
    }
}
