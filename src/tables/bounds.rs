//! What is known of the values of a column in a file, in DuckLake's text forms.

use std::cmp::Ordering;

use chrono::DateTime;

use crate::model::Instant;

use super::ColumnType;

/// What is known of one column of one file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bounds {
    /// The number of NULLs.
    pub null_count: i64,
    /// No value is lower; in DuckLake's text form. Absent where it is not known.
    pub min: Option<String>,
    /// No value is higher.
    pub max: Option<String>,
}

/// Texts of this many bytes or more are kept as shorter or higher bounds, not as values.
const TEXT_BYTES_MAX: usize = 256;

impl Bounds {
    /// Bounds of texts, cut to a length that a catalog can bear; a cut bound is still a bound.
    pub fn of_texts(null_count: i64, min: Option<&str>, max: Option<&str>) -> Self {
        Self {
            null_count,
            min: min.map(|min| prefix(min).to_owned()),
            max: max.and_then(cut_above),
        }
    }

    /// True if and only if `bound` is a value that occurs, given a file of ours.
    pub fn is_value(bound: &str) -> bool {
        bound.len() < TEXT_BYTES_MAX - 4
    }

    /// True if and only if these are bounds of all values that `values` are exact bounds of.
    pub fn covers(&self, ty: ColumnType, values: &Self) -> bool {
        let holds = |bound: &Option<String>, value: &Option<String>, wrong: Ordering| {
            let both = bound.as_deref().zip(value.as_deref());
            both.is_none_or(|(bound, value)| compare(ty, bound, value) != wrong)
        };
        holds(&self.min, &values.min, Ordering::Greater)
            && holds(&self.max, &values.max, Ordering::Less)
    }

    /// Bounds of the values of both, for a column of type `ty`.
    #[must_use]
    pub fn union(&self, ty: ColumnType, other: &Self) -> Self {
        let pick = |a: &Option<String>, b: &Option<String>, wanted: Ordering| match (a, b) {
            (Some(a), Some(b)) if compare(ty, b, a) == wanted => Some(b.clone()),
            (Some(a), _) => Some(a.clone()),
            (None, b) => b.clone(),
        };
        Self {
            null_count: self.null_count + other.null_count,
            min: pick(&self.min, &other.min, Ordering::Less),
            max: pick(&self.max, &other.max, Ordering::Greater),
        }
    }
}

fn compare(ty: ColumnType, a: &str, b: &str) -> Ordering {
    match ty {
        ColumnType::Long => a.parse::<i64>().ok().cmp(&b.parse().ok()),
        ColumnType::Time => instant_from_text(a).cmp(&instant_from_text(b)),
        ColumnType::Bool => number(a).cmp(number(b)),
        ColumnType::Text | ColumnType::TextMap | ColumnType::LongMap => a.cmp(b),
    }
}

/// A boolean as we write it: other tools write words.
fn number(text: &str) -> &str {
    match text {
        "false" => "0",
        "true" => "1",
        other => other,
    }
}

fn prefix(text: &str) -> &str {
    &text[..text.floor_char_boundary(TEXT_BYTES_MAX)]
}

/// The text, or a short one above all texts with its prefix; `None` if there is none.
fn cut_above(text: &str) -> Option<String> {
    let cut = prefix(text);
    if cut.len() == text.len() {
        return Some(text.to_owned());
    }
    let mut chars: Vec<char> = cut.chars().collect();
    while let Some(last) = chars.pop() {
        if let Some(next) = char::from_u32(u32::from(last) + 1) {
            chars.push(next);
            return Some(chars.into_iter().collect());
        }
    }
    None
}

/// An instant as DuckLake writes a `timestamptz`: `2026-11-01 00:00:00+00`, with as many decimals
/// as it has.
pub fn timestamp_text(instant: Instant) -> String {
    let text = DateTime::from_timestamp_micros(instant.micros())
        .map(|time| time.format("%Y-%m-%d %H:%M:%S%.6f").to_string())
        .unwrap_or_default();
    let text = text.trim_end_matches('0').trim_end_matches('.');
    format!("{text}+00")
}

/// The instant of a [`timestamp_text`], microseconds kept.
pub fn instant_from_text(text: &str) -> Option<Instant> {
    let time = DateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f%#z").ok()?;
    Some(Instant::from_micros(time.timestamp_micros()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bounds(min: &str, max: &str) -> Bounds {
        Bounds { null_count: 0, min: Some(min.to_owned()), max: Some(max.to_owned()) }
    }

    #[test]
    fn numbers_and_times_widen_by_value_and_not_by_text() {
        let wide = bounds("9", "9").union(ColumnType::Long, &bounds("-10", "80"));
        assert_eq!(wide, bounds("-10", "80"));
        let a = bounds("2026-11-01 00:00:00+00", "2026-11-01 00:00:00+00");
        let b = bounds("2026-11-01 00:00:00.5+00", "2026-11-01 00:00:00.25+00");
        let wide = a.union(ColumnType::Time, &b);
        assert_eq!(wide, bounds("2026-11-01 00:00:00+00", "2026-11-01 00:00:00.25+00"));
    }

    #[test]
    fn bounds_cover_what_lies_between_them_by_value() {
        let covers = |ty, held: (&str, &str), values: (&str, &str)| {
            bounds(held.0, held.1).covers(ty, &bounds(values.0, values.1))
        };
        assert!(covers(ColumnType::Long, ("-10", "9"), ("2", "9")));
        assert!(!covers(ColumnType::Long, ("10", "20"), ("9", "20")));
        assert!(!covers(ColumnType::Text, ("a", "b"), ("a", "ba")));
        assert!(covers(ColumnType::Bool, ("false", "true"), ("0", "1")));
        assert!(!covers(ColumnType::Bool, ("false", "false"), ("0", "1")));
        assert!(Bounds::default().covers(ColumnType::Long, &bounds("1", "2")));
    }

    #[test]
    fn a_long_text_becomes_a_bound_that_is_no_value() {
        let long = "é".repeat(200);
        let cut = Bounds::of_texts(0, Some(&long), Some(&long));
        let (min, max) = (cut.min.unwrap(), cut.max.unwrap());
        assert!(min.as_str() < long.as_str() && long.as_str() < max.as_str());
        assert!(!Bounds::is_value(&min) && !Bounds::is_value(&max));
        assert!(Bounds::is_value("arn:aws:backup:us-east-1:123456789012:backup-vault:Default"));
    }
    #[track_caller]
    fn check(micros: i64, text: &str) {
        let instant = Instant::from_micros(micros);
        assert_eq!(timestamp_text(instant), text);
        assert_eq!(instant_from_text(text), Some(instant));
    }

    #[test]
    fn instants_are_written_as_duckdb_writes_them() {
        check(1_793_491_200_000_000, "2026-11-01 00:00:00+00");
        check(1_793_491_200_123_000, "2026-11-01 00:00:00.123+00");
        check(1_793_491_210_000_001, "2026-11-01 00:00:10.000001+00");
        check(-1_000_000, "1969-12-31 23:59:59+00");
    }
}
