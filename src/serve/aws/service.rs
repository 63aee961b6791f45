//! From a request to an answer.

use std::sync::Arc;

use hyper::StatusCode;

use crate::model::{
    AccountChoice, Clock, DEFAULT_COMPOSITES, DEFAULT_COUNTED_BY, Dimension, Instant,
    SummaryRequest, SummaryRow,
};
use crate::serve::http::{Failure, HttpRequest, Service};
use crate::serve::reply::Reply;
use crate::tables::{ListFilter, ListRequest, Position};

use super::access;
use super::arguments::Arguments;
use super::backend::{Backend, Caller, Scope};
use super::callers::Callers;
use super::credential;
use super::error::Exception;
use super::fault::{Faults, Interference, RequestInfo};
use super::host;
use super::operation::{Action, Operation, Role};
use super::print;
use super::recent::Recent;
use super::route::{Routed, route};
use super::signature::{self, Signer};
use super::token::{Binding, TokenKey};

/// Who may call, and what the endpoint assumes.
#[derive(Clone, Debug)]
pub struct Config {
    /// Who may call, and as whom.
    pub callers: Callers,
    /// What Describe reaches for a caller of organisation scope; AWS promises its own account only.
    pub describe_scope: Scope,
    /// The Region of a request that is not signed.
    pub default_region: String,
    /// The key of page tokens.
    pub token_key: TokenKey,
    /// Tells the instant of each request.
    pub clock: Arc<dyn Clock>,
}

/// AWS Backup's job and summary operations over a backend.
#[derive(Debug)]
pub struct AwsService {
    backend: Arc<dyn Backend>,
    config: Config,
    faults: Option<Arc<dyn Faults>>,
    recent: Recent,
}

/// A request that has been understood.
struct Call {
    operation: &'static Operation,
    arguments: Arguments,
    caller: Caller,
    binding: Binding,
    faults: Interference,
}

impl AwsService {
    /// A service that answers for `backend`.
    pub fn new(backend: Arc<dyn Backend>, config: Config) -> Self {
        Self { backend, config, faults: None, recent: Recent::default() }
    }

    /// The same service, with answers that go wrong.
    #[must_use]
    pub fn with_faults(mut self, faults: Arc<dyn Faults>) -> Self {
        self.faults = Some(faults);
        self
    }

    /// Who may call it.
    pub(super) fn callers(&self) -> &Callers {
        &self.config.callers
    }

    async fn run(
        &self,
        request: &HttpRequest,
        caller: Caller,
        routed: &Routed,
    ) -> Result<Reply, Exception> {
        let call = self.understand(request, caller, routed)?;
        let mut reply = match call.operation.action {
            Action::List => self.list(&call).await?,
            Action::Describe => self.describe(&call).await?,
            Action::Summaries => self.summaries(&call).await?,
        };
        reply.fault = call.faults.body;
        Ok(reply)
    }

    fn understand(
        &self,
        request: &HttpRequest,
        caller: Caller,
        routed: &Routed,
    ) -> Result<Call, Exception> {
        let operation = routed.operation;
        let arguments = Arguments::read(routed)?;
        let mut faults = Interference::default();
        if let Some(decide) = &self.faults {
            let accounts = access::counted(&caller, &arguments.account)?.accounts;
            faults = decide.interfere(&RequestInfo {
                operation: operation.name,
                caller: &caller,
                target: &request.target,
                is_organization_wide: !access::is_own(&caller, &accounts),
            });
        }
        if let Some(exception) = faults.exception {
            return Err(exception);
        }
        Ok(Call { operation, arguments, binding: binding(routed, &caller), caller, faults })
    }

    /// Who asks, of which Region, and the id of the key that says so.
    fn identify(&self, request: &HttpRequest) -> Result<(Caller, String), Exception> {
        let at = self.config.clock.now();
        match &self.config.callers {
            Callers::Anyone { account_id, scope } => {
                host::check(&request.headers)?;
                let region = credential::region(&request.headers, &request.target)?;
                let region = region.unwrap_or_else(|| self.config.default_region.clone());
                let account_id = account_id.clone();
                Ok((Caller { account_id, region, scope: *scope, at }, String::new()))
            }
            Callers::KeyHolders { keys, clock } => {
                let Signer { key, region } = signature::authenticate(request, keys, clock.now())?;
                let account_id = Some(key.account_id().to_owned());
                Ok((Caller { account_id, region, scope: key.scope(), at }, key.id().to_owned()))
            }
        }
    }

    async fn list(&self, call: &Call) -> Result<Reply, Exception> {
        let after = self.open(call)?.map(|fields| position(&fields).ok_or_else(bad_token));
        let request = ListRequest {
            kind: call.operation.kind,
            filter: ListFilter {
                accounts: access::listed(&call.caller, &call.arguments.account)?,
                conditions: call.arguments.conditions.clone(),
            },
            after: after.transpose()?,
            limit: call.arguments.max_results,
        };
        let page = self.backend.list(&call.caller, &request).await;
        let page = page.map_err(|error| Exception::from_error(&error))?;
        let token = page.next.map(|next| self.seal(call, &position_fields(&next)));
        let body = print::jobs(call.operation, &page.rows, token.as_deref(), &call.faults);
        Ok(ok(body, page.rows.len()))
    }

    async fn describe(&self, call: &Call) -> Result<Reply, Exception> {
        let id = &call.arguments.job_id;
        let accounts = access::visible(&call.caller, self.config.describe_scope);
        let found = self.backend.describe(&call.caller, call.operation.kind, &accounts, id).await;
        let found = found.map_err(|error| Exception::from_error(&error))?;
        let row = found.ok_or_else(|| Exception::not_found(call.operation.kind.id_field(), id))?;
        Ok(ok(print::job(call.operation, &row, &call.faults), 1))
    }

    /// Later pages are counted at the instant of the first, so that midnight moves no window.
    async fn summaries(&self, call: &Call) -> Result<Reply, Exception> {
        let account = access::counted(&call.caller, &call.arguments.account)?;
        let mut caller = call.caller.clone();
        let mut last = None;
        if let Some(fields) = self.open(call)? {
            let (at, row) = summary_place(&fields, &caller.region).ok_or_else(bad_token)?;
            (caller.at, last) = (at, Some(row));
        }
        let request = summary_request(call, account, caller.at);
        let key = (caller, request);
        let known = last.as_ref().and_then(|_| self.recent.get(&key));
        let rows = match known {
            Some(rows) => rows,
            None => self.count(&key).await?,
        };
        let shown = |row: &SummaryRow| last.as_ref().is_some_and(|last| row.order(last).is_le());
        let rest = &rows[rows.partition_point(shown)..];
        let page = &rest[..rest.len().min(call.arguments.max_results)];
        let next = page.last().filter(|_| page.len() < rest.len());
        let token = next.map(|row| self.seal(call, &summary_fields(key.0.at, row)));
        let (operation, period) = (call.operation, call.arguments.period());
        let body = print::summaries(operation, period, page, token.as_deref(), &call.faults);
        let reply = ok(body, page.len());
        if token.is_some() {
            self.recent.put(key, &rows);
        }
        Ok(reply)
    }

    async fn count(&self, key: &(Caller, SummaryRequest)) -> Result<Arc<[SummaryRow]>, Exception> {
        let rows = self.backend.summaries(&key.0, &key.1).await;
        Ok(rows.map_err(|error| Exception::from_error(&error))?.into())
    }

    fn open(&self, call: &Call) -> Result<Option<Vec<Option<String>>>, Exception> {
        let Some(token) = &call.arguments.next_token else { return Ok(None) };
        self.config.token_key.open(&call.binding, token).ok_or_else(bad_token).map(Some)
    }

    fn seal(&self, call: &Call, fields: &[Option<String>]) -> String {
        self.config.token_key.seal(&call.binding, fields)
    }
}

impl Service for AwsService {
    /// Who may not call learns nothing, not even which operations there are.
    async fn answer(&self, request: HttpRequest) -> Reply {
        let (caller, key_id) = match self.identify(&request) {
            Ok(found) => found,
            Err(exception) => return exception.into_reply(),
        };
        let mut reply = match route(&request.method, &request.target) {
            Ok(routed) => {
                let answer = self.run(&request, caller, &routed).await;
                let mut reply = answer.unwrap_or_else(Exception::into_reply);
                reply.log.operation = routed.operation.name;
                reply
            }
            Err(exception) => exception.into_reply(),
        };
        reply.log.key_id = key_id;
        reply
    }

    fn failure(&self, failure: Failure) -> Reply {
        let (status, code, message) = match failure {
            Failure::TargetTooLong => (414, "ValidationException", "the request is too long"),
            Failure::BadBody => {
                (413, "ValidationException", "the request's body is too long or was cut short")
            }
            Failure::TimedOut => {
                (503, "ServiceUnavailable", "the request took too long; ask for less")
            }
            Failure::Panicked => (500, "InternalFailure", "the service failed"),
        };
        Exception::new(status, code, message).into_reply()
    }
}

fn ok(body: Vec<u8>, rows: usize) -> Reply {
    use hyper::header::CONTENT_TYPE;
    let mut reply = Reply::new(StatusCode::OK, body).with_header(CONTENT_TYPE, "application/json");
    reply.log.rows = rows;
    reply
}

fn summary_request(call: &Call, account: AccountChoice, at: Instant) -> SummaryRequest {
    SummaryRequest {
        kind: call.operation.kind,
        buckets: call.arguments.period().buckets(at),
        counted_by: DEFAULT_COUNTED_BY,
        region: Some(call.caller.region.clone()),
        account,
        choices: call.arguments.choices.clone(),
        further: Vec::new(),
        composites: DEFAULT_COMPOSITES,
    }
}

fn binding(routed: &Routed, caller: &Caller) -> Binding {
    let scope = match caller.scope {
        Scope::Account => "account",
        Scope::Organization => "organization",
    };
    let account_id = caller.account_id.as_deref().unwrap_or_default();
    let fixed = [routed.operation.name, account_id, scope, &caller.region];
    let paging = |role: &Role| matches!(role, Role::NextToken | Role::MaxResults);
    let given = routed.given.iter().filter(|(parameter, _)| !paging(&parameter.role));
    let given = given.flat_map(|(parameter, value)| [parameter.member, value.as_str()]);
    Binding::of(fixed.into_iter().chain(given))
}

fn bad_token() -> Exception {
    let problem = "the token is of another request, or was changed; begin again without one";
    Exception::parameter("NextToken", problem)
}

fn position_fields(position: &Position) -> [Option<String>; 3] {
    let Position { creation_date, account_id, job_id } = position.clone();
    [Some(creation_date.micros().to_string()), Some(account_id), Some(job_id)]
}

fn position(fields: &[Option<String>]) -> Option<Position> {
    let [Some(micros), Some(account_id), Some(job_id)] = fields else { return None };
    let creation_date = Instant::from_micros(micros.parse().ok()?);
    Some(Position { creation_date, account_id: account_id.clone(), job_id: job_id.clone() })
}

/// The instant of the listing, and what tells its last row shown from every other.
fn summary_fields(at: Instant, row: &SummaryRow) -> Vec<Option<String>> {
    let time = |instant: Instant| Some(instant.micros().to_string());
    let mut fields = vec![time(at), time(row.start_time), time(row.end_time)];
    fields.push(row.account_id.clone());
    fields.extend_from_slice(&row.values);
    fields
}

fn summary_place(fields: &[Option<String>], region: &str) -> Option<(Instant, SummaryRow)> {
    let (times, rest) = fields.split_at_checked(3)?;
    let (account_id, values) = rest.split_first()?;
    let time = |at: usize| times[at].as_ref()?.parse().ok().map(Instant::from_micros);
    let row = SummaryRow {
        start_time: time(1)?,
        end_time: time(2)?,
        region: region.to_owned(),
        account_id: account_id.clone(),
        values: values.to_vec().try_into().ok().filter(|_| values.len() == Dimension::ALL.len())?,
        further: Vec::new(),
        count: 0,
    };
    Some((time(0)?, row))
}
