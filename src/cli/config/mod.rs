//! What a settings file (`lookback.toml`) says, each key with its type. Pure.
//!
//! What keys mean together, and whether a source can be read, is decided in [`super::sources`].

use std::path::PathBuf;
use std::time::Duration;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::error::Result;
use crate::model::{JobKind, Reach};

use super::keys;
use super::section::{File, Named, Section};
use super::sources::{Regions, Table};
use super::units::{RATES, account_id, age, bytes, is_rate};

/// The keys outside of tables, and the tables.
const KEYS: [&str; 11] = [
    "warehouse",
    "reports",
    "checks",
    "caller",
    "memory_limit",
    "timeout",
    "ingest",
    "night",
    "check",
    "source",
    "serve",
];
/// The keys of `[ingest]`.
const INGEST_KEYS: [&str; 1] = ["concurrency"];
/// The keys of `[night]`.
const NIGHT_KEYS: [&str; 2] = ["metrics", "budget"];
/// The keys of `[[source]]`.
const SOURCE_KEYS: [&str; 13] = [
    "name",
    "profile",
    "regions",
    "kinds",
    "scope",
    "rate",
    "role_arn",
    "external_id",
    "endpoint_url",
    "emulator",
    "account_id",
    "accounts",
    "role_name",
];

/// The keys of `[serve]`.
const SERVE_KEYS: [&str; 1] = ["key"];
/// The keys of `[[serve.key]]`.
const ACCESS_KEY_KEYS: [&str; 5] =
    ["access_key_id", "secret_access_key", "secret_access_key_file", "account_id", "scope"];

/// How many units may be read at once.
pub(super) const CONCURRENCY_MAX: u64 = 256;

/// A settings file.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Config {
    /// The folder of the warehouse; relative to the folder of the file.
    pub(super) warehouse: Option<PathBuf>,
    /// The folder of the user's own reports; relative to the folder of the file.
    pub(super) reports: Option<PathBuf>,
    /// The folder of the user's own checks; relative to the folder of the file.
    pub(super) checks: Option<PathBuf>,
    /// The account that a summary means which names none.
    pub(super) caller: Option<String>,
    /// How much memory a query may use, in bytes.
    pub(super) memory_limit: Option<usize>,
    /// How long a query may take.
    pub(super) timeout: Option<Duration>,
    /// How many units an ingest reads at once.
    pub(super) concurrency: Option<usize>,
    /// The file of a night's metrics; relative to the folder of the file.
    pub(super) metrics: Option<PathBuf>,
    /// After how long a night begins no task of maintaining but the copy.
    pub(super) budget: Option<Duration>,
    /// The thresholds of checks, as they stand there.
    pub(super) thresholds: Vec<Named>,
    /// The sources, as they stand there.
    pub(super) sources: Vec<Table>,
    /// The keys of those who may call an endpoint, as they stand there.
    pub(super) access_keys: Vec<keys::Table>,
}

impl Config {
    /// Reads the text of the file with that name.
    ///
    /// # Errors
    /// The first thing in it that is no TOML, is unknown, or has the wrong type.
    pub(super) fn parse(name: &str, text: &str) -> Result<Self> {
        let file = File { name, text };
        let document = document(file)?;
        let top = Section::new(file, document.get_ref(), "the settings", &KEYS)?;
        let ingest = top.table("ingest", &INGEST_KEYS)?;
        let night = top.table("night", &NIGHT_KEYS)?;
        let metrics = night.map(|night| night.text("metrics")).transpose()?.flatten();
        let sources = top.tables("source", &SOURCE_KEYS)?;
        let serve = top.table("serve", &SERVE_KEYS)?;
        let access_keys = serve.map(|serve| serve.tables("key", &ACCESS_KEY_KEYS)).transpose()?;
        let concurrency = ingest.map(concurrency).transpose()?.flatten();
        Ok(Self {
            warehouse: top.text("warehouse")?.map(PathBuf::from),
            reports: top.text("reports")?.map(PathBuf::from),
            checks: top.text("checks")?.map(PathBuf::from),
            caller: caller(top)?,
            memory_limit: memory_limit(top)?,
            timeout: timeout(top)?,
            concurrency,
            metrics: metrics.map(PathBuf::from),
            budget: night.map(budget).transpose()?.flatten(),
            thresholds: top.named("check")?,
            sources: sources.into_iter().map(source).collect::<Result<_>>()?,
            access_keys: access_keys
                .into_iter()
                .flatten()
                .map(access_key)
                .collect::<Result<_>>()?,
        })
    }
}

fn document(file: File<'_>) -> Result<Spanned<DeTable<'_>>> {
    DeTable::parse(file.text).map_err(|err| {
        let what = format!("it is no TOML: {}", err.message().trim_end_matches('.'));
        file.wrong(&err.span().unwrap_or(0..0), &what)
    })
}

/// The text of a settings file in which the keys of callers have empty secrets, with which no
/// server starts.
///
/// # Errors
/// It is no TOML.
pub(super) fn without_secrets(name: &str, text: &str) -> Result<String> {
    let document = document(File { name, text })?;
    let serve = document.get_ref().get("serve").and_then(|serve| serve.get_ref().as_table());
    let keys = serve.and_then(|serve| serve.get("key")?.get_ref().as_array());
    let secret = |key: &Spanned<DeValue<'_>>| {
        key.get_ref().as_table()?.get("secret_access_key").map(Spanned::span)
    };
    let mut places: Vec<_> = keys.into_iter().flatten().filter_map(secret).collect();
    places.sort_by_key(|place| place.start);
    let mut text = text.to_owned();
    places.into_iter().rev().for_each(|place| text.replace_range(place, "\"\""));
    Ok(text)
}

fn caller(top: Section<'_>) -> Result<Option<String>> {
    let Some(text) = top.text("caller")? else { return Ok(None) };
    account_id(&text).map(Some).map_err(|_| {
        top.wrong("caller", "not an account id").with_hint("write 12 digits in quotes")
    })
}

fn memory_limit(top: Section<'_>) -> Result<Option<usize>> {
    let Some(text) = top.text("memory_limit")? else { return Ok(None) };
    bytes(&text).map(Some).map_err(|_| {
        top.wrong("memory_limit", "not a size").with_hint("write a size such as \"512M\" or \"2G\"")
    })
}

fn timeout(top: Section<'_>) -> Result<Option<Duration>> {
    let Some(seconds) = top.number("timeout")? else { return Ok(None) };
    let length = Duration::try_from_secs_f64(seconds).ok().filter(|length| !length.is_zero());
    length.map(Some).ok_or_else(|| {
        top.wrong("timeout", "not above 0").with_hint("write a number of seconds such as 30")
    })
}

fn concurrency(ingest: Section<'_>) -> Result<Option<usize>> {
    let Some(number) = ingest.whole("concurrency")? else { return Ok(None) };
    if !(1..=CONCURRENCY_MAX).contains(&number) {
        let what = format!("not from 1 to {CONCURRENCY_MAX}");
        return Err(ingest.wrong("concurrency", &what).with_hint("leave it out, or write 16"));
    }
    Ok(usize::try_from(number).ok())
}

fn budget(night: Section<'_>) -> Result<Option<Duration>> {
    let Some(text) = night.text("budget")? else { return Ok(None) };
    age(&text).map(Some).map_err(|_| {
        night.wrong("budget", "not a length of time").with_hint("write one such as \"30m\"")
    })
}

fn source((origin, section): (String, Section<'_>)) -> Result<Table> {
    Ok(Table {
        origin: Some(origin),
        name: section.text("name")?,
        profile: section.text("profile")?,
        regions: regions(section)?,
        kinds: kinds(section)?,
        reach: reach(section)?,
        rate: rate(section)?,
        role_arn: section.text("role_arn")?,
        external_id: section.text("external_id")?,
        endpoint_url: section.text("endpoint_url")?,
        is_emulator: section.flag("emulator")?.unwrap_or(false),
        account_id: section.text("account_id")?,
        accounts: section.texts("accounts")?,
        role_name: section.text("role_name")?,
    })
}

fn access_key((origin, section): (String, Section<'_>)) -> Result<keys::Table> {
    Ok(keys::Table {
        origin,
        id: section.text("access_key_id")?,
        secret: section.secret("secret_access_key")?,
        secret_file: section.text("secret_access_key_file")?.map(PathBuf::from),
        account_id: section.text("account_id")?,
        reach: reach(section)?,
    })
}

fn regions(section: Section<'_>) -> Result<Option<Regions>> {
    if section.is_text("regions") {
        let text = section.text("regions")?;
        return match text.as_deref() {
            Some("all") => Ok(Some(Regions::All)),
            _ => Err(section
                .wrong("regions", "neither \"all\" nor a list")
                .with_hint("write regions = \"all\", or a list such as [\"us-east-1\"]")),
        };
    }
    Ok(section.texts("regions")?.map(Regions::These))
}

fn kinds(section: Section<'_>) -> Result<Option<Vec<JobKind>>> {
    let Some(names) = section.texts("kinds")? else { return Ok(None) };
    let kinds: Option<Vec<_>> = names.iter().map(|name| JobKind::from_name(name)).collect();
    kinds.filter(|kinds| !kinds.is_empty()).map(Some).ok_or_else(|| {
        let all = JobKind::ALL.map(|kind| format!("\"{kind}\"")).join(", ");
        section
            .wrong("kinds", "not a list of kinds of job")
            .with_hint(format!("choose from {all}, or leave it out for all of them"))
    })
}

fn reach(section: Section<'_>) -> Result<Reach> {
    let Some(name) = section.text("scope")? else { return Ok(Reach::Account) };
    Reach::from_name(&name).ok_or_else(|| {
        section
            .wrong("scope", "not a scope")
            .with_hint("write scope = \"account\" or scope = \"organization\"")
    })
}

fn rate(section: Section<'_>) -> Result<Option<f64>> {
    let Some(rate) = section.number("rate")? else { return Ok(None) };
    if !is_rate(rate) {
        let hint = "it is calls a second of one operation in one Region; the default is 50";
        return Err(section.wrong("rate", &format!("not {RATES}")).with_hint(hint));
    }
    Ok(Some(rate))
}

#[cfg(test)]
mod tests;
