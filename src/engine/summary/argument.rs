//! The arguments of a question for summaries, and how each edge writes them.

use crate::model::{Bucket, Composites, CountedBy, Dimension, JobKind, Period};

/// An argument: AWS's own, and the extensions that AWS does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Argument {
    /// AWS's `AccountId`.
    AccountId,
    /// One of AWS's dimensions.
    Of(Dimension),
    /// AWS's `AggregationPeriod`.
    AggregationPeriod,
    /// Only jobs of this Region.
    Region,
    /// Where the counted time begins.
    Since,
    /// Where it ends.
    Until,
    /// Into what it is cut.
    Bucket,
    /// Which time of a job counts.
    By,
    /// Which composite jobs count.
    CountComposites,
    /// Further columns to count by.
    Dimensions,
    /// The state of the warehouse to ask.
    AsOf,
    /// The instant that periods are counted from.
    Now,
}

/// The extensions, in the order in which messages list them.
const EXTENSIONS: [Argument; 9] = [
    Argument::Region,
    Argument::Since,
    Argument::Until,
    Argument::Bucket,
    Argument::By,
    Argument::CountComposites,
    Argument::Dimensions,
    Argument::AsOf,
    Argument::Now,
];

impl Argument {
    /// AWS's arguments for summaries of `kind`, in the order of AWS's API model.
    pub fn of_aws(kind: JobKind) -> &'static [Self] {
        use Argument::{AccountId, AggregationPeriod, Of};
        use Dimension::{MalwareScanner, MessageCategory, ResourceType, ScanResultStatus, State};
        match kind {
            JobKind::Backup | JobKind::Copy => {
                &[AccountId, Of(State), Of(ResourceType), Of(MessageCategory), AggregationPeriod]
            }
            JobKind::Restore => &[AccountId, Of(State), Of(ResourceType), AggregationPeriod],
            JobKind::Scan => &[
                AccountId,
                Of(ResourceType),
                Of(MalwareScanner),
                Of(ScanResultStatus),
                Of(State),
                AggregationPeriod,
            ],
        }
    }

    /// All arguments for summaries of `kind`: AWS's, then the extensions.
    pub fn of(kind: JobKind) -> impl Iterator<Item = Self> {
        Self::of_aws(kind).iter().copied().chain(EXTENSIONS)
    }

    /// Its name in SQL: `account_id`.
    pub fn name(self) -> &'static str {
        match self {
            Self::AccountId => "account_id",
            Self::Of(dimension) => dimension.name(),
            Self::AggregationPeriod => "aggregation_period",
            Self::Region => "region",
            Self::Since => "since",
            Self::Until => "until",
            Self::Bucket => "bucket",
            Self::By => "by",
            Self::CountComposites => "count_composites",
            Self::Dimensions => "dimensions",
            Self::AsOf => "as_of",
            Self::Now => "now",
        }
    }

    /// One sentence for the README: what it takes and what it does.
    pub fn doc(self) -> String {
        let words = |words: &[&str]| format!("`{}`", words.join("`, `"));
        match self {
            Self::AccountId => "An account id, `ANY` (a row for each) or `AGGREGATE_ALL` (the \
                sum); without it the account of the setting `caller`, else the sum of all."
                .to_owned(),
            Self::Of(dimension) => format!(
                "A {}, `ANY` (a row for each) or `AGGREGATE_ALL` (the sum); without it the sum, \
                 and NULL in the row.",
                dimension.name().replace('_', " ")
            ),
            Self::AggregationPeriod => {
                let names = words(&Period::ALL.map(Period::name));
                format!("{names}; without it `ONE_DAY`: each of the last 14 days.")
            }
            Self::Region => "Only jobs of this Region.".to_owned(),
            Self::Since => "Where the counted time begins; without it, and with one of the two \
                that follow, at the first job."
                .to_owned(),
            Self::Until => {
                "Where the counted time ends; without it, at the last 00:00 UTC.".to_owned()
            }
            Self::Bucket => {
                let names = words(&Bucket::ALL.map(Bucket::name));
                format!("{names}: into what the time is cut, a row each; without it `day`.")
            }
            Self::By => {
                let names = words(&CountedBy::ALL.map(CountedBy::name));
                format!("{names}: which time of a job counts; without it `creation`, as AWS's.")
            }
            Self::CountComposites => {
                let names = words(&Composites::ALL.map(Composites::name));
                format!("{names}: which of parents and children count; without it `both`.")
            }
            Self::Dimensions => {
                "Further columns of the jobs to count by, with commas between them.".to_owned()
            }
            Self::AsOf => {
                "The warehouse as it was: the number of a snapshot, or an instant.".to_owned()
            }
            Self::Now => "The instant from which periods are counted back.".to_owned(),
        }
    }
}

/// How an edge writes arguments, for messages that its user understands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wording {
    /// `account_id => 'ANY'`.
    Sql,
    /// `--account-id ANY`.
    Flags,
}

impl Wording {
    /// The argument's name.
    pub fn name(self, argument: Argument) -> String {
        match self {
            Self::Sql => argument.name().to_owned(),
            Self::Flags => format!("--{}", argument.name().replace('_', "-")),
        }
    }

    /// The argument with a value.
    pub fn with(self, argument: Argument, value: &str) -> String {
        let name = self.name(argument);
        match self {
            Self::Sql => format!("{name} => '{value}'"),
            Self::Flags => format!("{name} {value}"),
        }
    }
}
