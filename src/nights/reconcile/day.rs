//! One day of a source, Region and kind: what AWS counted, and what is held. Pure.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{
    Coverage, CoverageStatus, DAY, Dimension, HOUR, Instant, JobKind, MINUTE, Period, Span, gaps,
    is_terminal,
};

use super::verdict::{Group, Judged, Reason, Rule};

/// AWS counts a day until about 02:30 UTC of the next ("the dashboard updates daily during
/// approximately 1:30 - 2:30 UTC", AWS Backup Developer Guide, dashboards): who asks earlier may
/// be told nothing of it.
pub(super) const COUNTED_AFTER: i64 = 2 * HOUR + 30 * MINUTE;
/// So old can AWS's counts be when it gives them, by the same page: a job that ended since may be
/// counted in the state before.
pub(super) const COUNTS_AGE: i64 = DAY;

/// One day.
#[derive(Clone, Debug)]
pub(super) struct Day {
    pub(super) kind: JobKind,
    /// Where it begins.
    pub(super) start: Instant,
    /// When AWS first said what it last said.
    pub(super) said_at: Instant,
    /// When AWS last said it.
    pub(super) counted_at: Instant,
    /// Where it ends, if all of AWS's rows say so.
    pub(super) end_time: Option<Instant>,
    /// Whether AWS's counts were not read to their end.
    pub(super) is_read_in_part: bool,
    /// Whether AWS counts nothing of the place on any day.
    pub(super) counts_nothing: bool,
    /// The accounts whose jobs the source reads; of every account where there are none.
    pub(super) accounts: Option<BTreeSet<String>>,
    /// What is known of the place.
    pub(super) coverage: Vec<Coverage>,
    /// The groups.
    pub(super) cells: BTreeMap<Key, Cell>,
    /// Scan jobs that AWS is not asked for, since they have no result, by account and type.
    pub(super) without_result: BTreeMap<Kin, Held>,
}

/// What tells groups apart: values are the same without regard to case and to `_`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key(Vec<Option<String>>);

/// Account and resource type, which no job ever changes.
pub(super) type Kin = [Option<String>; 2];

/// A group.
#[derive(Clone, Debug, Default)]
pub(super) struct Cell {
    pub(super) group: Group,
    pub(super) aws: i64,
    pub(super) held: Held,
}

/// What is held of a group: the jobs, and how many of them may explain a difference.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Held {
    pub(super) count: i64,
    /// Still open, or changed after AWS last counted.
    pub(super) changed: i64,
    /// Not these, but ended so shortly before that AWS may not have counted it yet.
    pub(super) ended: i64,
    /// Imported: AWS's listing did not show them.
    pub(super) imported: i64,
    /// Not these, but first seen after AWS last counted.
    pub(super) seen_later: i64,
}

impl Key {
    pub(super) fn of(group: &Group) -> Self {
        let letters = |text: &String| text.replace('_', "").to_ascii_uppercase();
        let values = group.values.iter().map(|value| value.as_ref().map(letters));
        Self(std::iter::once(group.account_id.clone()).chain(values).collect())
    }

    /// Account and resource type.
    pub(super) fn kin(&self) -> Kin {
        [self.0[0].clone(), self.0[1 + Dimension::ResourceType.place()].clone()]
    }
}

impl Day {
    /// The cell of a group, which keeps the spelling of whoever came first.
    pub(super) fn cell(&mut self, group: Group) -> &mut Cell {
        let new = |group| Cell { group, ..Cell::default() };
        self.cells.entry(Key::of(&group)).or_insert_with(|| new(group))
    }

    /// What the day is.
    pub(super) fn span(&self) -> Span {
        Span { from: self.start, until: self.start + DAY }
    }

    /// Whether all of it was listed whole.
    pub(super) fn is_whole(&self) -> bool {
        let is_complete = |known: &Coverage| known.status == CoverageStatus::Complete;
        gaps(&self.coverage, self.span(), is_complete).is_empty()
    }

    /// Whether the source reads the jobs of a group.
    pub(super) fn reads(&self, group: &Group) -> bool {
        let Some(accounts) = &self.accounts else { return true };
        group.account_id.as_ref().is_some_and(|account| accounts.contains(account))
    }

    /// What is to be said of each group.
    pub(super) fn judge(&self) -> Vec<Judged> {
        let mut kin: BTreeMap<Kin, Vec<&Cell>> = BTreeMap::new();
        for (key, cell) in &self.cells {
            kin.entry(key.kin()).or_default().push(cell);
        }
        kin.iter().flat_map(|(kin, cells)| self.judge_kin(kin, cells)).collect()
    }

    /// Judges the groups between which a job can move.
    fn judge_kin(&self, kin: &Kin, cells: &[&Cell]) -> Vec<Judged> {
        let left = self.without_moved(kin, cells);
        let sum = |of: fn(&i64) -> bool| left.iter().copied().filter(of).sum::<i64>();
        let (surplus, deficit) = (sum(|n| *n > 0), -sum(|n| *n < 0));
        let is_strange = |(cell, left): (&&Cell, &i64)| {
            *left > 0 && self.extra(cell, *left) == Reason::NotCounted
        };
        // Jobs are in other groups than AWS says, though AWS showed them so and they are final.
        let is_otherwise =
            deficit > 0 && self.missing().is_short() && cells.iter().zip(&left).any(is_strange);
        let reason = |cell: &Cell, left: i64| {
            if let Some(reason) = self.of_day(cell) {
                return reason;
            }
            match left {
                0 if cell.aws == cell.held.count => Reason::Agrees,
                0 => Reason::Changed,
                ..0 if is_otherwise && deficit <= surplus => Reason::Otherwise,
                ..0 => self.missing(),
                1.. => match self.extra(cell, left) {
                    Reason::NotCounted if is_otherwise && surplus <= deficit => Reason::Otherwise,
                    reason => reason,
                },
            }
        };
        let judged = |(cell, left): (&&Cell, &i64)| Judged {
            group: cell.group.clone(),
            aws: cell.aws,
            ours: cell.held.count,
            reason: reason(cell, *left),
        };
        cells.iter().zip(&left).map(judged).collect()
    }

    /// What of the day or of the account decides alone.
    fn of_day(&self, cell: &Cell) -> Option<Reason> {
        if cell.aws == cell.held.count {
            return self.calendar().map(Reason::Rule);
        }
        if !self.reads(&cell.group) {
            return Some(Reason::OtherAccount);
        }
        if self.counted_at < self.start + DAY {
            return Some(Reason::NotOver);
        }
        if self.is_read_in_part {
            return Some(Reason::ReadInPart);
        }
        let is_known = self.coverage.iter().any(|known| known.span.meet(self.span()).is_some());
        (!is_known).then_some(Reason::NeverListed)
    }

    /// The rule by which AWS gives the day at all, or its end, if it is not ours.
    fn calendar(&self) -> Option<Rule> {
        let days = Period::OneDay.buckets(self.said_at);
        if days.last().is_some_and(|last| self.start >= last.end) {
            return Some(Rule::TodayIsIncluded);
        }
        if days.first().is_some_and(|first| self.start < first.start) {
            return Some(Rule::MoreDays);
        }
        let early = self.start + DAY - self.end_time?;
        (early != crate::model::END_TIME_BEFORE_MIDNIGHT).then_some(Rule::EndsBeforeMidnight(early))
    }

    /// Why AWS counts more.
    fn missing(&self) -> Reason {
        let of_day = self.coverage.iter().filter(|known| known.span.meet(self.span()).is_some());
        let worst = [
            CoverageStatus::Denied,
            CoverageStatus::Failed,
            CoverageStatus::Partial,
            CoverageStatus::Lost,
            CoverageStatus::NotOffered,
        ];
        let has = |status: &CoverageStatus| of_day.clone().any(|known| known.status == *status);
        if let Some(status) = worst.into_iter().find(has) {
            return Reason::NotListed(status);
        }
        if !self.is_whole() {
            return Reason::NotRecorded;
        }
        let mut of_day = of_day;
        if of_day.all(|known| known.is_settled) { Reason::ListedWhole } else { Reason::Young }
    }

    /// Why we count so many more.
    fn extra(&self, cell: &Cell, more: i64) -> Reason {
        let Held { imported, seen_later, .. } = cell.held;
        if imported + seen_later >= more {
            return if imported > 0 { Reason::Imported } else { Reason::SeenLater };
        }
        if self.counted_at < self.start + DAY + COUNTED_AFTER {
            return Reason::NotCountedYet;
        }
        if self.counts_nothing { Reason::CountsNothing } else { Reason::NotCounted }
    }

    /// How many more than AWS we count of each group, once the jobs that have moved are taken from
    /// both sides.
    ///
    /// A job has moved if it is held in one group, AWS counts one more in another, and there is a
    /// trace of its change: it is open still, its row was read to be another after AWS last
    /// counted, or it ended less than [`COUNTS_AGE`] before, and AWS counts it as not ended.
    pub(super) fn without_moved(&self, kin: &Kin, cells: &[&Cell]) -> Vec<i64> {
        let mut left: Vec<_> = cells.iter().map(|cell| cell.held.count - cell.aws).collect();
        let mut changed: Vec<_> = cells.iter().map(|cell| cell.held.changed).collect();
        let mut ended: Vec<_> = cells.iter().map(|cell| cell.held.ended).collect();
        let is_open = |cell: &&Cell| {
            let state = cell.group.values[Dimension::State.place()].as_deref();
            !state.is_some_and(|state| is_terminal(self.kind, state))
        };
        for (to, cell) in cells.iter().enumerate() {
            for from in 0..cells.len() {
                if is_open(cell) {
                    pair(&mut left, from, to, &mut ended[from]);
                }
                pair(&mut left, from, to, &mut changed[from]);
            }
        }
        // AWS is asked for the scan jobs of each result: who has none is counted nowhere.
        if self.kind == JobKind::Scan {
            let without = self.without_result.get(kin).copied().unwrap_or_default();
            let mut waiting = without.changed + without.ended;
            for (at, left) in left.iter_mut().enumerate() {
                let gone = waiting.min(-*left).max(0);
                waiting -= gone;
                let come = (changed[at] + ended[at]).min(*left).max(0);
                *left += gone - come;
            }
        }
        left
    }
}

/// Moves what is too many in one group and too few in another, as far as `budget` goes.
fn pair(left: &mut [i64], from: usize, to: usize, budget: &mut i64) {
    let moved = left[from].min(-left[to]).min(*budget).max(0);
    left[from] -= moved;
    left[to] += moved;
    *budget -= moved;
}
