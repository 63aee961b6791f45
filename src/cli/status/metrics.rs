//! The state of all places, for monitors: Prometheus's text format. Pure.
//!
//! Source of the format: <https://prometheus.io/docs/instrumenting/exposition_formats/>.

use std::fmt::Write;

use crate::model::Instant;

use super::places::{Day, Held, Row};

/// The metrics; a place that was never read has its last success in 1970, so that an alert on its
/// age fires.
pub(super) fn text(held: &Held) -> String {
    let mut text = String::new();
    let mut metric = |name: &str, help: &str, value: fn(&Row) -> Vec<(String, i64)>| {
        let _ = writeln!(text, "# HELP lookback_{name} {help}\n# TYPE lookback_{name} gauge");
        for row in &held.rows {
            for (label, value) in value(row) {
                let _ = writeln!(text, "lookback_{name}{{{}{label}}} {value}", labels(row));
            }
        }
    };
    metric(
        "last_success_timestamp_seconds",
        "Up to when everything is held that AWS still shows.",
        |row| {
            let millis = row.last_success.map_or(0, Instant::millis);
            vec![(String::new(), millis.div_euclid(1000))]
        },
    );
    metric("open_jobs", "Jobs held that can still change.", |row| one(row.open_jobs));
    metric("lost_days", "Days of which AWS had forgotten something.", |row| one(row.lost_days));
    metric("days", "The last 45 days, by what is held of them.", |row| {
        let count = |day| row.days.iter().filter(|other| **other == day).count();
        let value = |day: Day| (format!(",coverage=\"{}\"", day.name()), whole(count(day)));
        Day::ALL.into_iter().map(value).collect()
    });
    text
}

fn one(number: usize) -> Vec<(String, i64)> {
    vec![(String::new(), whole(number))]
}

fn whole(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn labels(row: &Row) -> String {
    let place = &row.place;
    format!(
        "source=\"{}\",scope=\"{}\",region=\"{}\",kind=\"{}\"",
        escaped(&place.source),
        row.reach.name(),
        escaped(&place.region),
        place.kind
    )
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::super::places::DAYS;
    use super::*;
    use crate::model::{JobKind, Place, Reach};

    #[test]
    fn each_place_has_its_metrics() {
        let mut days = [Day::Complete; DAYS];
        days[0] = Day::Lost;
        let row = Row {
            place: Place {
                source: "a\"b\\c".into(),
                region: "eu-west-1".into(),
                kind: JobKind::Backup,
            },
            reach: Reach::Account,
            is_wanted: true,
            last_success: Instant::from_text("2026-11-22T02:00:00.9Z"),
            open_jobs: 12,
            lost_days: 1,
            days,
        };
        let mut never = row.clone();
        (never.place.source, never.last_success) = ("b".into(), None);
        let held = Held { rows: vec![row, never], open_elsewhere: 3 };
        assert_snapshot!(text(&held), @r#"
        # HELP lookback_last_success_timestamp_seconds Up to when everything is held that AWS still shows.
        # TYPE lookback_last_success_timestamp_seconds gauge
        lookback_last_success_timestamp_seconds{source="a\"b\\c",scope="account",region="eu-west-1",kind="backup"} 1795312800
        lookback_last_success_timestamp_seconds{source="b",scope="account",region="eu-west-1",kind="backup"} 0
        # HELP lookback_open_jobs Jobs held that can still change.
        # TYPE lookback_open_jobs gauge
        lookback_open_jobs{source="a\"b\\c",scope="account",region="eu-west-1",kind="backup"} 12
        lookback_open_jobs{source="b",scope="account",region="eu-west-1",kind="backup"} 12
        # HELP lookback_lost_days Days of which AWS had forgotten something.
        # TYPE lookback_lost_days gauge
        lookback_lost_days{source="a\"b\\c",scope="account",region="eu-west-1",kind="backup"} 1
        lookback_lost_days{source="b",scope="account",region="eu-west-1",kind="backup"} 1
        # HELP lookback_days The last 45 days, by what is held of them.
        # TYPE lookback_days gauge
        lookback_days{source="a\"b\\c",scope="account",region="eu-west-1",kind="backup",coverage="complete"} 44
        lookback_days{source="a\"b\\c",scope="account",region="eu-west-1",kind="backup",coverage="recent"} 0
        lookback_days{source="a\"b\\c",scope="account",region="eu-west-1",kind="backup",coverage="partial"} 0
        lookback_days{source="a\"b\\c",scope="account",region="eu-west-1",kind="backup",coverage="failed"} 0
        lookback_days{source="a\"b\\c",scope="account",region="eu-west-1",kind="backup",coverage="denied"} 0
        lookback_days{source="a\"b\\c",scope="account",region="eu-west-1",kind="backup",coverage="lost"} 1
        lookback_days{source="a\"b\\c",scope="account",region="eu-west-1",kind="backup",coverage="not_offered"} 0
        lookback_days{source="a\"b\\c",scope="account",region="eu-west-1",kind="backup",coverage="unknown"} 0
        lookback_days{source="b",scope="account",region="eu-west-1",kind="backup",coverage="complete"} 44
        lookback_days{source="b",scope="account",region="eu-west-1",kind="backup",coverage="recent"} 0
        lookback_days{source="b",scope="account",region="eu-west-1",kind="backup",coverage="partial"} 0
        lookback_days{source="b",scope="account",region="eu-west-1",kind="backup",coverage="failed"} 0
        lookback_days{source="b",scope="account",region="eu-west-1",kind="backup",coverage="denied"} 0
        lookback_days{source="b",scope="account",region="eu-west-1",kind="backup",coverage="lost"} 1
        lookback_days{source="b",scope="account",region="eu-west-1",kind="backup",coverage="not_offered"} 0
        lookback_days{source="b",scope="account",region="eu-west-1",kind="backup",coverage="unknown"} 0
        "#);
    }
}
