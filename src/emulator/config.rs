//! What the organisation is like, from TOML or from flags.

use serde::Deserialize;

use crate::error::{Error, Result};
use crate::model::Instant;

use super::draw::MILLION;
use super::ids;

/// A simulated organisation. Every field has a default; a TOML file may leave out any.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Same seed and same settings, same bytes.
    pub seed: u64,
    /// How many accounts.
    pub accounts: u32,
    /// The management account's 12 digits; derived from the seed if not given.
    pub management_account: Option<String>,
    /// The Regions with resources.
    pub regions: Vec<String>,
    /// How many resources, over all accounts and Regions.
    pub resources: u32,
    /// The first day with jobs, as `2026-01-31`.
    pub first_day: String,
    /// How often what happens.
    pub rates: Rates,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            seed: 1,
            accounts: 3,
            management_account: None,
            regions: vec!["us-east-1".to_owned(), "eu-central-1".to_owned()],
            resources: 300,
            first_day: "2024-01-01".to_owned(),
            rates: Rates::default(),
        }
    }
}

/// How often what happens: each a share from 0 to 1.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Rates {
    /// Backups that fail on an ordinary day.
    pub failed: f64,
    /// Backups that do not start within their window.
    pub expired: f64,
    /// Backups that someone stops.
    pub aborted: f64,
    /// Completed backups whose message asks for attention.
    pub with_issues: f64,
    /// Resources that have an on-demand backup on a day.
    pub on_demand: f64,
    /// Resources whose backups are copied, where their plan copies.
    pub copied: f64,
    /// Copies that fail.
    pub copy_failed: f64,
    /// Resources that someone restores on a day.
    pub restored: f64,
    /// Resources that restore testing plans choose from.
    pub tested: f64,
    /// Restores that fail.
    pub restore_failed: f64,
    /// Volumes, instances and buckets whose backups are scanned.
    pub scanned: f64,
    /// Scans that fail.
    pub scan_failed: f64,
    /// Finished scans that find threats.
    pub threats: f64,
    /// Days on which an account and Region has ten times its failures.
    pub bad_days: f64,
    /// Days on which an account and Region takes few backups.
    pub quiet_days: f64,
    /// Weeks during which a resource fails every night.
    pub trouble: f64,
}

impl Default for Rates {
    fn default() -> Self {
        Self {
            failed: 0.010,
            expired: 0.003,
            aborted: 0.002,
            with_issues: 0.012,
            on_demand: 0.008,
            copied: 0.35,
            copy_failed: 0.02,
            restored: 0.002,
            tested: 0.25,
            restore_failed: 0.03,
            scanned: 0.35,
            scan_failed: 0.015,
            threats: 0.004,
            bad_days: 0.02,
            quiet_days: 0.015,
            trouble: 0.003,
        }
    }
}

impl Config {
    /// Reads a TOML document.
    ///
    /// # Errors
    /// A document that is no TOML, an unknown setting, or a value out of its range.
    pub fn from_toml(text: &str) -> Result<Self> {
        let config: Self = toml::from_str(text)
            .map_err(|err| Error::input("read the organisation's settings").with_source(err))?;
        config.validate()?;
        Ok(config)
    }

    /// Checks that a world can be made of it.
    ///
    /// # Errors
    /// The first setting that is out of its range.
    pub fn validate(&self) -> Result<()> {
        within("accounts", self.accounts, 1, ids::ACCOUNTS_MAX)?;
        within("resources", self.resources, 1, ids::RESOURCES_MAX)?;
        self.first()?;
        if let Some(account) = &self.management_account
            && (account.len() != 12 || !account.bytes().all(|byte| byte.is_ascii_digit()))
        {
            let message = format!("management account {account:?} is not 12 digits");
            return Err(Error::input(message));
        }
        self.validate_regions()?;
        self.rates.parts_per_million().map(drop)
    }

    fn validate_regions(&self) -> Result<()> {
        let count = u32::try_from(self.regions.len()).unwrap_or(u32::MAX);
        within("regions", count, 1, ids::REGIONS_MAX)?;
        for (index, region) in self.regions.iter().enumerate() {
            let is_word = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
            let is_region = region.contains('-')
                && region.split('-').all(|word| !word.is_empty() && word.bytes().all(is_word));
            if !is_region {
                let message = format!("region {region:?} does not look like \"us-east-1\"");
                return Err(Error::input(message));
            }
            if self.regions[..index].contains(region) {
                return Err(Error::input(format!("region {region:?} is listed twice")));
            }
        }
        Ok(())
    }

    /// The number of the first day.
    pub(super) fn first(&self) -> Result<i64> {
        let day = Instant::from_text(&self.first_day).map(Instant::day);
        day.filter(|day| (0..ids::DAY_MAX).contains(day)).ok_or_else(|| {
            let message = format!("first day {:?} is no day from 1970 to 2328", self.first_day);
            Error::input(message).with_hint("write it as 2026-01-31")
        })
    }
}

fn within(name: &str, value: u32, low: u32, high: u32) -> Result<()> {
    if (low..=high).contains(&value) {
        return Ok(());
    }
    Err(Error::input(format!("setting {name:?} is {value}, not from {low} to {high}")))
}

/// [`Rates`] as whole parts per million, in which everything is decided.
#[derive(Clone, Copy, Debug)]
pub(super) struct Chances {
    pub(super) failed: u32,
    pub(super) expired: u32,
    pub(super) aborted: u32,
    pub(super) with_issues: u32,
    pub(super) on_demand: u32,
    pub(super) copied: u32,
    pub(super) copy_failed: u32,
    pub(super) restored: u32,
    pub(super) tested: u32,
    pub(super) restore_failed: u32,
    pub(super) scanned: u32,
    pub(super) scan_failed: u32,
    pub(super) threats: u32,
    pub(super) bad_days: u32,
    pub(super) quiet_days: u32,
    pub(super) trouble: u32,
}

impl Rates {
    pub(super) fn parts_per_million(&self) -> Result<Chances> {
        Ok(Chances {
            failed: parts("failed", self.failed)?,
            expired: parts("expired", self.expired)?,
            aborted: parts("aborted", self.aborted)?,
            with_issues: parts("with_issues", self.with_issues)?,
            on_demand: parts("on_demand", self.on_demand)?,
            copied: parts("copied", self.copied)?,
            copy_failed: parts("copy_failed", self.copy_failed)?,
            restored: parts("restored", self.restored)?,
            tested: parts("tested", self.tested)?,
            restore_failed: parts("restore_failed", self.restore_failed)?,
            scanned: parts("scanned", self.scanned)?,
            scan_failed: parts("scan_failed", self.scan_failed)?,
            threats: parts("threats", self.threats)?,
            bad_days: parts("bad_days", self.bad_days)?,
            quiet_days: parts("quiet_days", self.quiet_days)?,
            trouble: parts("trouble", self.trouble)?,
        })
    }
}

fn parts(name: &str, rate: f64) -> Result<u32> {
    if !(0.0..=1.0).contains(&rate) {
        return Err(Error::input(format!("rate {name:?} is {rate}, not from 0 to 1")));
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to a million")]
    Ok((rate * f64::from(MILLION)).round() as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let got = match Config::from_toml(text) {
            Ok(config) => format!("{} accounts", config.accounts),
            Err(err) => err.to_string(),
        };
        assert_eq!(got, expected);
    }

    #[test]
    fn an_empty_file_is_the_default_organisation() {
        assert_eq!(Config::from_toml("").unwrap(), Config::default());
    }

    #[test]
    fn settings_are_read() {
        check("accounts = 7\n[rates]\nfailed = 0.5", "7 accounts");
    }

    #[test]
    fn unknown_settings_are_refused() {
        check("acounts = 7", "read the organisation's settings");
    }

    #[test]
    fn values_out_of_range_are_named() {
        check("accounts = 0", "setting \"accounts\" is 0, not from 1 to 1048576");
        check("regions = []", "setting \"regions\" is 0, not from 1 to 256");
        check("regions = [\"Mars\"]", "region \"Mars\" does not look like \"us-east-1\"");
        check("regions = [\"eu-west-1\", \"eu-west-1\"]", "region \"eu-west-1\" is listed twice");
        check("management_account = \"12\"", "management account \"12\" is not 12 digits");
        check("first_day = \"soon\"", "first day \"soon\" is no day from 1970 to 2328");
        check("[rates]\nfailed = 1.5", "rate \"failed\" is 1.5, not from 0 to 1");
    }
}
