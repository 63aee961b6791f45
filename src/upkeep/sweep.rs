//! Which files are deleted. Pure.

use std::collections::{BTreeMap, BTreeSet};

use crate::catalog::Scheduled;
use crate::model::Instant;
use crate::store::Found;

/// What is known of files, to decide which of them go.
#[derive(Debug)]
pub(super) struct Known {
    /// Files that are listed as to be deleted.
    pub(super) scheduled: Vec<Scheduled>,
    /// Files that a snapshot names.
    pub(super) named: BTreeSet<String>,
    /// Files that a copy of the catalog names: without them it could not be restored.
    pub(super) spared: BTreeSet<String>,
    /// Files that are there.
    pub(super) found: Vec<Found>,
}

/// The files that go.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Sweep {
    /// Files that are listed as to be deleted, whether they are still there or not.
    pub(super) due: Vec<String>,
    /// Files that no catalog names: what killed runs left.
    pub(super) left_over: Vec<String>,
    /// How many bytes each of them has that is there.
    sizes: BTreeMap<String, u64>,
}

impl Sweep {
    /// Every file that goes.
    pub(super) fn paths(&self) -> impl Iterator<Item = &String> {
        self.due.iter().chain(&self.left_over)
    }

    /// The bytes of all of them.
    pub(super) fn bytes(&self) -> u64 {
        self.sizes.values().sum()
    }

    /// The same without those of `paths`, which stay until the next time.
    pub(super) fn without(mut self, paths: &BTreeSet<String>) -> Self {
        self.due.retain(|path| !paths.contains(path));
        self.left_over.retain(|path| !paths.contains(path));
        self.sizes.retain(|path, _| !paths.contains(path));
        self
    }
}

/// The files that have been without a name since `before`.
///
/// A file that was changed after that may belong to a program that is still writing, and one that
/// was listed after that to a query that is still reading. What another tool wrote goes only once
/// it is listed: nobody but that tool knows whether something names it.
pub(super) fn plan(known: &Known, before: Instant) -> Sweep {
    let Known { scheduled, named, spared, found } = known;
    let is_free = |path: &String| !named.contains(path) && !spared.contains(path);
    let due = scheduled.iter().filter(|file| file.since <= before && is_free(&file.path));
    let due: Vec<_> = due.map(|file| file.path.clone()).collect();
    let listed: BTreeSet<_> = scheduled.iter().map(|file| &file.path).collect();
    let left_over = found.iter().filter(|file| {
        file.changed_at <= before
            && file.is_ours()
            && is_free(&file.path)
            && !listed.contains(&file.path)
    });
    let left_over: Vec<_> = left_over.map(|file| file.path.clone()).collect();
    let going: BTreeSet<_> = due.iter().chain(&left_over).collect();
    let going = found.iter().filter(|file| going.contains(&file.path));
    let sizes = going.map(|file| (file.path.clone(), file.size_bytes)).collect();
    Sweep { due, left_over, sizes }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    fn known() -> Known {
        let at = Instant::from_micros;
        let scheduled = |path: &str, since| Scheduled { path: path.into(), since: at(since) };
        let found = |path: &str, changed| Found {
            path: path.into(),
            size_bytes: 10,
            changed_at: at(changed),
        };
        Known {
            scheduled: vec![
                scheduled("due", 5),
                scheduled("gone already", 5),
                scheduled("young", 6),
                scheduled("named again", 5),
                scheduled("of a copy", 5),
            ],
            named: names(&["live", "named again"]),
            spared: names(&["of a copy", "of a copy too"]),
            found: [
                found("due", 1),
                found("young", 1),
                found("named again", 1),
                found("of a copy", 1),
                found("of a copy too", 1),
                found("live", 1),
                found("lookback-left", 5),
                found("lookback-being-written", 6),
                found("of another tool", 1),
            ]
            .into(),
        }
    }

    #[test]
    fn what_nothing_names_since_the_grace_goes() {
        let mut expected = Sweep {
            due: vec!["due".into(), "gone already".into()],
            left_over: vec!["lookback-left".into()],
            sizes: [("due".into(), 10), ("lookback-left".into(), 10)].into(),
        };
        let planned = plan(&known(), Instant::from_micros(5));
        assert_eq!(planned, expected);
        assert_eq!(planned.bytes(), 20);
        expected.due = vec!["gone already".into()];
        expected.sizes.remove("due");
        assert_eq!(planned.without(&names(&["due"])), expected);
    }
}
