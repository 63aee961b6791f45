//! The keys of those who may call an endpoint: `[[serve.key]]` of the settings file.
//!
//! Promises: a secret that others can read is refused, and none is ever shown. The rule is
//! PostgreSQL's for its key files, which is ssh's but for files of the superuser: there the group
//! may read, as systemd and Kubernetes hand secrets to a service. Where files have no mode (not
//! Unix), nothing is checked.

use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::model::Reach;
use crate::serve::aws::{AccessKey, KeyRing, Scope, Secret};

/// A key as the settings file describes it, nothing of it checked yet.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Table {
    /// The place in the file.
    pub(super) origin: String,
    pub(super) id: Option<String>,
    pub(super) secret: Option<Secret>,
    pub(super) secret_file: Option<PathBuf>,
    pub(super) account_id: Option<String>,
    pub(super) reach: Reach,
}

/// The ring of these keys of a settings file; `None` where there are none.
pub(super) fn ring(tables: &[Table], settings_file: &Path) -> Result<Option<KeyRing>> {
    if tables.is_empty() {
        return Ok(None);
    }
    if tables.iter().any(|table| table.secret.is_some()) {
        let read = |err| Error::io(format!("read file \"{}\"", settings_file.display()), err);
        let exposure = exposure(&fs::metadata(settings_file).map_err(read)?);
        if let Some(mode) = exposure {
            let hint = format!(
                "run: chmod 600 {0}; or write the secret to a file of its own, and name it with \
                 secret_access_key_file",
                settings_file.display()
            );
            return Err(exposed("settings", settings_file, mode).with_hint(hint));
        }
    }
    let mut ring = KeyRing::default();
    for table in tables {
        table.key().and_then(|key| ring.add(key)).map_err(|err| table.locate(&err))?;
    }
    Ok(Some(ring))
}

impl Table {
    fn key(&self) -> Result<AccessKey> {
        let Some(id) = &self.id else {
            return Err(Error::input("a key has no access_key_id")
                .with_hint("add a line such as access_key_id = \"LOOKBACKREADER00\""));
        };
        let Some(account_id) = &self.account_id else {
            return Err(Error::input(format!("access key \"{id}\" has no account_id"))
                .with_hint("say whose jobs it sees: account_id = \"111122223333\""));
        };
        let scope = match self.reach {
            Reach::Account => Scope::Account,
            Reach::Organization => Scope::Organization,
        };
        AccessKey::new(id, self.read_secret(id)?, account_id, scope)
    }

    fn read_secret(&self, id: &str) -> Result<Secret> {
        match (&self.secret, &self.secret_file) {
            (Some(secret), None) => Ok(secret.clone()),
            (None, Some(file)) => secret_of(file, id),
            (None, None) => Err(Error::input(format!("access key \"{id}\" has no secret"))
                .with_hint("add secret_access_key_file = \"FILE\", or secret_access_key")),
            (Some(_), Some(_)) => Err(Error::input(format!("access key \"{id}\" has two secrets"))
                .with_hint("leave out secret_access_key or secret_access_key_file")),
        }
    }

    /// The error with its place in the file, and with its hint.
    fn locate(&self, err: &Error) -> Error {
        let located = Error::new(err.kind(), format!("{}: {}", self.origin, err.chain()));
        match err.hint() {
            Some(hint) => located.with_hint(hint),
            None => located,
        }
    }
}

/// The secret that is all that the file holds, but for the end of its line.
fn secret_of(file: &Path, id: &str) -> Result<Secret> {
    let name = file.display();
    let failed = |err| {
        Error::io(format!("read the secret of access key \"{id}\" from file \"{name}\""), err)
    };
    if let Some(mode) = exposure(&fs::metadata(file).map_err(failed)?) {
        return Err(exposed("secret", file, mode).with_hint(format!("run: chmod 600 {name}")));
    }
    let text = fs::read_to_string(file).map_err(failed)?;
    let line = text.strip_suffix('\n').unwrap_or(&text);
    Ok(Secret::new(line.strip_suffix('\r').unwrap_or(line)))
}

fn exposed(kind: &str, file: &Path, mode: u32) -> Error {
    let name = file.display();
    Error::input(format!("{kind} file \"{name}\" shows a secret to others: its mode is {mode:04o}"))
}

/// The mode of a file that others than its owner can use.
#[cfg(unix)]
fn exposure(metadata: &Metadata) -> Option<u32> {
    use std::os::unix::fs::MetadataExt;
    let mode = metadata.mode() & 0o7777;
    is_exposed(mode, metadata.uid()).then_some(mode)
}

#[cfg(not(unix))]
fn exposure(_: &Metadata) -> Option<u32> {
    None
}

/// True if and only if a file of that mode and owner is open to more than its owner, or, where
/// that is the superuser, to more than the reading of its group.
#[cfg(unix)]
fn is_exposed(mode: u32, owner: u32) -> bool {
    let others = if owner == 0 { 0o037 } else { 0o077 };
    mode & others != 0
}
