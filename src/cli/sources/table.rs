//! One source as it was described, and whether it can be read. Pure.

use std::collections::BTreeSet;

use crate::error::{Error, Result};
use crate::model::{ArnParts, JobKind, Reach, is_account_id, regions};
use crate::source::aws::{DEFAULT_RATE, Role, Source};

/// The name of sessions of assumed roles, as AWS `CloudTrail` shows it.
const SESSION_NAME: &str = "lookback";
/// The longest name of a source.
const NAME_MAX: usize = 128;
/// What the ARN of a role looks like, for hints.
const ROLE_EXAMPLE: &str = "arn:aws:iam::111122223333:role/lookback";

/// The Regions of a source, as configured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::cli) enum Regions {
    /// Those of the built-in list.
    All,
    /// These.
    These(Vec<String>),
}

/// A source as a file or flags describe it, nothing of it checked yet; or one for each of many
/// accounts.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::cli) struct Table {
    /// The place in a file; `None` for flags.
    pub(in crate::cli) origin: Option<String>,
    pub(in crate::cli) name: Option<String>,
    pub(in crate::cli) profile: Option<String>,
    pub(in crate::cli) regions: Option<Regions>,
    pub(in crate::cli) kinds: Option<Vec<JobKind>>,
    pub(in crate::cli) reach: Reach,
    pub(in crate::cli) rate: Option<f64>,
    pub(in crate::cli) role_arn: Option<String>,
    pub(in crate::cli) external_id: Option<String>,
    pub(in crate::cli) endpoint_url: Option<String>,
    pub(in crate::cli) is_emulator: bool,
    pub(in crate::cli) account_id: Option<String>,
    pub(in crate::cli) accounts: Option<Vec<String>>,
    pub(in crate::cli) role_name: Option<String>,
}

impl Table {
    /// An error about this source.
    pub(super) fn refuse(&self, what: &str, hint: impl Into<String>) -> Error {
        let prefix = self.origin.as_ref().map(|origin| format!("{origin}: ")).unwrap_or_default();
        Error::input(format!("{prefix}{what}")).with_hint(hint)
    }

    /// The same for a source that has a name.
    fn refuse_source(&self, what: &str, hint: impl Into<String>) -> Error {
        let name = self.name.as_deref().unwrap_or_default();
        self.refuse(&format!("source \"{name}\" {what}"), hint)
    }

    /// The sources that it describes: one, or one for each of its accounts.
    pub(super) fn sources(&self) -> Result<Vec<Source>> {
        let one = self.one()?;
        let Some(accounts) = &self.accounts else {
            self.refuse_role_name()?;
            return Ok(vec![one]);
        };
        let role_name = self.role_name_of(accounts)?;
        let source = |account: &String| {
            let role = Role {
                arn: format!("arn:aws:iam::{account}:role/{role_name}"),
                external_id: self.external_id.clone(),
                session_name: SESSION_NAME.to_owned(),
            };
            Source {
                name: format!("{}/{account}", one.name),
                role: Some(role),
                account_id: Some(account.clone()),
                ..one.clone()
            }
        };
        Ok(accounts.iter().map(source).collect())
    }

    /// What one source is, or what all sources of accounts have in common.
    fn one(&self) -> Result<Source> {
        let name = self.checked_name()?;
        let role = self.role()?;
        self.check_emulator()?;
        Ok(Source {
            name,
            regions: self.checked_regions()?,
            kinds: self.checked_kinds(),
            reach: self.reach,
            profile: self.profile.clone(),
            endpoint_url: self.checked_url()?,
            rate: self.rate.unwrap_or(DEFAULT_RATE),
            account_id: self.checked_account(role.as_ref())?,
            is_emulator: self.is_emulator,
            role,
        })
    }

    fn checked_name(&self) -> Result<String> {
        let Some(name) = &self.name else {
            return Err(self.refuse("a source has no name", "add a line such as name = \"prod\""));
        };
        if name.chars().count() > NAME_MAX || name.chars().any(|c| c.is_control() || c == ',') {
            let what = format!("name {name:?} cannot be a source's");
            let hint = format!(
                "use up to {NAME_MAX} letters, digits, spaces and signs other than a comma"
            );
            return Err(self.refuse(&what, hint));
        }
        Ok(name.clone())
    }

    fn checked_regions(&self) -> Result<Vec<String>> {
        let these = match &self.regions {
            Some(Regions::All) => {
                return Ok(regions::REGIONS.iter().map(|region| region.name.to_owned()).collect());
            }
            Some(Regions::These(these)) if !these.is_empty() => these,
            Some(Regions::These(_)) | None => {
                let hint = "write regions = [\"us-east-1\", \"eu-west-1\"], or regions = \"all\"";
                return Err(self.refuse_source("names no Region", hint));
            }
        };
        for (index, region) in these.iter().enumerate() {
            self.check_region(region)?;
            if these[..index].contains(region) {
                let what = format!("names Region \"{region}\" twice");
                return Err(self.refuse_source(&what, "name it once"));
            }
        }
        Ok(these.clone())
    }

    /// A Region becomes a part of AWS's host name, so that a slip would be told as a network that
    /// does not answer. With an endpoint URL it is only a word in signatures.
    fn check_region(&self, region: &str) -> Result<()> {
        if regions::named(region).is_some() {
            return Ok(());
        }
        if self.endpoint_url.is_some() {
            if is_region(region) {
                return Ok(());
            }
            let what = format!("names Region \"{region}\", which cannot be one");
            return Err(self.refuse_source(&what, "write one such as \"us-east-1\""));
        }
        let what = format!("names Region \"{region}\", which is not known");
        let meant = regions::nearest(region).map(|near| format!("did you mean \"{near}\"? "));
        let url = "https://backup.REGION.amazonaws.com";
        let way = match self.origin {
            Some(_) => format!("endpoint_url = \"{url}\""),
            None => format!("--endpoint-url {url}"),
        };
        let meant = meant.unwrap_or_default();
        let hint = format!("{meant}a Region newer than this version is read with {way}");
        Err(self.refuse_source(&what, hint))
    }

    fn checked_kinds(&self) -> Vec<JobKind> {
        let wanted: BTreeSet<_> = self.kinds.iter().flatten().collect();
        JobKind::ALL.into_iter().filter(|kind| wanted.is_empty() || wanted.contains(kind)).collect()
    }

    fn checked_url(&self) -> Result<Option<String>> {
        let Some(url) = &self.endpoint_url else { return Ok(None) };
        let rest = url.strip_prefix("http://").or_else(|| url.strip_prefix("https://"));
        let is_host = |rest: &str| !rest.is_empty() && !rest.contains(['/', '?', '#', '@', ' ']);
        if !rest.is_some_and(|rest| is_host(rest.trim_end_matches('/'))) {
            let what = format!("has the endpoint URL \"{url}\", which is none");
            let hint = "write one such as http://127.0.0.1:4560, with no path behind it";
            return Err(self.refuse_source(&what, hint));
        }
        Ok(Some(url.trim_end_matches('/').to_owned()))
    }

    /// An emulator takes any key, so that none is looked for.
    fn check_emulator(&self) -> Result<()> {
        if !self.is_emulator {
            return Ok(());
        }
        if self.endpoint_url.is_none() {
            let hint = "add where it listens, such as endpoint_url = \"http://127.0.0.1:4560\"";
            return Err(self.refuse_source("is an emulator without an endpoint URL", hint));
        }
        let has_credentials =
            self.profile.is_some() || self.role_arn.is_some() || self.accounts.is_some();
        if has_credentials {
            let what = "is an emulator with credentials, which it does not ask for";
            let hint = "leave out profile, role_arn and accounts, or emulator";
            return Err(self.refuse_source(what, hint));
        }
        Ok(())
    }

    fn role(&self) -> Result<Option<Role>> {
        let external_id = self.external_id.clone();
        let Some(arn) = self.role_arn.clone() else {
            if external_id.is_some() && self.role_name.is_none() {
                let what = "has an external id and no role that would ask for it";
                return Err(self.refuse_source(what, "add role_arn, or role_name with accounts"));
            }
            return Ok(None);
        };
        if role_account(&arn).is_none() {
            let what = format!("has the role \"{arn}\", which is not the ARN of a role");
            return Err(self.refuse_source(&what, format!("write one such as {ROLE_EXAMPLE}")));
        }
        if self.role_name.is_some() || self.accounts.is_some() {
            let other = if self.accounts.is_some() { "accounts" } else { "role_name" };
            let what = format!("has both role_arn and {other}");
            let hint = "keep role_arn for one account, or accounts and role_name for many";
            return Err(self.refuse_source(&what, hint));
        }
        Ok(Some(Role { arn, external_id, session_name: SESSION_NAME.to_owned() }))
    }

    /// The account of the credentials, as far as it is said.
    fn checked_account(&self, role: Option<&Role>) -> Result<Option<String>> {
        let of_role = role.and_then(|role| role_account(&role.arn));
        let Some(account) = self.account_id.as_deref() else {
            return Ok(of_role.map(str::to_owned));
        };
        self.check_account(account)?;
        if let Some(of_role) = of_role.filter(|of_role| *of_role != account) {
            let what = format!("has account_id \"{account}\" and a role of account \"{of_role}\"");
            return Err(self.refuse_source(&what, "leave out account_id: the role tells it"));
        }
        if self.accounts.is_some() {
            let what = "has both account_id and accounts";
            return Err(self.refuse_source(what, "leave out account_id: accounts tells it"));
        }
        Ok(Some(account.to_owned()))
    }

    fn check_account(&self, account: &str) -> Result<()> {
        if is_account_id(account) {
            return Ok(());
        }
        let what = format!("names account \"{account}\", which is not 12 digits");
        Err(self.refuse_source(&what, "write an account id such as \"111122223333\""))
    }

    fn refuse_role_name(&self) -> Result<()> {
        if self.role_name.is_none() {
            return Ok(());
        }
        let hint = "add accounts = [\"111122223333\"], or write role_arn for a single account";
        Err(self.refuse_source("has role_name and no accounts to find the role in", hint))
    }

    /// The name of the role in `accounts`, all of which can be read.
    fn role_name_of(&self, accounts: &[String]) -> Result<&str> {
        if self.reach == Reach::Organization {
            let what = "has accounts and scope \"organization\"";
            let hint = "leave out accounts: one listing shows all accounts of an organization; or \
                        leave out scope, to read each account by itself";
            return Err(self.refuse_source(what, hint));
        }
        if accounts.is_empty() {
            let hint = "add account ids such as \"111122223333\", or leave out accounts";
            return Err(self.refuse_source("has an empty list of accounts", hint));
        }
        for (index, account) in accounts.iter().enumerate() {
            self.check_account(account)?;
            if accounts[..index].contains(account) {
                let what = format!("names account \"{account}\" twice");
                return Err(self.refuse_source(&what, "name it once"));
            }
        }
        let Some(role_name) = self.role_name.as_deref() else {
            let hint = "add role_name = \"lookback\": the role to assume in each of the accounts";
            return Err(self.refuse_source("has accounts and no role_name", hint));
        };
        let is_part = |c: char| c.is_ascii_alphanumeric() || "_+=,.@-/".contains(c);
        if !role_name.chars().all(is_part) {
            let what = format!("has role_name \"{role_name}\", which is not the name of a role");
            return Err(self.refuse_source(&what, "write its name alone, such as \"lookback\""));
        }
        Ok(role_name)
    }
}

/// The account of a role's ARN, if it is one.
pub(super) fn role_account(arn: &str) -> Option<&str> {
    let (before, name) = arn.split_once(":role/")?;
    let is_iam = before.split(':').nth(2) == Some("iam");
    let account = ArnParts::of(arn).account_id?;
    (is_iam && !name.is_empty() && is_account_id(account)).then_some(account)
}

/// True for what looks like a Region, known or not.
fn is_region(text: &str) -> bool {
    let is_word = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    text.contains('-') && text.split('-').all(|word| !word.is_empty() && word.bytes().all(is_word))
}
