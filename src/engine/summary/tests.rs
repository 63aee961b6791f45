//! What questions are refused, in whole messages, and as what requests they are read.

use crate::model::{CountedBy, Instant, JobKind, Period, Shown};

use super::{Argument, Given, Question, Wording};

fn now() -> Instant {
    Instant::from_text("2026-11-22T10:00:00Z").unwrap()
}

fn question(kind: JobKind, wording: Wording, given: &[(&str, &str)]) -> Question {
    let mut question = Question::new(kind, wording);
    for (name, text) in given {
        let argument = Argument::of(kind).find(|it| it.name() == *name).unwrap();
        question.give(argument, Given::Text((*text).to_owned())).unwrap();
    }
    question
}

/// The message of a refusal, with its hint.
fn refusal(kind: JobKind, wording: Wording, given: &[(&str, &str)]) -> String {
    let err = question(kind, wording, given).request(now(), None).unwrap_err();
    format!("{}\nhint: {}", err.chain(), err.hint().unwrap_or("none"))
}

#[track_caller]
fn check_refused(given: &[(&str, &str)], expected: &str) {
    assert_eq!(refusal(JobKind::Backup, Wording::Sql, given), expected);
}

#[test]
fn values_that_are_none_are_refused_with_those_that_are() {
    check_refused(
        &[("account_id", "12")],
        "account_id \"12\" is neither an account id of 12 digits, ANY nor AGGREGATE_ALL\n\
         hint: none",
    );
    check_refused(
        &[("state", "FAILD")],
        "state \"FAILD\" is none of CREATED, PENDING, RUNNING, ABORTING, ABORTED, COMPLETED, \
         FAILED, EXPIRED, PARTIAL, ANY, AGGREGATE_ALL\n\
         hint: state => 'ANY' shows every one there is",
    );
    check_refused(
        &[("resource_type", "*")],
        "resource_type \"*\" is no ResourceType; ANY stands for each\n\
         hint: resource_type => 'ANY' shows every one there is",
    );
    check_refused(
        &[("aggregation_period", "30_DAYS")],
        "aggregation_period \"30_DAYS\" is none of ONE_DAY, SEVEN_DAYS, FOURTEEN_DAYS\nhint: none",
    );
    check_refused(
        &[("bucket", "decade")],
        "bucket \"decade\" is none of day, week, month, quarter, year\nhint: none",
    );
    check_refused(&[("by", "start")], "by \"start\" is none of creation, completion\nhint: none");
    check_refused(
        &[("count_composites", "none")],
        "count_composites \"none\" is none of both, parents, children\nhint: none",
    );
    check_refused(
        &[("since", "yesterday")],
        "since \"yesterday\" is no time such as 2026-11-01T00:00:00Z\nhint: none",
    );
    check_refused(
        &[("resource_type", "")],
        "resource_type is empty\nhint: leave it out, or give a value",
    );
}

#[test]
fn columns_that_are_none_are_refused() {
    check_refused(
        &[("dimensions", "backup_vault_name, backup_plan_nam")],
        "dimensions names \"backup_plan_nam\", which is no column of backup_jobs\n\
         hint: did you mean \"backup_plan_name\"?",
    );
    check_refused(
        &[("dimensions", "zzz")],
        "dimensions names \"zzz\", which is no column of backup_jobs\n\
         hint: list the columns with: DESCRIBE backup_jobs",
    );
    check_refused(
        &[("dimensions", "state")],
        "dimensions names \"state\", which has an argument of its own\n\
         hint: ask for it with state => 'ANY'",
    );
    check_refused(
        &[("dimensions", "account_id")],
        "dimensions names \"account_id\", which has an argument of its own\n\
         hint: ask for it with account_id => 'ANY'",
    );
    check_refused(
        &[("dimensions", "region")],
        "dimensions names \"region\", which every row shows\nhint: leave it out",
    );
    check_refused(
        &[("dimensions", "backup_options")],
        "dimensions names \"backup_options\", which is a map\nhint: name columns of one value",
    );
    check_refused(
        &[("dimensions", "source,source")],
        "dimensions names \"source\" twice\nhint: none",
    );
}

#[test]
fn a_time_of_its_own_excludes_aws_s_periods() {
    for (other, value) in [("since", "2026-01-01"), ("until", "2026-01-01"), ("bucket", "week")] {
        check_refused(
            &[("aggregation_period", "FOURTEEN_DAYS"), (other, value)],
            &format!(
                "aggregation_period FOURTEEN_DAYS and {other} exclude each other: a period is the \
                 days before today\nhint: leave out aggregation_period, and cut the time with \
                 bucket => 'day'"
            ),
        );
    }
}

#[test]
fn a_time_that_ends_before_it_begins_is_refused() {
    check_refused(
        &[("since", "2026-02-01"), ("until", "2026-01-01")],
        "until 2026-01-01T00:00:00Z is not after since 2026-02-01T00:00:00Z\n\
         hint: exchange them, or leave one out",
    );
    check_refused(
        &[("since", "2026-11-22T09:00:00Z")],
        "since 2026-11-22T09:00:00Z is not before the last 00:00 UTC, 2026-11-22T00:00:00Z, where \
         counting ends\nhint: give until as well",
    );
    check_refused(
        &[("since", "0001-01-01"), ("until", "2026-01-01")],
        "0001-01-01T00:00:00Z to 2026-01-01T00:00:00Z has more than 100000 of \"day\"\n\
         hint: ask for less, or bucket => 'year'",
    );
}

#[test]
fn flags_are_named_as_flags() {
    let given = [("until", "2026-01-01"), ("aggregation_period", "SEVEN_DAYS")];
    assert_eq!(
        refusal(JobKind::Scan, Wording::Flags, &given),
        "--aggregation-period SEVEN_DAYS and --until exclude each other: a period is the days \
         before today\nhint: leave out --aggregation-period, and cut the time with --bucket day"
    );
}

#[track_caller]
fn check_type(argument: Argument, given: Given, expected: &str) {
    let mut question = Question::new(JobKind::Copy, Wording::Sql);
    question.give(argument, given).unwrap();
    let outcome = question.request(now(), None).map(drop).and(question.as_of().map(drop));
    assert_eq!(outcome.unwrap_err().chain(), expected);
}

#[test]
fn a_value_of_another_type_is_refused() {
    let (number, truth) = (Given::Number(5), Given::Other("true".to_owned()));
    check_type(Argument::AccountId, number.clone(), "account_id takes a text, and 5 is given");
    check_type(Argument::Since, number.clone(), "since takes a time, and 5 is given");
    check_type(Argument::Now, truth.clone(), "now takes a time, and true is given");
    let as_of = "as_of takes a snapshot number or time, and true is given";
    check_type(Argument::AsOf, truth, as_of);
    let time = Given::Time(Instant::from_text("2026-01-01").unwrap());
    check_type(Argument::Bucket, time, "bucket takes a text, and 2026-01-01T00:00:00Z is given");
}

#[test]
fn an_argument_is_given_once() {
    let mut question = question(JobKind::Copy, Wording::Sql, &[("by", "creation")]);
    let err = question.give(Argument::By, Given::Text("completion".to_owned())).unwrap_err();
    assert_eq!(err.chain(), "by is given twice");
}

#[test]
fn without_arguments_the_last_fourteen_days_of_the_caller_are_asked() {
    let question = Question::new(JobKind::Restore, Wording::Sql);
    let request = question.request(now(), None).unwrap();
    assert_eq!(request.buckets, Period::OneDay.buckets(now()));
    assert_eq!(request.counted_by, CountedBy::Creation);
    assert_eq!(request.account.shown, Shown::Nothing);
    let own = question.request(now(), Some("111111111111")).unwrap();
    assert_eq!(own.account.shown, Shown::Value);
    assert!(!own.account.accounts.contain("222222222222"));
}

#[test]
fn a_bucket_alone_is_of_all_history() {
    let request = question(JobKind::Scan, Wording::Sql, &[("bucket", "year")]);
    let buckets = request.request(now(), None).unwrap().buckets;
    assert_eq!(buckets.len(), 57);
    assert_eq!(buckets[0].start.to_string(), "1970-01-01T00:00:00Z");
    assert_eq!(buckets[56].end.to_string(), "2026-11-22T00:00:00Z");
}

#[test]
fn aws_s_words_are_read_in_any_case() {
    let given = [("account_id", "any"), ("state", "completed"), ("resource_type", "aggregateall")];
    let spelled = question(JobKind::Backup, Wording::Sql, &given).request(now(), None).unwrap();
    let given = [("account_id", "ANY"), ("state", "COMPLETED"), ("resource_type", "AGGREGATE_ALL")];
    let exact = question(JobKind::Backup, Wording::Sql, &given).request(now(), None).unwrap();
    assert_eq!(spelled, exact);
}
