//! The plans, rules and vaults that the simulated organisation has.

use super::draw::scale;
use super::plans::{Cadence, Lifecycle, Plan, Rule, Target, Vault};
use super::types::ResourceType;
use super::zones;

pub(super) static DEFAULT_VAULT: Vault = vault("Default", false, false);
pub(super) static COPY_VAULT: Vault = vault("dr-copies", false, true);
pub(super) static AIR_GAPPED_VAULT: Vault = vault("air-gapped-vault", true, true);
static NIGHTLY_VAULT: Vault = vault("nightly", false, false);
static COMPLIANCE_VAULT: Vault = vault("compliance-locked", false, true);
static EFS_VAULT: Vault = vault("aws/efs/automatic-backup-vault", false, false);

const fn vault(name: &'static str, is_air_gapped: bool, is_locked: bool) -> Vault {
    Vault { name, is_air_gapped, is_locked }
}

/// AWS's defaults: 8 hours to start, 7 days to complete.
const BASE: Rule = Rule {
    name: "DailyBackups",
    cadence: Cadence::Daily,
    vault: &DEFAULT_VAULT,
    start_minutes: 480,
    completion_minutes: 10_080,
    lifecycle: keep(None, Some(35)),
    target: Target::None,
    is_scanned: false,
    is_continuous: false,
};

/// AWS demands 90 days between cold storage and deletion.
const fn keep(cold_days: Option<i64>, delete_days: Option<i64>) -> Lifecycle {
    Lifecycle { cold_days, delete_days, is_deleted_after_copy: false }
}

pub(super) static PLANS: [Plan; 11] = [
    Plan {
        name: "NightlyProduction",
        zone: &zones::UTC,
        minute: 0,
        is_org: true,
        rules: &[
            Rule {
                name: "Daily",
                vault: &NIGHTLY_VAULT,
                target: Target::Region,
                is_scanned: true,
                is_continuous: true,
                ..BASE
            },
            Rule {
                name: "Weekly",
                cadence: Cadence::Weekly(0),
                vault: &NIGHTLY_VAULT,
                lifecycle: keep(None, Some(90)),
                target: Target::Region,
                is_scanned: true,
                ..BASE
            },
            Rule {
                name: "Monthly",
                cadence: Cadence::Monthly(1),
                vault: &NIGHTLY_VAULT,
                lifecycle: keep(Some(30), Some(365)),
                target: Target::Account,
                is_scanned: true,
                ..BASE
            },
        ],
    },
    plan("Default-Nightly", &zones::UTC, 300, &[BASE]),
    plan("US-Nightly", &zones::NEW_YORK, 22 * 60 + 30, &[US_NIGHTLY]),
    plan("EU-Business", &zones::BERLIN, 135, &[EU_WEEKDAYS]),
    plan("Asia-Nightly", &zones::TOKYO, 120, &[ASIA_NIGHTLY]),
    plan("Gold-TwiceDaily", &zones::UTC, 15, &[TWICE_DAILY]),
    plan("Critical-FourHourly", &zones::KOLKATA, 30, &[FOUR_HOURLY]),
    plan("Weekly-Archive", &zones::UTC, 60, &[WEEKLY_ARCHIVE]),
    plan("Compliance-Monthly", &zones::UTC, 180, &[COMPLIANCE_MONTHLY]),
    plan("AirGapped-Daily", &zones::UTC, 90, &[AIR_GAPPED_DAILY]),
    plan("aws/efs/automatic-backup-plan", &zones::UTC, 300, &[EFS_AUTOMATIC]),
];

const fn plan(
    name: &'static str,
    zone: &'static zones::Zone,
    minute: i64,
    rules: &'static [Rule],
) -> Plan {
    Plan { name, zone, minute, is_org: false, rules }
}

const US_NIGHTLY: Rule = Rule {
    name: "EveryNight",
    vault: &NIGHTLY_VAULT,
    start_minutes: 120,
    completion_minutes: 720,
    target: Target::Account,
    ..BASE
};
const EU_WEEKDAYS: Rule = Rule { name: "Weekdays", cadence: Cadence::Weekdays, ..BASE };
const ASIA_NIGHTLY: Rule = Rule { name: "EveryNight", is_continuous: true, ..BASE };
const TWICE_DAILY: Rule = Rule {
    name: "TwiceDaily",
    cadence: Cadence::Hours(12),
    vault: &NIGHTLY_VAULT,
    start_minutes: 240,
    lifecycle: keep(None, Some(14)),
    is_scanned: true,
    is_continuous: true,
    ..BASE
};
const FOUR_HOURLY: Rule = Rule {
    name: "EveryFourHours",
    cadence: Cadence::Hours(4),
    vault: &NIGHTLY_VAULT,
    start_minutes: 60,
    completion_minutes: 120,
    lifecycle: keep(None, Some(7)),
    ..BASE
};
const WEEKLY_ARCHIVE: Rule = Rule {
    name: "SaturdayArchive",
    cadence: Cadence::Weekly(6),
    start_minutes: 600,
    lifecycle: keep(Some(7), Some(400)),
    target: Target::Region,
    ..BASE
};
const COMPLIANCE_MONTHLY: Rule = Rule {
    name: "SevenYears",
    cadence: Cadence::Monthly(1),
    vault: &COMPLIANCE_VAULT,
    lifecycle: keep(Some(90), Some(2555)),
    target: Target::Account,
    ..BASE
};
const AIR_GAPPED_DAILY: Rule = Rule {
    name: "IntoTheAirGap",
    lifecycle: Lifecycle { cold_days: None, delete_days: Some(30), is_deleted_after_copy: true },
    target: Target::AirGapped,
    ..BASE
};
const EFS_AUTOMATIC: Rule =
    Rule { name: "aws-efs-automatic-backup-rule", vault: &EFS_VAULT, ..BASE };

/// How many of 100 resources have each plan, the EFS one aside; the rest has none.
const SHARES: [u64; 10] = [32, 20, 12, 10, 4, 4, 2, 6, 4, 4];

/// The number of the plan that protects a resource, if any.
pub(super) fn choose_plan(ty: ResourceType, hash: u64) -> Option<u8> {
    let mut left = scale(hash, 100);
    if ty == ResourceType::Efs && left < 40 {
        return Some(10);
    }
    for (number, share) in (0u8..).zip(SHARES) {
        if left < share {
            return Some(number);
        }
        left -= share;
    }
    None
}

#[cfg(test)]
pub(super) fn plan_named(name: &str) -> &'static Plan {
    PLANS.iter().find(|plan| plan.name == name).expect("a plan of that name")
}
