//! Lines along a time, drawn by `ratatui` into a buffer of its own.

use std::collections::BTreeSet;

use ratatui_core::buffer::Buffer;
use ratatui_core::layout::{Alignment, Rect};
use ratatui_core::style::Color;
use ratatui_core::symbols::Marker;
use ratatui_core::widgets::Widget;
use ratatui_widgets::chart::{Axis as ChartAxis, Chart, Dataset, GraphType};

use crate::error::{Error, Result};

use super::frame::{Axis, Frame, Series};
use super::ink::{Drawing, Ink, SERIES_MAX};
use super::scale::{DAY, instant_text, short, step};
use super::{Canvas, Colours};

/// How tall a chart is, with its axis, and how tall a narrow one.
const LINES: u16 = 16;
const LINES_NARROW: u16 = 11;
/// A chart of fewer columns than this is narrow: shorter, and with fewer times at its axis.
const NARROW: usize = 60;
/// In fewer columns than this there is no room for two dates with their years.
const WIDTH_OF_DATES: usize = 36;
/// `ratatui` needs some room to draw anything.
pub(super) const WIDTH_MIN: usize = 24;
/// Fewer steps from one time to the next tell nothing of how long they usually are.
const STEPS_OF_TIME_MIN: usize = 3;
/// A step that is longer than so many usual ones is a gap.
const STEPS_OF_GAP: i64 = 2;
/// Into how many steps the numbers are cut.
const STEPS: u32 = 5;
/// What tells the series apart where there are no colours.
const SIGNS: [char; SERIES_MAX] = ['*', 'o', '+', 'x', '@', '%'];

/// Points without a gap between them.
type Segment = (usize, Vec<(f64, f64)>);

pub(super) fn draw(frame: &Frame, canvas: Canvas) -> Result<Drawing> {
    let Axis::Times(times) = &frame.axis else {
        let message = format!("lines go along a time, and \"{}\" is none", frame.axis_name);
        return Err(Error::input(message).with_hint("draw bars, or cast it to a timestamp"));
    };
    if canvas.width < WIDTH_MIN {
        let message = format!("lines need {WIDTH_MIN} columns, and there are {}", canvas.width);
        return Err(Error::input(message).with_hint("draw bars, or make the terminal wider"));
    }
    let (first, last) = (times.iter().min(), times.iter().max());
    let (Some(&first), Some(&last)) = (first, last) else { return Ok(Drawing::new(canvas.width)) };
    let signs = Signs::of(frame, canvas);
    let mut gaps = BTreeSet::new();
    let segments: Vec<_> = (frame.series.iter().enumerate())
        .flat_map(|(index, series)| segments(index, series, times, &mut gaps))
        .collect();
    let buffer = plot(&segments, &signs, [first, last], heights(frame), canvas);
    let mut drawing = Drawing::new(canvas.width);
    drawing.words(&frame.title());
    for row in 0..buffer.area.height {
        drawing.pieces(row_of(&buffer, row, canvas.is_ascii));
    }
    legend(frame, &signs, &mut drawing);
    match gaps.len() {
        0 => {}
        1 => drawing.words("1 gap without rows"),
        gaps => drawing.words(&format!("{gaps} gaps without rows")),
    }
    for note in frame.notes.iter().chain(&frame.notes_on_nulls()) {
        drawing.words(note);
    }
    Ok(drawing)
}

/// With what each series is drawn.
struct Signs {
    markers: Vec<Marker>,
    /// The sign of each in the legend.
    signs: Vec<char>,
}

impl Signs {
    /// Dots of braille where colours tell the series apart or there is one, else signs.
    fn of(frame: &Frame, canvas: Canvas) -> Self {
        let count = frame.series.len();
        let has_braille = !canvas.is_ascii && (count == 1 || canvas.colours != Colours::None);
        if has_braille {
            return Self { markers: vec![Marker::Braille; count], signs: vec!['■'; count] };
        }
        let signs: Vec<_> = SIGNS.into_iter().cycle().take(count).collect();
        Self { markers: signs.iter().map(|sign| Marker::Custom(*sign)).collect(), signs }
    }
}

/// The points of a series in the order of time, cut where a number is missing, or a time: those
/// become `gaps`.
fn segments(
    index: usize,
    series: &Series,
    times: &[i64],
    gaps: &mut BTreeSet<(i64, i64)>,
) -> Vec<Segment> {
    let mut points: Vec<_> =
        series.points.iter().map(|(row, value)| (times[*row], *value)).collect();
    points.sort_by_key(|(time, _)| *time);
    let step_max = step_max(points.iter().map(|(time, _)| *time));
    let mut segments = vec![(index, Vec::new())];
    let mut before = None;
    for (time, value) in points {
        let from = before.replace(time).unwrap_or(time);
        if step_max.is_some_and(|most| time.saturating_sub(from) > most) {
            gaps.insert((from, time));
            segments.push((index, Vec::new()));
        }
        match (value, segments.last_mut()) {
            (Some(value), Some((_, segment))) => segment.push((seconds(time), value)),
            _ => segments.push((index, Vec::new())),
        }
    }
    segments.retain(|(_, segment)| !segment.is_empty());
    segments
}

/// The longest step between times, which are in order, that is no gap; `None` where they keep no
/// step: most of them must be about as long as the one in the middle. Months are, and the creation
/// dates of jobs are not.
fn step_max(times: impl Iterator<Item = i64> + Clone) -> Option<i64> {
    let next = times.clone().skip(1);
    let steps = times.zip(next).map(|(from, to)| to.saturating_sub(from));
    let mut steps: Vec<_> = steps.filter(|step| *step > 0).collect();
    steps.sort_unstable();
    if steps.len() < STEPS_OF_TIME_MIN {
        return None;
    }
    let usual = steps[steps.len() / 2];
    let alike = steps.iter().filter(|step| (*step - usual).abs() <= usual / 10).count();
    (alike * 2 > steps.len()).then(|| usual.saturating_mul(STEPS_OF_GAP))
}

#[expect(clippy::cast_precision_loss, reason = "a chart is not exact to a second")]
fn seconds(micros: i64) -> f64 {
    (micros / 1_000_000) as f64
}

/// From where to where the numbers go, in round steps.
#[derive(Clone, Copy)]
struct Heights {
    least: f64,
    most: f64,
    step: f64,
}

fn heights(frame: &Frame) -> Heights {
    let points = frame.series.iter().flat_map(|series| &series.points);
    let values = points.filter_map(|(_, value)| *value);
    let (least, most) =
        values.fold((0f64, 0f64), |(least, most), value| (least.min(value), most.max(value)));
    let span = if most > least { most - least } else { 1.0 };
    let step = step(span, STEPS, frame.is_whole());
    let most = (most / step).ceil().max(1.0) * step;
    Heights { least: (least / step).floor() * step, most, step }
}

impl Heights {
    fn labels(self) -> Vec<String> {
        let mut labels = Vec::new();
        let mut at = self.least;
        while at <= self.most + self.step / 2.0 {
            labels.push(short(at));
            at += self.step;
        }
        labels
    }
}

fn plot(
    segments: &[Segment],
    signs: &Signs,
    [first, last]: [i64; 2],
    heights: Heights,
    canvas: Canvas,
) -> Buffer {
    let datasets = segments.iter().map(|(series, points)| {
        Dataset::default()
            .data(points)
            .marker(signs.markers[*series])
            .graph_type(GraphType::Line)
            .style(COLOURS[*series % SERIES_MAX])
    });
    let is_narrow = canvas.width < NARROW;
    let columns =
        u16::try_from(canvas.width.min(usize::from(u16::MAX / 2))).unwrap_or(u16::MAX / 2);
    let area = Rect::new(0, 0, columns, if is_narrow { LINES_NARROW } else { LINES });
    // A last instant like the first would leave no room between them.
    let last = last.max(first + 1_000_000);
    let x = ChartAxis::default()
        .bounds([seconds(first), seconds(last)])
        .labels(times(first, last, canvas.width))
        .labels_alignment(Alignment::Right);
    let y = ChartAxis::default()
        .bounds([heights.least, heights.most])
        .labels(heights.labels())
        .labels_alignment(Alignment::Right);
    let mut buffer = Buffer::empty(area);
    Chart::new(datasets.collect())
        .x_axis(x)
        .y_axis(y)
        .legend_position(None)
        .render(area, &mut buffer);
    buffer
}

/// The colours in the buffer; only which series they stand for is read from it.
const COLOURS: [Color; SERIES_MAX] =
    [Color::Cyan, Color::Magenta, Color::Green, Color::Yellow, Color::Blue, Color::Red];

fn times(first: i64, last: i64, width: usize) -> Vec<String> {
    let format = match last - first {
        span if span >= 2 * DAY && width < WIDTH_OF_DATES => "%m-%d",
        span if span >= 2 * DAY => "%Y-%m-%d",
        span if span >= 3_600_000_000 => "%m-%d %H:%M",
        _ => "%H:%M:%S",
    };
    let middle = first + (last - first) / 2;
    let shown = if width < NARROW { vec![first, last] } else { vec![first, middle, last] };
    shown.into_iter().map(|time| instant_text(time, format)).collect()
}

/// A row of the buffer, cell by cell, with signs of ASCII if it must be.
fn row_of(buffer: &Buffer, row: u16, is_ascii: bool) -> Vec<(Ink, String)> {
    let mut pieces: Vec<(Ink, String)> = Vec::new();
    for column in 0..buffer.area.width {
        let cell = &buffer[(column, row)];
        let series = COLOURS.iter().position(|colour| *colour == cell.fg);
        let ink = series.map_or(Ink::Plain, Ink::Series);
        let symbol = match cell.symbol() {
            "│" if is_ascii => "|",
            "─" if is_ascii => "-",
            "└" if is_ascii => "+",
            symbol => symbol,
        };
        match pieces.last_mut() {
            Some((last, piece)) if *last == ink => piece.push_str(symbol),
            _ => pieces.push((ink, symbol.to_owned())),
        }
    }
    pieces
}

/// The names of the series behind their signs, where there are several.
fn legend(frame: &Frame, signs: &Signs, drawing: &mut Drawing) {
    if frame.series.len() < 2 {
        return;
    }
    let series = frame.series.iter().zip(&signs.signs).enumerate();
    let entry = |(index, (one, sign)): (usize, (&Series, &char))| {
        (Ink::Series(index), *sign, one.name.clone())
    };
    drawing.legend(series.map(entry).collect());
}
