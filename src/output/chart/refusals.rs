//! Answers that are no chart: what is told, and the way out.

use std::sync::Arc;

use arrow::array::{ArrayRef, Date32Array, RecordBatch};
use insta::assert_snapshot;

use super::super::fixture::{batch, every_type};
use super::tests::{NOVEMBER, PLAIN, days, numbers, outcomes, states, texts};
use super::{Canvas, ChartKind, chart};

fn refused(kind: Option<ChartKind>, batch: &RecordBatch) -> String {
    let err = chart(kind, &batch.schema(), std::slice::from_ref(batch), PLAIN).unwrap_err();
    format!("{}\nhint: {}", err.chain(), err.hint().unwrap_or_default())
}

#[test]
fn what_has_no_shape_of_a_chart_is_refused_by_name() {
    let no_number = states().project(&[0]).unwrap();
    assert_snapshot!(refused(None, &no_number), @"
    a chart needs a number column, and the answer has none
    hint: count something: SELECT state, count(*) AS jobs FROM jobs GROUP BY 1
    ");
    let no_axis = states().project(&[1]).unwrap();
    assert_snapshot!(refused(None, &no_axis), @"
    a chart needs one column of times or categories, and the answer has none
    hint: select what the numbers are of, or cast a number of it to text
    ");
    let two = batch([("a", texts(&["x"])), ("b", texts(&["y"])), ("n", numbers(&[Some(1)]))]);
    assert_snapshot!(refused(None, &two), @r#"
    a chart needs one column of times or categories, and the answer has 2: "a", "b"
    hint: leave out all but one; categories can be joined: a || ' ' || b
    "#);
    let both = batch([
        ("day", days(NOVEMBER, 1)),
        ("b", texts(&["y"])),
        ("n", numbers(&[Some(1)])),
        ("m", numbers(&[Some(1)])),
    ]);
    assert_snapshot!(refused(None, &both), @r#"
    a chart needs one column of times or categories, and the answer has 2: "day", "b"
    hint: beside a time and a category, select one number
    "#);
    assert_snapshot!(refused(None, &every_type()), @r#"
    no chart draws column "bytes"
    hint: leave it out, or cast it to text or to a number
    "#);
}

#[test]
fn a_kind_that_the_columns_do_not_have_is_refused() {
    let (lines, calendar) = (Some(ChartKind::Lines), Some(ChartKind::Calendar));
    assert_snapshot!(refused(lines, &states()), @r#"
    lines go along a time, and "state" is none
    hint: draw bars, or cast it to a timestamp
    "#);
    let narrow = Canvas { width: 23, ..PLAIN };
    let one = outcomes();
    let err = chart(lines, &one.schema(), std::slice::from_ref(&one), narrow).unwrap_err();
    assert_eq!(err.chain(), "lines need 24 columns, and there are 23");
    assert_eq!(err.hint(), Some("draw bars, or make the terminal wider"));
    let bars = chart(Some(ChartKind::Bars), &one.schema(), std::slice::from_ref(&one), narrow);
    assert_eq!(chart(None, &one.schema(), &[one], narrow).unwrap(), bars.unwrap());
    assert_snapshot!(refused(calendar, &states()), @r#"
    a calendar is of days, and "state" is none
    hint: draw bars, or cast it to a date
    "#);
    assert_snapshot!(refused(calendar, &outcomes()), @r#"
    a calendar shows one number a day, and there are 2: "ok", "failed"
    hint: select one of them
    "#);
    let twice = batch([
        ("day", Arc::new(Date32Array::from(vec![NOVEMBER, NOVEMBER])) as ArrayRef),
        ("n", numbers(&[Some(1), Some(2)])),
    ]);
    assert_snapshot!(refused(calendar, &twice), @"
    a calendar has one row a day, and 2026-11-01 has more
    hint: group by the day: SELECT date_trunc('day', creation_date) AS day, …
    ");
    let below = batch([("day", days(NOVEMBER, 1)), ("n", numbers(&[Some(-3)]))]);
    assert_snapshot!(refused(calendar, &below), @"
    a calendar shows numbers from 0 up, and 2026-11-01 has -3
    hint: draw lines or bars
    ");
}
