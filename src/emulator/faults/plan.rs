//! Which faults are on, and whom they strike. Pure.

use std::str::FromStr;

use sha2::{Digest, Sha256};

use crate::error::{Error, Result};
use crate::serve::aws::operation_names;

/// A fault that strikes at a rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Switch {
    /// `ThrottlingException` with status 400, as AWS Backup documents it.
    Throttle,
    /// `ThrottlingException` with status 429.
    TooMany,
    /// `InternalFailure`, 500.
    Failure,
    /// `ServiceUnavailable`, 503.
    Unavailable,
    /// `ExpiredTokenException`: the caller's credentials have run out.
    ExpiredToken,
    /// The connection is reset in the middle of the body.
    Drop,
    /// The body comes slowly.
    Slow,
    /// Absent members are `null`.
    Null,
    /// Records have members that no client knows.
    UnknownMember,
    /// The last job of a page is the first of the next one, too.
    Repeat,
    /// The same, and the first time it is still running.
    Change,
    /// A job is listed only some minutes after its creation.
    Late,
    /// A job has a state, category or type that AWS has never documented.
    UnknownValue,
}

impl Switch {
    /// All switches.
    pub const ALL: [Self; 13] = [
        Self::Throttle,
        Self::TooMany,
        Self::Failure,
        Self::Unavailable,
        Self::ExpiredToken,
        Self::Drop,
        Self::Slow,
        Self::Null,
        Self::UnknownMember,
        Self::Repeat,
        Self::Change,
        Self::Late,
        Self::UnknownValue,
    ];

    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Throttle => "throttle",
            Self::TooMany => "too-many",
            Self::Failure => "failure",
            Self::Unavailable => "unavailable",
            Self::ExpiredToken => "expired-token",
            Self::Drop => "drop",
            Self::Slow => "slow",
            Self::Null => "null",
            Self::UnknownMember => "unknown-member",
            Self::Repeat => "repeat",
            Self::Change => "change",
            Self::Late => "late",
            Self::UnknownValue => "unknown-value",
        }
    }
}

/// Which faults are on.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FaultPlan {
    seed: u64,
    rates: [f64; Switch::ALL.len()],
    /// Operations that are denied.
    pub(super) denied_operations: Vec<String>,
    /// Regions in which everything is denied.
    pub(super) denied_regions: Vec<String>,
    /// Whether other accounts' jobs are denied.
    pub(super) is_organization_denied: bool,
}

impl FaultPlan {
    /// The same faults, striking others.
    #[must_use]
    pub fn with_seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// The share of requests or jobs that `switch` strikes, 0 to 1.
    pub fn rate(&self, switch: Switch) -> f64 {
        self.rates[switch as usize]
    }

    /// True if and only if `switch` strikes what `name` and `number` name.
    pub(super) fn strikes(&self, switch: Switch, name: &str, number: u32) -> bool {
        let rate = self.rate(switch);
        rate > 0.0
            && f64::from(self.draw(switch, name, number)) / (f64::from(u32::MAX) + 1.0) < rate
    }

    /// A number below `bound` that hangs on the seed, the switch and the name alone; independent
    /// of whether the switch strikes, for another `number`.
    pub(super) fn pick(&self, switch: Switch, name: &str, number: u32, bound: u32) -> u32 {
        let wide = u64::from(self.draw(switch, name, number)) * u64::from(bound);
        u32::try_from(wide >> 32).unwrap_or(0)
    }

    fn draw(&self, switch: Switch, name: &str, number: u32) -> u32 {
        let digest = Sha256::new()
            .chain_update(self.seed.to_le_bytes())
            .chain_update([switch as u8])
            .chain_update(number.to_le_bytes())
            .chain_update(name)
            .finalize();
        u32::from_le_bytes([digest[0], digest[1], digest[2], digest[3]])
    }
}

/// `throttle=0.05,drop=0.01,deny=ListScanJobs,deny-region=us-east-1,deny-scope=organization`.
impl FromStr for FaultPlan {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let mut plan = Self::default();
        for item in text.split(',').map(str::trim).filter(|item| !item.is_empty()) {
            let (name, value) = item.split_once('=').ok_or_else(|| {
                Error::input(format!("fault \"{item}\" has no value"))
                    .with_hint("write name=value, such as throttle=0.05")
            })?;
            plan.set(name, value)?;
        }
        Ok(plan)
    }
}

impl FaultPlan {
    fn set(&mut self, name: &str, value: &str) -> Result<()> {
        match name {
            "deny" if operation_names().any(|operation| operation == value) => {
                self.denied_operations.push(value.to_owned());
            }
            "deny" => {
                let known: Vec<&str> = operation_names().collect();
                return Err(Error::input(format!("operation \"{value}\" is not offered"))
                    .with_hint(format!("name one of {}", known.join(", "))));
            }
            "deny-region" => self.denied_regions.push(value.to_owned()),
            "deny-scope" if value == "organization" => self.is_organization_denied = true,
            "deny-scope" => {
                return Err(Error::input(format!("scope \"{value}\" cannot be denied"))
                    .with_hint("the scope that can be denied is organization"));
            }
            _ => self.rates[switch(name)? as usize] = rate(name, value)?,
        }
        Ok(())
    }
}

fn switch(name: &str) -> Result<Switch> {
    Switch::ALL.into_iter().find(|switch| switch.name() == name).ok_or_else(|| {
        let names = Switch::ALL.map(Switch::name).join(", ");
        Error::input(format!("fault \"{name}\" does not exist"))
            .with_hint(format!("name one of {names}, deny, deny-region, deny-scope"))
    })
}

fn rate(name: &str, value: &str) -> Result<f64> {
    let rate = value.parse().ok().filter(|rate| (0.0..=1.0).contains(rate));
    rate.ok_or_else(|| {
        Error::input(format!("fault \"{name}\" has the rate \"{value}\""))
            .with_hint("a rate is a number from 0 to 1")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_refused(text: &str, message: &str, hint: &str) {
        let err = text.parse::<FaultPlan>().unwrap_err();
        assert_eq!((err.to_string().as_str(), err.hint()), (message, Some(hint)));
    }

    #[test]
    fn a_plan_is_read_from_its_text() {
        let plan: FaultPlan = "throttle=0.25, drop=1,deny=ListScanJobs,deny-region=us-east-1,\
                               deny-scope=organization"
            .parse()
            .unwrap();
        let is_on = |switch: &Switch| plan.rate(*switch) > 0.0;
        let on = Switch::ALL.into_iter().filter(is_on).collect::<Vec<_>>();
        assert_eq!(on, [Switch::Throttle, Switch::Drop]);
        assert_eq!(plan.rate(Switch::Throttle).to_string(), "0.25");
        assert_eq!(plan.denied_operations, ["ListScanJobs"]);
        assert_eq!(plan.denied_regions, ["us-east-1"]);
        assert!(plan.is_organization_denied);
        assert_eq!("".parse::<FaultPlan>().unwrap(), FaultPlan::default());
    }

    #[test]
    fn a_text_that_is_no_plan_is_refused() {
        let hint = "write name=value, such as throttle=0.05";
        check_refused("throttle", "fault \"throttle\" has no value", hint);
        let hint = "a rate is a number from 0 to 1";
        check_refused("drop=2", "fault \"drop\" has the rate \"2\"", hint);
        check_refused("drop=NaN", "fault \"drop\" has the rate \"NaN\"", hint);
        let hint = "the scope that can be denied is organization";
        check_refused("deny-scope=x", "scope \"x\" cannot be denied", hint);
        let hint = "name one of throttle, too-many, failure, unavailable, expired-token, drop, \
                    slow, null, unknown-member, repeat, change, late, unknown-value, deny, \
                    deny-region, deny-scope";
        check_refused("fire=1", "fault \"fire\" does not exist", hint);
    }

    #[test]
    fn strikes_follow_the_rate_and_the_seed() {
        let plan: FaultPlan = "late=0.25".parse().unwrap();
        let struck = |plan: &FaultPlan| {
            let names = (0..4000).map(|n| format!("job-{n}"));
            names.filter(|name| plan.strikes(Switch::Late, name, 0)).collect::<Vec<_>>()
        };
        let first = struck(&plan);
        assert!((900..1100).contains(&first.len()), "{}", first.len());
        assert_eq!(first, struck(&plan));
        assert_ne!(first, struck(&plan.clone().with_seed(1)));
        assert!(!plan.strikes(Switch::Drop, "job-1", 0));
    }
}
