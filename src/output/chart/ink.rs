//! What is drawn: lines of text in inks, which become colours where there are any.

use std::fmt::Write;

use crate::output::wrap::{cut_to, width, wrap};

use super::Colours;

/// What a piece of a drawing stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ink {
    /// Words, numbers and axes: the terminal's own colour.
    Plain,
    /// The series of that number.
    Series(usize),
    /// The shade of that number, from 1 to [`SHADES`].
    Shade(usize),
}

/// How many shades there are.
pub(super) const SHADES: usize = 4;

/// The colours of series: of the terminal's own, those that stand out on a light ground and on a
/// dark one.
const SERIES: [u8; 6] = [36, 35, 32, 33, 34, 31];
/// The shades among sixteen colours: what else tells them apart are their signs.
const SHADES_OF_SIXTEEN: [u8; SHADES] = [36, 36, 34, 34];
/// The shades among 256: one blue, ever stronger, that is neither white nor black.
const SHADES_OF_MANY: [u8; SHADES] = [74, 38, 33, 27];

/// Words in fewer columns are not read.
const COLUMNS_MIN: usize = 20;
/// A sign, the space behind it, and the space behind its meaning.
const LEGEND_SPACE: usize = 4;

/// How many series can be told apart.
pub(super) const SERIES_MAX: usize = SERIES.len();

/// Lines of text in inks, for so many columns.
#[derive(Clone, Debug)]
pub(super) struct Drawing {
    columns: usize,
    lines: Vec<Vec<(Ink, String)>>,
}

impl Drawing {
    /// One without lines.
    pub(super) fn new(columns: usize) -> Self {
        Self { columns: columns.max(COLUMNS_MIN), lines: Vec::new() }
    }

    /// Adds words, on as many lines as they need.
    pub(super) fn words(&mut self, text: &str) {
        for piece in wrap(text, self.columns) {
            self.pieces(vec![(Ink::Plain, piece.to_owned())]);
        }
    }

    /// Adds a line of pieces.
    pub(super) fn pieces(&mut self, pieces: Vec<(Ink, String)>) {
        self.lines.push(pieces);
    }

    /// Adds what signs stand for, as many on a line as fit.
    pub(super) fn legend(&mut self, entries: Vec<(Ink, char, String)>) {
        let mut pieces: Vec<(Ink, String)> = Vec::new();
        let mut used = 0;
        for (ink, sign, meaning) in entries {
            let meaning = cut_to(&meaning, self.columns.saturating_sub(LEGEND_SPACE), "~");
            // The space behind the last one is not seen.
            let entry = width(&meaning) + LEGEND_SPACE;
            if used > 0 && used + entry > self.columns + 2 {
                self.pieces(std::mem::take(&mut pieces));
                used = 0;
            }
            pieces.push((ink, sign.to_string()));
            pieces.push((Ink::Plain, format!(" {meaning}  ")));
            used += entry;
        }
        self.pieces(pieces);
    }

    /// The drawing as text: its colours, and no space at the ends of lines.
    pub(super) fn text(&self, colours: Colours) -> String {
        let mut text = String::new();
        for line in &self.lines {
            let is_blank = |(_, piece): &(Ink, String)| piece.trim_end().is_empty();
            let end = line.len() - line.iter().rev().take_while(|it| is_blank(it)).count();
            for (index, (ink, piece)) in line[..end].iter().enumerate() {
                let piece = if index + 1 == end { piece.trim_end() } else { piece };
                match code(*ink, colours) {
                    Some(code) if !piece.trim().is_empty() => {
                        let _ = write!(text, "\x1b[{code}m{piece}\x1b[0m");
                    }
                    _ => text.push_str(piece),
                }
            }
            text.push('\n');
        }
        text
    }
}

/// The terminal's code for an ink.
fn code(ink: Ink, colours: Colours) -> Option<String> {
    match (ink, colours) {
        (Ink::Plain, _) | (_, Colours::None) => None,
        (Ink::Series(number), _) => Some(SERIES[number % SERIES_MAX].to_string()),
        (Ink::Shade(shade), Colours::Sixteen) => {
            Some(SHADES_OF_SIXTEEN[shade.clamp(1, SHADES) - 1].to_string())
        }
        (Ink::Shade(shade), Colours::Many) => {
            Some(format!("38;5;{}", SHADES_OF_MANY[shade.clamp(1, SHADES) - 1]))
        }
    }
}
