//! Metrics, for monitors: each declared once, and written in Prometheus's text format.
//!
//! Source of the format: <https://prometheus.io/docs/instrumenting/exposition_formats/>.

mod file;
mod ledger;

use std::collections::BTreeMap;
use std::fmt::Write;

pub(super) use file::write;
pub(super) use ledger::tell_ledger;

/// A metric: its declaration, from which the text and the documentation come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Metric {
    /// Its name, with its unit at the end.
    pub name: &'static str,
    /// Its type in Prometheus: `gauge` or `counter`.
    pub kind: &'static str,
    /// The names of its labels.
    pub labels: &'static [&'static str],
    /// What its value is, in a sentence.
    pub help: &'static str,
}

macro_rules! metrics {
    ($($id:ident: $kind:literal $name:literal [$($label:literal),*] $help:literal;)*) => {
        $(
            pub(super) const $id: Metric = Metric {
                name: concat!("lookback_", $name),
                kind: $kind,
                labels: &[$($label),*],
                help: $help,
            };
        )*

        /// Every metric, in the order in which they are written.
        pub const METRICS: &[Metric] = &[$($id),*];
    };
}

metrics! {
    LAST_SUCCESS: "gauge" "last_success_timestamp_seconds" ["source", "scope", "region", "kind"]
        "Up to when everything is held that AWS still shows.";
    OPEN_JOBS: "gauge" "open_jobs" ["source", "scope", "region", "kind"]
        "Jobs held that can still change.";
    LOST_DAYS: "gauge" "lost_days" ["source", "scope", "region", "kind"]
        "Days of which AWS had forgotten something.";
    DAYS: "gauge" "days" ["source", "scope", "region", "kind", "coverage"]
        "The last 45 days, by what is held of them.";
    RUNS: "counter" "runs_total" ["command", "status"]
        "Runs that have committed, by how they ended.";
    LAST_RUN: "gauge" "last_run_timestamp_seconds" ["command"]
        "When the last run of the command began.";
    LAST_RUN_SECONDS: "gauge" "last_run_duration_seconds" ["command"]
        "How long it took until its last commit.";
    ROWS: "counter" "rows_total" ["command", "result"]
        "Rows that came, by what became of them.";
    CALLS: "counter" "calls_total" []
        "Calls to AWS, those that were repeated included.";
    THROTTLES: "counter" "throttles_total" []
        "Calls that AWS throttled.";
    RETRIES: "counter" "retries_total" []
        "Calls that were repeats of failed ones.";
    FILES: "gauge" "files" ["table"]
        "Data files that the newest snapshot names.";
    FILE_ROWS: "gauge" "file_rows" ["table"]
        "Rows in them.";
    FILE_BYTES: "gauge" "file_bytes" ["table"]
        "Their size in bytes.";
    CATALOG_BYTES: "gauge" "catalog_bytes" []
        "The size of the catalog in bytes.";
    CHECK_STATUS: "gauge" "check_status" ["check", "subject"]
        "How a check stands: 0 it holds, 1 it does not, 2 it could not run.";
    CHECK_FINDINGS: "gauge" "check_findings" ["check", "subject"]
        "What a check found that is not as it should be.";
    NIGHT_START: "gauge" "night_start_timestamp_seconds" []
        "When the last night began.";
    NIGHT_SECONDS: "gauge" "night_duration_seconds" []
        "How long it took.";
    NIGHT_STATUS: "gauge" "night_status" []
        "How it ended, as its exit status: 0 done, 1 something is not as it should be, 2 not done.";
    STEP_STATUS: "gauge" "night_step_status" ["step"]
        "How a step of it ended, as its exit status; a step that was left out has none.";
    STEP_SECONDS: "gauge" "night_step_duration_seconds" ["step"]
        "How long the step took.";
}

/// The values of metrics.
#[derive(Clone, Debug, Default)]
pub(super) struct Exposition {
    samples: BTreeMap<&'static str, Vec<String>>,
}

impl Exposition {
    /// Adds a value, with the values of the metric's labels in their order.
    pub(super) fn add(&mut self, metric: Metric, labels: &[&str], value: i64) {
        let pairs = metric.labels.iter().zip(labels);
        let pairs: Vec<_> =
            pairs.map(|(name, value)| format!("{name}=\"{}\"", escaped(value))).collect();
        let labels =
            if pairs.is_empty() { String::new() } else { format!("{{{}}}", pairs.join(",")) };
        let line = format!("{}{labels} {value}", metric.name);
        self.samples.entry(metric.name).or_default().push(line);
    }

    /// Adds the values of another.
    pub(super) fn extend(&mut self, other: Self) {
        for (name, samples) in other.samples {
            self.samples.entry(name).or_default().extend(samples);
        }
    }

    /// The text; a metric without a value is left out.
    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        for Metric { name, kind, help, .. } in METRICS {
            let Some(samples) = self.samples.get(name) else { continue };
            let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}");
            for sample in samples {
                let _ = writeln!(text, "{sample}");
            }
        }
        text
    }
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

/// A count as a value.
pub(super) fn whole(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_stand_below_their_declaration_whatever_came_first() {
        let mut exposition = Exposition::default();
        exposition.add(CALLS, &[], 7);
        exposition.add(RUNS, &["ingest", "a\"b\\c\nd"], 1);
        insta::assert_snapshot!(exposition.text(), @r#"
        # HELP lookback_runs_total Runs that have committed, by how they ended.
        # TYPE lookback_runs_total counter
        lookback_runs_total{command="ingest",status="a\"b\\c\nd"} 1
        # HELP lookback_calls_total Calls to AWS, those that were repeated included.
        # TYPE lookback_calls_total counter
        lookback_calls_total 7
        "#);
    }

    #[test]
    fn counters_and_only_they_are_totals_and_names_end_with_their_unit() {
        for Metric { name, kind, .. } in METRICS {
            assert_eq!(*kind == "counter", name.ends_with("_total"), "{name}");
        }
        let mut names: Vec<_> = METRICS.iter().map(|metric| metric.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), METRICS.len());
    }
}
