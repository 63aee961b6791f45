//! From one record of a job to its row.

use serde_json::{Map, Value};

use crate::model::{Instant, JobKind};
use crate::tables::{Cell, Origin, Row, Table, row_from_aws, settle};

use super::{Defaults, place};

/// One reading of one job: AWS's record and what was said around it.
#[derive(Debug)]
pub(super) struct Sighting {
    pub(super) kind: JobKind,
    /// The record under AWS's own member names.
    pub(super) record: Map<String, Value>,
    /// Members that have no name of AWS's.
    pub(super) unknown: Vec<String>,
    pub(super) origin: Origin,
    pub(super) observed_at: Instant,
    /// The Region that an envelope or a report's column says.
    pub(super) region: Option<String>,
    /// The account that an envelope says.
    pub(super) account_id: Option<String>,
}

/// Why a record does not become a row.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// It should have: the reason.
    Bad(String),
    /// It is no job: what it is, in the plural.
    Ignored(String),
}

impl Sighting {
    /// A record as the List and Describe operations give it.
    pub(super) fn of_aws_record(
        kind: JobKind,
        record: Map<String, Value>,
        defaults: &Defaults,
    ) -> Self {
        Self {
            kind,
            record,
            unknown: Vec::new(),
            origin: Origin::CliJson,
            observed_at: defaults.observed_at,
            region: None,
            account_id: None,
        }
    }

    /// The finished row, and the members that no column takes.
    pub(super) fn into_row(self, defaults: &Defaults) -> Result<(Row, Vec<String>), Refusal> {
        let (mut row, mut unknown) = row_from_aws(Table::of_jobs(self.kind), &self.record)
            .map_err(|reason| Refusal::Bad(format!("{}: {reason}", self.subject())))?;
        for required in [self.kind.id_field(), "CreationDate", self.kind.state_field()] {
            if given(&row, required).is_null() {
                return Err(Refusal::Bad(format!("{} has no {required}", self.subject())));
            }
        }
        place::fill(&mut row, &self, defaults)
            .map_err(|reason| Refusal::Bad(format!("{} {reason}", self.subject())))?;
        settle(&mut row, &defaults.source, self.origin, self.observed_at);
        unknown.extend(self.unknown);
        Ok((row, unknown))
    }

    /// The job in messages: `backup job "b-1"`.
    fn subject(&self) -> String {
        let noun = noun(self.kind, self.origin);
        match self.record.get(self.kind.id_field()).and_then(Value::as_str) {
            Some(id) if !id.is_empty() => format!("{noun} {id:?}"),
            _ => noun,
        }
    }
}

/// What a record of `kind` from `origin` is called in messages: `backup job event`.
pub(super) fn noun(kind: JobKind, origin: Origin) -> String {
    match origin {
        Origin::AuditReport => format!("{kind} job report row"),
        Origin::Event => format!("{kind} job event"),
        Origin::List | Origin::Describe | Origin::CliJson | Origin::Absence => {
            format!("{kind} job")
        }
    }
}

/// The cell of AWS's member `aws`; NULL where the table has none.
pub(super) fn given<'r>(row: &'r Row, aws: &str) -> &'r Cell {
    let index = row.table().columns.iter().position(|column| column.aws == aws);
    index.map_or(&Cell::Null, |index| &row.cells()[index])
}
