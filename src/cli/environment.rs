//! What of the process's environment matters, read once.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::PathBuf;

use crate::error::{Error, Result};
use crate::model::Steps;

use super::terminal::Terminal;

/// What of the process's environment matters, besides what the flags name as their own.
#[derive(Clone, Debug, Default)]
pub(super) struct Environment {
    /// The user's folder of settings: `XDG_CONFIG_HOME`, or `.config` in `HOME`.
    pub(super) config_home: Option<PathBuf>,
    /// The Region: `AWS_REGION`, or `AWS_DEFAULT_REGION`.
    pub(super) region: Option<String>,
    /// The profile: `AWS_PROFILE`.
    pub(super) profile: Option<String>,
    /// What it tells of the terminal.
    pub(super) terminal: Terminal,
    /// The user's folder: `HOME`.
    pub(super) home: Option<PathBuf>,
    /// The user's folder of state: `XDG_STATE_HOME`, or `.local/state` in `HOME`.
    pub(super) state_home: Option<PathBuf>,
    /// The settings file: `LOOKBACK_CONFIG`.
    pub(super) config: Option<PathBuf>,
    /// The folder of the user's own reports: `LOOKBACK_REPORTS`.
    pub(super) reports: Option<PathBuf>,
    /// The folder of the user's own checks: `LOOKBACK_CHECKS`.
    pub(super) checks: Option<PathBuf>,
    /// The user's name: `SUDO_USER`, since whoever uses sudo is not meant as root, or `USER`, or
    /// `LOGNAME`.
    pub(super) user: Option<String>,
    /// The variables that a timer needs to find what this process finds, as far as they are set.
    pub(super) kept: Vec<(&'static str, String)>,
    /// The names of the variables that are set and hold secrets.
    pub(super) secrets: Vec<&'static str>,
    /// The step of a write at which this process is to end, for the tests that kill it there.
    pub(super) abort_at_step: Option<String>,
}

impl Environment {
    /// That of this process.
    #[expect(clippy::disallowed_methods, reason = "this is where settings are resolved")]
    pub(super) fn of_process() -> Self {
        let get = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
        // A relative one is to be ignored: <https://specifications.freedesktop.org/basedir-spec/>.
        let folder = |name| get(name).map(PathBuf::from).filter(|path| path.is_absolute());
        let home = folder("HOME");
        let or_in_home =
            |name, below: &str| folder(name).or_else(|| Some(home.as_ref()?.join(below)));
        let path = |name| Some((name, absolute(get(name)?)));
        let as_it_is = |name| Some((name, get(name)?));
        let kept = KEPT.into_iter().filter_map(as_it_is).chain(PATHS.into_iter().filter_map(path));
        Self {
            config_home: or_in_home("XDG_CONFIG_HOME", ".config"),
            state_home: or_in_home("XDG_STATE_HOME", ".local/state"),
            terminal: Terminal::read(|name| std::env::var(name).ok()),
            checks: get("LOOKBACK_CHECKS").map(PathBuf::from),
            user: ["SUDO_USER", "USER", "LOGNAME"].into_iter().find_map(get),
            kept: kept.collect::<BTreeMap<_, _>>().into_iter().collect(),
            secrets: SECRETS.into_iter().filter(|name| get(name).is_some()).collect(),
            region: get("AWS_REGION").or_else(|| get("AWS_DEFAULT_REGION")),
            profile: get("AWS_PROFILE"),
            config: get("LOOKBACK_CONFIG").map(PathBuf::from),
            reports: get("LOOKBACK_REPORTS").map(PathBuf::from),
            abort_at_step: get(ABORT_AT_STEP),
            home,
        }
    }

    /// Where writing is made to fail, in tests.
    pub(super) fn steps(&self) -> Result<Steps> {
        let Some(text) = &self.abort_at_step else { return Ok(Steps::none()) };
        let step = text.parse().map_err(|_| {
            let message = format!("variable {ABORT_AT_STEP} is \"{text}\", which is no number");
            Error::input(message)
        })?;
        Ok(Steps::aborting_at(step))
    }
}

/// True if and only if a variable is set to nothing, which is as if it were not set.
pub(super) fn is_empty(name: &OsStr) -> bool {
    std::env::var_os(name).is_some_and(|value| value.is_empty())
}

/// A path for a process that runs in another folder. AWS takes `~` for the user's.
fn absolute(path: String) -> String {
    if path.starts_with('~') {
        return path;
    }
    let absolute = std::path::absolute(&path).ok();
    absolute.and_then(|path| path.into_os_string().into_string().ok()).unwrap_or(path)
}

/// The variables, besides those that become flags, on which it hangs what is read, and how.
const KEPT: [&str; 21] = [
    "AWS_DEFAULT_REGION",
    "AWS_EC2_METADATA_DISABLED",
    "AWS_ENDPOINT_URL",
    "AWS_ENDPOINT_URL_BACKUP",
    "AWS_ENDPOINT_URL_STS",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
    "AWS_PROFILE",
    "AWS_REGION",
    "AWS_ROLE_ARN",
    "AWS_ROLE_SESSION_NAME",
    "AWS_USE_DUALSTACK_ENDPOINT",
    "AWS_USE_FIPS_ENDPOINT",
    "LOOKBACK_CALLER",
    "LOOKBACK_CONCURRENCY",
    "LOOKBACK_LOG",
    "LOOKBACK_LOG_FORMAT",
    "LOOKBACK_MEMORY_LIMIT",
    "LOOKBACK_TIMEOUT",
    "NO_PROXY",
    "SSL_CERT_DIR",
    "no_proxy",
];

/// Those of them that name a file or a folder.
const PATHS: [&str; 6] = [
    "AWS_CA_BUNDLE",
    "AWS_CONFIG_FILE",
    "AWS_SHARED_CREDENTIALS_FILE",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "LOOKBACK_CHECKS",
    "SSL_CERT_FILE",
];

/// The variables that are never written to a file: a proxy's may hold a password.
const SECRETS: [&str; 10] = [
    "ALL_PROXY",
    "AWS_ACCESS_KEY_ID",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "HTTPS_PROXY",
    "HTTP_PROXY",
    "all_proxy",
    "http_proxy",
    "https_proxy",
];

const ABORT_AT_STEP: &str = "LOOKBACK_TEST_ABORT_AT_STEP";
