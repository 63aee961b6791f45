//! The one read path: SQL over a pinned snapshot of the warehouse.
//!
//! Promises: every table of one engine is of one snapshot, but for the schema `ops`, which shows
//! the catalog as it is when a query asks; files are pruned by the catalog's statistics before any
//! is opened; `count(*)` and bounds come from the catalog where they are exact; memory and time are
//! bounded; days are UTC; job summaries are counted by one plan, whoever asks; a value is bound to
//! its placeholder and never becomes text; what changed between two snapshots is found by comparing
//! their files. Refuses: any statement that writes, or that reads anything but the warehouse, and
//! to answer from a table that it cannot read whole.

mod aside;
mod changes;
mod current;
mod describe;
mod failure;
mod guard;
mod lex;
mod limits;
mod listing;
mod names;
mod ops;
mod plans;
mod prune;
mod reader;
mod sorted;
mod summary;
mod table;
mod template;
mod values;
mod vocabulary;

use std::sync::Arc;
use std::time::Duration;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use datafusion::catalog::{CatalogProvider, MemoryCatalogProvider, MemorySchemaProvider};
use datafusion::datasource::ViewTable;
use datafusion::execution::SessionStateBuilder;
use datafusion::execution::object_store::ObjectStoreUrl;
use datafusion::logical_expr::LogicalPlan;
use datafusion::prelude::{SQLOptions, SessionConfig, SessionContext};
use futures::StreamExt;
use futures::stream::BoxStream;

use crate::catalog::{AsOf, Snapshot};
use crate::error::{Error, Result};
use crate::lake::Lake;
use crate::model::{Clock, FixedClock, Instant, SummaryRequest, SummaryRow};
use crate::tables::{self, OPS_SCHEMA, VIEWS};

use self::failure::explain;
use self::guard::Allowed;
use self::summary::{Summaries, SummaryFunctions};
use self::table::LakeTable;

pub use datafusion::sql::parser::Statement;

pub use self::changes::CHANGES_SCHEMA;
pub use self::current::Current;
pub use self::describe::sql_type;
pub use self::lex::{KEYWORDS, Lexeme, LexemeKind, is_finished, lexemes};
pub use self::listing::Held;
pub use self::names::nearest;
pub use self::summary::{Argument, Given, Question, Wording, function_name};
pub use self::template::{Named, Template, Value, ValueType};
pub use self::vocabulary::{Member, Relation, RelationKind, TableFunction, Vocabulary};

/// The name of the warehouse in SQL.
const CATALOG: &str = "lookback";
/// The schema of the tables and views of the lake, which a name without a schema means.
pub const MAIN_SCHEMA: &str = "main";
/// The name under which the store of the warehouse is known to DataFusion.
const STORE_URL: &str = "lookback://warehouse/";

/// What a query may use.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of memory for sorting, grouping and joining; what does not fit is spilled to disk.
    pub memory_bytes: usize,
    /// How long one statement may run.
    pub time: Option<Duration>,
}

impl Default for Limits {
    fn default() -> Self {
        Self { memory_bytes: 1024 * 1024 * 1024, time: None }
    }
}

/// Who asks, and when: what summaries need to know besides their arguments.
#[derive(Clone, Debug)]
pub struct Asker {
    /// Tells the instant from which AWS's periods are counted back.
    pub clock: Arc<dyn Clock>,
    /// The account that a summary means which names none; without it, the sum of all.
    pub caller: Option<String>,
}

impl Asker {
    /// Somebody without an account, by `clock`.
    pub fn by(clock: Arc<dyn Clock>) -> Self {
        Self { clock, caller: None }
    }

    /// Somebody without an account, at an instant.
    pub fn at(instant: Instant) -> Self {
        Self::by(Arc::new(FixedClock(instant)))
    }
}

/// An answer: its columns, and its rows as they come.
pub struct Answer {
    /// The columns.
    pub schema: SchemaRef,
    /// The rows.
    pub batches: BoxStream<'static, Result<RecordBatch>>,
}

impl std::fmt::Debug for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Answer").field("schema", &self.schema).finish_non_exhaustive()
    }
}

impl Answer {
    /// All rows at once.
    pub async fn collect(mut self) -> Result<Vec<RecordBatch>> {
        let mut batches = Vec::new();
        while let Some(batch) = self.batches.next().await {
            batches.push(batch?);
        }
        Ok(batches)
    }
}

/// SQL over one snapshot.
pub struct Engine {
    context: SessionContext,
    lake: Lake,
    snapshot: Snapshot,
    /// The latest present instant: when an earlier state was committed which was asked for, since
    /// it knows nothing of what came after.
    present_max: Option<Instant>,
    limits: Limits,
    summaries: Summaries,
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine").field("snapshot", &self.snapshot).finish_non_exhaustive()
    }
}

impl Engine {
    /// Opens the state of the warehouse that `as_of` means.
    ///
    /// # Errors
    /// `Input` if there is no such state.
    pub async fn open(lake: &Lake, as_of: AsOf, limits: Limits, asker: Asker) -> Result<Self> {
        let snapshot = lake.catalog.snapshot(as_of)?;
        let tables = tables::ALL.map(|table| Arc::new(LakeTable::open(lake, table, snapshot)));
        let summaries = Summaries::new(lake, &tables, asker);
        let context = context(lake, limits, &summaries)?;
        for table in tables {
            context.register_table(table.table().name, table).map_err(explain)?;
        }
        let present_max = match as_of {
            AsOf::Latest => None,
            AsOf::Snapshot(_) | AsOf::Time(_) => Some(snapshot.time),
        };
        let lake = lake.clone();
        let engine = Self { context, lake, snapshot, present_max, limits, summaries };
        for view in VIEWS {
            engine.add_view(view.name, view.query()).await?;
        }
        Ok(engine)
    }

    /// The snapshot that it reads.
    pub fn snapshot(&self) -> Snapshot {
        self.snapshot
    }

    /// The present instant: by the clock of who asks, and no later than when the earlier state was
    /// committed that was asked for.
    pub fn present(&self) -> Instant {
        let now = self.summaries.now();
        self.present_max.map_or(now, |latest| latest.min(now))
    }

    async fn add_view(&self, name: &str, sql: &str) -> Result<()> {
        let plan = self.context.state().create_logical_plan(sql).await.map_err(explain)?;
        let view = ViewTable::new(plan, Some(sql.to_owned()));
        self.context.register_table(name, Arc::new(view)).map_err(explain)?;
        Ok(())
    }

    /// The statements of an SQL text.
    ///
    /// # Errors
    /// `Input` if it does not parse.
    pub fn parse(&self, sql: &str) -> Result<Vec<Statement>> {
        guard::parse(sql)
    }

    /// Runs one statement; rows come as they are asked for.
    ///
    /// # Errors
    /// `Input` for a statement that is wrong or not allowed; `Limit` when a limit is reached.
    pub async fn run(&self, statement: Statement) -> Result<Answer> {
        let allowed = guard::check(statement)?;
        if let Allowed::Describe(name) = &allowed
            && let Some(answer) = describe::describe(name)?
        {
            return Ok(answer);
        }
        let is_plan = allowed.is_explain();
        let mut answer = self.execute(allowed.into_statement()).await?;
        if is_plan {
            let lines = |batch: Result<RecordBatch>| plans::lines(&batch?);
            answer = Answer { schema: plans::schema(), batches: answer.batches.map(lines).boxed() };
        }
        Ok(answer)
    }

    /// From here on a sort is one, and not one for each processor: several take so much memory to
    /// merge what they spilled that many rows need more of it than they may use.
    pub fn sort_in_one(&self) {
        let state = self.context.state_ref();
        let mut state = state.write();
        state.config_mut().options_mut().execution.target_partitions = 1;
    }

    /// The same answer, its rows ordered by these of its columns, and else in any order.
    ///
    /// # Errors
    /// `Input` for a column that it does not have.
    pub async fn sorted(&self, answer: Answer, columns: &[String]) -> Result<Answer> {
        if columns.is_empty() {
            return Ok(answer);
        }
        self.answer(sorted::plan(answer, columns)?).await
    }

    /// The columns of a table or view; of the schema `ops` with its name and a dot before theirs.
    ///
    /// # Errors
    /// `Input` if there is none, with the nearest that there is.
    pub async fn columns(&self, name: &str) -> Result<SchemaRef> {
        let reference = names::reference(&self.context, name)?;
        let table = self.context.table_provider(reference).await.map_err(explain)?;
        Ok(table.schema())
    }

    /// Shows, as the tables of the schema [`CHANGES_SCHEMA`], those rows of each table that were
    /// not there, or not as they are now, at an earlier snapshot; gives that snapshot.
    ///
    /// They are found by comparing: the files that came since hold rows that were only carried
    /// over, and those are the rows that the files that went held just so. So whoever wrote the
    /// files, no change is missed, and nothing else is shown. Rows that are gone are not shown.
    ///
    /// # Errors
    /// `Input` if there is no such snapshot, or it is not an earlier one.
    pub fn show_changes(&self, since: AsOf) -> Result<Snapshot> {
        let before = self.lake.catalog.snapshot(since)?;
        if before.id > self.snapshot.id {
            let (before, now) = (before.id, self.snapshot.id);
            let message = format!("snapshot {before} is not older than snapshot {now}");
            return Err(Error::input(message).with_hint("name an earlier snapshot"));
        }
        changes::register(&self.context, &self.lake, before, self.snapshot).map_err(explain)?;
        Ok(before)
    }

    /// Runs a query whose placeholders are bound to `values`; rows come as they are asked for.
    ///
    /// # Errors
    /// `Input` for a query that is wrong, and for a placeholder without a value or a value without
    /// a placeholder; `Limit` when a limit is reached.
    pub async fn run_bound(
        &self,
        template: &Template,
        values: &[(String, Value)],
    ) -> Result<Answer> {
        let (statement, values) = template.bind(values)?;
        let statement = guard::check(statement)?.into_statement();
        let plan = self.plan(statement).await?.with_param_values(values).map_err(explain)?;
        self.answer(plan).await
    }

    async fn execute(&self, statement: Statement) -> Result<Answer> {
        self.answer(self.plan(statement).await?).await
    }

    async fn plan(&self, statement: Statement) -> Result<LogicalPlan> {
        let state = self.context.state();
        names::check_tables(&self.context, &statement)?;
        let plan = state.statement_to_plan(statement).await.map_err(explain)?;
        // The guard lets views and settings through; nothing else that is no query gets here.
        let options = SQLOptions::new().with_allow_dml(false);
        options.verify_plan(&plan).map_err(explain)?;
        Ok(plan)
    }

    async fn answer(&self, plan: LogicalPlan) -> Result<Answer> {
        let frame = self.context.execute_logical_plan(plan).await.map_err(explain)?;
        let stream = frame.execute_stream().await.map_err(explain)?;
        let schema = stream.schema();
        let batches = stream.map(|batch| batch.map_err(explain)).boxed();
        Ok(Answer { schema, batches: limits::within(batches, self.limits.time) })
    }

    /// What `question` asks, of who asks this engine.
    ///
    /// # Errors
    /// `Input` for the first argument that is wrong.
    pub fn request(&self, question: &Question) -> Result<SummaryRequest> {
        self.summaries.request(question)
    }

    /// The answer to a question for summaries, in the columns of SQL's table functions.
    ///
    /// # Errors
    /// `Input` for the first argument that is wrong; `Limit` when a limit is reached.
    pub async fn summarize(&self, question: &Question) -> Result<Answer> {
        self.answer(self.summaries.plan(question)?).await
    }

    /// The rows that a request asks for, in [`SummaryRow::order`].
    ///
    /// # Errors
    /// `Limit` when a limit is reached.
    pub async fn summaries(&self, request: &SummaryRequest) -> Result<Vec<SummaryRow>> {
        let answer = self.answer(self.summaries.plan_request(request)?).await?;
        let mut found = Vec::new();
        for batch in answer.collect().await? {
            found.extend(summary::rows(request, &batch)?);
        }
        Ok(found)
    }

    /// The names that a query may use, those of the session's own views among them.
    ///
    /// # Errors
    /// `Internal` if a table of the session cannot be looked up.
    pub async fn vocabulary(&self) -> Result<Vocabulary> {
        vocabulary::gather(&self.context, &self.summaries).await
    }

    /// Runs a text of one statement and collects its rows: for reports and tests.
    pub async fn query(&self, sql: &str) -> Result<Vec<RecordBatch>> {
        let mut statements = self.parse(sql)?;
        match (statements.pop(), statements.is_empty()) {
            (Some(statement), true) => self.run(statement).await?.collect().await,
            _ => Err(Error::input("a query is one statement")),
        }
    }
}

/// A session with bounded memory and the warehouse's store.
fn context(lake: &Lake, limits: Limits, summaries: &Summaries) -> Result<SessionContext> {
    let mut config = SessionConfig::new()
        .with_default_catalog_and_schema(CATALOG, MAIN_SCHEMA)
        .with_create_default_catalog_and_schema(false)
        .with_information_schema(true);
    let options = config.options_mut();
    options.execution.time_zone = Some("+00:00".to_owned());
    options.execution.parquet.pushdown_filters = true;
    options.execution.parquet.reorder_filters = true;
    // A join looks rows up in its own table while they are read. Lists of pairs of texts, which it
    // makes of small tables otherwise, take up to twice the time of a whole report.
    options.optimizer.hash_join_inlist_pushdown_max_distinct_values = 0;
    // Texts are what the files have: see `Table::scan_schema`.
    options.sql_parser.map_string_types_to_utf8view = false;
    // Errors tell where in the text they are.
    options.sql_parser.collect_spans = true;
    // The rows of a summary come in their order, wherever it is asked for.
    options.sql_parser.enable_subquery_sort_elimination = false;
    let runtime = limits::runtime(limits.memory_bytes).map_err(explain)?;
    let state = SessionStateBuilder::new()
        .with_config(config)
        .with_runtime_env(runtime)
        .with_default_features()
        .with_relation_planners(vec![Arc::new(SummaryFunctions(summaries.clone()))])
        .build();
    let context = SessionContext::new_with_state(state);
    let catalog = MemoryCatalogProvider::new();
    let schema = Arc::new(MemorySchemaProvider::new());
    catalog.register_schema(MAIN_SCHEMA, schema).map_err(explain)?;
    let schema = ops::schema(&lake.catalog).map_err(explain)?;
    catalog.register_schema(OPS_SCHEMA, schema).map_err(explain)?;
    context.register_catalog(CATALOG, Arc::new(catalog));
    let url = store_url()?;
    context.register_object_store(url.as_ref(), lake.store.objects());
    Ok(context)
}

fn store_url() -> Result<ObjectStoreUrl> {
    ObjectStoreUrl::parse(STORE_URL).map_err(explain)
}
