//! A `CronJob` of Kubernetes, and what it needs: a service account, the settings and a volume.
//! Pure.
//!
//! Texts are written as JSON strings, which YAML takes as they are; in arguments and variables
//! Kubernetes puts values for `$(NAME)`, so that a `$` is written twice.

use std::fmt::Write;

use super::options::ClusterOptions;
use super::plan::{Plan, SPREAD_MINUTES};

/// Where the settings and the warehouse are in the container.
const CONFIG: &str = "/etc/lookback/lookback.toml";
const WAREHOUSE: &str = "/var/lib/lookback";

/// The variables besides Lookback's own that mean the same in a container. The others name files,
/// profiles, roles and endpoints of this machine.
const VARIABLES: [&str; 4] =
    ["AWS_DEFAULT_REGION", "AWS_REGION", "AWS_USE_DUALSTACK_ENDPOINT", "AWS_USE_FIPS_ENDPOINT"];
/// Those of Lookback's own that name a folder of this machine.
const FOLDERS: [&str; 1] = ["LOOKBACK_CHECKS"];

fn is_portable(name: &str) -> bool {
    VARIABLES.contains(&name) || name.starts_with("LOOKBACK_") && !FOLDERS.contains(&name)
}

/// The names of the variables that a container does not get.
pub(super) fn left_out(plan: &Plan) -> Vec<&str> {
    let names = plan.environment.iter().map(|(name, _)| name.as_str());
    names.filter(|name| !is_portable(name)).collect()
}

/// The documents; `config` is the text of the settings file.
pub(super) fn documents(plan: &Plan, cluster: &ClusterOptions, config: Option<&str>) -> String {
    let mut documents =
        vec![account(plan, cluster), claim(plan, cluster), job(plan, cluster, config.is_some())];
    if let Some(config) = config {
        documents.insert(1, settings(plan, config));
    }
    documents.join("---\n")
}

fn account(plan: &Plan, cluster: &ClusterOptions) -> String {
    let role = cluster.role_arn.as_ref().map_or(String::new(), |arn| {
        format!("  annotations:\n    eks.amazonaws.com/role-arn: {}\n", text(arn))
    });
    format!("apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: {}\n{role}", plan.name)
}

/// A secret and not a map: settings may hold external ids.
fn settings(plan: &Plan, config: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: {}\nstringData:\n  lookback.toml: {}",
        plan.name,
        block(config)
    )
}

fn claim(plan: &Plan, cluster: &ClusterOptions) -> String {
    format!(
        "apiVersion: v1\n\
         kind: PersistentVolumeClaim\n\
         metadata:\n  name: {}\n\
         spec:\n  accessModes: [ReadWriteOnce]\n  resources:\n    requests:\n      storage: {}\n",
        plan.name,
        text(&cluster.storage)
    )
}

fn job(plan: &Plan, cluster: &ClusterOptions, has_config: bool) -> String {
    let Plan { name, at, .. } = plan;
    let minute =
        u16::from(at.hour) * 60 + u16::from(at.minute) + u16::from(plan.spread(SPREAD_MINUTES));
    let (hour, minute) = (minute / 60 % 24, minute % 60);
    let image = text(cluster.image.as_deref().unwrap_or_default());
    let mut job = format!(
        "apiVersion: batch/v1\n\
         kind: CronJob\n\
         metadata:\n  name: {name}\n\
         spec:\n\
         \x20 schedule: \"{minute} {hour} * * *\"\n\
         \x20 timeZone: Etc/UTC\n\
         \x20 concurrencyPolicy: Forbid\n\
         \x20 # A cluster that was down catches up within 20 hours.\n\
         \x20 startingDeadlineSeconds: 72000\n\
         \x20 jobTemplate:\n\
         \x20   spec:\n\
         \x20     # What failed, the next night makes up for.\n\
         \x20     backoffLimit: 0\n\
         \x20     activeDeadlineSeconds: 43200\n\
         \x20     template:\n\
         \x20       spec:\n\
         \x20         serviceAccountName: {name}\n\
         \x20         restartPolicy: Never\n\
         \x20         # It is asked to stop, and commits what it has read.\n\
         \x20         terminationGracePeriodSeconds: 300\n\
         \x20         securityContext:\n\
         \x20           runAsNonRoot: true\n\
         \x20           runAsUser: 65532\n\
         \x20           fsGroup: 65532\n\
         \x20           seccompProfile: {{type: RuntimeDefault}}\n\
         \x20         containers:\n\
         \x20           - name: lookback\n\
         \x20             image: {image}\n\
         \x20             args: [{}]\n",
        arguments(has_config)
    );
    let portable: Vec<_> = plan.environment.iter().filter(|(name, _)| is_portable(name)).collect();
    if !portable.is_empty() {
        job.push_str("              env:\n");
    }
    for (name, value) in portable {
        let value = text(&value.replace('$', "$$"));
        let _ = writeln!(job, "                - {{name: {name}, value: {value}}}");
    }
    job.push_str(
        "              securityContext:\n\
         \x20               allowPrivilegeEscalation: false\n\
         \x20               readOnlyRootFilesystem: true\n\
         \x20               capabilities: {drop: [ALL]}\n\
         \x20             volumeMounts:\n",
    );
    job.push_str(&volumes(name, has_config));
    job
}

/// The arguments, in which no path of this machine stands: those of the container do.
fn arguments(has_config: bool) -> String {
    let config = if has_config { vec!["--config", CONFIG] } else { Vec::new() };
    let words = config.into_iter().chain(["--warehouse", WAREHOUSE, "night"]);
    words.map(text).collect::<Vec<_>>().join(", ")
}

fn volumes(name: &str, has_config: bool) -> String {
    let mut mounts =
        vec![("warehouse", WAREHOUSE, format!("persistentVolumeClaim: {{claimName: {name}}}"))];
    mounts.push(("tmp", "/tmp", "emptyDir: {}".to_owned()));
    if has_config {
        mounts.push(("settings", "/etc/lookback", format!("secret: {{secretName: {name}}}")));
    }
    let mut lines = String::new();
    for (volume, path, _) in &mounts {
        let is_read_only = if *volume == "settings" { ", readOnly: true" } else { "" };
        let _ = writeln!(
            lines,
            "                - {{name: {volume}, mountPath: {path}{is_read_only}}}"
        );
    }
    lines.push_str("          volumes:\n");
    for (volume, _, source) in &mounts {
        let _ = writeln!(lines, "            - {{name: {volume}, {source}}}");
    }
    lines
}

/// A text as YAML takes it.
fn text(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// A text of many lines, as it is read best: as it stands where that is the same to YAML.
fn block(config: &str) -> String {
    let is_plain =
        |c: char| c == '\n' || (' '..='~').contains(&c) || ('\u{a0}'..'\u{fffe}').contains(&c);
    let is_breaking = |c: char| matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}');
    let starts_well = !config.starts_with([' ', '\n']);
    let ends_well = config.ends_with('\n') && !config.ends_with("\n\n");
    if !starts_well || !ends_well || !config.chars().all(|c| is_plain(c) && !is_breaking(c)) {
        return text(config) + "\n";
    }
    let mut block = "|\n".to_owned();
    for line in config.lines() {
        let indent = if line.is_empty() { "" } else { "    " };
        let _ = writeln!(block, "{indent}{line}");
    }
    block
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::super::plan::tests::{awkward, plain};
    use super::*;

    fn cluster() -> ClusterOptions {
        ClusterOptions {
            image: Some("registry.example/lookback:0.1.0".to_owned()),
            role_arn: Some("arn:aws:iam::111122223333:role/lookback".to_owned()),
            storage: "20Gi".to_owned(),
        }
    }

    #[test]
    fn the_documents_are_whole() {
        let config = "[[source]]\nname = \"prod\"\n\nregions = \"all\"\n";
        let text = documents(&plain(), &cluster(), Some(config));
        let (others, _) = text.rsplit_once("---\n").unwrap();
        assert_snapshot!(others, @r#"
        apiVersion: v1
        kind: ServiceAccount
        metadata:
          name: lookback
          annotations:
            eks.amazonaws.com/role-arn: "arn:aws:iam::111122223333:role/lookback"
        ---
        apiVersion: v1
        kind: Secret
        metadata:
          name: lookback
        stringData:
          lookback.toml: |
            [[source]]
            name = "prod"

            regions = "all"
        ---
        apiVersion: v1
        kind: PersistentVolumeClaim
        metadata:
          name: lookback
        spec:
          accessModes: [ReadWriteOnce]
          resources:
            requests:
              storage: "20Gi"
        "#);
    }

    #[test]
    fn the_job_is_whole() {
        let environment = [
            ("AWS_PROFILE", "backup"),
            ("AWS_REGION", "eu-west-1"),
            ("AWS_ROLE_ARN", "arn:aws:iam::111122223333:role/other"),
            ("LOOKBACK_CHECKS", "/home/ana/checks"),
            ("LOOKBACK_LOG", "info"),
        ];
        let environment = environment.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let plan = Plan { environment: environment.to_vec(), ..plain() };
        assert_eq!(left_out(&plan), ["AWS_PROFILE", "AWS_ROLE_ARN", "LOOKBACK_CHECKS"]);
        assert_snapshot!(job(&plan, &cluster(), true), @r#"
        apiVersion: batch/v1
        kind: CronJob
        metadata:
          name: lookback
        spec:
          schedule: "14 3 * * *"
          timeZone: Etc/UTC
          concurrencyPolicy: Forbid
          # A cluster that was down catches up within 20 hours.
          startingDeadlineSeconds: 72000
          jobTemplate:
            spec:
              # What failed, the next night makes up for.
              backoffLimit: 0
              activeDeadlineSeconds: 43200
              template:
                spec:
                  serviceAccountName: lookback
                  restartPolicy: Never
                  # It is asked to stop, and commits what it has read.
                  terminationGracePeriodSeconds: 300
                  securityContext:
                    runAsNonRoot: true
                    runAsUser: 65532
                    fsGroup: 65532
                    seccompProfile: {type: RuntimeDefault}
                  containers:
                    - name: lookback
                      image: "registry.example/lookback:0.1.0"
                      args: ["--config", "/etc/lookback/lookback.toml", "--warehouse", "/var/lib/lookback", "night"]
                      env:
                        - {name: AWS_REGION, value: "eu-west-1"}
                        - {name: LOOKBACK_LOG, value: "info"}
                      securityContext:
                        allowPrivilegeEscalation: false
                        readOnlyRootFilesystem: true
                        capabilities: {drop: [ALL]}
                      volumeMounts:
                        - {name: warehouse, mountPath: /var/lib/lookback}
                        - {name: tmp, mountPath: /tmp}
                        - {name: settings, mountPath: /etc/lookback, readOnly: true}
                  volumes:
                    - {name: warehouse, persistentVolumeClaim: {claimName: lookback}}
                    - {name: tmp, emptyDir: {}}
                    - {name: settings, secret: {secretName: lookback}}
        "#);
    }

    #[test]
    fn a_variable_is_never_put_for_its_name() {
        let cluster = ClusterOptions { role_arn: None, ..cluster() };
        let value = "it's 50% \"p\" $(x) \\t".to_owned();
        let plan = Plan { environment: vec![("AWS_REGION".to_owned(), value)], ..awkward() };
        let text = documents(&plan, &cluster, None);
        let lines = text.lines().filter(|line| line.contains("AWS_") || line.contains("args"));
        assert_snapshot!(lines.collect::<Vec<_>>().join("\n"), @r#"
        args: ["--warehouse", "/var/lib/lookback", "night"]
          - {name: AWS_REGION, value: "it's 50% \"p\" $$(x) \\t"}
        "#);
    }

    #[test]
    fn settings_that_yaml_would_change_are_a_json_string() {
        assert_eq!(block("a = 1\n"), "|\n    a = 1\n");
        for config in ["", " a = 1\n", "a = 1", "a\n\n", "a\tb\n", "a\r\n", "\u{feff}a\n"] {
            assert!(block(config).starts_with('"'), "{config:?}");
        }
    }
}
