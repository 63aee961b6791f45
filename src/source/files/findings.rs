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
    /// Members that no column takes: of what (`backup job`), which (`NewField`), in how many records.
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
        for (what, count) in &self.ignored {
            notes.push(format!("ignored {count} of {what}: no job"));
        }
        for ((of, member), count) in &self.unknown {
            notes.push(format!(
                "{count} {} a member that this version does not keep: {member:?} of {of}",
                if *count == 1 { "record carries" } else { "records carry" },
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

/// Adds one to the count of `name`, or of `rest` once there are too many names.
fn count<K: Ord>(counts: &mut BTreeMap<K, u64>, name: K, rest: impl Fn() -> K) {
    let is_known = counts.contains_key(&name);
    let name = if is_known || counts.len() < NAMES_MAX { name } else { rest() };
    *counts.entry(name).or_default() += 1;
}
