//! What a file held besides its rows, counted.

use std::collections::BTreeMap;

/// Names beyond so many are counted together: a file may bring any number of them.
const NAMES_MAX: usize = 100;

/// What reading a file to its end has shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    /// How many records were met, of any sort.
    pub records: u64,
    /// How many of them became rows.
    pub rows: u64,
    /// How many of them could not.
    pub bad: u64,
    /// Records that are AWS Backup's but no jobs: what they are, and how many.
    pub ignored: BTreeMap<String, u64>,
    /// Members that no column takes: of what sort of record (`backup job`), which (`NewField`),
    /// and in how many.
    pub unknown: BTreeMap<(String, String), u64>,
    /// How many answers end with a `NextToken`: the pages after them are not in the file.
    pub unfinished: u64,
}

impl Findings {
    pub(super) fn ignore(&mut self, what: String) {
        count(&mut self.ignored, what, || "records of other sorts".into());
    }

    pub(super) fn not_kept(&mut self, of: &str, members: Vec<String>) {
        for member in members {
            let rest = || (of.to_owned(), "others".to_owned());
            count(&mut self.unknown, (of.to_owned(), member), rest);
        }
    }

    /// What the user should know, a sentence each: lower case, no full stop.
    pub fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if !self.ignored.is_empty() {
            let sorts = self.ignored.iter().map(|(what, count)| format!("{what} ({count})"));
            notes.push(format!("ignored, for they are no jobs: {}", join(sorts)));
        }
        let mut sorts: Vec<_> = self.unknown.keys().map(|(of, _)| of).collect();
        sorts.dedup();
        for sort in sorts {
            let members = self.unknown.iter().filter(|((of, _), _)| of == sort);
            let members = members.map(|((_, member), count)| format!("{member:?} ({count})"));
            notes.push(format!(
                "members that this version does not keep, of {sort:?}: {}",
                join(members),
            ));
        }
        if self.unfinished > 0 {
            notes.push(format!(
                "{} with a NextToken: the pages that follow are not in the file",
                if self.unfinished == 1 {
                    "1 answer ends".to_owned()
                } else {
                    format!("{} answers end", self.unfinished)
                },
            ));
        }
        if self.rows == 0 && self.bad == 0 {
            notes.push("nothing was taken".to_owned());
        }
        notes
    }
}

fn join(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join(", ")
}

/// Adds one to the count of `name`, or of `rest` once there are too many names.
fn count<K: Ord>(counts: &mut BTreeMap<K, u64>, name: K, rest: impl Fn() -> K) {
    let is_known = counts.contains_key(&name);
    let name = if is_known || counts.len() < NAMES_MAX { name } else { rest() };
    *counts.entry(name).or_default() += 1;
}
