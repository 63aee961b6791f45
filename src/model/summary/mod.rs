//! The job summaries: what is asked, and how counts become AWS's rows. Pure.
//!
//! AWS leaves much of this unsaid. Each choice of ours is one named constant or one function here,
//! so that one comparison with live AWS can correct it (DESIGN 6; domain page, section 2).

mod tally;

use super::{DAY, Instant, JobKind};

pub use tally::{Counted, SummaryRow, Tally};

/// The column whose UTC day is the day of a job.
pub const BUCKET_COLUMN: &str = "creation_date";
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

/// A half-open span of time, `[start, end)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Window {
    /// The first instant inside.
    pub start: Instant,
    /// The first instant after it.
    pub end: Instant,
}

impl Window {
    /// True if and only if `instant` lies inside.
    pub fn contains(self, instant: Instant) -> bool {
        self.start <= instant && instant < self.end
    }
}

/// AWS's `AggregationPeriod`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Period {
    /// Each of the 14 days before the last 00:00 UTC, a row each.
    OneDay,
    /// The 7 days before the last 00:00 UTC as one.
    SevenDays,
    /// The 14 days before the last 00:00 UTC as one.
    FourteenDays,
}

impl Period {
    /// All periods, in AWS's order.
    pub const ALL: [Self; 3] = [Self::OneDay, Self::SevenDays, Self::FourteenDays];

    /// AWS's word: `ONE_DAY`.
    pub fn name(self) -> &'static str {
        match self {
            Self::OneDay => "ONE_DAY",
            Self::SevenDays => "SEVEN_DAYS",
            Self::FourteenDays => "FOURTEEN_DAYS",
        }
    }

    /// The period with that [`name`](Self::name).
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|period| same_value(period.name(), name))
    }

    /// The spans of time to count in, oldest first, for a request made at `now`.
    pub fn buckets(self, now: Instant) -> Vec<Window> {
        let last = now.day_start();
        let end = if TODAY_IS_INCLUDED { last + DAY } else { last };
        let one = |days: i64| vec![Window { start: end - days * DAY, end }];
        match self {
            Self::OneDay => (0..DAILY_BUCKETS)
                .map(|day| end - (DAILY_BUCKETS - day) * DAY)
                .map(|start| Window { start, end: start + DAY })
                .collect(),
            Self::SevenDays => one(7),
            Self::FourteenDays => one(14),
        }
    }
}

/// What summaries count by, besides time, Region and account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Dimension {
    /// `State`; a restore job's `Status`.
    State,
    /// `ResourceType`.
    ResourceType,
    /// `MessageCategory`; restore and scan summaries have none.
    MessageCategory,
    /// `MalwareScanner`; scan summaries only.
    MalwareScanner,
    /// `ScanResultStatus`; scan summaries only.
    ScanResultStatus,
}

/// One value for each [`Dimension`], by [`Dimension::place`].
pub type PerDimension<T> = [T; 5];

impl Dimension {
    /// All dimensions, in the order in which rows are sorted.
    pub const ALL: PerDimension<Self> = [
        Self::State,
        Self::ResourceType,
        Self::MessageCategory,
        Self::MalwareScanner,
        Self::ScanResultStatus,
    ];

    /// The dimensions that summaries of `kind` have.
    pub fn of(kind: JobKind) -> &'static [Self] {
        use Dimension::{MalwareScanner, MessageCategory, ResourceType, ScanResultStatus, State};
        match kind {
            JobKind::Backup | JobKind::Copy => &[State, ResourceType, MessageCategory],
            JobKind::Restore => &[State, ResourceType],
            JobKind::Scan => &[State, ResourceType, MalwareScanner, ScanResultStatus],
        }
    }

    /// AWS's name, of the parameter and of the member: `ResourceType`.
    pub fn aws_name(self) -> &'static str {
        match self {
            Self::State => "State",
            Self::ResourceType => "ResourceType",
            Self::MessageCategory => "MessageCategory",
            Self::MalwareScanner => "MalwareScanner",
            Self::ScanResultStatus => "ScanResultStatus",
        }
    }

    /// The column of the jobs of `kind` that holds it.
    pub fn column(self, kind: JobKind) -> &'static str {
        match self {
            Self::State if kind == JobKind::Restore => "status",
            Self::State => "state",
            Self::ResourceType => "resource_type",
            Self::MessageCategory => "message_category",
            Self::MalwareScanner => "malware_scanner",
            Self::ScanResultStatus => "scan_result_status",
        }
    }

    /// Its place in a [`PerDimension`].
    pub fn place(self) -> usize {
        self as usize
    }
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
    /// AWS's text as a choice.
    pub fn from_text(text: &str) -> Self {
        match text {
            ANY => Self::Any,
            AGGREGATE_ALL => Self::AggregateAll,
            _ => Self::Value(text.to_owned()),
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

/// Whether composite jobs, their children, or both count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Composites {
    /// Every job record.
    ParentsAndChildren,
    /// Every job but the children.
    ParentsOnly,
    /// Every job but the parents.
    ChildrenOnly,
}

/// One question for counts of jobs.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SummaryRequest {
    /// The kind of job.
    pub kind: JobKind,
    /// The spans of time to count in: sorted, and none overlaps another.
    pub buckets: Vec<Window>,
    /// Whose jobs.
    pub account: AccountChoice,
    /// How each dimension was asked for.
    pub choices: PerDimension<Choice>,
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

    fn bucket(&self, time: Instant) -> Option<usize> {
        let after = self.buckets.partition_point(|bucket| bucket.start <= time);
        let at = after.checked_sub(1)?;
        self.buckets[at].contains(time).then_some(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_buckets(period: Period, now: &str, expected: &[&str]) {
        let now = Instant::from_text(now).unwrap();
        let shown = |w: &Window| format!("{}..{}", w.start.day_text(), w.end.day_text());
        let got: Vec<String> = period.buckets(now).iter().map(shown).collect();
        assert_eq!(got, expected);
    }

    #[test]
    fn days_end_at_the_last_midnight() {
        check_buckets(Period::SevenDays, "2026-11-22T00:00:00Z", &["2026-11-15..2026-11-22"]);
        check_buckets(Period::SevenDays, "2026-11-21T23:59:59.999Z", &["2026-11-14..2026-11-21"]);
        check_buckets(Period::FourteenDays, "2026-11-22T12:00:00Z", &["2026-11-08..2026-11-22"]);
    }

    #[test]
    fn one_day_gives_fourteen_rows_without_today() {
        let now = Instant::from_text("2026-11-22T00:00:00Z").unwrap();
        let buckets = Period::OneDay.buckets(now);
        assert_eq!(buckets.len(), 14);
        assert!(buckets.windows(2).all(|pair| pair[0].end == pair[1].start));
        assert!(buckets.iter().all(|bucket| bucket.end - bucket.start == DAY));
        assert_eq!(buckets[13].end, now);
    }

    #[test]
    fn values_compare_without_case_and_underscore() {
        assert!(same_value("AccessDenied", "ACCESS_DENIED"));
        assert!(same_value("", "_"));
        assert!(!same_value("ACCESS_DENIED", "ACCESS DENIED"));
        assert!(!same_value("SUCCES", "SUCCESS"));
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
