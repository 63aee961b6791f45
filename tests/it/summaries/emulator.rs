//! A warehouse of all that an emulated AWS shows, against what that AWS counts for itself, and
//! against a naive count: every door to the warehouse gives the same rows.

use lookback::engine::Argument;
use lookback::model::{Dimension, JobKind, Period};

use super::doors::{Asked, Doors, asked};
use crate::aws::CALLER;
use crate::aws::emulator::{NIGHT, emulated_of};
use crate::aws::naive::{AskedOf, expected_counts};
use crate::warehouse::Warehouse;

/// Every so manieth mix is asked, others at each instant; with every one it takes minutes.
const STEP: usize = 31;

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
fn mixes(kind: JobKind) -> Vec<Vec<Asked>> {
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
        let with = |mix: &Vec<Asked>| {
            let mix = mix.clone();
            let one = |way: &&'static str| [mix.clone(), vec![(*argument, *way)]].concat();
            ways.iter().map(one).collect::<Vec<_>>()
        };
        mixes = mixes.iter().flat_map(with).collect();
    }
    mixes
}

/// The mix in the words of a naive count: the dimensions in the order of rows, and the period.
fn naively(kind: JobKind, mix: &[Asked]) -> (Vec<AskedOf<'static>>, &'static str) {
    let value = |wanted: Argument| mix.iter().find(|(argument, _)| *argument == wanted).unwrap().1;
    let mut dimensions = vec![("account_id", "AccountId", value(Argument::AccountId).to_owned())];
    for dimension in Dimension::ALL.into_iter().filter(|it| Dimension::of(kind).contains(it)) {
        let value = value(Argument::Of(dimension)).to_owned();
        dimensions.push((dimension.column(kind), dimension.aws_name(), value));
    }
    (dimensions, value(Argument::AggregationPeriod))
}

#[test]
fn every_door_counts_as_aws_does_at_the_same_instant() {
    let worlds = [(11, NIGHT), (13, "2026-11-21T23:59:59.999Z"), (14, "2026-11-22T00:00:00Z")];
    let mut found = [0; 4];
    for (nth, (seed, at)) in worlds.into_iter().enumerate() {
        let subject = emulated_of(seed, at);
        let doors = Doors::of(Warehouse::holding(&subject.rows, subject.now), subject.now);
        for (kind, found) in JobKind::ALL.into_iter().zip(&mut found) {
            for mix in mixes(kind).into_iter().skip(nth).step_by(STEP) {
                let expected = asked(&subject.service, kind, &mix);
                let (dimensions, period) = naively(kind, &mix);
                let counted =
                    expected_counts(&subject.rows, kind, &dimensions, period, subject.now);
                assert_eq!(counted, expected, "{kind} {mix:?} at {at}: a naive count");
                for (door, counted) in doors.ask(kind, &mix) {
                    assert_eq!(counted, expected, "{kind} {mix:?} at {at}: the {door}");
                }
                *found += usize::from(!expected.is_empty());
            }
        }
    }
    assert!(found.iter().all(|found| *found > 3), "requests that found anything: {found:?}");
}
