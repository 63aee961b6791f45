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
        err.behind(&format!("{}: ", self.origin))
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

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::super::config::Config;
    use super::*;

    const KEY: &str = "[[serve.key]]\naccess_key_id = \"LOOKBACKREADER00\"\n";
    const SECRET: &str = "secret_access_key = \"0123456789abcdef\"\n";
    const ACCOUNT: &str = "account_id = \"111122223333\"\n";

    /// What becomes of a settings file with that text and mode, and of a file `secret` beside it.
    fn told(text: &str, mode: u32, secret: Option<(&[u8], u32)>) -> String {
        let folder = tempfile::tempdir().unwrap();
        let settings = folder.path().join("l.toml");
        write(&settings, text.as_bytes(), mode);
        if let Some((bytes, mode)) = secret {
            write(&folder.path().join("secret"), bytes, mode);
        }
        let parsed = Config::parse("l.toml", text).and_then(|mut config| {
            for table in &mut config.access_keys {
                table.secret_file = table.secret_file.take().map(|file| folder.path().join(file));
            }
            ring(&config.access_keys, &settings)
        });
        let words = match parsed {
            Ok(ring) => format!("{ring:?}"),
            Err(err) => format!("{}\nhint: {}", err.chain(), err.hint().unwrap_or("none")),
        };
        assert!(!words.contains("0123456789abcdef"), "{words}");
        words.replace(folder.path().to_str().unwrap(), "FOLDER")
    }

    fn write(path: &Path, bytes: &[u8], mode: u32) {
        fs::write(path, bytes).unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
        }
    }

    fn of_text(text: &str) -> String {
        told(text, 0o600, None)
    }

    /// What becomes of a key with this line, its account and maybe its secret.
    fn of_line(secret: &str, line: &str) -> String {
        of_text(&format!("{KEY}{secret}{ACCOUNT}{line}"))
    }

    fn of_secret(bytes: &[u8], mode: u32) -> String {
        let text = format!("{KEY}secret_access_key_file = \"secret\"\n{ACCOUNT}");
        told(&text, 0o644, Some((bytes, mode)))
    }

    #[test]
    fn a_key_is_what_its_table_says() {
        assert_eq!(of_text("warehouse = \"w\""), "None");
        assert_snapshot!(of_line(SECRET, ""), @r#"
        Some(KeyRing({"LOOKBACKREADER00": AccessKey { id: "LOOKBACKREADER00", secret: Secret(…), account_id: "111122223333", scope: Account }}))
        "#);
        assert_snapshot!(of_line(SECRET, "scope = \"organization\""), @r#"
        Some(KeyRing({"LOOKBACKREADER00": AccessKey { id: "LOOKBACKREADER00", secret: Secret(…), account_id: "111122223333", scope: Organization }}))
        "#);
    }

    #[test]
    fn a_secret_can_be_in_a_file() {
        let expected = of_secret(b"0123456789abcdef", 0o600);
        assert!(expected.starts_with("Some("), "{expected}");
        for text in ["0123456789abcdef\n", "0123456789abcdef\r\n"] {
            assert_eq!(of_secret(text.as_bytes(), 0o400), expected);
        }
        assert_snapshot!(of_secret(b"\n", 0o600), @r#"
        file "l.toml", line 1: access key "LOOKBACKREADER00" has an empty secret
        hint: make one with: openssl rand -base64 30
        "#);
        assert_snapshot!(of_secret(b"\xff", 0o600), @r#"
        file "l.toml", line 1: failed to read the secret of access key "LOOKBACKREADER00" from file "FOLDER/secret": stream did not contain valid UTF-8
        hint: none
        "#);
        let text = format!("{KEY}secret_access_key_file = \"secret\"\n{ACCOUNT}");
        assert_snapshot!(told(&text, 0o644, None), @r#"
        file "l.toml", line 1: failed to read the secret of access key "LOOKBACKREADER00" from file "FOLDER/secret": No such file or directory (os error 2)
        hint: none
        "#);
    }

    #[cfg(unix)]
    #[test]
    fn a_secret_that_others_can_read_is_refused() {
        assert_snapshot!(of_secret(b"0123456789abcdef", 0o644), @r#"
        file "l.toml", line 1: secret file "FOLDER/secret" shows a secret to others: its mode is 0644
        hint: run: chmod 600 FOLDER/secret
        "#);
        assert_snapshot!(told(&format!("{KEY}{SECRET}{ACCOUNT}"), 0o644, None), @r#"
        settings file "FOLDER/l.toml" shows a secret to others: its mode is 0644
        hint: run: chmod 600 FOLDER/l.toml; or write the secret to a file of its own, and name it with secret_access_key_file
        "#);
        for (mode, owner, exposed) in [
            (0o600, 1000, false),
            (0o400, 1000, false),
            (0o640, 1000, true),
            (0o620, 1000, true),
            (0o604, 1000, true),
            (0o601, 1000, true),
            (0o600, 0, false),
            (0o640, 0, false),
            (0o660, 0, true),
            (0o644, 0, true),
        ] {
            assert_eq!(is_exposed(mode, owner), exposed, "{mode:o} {owner}");
        }
    }

    #[test]
    fn a_key_that_is_wrong_is_told_with_its_line_and_without_its_secret() {
        assert_snapshot!(of_text(&format!("[[serve.key]]\n{SECRET}{ACCOUNT}")), @r#"
        file "l.toml", line 1: a key has no access_key_id
        hint: add a line such as access_key_id = "LOOKBACKREADER00"
        "#);
        assert_snapshot!(of_line("", ""), @r#"
        file "l.toml", line 1: access key "LOOKBACKREADER00" has no secret
        hint: add secret_access_key_file = "FILE", or secret_access_key
        "#);
        assert_snapshot!(of_text(&format!("{KEY}{SECRET}")), @r#"
        file "l.toml", line 1: access key "LOOKBACKREADER00" has no account_id
        hint: say whose jobs it sees: account_id = "111122223333"
        "#);
        assert_snapshot!(of_line(SECRET, "secret_access_key_file = \"f\""), @r#"
        file "l.toml", line 1: access key "LOOKBACKREADER00" has two secrets
        hint: leave out secret_access_key or secret_access_key_file
        "#);
        assert_snapshot!(of_line("", "secret_access_key = \"\""), @r#"
        file "l.toml", line 1: access key "LOOKBACKREADER00" has an empty secret
        hint: make one with: openssl rand -base64 30
        "#);
        assert_snapshot!(of_line("", "secret_access_key = \"0123456789abcde\""), @r#"
        file "l.toml", line 1: access key "LOOKBACKREADER00" has a secret of less than 16 characters
        hint: make one with: openssl rand -base64 30
        "#);
        assert_snapshot!(of_text(&format!("{KEY}{SECRET}account_id = \"1111\"")), @r#"
        file "l.toml", line 1: access key "LOOKBACKREADER00" has the account id "1111", which is none
        hint: write 12 digits in quotes
        "#);
        let two = format!("{KEY}{SECRET}{ACCOUNT}{KEY}{SECRET}{ACCOUNT}");
        assert_snapshot!(of_text(&two), @r#"
        file "l.toml", line 5: access key "LOOKBACKREADER00" is there twice
        hint: give each key an id of its own
        "#);
        let short = KEY.replace("LOOKBACKREADER00", "reader");
        assert_snapshot!(of_text(&format!("{short}{SECRET}{ACCOUNT}")), @r#"
        file "l.toml", line 1: an access key has an id that cannot be one
        hint: use 16 to 128 letters, digits and underscores
        "#);
    }

    #[test]
    fn what_the_file_gets_wrong_about_a_secret_does_not_show_it() {
        assert_snapshot!(of_line("", "secret_access_key = 123456789"), @r#"
        file "l.toml", line 4: key "secret_access_key" is not a text in quotes
        hint: none
        "#);
        assert_snapshot!(of_line("", "secret_acces_key = \"0123456789abcdef\""), @r#"
        file "l.toml", line 4: there is no key "secret_acces_key" in [[serve.key]]
        hint: did you mean "secret_access_key"?
        "#);
        assert_snapshot!(of_line("", "secret_access_key = \"0123456789abcdef"), @r#"
        file "l.toml", line 4: it is no TOML: invalid basic string, expected `"`
        hint: none
        "#);
        assert_snapshot!(of_text("[serve]\nkey = \"0123456789abcdef\""), @r#"
        file "l.toml", line 2: key "key" is no list of tables; write [[serve.key]]
        hint: none
        "#);
        assert_snapshot!(of_text("[serve]\nkeys = 1"), @r#"
        file "l.toml", line 2: there is no key "keys" in [serve]
        hint: did you mean "key"?
        "#);
        assert_snapshot!(of_line(SECRET, "scope = \"everything\""), @r#"
        file "l.toml", line 5: key "scope" is "everything", not a scope
        hint: write scope = "account" or scope = "organization"
        "#);
    }
}
