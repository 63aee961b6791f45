//! A question for summaries: arguments by name, checked, and read as a request.

use crate::catalog::AsOf;
use crate::error::{Error, Result};
use crate::model::{
    ANY, AccountChoice, Accounts, Bucket, Choice, Composites, CountedBy, DEFAULT_COMPOSITES,
    DEFAULT_COUNTED_BY, DEFAULT_PERIOD, Dimension, Instant, JobKind, PerDimension, Period,
    SummaryRequest, Window, same_value,
};

use super::argument::{Argument, Wording};
use super::further;

/// A question is cut into so many buckets at most.
const BUCKETS_MAX: usize = 100_000;
/// No job is as old: AWS Backup is of 2019.
const BEGINNING: Instant = Instant::from_micros(0);

/// What an argument was given.
#[derive(Clone, Debug, PartialEq)]
pub enum Given {
    /// A text.
    Text(String),
    /// An instant.
    Time(Instant),
    /// A whole number.
    Number(i64),
    /// What no argument takes, as it was written.
    Other(String),
}

impl std::fmt::Display for Given {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Text(text) => write!(f, "\"{text}\""),
            Self::Time(instant) => write!(f, "{instant}"),
            Self::Number(number) => write!(f, "{number}"),
            Self::Other(text) => f.write_str(text),
        }
    }
}

/// A question for summaries of one kind of job.
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    kind: JobKind,
    wording: Wording,
    given: Vec<(Argument, Given)>,
}

impl Question {
    /// The question that gives no argument.
    pub fn new(kind: JobKind, wording: Wording) -> Self {
        Self { kind, wording, given: Vec::new() }
    }

    /// The kind of job that it is about.
    pub fn kind(&self) -> JobKind {
        self.kind
    }

    /// The same question with an argument more.
    ///
    /// # Errors
    /// `Input` if it has it already.
    pub fn give(&mut self, argument: Argument, given: Given) -> Result<()> {
        if self.find(argument).is_some() {
            let name = self.wording.name(argument);
            return Err(Error::input(format!("{name} is given twice")));
        }
        self.given.push((argument, given));
        Ok(())
    }

    /// What it asks, of someone whose own account is `caller`, at `now`.
    ///
    /// # Errors
    /// `Input` for the first argument that is wrong.
    pub fn request(&self, now: Instant, caller: Option<&str>) -> Result<SummaryRequest> {
        let now = self.time(Argument::Now)?.unwrap_or(now);
        let account = self.account()?;
        let mut choices = PerDimension::default();
        for dimension in Dimension::of(self.kind) {
            choices[dimension.place()] = self.choice(*dimension)?;
        }
        let counted_by = self.one_of(Argument::By, &CountedBy::ALL, CountedBy::name)?;
        let composites =
            self.one_of(Argument::CountComposites, &Composites::ALL, Composites::name)?;
        Ok(SummaryRequest {
            kind: self.kind,
            buckets: self.buckets(now)?,
            counted_by: counted_by.unwrap_or(DEFAULT_COUNTED_BY),
            region: self.text(Argument::Region)?.map(str::to_owned),
            account: AccountChoice::resolve(&account, Accounts::Every, caller),
            choices,
            further: further::columns(self.kind, self.wording, self.text(Argument::Dimensions)?)?,
            composites: composites.unwrap_or(DEFAULT_COMPOSITES),
        })
    }

    /// The state of the warehouse that it asks, if it names one.
    ///
    /// # Errors
    /// `Input` for what is no state.
    pub fn as_of(&self) -> Result<Option<AsOf>> {
        match self.find(Argument::AsOf) {
            None => Ok(None),
            Some(Given::Number(id)) => Ok(Some(AsOf::Snapshot(*id))),
            Some(Given::Time(instant)) => Ok(Some(AsOf::Time(*instant))),
            Some(Given::Text(text)) => {
                AsOf::parse(text).map(Some).map_err(|problem| self.wrong(Argument::AsOf, &problem))
            }
            Some(other) => Err(self.wrong_type(Argument::AsOf, "a snapshot number or time", other)),
        }
    }

    pub(super) fn wording(&self) -> Wording {
        self.wording
    }

    fn find(&self, argument: Argument) -> Option<&Given> {
        self.given.iter().find(|(given, _)| *given == argument).map(|(_, given)| given)
    }

    fn text(&self, argument: Argument) -> Result<Option<&str>> {
        match self.find(argument) {
            None => Ok(None),
            Some(Given::Text(text)) if text.is_empty() => {
                Err(self.wrong(argument, "is empty").with_hint("leave it out, or give a value"))
            }
            Some(Given::Text(text)) => Ok(Some(text)),
            Some(other) => Err(self.wrong_type(argument, "a text", other)),
        }
    }

    fn time(&self, argument: Argument) -> Result<Option<Instant>> {
        match self.find(argument) {
            None => Ok(None),
            Some(Given::Time(instant)) => Ok(Some(*instant)),
            Some(Given::Text(text)) => Instant::from_text(text).map(Some).ok_or_else(|| {
                let problem = format!("\"{text}\" is no time such as 2026-11-01T00:00:00Z");
                self.wrong(argument, &problem)
            }),
            Some(other) => Err(self.wrong_type(argument, "a time", other)),
        }
    }

    fn account(&self) -> Result<Choice> {
        let Some(text) = self.text(Argument::AccountId)? else { return Ok(Choice::Omitted) };
        Choice::of_account(text).map_err(|problem| self.wrong(Argument::AccountId, &problem))
    }

    fn choice(&self, dimension: Dimension) -> Result<Choice> {
        let argument = Argument::Of(dimension);
        let Some(text) = self.text(argument)? else { return Ok(Choice::Omitted) };
        dimension.choice(self.kind, text).map_err(|problem| {
            let all = self.wording.with(argument, ANY);
            self.wrong(argument, &problem).with_hint(format!("{all} shows every one there is"))
        })
    }

    fn one_of<T: Copy>(
        &self,
        argument: Argument,
        all: &[T],
        name: impl Fn(T) -> &'static str,
    ) -> Result<Option<T>> {
        let Some(text) = self.text(argument)? else { return Ok(None) };
        let found = all.iter().copied().find(|it| same_value(name(*it), text));
        found.map(Some).ok_or_else(|| {
            let names: Vec<_> = all.iter().copied().map(&name).collect();
            self.wrong(argument, &format!("\"{text}\" is none of {}", names.join(", ")))
        })
    }

    fn buckets(&self, now: Instant) -> Result<Vec<Window>> {
        let period = self.one_of(Argument::AggregationPeriod, &Period::ALL, Period::name)?;
        let times = [Argument::Since, Argument::Until, Argument::Bucket];
        let Some(other) = times.into_iter().find(|it| self.find(*it).is_some()) else {
            return Ok(period.unwrap_or(DEFAULT_PERIOD).buckets(now));
        };
        if let Some(period) = period {
            return Err(self.both(period, other));
        }
        let since = self.time(Argument::Since)?;
        let until = self.time(Argument::Until)?;
        let bucket = self.one_of(Argument::Bucket, &Bucket::ALL, Bucket::name)?;
        let bucket = bucket.unwrap_or(Bucket::Day);
        let span =
            Window { start: since.unwrap_or(BEGINNING), end: until.unwrap_or(Period::end(now)) };
        if span.end <= span.start {
            return Err(self.backwards(span, until.is_some()));
        }
        let buckets: Vec<_> = bucket.cut(span).take(BUCKETS_MAX + 1).collect();
        if buckets.len() > BUCKETS_MAX {
            let (Window { start, end }, name) = (span, bucket.name());
            let message = format!("{start} to {end} has more than {BUCKETS_MAX} of \"{name}\"");
            let hint = format!("ask for less, or {}", self.wording.with(Argument::Bucket, "year"));
            return Err(Error::input(message).with_hint(hint));
        }
        Ok(buckets)
    }

    fn both(&self, period: Period, other: Argument) -> Error {
        let argument = self.wording.name(Argument::AggregationPeriod);
        let (name, other) = (period.name(), self.wording.name(other));
        let message = format!(
            "{argument} {name} and {other} exclude each other: a period is the days before today"
        );
        let hint = format!(
            "leave out {argument}, and cut the time with {}",
            self.wording.with(Argument::Bucket, "day")
        );
        Error::input(message).with_hint(hint)
    }

    fn backwards(&self, span: Window, has_until: bool) -> Error {
        let (since, until) =
            (self.wording.name(Argument::Since), self.wording.name(Argument::Until));
        if has_until {
            let message = format!("{until} {} is not after {since} {}", span.end, span.start);
            return Error::input(message).with_hint("exchange them, or leave one out");
        }
        let message = format!(
            "{since} {} is not before the last 00:00 UTC, {}, where counting ends",
            span.start, span.end
        );
        Error::input(message).with_hint(format!("give {until} as well"))
    }

    fn wrong(&self, argument: Argument, problem: &str) -> Error {
        Error::input(format!("{} {problem}", self.wording.name(argument)))
    }

    fn wrong_type(&self, argument: Argument, wanted: &str, given: &Given) -> Error {
        self.wrong(argument, &format!("takes {wanted}, and {given} is given"))
    }
}
