//! `lookback schedule`: have the night run every night.

mod action;
mod cron;
mod crontab;
mod kubernetes;
mod launchd;
mod options;
mod plan;
mod status;
mod systemd;
mod units;
mod warnings;

use std::path::{Path, PathBuf};

use crate::error::{Error, Kind, Result};

use self::action::{Action, Call};
use self::options::{InstallOptions, Manager, PlaceOptions, PlanOptions, PrintOptions, Scheduler};
use self::plan::Plan;
use self::units::Units;
use super::config::without_secrets;
use super::connect::shell;
use super::settings::Settings;
use super::target::Target;
use super::{Status, printer};

pub(super) use self::options::ScheduleOptions;

pub(super) fn run(settings: &Settings, options: &ScheduleOptions) -> Result<Status> {
    match &options.action {
        options::Action::Print(options) => print(settings, options),
        options::Action::Install(options) => install(settings, options),
        options::Action::Status(place) => tell(settings, place),
        options::Action::Remove(options) => {
            let units = units(settings, &options.place)?;
            let mut actions = units.map(|units| units.remove()).unwrap_or_default();
            if !options.place.system {
                actions.extend(crontab::remove(&options.place.name)?);
            }
            if actions.is_empty() {
                printer::note(&format!("no schedule \"{}\" is installed", options.place.name));
            }
            take(&actions, options.dry_run)
        }
    }
}

/// Makes the changes, or tells them.
fn take(actions: &[Action], is_dry: bool) -> Result<Status> {
    for action in actions {
        if is_dry {
            Target::say(&format!("{action}\n"))?;
        } else if action.take()? {
            let line = action.to_string();
            printer::note(&format!("done: {}", line.lines().next().unwrap_or_default()));
        }
    }
    Ok(Status::Done)
}

fn print(settings: &Settings, options: &PrintOptions) -> Result<Status> {
    let plan = plan(settings, &options.plan)?;
    let text = match options.scheduler {
        Scheduler::Systemd => {
            let folder = options.plan.place.folder(settings.environment.config_home.as_ref());
            let path = |kind: &str| {
                let folder = folder.as_deref().unwrap_or(Path::new(""));
                folder.join(format!("{}.{kind}", plan.name)).display().to_string()
            };
            let (service, timer) = (systemd::service(&plan)?, systemd::timer(&plan));
            format!("# {}\n{service}\n# {}\n{timer}", path("service"), path("timer"))
        }
        Scheduler::Cron => cron::block(&plan),
        Scheduler::Launchd => launchd::agent(&plan),
        Scheduler::Kubernetes => {
            let config = plan.config.as_ref().map(|path| read(path)).transpose()?;
            warnings::of_cluster(settings, &plan)?;
            kubernetes::documents(&plan, &options.cluster, config.as_deref())
        }
    };
    Target::say(&text)?;
    warnings::of_secrets(settings, &plan, options.scheduler);
    if let Err(err) = refuse_nothing(settings) {
        printer::warning(&err.chain());
    }
    Ok(Status::Done)
}

/// The settings as a cluster gets them.
fn read(path: &str) -> Result<String> {
    let text = std::fs::read_to_string(path)
        .map_err(|err| Error::io(format!("read file \"{path}\""), err))?;
    without_secrets(path, &text)
}

fn install(settings: &Settings, options: &InstallOptions) -> Result<Status> {
    let plan = plan(settings, &options.plan)?;
    refuse_nothing(settings)?;
    // A service that may write to one folder cannot make that folder.
    settings.lake().map_err(|err| match err.kind() {
        Kind::Input => Error::input(err.chain())
            .with_hint("read once with `lookback night` or `lookback ingest`, then install"),
        _ => err,
    })?;
    let (scheduler, actions) = match manager(options)? {
        Manager::Systemd => {
            let units = units(settings, &options.plan.place)?.ok_or_else(|| {
                Error::input("there is no folder for the user's units: HOME is not set")
                    .with_hint("set HOME, or install with --system")
            })?;
            (Scheduler::Systemd, units.install(&plan)?)
        }
        Manager::Cron => (Scheduler::Cron, crontab::install(&plan)?),
    };
    let status = take(&actions, options.dry_run).map_err(|err| match err.hint() {
        Some(_) => err,
        None => err.with_hint(way_out(&plan)),
    })?;
    warnings::of_secrets(settings, &plan, scheduler);
    if scheduler == Scheduler::Systemd && !plan.is_system {
        printer::note(
            "it runs while the user is logged in; to have it run always: loginctl enable-linger",
        );
    }
    Ok(status)
}

/// What to do where the machine lets only a part of it be done.
fn way_out(plan: &Plan) -> String {
    let name = &plan.name;
    if !plan.is_system {
        return format!(
            "undo what was done with `lookback schedule remove --name {name}`; without systemd, \
             install with --with cron"
        );
    }
    let user = plan.user.as_deref().unwrap_or("USER");
    let config = plan.config.iter().map(|config| format!(" --config {}", shell(config)));
    let (config, warehouse) = (config.collect::<String>(), shell(&plan.warehouse));
    let at = plan.at;
    format!(
        "run as root: sudo lookback{config} --warehouse {warehouse} schedule install --system \
         --name {name} --at {at} --run-as {user}; undo with `lookback schedule remove --system \
         --name {name}`"
    )
}

/// What is to be set up: what was asked for, or what is there.
fn manager(options: &InstallOptions) -> Result<Manager> {
    if options.with == Some(Manager::Cron) && options.plan.place.system {
        let message = "cron has no schedules of the system that `lookback` could set up";
        return Err(Error::input(message).with_hint("leave out --system, or --with cron"));
    }
    if let Some(manager) = options.with {
        return Ok(manager);
    }
    let has_systemd = Call::new("systemctl", &["--version"]).output()?.is_some();
    Ok(if has_systemd || options.plan.place.system { Manager::Systemd } else { Manager::Cron })
}

fn tell(settings: &Settings, place: &PlaceOptions) -> Result<Status> {
    let (mut text, mut status) = (String::new(), Status::Attention);
    let units = units(settings, place)?.filter(Units::are_there);
    let lines = if place.system { None } else { crontab::lines(&place.name)?.block };
    if let Some(units) = units {
        match status::systemd(&units) {
            Ok(told) => (text, status) = (told.text, told.status),
            // The ledger tells all the same.
            Err(err) => printer::warning(&err.chain()),
        }
    } else if let Some(block) = lines {
        let line = block.lines().nth(1).unwrap_or_default();
        text =
            format!("timer  the user's crontab, every hour, if the night is due:\n       {line}\n");
        status = status::cron(settings, line)?;
    } else {
        printer::warning(&format!("no schedule \"{}\" is installed", place.name));
    }
    if !text.is_empty() {
        text.push('\n');
    }
    Target::say(&(text + &status::runs(settings)?))?;
    Ok(status)
}

fn units(settings: &Settings, place: &PlaceOptions) -> Result<Option<Units>> {
    let folder = place.folder(settings.environment.config_home.as_ref());
    folder.map(|folder| Units::read(folder, &place.name, place.system)).transpose()
}

/// What is to run, as the settings of this process have it.
fn plan(settings: &Settings, options: &PlanOptions) -> Result<Plan> {
    let environment = &settings.environment;
    let PlaceOptions { name, system, .. } = &options.place;
    let executable = std::env::current_exe().map_err(|err| Error::io("find this program", err))?;
    let config = settings.file().value.as_deref().map(absolute).transpose()?;
    let folder = |path: PathBuf| folder_of(&path);
    let of_user = environment.config_home.as_ref().map(|home| home.join("lookback"));
    let secrets = if *system { Some(PathBuf::from("/etc/lookback")) } else { of_user };
    let kept = environment.kept.iter();
    let user = options.run_as.clone().or_else(|| environment.user.clone());
    if *system && user.is_none() {
        return Err(Error::input("nobody is named as whom the system's service is to run")
            .with_hint("name the user with --run-as"));
    }
    Plan {
        name: name.clone(),
        executable: text(&executable)?,
        config,
        warehouse: absolute(&settings.warehouse)?,
        metrics_folder: settings.metrics(None).value.map(folder).transpose()?.flatten(),
        at: options.at,
        is_system: *system,
        user,
        home: environment.home.as_deref().map(text).transpose()?,
        environment_file: secrets
            .map(|folder| text(&folder.join(format!("{name}.env"))))
            .transpose()?,
        environment: kept.map(|(name, value)| ((*name).to_owned(), value.clone())).collect(),
    }
    .checked()
}

fn absolute(path: &Path) -> Result<String> {
    let absolute = std::path::absolute(path)
        .map_err(|err| Error::io(format!("resolve path \"{}\"", path.display()), err))?;
    text(&absolute)
}

/// The folder that a file is in.
fn folder_of(path: &Path) -> Result<Option<String>> {
    let path = PathBuf::from(absolute(path)?);
    path.parent().map(text).transpose()
}

fn text(path: &Path) -> Result<String> {
    path.to_str().map(str::to_owned).ok_or_else(|| {
        Error::input(format!("path \"{}\" is no UTF-8", path.display()))
            .with_hint("rename it: no scheduler's file can hold it")
    })
}

/// Refuses a night that would have nothing to read.
fn refuse_nothing(settings: &Settings) -> Result<()> {
    let has_region = settings.environment.region.is_some();
    if has_region || !settings.configured_sources()?.is_empty() {
        return Ok(());
    }
    let message = "the night would have nothing to read: lookback.toml describes no source";
    Err(Error::input(message)
        .with_hint("describe sources in lookback.toml (see examples/lookback.toml)"))
}
