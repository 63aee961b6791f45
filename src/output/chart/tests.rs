//! Charts, whole, as they are printed.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanArray, Date32Array, Float64Array, Int64Array, RecordBatch, StringArray,
    TimestampMicrosecondArray,
};
use insta::assert_snapshot;

use super::super::fixture::batch;
use super::*;

pub(super) const PLAIN: Canvas = Canvas { width: 60, colours: Colours::None, is_ascii: false };
pub(super) const ASCII: Canvas = Canvas { is_ascii: true, ..PLAIN };
/// 2026-11-01.
pub(super) const NOVEMBER: i32 = 20_758;

pub(super) fn texts(cells: &[&str]) -> ArrayRef {
    Arc::new(StringArray::from(cells.to_vec()))
}

pub(super) fn numbers(cells: &[Option<i64>]) -> ArrayRef {
    Arc::new(Int64Array::from(cells.to_vec()))
}

pub(super) fn days(first: i32, count: i32) -> ArrayRef {
    Arc::new(Date32Array::from_iter_values(first..first + count))
}

pub(super) fn drawn(kind: Option<ChartKind>, canvas: Canvas, batch: &RecordBatch) -> String {
    chart(kind, &batch.schema(), std::slice::from_ref(batch), canvas).unwrap()
}

/// With its escapes readable.
fn coloured(kind: Option<ChartKind>, colours: Colours, batch: &RecordBatch) -> String {
    drawn(kind, Canvas { colours, ..PLAIN }, batch).replace('\x1b', "␛")
}

pub(super) fn states() -> RecordBatch {
    batch([
        ("state", texts(&["COMPLETED", "FAILED", "EXPIRED", "失敗 of a very long name"])),
        ("jobs", numbers(&[Some(1200), Some(37), Some(0), None])),
    ])
}

/// Two series, one with a gap.
pub(super) fn outcomes() -> RecordBatch {
    batch([
        ("day", days(NOVEMBER, 6)),
        ("ok", numbers(&[10, 40, 30, 80, 60, 95].map(Some))),
        ("failed", numbers(&[Some(5), Some(20), None, Some(0), Some(10), Some(45)])),
    ])
}

/// From the middle of one year to the end of the next, every ninth day missing.
fn year(count: i32) -> RecordBatch {
    let offsets: Vec<_> = (0..count).filter(|day| day % 9 != 4).collect();
    let days = Date32Array::from_iter_values(offsets.iter().map(|day| NOVEMBER + day));
    let jobs = Int64Array::from_iter_values(offsets.iter().map(|day| i64::from(day * 7 % 21)));
    batch([("day", Arc::new(days) as ArrayRef), ("failed", Arc::new(jobs))])
}

fn wide(width: usize) -> Canvas {
    Canvas { width, ..PLAIN }
}

#[test]
fn bars_are_as_long_as_their_numbers() {
    assert_snapshot!(drawn(None, PLAIN, &states()), @"
    jobs by state
    COMPLETED                │█████████████████████████████ 1200
    FAILED                   │▉ 37
    EXPIRED                  │ 0
    失敗 of a very long name │ NULL
    ");
    assert_snapshot!(drawn(None, ASCII, &states()), @"
    jobs by state
    COMPLETED                |############################# 1200
    FAILED                   |# 37
    EXPIRED                  | 0
    失敗 of a very long name | NULL
    ");
    assert_snapshot!(drawn(None, wide(30), &states()), @"
    jobs by state
    COMPLETED       │████████ 1200
    FAILED          │▎ 37
    EXPIRED         │ 0
    失敗 of a very… │ NULL
    ");
    assert_snapshot!(drawn(None, wide(1), &states()), @"
    jobs by state
    … │████████ 1200
    … │▎ 37
    … │ 0
    … │ NULL
    ");
}

#[test]
fn bars_go_to_the_left_of_zero() {
    let batch = batch([
        ("grows", Arc::new(BooleanArray::from(vec![Some(true), Some(false), None])) as ArrayRef),
        ("by", Arc::new(Float64Array::from(vec![Some(12.5), Some(-7.25), Some(f64::NAN)]))),
    ]);
    assert_snapshot!(drawn(None, PLAIN, &batch), @"
    by by grows
    true                   │██████████████████████████████ 12.5
    false █████████████████│ -7.25
    NULL                   │ NULL
    ");
    assert_snapshot!(drawn(None, ASCII, &batch), @"
    by by grows
    true                   |############################## 12.5
    false #################| -7.25
    NULL                   | NULL
    ");
}

#[test]
fn several_numbers_of_a_row_are_several_bars() {
    let bars = Some(ChartKind::Bars);
    assert_snapshot!(drawn(bars, PLAIN, &outcomes().slice(0, 3)), @"
    by day
    2026-11-01 ok     │█████████ 10
               failed │████▌ 5
    2026-11-02 ok     │████████████████████████████████████ 40
               failed │██████████████████ 20
    2026-11-03 ok     │███████████████████████████ 30
               failed │ NULL
    ");
    assert_snapshot!(coloured(bars, Colours::Sixteen, &outcomes().slice(0, 1)), @"
    by day
    2026-11-01 ok     │␛[36m██████████████████████████████████████␛[0m 10
               failed │␛[35m███████████████████␛[0m 5
    ");
}

#[test]
fn of_ten_thousand_categories_the_first_are_drawn_and_the_rest_is_told() {
    let names: Vec<_> = (0..10_000).map(|number| format!("v{number}")).collect();
    let names = StringArray::from_iter_values(&names);
    let sizes = Int64Array::from_iter_values(0..10_000);
    let batch = batch([("vault", Arc::new(names) as ArrayRef), ("jobs", Arc::new(sizes))]);
    let text = drawn(None, wide(80), &batch);
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines.len(), 102);
    assert_eq!(lines[101], "the first 100 of 10000 rows are drawn; order them, and use LIMIT");
}

#[test]
fn lines_go_along_a_time_and_a_gap_stays_a_gap() {
    assert_snapshot!(drawn(None, wide(80), &outcomes()), @r#"
    by day
    100│
       │                                                                          **
       │                                                                      ****
     80│                                            *****                 ****
       │                                          **     ********     ****
       │                                       ***               *****
     60│                                     **
       │                                  ***                                     oo
     40│              *********         **                                     ooo
       │          ****         *********                                    ooo
       │      ****  oooo                                                 ooo
     20│  **oooooooo                                                  ooo
       │oooo                                                 ooooooooo
      0│                                             oooooooo
       └────────────────────────────────────────────────────────────────────────────
       2026-11-01                        2026-11-03                       2026-11-06
    * ok  o failed
    1 value is no number and not drawn: "failed"
    "#);
    assert_snapshot!(drawn(None, Canvas { width: 44, ..ASCII }, &outcomes()), @r#"
    by day
    100|                                      **
       |                                    **
     80|                       *****     ***
       |                     **     *****
     60|                   **                 oo
     40|       ******    **                 oo
       |   ****oo    ****                ooo
     20|***oooo                     ooooo
      0|ooo                    ooooo
       +----------------------------------------
       2026-11-01                     2026-11-06
    * ok  o failed
    1 value is no number and not drawn: "failed"
    "#);
}

#[test]
fn one_line_is_drawn_in_dots_of_braille() {
    let one = outcomes().project(&[0, 1]).unwrap();
    assert_snapshot!(drawn(None, wide(80), &one), @"
    ok by day
    100│                                                                           ⢀
       │                                                                        ⣀⠤⠊⠁
       │                                             ⢀⡀                      ⣀⠔⠊
     80│                                           ⢀⠔⠁⠈⠉⠒⠤⢄⣀              ⡠⠔⠊
       │                                         ⡠⠊⠁        ⠉⠑⠢⠤⣀⡀    ⢀⡠⠔⠉
       │                                       ⡠⠊                ⠈⠑⠒⠤⠒⠁
     60│                                    ⢀⠔⠊
       │                                  ⢀⠔⠁
     40│             ⣀⠤⠒⠢⠤⠤⣀⣀⡀          ⡠⠔⠁
       │         ⢀⡠⠔⠉        ⠈⠉⠉⠒⠒⠢⠤⠤⣀⡠⠊
       │      ⣀⠤⠊⠁
     20│  ⢀⡠⠒⠉
       │⠔⠊⠁
      0│
       └────────────────────────────────────────────────────────────────────────────
       2026-11-01                        2026-11-03                       2026-11-06
    ");
    assert_snapshot!(drawn(None, wide(24), &one), @"
    ok by day
    100│                   ⡠
       │           ⢀      ⡔⠁
     80│          ⢀⠎⠑⠤⡀ ⢀⠎
       │          ⡜   ⠈⠢⠃
     60│         ⡰⠁
     40│   ⢠⠒⠤⣀ ⢠⠃
       │  ⡔⠁   ⠉⠃
     20│⢠⠊
      0│⠁
       └────────────────────
       11-01           11-06
    ");
    assert_snapshot!(coloured(None, Colours::Many, &one), @"
    ok by day
    100│                                                       ␛[36m⢀␛[0m
       │                                                     ␛[36m⡠⠔⠁␛[0m
       │                                 ␛[36m⢀⡀␛[0m                ␛[36m⡠⠊␛[0m
     80│                                ␛[36m⡰⠁⠈⠑⠢⢄⡀␛[0m         ␛[36m⢀⠔⠊␛[0m
       │                              ␛[36m⡠⠊␛[0m      ␛[36m⠈⠑⠢⢄⡀␛[0m   ␛[36m⣀⠔⠁␛[0m
       │                            ␛[36m⢀⠔⠁␛[0m           ␛[36m⠈⠑⠢⠊␛[0m
     60│                           ␛[36m⡠⠃␛[0m
       │                         ␛[36m⢠⠊␛[0m
     40│         ␛[36m⢀⡠⠒⠤⠤⣀⣀␛[0m       ␛[36m⢀⠔⠁␛[0m
       │       ␛[36m⡠⠔⠁␛[0m      ␛[36m⠉⠑⠒⠢⠤⢄⡠⠃␛[0m
       │    ␛[36m⢀⠤⠊␛[0m
     20│  ␛[36m⡠⠒⠁␛[0m
       │␛[36m⠔⠉␛[0m
      0│
       └────────────────────────────────────────────────────────
       2026-11-01             2026-11-03              2026-11-06
    ");
}

#[test]
fn a_category_beside_a_time_is_a_line_for_each_of_its_values() {
    let micros = |hour: i64| Some(1_793_491_200_000_000 + hour * 3_600_000_000);
    let times = [micros(0), micros(0), micros(6), None, micros(6), micros(18)];
    let batch = batch([
        ("jobs", numbers(&[1, 2, 3, 9, 1, 4].map(Some))),
        ("state", texts(&["ok", "failed", "ok", "ok", "failed", "ok"])),
        ("at", Arc::new(TimestampMicrosecondArray::from(times.to_vec()).with_timezone("UTC"))),
    ]);
    assert_snapshot!(drawn(None, PLAIN, &batch), @r#"
    by at
    4│                                                   *******
     │                                       ************
     │                          *************
     │                  ********
    3│               ***
     │             **
     │          ***
    2│oooo   ***
     │    oooooo
     │  ***     oooooo
    1│**              oooo
     │
     │
    0│
     └──────────────────────────────────────────────────────────
     11-01 00:00             11-01 09:00             11-01 18:00
    * ok  o failed
    1 row without "at" is not drawn
    "#);
}

#[test]
fn of_many_series_the_highest_are_drawn() {
    let names = ["a", "b", "c", "d", "e", "f", "g", "h"];
    let columns = names
        .into_iter()
        .zip(1i64..)
        .map(|(name, height)| (name, numbers(&[Some(height), Some(0)])));
    let columns = [("day", days(NOVEMBER, 2))].into_iter().chain(columns);
    let text = drawn(None, ASCII, &batch(columns));
    let end: Vec<_> = text.lines().rev().take(2).collect();
    assert_eq!(
        end,
        ["the 6 of 8 series that reach highest are drawn", "* c  o d  + e  x f  @ g  % h"]
    );
}

#[test]
fn a_calendar_tells_zero_from_no_data() {
    let calendar = Some(ChartKind::Calendar);
    assert_snapshot!(drawn(calendar, wide(120), &year(365)), @"
    failed by day, 2026-11-01 to 2027-10-30
        Nov       Dec     Jan       Feb     Mar     Apr     May       Jun     Jul     Aug       Sep     Oct
    Mon   ▒ █ · - █ · ▒ █ · ▒ █ · - █ · ▒ █ · ▒ █ · - █ · ▒ █ · ▒ █ · - █ · ▒ █ · ▒ █ · - █ · ▒ █ · ▒ █ · - █ · ▒
    Tue   █ · ▒ █ · ▒ █ · - █ · ▒ █ · ▒ █ · - █ · ▒ █ · ▒ █ · - █ · ▒ █ · ▒ █ · - █ · ▒ █ · ▒ █ · - █ · ▒ █ · ▒ █
    Wed   · ▒ █ · - █ · ▒ █ · ▒ █ · - █ · ▒ █ · ▒ █ · - █ · ▒ █ · ▒ █ · - █ · ▒ █ · ▒ █ · - █ · ▒ █ · ▒ █ · - █ ·
    Thu   - █ · ▒ █ · ▒ █ · - █ · ▒ █ · ▒ █ · - █ · ▒ █ · ▒ █ · - █ · ▒ █ · ▒ █ · - █ · ▒ █ · ▒ █ · - █ · ▒ █ · ▒
    Fri   █ · ▒ █ · - █ · ▒ █ · ▒ █ · - █ · ▒ █ · ▒ █ · - █ · ▒ █ · ▒ █ · - █ · ▒ █ · ▒ █ · - █ · ▒ █ · ▒ █ · - █
    Sat   · - █ · ▒ █ · ▒ █ · - █ · ▒ █ · ▒ █ · - █ · ▒ █ · ▒ █ · - █ · ▒ █ · ▒ █ · - █ · ▒ █ · ▒ █ · - █ · ▒ █ ·
    Sun · ▒ █ · ▒ █ · - █ · ▒ █ · ▒ █ · - █ · ▒ █ · ▒ █ · - █ · ▒ █ · ▒ █ · - █ · ▒ █ · ▒ █ · - █ · ▒ █ · ▒ █ ·
    · 0  ░ 1 to 3  ▒ 4 to 7  ▓ 8 to 10  █ 11 to 14  - no data
    ");
    assert_snapshot!(drawn(calendar, wide(80), &year(365)), @"
    failed by day, 2026-11-01 to 2027-10-30
        Nov  Dec Jan  Feb Mar Apr May  Jun Jul Aug  Sep Oct
    Mon  ▒█·-█·▒█·▒█·-█·▒█·▒█·-█·▒█·▒█·-█·▒█·▒█·-█·▒█·▒█·-█·▒
    Tue  █·▒█·▒█·-█·▒█·▒█·-█·▒█·▒█·-█·▒█·▒█·-█·▒█·▒█·-█·▒█·▒█
    Wed  ·▒█·-█·▒█·▒█·-█·▒█·▒█·-█·▒█·▒█·-█·▒█·▒█·-█·▒█·▒█·-█·
    Thu  -█·▒█·▒█·-█·▒█·▒█·-█·▒█·▒█·-█·▒█·▒█·-█·▒█·▒█·-█·▒█·▒
    Fri  █·▒█·-█·▒█·▒█·-█·▒█·▒█·-█·▒█·▒█·-█·▒█·▒█·-█·▒█·▒█·-█
    Sat  ·-█·▒█·▒█·-█·▒█·▒█·-█·▒█·▒█·-█·▒█·▒█·-█·▒█·▒█·-█·▒█·
    Sun ·▒█·▒█·-█·▒█·▒█·-█·▒█·▒█·-█·▒█·▒█·-█·▒█·▒█·-█·▒█·▒█·
    · 0  ░ 1 to 3  ▒ 4 to 7  ▓ 8 to 10  █ 11 to 14  - no data
    ");
    assert_snapshot!(drawn(calendar, Canvas { width: 44, ..ASCII }, &year(365)), @"
    failed by day, 2026-11-01 to 2027-10-30
        Nov  Dec Jan  Feb Mar Apr May  Jun Jul
    Mon  +#.-#.+#.+#.-#.+#.+#.-#.+#.+#.-#.+#.+#.
    Tue  #.+#.+#.-#.+#.+#.-#.+#.+#.-#.+#.+#.-#.+
    Wed  .+#.-#.+#.+#.-#.+#.+#.-#.+#.+#.-#.+#.+#
    Thu  -#.+#.+#.-#.+#.+#.-#.+#.+#.-#.+#.+#.-#.
    Fri  #.+#.-#.+#.+#.-#.+#.+#.-#.+#.+#.-#.+#.+
    Sat  .-#.+#.+#.-#.+#.+#.-#.+#.+#.-#.+#.+#.-#
    Sun .+#.+#.-#.+#.+#.-#.+#.+#.-#.+#.+#.-#.+#.
        Aug Sep Oct
    Mon -#.+#.+#.-#.+
    Tue #.+#.-#.+#.+#
    Wed .-#.+#.+#.-#.
    Thu +#.+#.-#.+#.+
    Fri #.-#.+#.+#.-#
    Sat .+#.+#.-#.+#.
    Sun +#.-#.+#.+#.
    . 0  : 1 to 3  + 4 to 7  * 8 to 10
    # 11 to 14  - no data
    ");
}

#[test]
fn shades_have_colours_where_there_are_any() {
    let (calendar, few) = (Some(ChartKind::Calendar), year(20));
    assert_snapshot!(coloured(calendar, Colours::Many, &few), @"
    failed by day, 2026-11-01 to 2026-11-20
        Nov
    Mon   ␛[38;5;38m▒ ␛[0m␛[38;5;27m█ ␛[0m·
    Tue   ␛[38;5;27m█ ␛[0m· ␛[38;5;38m▒␛[0m
    Wed   · ␛[38;5;38m▒ ␛[0m␛[38;5;27m█␛[0m
    Thu   - ␛[38;5;27m█ ␛[0m·
    Fri   ␛[38;5;27m█ ␛[0m· ␛[38;5;38m▒␛[0m
    Sat   · -
    Sun · ␛[38;5;38m▒ ␛[0m␛[38;5;27m█␛[0m
    · 0  ␛[38;5;74m░␛[0m 1 to 3  ␛[38;5;38m▒␛[0m 4 to 7  ␛[38;5;33m▓␛[0m 8 to 10  ␛[38;5;27m█␛[0m 11 to 14  - no data
    ");
    assert_snapshot!(coloured(calendar, Colours::Sixteen, &few), @"
    failed by day, 2026-11-01 to 2026-11-20
        Nov
    Mon   ␛[36m▒ ␛[0m␛[34m█ ␛[0m·
    Tue   ␛[34m█ ␛[0m· ␛[36m▒␛[0m
    Wed   · ␛[36m▒ ␛[0m␛[34m█␛[0m
    Thu   - ␛[34m█ ␛[0m·
    Fri   ␛[34m█ ␛[0m· ␛[36m▒␛[0m
    Sat   · -
    Sun · ␛[36m▒ ␛[0m␛[34m█␛[0m
    · 0  ␛[36m░␛[0m 1 to 3  ␛[36m▒␛[0m 4 to 7  ␛[34m▓␛[0m 8 to 10  ␛[34m█␛[0m 11 to 14  - no data
    ");
}

#[test]
fn a_calendar_of_more_than_a_year_shows_the_last() {
    let text = drawn(Some(ChartKind::Calendar), wide(80), &year(800));
    let end = text.lines().last().unwrap();
    assert_eq!(end, "the last 53 of 116 weeks are drawn; ask for others with WHERE");
}

#[test]
fn shades_of_shares_are_told_in_decimals() {
    let shares = Float64Array::from(vec![Some(0.5), Some(0.125), None, Some(0.0), Some(1.0)]);
    let batch = batch([("day", days(NOVEMBER, 5)), ("share", Arc::new(shares))]);
    assert_snapshot!(drawn(Some(ChartKind::Calendar), PLAIN, &batch), @r#"
    share by day, 2026-11-01 to 2026-11-05
        Nov
    Mon   ░
    Tue   -
    Wed   ·
    Thu   █
    Fri
    Sat
    Sun ▒
    · 0  ░ to 0.25  ▒ to 0.5  ▓ to 0.75  █ to 1  - no data
    1 value is no number and not drawn: "share"
    "#);
}

#[test]
fn names_cannot_steer_the_terminal() {
    let batch = batch([("a\x1b[2J", texts(&["\x1b]0;gone\x07"])), ("n\n", numbers(&[Some(1)]))]);
    assert_snapshot!(drawn(None, PLAIN, &batch), @r"
    n\n by a\u{1b}[2J
    \u{1b}]0;gone\u{7} │██████████████████████████████████████ 1
    ");
}

#[test]
fn no_line_is_wider_than_the_terminal() {
    for width in 24..140 {
        for (kind, batch) in [
            (ChartKind::Bars, states()),
            (ChartKind::Bars, outcomes()),
            (ChartKind::Lines, outcomes()),
            (ChartKind::Calendar, year(365)),
        ] {
            let text = drawn(Some(kind), wide(width), &batch);
            let widest = text.lines().map(crate::output::wrap::width).max().unwrap();
            assert!(widest <= width, "{kind} at {width}:\n{text}");
        }
    }
}
