//! Bars that lie: a row each, its label before it and its number behind it.

use crate::output::wrap::{cut_to, width};

use super::Canvas;
use super::frame::{Axis, Frame};
use super::ink::{Drawing, Ink};
use super::scale::{number, time_text};

/// More bars than this are no chart any more.
const BARS_MAX: usize = 100;
/// A bar has at least so many columns, whatever its label would like to have.
const ROOM_MIN: usize = 8;
/// Bars in eighths of a column, from the least.
const EIGHTHS: [char; 8] = ['▏', '▎', '▍', '▌', '▋', '▊', '▉', '█'];

/// One bar.
struct Bar {
    label: String,
    series: usize,
    value: Option<f64>,
}

/// How wide the parts of a line are.
struct Widths {
    label: usize,
    /// That of the names of series, where there are several.
    name: Option<usize>,
    /// That of bars to the left of zero, and to its right.
    left: usize,
    right: usize,
}

pub(super) fn draw(frame: &Frame, canvas: Canvas) -> Drawing {
    let (rows, bars) = bars(frame);
    let widths = Widths::of(frame, &bars, canvas.width);
    let reach = Reach::of(&bars);
    let mut drawing = Drawing::new(canvas.width);
    drawing.words(&frame.title());
    for (index, bar) in bars.iter().enumerate() {
        let is_first = index == 0 || bars[index - 1].label != bar.label || widths.name.is_none();
        drawing.pieces(line(frame, bar, is_first, &widths, reach, canvas.is_ascii));
    }
    if rows < frame.len() {
        let all = frame.len();
        drawing
            .words(&format!("the first {rows} of {all} rows are drawn; order them, and use LIMIT"));
    }
    for note in &frame.notes {
        drawing.words(note);
    }
    drawing
}

/// The bars, as many as are drawn, and of how many rows they are.
fn bars(frame: &Frame) -> (usize, Vec<Bar>) {
    let mut of_rows: Vec<Vec<(usize, Option<f64>)>> = vec![Vec::new(); frame.len()];
    for (series, one) in frame.series.iter().enumerate() {
        for (row, value) in &one.points {
            of_rows[*row].push((series, *value));
        }
    }
    let mut bars = Vec::new();
    for (row, values) in of_rows.iter().enumerate() {
        if !bars.is_empty() && bars.len() + values.len() > BARS_MAX {
            return (row, bars);
        }
        let label = match &frame.axis {
            Axis::Times(times) => time_text(times[row]),
            Axis::Labels(labels) => labels[row].clone(),
        };
        let bar = |(series, value): &(usize, _)| Bar {
            label: label.clone(),
            series: *series,
            value: *value,
        };
        bars.extend(values.iter().map(bar));
    }
    (frame.len(), bars)
}

/// From where to where the numbers go; zero is always within.
#[derive(Clone, Copy)]
struct Reach {
    least: f64,
    most: f64,
}

impl Reach {
    fn of(bars: &[Bar]) -> Self {
        let values = bars.iter().filter_map(|bar| bar.value);
        let (least, most) =
            values.fold((0f64, 0f64), |(least, most), value| (least.min(value), most.max(value)));
        Self { least, most }
    }
}

impl Widths {
    fn of(frame: &Frame, bars: &[Bar], total: usize) -> Self {
        let widest = |texts: &mut dyn Iterator<Item = usize>| texts.max().unwrap_or(0);
        let name = (frame.series.len() > 1).then(|| {
            widest(&mut frame.series.iter().map(|it| width(&it.name))).min(total / 5).max(1)
        });
        let value = widest(&mut bars.iter().map(|bar| width(&value_text(bar))));
        // A space behind each text, and the line from which bars begin.
        let fixed = name.map_or(0, |name| name + 1) + 1 + 1 + 1 + value;
        let wanted = widest(&mut bars.iter().map(|bar| width(&bar.label)));
        let label = wanted.min(total.saturating_sub(fixed + ROOM_MIN).max(1));
        let room = total.saturating_sub(fixed + label).max(ROOM_MIN);
        let Reach { least, most } = Reach::of(bars);
        let left = if least < 0.0 { part(room, -least / (most - least)).max(1) } else { 0 };
        Self { label, name, left, right: room - left.min(room - 1) }
    }
}

fn line(
    frame: &Frame,
    bar: &Bar,
    is_first: bool,
    widths: &Widths,
    reach: Reach,
    is_ascii: bool,
) -> Vec<(Ink, String)> {
    let axis = if is_ascii { '|' } else { '│' };
    let label = if is_first { bar.label.as_str() } else { "" };
    let mut head = padded(label, widths.label, is_ascii);
    if let Some(columns) = widths.name {
        head.push(' ');
        head.push_str(&padded(&frame.series[bar.series].name, columns, is_ascii));
    }
    let value = bar.value.unwrap_or(0.0);
    let (left, right) = if value < 0.0 {
        (leftward(widths.left, value / reach.least, is_ascii), String::new())
    } else {
        let share = if reach.most > 0.0 { value / reach.most } else { 0.0 };
        (String::new(), rightward(widths.right, share, is_ascii))
    };
    let space = " ".repeat(widths.left.saturating_sub(left.chars().count()));
    let ink = Ink::Series(bar.series);
    vec![
        (Ink::Plain, format!("{head} {space}")),
        (ink, left),
        (Ink::Plain, axis.to_string()),
        (ink, right),
        (Ink::Plain, format!(" {}", value_text(bar))),
    ]
}

fn value_text(bar: &Bar) -> String {
    bar.value.map_or("NULL".to_owned(), number)
}

/// `text` in so many columns, cut where it is longer.
fn padded(text: &str, columns: usize, is_ascii: bool) -> String {
    let mut shown = cut_to(text, columns, if is_ascii { "~" } else { "…" });
    shown.push_str(&" ".repeat(columns.saturating_sub(width(&shown))));
    shown
}

/// A share of so many columns, rounded; a share that is not nothing is seen.
fn part(columns: usize, share: f64) -> usize {
    #[expect(clippy::cast_precision_loss, reason = "columns are few")]
    let exact = columns as f64 * share;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "casts from floats saturate"
    )]
    let rounded = exact.round() as usize;
    rounded.max(usize::from(share > 0.0)).min(columns)
}

/// A bar to the right of zero, exact to an eighth of a column.
fn rightward(columns: usize, share: f64, is_ascii: bool) -> String {
    if is_ascii {
        return "#".repeat(part(columns, share));
    }
    let eighths = part(columns * EIGHTHS.len(), share);
    let mut bar: String = "█".repeat(eighths / EIGHTHS.len());
    if !eighths.is_multiple_of(EIGHTHS.len()) {
        bar.push(EIGHTHS[eighths % EIGHTHS.len() - 1]);
    }
    bar
}

/// A bar to the left of zero, exact to half a column: there are no eighths on that side.
fn leftward(columns: usize, share: f64, is_ascii: bool) -> String {
    if is_ascii {
        return "#".repeat(part(columns, share));
    }
    let halves = part(columns * 2, share);
    let end = if halves.is_multiple_of(2) { "" } else { "▐" };
    format!("{end}{}", "█".repeat(halves / 2))
}
