//! The job summaries: what is asked, and how counts become AWS's rows. Pure.
//!
//! AWS leaves much of this unsaid. Each choice of ours is one named constant or one function here,
//! so that one comparison with live AWS can correct it (DESIGN 6; domain page, section 2).

mod dimension;
mod tally;
mod window;

use super::{Instant, JobKind, is_account_id};

pub use dimension::{Dimension, PerDimension, RESOURCE_TYPES, SCAN_RESULTS, SCANNERS};
pub use tally::{Counted, SummaryRow, Tally};
pub use window::{Bucket, Period, Window};

/// The time that decides to which bucket a job belongs, unless asked otherwise.
pub const DEFAULT_COUNTED_BY: CountedBy = CountedBy::Creation;
/// The period of a request that names none.
pub const DEFAULT_PERIOD: Period = Period::OneDay;
/// `ONE_DAY` gives so many days, a row each.
pub const DAILY_BUCKETS: i64 = 14;
/// So much earlier than the next 00:00 UTC is a row's `EndTime`: nothing, it is that midnight.
pub const END_TIME_BEFORE_MIDNIGHT: i64 = 0;
/// Whether the days end at the last 00:00 UTC (false) or take in the current day.
pub const TODAY_IS_INCLUDED: bool = false;
/// Which composite jobs and children count, unless asked otherwise.
pub const DEFAULT_COMPOSITES: Composites = Composites::ParentsAndChildren;
/// What the row shows of the account when the request named none and so asked for its own.
pub const OMITTED_OWN_ACCOUNT_SHOWS: Shown = Shown::Value;
/// What a row shows of a dimension that the request left out; its values are summed.
pub const OMITTED_DIMENSION_SHOWS: Shown = Shown::Nothing;
/// AWS's word for a row for each value.
pub const ANY: &str = "ANY";
/// AWS's word for the sum over all values.
pub const AGGREGATE_ALL: &str = "AGGREGATE_ALL";

/// True if and only if two values of a dimension are the same to a filter: without regard to case
/// and to `_`, so that `AccessDenied` is `ACCESS_DENIED`.
pub fn same_value(one: &str, other: &str) -> bool {
    fn letters(text: &str) -> impl Iterator<Item = u8> {
        text.bytes().filter(|byte| *byte != b'_').map(|byte| byte.to_ascii_lowercase())
    }
    letters(one).eq(letters(other))
}

/// How a request asks for a dimension.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum Choice {
    /// Not at all: summed, and the rows say nothing of it.
    #[default]
    Omitted,
    /// A row for each value.
    Any,
    /// Summed, and the rows say so.
    AggregateAll,
    /// Only jobs with this value, compared by [`same_value`].
    Value(String),
}

impl Choice {
    /// AWS's text as a choice: its two words are compared as values are.
    pub fn from_text(text: &str) -> Self {
        if same_value(text, ANY) {
            Self::Any
        } else if same_value(text, AGGREGATE_ALL) {
            Self::AggregateAll
        } else {
            Self::Value(text.to_owned())
        }
    }

    /// AWS's text as the choice of an account.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn of_account(text: &str) -> Result<Self, String> {
        match Self::from_text(text) {
            Self::Value(id) if !is_account_id(&id) => Err(format!(
                "\"{id}\" is neither an account id of 12 digits, {ANY} nor {AGGREGATE_ALL}"
            )),
            choice => Ok(choice),
        }
    }

    /// What the rows show of the dimension.
    pub fn shows(&self) -> Shown {
        match self {
            Self::Omitted => OMITTED_DIMENSION_SHOWS,
            Self::Any | Self::Value(_) => Shown::Value,
            Self::AggregateAll => Shown::AggregateAll,
        }
    }

    /// True if and only if a job whose value is `value` counts.
    pub fn admits(&self, value: Option<&str>) -> bool {
        match self {
            Self::Value(wanted) => value.is_some_and(|value| same_value(value, wanted)),
            Self::Omitted | Self::Any | Self::AggregateAll => true,
        }
    }
}

/// What a row shows of a dimension or of the account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Shown {
    /// The value: one row for each.
    Value,
    /// The word `AGGREGATE_ALL`: values are summed.
    AggregateAll,
    /// Nothing: values are summed and the member is left out.
    Nothing,
}

/// Whose jobs.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Accounts {
    /// Those of every account of the organisation.
    Every,
    /// Those of this account.
    One(String),
}

impl Accounts {
    /// True if and only if jobs of `account_id` are among them.
    pub fn contain(&self, account_id: &str) -> bool {
        match self {
            Self::Every => true,
            Self::One(one) => one == account_id,
        }
    }
}

/// Whose jobs are counted, and what the rows show of it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct AccountChoice {
    /// Whose jobs are counted.
    pub accounts: Accounts,
    /// What the rows show.
    pub shown: Shown,
}

impl AccountChoice {
    /// The choice of a caller who may see `visible`, and whose own account is `caller`.
    ///
    /// An omitted account is the caller's own; without a caller (SQL with no setting) every
    /// account that is visible, summed.
    pub fn resolve(choice: &Choice, visible: Accounts, caller: Option<&str>) -> Self {
        let one = |id: &str| Accounts::One(id.to_owned());
        let (accounts, shown) = match (choice, caller) {
            (Choice::Omitted, Some(own)) => (one(own), OMITTED_OWN_ACCOUNT_SHOWS),
            (Choice::Omitted, None) => (visible, OMITTED_DIMENSION_SHOWS),
            (Choice::Any, _) => (visible, Shown::Value),
            (Choice::AggregateAll, _) => (visible, Shown::AggregateAll),
            (Choice::Value(id), _) => (one(id), Shown::Value),
        };
        Self { accounts, shown }
    }
}

/// Which time of a job decides to which bucket it belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CountedBy {
    /// When it was created.
    Creation,
    /// When it ended; a job without such a time does not count.
    Completion,
}

impl CountedBy {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Creation, Self::Completion];

    /// The word in a question: `creation`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Creation => "creation",
            Self::Completion => "completion",
        }
    }

    /// The column of the jobs that holds the time.
    pub fn column(self) -> &'static str {
        match self {
            Self::Creation => "creation_date",
            Self::Completion => "completion_date",
        }
    }
}

/// Whether composite jobs, their children, or both count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Composites {
    /// Every job record.
    ParentsAndChildren,
    /// Every job but the children.
    ParentsOnly,
    /// Every job but the parents.
    ChildrenOnly,
}

impl Composites {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::ParentsAndChildren, Self::ParentsOnly, Self::ChildrenOnly];

    /// The word in a question: `both`.
    pub fn name(self) -> &'static str {
        match self {
            Self::ParentsAndChildren => "both",
            Self::ParentsOnly => "parents",
            Self::ChildrenOnly => "children",
        }
    }
}

/// One question for counts of jobs.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SummaryRequest {
    /// The kind of job.
    pub kind: JobKind,
    /// The spans of time to count in: sorted, and none overlaps another.
    pub buckets: Vec<Window>,
    /// Which time of a job must lie in one of them.
    pub counted_by: CountedBy,
    /// Only jobs of this Region; without it those of all, a row for each.
    pub region: Option<String>,
    /// Whose jobs.
    pub account: AccountChoice,
    /// How each dimension was asked for.
    pub choices: PerDimension<Choice>,
    /// Further columns of the jobs, each a row for each value; AWS has none.
    pub further: Vec<&'static str>,
    /// Which composite jobs count.
    pub composites: Composites,
}

impl SummaryRequest {
    /// How `dimension` was asked for.
    pub fn choice(&self, dimension: Dimension) -> &Choice {
        &self.choices[dimension.place()]
    }

    /// The time from the first bucket to the last: no job outside can count.
    pub fn span(&self) -> Option<Window> {
        let (first, last) = (self.buckets.first()?, self.buckets.last()?);
        Some(Window { start: first.start, end: last.end })
    }

    /// True if and only if every instant of the span lies in a bucket.
    pub fn is_without_gaps(&self) -> bool {
        self.buckets.windows(2).all(|pair| pair[0].end == pair[1].start)
    }

    fn bucket(&self, time: Instant) -> Option<usize> {
        Window::position(&self.buckets, time)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_compare_without_case_and_underscore() {
        assert!(same_value("AccessDenied", "ACCESS_DENIED"));
        assert!(same_value("", "_"));
        assert!(!same_value("ACCESS_DENIED", "ACCESS DENIED"));
        assert!(!same_value("SUCCES", "SUCCESS"));
    }

    #[test]
    fn the_words_for_all_compare_as_values_do() {
        assert_eq!(Choice::from_text("any"), Choice::Any);
        assert_eq!(Choice::from_text("AggregateAll"), Choice::AggregateAll);
        assert_eq!(Choice::from_text("anything"), Choice::Value("anything".to_owned()));
        assert_eq!(Choice::of_account("Any"), Ok(Choice::Any));
    }

    #[track_caller]
    fn check_choice(dimension: Dimension, kind: JobKind, text: &str, expected: &str) {
        let choice = dimension.choice(kind, text);
        let got = choice.map_or_else(|problem| problem, |choice| format!("{choice:?}"));
        assert_eq!(got, expected);
    }

    #[test]
    fn a_value_that_aws_lists_is_taken_in_its_spelling_and_another_is_refused() {
        use Dimension::{MalwareScanner, ResourceType, ScanResultStatus, State};
        check_choice(State, JobKind::Copy, "failing", "Value(\"FAILING\")");
        check_choice(State, JobKind::Restore, "aggregate_all", "AggregateAll");
        check_choice(ScanResultStatus, JobKind::Scan, "Any", "Any");
        check_choice(ResourceType, JobKind::Scan, "New", "Value(\"New\")");
        let state = "\"EXPIRED\" is none of PENDING, RUNNING, COMPLETED, ABORTED, FAILED, CREATED, \
                     ANY, AGGREGATE_ALL";
        check_choice(State, JobKind::Restore, "EXPIRED", state);
        let scanner = "\"*\" is none of GUARDDUTY, ANY, AGGREGATE_ALL";
        check_choice(MalwareScanner, JobKind::Scan, "*", scanner);
        let result = "\"X\" is none of NO_THREATS_FOUND, THREATS_FOUND, UNKNOWN";
        check_choice(ScanResultStatus, JobKind::Scan, "X", result);
        let star = "\"*\" is no ResourceType; ANY stands for each";
        check_choice(ResourceType, JobKind::Backup, "*", star);
    }

    #[track_caller]
    fn check_account(choice: &str, caller: Option<&str>, expected: &str) {
        let choice = if choice.is_empty() { Choice::Omitted } else { Choice::from_text(choice) };
        let got = AccountChoice::resolve(&choice, Accounts::Every, caller);
        assert_eq!(format!("{:?} {:?}", got.accounts, got.shown), expected);
    }

    #[test]
    fn an_omitted_account_is_the_callers_own() {
        check_account("", Some("111"), "One(\"111\") Value");
        check_account("", None, "Every Nothing");
        check_account("ANY", Some("111"), "Every Value");
        check_account("AGGREGATE_ALL", Some("111"), "Every AggregateAll");
        check_account("222", Some("111"), "One(\"222\") Value");
    }
}
