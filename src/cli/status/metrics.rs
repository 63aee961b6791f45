//! The state of all places, for monitors: as metrics. Pure.

use crate::model::Instant;

use super::super::metrics::{DAYS, Exposition, LAST_SUCCESS, LOST_DAYS, OPEN_JOBS, whole};
use super::places::{Day, Held, Row};

/// Adds the metrics; a place that was never read has its last success in 1970, so that an alert on
/// its age fires.
pub(super) fn tell(held: &Held, exposition: &mut Exposition) {
    for row in &held.rows {
        let place = labels(row);
        let millis = row.last_success.map_or(0, Instant::millis);
        exposition.add(LAST_SUCCESS, &place, millis.div_euclid(1000));
        exposition.add(OPEN_JOBS, &place, whole(row.open_jobs));
        exposition.add(LOST_DAYS, &place, whole(row.lost_days));
        for day in Day::ALL {
            let count = row.days.iter().filter(|other| **other == day).count();
            let [source, scope, region, kind] = place;
            exposition.add(DAYS, &[source, scope, region, kind, day.name()], whole(count));
        }
    }
}

fn labels(row: &Row) -> [&str; 4] {
    let place = &row.place;
    [&place.source, row.reach.name(), &place.region, place.kind.name()]
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
        let mut exposition = Exposition::default();
        tell(&held, &mut exposition);
        assert_snapshot!(exposition.text(), @r#"
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
