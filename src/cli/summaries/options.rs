//! The flags of `lookback summaries`: the AWS CLI's own, then ours.

use std::path::PathBuf;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};

use crate::engine::{Argument, Given, Question, Wording};
use crate::error::{Error, Result};
use crate::model::{Dimension, JobKind};
use crate::output::Format;

use super::super::args::{ReadOptions, kinds};
use super::super::target::answer_file;

/// Count jobs as AWS's job summaries do, over all history held.
///
/// The first flags are those of `aws backup list-backup-job-summaries` and its likes. A value of a
/// dimension counts its jobs alone; `ANY` is a row for each value, `AGGREGATE_ALL` is their sum,
/// and so is a flag left out. Days are UTC, and end at the last 00:00.
#[derive(Args, Debug)]
pub(in crate::cli) struct SummariesOptions {
    /// The kind of job.
    #[arg(value_parser = kinds())]
    kind: JobKind,

    /// An account id, `ANY` or `AGGREGATE_ALL` [default: that of --caller, else the sum of all]
    #[arg(long, value_name = "ID", help_heading = AWS)]
    account_id: Option<String>,

    /// A state, such as FAILED.
    #[arg(long, value_name = "STATE", help_heading = AWS)]
    state: Option<String>,

    /// A resource type, such as EBS.
    #[arg(long, value_name = "TYPE", help_heading = AWS)]
    resource_type: Option<String>,

    /// A message category, such as SUCCESS; of backup and copy jobs.
    #[arg(long, value_name = "CATEGORY", help_heading = AWS)]
    message_category: Option<String>,

    /// A scanning engine, such as GUARDDUTY; of scan jobs.
    #[arg(long, value_name = "SCANNER", help_heading = AWS)]
    malware_scanner: Option<String>,

    /// A result, such as `THREATS_FOUND`; of scan jobs.
    #[arg(long, value_name = "RESULT", help_heading = AWS)]
    scan_result_status: Option<String>,

    /// `ONE_DAY` (each of the last 14), `SEVEN_DAYS` or `FOURTEEN_DAYS` [default: `ONE_DAY`]
    #[arg(long, value_name = "PERIOD", help_heading = AWS)]
    aggregation_period: Option<String>,

    /// The Region [default: a row for each]
    #[arg(long, value_name = "REGION", help_heading = AWS)]
    region: Option<String>,

    /// Where the counted time begins [default: at the first job, with --until or --bucket]
    #[arg(long, value_name = "TIMESTAMP", help_heading = BEYOND)]
    since: Option<String>,

    /// Where it ends [default: at the last 00:00 UTC]
    #[arg(long, value_name = "TIMESTAMP", help_heading = BEYOND)]
    until: Option<String>,

    /// Cut it into each day, week, month, quarter or year [default: day]
    #[arg(long, value_name = "BUCKET", help_heading = BEYOND)]
    bucket: Option<String>,

    /// Count jobs by their creation or their completion; those without one are then in none
    /// [default: creation]
    #[arg(long, value_name = "TIME", help_heading = BEYOND)]
    by: Option<String>,

    /// Count composite jobs, their children, or both: parents, children, both [default: both]
    #[arg(long, value_name = "WHICH", help_heading = BEYOND)]
    count_composites: Option<String>,

    /// Count by these columns too, with commas between them, such as `backup_vault_name`.
    #[arg(long, value_name = "COLUMN,…", help_heading = BEYOND)]
    dimensions: Option<String>,

    /// How to write the answer; `aws-json` is what the AWS CLI prints.
    #[arg(long, value_parser = formats())]
    pub(super) format: Option<SummaryFormat>,

    /// Write the answer to this file, whole or not at all; `-` is standard output.
    #[arg(short, long, value_name = "FILE", value_parser = answer_file())]
    pub(super) output: Option<PathBuf>,

    #[command(flatten)]
    pub(super) read: ReadOptions,
}

const AWS: &str = "As in AWS's command line";
const BEYOND: &str = "Beyond AWS";

/// How summaries are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::cli) enum SummaryFormat {
    /// Like every other answer.
    Rows(Format),
    /// The document that the AWS CLI prints.
    AwsJson,
}

const AWS_JSON: &str = "aws-json";

fn formats() -> impl TypedValueParser<Value = SummaryFormat> {
    let names = Format::ALL.map(Format::name).into_iter().chain([AWS_JSON]);
    PossibleValuesParser::new(names).try_map(|name| match Format::from_name(&name) {
        Some(format) => Ok(SummaryFormat::Rows(format)),
        None if name == AWS_JSON => Ok(SummaryFormat::AwsJson),
        None => Err(format!("there is no format \"{name}\"")),
    })
}

impl SummariesOptions {
    /// What the flags ask.
    ///
    /// # Errors
    /// A flag that summaries of the kind do not have.
    pub(super) fn question(&self) -> Result<Question> {
        let kind = self.kind;
        let mut question = Question::new(kind, Wording::Flags);
        for (argument, given) in self.given() {
            let Some(text) = given else { continue };
            if !Argument::of(kind).any(|it| it == argument) {
                return Err(foreign(kind, argument));
            }
            question.give(argument, Given::Text(text.clone()))?;
        }
        Ok(question)
    }

    /// True if and only if columns are shown that AWS's rows do not have.
    pub(super) fn has_dimensions(&self) -> bool {
        self.dimensions.is_some()
    }

    fn given(&self) -> [(Argument, &Option<String>); 14] {
        use Argument::Of;
        [
            (Argument::AccountId, &self.account_id),
            (Of(Dimension::State), &self.state),
            (Of(Dimension::ResourceType), &self.resource_type),
            (Of(Dimension::MessageCategory), &self.message_category),
            (Of(Dimension::MalwareScanner), &self.malware_scanner),
            (Of(Dimension::ScanResultStatus), &self.scan_result_status),
            (Argument::AggregationPeriod, &self.aggregation_period),
            (Argument::Region, &self.region),
            (Argument::Since, &self.since),
            (Argument::Until, &self.until),
            (Argument::Bucket, &self.bucket),
            (Argument::By, &self.by),
            (Argument::CountComposites, &self.count_composites),
            (Argument::Dimensions, &self.dimensions),
        ]
    }
}

fn foreign(kind: JobKind, argument: Argument) -> Error {
    let name = |argument| Wording::Flags.name(argument);
    let dimensions = Dimension::of(kind).iter().map(|it| name(Argument::Of(*it)));
    let dimensions: Vec<_> = dimensions.collect();
    Error::input(format!("summaries of {kind} jobs have no {}", name(argument)))
        .with_hint(format!("their dimensions are {}", dimensions.join(", ")))
}
