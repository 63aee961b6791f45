//! What a comparison can say of a group of jobs, and why. Pure.

use crate::model::{
    Composites, CountedBy, CoverageStatus, DEFAULT_COMPOSITES, DEFAULT_COUNTED_BY, PerDimension,
};

/// What is said of AWS's count of a group of jobs and ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// They are the same.
    Match,
    /// The same jobs were in another state or category when AWS counted.
    Moved,
    /// AWS counts more.
    MissingHere,
    /// We count more.
    ExtraHere,
    /// Nothing can be said: one of the two did not look there.
    OutsideCoverage,
    /// AWS counts by another rule than ours, and by that one they are the same.
    Rule,
    /// None of these.
    Unexplained,
}

impl Verdict {
    /// All verdicts, in the order in which they are told.
    pub const ALL: [Self; 7] = [
        Self::Match,
        Self::Moved,
        Self::MissingHere,
        Self::ExtraHere,
        Self::OutsideCoverage,
        Self::Rule,
        Self::Unexplained,
    ];

    /// The word in tables and documents: `missing_here`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Match => "match",
            Self::Moved => "moved",
            Self::MissingHere => "missing_here",
            Self::ExtraHere => "extra_here",
            Self::OutsideCoverage => "outside_coverage",
            Self::Rule => "rule",
            Self::Unexplained => "unexplained",
        }
    }
}

/// A choice of `model`'s summary rule other than ours, by which AWS would count as it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rule {
    /// Other jobs count, or on other days.
    Counted {
        /// Instead of [`DEFAULT_COUNTED_BY`].
        by: CountedBy,
        /// Instead of [`DEFAULT_COMPOSITES`].
        composites: Composites,
    },
    /// The current day counts, against [`TODAY_IS_INCLUDED`](crate::model::TODAY_IS_INCLUDED).
    TodayIsIncluded,
    /// More days count than [`DAILY_BUCKETS`](crate::model::DAILY_BUCKETS).
    MoreDays,
    /// Rows end so many microseconds before midnight, instead of
    /// [`END_TIME_BEFORE_MIDNIGHT`](crate::model::END_TIME_BEFORE_MIDNIGHT).
    EndsBeforeMidnight(i64),
}

impl Rule {
    /// The rules by which other jobs count than by ours, the nearest to ours first.
    pub(super) fn alternatives() -> Vec<Self> {
        let mut rules: Vec<(usize, Self)> = Vec::new();
        for by in CountedBy::ALL {
            for composites in Composites::ALL {
                let changes = usize::from(by != DEFAULT_COUNTED_BY)
                    + usize::from(composites != DEFAULT_COMPOSITES);
                rules.push((changes, Self::Counted { by, composites }));
            }
        }
        rules.retain(|(changes, _)| *changes > 0);
        rules.sort_by_key(|(changes, _)| *changes);
        rules.into_iter().map(|(_, rule)| rule).collect()
    }

    /// The choice and its value, as the arguments of the table functions name them, or as the
    /// constant of `model`.
    fn name(self) -> String {
        match self {
            Self::Counted { by, composites } => {
                let by = (by != DEFAULT_COUNTED_BY).then(|| format!("by => '{}'", by.name()));
                let composites = (composites != DEFAULT_COMPOSITES)
                    .then(|| format!("count_composites => '{}'", composites.name()));
                [by, composites].into_iter().flatten().collect::<Vec<_>>().join(", ")
            }
            Self::TodayIsIncluded => "TODAY_IS_INCLUDED = true".to_owned(),
            Self::MoreDays => "a larger DAILY_BUCKETS".to_owned(),
            Self::EndsBeforeMidnight(micros) => format!("END_TIME_BEFORE_MIDNIGHT = {micros}"),
        }
    }
}

/// Why two counts are as they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// They agree.
    Agrees,
    /// The jobs have changed since AWS counted, or may have.
    Changed,
    /// The day, or a part of it, was not listed whole.
    NotListed(CoverageStatus),
    /// Of a part of the day nothing is known.
    NotRecorded,
    /// The day was listed whole, and is listed again until jobs that are late have appeared.
    Young,
    /// The day was listed whole for good: AWS counts jobs that it did not show.
    ListedWhole,
    /// Jobs that came with an import: AWS's listing never showed them.
    Imported,
    /// Jobs that were first seen after AWS had counted.
    SeenLater,
    /// AWS was asked before it counts the day.
    NotCountedYet,
    /// AWS listed jobs that it does not count.
    NotCounted,
    /// The day was never listed.
    NeverListed,
    /// The account is not one whose jobs the source reads.
    OtherAccount,
    /// Of AWS's counts only a part was read.
    ReadInPart,
    /// AWS counts nothing in the Region on any day, and may not offer to.
    CountsNothing,
    /// The day was not over when AWS counted it.
    NotOver,
    /// The counts agree by another rule.
    Rule(Rule),
    /// As many jobs, but in other states or categories, and nothing tells that they changed.
    Otherwise,
}

impl Reason {
    /// What it makes of the two counts.
    pub fn verdict(self) -> Verdict {
        match self {
            Self::Agrees => Verdict::Match,
            Self::Changed => Verdict::Moved,
            Self::NotListed(_) | Self::NotRecorded | Self::Young | Self::ListedWhole => {
                Verdict::MissingHere
            }
            Self::Imported | Self::SeenLater | Self::NotCountedYet | Self::NotCounted => {
                Verdict::ExtraHere
            }
            Self::NeverListed
            | Self::OtherAccount
            | Self::ReadInPart
            | Self::CountsNothing
            | Self::NotOver => Verdict::OutsideCoverage,
            Self::Rule(_) => Verdict::Rule,
            Self::Otherwise => Verdict::Unexplained,
        }
    }

    /// False if and only if the difference is not as it should be: what was listed whole lacks
    /// jobs, AWS lists jobs that it does not count, or counts them otherwise than it shows them.
    pub fn is_explained(self) -> bool {
        !matches!(self, Self::ListedWhole | Self::NotCounted | Self::Otherwise)
    }

    /// True if and only if another look at AWS's listing may bring the jobs that are missing.
    pub fn is_short(self) -> bool {
        matches!(self, Self::Young | Self::ListedWhole)
    }

    /// The reason in words; empty where there is nothing to explain.
    pub fn sentence(self) -> String {
        match self {
            Self::Agrees => String::new(),
            Self::Changed => "the jobs have changed since AWS counted them, or still can".into(),
            Self::NotListed(status) => not_listed(status).into(),
            Self::NotRecorded => "a part of the day was never listed".into(),
            Self::Young => "the day was listed whole, and is listed again: jobs may be late".into(),
            Self::ListedWhole => "the day was listed whole, and AWS did not show them".into(),
            Self::Imported => "jobs were imported, and AWS did not list them".into(),
            Self::SeenLater => "the jobs were first seen after AWS counted".into(),
            Self::NotCountedYet => "AWS was asked before it counts the day, about 02:30 UTC".into(),
            Self::NotCounted => "AWS listed the jobs and does not count them".into(),
            Self::NeverListed => "the day was never listed".into(),
            Self::OtherAccount => "the source reads the jobs of its own account only".into(),
            Self::ReadInPart => "AWS's counts were read in part".into(),
            Self::CountsNothing => "AWS counts nothing in this Region on any day".into(),
            Self::NotOver => "the day was not over when AWS counted".into(),
            Self::Rule(rule) => format!("AWS counts as we would with {}", rule.name()),
            Self::Otherwise => {
                "AWS counts the jobs in other groups, and nothing tells that they changed".into()
            }
        }
    }
}

/// Why a listing brought less than AWS counts.
fn not_listed(status: CoverageStatus) -> &'static str {
    match status {
        CoverageStatus::Complete => "the day was listed whole",
        CoverageStatus::Partial => "only a part of the day was listed",
        CoverageStatus::Denied => "AWS refused to list the day",
        CoverageStatus::NotOffered => "the Region did not offer these jobs when it was asked",
        CoverageStatus::Failed => "the day could not be listed",
        CoverageStatus::Lost => "AWS had forgotten the day before it was listed",
    }
}

/// What jobs that are counted together have in common, besides their kind, Region and day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Group {
    /// Their account.
    pub account_id: Option<String>,
    /// Their values, by [`Dimension::place`](crate::model::Dimension::place).
    pub values: PerDimension<Option<String>>,
}

/// What is said of one group of jobs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    /// The group.
    pub group: Group,
    /// How many jobs AWS counted.
    pub aws: i64,
    /// How many are held.
    pub ours: i64,
    /// Why.
    pub reason: Reason,
}
