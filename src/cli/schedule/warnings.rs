//! What a schedule has not that this process has.

use crate::error::Result;

use super::super::printer;
use super::super::settings::Settings;
use super::kubernetes;
use super::options::Scheduler;
use super::plan::Plan;

/// Tells of variables that are needed perhaps, and are written nowhere.
pub(super) fn of_secrets(settings: &Settings, plan: &Plan, scheduler: Scheduler) {
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

/// Tells what this machine has, and a cluster has not.
pub(super) fn of_cluster(settings: &Settings, plan: &Plan) -> Result<()> {
    if plan.metrics_folder.is_some() {
        printer::warning(
            "there is no node exporter's folder in a cluster, and `metrics` names one\nhint: leave \
             out `metrics` in [night]",
        );
    }
    if settings.checks_setting(None).value.is_some() {
        printer::warning(
            "there is no folder of checks in a cluster, and `checks` names one\nhint: have the \
             image hold it, and name its place there; or leave out `checks`",
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
    let left_out = kubernetes::left_out(plan);
    if !left_out.is_empty() {
        let names = left_out.join(", ");
        printer::warning(&format!(
            "variables that are about this machine are left out: {names}\nhint: name a role with \
             --role-arn; write to `env` what the cluster needs besides"
        ));
    }
    if settings.access_key_tables().iter().any(|key| key.secret.is_some()) {
        printer::warning(
            "the secrets of [[serve.key]] are left out: a night needs none\nhint: have a server of \
             the cluster read them from files, with `secret_access_key_file`",
        );
    }
    Ok(())
}
