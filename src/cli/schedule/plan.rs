//! What is to run, as whom, when and with what. Pure.

use crate::error::{Error, Result};

use super::super::night::TimeOfDay;
use super::options;

/// Over how many minutes nights that begin at the same time are spread.
pub(super) const SPREAD_MINUTES: u8 = 30;

/// What is to run every night.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Plan {
    /// What the schedule is called.
    pub(super) name: String,
    /// This program, as an absolute path.
    pub(super) executable: String,
    /// The settings file, as an absolute path.
    pub(super) config: Option<String>,
    /// The folder of the warehouse, as an absolute path.
    pub(super) warehouse: String,
    /// The folder of the file of metrics.
    pub(super) metrics_folder: Option<String>,
    /// When it may begin, UTC.
    pub(super) at: TimeOfDay,
    /// Whether it is the system's and not a user's.
    pub(super) is_system: bool,
    /// The user that it runs as.
    pub(super) user: Option<String>,
    /// The folder of the user who asks.
    pub(super) home: Option<String>,
    /// The file in which variables with secrets can be kept.
    pub(super) environment_file: Option<String>,
    /// The variables that it needs.
    pub(super) environment: Vec<(String, String)>,
}

impl Plan {
    /// Refuses what no scheduler's file can hold.
    ///
    /// # Errors
    /// `Input` for a path or a variable with a control character, and for what is no user.
    pub(super) fn checked(self) -> Result<Self> {
        let others = [&self.config, &self.metrics_folder, &self.home, &self.environment_file];
        let others = others.into_iter().filter_map(Option::as_ref);
        for path in [&self.executable, &self.warehouse].into_iter().chain(others) {
            if path.chars().any(char::is_control) {
                let message = format!("path {path:?} has a control character");
                return Err(Error::input(message).with_hint("rename it: no scheduler can hold it"));
            }
        }
        if let Some(user) = self.user.as_deref().filter(|_| self.is_system) {
            options::user(user).map_err(|what| {
                Error::input(format!("user {user:?}: {what}"))
                    .with_hint("name another with --run-as")
            })?;
        }
        for (name, value) in &self.environment {
            if value.chars().any(char::is_control) {
                let message = format!("variable {name} has a control character");
                return Err(Error::input(message)
                    .with_hint("set it to another value: no scheduler can hold it"));
            }
        }
        Ok(self)
    }

    /// The arguments of the program, but for those that hang on the scheduler.
    pub(super) fn arguments(&self) -> Vec<&str> {
        let config = self.config.iter().flat_map(|config| ["--config", config]);
        config.chain(["--warehouse", &self.warehouse, "night"]).collect()
    }

    /// The same, for a scheduler that rings every hour.
    pub(super) fn arguments_if_due(&self, at: &str) -> Vec<String> {
        let due = ["--due", at];
        self.arguments().into_iter().chain(due).map(str::to_owned).collect()
    }

    /// A minute by which this schedule is later than another one: it hangs on what is scheduled,
    /// and stays the same when it is installed again.
    pub(super) fn spread(&self, below: u8) -> u8 {
        let texts = [&self.name, &self.warehouse].into_iter().chain(&self.user);
        // FNV-1a: <http://www.isthe.com/chongo/tech/comp/fnv/>.
        let hash =
            texts.flat_map(|text| text.bytes()).fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
                (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
            });
        u8::try_from(hash % u64::from(below.max(1))).unwrap_or(0)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// One with everything that must be quoted somewhere.
    pub(in super::super) fn awkward() -> Plan {
        Plan {
            name: "lookback".to_owned(),
            executable: "/opt/a b%c$d/lookback".to_owned(),
            config: Some("/etc/it's \"x\" 100%/$HOME/`l`\\n.toml".to_owned()),
            warehouse: "/srv/w & <w> %h ${HOME} $(id) 'q' \"d\" \\".to_owned(),
            metrics_folder: Some("/var/lib/node exporter".to_owned()),
            at: TimeOfDay { hour: 3, minute: 0 },
            is_system: false,
            user: Some("ana".to_owned()),
            home: Some("/home/ana maria".to_owned()),
            environment_file: Some("/home/ana maria/.config/lookback/lookback.env".to_owned()),
            environment: vec![
                ("AWS_PROFILE".to_owned(), "it's 50% \"p\" $(x) \\t".to_owned()),
                ("AWS_REGION".to_owned(), "eu-west-1".to_owned()),
            ],
        }
    }

    /// One as most are.
    pub(in super::super) fn plain() -> Plan {
        Plan {
            executable: "/usr/local/bin/lookback".to_owned(),
            config: Some("/home/ana/.config/lookback/lookback.toml".to_owned()),
            warehouse: "/home/ana/warehouse".to_owned(),
            metrics_folder: None,
            home: Some("/home/ana".to_owned()),
            environment_file: Some("/home/ana/.config/lookback/lookback.env".to_owned()),
            environment: vec![("AWS_PROFILE".to_owned(), "backup".to_owned())],
            ..awkward()
        }
    }

    #[test]
    fn control_characters_are_refused() {
        let wrong = |plan: Plan| plan.checked().unwrap_err().chain();
        let plan = Plan { warehouse: "/a\nb".to_owned(), ..plain() };
        assert_eq!(wrong(plan), "path \"/a\\nb\" has a control character");
        let plan = Plan { home: Some("/a\nExecStart=/b".to_owned()), ..plain() };
        assert_eq!(wrong(plan), "path \"/a\\nExecStart=/b\" has a control character");
        let plan = Plan { environment_file: Some("/a\n/b.env".to_owned()), ..plain() };
        assert_eq!(wrong(plan), "path \"/a\\n/b.env\" has a control character");
        let plan = Plan { user: Some("a\nExecStart=/b".to_owned()), is_system: true, ..plain() };
        assert_eq!(wrong(plan), "user \"a\\nExecStart=/b\": it is no name of a user");
        let environment = vec![("AWS_PROFILE".to_owned(), "a\u{7}".to_owned())];
        let plan = Plan { environment, ..plain() };
        assert_eq!(wrong(plan), "variable AWS_PROFILE has a control character");
    }

    #[test]
    fn nights_are_spread_and_each_stays_where_it_is() {
        let minute = |warehouse: &str| {
            Plan { warehouse: warehouse.to_owned(), ..plain() }.spread(SPREAD_MINUTES)
        };
        assert_eq!(minute("/a"), minute("/a"));
        let minutes: std::collections::BTreeSet<_> =
            (0..100).map(|index| minute(&format!("/{index}"))).collect();
        assert!(minutes.len() > 20 && minutes.iter().all(|minute| *minute < 30), "{minutes:?}");
    }
}
