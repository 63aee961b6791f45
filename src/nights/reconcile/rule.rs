//! Whether AWS counts by another rule than ours. Pure.
//!
//! One count can agree with another rule by accident: a child that is lost looks as if children
//! did not count. So a rule is believed only if it makes all of a place agree, on every day that
//! was listed whole: the groups that differ by our rule and those that do not, but for jobs that
//! have moved since; and if at least [`GROUPS_MIN`] groups on at least [`DAYS_MIN`] days differ by
//! ours. Of two rules that are believed the one nearer to ours is told.

use std::collections::BTreeMap;

use super::day::{Cell, Day, Kin};
use super::verdict::{Group, Judged, Reason, Rule, Verdict};

/// So many groups must differ by our rule.
pub(super) const GROUPS_MIN: usize = 3;
/// On so many days.
pub(super) const DAYS_MIN: usize = 2;

/// What is counted on a day by some rule.
pub(super) type Counted = Vec<(Group, i64)>;

/// Whether the place's differences give reason to try another rule.
pub(super) fn is_doubtful(judged: &[(&Day, &[Judged])]) -> bool {
    let doubtful = |judged: &&Judged| {
        let verdict = judged.reason.verdict();
        matches!(verdict, Verdict::MissingHere | Verdict::ExtraHere | Verdict::Unexplained)
    };
    let on_days = judged.iter().filter(|(day, _)| day.is_whole());
    let counts = on_days.map(|(_, judged)| judged.iter().filter(doubtful).count());
    let counts: Vec<_> = counts.filter(|count| *count > 0).collect();
    counts.len() >= DAYS_MIN && counts.iter().sum::<usize>() >= GROUPS_MIN
}

/// Whether all whole days of a place agree when they are counted so; `days` are all of its days,
/// each with what is counted by the rule.
pub(super) fn explains(days: &[(&Day, Counted)]) -> bool {
    days.iter().filter(|(day, _)| day.is_whole()).all(|(day, counted)| agrees(day, counted))
}

/// The same judgements, where the rule explains what differs.
pub(super) fn told(day: &Day, judged: &mut [Judged], rule: Rule) {
    if !day.is_whole() {
        return;
    }
    let differs = |judged: &&mut Judged| judged.aws != judged.ours;
    judged.iter_mut().filter(differs).for_each(|it| it.reason = Reason::Rule(rule));
}

fn agrees(day: &Day, counted: &Counted) -> bool {
    let mut other = day.clone();
    for cell in other.cells.values_mut() {
        cell.held.count = 0;
    }
    for (group, count) in counted {
        other.cell(group.clone()).held.count += count;
    }
    let mut kin: BTreeMap<Kin, Vec<&Cell>> = BTreeMap::new();
    for (key, cell) in other.cells.iter().filter(|(_, cell)| day.reads(&cell.group)) {
        kin.entry(key.kin()).or_default().push(cell);
    }
    kin.iter().all(|(kin, cells)| other.without_moved(kin, cells).iter().all(|left| *left == 0))
}
