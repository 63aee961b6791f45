//! What failed, each thing told once: the same in many places is one problem. Pure.

use std::collections::{BTreeMap, BTreeSet};

use crate::ingest::Problem;
use crate::model::{JobKind, Place};
use crate::source::aws::CallClass;

/// How many names of one list are told.
const NAMES_MAX: usize = 40;

/// The places that have something in common.
#[derive(Clone, Debug, Default)]
pub(super) struct Places {
    count: usize,
    sources: BTreeSet<String>,
    regions: BTreeSet<String>,
    kinds: BTreeSet<JobKind>,
}

impl Places {
    pub(super) fn add(&mut self, place: &Place) {
        self.count += 1;
        self.sources.insert(place.source.clone());
        self.regions.insert(place.region.clone());
        self.kinds.insert(place.kind);
    }

    /// `source prod; Regions eu-west-1, us-east-1; backup and copy jobs`.
    pub(super) fn words(&self) -> String {
        let kinds: Vec<_> = self.kinds.iter().map(|kind| kind.name()).collect();
        let sources = names("source", &self.sources);
        format!("{sources}; {}; {} jobs", names("Region", &self.regions), kinds.join(", "))
    }
}

fn names(what: &str, names: &BTreeSet<String>) -> String {
    let shown: Vec<_> = names.iter().take(NAMES_MAX).map(String::as_str).collect();
    let plural = if names.len() == 1 { "" } else { "s" };
    let more = match names.len() - shown.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("{what}{plural} {}{more}", shown.join(", "))
}

/// A problem, told once.
#[derive(Debug)]
pub(super) struct Told {
    /// What happened, with the places if there are many.
    pub(super) text: String,
    /// The way out.
    pub(super) hint: Option<String>,
}

/// The problems, in the order in which each first came.
pub(super) fn told(problems: &[Problem]) -> Vec<Told> {
    let mut groups: BTreeMap<String, usize> = BTreeMap::new();
    let mut told: Vec<(&Problem, Places)> = Vec::new();
    for problem in problems {
        let group = *groups.entry(shape(problem)).or_insert_with(|| {
            told.push((problem, Places::default()));
            told.len() - 1
        });
        told[group].1.add(&problem.place);
    }
    told.into_iter().map(|(problem, places)| tell(problem, &places)).collect()
}

fn tell(problem: &Problem, places: &Places) -> Told {
    let chain = problem.error.chain();
    // Credentials, the clock, an endpoint: what does not hang on the Region does not name it.
    let is_of_source = !chain.contains(&problem.place.region);
    let text = match places.count {
        1 => format!("source \"{}\": {chain}", problem.place.source),
        _ if is_of_source && places.sources.len() == 1 => {
            format!("source \"{}\": {chain}", problem.place.source)
        }
        _ if is_of_source => format!("{chain}\n  ({})", names("source", &places.sources)),
        count => format!("{chain}\n  ({count} of these: {})", places.words()),
    };
    Told { text, hint: problem.error.hint().map(str::to_owned) }
}

/// What problems that are the same have in common: the message without what tells places apart.
fn shape(problem: &Problem) -> String {
    let place = &problem.place;
    let hint = problem.error.hint().unwrap_or_default();
    let mut text = format!("{:?} {} {hint}", problem.class, problem.error.chain());
    // What IAM denies is told by operation: each is an action to allow.
    if problem.class != CallClass::Denied {
        text = without_operation(&text);
    }
    text = text.replace(&place.region, "*");
    match place.source.rsplit_once('/') {
        Some((_, account)) if !account.is_empty() => text.replace(account, "*"),
        _ => text,
    }
}

/// `ListBackupJobs in Region "x"` is `in Region`.
fn without_operation(text: &str) -> String {
    let Some((before, after)) = text.split_once(" in Region \"") else { return text.to_owned() };
    let operation = |word: &str| word.starts_with(char::is_uppercase);
    let rest = match before.rsplit_once(' ') {
        Some((rest, word)) if operation(word) => rest,
        _ => before,
    };
    let after = after.split_once('"').map_or("", |(_, after)| after);
    format!("{rest} in Region{after}")
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use insta::assert_snapshot;

    use super::*;
    use crate::error::{Error, Kind};

    fn problem(place: (&str, &str, JobKind), class: CallClass, message: &str) -> Problem {
        let (source, region, kind) = place;
        let place = Place { source: source.to_owned(), region: region.to_owned(), kind };
        let error = Error::new(Kind::Source, message).with_hint("do something");
        Problem { place, operation: "list", class, error }
    }

    fn text(problems: &[Problem]) -> String {
        let mut text = String::new();
        for told in told(problems) {
            writeln!(text, "{}\nhint: {}", told.text, told.hint.unwrap()).unwrap();
        }
        text
    }

    fn denied(source: &str, region: &str, kind: JobKind, operation: &str) -> Problem {
        let message = format!("access denied to {operation} in Region {region:?}");
        problem((source, region, kind), CallClass::Denied, &message)
    }

    #[test]
    fn the_same_in_many_regions_is_told_once() {
        let problems = [
            denied("prod", "eu-west-1", JobKind::Backup, "ListBackupJobs"),
            denied("prod", "eu-west-1", JobKind::Copy, "ListCopyJobs"),
            denied("prod", "us-east-1", JobKind::Backup, "ListBackupJobs"),
        ];
        assert_snapshot!(text(&problems), @r#"
        access denied to ListBackupJobs in Region "eu-west-1"
          (2 of these: source prod; Regions eu-west-1, us-east-1; backup jobs)
        hint: do something
        source "prod": access denied to ListCopyJobs in Region "eu-west-1"
        hint: do something
        "#);
    }

    #[test]
    fn what_does_not_hang_on_the_operation_is_told_once_for_all_kinds() {
        let refused = |region: &str, kind, operation| {
            let message =
                format!("failed to connect to AWS Backup for {operation} in Region {region:?}");
            problem(("prod", region, kind), CallClass::Unreachable, &message)
        };
        let problems = [
            refused("eu-west-1", JobKind::Backup, "ListBackupJobs"),
            refused("eu-west-1", JobKind::Copy, "ListCopyJobs"),
        ];
        assert_snapshot!(text(&problems), @r#"
        failed to connect to AWS Backup for ListBackupJobs in Region "eu-west-1"
          (2 of these: source prod; Region eu-west-1; backup, copy jobs)
        hint: do something
        "#);
    }

    #[test]
    fn what_is_wrong_with_a_source_is_told_once_for_all_of_it() {
        let refused = |region, kind| {
            problem(("prod", region, kind), CallClass::Credentials, "there are no credentials")
        };
        let problems = [refused("eu-west-1", JobKind::Backup), refused("us-east-1", JobKind::Copy)];
        assert_snapshot!(text(&problems), @r#"
        source "prod": there are no credentials
        hint: do something
        "#);
    }

    #[test]
    fn the_same_in_many_accounts_is_told_once() {
        let refused = |account: &str| {
            let message = format!("no AWS credentials for role \"arn:aws:iam::{account}:role/r\"");
            let source = format!("members/{account}");
            let place = (source.as_str(), "eu-west-1", JobKind::Backup);
            problem(place, CallClass::Credentials, &message)
        };
        let problems = [refused("111111111111"), refused("222222222222")];
        assert_snapshot!(text(&problems), @r#"
        no AWS credentials for role "arn:aws:iam::111111111111:role/r"
          (sources members/111111111111, members/222222222222)
        hint: do something
        "#);
    }
}
