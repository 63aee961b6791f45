//! The doors to the summaries of a warehouse: SQL's table functions, its views, the command line,
//! and AWS's endpoint. What comes out is compared as AWS writes it.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::fs;
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::json::ArrayWriter;
use lookback::cli::{self, Status};
use lookback::engine::{Argument, Asker, Engine, Given, Question, Wording, function_name};
use lookback::model::{
    Counted, Dimension, Instant, JobKind, PerDimension, SummaryRequest, SummaryRow, Tally,
};
use lookback::serve::aws::{AwsService, Scope};
use serde_json::{Value, json};

use super::engine;
use crate::aws::{CALLER, REGION, encode, held, read_pages, service_over};
use crate::warehouse::{Warehouse, block_on};

/// An argument of AWS's with its value; empty where it is left out.
pub(super) type Asked = (Argument, &'static str);

/// A warehouse whose summaries are asked for, at an instant.
pub(super) struct Doors {
    warehouse: Warehouse,
    engine: Engine,
    endpoint: AwsService,
    at: Instant,
    /// The rows of the views, by the order of kinds.
    views: [Vec<Value>; 4],
}

impl Doors {
    pub(super) fn of(warehouse: Warehouse, at: Instant) -> Self {
        let engine = engine(&warehouse, Asker { caller: Some(CALLER.to_owned()), ..Asker::at(at) });
        let backend = block_on(held::backend(&warehouse, at));
        let endpoint = service_over(Arc::new(backend), Scope::Organization, at);
        let views = JobKind::ALL.map(|kind| rows(&engine, &format!("FROM {kind}_job_summaries")));
        // Settings of who runs the tests are not theirs.
        fs::write(warehouse.path().join("empty.toml"), "").unwrap();
        Self { warehouse, engine, endpoint, at, views }
    }

    /// What each door answers, by its name.
    pub(super) fn ask(&self, kind: JobKind, mix: &[Asked]) -> [(&'static str, Vec<Value>); 4] {
        let given: Vec<_> = mix.iter().copied().filter(|(_, value)| !value.is_empty()).collect();
        [
            ("table function", self.function(kind, &given)),
            ("view", self.view(kind, &given)),
            ("command line", self.command(kind, &given)),
            ("endpoint", asked(&self.endpoint, kind, &given)),
        ]
    }

    fn function(&self, kind: JobKind, given: &[Asked]) -> Vec<Value> {
        let named =
            given.iter().map(|(argument, value)| format!("{} => '{value}'", argument.name()));
        let named: Vec<_> = named.chain([format!("region => '{REGION}'")]).collect();
        let from = format!("FROM {}({})", function_name(kind), named.join(", "));
        rows(&self.engine, &from)
    }

    /// The views have a row for each value of each dimension: they are added up.
    fn view(&self, kind: JobKind, given: &[Asked]) -> Vec<Value> {
        let request = self.request(kind, given);
        let mut tally = Tally::new(&request);
        let place = JobKind::ALL.iter().position(|it| *it == kind).unwrap();
        for row in &self.views[place] {
            let text = |name: &str| row[name].as_str();
            let mut values = PerDimension::default();
            for dimension in Dimension::of(kind) {
                values[dimension.place()] = text(dimension.aws_name());
            }
            tally.add(&Counted {
                time: Instant::from_epoch_seconds(row["StartTime"].as_f64().unwrap()).unwrap(),
                region: text("Region").unwrap(),
                account_id: text("AccountId").unwrap(),
                values,
                further: &[],
                is_parent: false,
                is_child: false,
                count: row["Count"].as_i64().unwrap(),
            });
        }
        tally.rows().iter().map(|row| as_aws(kind, row)).collect()
    }

    fn request(&self, kind: JobKind, given: &[Asked]) -> SummaryRequest {
        let mut question = Question::new(kind, Wording::Sql);
        for (argument, value) in given.iter().chain(&[(Argument::Region, REGION)]) {
            question.give(*argument, Given::Text((*value).to_owned())).unwrap();
        }
        self.engine.request(&question).unwrap()
    }

    /// The program itself, in this process.
    fn command(&self, kind: JobKind, given: &[Asked]) -> Vec<Value> {
        let folder = self.warehouse.path();
        let (answer, settings) = (folder.join("answer.json"), folder.join("empty.toml"));
        let mut arguments: Vec<OsString> = ["lookback", "--warehouse"].map(Into::into).to_vec();
        arguments.extend([folder.into(), "--config".into(), settings.into()]);
        arguments.extend(["--now".into(), self.at.to_string().into()]);
        arguments.extend(["summaries", kind.name(), "--region", REGION].map(Into::into));
        arguments.extend(["--caller", CALLER, "--format", "aws-json"].map(Into::into));
        arguments.extend(["--output".into(), answer.clone().into()]);
        for (argument, value) in given {
            arguments.extend([Wording::Flags.name(*argument).into(), (*value).into()]);
        }
        assert_eq!(cli::run(arguments).unwrap(), Status::Done);
        let text = fs::read_to_string(answer).unwrap();
        let mut document: Value = serde_json::from_str(&text).unwrap();
        let Value::Array(rows) = document[kind.summaries_key()].take() else { panic!("{text}") };
        rows.into_iter().map(with_numbers).collect()
    }
}

/// What an endpoint answers, of all its pages.
pub(super) fn asked(service: &AwsService, kind: JobKind, given: &[Asked]) -> Vec<Value> {
    let mut target = format!("/audit/{kind}-job-summaries?");
    for (argument, value) in given.iter().filter(|(_, value)| !value.is_empty()) {
        let name = argument.name().replace('_', "");
        write!(target, "{name}={}&", encode(value)).unwrap();
    }
    block_on(read_pages(service, &target, kind.summaries_key(), 1000))
}

/// The row as AWS writes it.
fn as_aws(kind: JobKind, row: &SummaryRow) -> Value {
    let seconds = |instant: Instant| instant.micros() / 1_000_000;
    let mut item = json!({
        "Region": row.region, "Count": row.count,
        "StartTime": seconds(row.start_time), "EndTime": seconds(row.end_time),
    });
    let dimensions = Dimension::of(kind).iter().map(|it| (it.aws_name(), row.value(*it)));
    for (name, value) in dimensions.chain([("AccountId", row.account_id.as_deref())]) {
        if let Some(value) = value {
            item[name] = value.into();
        }
    }
    item
}

/// All rows of a table function or a view, with AWS's names; what is NULL is left out.
fn rows(engine: &Engine, from: &str) -> Vec<Value> {
    let batches = block_on(engine.query(&format!("SELECT * {from}"))).unwrap();
    let mut writer = ArrayWriter::new(Vec::new());
    writer.write_batches(&batches.iter().collect::<Vec<&RecordBatch>>()).unwrap();
    writer.finish().unwrap();
    let rows: Vec<serde_json::Map<String, Value>> =
        serde_json::from_slice(&writer.into_inner()).unwrap();
    let fixed = [("region", "Region"), ("account_id", "AccountId"), ("count", "Count")];
    let times = [("start_time", "StartTime"), ("end_time", "EndTime")];
    let dimensions = Dimension::ALL.map(|it| (it.name(), it.aws_name()));
    let names: Vec<_> = fixed.into_iter().chain(times).chain(dimensions).collect();
    let renamed = |(name, value): (String, Value)| {
        let (_, aws) = names.iter().find(|(column, _)| *column == name).unwrap();
        ((*aws).to_owned(), value)
    };
    let row = |row: serde_json::Map<String, Value>| row.into_iter().map(renamed).collect();
    rows.into_iter().map(row).map(with_numbers).collect()
}

/// The row with its times as numbers of seconds.
fn with_numbers(mut row: Value) -> Value {
    for name in ["StartTime", "EndTime"] {
        let time = Instant::from_text(row[name].as_str().unwrap()).unwrap();
        row[name] = (time.micros() / 1_000_000).into();
    }
    row
}
