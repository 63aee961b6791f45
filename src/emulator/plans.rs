//! Backup plans and their rules, and when the rules run.

use crate::model::{DAY, HOUR, Instant, MINUTE};

use super::zones::{self, Zone};

/// A backup vault; every account has each of them in every Region.
#[derive(Debug)]
pub(super) struct Vault {
    pub(super) name: &'static str,
    pub(super) is_air_gapped: bool,
    pub(super) is_locked: bool,
}

/// How often a rule runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cadence {
    /// Every so many hours, from the plan's minute on.
    Hours(i64),
    Daily,
    /// Monday to Friday.
    Weekdays,
    /// On one day of the week, 0 for Sunday.
    Weekly(i64),
    /// On one day of the month.
    Monthly(u32),
}

/// Where a rule copies its backups to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// Nowhere.
    None,
    /// The same account, the next Region.
    Region,
    /// The organisation's backup account, the same Region.
    Account,
    /// A logically air-gapped vault of the same account and Region.
    AirGapped,
}

/// How long a backup is kept.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lifecycle {
    /// Days until cold storage, for the types that have it.
    pub(super) cold_days: Option<i64>,
    /// Days until deletion; kept for good where there are none.
    pub(super) delete_days: Option<i64>,
    /// Whether the source is deleted once it is copied.
    pub(super) is_deleted_after_copy: bool,
}

/// A rule of a plan.
#[derive(Debug)]
pub(super) struct Rule {
    pub(super) name: &'static str,
    pub(super) cadence: Cadence,
    pub(super) vault: &'static Vault,
    pub(super) start_minutes: i64,
    pub(super) completion_minutes: i64,
    pub(super) lifecycle: Lifecycle,
    pub(super) target: Target,
    pub(super) is_scanned: bool,
    pub(super) is_continuous: bool,
}

/// A backup plan. Its rules stand in the order of their retention: where several run at once,
/// AWS merges them and the longest retention wins.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) name: &'static str,
    pub(super) zone: &'static Zone,
    /// The local minute of the day at which its rules run.
    pub(super) minute: i64,
    /// Whether it is a backup policy of the organisation.
    pub(super) is_org: bool,
    pub(super) rules: &'static [Rule],
}

/// One run of a plan.
#[derive(Clone, Copy, Debug)]
pub(super) struct Run {
    /// Which of the day's runs, from 0.
    pub(super) number: u8,
    pub(super) scheduled: Instant,
    pub(super) rule: &'static Rule,
}

impl Plan {
    /// The runs whose time falls on the UTC day.
    pub(super) fn runs(&'static self, day: i64) -> Vec<Run> {
        let offset = self.zone.offset(day);
        let step = self.rules.iter().find_map(|rule| match rule.cadence {
            Cadence::Hours(hours) => Some(hours * HOUR),
            _ => None,
        });
        let step = step.unwrap_or(DAY);
        let first = (self.minute * MINUTE - offset).rem_euclid(step);
        let mut runs = Vec::new();
        for number in 0..u8::try_from(DAY / step).unwrap_or(0) {
            let scheduled = zones::midnight(day) + first + i64::from(number) * step;
            let local_day = (scheduled + offset).day();
            let rule = self.rules.iter().rev().find(|rule| rule.cadence.is_due(local_day));
            runs.extend(rule.map(|rule| Run { number, scheduled, rule }));
        }
        runs
    }

    /// The rule's schedule as AWS writes it: minute, hour, day of month, month, day of week, year.
    pub(super) fn cron(&self, rule: &Rule) -> String {
        let (hour, minute) = (self.minute / 60, self.minute % 60);
        match rule.cadence {
            Cadence::Hours(hours) => format!("cron({minute} {hour}/{hours} ? * * *)"),
            Cadence::Daily => format!("cron({minute} {hour} ? * * *)"),
            Cadence::Weekdays => format!("cron({minute} {hour} ? * MON-FRI *)"),
            Cadence::Weekly(day) => {
                let name = WEEKDAYS[usize::try_from(day).unwrap_or(0) % 7];
                format!("cron({minute} {hour} ? * {name} *)")
            }
            Cadence::Monthly(day) => format!("cron({minute} {hour} {day} * ? *)"),
        }
    }
}

const WEEKDAYS: [&str; 7] = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

impl Cadence {
    fn is_due(self, local_day: i64) -> bool {
        match self {
            Self::Hours(_) | Self::Daily => true,
            Self::Weekdays => (1..=5).contains(&zones::weekday(local_day)),
            Self::Weekly(day) => zones::weekday(local_day) == day,
            Self::Monthly(day) => zones::day_of_month(local_day) == day,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::organisation::{PLANS, plan_named};
    use super::*;

    #[track_caller]
    fn check(plan: &str, date: &str, expected: &[&str]) {
        let plan = plan_named(plan);
        let runs = plan.runs(Instant::from_text(date).unwrap().day());
        let shown = runs.iter().map(|run| format!("{} {}", run.scheduled, run.rule.name));
        assert_eq!(shown.collect::<Vec<_>>(), expected, "{date}");
    }

    #[test]
    fn rules_that_run_at_once_are_merged_into_the_longest_retention() {
        check("NightlyProduction", "2026-11-20", &["2026-11-20T00:00:00Z Daily"]);
        check("NightlyProduction", "2026-11-22", &["2026-11-22T00:00:00Z Weekly"]);
        check("NightlyProduction", "2026-11-01", &["2026-11-01T00:00:00Z Monthly"]);
    }

    #[test]
    fn schedules_follow_their_time_zone() {
        check("US-Nightly", "2026-07-02", &["2026-07-02T02:30:00Z EveryNight"]);
        check("US-Nightly", "2026-12-02", &["2026-12-02T03:30:00Z EveryNight"]);
        // Friday night in Berlin is still Friday in UTC; Saturday has no run.
        check("EU-Business", "2026-11-20", &["2026-11-20T01:15:00Z Weekdays"]);
        check("EU-Business", "2026-11-21", &[]);
    }

    #[test]
    fn every_run_falls_on_its_day() {
        for plan in &PLANS {
            for day in 20_000..20_400 {
                for run in plan.runs(day) {
                    assert_eq!(run.scheduled.day(), day, "{}", plan.name);
                }
            }
        }
    }

    #[test]
    fn crons_are_written_as_aws_writes_them() {
        let plan = plan_named("NightlyProduction");
        let crons = plan.rules.iter().map(|rule| plan.cron(rule)).collect::<Vec<_>>();
        assert_eq!(crons, ["cron(0 0 ? * * *)", "cron(0 0 ? * SUN *)", "cron(0 0 1 * ? *)"]);
    }
}
