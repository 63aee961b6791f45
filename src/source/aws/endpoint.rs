//! One Region of a source.

use std::sync::Arc;

use aws_sdk_backup::Client;
use aws_sdk_backup::config::{Builder, Region};

use crate::model::{Instant, JobKind};
use crate::source::place::told_account;
use crate::tables::{Cell, Origin, Row, Table, settle};

use super::call::{Answer, JobPage, ListCall, SummaryCall, Whose};
use super::error::{Asked, CallError};
use super::failure::Failure;
use super::{Source, backup, copy, restore, scan};

/// Sends one request to the Region of an endpoint; the answer, and what it said in so many words.
macro_rules! send {
    ($at:expr, $request:expr) => {{
        let said = $crate::source::aws::said::Said::default();
        $request
            .customize()
            .config_override($at.in_region())
            .interceptor(said.clone())
            .send()
            .await
            .map(|answer| (answer, said))
    }};
}
pub(super) use send;

/// What summaries are asked for.
const PERIOD: &str = "ONE_DAY";

/// One Region of a connected source. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Endpoint {
    client: Client,
    source: Arc<Source>,
    region: String,
}

impl Endpoint {
    pub(super) fn new(client: Client, source: Arc<Source>, region: &str) -> Self {
        Self { client, source, region: region.to_owned() }
    }

    /// The Region that answers.
    pub fn region(&self) -> &str {
        &self.region
    }

    /// One page of jobs, by one request; `observed_at` is when it begins.
    ///
    /// # Errors
    /// That AWS refused or did not answer; a record that can be no row is none, but in
    /// [`JobPage::refused`].
    pub async fn list(&self, call: &ListCall, observed_at: Instant) -> Result<JobPage, CallError> {
        let answer = match call.kind {
            JobKind::Backup => backup::list(self, call).await,
            JobKind::Copy => copy::list(self, call).await,
            JobKind::Restore => restore::list(self, call).await,
            JobKind::Scan => scan::list(self, call).await,
        };
        let answer =
            answer.map_err(|failure| self.failed(list_name(call.kind), &call.whose, failure))?;
        let finish = |row| self.job(row, call.kind, Origin::List, &call.whose, observed_at);
        Ok(page(answer.rows.into_iter().map(finish), answer.next))
    }

    /// One job, by one request; `None` if AWS does not know it.
    ///
    /// # Errors
    /// That AWS refused or did not answer, or gave a record that can be no row.
    pub async fn describe(
        &self,
        kind: JobKind,
        job_id: &str,
        observed_at: Instant,
    ) -> Result<Option<Row>, CallError> {
        let row = match kind {
            JobKind::Backup => backup::describe(self, job_id).await,
            JobKind::Copy => copy::describe(self, job_id).await,
            JobKind::Restore => restore::describe(self, job_id).await,
            JobKind::Scan => scan::describe(self, job_id).await,
        };
        let row = match row {
            Err(failure) if failure.is_unknown_job() => return Ok(None),
            row => row.and_then(|row| {
                self.job(row, kind, Origin::Describe, &Whose::Own, observed_at)
                    .map_err(Failure::unusable)
            }),
        };
        row.map(Some).map_err(|failure| self.failed(describe_name(kind), &Whose::Own, failure))
    }

    /// One page of AWS's own counts, by one request; `observed_at` is when it begins.
    ///
    /// # Errors
    /// As for [`list`](Self::list).
    pub async fn summaries(
        &self,
        call: &SummaryCall,
        observed_at: Instant,
    ) -> Result<JobPage, CallError> {
        let answer = match call.kind {
            JobKind::Backup => backup::summaries(self, call).await,
            JobKind::Copy => copy::summaries(self, call).await,
            JobKind::Restore => restore::summaries(self, call).await,
            JobKind::Scan => scan::summaries(self, call).await,
        };
        let answer = answer
            .map_err(|failure| self.failed(summaries_name(call.kind), &call.whose, failure))?;
        let Answer { rows, period, next } = answer;
        let period = period.filter(|period| !period.is_empty());
        let period = period.as_deref().unwrap_or(PERIOD);
        let finish = |row| self.summary(row, call.kind, period, observed_at);
        Ok(page(rows.into_iter().map(finish), next))
    }

    pub(super) fn client(&self) -> &Client {
        &self.client
    }

    /// What makes a request of the shared client one to this Region.
    pub(super) fn in_region(&self) -> Builder {
        Builder::new().region(Region::new(self.region.clone()))
    }

    /// The account that summaries are asked for.
    pub(super) fn account_id_of(&self, whose: &Whose) -> String {
        whose.account_id(self.source.account_id.as_deref())
    }

    fn failed(&self, operation: &'static str, whose: &Whose, failure: Failure) -> CallError {
        let of_others = *whose != Whose::Own;
        CallError::new(
            &Asked { operation, region: &self.region, source: &self.source, of_others },
            failure,
        )
    }

    /// The finished row of a job, or why it can be none.
    fn job(
        &self,
        mut row: Row,
        kind: JobKind,
        origin: Origin,
        whose: &Whose,
        observed_at: Instant,
    ) -> Result<Row, String> {
        let table = row.table();
        let id = table.job_id();
        let Some(job_id) = row.text(id) else {
            return Err(lacks(&format!("{kind} job"), kind, id));
        };
        for required in [table.time, table.state()] {
            if row.get(required).is_null() {
                return Err(lacks(&format!("{kind} job {job_id:?}"), kind, required));
            }
        }
        if row.text("account_id").is_none() {
            let account_id = told_account(&row, kind).or_else(|| match whose {
                Whose::One(account_id) => Some(account_id.clone()),
                Whose::Own | Whose::Every => self.source.account_id.clone(),
            });
            let account_id =
                account_id.ok_or_else(|| format!("{kind} job {job_id:?} tells no account"))?;
            row.set("account_id", Cell::text(account_id));
        }
        row.set("region", Cell::text(&*self.region));
        settle(&mut row, &self.source.name, origin, observed_at);
        Ok(row)
    }

    /// The finished row of a summary, or why it can be none.
    fn summary(
        &self,
        mut row: Row,
        kind: JobKind,
        period: &str,
        observed_at: Instant,
    ) -> Result<Row, String> {
        if row.time("start_time").is_none() {
            return Err(format!("{kind} job summary has no StartTime"));
        }
        if row.text("region").is_none() {
            row.set("region", Cell::text(&*self.region));
        }
        row.set("kind", Cell::text(kind.name()));
        row.set("aggregation_period", Cell::text(period));
        row.set("source", Cell::text(&*self.source.name));
        row.set("origin", Cell::text(Origin::List.name()));
        row.set("observed_at", Cell::Time(observed_at));
        Ok(row)
    }
}

fn page(rows: impl Iterator<Item = Result<Row, String>>, next: Option<String>) -> JobPage {
    let mut page = JobPage {
        rows: Vec::with_capacity(rows.size_hint().0),
        refused: Vec::new(),
        next: next.filter(|token| !token.is_empty()),
    };
    for row in rows {
        match row {
            Ok(row) => page.rows.push(row),
            Err(reason) => page.refused.push(reason),
        }
    }
    page
}

/// `subject has no CreationDate`.
fn lacks(subject: &str, kind: JobKind, column: &str) -> String {
    let columns = Table::of_jobs(kind).columns;
    let aws = columns.iter().find(|c| c.name == column).map_or(column, |c| c.aws);
    format!("{subject} has no {aws}")
}

fn list_name(kind: JobKind) -> &'static str {
    match kind {
        JobKind::Backup => "ListBackupJobs",
        JobKind::Copy => "ListCopyJobs",
        JobKind::Restore => "ListRestoreJobs",
        JobKind::Scan => "ListScanJobs",
    }
}

fn describe_name(kind: JobKind) -> &'static str {
    match kind {
        JobKind::Backup => "DescribeBackupJob",
        JobKind::Copy => "DescribeCopyJob",
        JobKind::Restore => "DescribeRestoreJob",
        JobKind::Scan => "DescribeScanJob",
    }
}

fn summaries_name(kind: JobKind) -> &'static str {
    match kind {
        JobKind::Backup => "ListBackupJobSummaries",
        JobKind::Copy => "ListCopyJobSummaries",
        JobKind::Restore => "ListRestoreJobSummaries",
        JobKind::Scan => "ListScanJobSummaries",
    }
}
