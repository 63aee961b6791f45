//! A warehouse of all that an emulated AWS shows, against what that AWS counts for itself.

use std::fmt::Write;

use lookback::engine::{Argument, Asker, Engine, Given, Question, Wording};
use lookback::model::{Dimension, JobKind, Period, SummaryRow};
use serde_json::{Value, json};

use super::{engine, holding};
use crate::aws::emulator::{NIGHT, emulated};
use crate::aws::random::Subject;
use crate::aws::{CALLER, REGION, encode, read_pages};
use crate::warehouse::block_on;

/// Every so manieth mix is asked, others at each instant; with every one it takes minutes.
const STEP: usize = 31;

fn path(kind: JobKind) -> String {
    format!("/audit/{kind}-job-summaries")
}

/// A value that jobs have.
fn value(kind: JobKind, argument: Argument) -> &'static str {
    match (argument, kind) {
        (Argument::AccountId, _) => CALLER,
        (Argument::Of(Dimension::State), JobKind::Backup) => "FAILED",
        (Argument::Of(Dimension::State), _) => "COMPLETED",
        (Argument::Of(Dimension::ResourceType), _) => "EBS",
        (Argument::Of(Dimension::MessageCategory), _) => "success",
        (Argument::Of(Dimension::MalwareScanner), _) => "GUARDDUTY",
        (Argument::Of(Dimension::ScanResultStatus), _) => "THREATS_FOUND",
        _ => panic!("{argument:?} is asked otherwise"),
    }
}

/// Every mix of the ways to ask for AWS's arguments, as name and value.
fn mixes(kind: JobKind) -> Vec<Vec<(Argument, &'static str)>> {
    let mut mixes = vec![vec![]];
    for argument in Argument::of_aws(kind) {
        let ways = match argument {
            Argument::AggregationPeriod => {
                [""].into_iter().chain(Period::ALL.map(Period::name)).collect()
            }
            // AWS has no words for all results.
            Argument::Of(Dimension::ScanResultStatus) => vec!["", "THREATS_FOUND"],
            argument => vec!["", "ANY", "AGGREGATE_ALL", value(kind, *argument)],
        };
        let with = |mix: &Vec<(Argument, &'static str)>| {
            let mix = mix.clone();
            let one = |way: &&'static str| [mix.clone(), vec![(*argument, *way)]].concat();
            ways.iter().map(one).collect::<Vec<_>>()
        };
        mixes = mixes.iter().flat_map(with).collect();
    }
    mixes
}

/// The row as AWS writes it.
fn json(kind: JobKind, row: &SummaryRow) -> Value {
    let seconds = |instant: lookback::model::Instant| instant.micros() / 1_000_000;
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

fn counted(engine: &Engine, kind: JobKind, mix: &[(Argument, &str)]) -> Vec<Value> {
    let mut question = Question::new(kind, Wording::Sql);
    for (argument, value) in mix.iter().filter(|(_, value)| !value.is_empty()) {
        question.give(*argument, Given::Text((*value).to_owned())).unwrap();
    }
    question.give(Argument::Region, Given::Text(REGION.to_owned())).unwrap();
    let request = engine.request(&question).unwrap();
    let rows = block_on(engine.summaries(&request)).unwrap();
    rows.iter().map(|row| json(kind, row)).collect()
}

fn asked(subject: &Subject, kind: JobKind, mix: &[(Argument, &str)]) -> Vec<Value> {
    let mut target = format!("{}?", path(kind));
    for (argument, value) in mix.iter().filter(|(_, value)| !value.is_empty()) {
        let name = argument.name().replace('_', "");
        write!(target, "{name}={}&", encode(value)).unwrap();
    }
    block_on(read_pages(&subject.service, &target, kind.summaries_key(), 1000))
}

#[test]
fn a_mix_of_arguments_counts_as_aws_does_at_the_same_instant() {
    let instants = [NIGHT, "2026-11-21T23:59:59.999Z", "2026-11-22T00:00:00Z"];
    for (nth, at) in instants.into_iter().enumerate() {
        let subject = emulated(at);
        let warehouse = holding(&subject.rows, subject.now);
        let caller = Some(CALLER.to_owned());
        let engine = engine(&warehouse, Asker { caller, ..Asker::at(subject.now) });
        for kind in JobKind::ALL {
            let mut found = 0;
            let mixes = mixes(kind).into_iter().skip(nth).step_by(STEP);
            for mix in mixes {
                let expected = asked(&subject, kind, &mix);
                found += usize::from(!expected.is_empty());
                assert_eq!(counted(&engine, kind, &mix), expected, "{kind} {mix:?} at {at}");
            }
            assert!(found > 3, "only {found} requests of {kind} found anything");
        }
    }
}
