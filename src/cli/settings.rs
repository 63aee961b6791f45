//! What was typed, resolved with the environment, the settings file and the defaults.
//!
//! The one place where it is decided which of them goes first: flags, then the environment, then
//! the file, then the default.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tracing_subscriber::filter::LevelFilter;

use crate::engine::{Asker, Current, Engine, Limits};
use crate::error::{Error, Result};
use crate::lake::{Lake, WritableLake};
use crate::model::{Clock, FixedClock, Instant, Steps};
use crate::reports::{self, Report};
use crate::serve::aws::KeyRing;
use crate::source::aws::Source;

use super::args::{Arguments, IngestOptions, ReadOptions};
use super::clock::SystemClock;
use super::config::Config;
use super::environment::Environment;
use super::keys;
use super::log::{LogFormat, LogOptions};
use super::provenance::{
    BUDGET, CALLER, CHECKS, CONCURRENCY, CONFIG, Declared, LOG, LOG_FORMAT, MEMORY_LIMIT, METRICS,
    NOW, Origin, REPORTS, Setting, TIMEOUT, WAREHOUSE,
};
use super::section::Named;
use super::sources::{self, Regions, Table, Wanted};

/// The settings file's name, in the working folder and in the user's folder of settings.
const FILE: &str = "lookback.toml";
/// The memory of a query in bytes, where nothing else is said.
const MEMORY_DEFAULT: usize = 1 << 30;
/// How long a night maintains, where nothing else is said.
const BUDGET_DEFAULT: Duration = Duration::from_mins(30);

/// How long a server waits for a catalog that another process keeps: its clients wait, too, and
/// ask again.
const PATIENCE: Duration = Duration::from_secs(5);

/// What every command needs.
#[derive(Debug)]
pub(super) struct Settings {
    /// The folder of the warehouse.
    pub(super) warehouse: PathBuf,
    /// The clock: the machine's, or the one of `--now`.
    pub(super) clock: Arc<dyn Clock>,
    /// Where writing is made to fail, in tests.
    pub(super) steps: Steps,
    /// What of the process's environment matters.
    pub(super) environment: Environment,
    now: Option<Instant>,
    /// The settings file that was named, by a flag or a variable; and what it says, or another
    /// that was found.
    named: Option<PathBuf>,
    found: Option<PathBuf>,
    config: Config,
    /// The arguments that the environment gave.
    variables: BTreeSet<String>,
    typed_warehouse: Option<PathBuf>,
    log: LogOptions,
}

impl Settings {
    pub(super) fn resolve(arguments: &Arguments, environment: Environment) -> Result<Self> {
        let clock: Arc<dyn Clock> = match arguments.now {
            Some(now) => Arc::new(FixedClock(now)),
            None => Arc::new(SystemClock),
        };
        let (found, config) =
            read(arguments.config.as_deref(), environment.config_home.as_deref())?;
        let mut settings = Self {
            warehouse: PathBuf::new(),
            clock,
            steps: environment.steps()?,
            now: arguments.now,
            named: arguments.config.clone(),
            found,
            config,
            variables: arguments.variables.clone(),
            typed_warehouse: arguments.warehouse.clone(),
            log: arguments.log,
            environment,
        };
        settings.warehouse = settings.warehouse_setting().value;
        Ok(settings)
    }

    /// The first of what was typed (a flag, else a variable), what the file says, and nothing: a
    /// default. All settings are decided here.
    fn first<T>(
        &self,
        declared: &'static Declared,
        typed: Option<T>,
        filed: Option<T>,
    ) -> Setting<Option<T>> {
        let is_variable = self.variables.contains(&declared.id());
        let (value, origin) = match (typed, filed) {
            (Some(value), _) if is_variable => (Some(value), Origin::Variable),
            (Some(value), _) => (Some(value), Origin::Flag),
            (None, Some(value)) => (Some(value), Origin::File),
            (None, None) => (None, Origin::Default),
        };
        Setting { declared, value, origin }
    }

    /// The folder of the warehouse.
    pub(super) fn warehouse_setting(&self) -> Setting<PathBuf> {
        let (typed, filed) = (self.typed_warehouse.clone(), self.config.warehouse.clone());
        self.first(&WAREHOUSE, typed, filed).or(PathBuf::from(WAREHOUSE.default))
    }

    /// The settings file; one that was found by itself is a default.
    pub(super) fn file(&self) -> Setting<Option<PathBuf>> {
        let named = self.first(&CONFIG, self.named.clone(), None);
        Setting { value: named.value.or_else(|| self.found.clone()), ..named }
    }

    /// The instant that is pretended.
    pub(super) fn now(&self) -> Setting<Option<Instant>> {
        self.first(&NOW, self.now, None)
    }

    /// What is logged.
    pub(super) fn log(&self) -> Setting<Option<LevelFilter>> {
        self.first(&LOG, self.log.log, None)
    }

    /// How it is logged.
    pub(super) fn log_format(&self) -> Setting<Option<LogFormat>> {
        self.first(&LOG_FORMAT, self.log.log_format, None)
    }

    /// The account that a summary means which names none.
    pub(super) fn caller_setting(&self, typed: Option<String>) -> Setting<Option<String>> {
        self.first(&CALLER, typed, self.config.caller.clone())
    }

    /// How much memory a query may use, in bytes.
    pub(super) fn memory_limit(&self, typed: Option<usize>) -> Setting<usize> {
        self.first(&MEMORY_LIMIT, typed, self.config.memory_limit).or(MEMORY_DEFAULT)
    }

    /// How long a query may take.
    pub(super) fn timeout(&self, typed: Option<Duration>) -> Setting<Option<Duration>> {
        self.first(&TIMEOUT, typed, self.config.timeout)
    }

    /// How many units an ingest reads at once.
    pub(super) fn concurrency_setting(&self, typed: Option<usize>) -> Setting<Option<usize>> {
        self.first(&CONCURRENCY, typed, self.config.concurrency)
    }

    /// The warehouse, for reading.
    pub(super) fn lake(&self) -> Result<Lake> {
        Lake::open(&self.warehouse)
    }

    /// The warehouse, for writing; a new one if there is none.
    pub(super) fn writable_lake(&self) -> Result<WritableLake> {
        WritableLake::open_or_create(&self.warehouse, self.clock.now(), &self.steps)
    }

    /// The warehouse, for questions.
    pub(super) async fn engine(&self, options: &ReadOptions) -> Result<Engine> {
        let lake = self.lake()?;
        let (as_of, limits) = (options.as_of.unwrap_or_default(), self.limits(options));
        Engine::open(&lake, as_of, limits, self.asker(options)).await
    }

    /// The warehouse, for a server that answers for weeks: a request may take `time` where nothing
    /// else is said.
    pub(super) async fn current(&self, options: &ReadOptions, time: Duration) -> Result<Current> {
        let limits = self.limits(options);
        let limits = Limits { time: limits.time.or(Some(time)), ..limits };
        let as_of = options.as_of.unwrap_or_default();
        Current::open(&self.warehouse, PATIENCE, as_of, limits, self.asker(options)).await
    }

    /// Who asks.
    fn asker(&self, options: &ReadOptions) -> Asker {
        Asker { caller: self.caller(options), ..Asker::by(Arc::clone(&self.clock)) }
    }

    /// The account that a request means which names none, if anything says so.
    pub(super) fn caller(&self, options: &ReadOptions) -> Option<String> {
        self.caller_setting(options.caller.clone()).value
    }

    /// What a query may use.
    pub(super) fn limits(&self, options: &ReadOptions) -> Limits {
        let memory_bytes = self.memory_limit(options.limits.memory_limit).value;
        Limits { memory_bytes, time: self.timeout(options.limits.timeout).value }
    }

    /// The checks there are: those that Lookback brings along, and those of the folder that is
    /// named, or else of the one that the settings file names.
    ///
    /// # Errors
    /// A folder that is not there.
    pub(super) fn checks(&self, folder: Option<&Path>) -> Result<Vec<Report>> {
        let typed = folder.or(self.environment.checks.as_deref()).map(Path::to_owned);
        match self.checks_setting(typed).value {
            Some(folder) => reports::checks_with_folder(&folder),
            None => Ok(reports::checks()),
        }
    }

    /// The folder of the user's own checks.
    pub(super) fn checks_setting(&self, typed: Option<PathBuf>) -> Setting<Option<PathBuf>> {
        self.first(&CHECKS, typed, self.config.checks.clone())
    }

    /// The thresholds that the settings file gives to checks.
    pub(super) fn thresholds(&self) -> &[Named] {
        &self.config.thresholds
    }

    /// The file to which a night writes its metrics, if one is named.
    pub(super) fn metrics(&self, typed: Option<PathBuf>) -> Setting<Option<PathBuf>> {
        self.first(&METRICS, typed, self.config.metrics.clone())
    }

    /// After how long a night begins no task of maintaining but the copy.
    pub(super) fn budget(&self, typed: Option<Duration>) -> Setting<Duration> {
        self.first(&BUDGET, typed, self.config.budget).or(BUDGET_DEFAULT)
    }

    /// How many units an ingest reads at once, if anything says so.
    pub(super) fn concurrency(&self, options: &IngestOptions) -> Option<usize> {
        self.concurrency_setting(options.concurrency).value
    }

    /// What an ingest reads.
    ///
    /// # Errors
    /// There is no source, or one that cannot be read.
    pub(super) fn sources(&self, options: &IngestOptions) -> Result<Vec<Source>> {
        let wanted = Wanted {
            flags: described(options),
            names: options.source.clone(),
            kinds: options.kind.clone(),
            rate: options.rate,
            now: self.now,
            region: self.environment.region.clone(),
            profile: self.environment.profile.clone(),
        };
        sources::choose(&self.config.sources, &wanted)
    }

    /// The reports there are.
    ///
    /// # Errors
    /// A folder that is not there.
    pub(super) fn reports(&self) -> Result<Vec<Report>> {
        reports_in(self.reports_setting(self.environment.reports.clone()).value.as_deref())
    }

    /// The folder of the user's own reports.
    pub(super) fn reports_setting(&self, typed: Option<PathBuf>) -> Setting<Option<PathBuf>> {
        self.first(&REPORTS, typed, self.config.reports.clone())
    }

    /// The sources of the settings file, as they stand there.
    pub(super) fn source_tables(&self) -> &[Table] {
        &self.config.sources
    }

    /// The sources of the settings file.
    ///
    /// # Errors
    /// One of them cannot be read.
    pub(super) fn configured_sources(&self) -> Result<Vec<Source>> {
        sources::expand(&self.config.sources)
    }

    /// The keys of those who may call an endpoint, as they stand in the settings file.
    pub(super) fn access_key_tables(&self) -> &[keys::Table] {
        &self.config.access_keys
    }

    /// The keys of those who may call an endpoint; `None` where the settings file has none.
    ///
    /// # Errors
    /// A key that cannot be one, or a secret that others can read.
    pub(super) fn access_keys(&self) -> Result<Option<KeyRing>> {
        let Some(file) = &self.found else { return Ok(None) };
        keys::ring(&self.config.access_keys, file)
    }
}

/// The reports there are: those that Lookback brings along, and those of the folder that is named,
/// or else of the one that the environment or the settings file names.
///
/// # Errors
/// A folder that is not there.
pub(super) fn reports(
    folder: Option<&Path>,
    config: Option<&Path>,
    environment: &Environment,
) -> Result<Vec<Report>> {
    if let Some(folder) = folder.or(environment.reports.as_deref()) {
        return reports_in(Some(folder));
    }
    let config = config.or(environment.config.as_deref());
    reports_in(read(config, environment.config_home.as_deref())?.1.reports.as_deref())
}

fn reports_in(folder: Option<&Path>) -> Result<Vec<Report>> {
    folder.map_or_else(|| Ok(reports::all()), reports::with_folder)
}

/// The source that flags describe, if any do.
fn described(options: &IngestOptions) -> Option<Table> {
    let regions = if options.all_regions {
        Some(Regions::All)
    } else {
        options.region.clone().map(Regions::These)
    };
    let table = Table {
        profile: options.profile.clone(),
        regions,
        reach: options.reach(),
        role_arn: options.role_arn.clone(),
        external_id: options.external_id.clone(),
        endpoint_url: options.endpoint_url.clone(),
        is_emulator: options.emulator,
        ..Table::default()
    };
    (table != Table::default()).then_some(table)
}

/// The settings file that was named, or else the one of the working folder, or of the user; and
/// what it says.
fn read(named: Option<&Path>, config_home: Option<&Path>) -> Result<(Option<PathBuf>, Config)> {
    if let Some(path) = named {
        let config = read_file(path)?.ok_or_else(|| {
            Error::input(format!("there is no settings file \"{}\"", path.display()))
                .with_hint("name another with --config, or leave out --config and LOOKBACK_CONFIG")
        })?;
        return Ok((Some(path.to_owned()), config));
    }
    let of_user = config_home.map(|home| home.join("lookback").join(FILE));
    for path in [Some(PathBuf::from(FILE)), of_user].into_iter().flatten() {
        if let Some(config) = read_file(&path)? {
            return Ok((Some(path), config));
        }
    }
    Ok((None, Config::default()))
}

/// The settings of a file, if it is there. A relative path in it begins at its own folder: a timer
/// or a service may run anywhere.
fn read_file(path: &Path) -> Result<Option<Config>> {
    let name = path.display().to_string();
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(err) if err.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(err) => return Err(Error::io(format!("read settings file \"{name}\""), err)),
    };
    let mut config = Config::parse(&name, &text)?;
    let folder = path.parent().unwrap_or(Path::new(""));
    config.warehouse = config.warehouse.map(|warehouse| folder.join(warehouse));
    for key in &mut config.access_keys {
        key.secret_file = key.secret_file.take().map(|file| folder.join(file));
    }
    config.reports = config.reports.map(|reports| folder.join(reports));
    config.checks = config.checks.map(|checks| folder.join(checks));
    config.metrics = config.metrics.map(|metrics| folder.join(metrics));
    Ok(Some(config))
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::super::args::Command;
    use super::super::units::bytes;
    use super::*;

    /// A settings file of its own, and the environment of a user who has it.
    fn home(text: &str) -> (tempfile::TempDir, Environment) {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("lookback")).unwrap();
        std::fs::write(folder.path().join("lookback").join(FILE), text).unwrap();
        let config_home = Some(folder.path().to_owned());
        (folder, Environment { config_home, ..Environment::default() })
    }

    fn settings(flags: &[&str], environment: &Environment) -> (Settings, Arguments) {
        let arguments = Arguments::try_parse_from(["lookback"].iter().chain(flags)).unwrap();
        (Settings::resolve(&arguments, environment.clone()).unwrap(), arguments)
    }

    #[test]
    fn flags_go_before_the_file_and_the_file_before_defaults() {
        let (folder, environment) = home("warehouse = \"w\"\nmemory_limit = \"1K\"\n");
        let limits = |flags: &[&str], environment| {
            let (settings, arguments) = settings(flags, environment);
            let Command::Sql(options) = arguments.command else { panic!("another command") };
            (settings.warehouse.clone(), settings.limits(&options.answer.read).memory_bytes)
        };
        let beside_the_file = folder.path().join("lookback/w");
        assert_eq!(limits(&["sql"], &environment), (beside_the_file, 1024));
        let flags = ["sql", "--warehouse", "v", "--memory-limit", "2K"];
        assert_eq!(limits(&flags, &environment), (PathBuf::from("v"), 2048));
        let defaults = (PathBuf::from("warehouse"), 1 << 30);
        assert_eq!(limits(&["sql"], &Environment::default()), defaults);
    }

    #[test]
    fn the_defaults_that_are_told_are_those_that_hold() {
        assert_eq!(bytes(MEMORY_LIMIT.default), Ok(MEMORY_DEFAULT));
        let concurrency = crate::ingest::Options::default().concurrency;
        assert_eq!(CONCURRENCY.default, concurrency.to_string());
    }

    #[test]
    fn flags_describe_one_source_and_the_file_s_are_not_used() {
        let (_folder, mut environment) = home(
            "[ingest]\nconcurrency = 3\n[[source]]\nname = \"prod\"\nregions = [\"us-east-1\"]\n",
        );
        environment.region = Some("eu-west-1".to_owned());
        let sources = |flags: &[&str]| {
            let (settings, arguments) = settings(flags, &environment);
            let Command::Ingest(options) = arguments.command else { panic!("another command") };
            let sources = settings.sources(&options).unwrap();
            let names = sources.iter().map(|it| format!("{} {}", it.name, it.regions.join(",")));
            (names.collect::<Vec<_>>().join("; "), settings.concurrency(&options))
        };
        assert_eq!(sources(&["ingest"]), ("prod us-east-1".to_owned(), Some(3)));
        let flags = ["ingest", "--organization", "--concurrency", "4"];
        assert_eq!(sources(&flags), ("default eu-west-1".to_owned(), Some(4)));
    }

    #[test]
    fn a_file_that_is_named_must_be_there() {
        let arguments = ["lookback", "--config", "/nowhere/l.toml", "status"];
        let arguments = Arguments::try_parse_from(arguments).unwrap();
        let err = Settings::resolve(&arguments, Environment::default()).unwrap_err();
        assert_eq!(err.chain(), "there is no settings file \"/nowhere/l.toml\"");
    }
}
