//! Units of systemd that are installed, and what is to be done to install and to remove them.

use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

use super::action::{Action, Call, OnFailure};
use super::plan::Plan;
use super::systemd;

/// The beginning of every file of ours.
const MARK: &str = "# Made by `lookback schedule install`; the next one replaces it.";
/// How many folders were made for the file: those are removed with it.
const FOLDERS: &str = "# Folders made: ";

/// Where the units of a schedule are, and what is there now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Units {
    pub(super) folder: PathBuf,
    pub(super) name: String,
    pub(super) is_system: bool,
    /// The text of the service, if it is there.
    pub(super) service: Option<String>,
    /// The text of the timer, if it is there.
    pub(super) timer: Option<String>,
    /// Whether systemd has made the link by which it starts the timer.
    pub(super) is_linked: bool,
    /// The folders above it that are not there, the outermost first; itself is the last.
    pub(super) missing: Vec<PathBuf>,
}

impl Units {
    /// What is there now.
    ///
    /// # Errors
    /// A unit of that name is there that is not ours.
    pub(super) fn read(folder: PathBuf, name: &str, is_system: bool) -> Result<Self> {
        let missing = folder.ancestors().take_while(|folder| !folder.exists());
        let mut missing: Vec<_> = missing.map(Path::to_owned).collect();
        missing.reverse();
        let name = name.to_owned();
        let (service, timer, is_linked) = (None, None, false);
        let mut units = Self { folder, name, is_system, service, timer, is_linked, missing };
        units.service = units.read_file("service")?;
        units.timer = units.read_file("timer")?;
        units.is_linked = units.link().symlink_metadata().is_ok();
        Ok(units)
    }

    fn read_file(&self, kind: &str) -> Result<Option<String>> {
        let path = self.path(kind);
        let shown = path.display();
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(err) if err.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(err) => return Err(Error::io(format!("read file \"{shown}\""), err)),
        };
        if text.starts_with(MARK) {
            return Ok(Some(text));
        }
        let message = format!("file \"{shown}\" is there and was not made by `lookback schedule`");
        Err(Error::input(message).with_hint("choose another name with --name"))
    }

    fn path(&self, kind: &str) -> PathBuf {
        self.folder.join(format!("{}.{kind}", self.name))
    }

    /// The link by which systemd starts the timer, which `enable` makes.
    fn link(&self) -> PathBuf {
        self.folder.join("timers.target.wants").join(format!("{}.timer", self.name))
    }

    /// A command of systemd about them.
    pub(super) fn systemctl(&self, arguments: &[&str]) -> Call {
        let user = if self.is_system { None } else { Some("--user") };
        let arguments: Vec<_> = user.into_iter().chain(arguments.iter().copied()).collect();
        Call::new("systemctl", &arguments)
    }

    /// Whether they are installed, in whole or in part.
    pub(super) fn are_there(&self) -> bool {
        self.service.is_some() || self.timer.is_some()
    }

    /// What is to be done to have them as `plan` says.
    pub(super) fn install(&self, plan: &Plan) -> Result<Vec<Action>> {
        let head = format!("{MARK}\n{FOLDERS}{}\n", self.folders_made());
        let texts = [("service", systemd::service(plan)?), ("timer", systemd::timer(plan))];
        let mut actions: Vec<_> = self.missing.iter().cloned().map(Action::MakeFolder).collect();
        for ((kind, text), found) in texts.into_iter().zip([&self.service, &self.timer]) {
            let text = format!("{head}{text}");
            if found.as_ref() != Some(&text) {
                actions.push(Action::Write { path: self.path(kind), text });
            }
        }
        let timer = format!("{}.timer", self.name);
        actions.push(Action::Run(self.systemctl(&["daemon-reload"])));
        actions.push(Action::Run(self.systemctl(&["enable", "--now", &timer])));
        Ok(actions)
    }

    /// What is to be done to have nothing of them left.
    pub(super) fn remove(&self) -> Vec<Action> {
        if !self.are_there() {
            return Vec::new();
        }
        let [service, timer] = ["service", "timer"].map(|kind| format!("{}.{kind}", self.name));
        let run = |on_failure, arguments: &[&str]| {
            Action::Run(Call { on_failure, ..self.systemctl(arguments) })
        };
        // Where systemd does not run, its files can be deleted all the same.
        let mut actions = vec![
            run(OnFailure::Tell, &["disable", "--now", &timer]),
            // The time of its last run, and a failure that systemd remembers; neither may be there.
            run(OnFailure::Nothing, &["clean", "--what=state", &timer]),
            run(OnFailure::Nothing, &["reset-failed", &service]),
        ];
        for (kind, found) in [("service", &self.service), ("timer", &self.timer)] {
            actions.extend(found.as_ref().map(|_| Action::Delete(self.path(kind))));
        }
        if self.is_linked {
            let link = self.link();
            let folder = link.parent().map(|folder| Action::DeleteFolder(folder.to_owned()));
            actions.extend([Action::Delete(link)].into_iter().chain(folder));
        }
        let folders = self.folder.ancestors().take(self.folders_made());
        actions.extend(folders.map(|folder| Action::DeleteFolder(folder.to_owned())));
        actions.push(run(OnFailure::Tell, &["daemon-reload"]));
        actions
    }

    /// How many folders were made for them, or are to be made.
    fn folders_made(&self) -> usize {
        let head = self.service.as_ref().or(self.timer.as_ref());
        let Some(text) = head else { return self.missing.len() };
        let line = text.lines().find_map(|line| line.strip_prefix(FOLDERS));
        line.and_then(|number| number.parse().ok()).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::super::plan::tests::plain;
    use super::*;

    fn told(actions: &[Action], home: &Path) -> Vec<String> {
        let home = home.display().to_string();
        actions.iter().map(|action| action.to_string().replace(&home, "~")).collect()
    }

    #[test]
    fn installing_twice_is_as_once_and_removing_leaves_nothing() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join(".config/systemd/user");
        let read = || Units::read(folder.clone(), "lookback", false).unwrap();
        let install = read().install(&plain()).unwrap();
        let run = [
            "run `systemctl --user daemon-reload`",
            "run `systemctl --user enable --now lookback.timer`",
        ];
        let mut expected = [".config", ".config/systemd", ".config/systemd/user"]
            .map(|folder| format!("make folder \"~/{folder}\""))
            .to_vec();
        for kind in ["service", "timer"] {
            expected.push(format!("write file \"~/.config/systemd/user/lookback.{kind}\""));
        }
        expected.extend(run.map(str::to_owned));
        assert_eq!(told(&install, home.path()), expected);
        let take = |actions: &[Action]| {
            let changes = actions.iter().filter(|action| !matches!(action, Action::Run(_)));
            changes.for_each(|action| assert!(action.take().unwrap()));
        };
        take(&install);
        assert_eq!(told(&read().install(&plain()).unwrap(), home.path()), run);
        take(&read().remove());
        assert_eq!(home.path().read_dir().unwrap().count(), 0);
        assert_eq!(read().remove(), []);
    }

    #[test]
    fn what_was_there_before_stays() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("systemd/user");
        std::fs::create_dir_all(&folder).unwrap();
        let units = Units::read(folder.clone(), "lookback", false).unwrap();
        for action in units.install(&plain()).unwrap() {
            if !matches!(action, Action::Run(_)) {
                assert!(action.take().unwrap());
            }
        }
        let removal = Units::read(folder, "lookback", false).unwrap().remove();
        assert!(!removal.iter().any(|action| matches!(action, Action::DeleteFolder(_))));
    }

    #[test]
    fn a_unit_of_somebody_else_s_is_not_touched() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("lookback.timer"), "[Timer]\n").unwrap();
        let err = Units::read(folder.path().to_owned(), "lookback", false).unwrap_err();
        let path = folder.path().join("lookback.timer");
        let expected =
            format!("file \"{}\" is there and was not made by `lookback schedule`", path.display());
        assert_eq!(err.chain(), expected);
    }
}
