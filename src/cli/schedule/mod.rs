//! `lookback schedule`: have the night run every night.

mod action;
mod cron;
mod kubernetes;
mod launchd;
mod options;
mod plan;
mod status;
mod systemd;
mod units;

use std::path::{Path, PathBuf};

use crate::error::{Error, Kind, Result};

use self::action::{Action, Call};
use self::options::{InstallOptions, Manager, PlaceOptions, PlanOptions, PrintOptions, Scheduler};
use self::plan::Plan;
use self::units::Units;
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
                actions.extend(lines_removed(&options.place.name)?);
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
            warn_of_cluster(settings, &plan)?;
            kubernetes::documents(&plan, &options.cluster, config.as_deref())
        }
    };
    Target::say(&text)?;
    warn_of_secrets(settings, &plan, options.scheduler);
    if let Err(err) = refuse_nothing(settings) {
        printer::warning(&err.chain());
    }
    Ok(Status::Done)
}

fn read(path: &str) -> Result<String> {
    std::fs::read_to_string(path).map_err(|err| Error::io(format!("read file \"{path}\""), err))
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
        Manager::Cron => (Scheduler::Cron, lines_installed(&plan)?),
    };
    let status = take(&actions, options.dry_run).map_err(|err| {
        if err.hint().is_some() {
            return err;
        }
        let name = &plan.name;
        err.with_hint(format!(
            "undo what was done with `lookback schedule remove --name {name}`; without systemd, \
             install with --with cron"
        ))
    })?;
    warn_of_secrets(settings, &plan, scheduler);
    if scheduler == Scheduler::Systemd && !plan.is_system {
        printer::note(
            "it runs while the user is logged in; to have it run always: loginctl enable-linger",
        );
    }
    Ok(status)
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
    let lines = if place.system { None } else { lines(&place.name)?.block };
    if let Some(units) = units {
        let told = status::systemd(&units)?;
        text.push_str(&told.text);
        status = told.status;
    } else if let Some(block) = lines {
        let line = block.lines().nth(1).unwrap_or_default();
        text =
            format!("timer  the user's crontab, every hour, if the night is due:\n       {line}\n");
        status = Status::Done;
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

/// The user's crontab, taken apart; an empty one where there is no cron.
fn lines(name: &str) -> Result<cron::Parted> {
    let call = Call::new("crontab", &["-l"]);
    let Some(output) = call.output()? else { return Ok(cron::part("", name)) };
    let told = String::from_utf8_lossy(&output.stderr);
    // Whoever has no crontab gets a failure.
    if !output.status.success() && !told.contains("no crontab") {
        let message = format!("failed to run `{call}` ({}): {}", output.status, told.trim());
        return Err(Error::new(Kind::Io, message));
    }
    Ok(cron::part(&String::from_utf8_lossy(&output.stdout), name))
}

fn lines_installed(plan: &Plan) -> Result<Vec<Action>> {
    let (parted, block) = (lines(&plan.name)?, cron::block(plan));
    if parted.block.as_ref() == Some(&block) {
        return Ok(Vec::new());
    }
    let input = Some(parted.others + &block);
    Ok(vec![Action::Run(Call { input, ..Call::new("crontab", &["-"]) })])
}

fn lines_removed(name: &str) -> Result<Vec<Action>> {
    let parted = lines(name)?;
    let call = match parted {
        cron::Parted { block: None, .. } => return Ok(Vec::new()),
        cron::Parted { others, .. } if others.is_empty() => Call::new("crontab", &["-r"]),
        cron::Parted { others, .. } => Call { input: Some(others), ..Call::new("crontab", &["-"]) },
    };
    Ok(vec![Action::Run(call)])
}

/// What is to run, as the settings of this process have it.
fn plan(settings: &Settings, options: &PlanOptions) -> Result<Plan> {
    let environment = &settings.environment;
    let PlaceOptions { name, system, .. } = &options.place;
    let executable = std::env::current_exe().map_err(|err| Error::io("find this program", err))?;
    let config = settings.file().value.as_deref().map(absolute).transpose()?;
    let folder = |path: PathBuf| path.parent().map(absolute).transpose();
    let of_user = environment.config_home.as_ref().map(|home| home.join("lookback"));
    let secrets = if *system { Some(PathBuf::from("/etc/lookback")) } else { of_user };
    let kept = environment.kept.iter();
    Plan {
        name: name.clone(),
        executable: text(&executable)?,
        config,
        warehouse: absolute(&settings.warehouse)?,
        metrics_folder: settings.metrics(None).value.map(folder).transpose()?.flatten(),
        at: options.at,
        is_system: *system,
        user: options.run_as.clone().or_else(|| environment.user.clone()),
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

/// Tells of variables that are needed perhaps, and are written nowhere.
fn warn_of_secrets(settings: &Settings, plan: &Plan, scheduler: Scheduler) {
    let secrets = &settings.environment.secrets;
    if secrets.is_empty() {
        return;
    }
    let way = match (scheduler, &plan.environment_file) {
        (Scheduler::Systemd, Some(file)) => {
            format!("write them by line to \"{file}\" with mode 600, or use a profile or a role")
        }
        (Scheduler::Kubernetes, _) => "use --role-arn".to_owned(),
        _ => "use a profile or a role".to_owned(),
    };
    let names = secrets.join(", ");
    printer::warning(&format!("secrets are not written to files: {names}\nhint: {way}"));
}

/// What this machine has, and a cluster has not.
fn warn_of_cluster(settings: &Settings, plan: &Plan) -> Result<()> {
    if plan.metrics_folder.is_some() {
        printer::warning(
            "there is no node exporter's folder in a cluster, and `metrics` names one\nhint: leave \
             out `metrics` in [night]",
        );
    }
    let sources = settings.configured_sources()?;
    let names: Vec<_> =
        sources.iter().filter(|it| it.profile.is_some()).map(|it| it.name.as_str()).collect();
    if !names.is_empty() {
        let names = names.join(", ");
        printer::warning(&format!(
            "there are no profiles in a cluster, and sources have one: {names}\nhint: leave out \
             `profile`, and name a role with --role-arn"
        ));
    }
    Ok(())
}
