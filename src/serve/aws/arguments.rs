//! Values of parameters: checked, since AWS's clients do not check them, and typed.

use crate::model::{
    Choice, DEFAULT_PERIOD, Dimension, Instant, JobKind, PerDimension, Period, SCAN_RESULTS,
    is_account_id, same_value,
};
use crate::tables::{Condition, Test};

use super::error::Exception;
use super::operation::{Action, Operation, Parameter, Role};
use super::route::Routed;

/// The largest page of a listing: the model's range.
const LIST_MAX_RESULTS: usize = 1000;
/// The largest page of a summary: the model's range; AWS's prose says 500.
const SUMMARIES_MAX_RESULTS: usize = 1000;
/// The size of a page when the request names none. AWS does not document its own.
const DEFAULT_MAX_RESULTS: usize = 1000;
/// AWS's other word for `ANY`, in listings.
const WILDCARD: &str = "*";

/// What a request asks for, in our words.
#[derive(Debug, Default)]
pub(super) struct Arguments {
    pub(super) job_id: String,
    pub(super) next_token: Option<String>,
    pub(super) max_results: usize,
    /// Whose jobs; in a listing `*` is [`Choice::Any`].
    pub(super) account: Choice,
    pub(super) conditions: Vec<Condition>,
    pub(super) choices: PerDimension<Choice>,
    pub(super) period: Option<Period>,
}

impl Arguments {
    /// Reads and checks what was given; the first value that is wrong is the error.
    pub(super) fn read(routed: &Routed) -> Result<Self, Exception> {
        let mut arguments = Self { max_results: DEFAULT_MAX_RESULTS, ..Self::default() };
        for (parameter, value) in &routed.given {
            arguments.take(routed.operation, parameter, value)?;
        }
        Ok(arguments)
    }

    pub(super) fn period(&self) -> Period {
        self.period.unwrap_or(DEFAULT_PERIOD)
    }

    fn take(
        &mut self,
        operation: &Operation,
        parameter: &Parameter,
        value: &str,
    ) -> Result<(), Exception> {
        let wrong = |problem: String| Exception::parameter(parameter.member, problem);
        if value.is_empty() && !matches!(parameter.role, Role::NextToken) {
            return Err(wrong("the value is empty".to_owned()));
        }
        let mut condition = |column, test| {
            self.conditions.push(Condition::new(operation.kind, column, test));
        };
        match &parameter.role {
            // Some clients send the empty token that they were given for "no more pages".
            Role::NextToken => self.next_token = Some(value.to_owned()).filter(|t| !t.is_empty()),
            Role::MaxResults => self.max_results = page_size(operation, value).map_err(wrong)?,
            Role::JobId => value.clone_into(&mut self.job_id),
            Role::Accounts => self.account = accounts(value).map_err(wrong)?,
            Role::Account => self.account = Choice::of_account(value).map_err(wrong)?,
            Role::Period => self.period = Some(period(value).map_err(wrong)?),
            Role::Text(column) => condition(column, Test::Is(value.to_owned())),
            Role::OneOf(column, values) => {
                condition(column, Test::Is(one_of(values, value).map_err(wrong)?.to_owned()));
            }
            Role::Category(column) => {
                if !is_everything(value) {
                    condition(column, Test::SameAs(value.to_owned()));
                }
            }
            Role::After(column) => condition(column, Test::After(time(value).map_err(wrong)?)),
            Role::Before(column) => condition(column, Test::Before(time(value).map_err(wrong)?)),
            Role::Choice(dimension) => {
                self.choices[dimension.place()] =
                    choice(*dimension, operation.kind, value).map_err(wrong)?;
            }
        }
        Ok(())
    }
}

fn page_size(operation: &Operation, value: &str) -> Result<usize, String> {
    let most = match operation.action {
        Action::Summaries => SUMMARIES_MAX_RESULTS,
        Action::List | Action::Describe => LIST_MAX_RESULTS,
    };
    let number = value.parse().ok().filter(|number| (1..=most).contains(number));
    number.ok_or_else(|| format!("\"{value}\" is no whole number from 1 to {most}"))
}

/// A listing's message category that is no filter: counts have no meaning in a listing.
fn is_everything(value: &str) -> bool {
    value == WILDCARD || !matches!(Choice::from_text(value), Choice::Value(_))
}

fn accounts(value: &str) -> Result<Choice, String> {
    match value {
        WILDCARD => Ok(Choice::Any),
        id if is_account_id(id) => Ok(Choice::Value(id.to_owned())),
        other => Err(format!("\"{other}\" is neither an account id of 12 digits nor *")),
    }
}

fn period(value: &str) -> Result<Period, String> {
    Period::from_name(value).ok_or_else(|| none_of(value, &Period::ALL.map(Period::name)))
}

/// The listed value that this is, in any case; it is used in AWS's own spelling.
fn one_of(values: &'static [&'static str], value: &str) -> Result<&'static str, String> {
    let found = values.iter().find(|listed| same_value(listed, value));
    found.copied().ok_or_else(|| none_of(value, values))
}

fn none_of(value: &str, values: &[&str]) -> String {
    format!("\"{value}\" is none of {}", values.join(", "))
}

fn choice(dimension: Dimension, kind: JobKind, value: &str) -> Result<Choice, String> {
    match dimension.choice(kind, value)? {
        Choice::Value(value) => Ok(Choice::Value(value)),
        // Only our own extensions sum these or show each.
        _ if !dimension.lists_words() => Err(none_of(value, &SCAN_RESULTS)),
        word => Ok(word),
    }
}

/// ISO 8601, as every client of AWS's sends it; epoch seconds would be taken for a year.
fn time(value: &str) -> Result<Instant, String> {
    Instant::from_text(value)
        .ok_or_else(|| format!("\"{value}\" is no time such as 2026-11-22T00:00:00Z"))
}

#[cfg(test)]
mod tests {
    use hyper::Method;

    use super::*;
    use crate::serve::aws::route::route;

    fn read(target: &str) -> Result<Arguments, String> {
        let routed = route(&Method::GET, target).unwrap();
        Arguments::read(&routed).map_err(|exception| {
            assert_eq!(exception.code, "InvalidParameterValueException");
            exception.message
        })
    }

    #[track_caller]
    fn check_refused(target: &str, expected: &str) {
        assert_eq!(read(target).unwrap_err(), expected, "{target}");
    }

    #[test]
    fn what_clients_do_not_check_is_refused_by_name() {
        let size = "MaxResults: \"5000\" is no whole number from 1 to 1000";
        check_refused("/backup-jobs?maxResults=5000", size);
        let zero = "MaxResults: \"0\" is no whole number from 1 to 1000";
        check_refused("/audit/scan-job-summaries?MaxResults=0", zero);
        let state = "ByStatus: \"BOGUS\" is none of PENDING, RUNNING, COMPLETED, ABORTED, FAILED";
        check_refused("/restore-jobs?status=BOGUS", state);
        let account = "ByAccountId: \"not-a-number\" is neither an account id of 12 digits nor *";
        check_refused("/copy-jobs?accountId=not-a-number", account);
        let account =
            "AccountId: \"*\" is neither an account id of 12 digits, ANY nor AGGREGATE_ALL";
        check_refused("/audit/copy-job-summaries?AccountId=%2A", account);
        let time = "ByCreatedAfter: \"1600000000\" is no time such as 2026-11-22T00:00:00Z";
        check_refused("/backup-jobs?createdAfter=1600000000", time);
        let period = "AggregationPeriod: \"MONTH\" is none of ONE_DAY, SEVEN_DAYS, FOURTEEN_DAYS";
        check_refused("/audit/backup-job-summaries?AggregationPeriod=MONTH", period);
        let result =
            "ScanResultStatus: \"ANY\" is none of NO_THREATS_FOUND, THREATS_FOUND, UNKNOWN";
        check_refused("/audit/scan-job-summaries?ScanResultStatus=ANY", result);
        check_refused("/backup-jobs?resourceArn=", "ByResourceArn: the value is empty");
        let star = "ResourceType: \"*\" is no ResourceType; ANY stands for each";
        check_refused("/audit/backup-job-summaries?ResourceType=*", star);
    }

    #[test]
    fn every_category_word_for_all_is_no_filter() {
        for word in ["%2A", "*", "ANY", "any", "AGGREGATE_ALL", "AggregateAll"] {
            let arguments = read(&format!("/backup-jobs?messageCategory={word}")).unwrap();
            assert_eq!(arguments.conditions, []);
        }
    }

    #[test]
    fn the_words_for_all_may_be_spelt_in_any_case() {
        let path = "/audit/backup-job-summaries";
        for (word, expected) in [("any", Choice::Any), ("Aggregate_all", Choice::AggregateAll)] {
            assert_eq!(read(&format!("{path}?AccountId={word}")).unwrap().account, expected);
            for dimension in Dimension::of(JobKind::Backup) {
                let arguments = read(&format!("{path}?{}={word}", dimension.aws_name())).unwrap();
                assert_eq!(arguments.choices[dimension.place()], expected, "{dimension:?}");
            }
        }
    }

    #[test]
    fn values_become_conditions() {
        let target = "/copy-jobs?messageCategory=AccessDenied&state=failed&createdAfter=2026-11-22";
        let arguments = read(target).unwrap();
        let kind = JobKind::Copy;
        let midnight = Instant::from_text("2026-11-22").unwrap();
        let expected = [
            Condition::new(kind, "state", Test::Is("FAILED".into())),
            Condition::new(kind, "creation_date", Test::After(midnight)),
            Condition::new(kind, "message_category", Test::SameAs("AccessDenied".into())),
        ];
        assert_eq!(arguments.conditions, expected);
        assert_eq!((arguments.max_results, arguments.next_token), (1000, None));
    }

    #[test]
    fn an_empty_token_is_none() {
        assert_eq!(read("/backup-jobs?nextToken=").unwrap().next_token, None);
    }
}
