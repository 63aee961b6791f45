//! Numbers and times as the words of a chart, and round steps between them.

use chrono::DateTime;

/// The microseconds of a day.
pub(super) const DAY: i64 = 86_400_000_000;

/// From here on, not every whole number is one.
const WHOLE_MAX: f64 = 9_007_199_254_740_992.0;

/// A number in full where it is whole, else to three decimals; one that is too high for that with
/// its power of ten.
pub(super) fn number(value: f64) -> String {
    if value.abs() >= WHOLE_MAX {
        let text = format!("{value:.3e}");
        let (digits, power) = text.split_once('e').unwrap_or((&text, "0"));
        return format!("{}e{power}", digits.trim_end_matches('0').trim_end_matches('.'));
    }
    if value.fract() == 0.0 {
        return format!("{value:.0}");
    }
    let text = format!("{value:.3}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A number in few characters, for an axis: `1.5M`.
pub(super) fn short(value: f64) -> String {
    const SHORT_MAX: f64 = 1e18;
    const UNITS: [(f64, &str); 5] = [(1e15, "P"), (1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")];
    let unit = UNITS.into_iter().find(|(size, _)| value.abs() >= *size);
    let Some((size, name)) = unit.filter(|_| value.abs() < SHORT_MAX) else {
        return number(value);
    };
    format!("{}{name}", number((value / size * 100.0).round() / 100.0))
}

/// A step of 1, 2 or 5 and zeros that covers `span` in at most `steps` steps; whole numbers take
/// whole steps.
pub(super) fn step(span: f64, steps: u32, is_whole: bool) -> f64 {
    let least = span / f64::from(steps);
    let power = 10f64.powf(least.log10().floor());
    let sizes = [1.0, 2.0, 5.0, 10.0].map(|size| size * power);
    let fitting = sizes.into_iter().find(|size| size * f64::from(steps) >= span * (1.0 - 1e-9));
    let step = fitting.unwrap_or(10.0 * power);
    if is_whole { step.max(1.0) } else { step }
}

/// The UTC day of an instant in microseconds, counted from 1970.
pub(super) fn day(micros: i64) -> i64 {
    micros.div_euclid(DAY)
}

/// A day as `2026-11-01`.
pub(super) fn day_text(day: i64) -> String {
    instant_text(day.saturating_mul(DAY), "%Y-%m-%d")
}

/// An instant in microseconds, as exactly as it says anything: a day, or a minute.
pub(super) fn time_text(micros: i64) -> String {
    let is_day = micros.rem_euclid(DAY) == 0;
    instant_text(micros, if is_day { "%Y-%m-%d" } else { "%Y-%m-%d %H:%M" })
}

/// An instant in microseconds, in a format of chrono's.
pub(super) fn instant_text(micros: i64, format: &str) -> String {
    match DateTime::from_timestamp_micros(micros) {
        Some(time) => time.format(format).to_string(),
        None => "beyond the calendar".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_as_long_as_they_need_be() {
        let full = [0.0, 12.0, -3.5, 0.123_456, 1e15].map(number);
        assert_eq!(full, ["0", "12", "-3.5", "0.123", "1000000000000000"]);
        assert_eq!([1e300, -1.234_56e20].map(number), ["1e300", "-1.235e20"]);
        let few = [0.5, 999.0, 1000.0, 1_234_567.0, -2e9, 5e17, 2e300].map(short);
        assert_eq!(few, ["0.5", "999", "1k", "1.23M", "-2G", "500P", "2e300"]);
    }

    #[test]
    fn steps_are_round_and_cover_their_span() {
        let steps = [4.0, 5.0, 17.0, 100.0, 0.9, 1.0].map(|span| number(step(span, 4, false)));
        assert_eq!(steps, ["1", "2", "5", "50", "0.5", "0.5"]);
        assert_eq!(number(step(1.0, 4, true)), "1");
    }

    #[test]
    fn a_time_is_told_as_exactly_as_it_is() {
        assert_eq!(time_text(1_793_491_200_000_000), "2026-11-01");
        assert_eq!(time_text(1_793_491_200_000_000 + 3_660_000_000), "2026-11-01 01:01");
        assert_eq!(time_text(i64::MAX), "beyond the calendar");
        assert_eq!(day_text(day(-1)), "1969-12-31");
    }
}
