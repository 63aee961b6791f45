//! What is missing: times, numbers and rows that are not there, and what charts say of that.

use std::sync::Arc;

use arrow::array::{ArrayRef, Date32Array};
use insta::assert_snapshot;

use super::super::fixture::batch;
use super::ChartKind;
use super::tests::{ASCII, NOVEMBER, PLAIN, days, drawn, numbers, outcomes};

#[test]
fn lines_are_cut_where_times_are_missing_and_the_gaps_are_told() {
    let days = [0, 1, 2, 3, 10, 11, 12, 30, 31].map(|day| NOVEMBER + day);
    let series = |days: &[i32]| {
        let values: Vec<_> = days.iter().map(|_| Some(5)).collect();
        let days = Arc::new(Date32Array::from(days.to_vec())) as ArrayRef;
        batch([("day", days), ("jobs", numbers(&values))])
    };
    assert_snapshot!(drawn(None, ASCII, &series(&days)), @"
    jobs by day
    5|*******           *****                                ***
     |
     |
    4|
     |
     |
    3|
     |
    2|
     |
     |
    1|
     |
    0|
     +----------------------------------------------------------
     2026-11-01               2026-11-16              2026-12-02
    2 gaps without rows
    ");
    let one_gap = drawn(None, ASCII, &series(&days[..7]));
    assert_eq!(one_gap.lines().last(), Some("1 gap without rows"));
    // Two days are no usual step, and these days keep none.
    for few in [&[0, 1, 9][..], &[0, 1, 5, 6, 15, 28, 30, 45]] {
        let text = drawn(None, ASCII, &series(few));
        assert!(!text.contains("gap"), "{text}");
    }
}

#[test]
fn what_is_no_number_is_told() {
    let nulls = batch([("day", days(NOVEMBER, 3)), ("jobs", numbers(&[None, Some(1), None]))]);
    for kind in [ChartKind::Lines, ChartKind::Calendar] {
        let text = drawn(Some(kind), PLAIN, &nulls);
        let last = "2 values are no numbers and not drawn: \"jobs\"";
        assert_eq!(text.lines().last(), Some(last), "{kind}");
    }
    let none = batch([("day", days(NOVEMBER, 3)), ("jobs", numbers(&[None; 3]))]);
    assert_snapshot!(drawn(Some(ChartKind::Lines), PLAIN, &none), @r#"
    there are no numbers to draw
    3 values are no numbers and not drawn: "jobs"
    "#);
    let calendar = drawn(Some(ChartKind::Calendar), PLAIN, &none);
    assert_eq!(calendar, drawn(None, PLAIN, &none));
    let at: ArrayRef = Arc::new(Date32Array::from(vec![None]));
    let nowhere = batch([("day", at), ("jobs", numbers(&[Some(1)]))]);
    assert_snapshot!(drawn(None, PLAIN, &nowhere), @r#"
    there are no rows to draw
    1 row without "day" is not drawn
    "#);
}

#[test]
fn no_rows_are_no_error() {
    let none = "there are no rows to draw\n";
    for kind in ChartKind::ALL {
        assert_eq!(drawn(Some(kind), PLAIN, &outcomes().slice(0, 0)), none);
    }
}
