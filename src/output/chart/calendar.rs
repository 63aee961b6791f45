//! A year of days: a column a week, a row a weekday, a sign a day, the darker the higher.

use std::collections::BTreeMap;

use crate::error::{Error, Result};

use super::Canvas;
use super::frame::{Axis, Frame};
use super::ink::{Drawing, Ink, SHADES};
use super::scale::{DAY, day, day_text, instant_text, number};

/// As many weeks as a year touches.
const WEEKS_MAX: i64 = 53;
/// Fewer weeks than this on a line are no calendar.
const WEEKS_MIN: usize = 4;
const WEEKDAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
/// The columns before the weeks.
const HEAD: usize = 4;

/// The signs of a day: without data, of zero, of the shades.
struct Signs {
    missing: char,
    zero: char,
    shades: [char; SHADES],
}

const UNICODE: Signs = Signs { missing: '-', zero: '·', shades: ['░', '▒', '▓', '█'] };
const ASCII: Signs = Signs { missing: '-', zero: '.', shades: [':', '+', '*', '#'] };

/// The days that are drawn and what they hold.
struct Days {
    /// The Monday of the first week.
    monday: i64,
    first: i64,
    last: i64,
    values: BTreeMap<i64, Option<f64>>,
    most: f64,
    is_whole: bool,
}

pub(super) fn draw(frame: &Frame, canvas: Canvas) -> Result<Drawing> {
    let values = values(frame)?;
    let (Some(oldest), Some(last)) = (values.keys().next(), values.keys().next_back()) else {
        return Ok(Drawing::new(canvas.width));
    };
    let weeks = week(*last) - week(*oldest) + 1;
    let first_week = week(*last) + 1 - weeks.min(WEEKS_MAX);
    let monday = monday_of(first_week);
    let first = (*oldest).max(monday);
    let last = *last;
    let drawn: BTreeMap<_, _> = values.range(first..).map(|(day, value)| (*day, *value)).collect();
    let most = drawn.values().flatten().fold(0f64, |most, value| most.max(*value));
    let is_whole = drawn.values().flatten().all(|value| value.fract() == 0.0);
    let days = Days { monday, first, last, values: drawn, most, is_whole };
    let signs = if canvas.is_ascii { &ASCII } else { &UNICODE };

    let mut drawing = Drawing::new(canvas.width);
    let period = format!("{} to {}", day_text(first), day_text(last));
    drawing.words(&format!("{}, {period}", frame.title()));
    bands(&days, signs, canvas.width, &mut drawing);
    legend(&days, signs, &mut drawing);
    if weeks > WEEKS_MAX {
        let text =
            format!("the last {WEEKS_MAX} of {weeks} weeks are drawn; ask for others with WHERE");
        drawing.words(&text);
    }
    for note in frame.notes.iter().chain(&frame.notes_on_nulls()) {
        drawing.words(note);
    }
    Ok(drawing)
}

/// The number of each day.
fn values(frame: &Frame) -> Result<BTreeMap<i64, Option<f64>>> {
    let Axis::Times(times) = &frame.axis else {
        let message = format!("a calendar is of days, and \"{}\" is none", frame.axis_name);
        return Err(Error::input(message).with_hint("draw bars, or cast it to a date"));
    };
    let [series] = frame.series.as_slice() else {
        let names: Vec<_> = frame.series.iter().map(|it| format!("\"{}\"", it.name)).collect();
        let (count, names) = (names.len(), names.join(", "));
        let message = format!("a calendar shows one number a day, and there are {count}: {names}");
        return Err(Error::input(message).with_hint("select one of them"));
    };
    let mut values = BTreeMap::new();
    for (row, value) in &series.points {
        let day = day(times[*row]);
        if value.is_some_and(|value| value < 0.0) {
            let text = format!("a calendar shows numbers from 0 up, and {} has", day_text(day));
            let message = format!("{text} {}", number(value.unwrap_or_default()));
            return Err(Error::input(message).with_hint("draw lines or bars"));
        }
        if values.insert(day, *value).is_some() {
            let message = format!("a calendar has one row a day, and {} has more", day_text(day));
            let hint = "group by the day: SELECT date_trunc('day', creation_date) AS day, …";
            return Err(Error::input(message).with_hint(hint));
        }
    }
    Ok(values)
}

/// The week of a day, counted from the one of 1970-01-01, which was a Thursday.
fn week(day: i64) -> i64 {
    (day + 3).div_euclid(7)
}

fn monday_of(week: i64) -> i64 {
    week * 7 - 3
}

/// The weeks, side by side as far as there is room, the others below.
fn bands(days: &Days, signs: &Signs, width: usize, drawing: &mut Drawing) {
    let weeks = usize::try_from(week(days.last) - week(days.monday) + 1).unwrap_or(1);
    let room = width.saturating_sub(HEAD).max(WEEKS_MIN);
    let cell = if weeks * 2 <= room { 2 } else { 1 };
    let on_a_line = weeks.min(room / cell);
    let mut from = 0;
    while from < weeks {
        let count = on_a_line.min(weeks - from);
        let monday = days.monday + 7 * i64::try_from(from).unwrap_or(0);
        drawing.pieces(vec![(Ink::Plain, months(days, monday, count, cell, width))]);
        for (weekday, name) in (0i64..).zip(WEEKDAYS) {
            let mut pieces = vec![(Ink::Plain, format!("{name} "))];
            for week in (0i64..).take(count) {
                pieces.push(sign(days, signs, monday + 7 * week + weekday, cell));
            }
            drawing.pieces(pieces);
        }
        from += count;
    }
}

/// The names of the months, each above the week that holds its first day; the first week's month
/// too, where there is room before the next.
fn months(days: &Days, monday: i64, weeks: usize, cell: usize, width: usize) -> String {
    let mut names: Vec<(usize, String)> = Vec::new();
    for (index, start) in (0..weeks).zip((0i64..).map(|week| monday + 7 * week)) {
        let last = (start + 6).min(days.last);
        let month = |day: i64| instant_text(day * DAY, "%b");
        // The first of a month is among the days of the week that are drawn.
        let begins = i64::from(day_of_month(last)) <= last - start.max(days.first) + 1;
        if index == 0 || begins {
            names.push((
                HEAD + index * cell,
                month(if index == 0 { start.max(days.first) } else { last }),
            ));
        }
    }
    if names.len() > 1 && names[1].0 - names[0].0 < 4 {
        names.remove(0);
    }
    let mut line = String::new();
    for (column, name) in names.into_iter().filter(|(column, _)| column + 3 <= width) {
        line.push_str(&" ".repeat(column.saturating_sub(line.len())));
        line.push_str(&name);
    }
    line
}

fn day_of_month(day: i64) -> u32 {
    instant_text(day * DAY, "%d").parse().unwrap_or(0)
}

fn sign(days: &Days, signs: &Signs, day: i64, cell: usize) -> (Ink, String) {
    let space = " ".repeat(cell - 1);
    if day < days.first || day > days.last {
        return (Ink::Plain, format!(" {space}"));
    }
    match days.values.get(&day).copied().flatten() {
        None => (Ink::Plain, format!("{}{space}", signs.missing)),
        Some(0.0) => (Ink::Plain, format!("{}{space}", signs.zero)),
        Some(value) => {
            let shade = days.shade(value);
            (Ink::Shade(shade), format!("{}{space}", signs.shades[shade - 1]))
        }
    }
}

impl Days {
    /// The shade of a number above 0, from 1 on: equal parts up to the highest.
    fn shade(&self, value: f64) -> usize {
        (1..SHADES).find(|shade| value <= self.bound(*shade)).unwrap_or(SHADES)
    }

    /// The highest number of a shade.
    fn bound(&self, shade: usize) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "there are four")]
        let bound = self.most * shade as f64 / SHADES as f64;
        if self.is_whole { bound.floor() } else { bound }
    }

    /// What a shade stands for; nothing for one that no number has.
    fn meaning(&self, shade: usize) -> Option<String> {
        let (below, to) = (if shade == 1 { 0.0 } else { self.bound(shade - 1) }, self.bound(shade));
        if to <= below {
            return None;
        }
        if !self.is_whole {
            return Some(format!("to {}", number(to)));
        }
        let from = below + 1.0;
        let is_one = to - from < 0.5;
        Some(if is_one { number(to) } else { format!("{} to {}", number(from), number(to)) })
    }
}

/// What the signs mean; that of days without data only where there are such.
fn legend(days: &Days, signs: &Signs, drawing: &mut Drawing) {
    let mut entries = vec![(Ink::Plain, signs.zero, "0".to_owned())];
    for shade in 1..=SHADES {
        if let Some(meaning) = days.meaning(shade) {
            entries.push((Ink::Shade(shade), signs.shades[shade - 1], meaning));
        }
    }
    let count = (days.first..=days.last).count();
    let known = days.values.values().flatten().count();
    if known < count {
        entries.push((Ink::Plain, signs.missing, "no data".to_owned()));
    }
    drawing.legend(entries);
}
