//! The state of reading one file: numbers the records, sorts them, gives them to the caller.

use serde_json::{Map, Value};

use crate::error::{Error, Result};
use crate::model::JobKind;
use crate::tables::Row;

use super::document::{Document, Listed};
use super::findings::Findings;
use super::job::{self, Refusal, Sighting};
use super::{BadRecord, Defaults, Found, event, foreign, report, summary};

/// So many records of no known sort are met before a file is given up as another API's.
const DOUBTFUL_MAX: usize = 100;
/// So many summary rows wait for the `AggregationPeriod` that follows them in their answer.
const WAITING_MAX: usize = 100_000;

/// Reads the records of one file.
pub(super) struct Reader<'a> {
    defaults: &'a Defaults,
    sink: &'a mut dyn FnMut(Found) -> Result<()>,
    findings: Findings,
    /// Whether anything of AWS Backup's jobs was met.
    is_recognised: bool,
    /// Records of no known sort, while nothing else was met.
    doubtful: Vec<BadRecord>,
    /// Summary rows of the answer in hand whose period is not known yet.
    waiting: Vec<(u64, Row)>,
    failure: Option<Failure>,
}

/// Why reading stops before the end.
#[derive(Debug)]
pub(super) enum Failure {
    /// The caller's sink said so.
    Sink(Error),
    /// Nothing in the file is AWS Backup's jobs; the first record shows what it is.
    NoJobs(BadRecord),
}

impl Failure {
    pub(super) fn into_error(self, subject: &str, hint: &str) -> Error {
        match self {
            Self::Sink(err) => err,
            Self::NoJobs(BadRecord { number, reason }) => {
                let what =
                    format!("{subject} holds no AWS Backup jobs: record {number} is {reason}");
                Error::input(what).with_hint(hint)
            }
        }
    }
}

type Step = Result<(), Failure>;

impl<'a> Reader<'a> {
    pub(super) fn new(
        defaults: &'a Defaults,
        sink: &'a mut dyn FnMut(Found) -> Result<()>,
    ) -> Self {
        Self {
            defaults,
            sink,
            findings: Findings::default(),
            is_recognised: false,
            doubtful: Vec::new(),
            waiting: Vec::new(),
            failure: None,
        }
    }

    /// The end of the file.
    pub(super) fn finish(mut self) -> Result<Findings, Failure> {
        if self.doubtful.is_empty() {
            Ok(self.findings)
        } else {
            Err(Failure::NoJobs(self.doubtful.swap_remove(0)))
        }
    }

    /// Keeps a failure while the JSON parser unwinds.
    pub(super) fn fail(&mut self, failure: Failure) {
        self.failure = Some(failure);
    }

    /// The failure that was kept, if the parser stopped for one.
    pub(super) fn failure(&mut self) -> Option<Failure> {
        self.failure.take()
    }

    /// A value that is neither an object nor an array.
    pub(super) fn scalar(&mut self, value: &Value) -> Step {
        let number = self.next_number();
        self.doubt(number, foreign::noun(value))
    }

    /// The end of a document: of an answer whose records were listed, or of a bare record.
    pub(super) fn document(&mut self, document: Document) -> Step {
        let Document { is_list, mut members } = document;
        members.remove("ResponseMetadata");
        if is_list {
            return self.end_of_list(members);
        }
        let number = self.next_number();
        if members.contains_key("detail-type") {
            return self.take(number, event::read(members));
        }
        if let Some(Value::Object(record)) = members.get_mut("CopyJob") {
            let record = std::mem::take(record);
            return self.job(number, JobKind::Copy, record);
        }
        if let Some(kind) = JobKind::ALL.into_iter().find(|k| members.contains_key(k.id_field())) {
            return self.job(number, kind, members);
        }
        if report::is_row(&members) {
            return self.take(number, report::read(members, self.defaults));
        }
        self.doubt(number, foreign::describe(&members))
    }

    /// One record of a document's array.
    pub(super) fn listed(&mut self, listed: Listed, record: Value) -> Step {
        let number = self.next_number();
        let Value::Object(record) = record else {
            self.recognise()?;
            return self.bad(number, format!("{}, not an object", foreign::noun(&record)));
        };
        match listed {
            Listed::Jobs(kind) => self.job(number, kind, record),
            Listed::Summaries(kind) => self.summary(number, kind, &record),
            Listed::Report => self.take(number, report::read(record, self.defaults)),
        }
    }

    fn end_of_list(&mut self, mut members: Map<String, Value>) -> Step {
        self.recognise()?;
        let period = members.remove("AggregationPeriod");
        self.release(period.as_ref().and_then(Value::as_str))?;
        let token = members.remove("NextToken").unwrap_or_default();
        if !token.is_null() && token.as_str() != Some("") {
            self.findings.unfinished += 1;
        }
        self.findings.not_kept("answer", members.into_iter().map(|(member, _)| member).collect());
        Ok(())
    }

    fn job(&mut self, number: u64, kind: JobKind, record: Map<String, Value>) -> Step {
        self.take(number, Ok(Sighting::of_aws_record(kind, record, self.defaults)))
    }

    /// A sighting becomes a row, a bad record, or one that is ignored.
    fn take(&mut self, number: u64, read: Result<Sighting, Refusal>) -> Step {
        self.recognise()?;
        let taken = read.and_then(|sighting| {
            let sort = (sighting.kind, sighting.origin);
            Ok((sort, sighting.into_row(self.defaults)?))
        });
        match taken {
            Ok(((kind, origin), (row, unknown))) => {
                if !unknown.is_empty() {
                    self.findings.not_kept(&job::noun(kind, origin), unknown);
                }
                self.row(row)
            }
            Err(Refusal::Bad(reason)) => self.bad(number, reason),
            Err(Refusal::Ignored(what)) => {
                self.findings.ignore(what);
                Ok(())
            }
        }
    }

    fn summary(&mut self, number: u64, kind: JobKind, record: &Map<String, Value>) -> Step {
        self.recognise()?;
        match summary::row(kind, record, self.defaults) {
            Ok((row, unknown)) => {
                self.findings.not_kept(&format!("{kind} job summary"), unknown);
                self.waiting.push((number, row));
            }
            Err(reason) => self.bad(number, reason)?,
        }
        if self.waiting.len() >= WAITING_MAX { self.release(None) } else { Ok(()) }
    }

    /// Gives out the summary rows that waited for their period.
    fn release(&mut self, period: Option<&str>) -> Step {
        for (number, row) in std::mem::take(&mut self.waiting) {
            match summary::with_period(row, period) {
                Ok(row) => self.row(row)?,
                Err(reason) => self.bad(number, reason)?,
            }
        }
        Ok(())
    }

    fn next_number(&mut self) -> u64 {
        self.findings.records += 1;
        self.findings.records
    }

    fn row(&mut self, row: Row) -> Step {
        self.findings.rows += 1;
        (self.sink)(Found::Row(row)).map_err(Failure::Sink)
    }

    fn bad(&mut self, number: u64, reason: String) -> Step {
        self.findings.bad += 1;
        (self.sink)(Found::Bad(BadRecord { number, reason })).map_err(Failure::Sink)
    }

    /// The file is one of ours: what was doubtful before is bad.
    fn recognise(&mut self) -> Step {
        self.is_recognised = true;
        for BadRecord { number, reason } in std::mem::take(&mut self.doubtful) {
            self.bad(number, reason)?;
        }
        Ok(())
    }

    /// A record of no known sort: bad among jobs; alone, it shows that the file is another API's.
    fn doubt(&mut self, number: u64, what: String) -> Step {
        if self.is_recognised {
            return self.bad(number, what);
        }
        self.doubtful.push(BadRecord { number, reason: what });
        if self.doubtful.len() < DOUBTFUL_MAX {
            return Ok(());
        }
        Err(Failure::NoJobs(self.doubtful.swap_remove(0)))
    }
}
