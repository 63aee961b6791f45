//! `lookback config`: each setting, its value, and where it came from.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use serde::Serialize;

use crate::error::{Error, Result};

use super::Status;
use super::args::concurrency;
use super::grid::Grid;
use super::keys;
use super::provenance::{Origin, Setting};
use super::settings::Settings;
use super::sources::{Regions, Table};
use super::target::Target;
use super::units::{account_id, age, bytes, exact_age, exact_size, seconds};

/// Show each setting, its value, and where it came from.
///
/// Settings are taken from flags, then from the environment, then from `lookback.toml`, then there
/// is a default. Secrets are not shown.
#[derive(Args, Debug)]
pub(super) struct ConfigOptions {
    /// The account that a summary means which names none.
    #[arg(long, value_name = "ACCOUNT_ID", value_parser = account_id, env = "LOOKBACK_CALLER")]
    caller: Option<String>,

    /// How much memory a query may use.
    #[arg(long, value_name = "SIZE", value_parser = bytes, env = "LOOKBACK_MEMORY_LIMIT")]
    memory_limit: Option<usize>,

    /// How many seconds a query may take.
    #[arg(long, value_name = "SECONDS", value_parser = seconds, env = "LOOKBACK_TIMEOUT")]
    timeout: Option<Duration>,

    /// The folder of your own reports.
    #[arg(long, value_name = "DIR", env = "LOOKBACK_REPORTS")]
    reports: Option<PathBuf>,

    /// The folder of your own checks.
    #[arg(long, value_name = "DIR", env = "LOOKBACK_CHECKS")]
    checks: Option<PathBuf>,

    /// The file to which a night writes its metrics.
    #[arg(long, value_name = "FILE")]
    metrics: Option<PathBuf>,

    /// After how long a night begins no task of maintaining but the copy.
    #[arg(long, value_name = "TIME", value_parser = age)]
    budget: Option<Duration>,

    /// How many units an ingest reads at once.
    #[arg(long, value_name = "N", value_parser = concurrency, env = "LOOKBACK_CONCURRENCY")]
    concurrency: Option<usize>,

    /// How to show them.
    #[arg(long, default_value = "table", value_parser = formats())]
    format: ConfigFormat,
}

/// How settings are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ConfigFormat {
    Table,
    Json,
}

fn formats() -> impl TypedValueParser<Value = ConfigFormat> {
    let format = |name: String| match name.as_str() {
        "json" => ConfigFormat::Json,
        _ => ConfigFormat::Table,
    };
    PossibleValuesParser::new(["table", "json"]).map(format)
}

pub(super) fn run(settings: &Settings, options: &ConfigOptions) -> Result<Status> {
    let all = all(settings, options);
    let sources: Vec<_> = settings.source_tables().iter().map(Source::new).collect();
    let keys: Vec<_> = settings.access_key_tables().iter().map(Key::new).collect();
    let text = match options.format {
        ConfigFormat::Table => table(&all, &sources, &keys),
        ConfigFormat::Json => json(&all, &sources, &keys)?,
    };
    Target::say(&text)?;
    Ok(Status::Done)
}

/// A setting as it is shown.
#[derive(Debug, Serialize)]
struct Shown {
    setting: &'static str,
    value: Option<String>,
    origin: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    flag: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    variable: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<&'static str>,
    /// The value or the default, for people.
    #[serde(skip)]
    words: String,
}

fn all(settings: &Settings, options: &ConfigOptions) -> Vec<Shown> {
    let file = settings.file().value.as_deref().map(|path| path.display().to_string());
    let path = |path: &PathBuf| path.display().to_string();
    let warehouse = settings.warehouse_setting();
    let warehouse = Setting {
        declared: warehouse.declared,
        value: Some(warehouse.value.display().to_string()),
        origin: warehouse.origin,
    };
    let memory = settings.memory_limit(options.memory_limit);
    let memory = Setting {
        declared: memory.declared,
        value: Some(exact_size(memory.value)),
        origin: memory.origin,
    };
    let budget = settings.budget(options.budget);
    let budget = Setting {
        declared: budget.declared,
        value: Some(exact_age(budget.value)),
        origin: budget.origin,
    };
    let concurrency = settings.concurrency_setting(options.concurrency);
    let all = [
        warehouse,
        settings.file().text(path),
        settings.now().text(ToString::to_string),
        settings.log().text(ToString::to_string),
        settings.log_format().text(ToString::to_string),
        settings.caller_setting(options.caller.clone()).text(Clone::clone),
        memory,
        settings.timeout(options.timeout).text(|time| time.as_secs_f64().to_string()),
        settings.reports_setting(options.reports.clone()).text(path),
        settings.checks_setting(options.checks.clone()).text(path),
        concurrency.text(ToString::to_string),
        settings.metrics(options.metrics.clone()).text(path),
        budget,
    ];
    all.iter().map(|setting| Shown::new(setting, file.as_deref())).collect()
}

impl Shown {
    fn new(setting: &Setting<Option<String>>, file: Option<&str>) -> Self {
        let (declared, origin) = (setting.declared, setting.origin);
        let is = |other: Origin| origin == other;
        Self {
            setting: declared.name,
            value: setting.value.clone(),
            origin: origin.name(),
            flag: is(Origin::Flag).then(|| format!("--{}", declared.flag)),
            variable: declared.variable.filter(|_| is(Origin::Variable)),
            file: file.filter(|_| is(Origin::File)).map(str::to_owned),
            key: is(Origin::File).then_some(declared.name),
            words: setting.to_string(),
        }
    }

    fn origin(&self) -> String {
        if let Some(flag) = &self.flag {
            return format!("flag {flag}");
        }
        if let Some(variable) = self.variable {
            return format!("variable {variable}");
        }
        match (&self.file, self.key) {
            (Some(file), Some(key)) => format!("file \"{file}\", key {key}"),
            _ => self.origin.to_owned(),
        }
    }
}

/// A `[[source]]` of the settings file, without what is secret of it.
#[derive(Debug, Serialize)]
struct Source {
    name: String,
    scope: &'static str,
    regions: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    credentials: Option<String>,
    origin: String,
}

impl Source {
    fn new(table: &Table) -> Self {
        let regions = match &table.regions {
            Some(Regions::These(regions)) => regions.clone(),
            Some(Regions::All) => vec!["all".to_owned()],
            None => Vec::new(),
        };
        let role = table.role_arn.as_ref().or(table.role_name.as_ref());
        let profile = table.profile.as_ref().map(|profile| format!("profile {profile}"));
        Self {
            name: table.name.clone().unwrap_or_default(),
            scope: table.reach.name(),
            regions,
            credentials: role.map(|role| format!("role {role}")).or(profile),
            origin: table.origin.clone().unwrap_or_default(),
        }
    }

    fn words(&self) -> String {
        let credentials = self.credentials.iter().cloned();
        let parts = [self.scope.to_owned(), self.regions.join(",")].into_iter().chain(credentials);
        parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
    }
}

/// A `[[serve.key]]` of the settings file, without its secret.
#[derive(Debug, Serialize)]
struct Key {
    access_key_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    account_id: Option<String>,
    scope: &'static str,
    origin: String,
}

impl Key {
    fn new(table: &keys::Table) -> Self {
        Self {
            access_key_id: table.id.clone().unwrap_or_default(),
            account_id: table.account_id.clone(),
            scope: table.reach.name(),
            origin: table.origin.clone(),
        }
    }

    fn words(&self) -> String {
        match (&self.account_id, self.scope) {
            (Some(account), "account") => format!("account {account}"),
            (Some(account), scope) => format!("{scope}, account {account}"),
            (None, scope) => scope.to_owned(),
        }
    }
}

fn table(all: &[Shown], sources: &[Source], keys: &[Key]) -> String {
    let mut grid = Grid::new(&[("setting", false), ("value", false), ("from", false)]);
    for shown in all {
        grid.push(vec![shown.setting.to_owned(), shown.words.clone(), shown.origin()]);
    }
    for source in sources {
        grid.push(vec![
            format!("source \"{}\"", source.name),
            source.words(),
            source.origin.clone(),
        ]);
    }
    for key in keys {
        let name = format!("serve.key \"{}\"", key.access_key_id);
        grid.push(vec![name, key.words(), key.origin.clone()]);
    }
    grid.lines().join("\n") + "\n"
}

fn json(settings: &[Shown], sources: &[Source], keys: &[Key]) -> Result<String> {
    #[derive(Serialize)]
    struct Document<'a> {
        settings: &'a [Shown],
        sources: &'a [Source],
        keys: &'a [Key],
    }
    let text = serde_json::to_string_pretty(&Document { settings, sources, keys });
    text.map(|text| text + "\n")
        .map_err(|err| Error::internal("write the settings").with_source(err))
}
