//! Sizes, durations and account ids as people write them, on the command line and in
//! `lookback.toml`. Pure.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use crate::model::{is_account_id, regions};

/// A size such as `512M` or `2G`; the units are of 1024.
pub(super) fn bytes(text: &str) -> Result<usize, String> {
    let (digits, unit) = number_and_unit(text);
    let scale = match unit.to_ascii_uppercase().as_str() {
        "" | "B" => Some(0),
        "K" | "KB" | "KIB" => Some(10),
        "M" | "MB" | "MIB" => Some(20),
        "G" | "GB" | "GIB" => Some(30),
        _ => None,
    };
    let number = digits.parse::<usize>().ok().filter(|number| *number > 0);
    scale
        .zip(number)
        .and_then(|(scale, number)| number.checked_mul(1 << scale))
        .ok_or_else(|| "it is no size; write one such as 512M or 2G".to_owned())
}

/// A size for people, such as `1.2 MiB`.
pub(super) fn size(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["KiB", "MiB", "GiB", "TiB", "PiB"];
    if bytes < 1024 {
        return format!("{bytes} B");
    }
    // In tenths, so that nothing is rounded up into the next unit.
    let (mut tenths, mut unit) = (u128::from(bytes) * 10 / 1024, 0);
    while tenths >= 10_240 && unit + 1 < UNITS.len() {
        (tenths, unit) = (tenths / 1024, unit + 1);
    }
    format!("{}.{} {}", tenths / 10, tenths % 10, UNITS[unit])
}

/// A size as [`bytes`] reads it.
pub(super) fn exact_size(bytes: usize) -> String {
    let units = [(30, "G"), (20, "M"), (10, "K")];
    let unit = units.into_iter().find(|(scale, _)| bytes > 0 && bytes.is_multiple_of(1 << scale));
    unit.map_or_else(|| bytes.to_string(), |(scale, unit)| format!("{}{unit}", bytes >> scale))
}

/// A length of time in microseconds.
pub(super) fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

/// A number of seconds.
pub(super) fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse().ok().filter(|seconds| *seconds > 0.0);
    seconds
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
        .ok_or_else(|| "it is no number of seconds above 0".to_owned())
}

/// An account id.
pub(super) fn account_id(text: &str) -> Result<String, String> {
    let id = is_account_id(text).then(|| text.to_owned());
    id.ok_or_else(|| "it is no account id of 12 digits".to_owned())
}

/// A Region that jobs can be of: a slip would make jobs of a Region that does not exist.
pub(super) fn region(text: &str) -> Result<String, String> {
    if regions::named(text).is_some() || regions::is_of_other_partition(text) {
        return Ok(text.to_owned());
    }
    let meant = regions::nearest(text).map(|near| format!("; did you mean \"{near}\"?"));
    Err(format!("this version knows no such Region{}", meant.unwrap_or_default()))
}

/// Where to listen; a port alone and the name `localhost` are of this machine.
pub(super) fn address(text: &str) -> Result<SocketAddr, String> {
    let port = text.strip_prefix("localhost:").unwrap_or(text).parse();
    let local = port.map(|port: u16| SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
    local
        .or_else(|_| text.parse())
        .map_err(|_| "it is no address; write one such as 127.0.0.1:4562".to_owned())
}

/// A length of time such as `90m`, `26h` or `2d`, in whole seconds.
pub(super) fn age(text: &str) -> Result<Duration, String> {
    let (digits, unit) = number_and_unit(text);
    let scale = match unit {
        "s" => Some(1),
        "m" => Some(60),
        "h" => Some(3600),
        "d" => Some(86_400),
        _ => None,
    };
    let number = digits.parse::<u64>().ok().filter(|number| (1..=1_000_000_000).contains(number));
    scale
        .zip(number)
        .map(|(scale, number)| Duration::from_secs(scale * number))
        .ok_or_else(|| "it is no length of time; write one such as 90m, 26h or 2d".to_owned())
}

/// For how long jobs are shown, in microseconds. AWS's summaries count the 14 days before the last
/// midnight: of what is counted, nothing may be forgotten.
pub(super) fn retention(text: &str) -> Result<i64, String> {
    const DAYS: std::ops::RangeInclusive<u64> = 15..=36_500;
    let micros = |age: Duration| i64::try_from(age.as_micros()).ok();
    age(text)
        .ok()
        .filter(|age| DAYS.contains(&(age.as_secs() / 86_400)))
        .and_then(micros)
        .ok_or_else(|| "it is no length of time from 15d to 36500d; AWS's is 30d".to_owned())
}

/// A length of time as [`age`] reads it; parts of a second are left out.
pub(super) fn exact_age(length: Duration) -> String {
    let seconds = length.as_secs();
    let units = [(86_400, "d"), (3600, "h"), (60, "m")];
    let unit = units.into_iter().find(|(scale, _)| seconds > 0 && seconds.is_multiple_of(*scale));
    unit.map_or_else(|| format!("{seconds}s"), |(scale, unit)| format!("{}{unit}", seconds / scale))
}

/// Calls a second: what AWS allows is not published, so the bounds only keep slips out.
pub(super) fn rate(text: &str) -> Result<f64, String> {
    let rate = text.parse().ok().filter(|rate| is_rate(*rate));
    rate.ok_or_else(|| format!("it is no number {RATES}"))
}

/// True if and only if this may be a rate.
pub(super) fn is_rate(rate: f64) -> bool {
    (0.5..=1000.0).contains(&rate)
}

/// The rates there are, in words.
pub(super) const RATES: &str = "from 0.5 to 1000";

fn number_and_unit(text: &str) -> (&str, &str) {
    let digits = text.trim_end_matches(|c: char| !c.is_ascii_digit());
    (digits, text[digits.len()..].trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_in_units_of_1024() {
        assert_eq!(bytes("512M"), Ok(512 << 20));
        assert_eq!(bytes("2 GiB"), Ok(2 << 30));
        for text in ["", "G", "0", "-1", "1.5G", "99999999999999999999", "3X", "é"] {
            assert!(bytes(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_size_is_shown_to_people_and_exactly() {
        let shown = [0, 1023, 1024, 1_290_000, u64::MAX].map(size);
        assert_eq!(shown, ["0 B", "1023 B", "1.0 KiB", "1.2 MiB", "16383.9 PiB"]);
        for bytes_ in [1, 1000, 1024, 1536 << 10, 3 << 30] {
            assert_eq!(bytes(&exact_size(bytes_)), Ok(bytes_));
        }
        assert_eq!(exact_size(1536 << 10), "1536K");
    }

    #[test]
    fn ages_need_a_unit() {
        assert_eq!(age("26h"), Ok(Duration::from_hours(26)));
        assert_eq!(age("2d"), Ok(Duration::from_hours(48)));
        for length in ["90s", "45m", "26h", "2d"] {
            assert_eq!(age(length).map(exact_age), Ok(length.to_owned()));
        }
        for text in ["", "h", "26", "0h", "-1h", "1.5h", "1h30m", "9999999999d"] {
            assert!(age(text).is_err(), "{text}");
        }
    }

    #[test]
    fn what_is_counted_is_not_forgotten() {
        assert_eq!(retention("30d"), Ok(30 * 86_400_000_000));
        assert_eq!(retention("360h"), Ok(15 * 86_400_000_000));
        for text in ["", "30", "14d", "359h", "36501d", "1000000000d"] {
            assert!(retention(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_rate_is_neither_nothing_nor_endless() {
        assert_eq!(rate("12.5"), Ok(12.5));
        for text in ["", "0", "-1", "inf", "NaN", "1001", "fast"] {
            assert!(rate(text).is_err(), "{text}");
        }
    }

    #[test]
    fn an_address_may_be_a_port_of_this_machine() {
        let read = |text: &str| address(text).map(|address| address.to_string());
        assert_eq!(read("4562").as_deref(), Ok("127.0.0.1:4562"));
        assert_eq!(read("localhost:4562").as_deref(), Ok("127.0.0.1:4562"));
        assert_eq!(read("0.0.0.0:0").as_deref(), Ok("0.0.0.0:0"));
        assert_eq!(read("[::1]:4562").as_deref(), Ok("[::1]:4562"));
        for text in ["", "65536", ":4562", "here:4562", "127.0.0.1", "-1"] {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
