//! Who may call, and as whom: anyone, or the holders of keys.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use crate::error::{Error, Result};
use crate::model::{Clock, is_account_id};

use super::backend::Scope;

/// How long the id of a key may be: AWS's own bounds.
const ID_CHARS: std::ops::RangeInclusive<usize> = 16..=128;
/// Whoever records one request can try secrets on it at leisure: short ones are found.
const SECRET_CHARS_MIN: usize = 16;

/// Who may call an endpoint.
#[derive(Clone, Debug)]
pub enum Callers {
    /// Whoever reaches the address, with any signature or none. Such an endpoint listens on a
    /// loopback address only.
    Anyone {
        /// The account that all of them are; without one, every account is theirs.
        account_id: Option<String>,
        /// What all of them may see.
        scope: Scope,
    },
    /// The holders of these keys, whose signatures are verified.
    KeyHolders {
        /// Their keys.
        keys: KeyRing,
        /// Tells how old a signature is. The machine's clock, also where the endpoint pretends
        /// another time: clients sign with theirs.
        clock: Arc<dyn Clock>,
    },
}

/// A secret access key; what prints it shows that it is there.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// The secret with this text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself, for the signing arithmetic only.
    pub(super) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// A long-term access key, and whom it makes its holder.
#[derive(Clone, Debug)]
pub struct AccessKey {
    id: String,
    secret: Secret,
    account_id: String,
    scope: Scope,
}

impl AccessKey {
    /// A key.
    ///
    /// # Errors
    /// An id that AWS's clients would not take, an account id that is none, a secret that is
    /// absent or short. The error names the key, never the secret.
    pub fn new(
        id: impl Into<String>,
        secret: Secret,
        account_id: impl Into<String>,
        scope: Scope,
    ) -> Result<Self> {
        let key = Self { id: id.into(), secret, account_id: account_id.into(), scope };
        let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
        if !ID_CHARS.contains(&key.id.len()) || !key.id.chars().all(is_plain) {
            // Not shown: it may be a secret in the wrong place.
            return Err(Error::input("an access key has an id that cannot be one")
                .with_hint("use 16 to 128 letters, digits and underscores"));
        }
        if !is_account_id(&key.account_id) {
            let what = format!("has the account id \"{}\", which is none", key.account_id);
            return Err(key.refuse(&what).with_hint("write 12 digits in quotes"));
        }
        let length = key.secret.reveal().chars().count();
        if length >= SECRET_CHARS_MIN {
            return Ok(key);
        }
        let what = match length {
            0 => "has an empty secret".to_owned(),
            _ => format!("has a secret of less than {SECRET_CHARS_MIN} characters"),
        };
        Err(key.refuse(&what).with_hint("make one with: openssl rand -base64 30"))
    }

    /// The id, which is no secret.
    pub fn id(&self) -> &str {
        &self.id
    }

    pub(super) fn secret(&self) -> &Secret {
        &self.secret
    }

    pub(super) fn account_id(&self) -> &str {
        &self.account_id
    }

    pub(super) fn scope(&self) -> Scope {
        self.scope
    }

    fn refuse(&self, what: &str) -> Error {
        Error::input(format!("access key \"{}\" {what}", self.id))
    }
}

/// The keys that an endpoint knows; without one, nobody may call it.
#[derive(Clone, Debug, Default)]
pub struct KeyRing(BTreeMap<String, AccessKey>);

impl KeyRing {
    /// Adds a key.
    ///
    /// # Errors
    /// There is one with that id.
    pub fn add(&mut self, key: AccessKey) -> Result<()> {
        if self.0.contains_key(&key.id) {
            return Err(key.refuse("is there twice").with_hint("give each key an id of its own"));
        }
        self.0.insert(key.id.clone(), key);
        Ok(())
    }

    /// The key with that id.
    pub(super) fn get(&self, id: &str) -> Option<&AccessKey> {
        self.0.get(id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

    fn key(id: &str, secret: &str, account_id: &str) -> Result<AccessKey> {
        AccessKey::new(id, Secret::new(secret), account_id, Scope::Account)
    }

    #[track_caller]
    fn check<T: fmt::Debug>(made: Result<T>, expected: &str) {
        let err = made.unwrap_err();
        let told = format!("{}; {}", err.chain(), err.hint().unwrap_or("no hint"));
        assert_eq!(told, expected);
    }

    #[test]
    fn a_key_that_cannot_be_one_is_named_without_its_secret() {
        let id = "an access key has an id that cannot be one; use 16 to 128 letters, digits and \
                  underscores";
        for wrong in ["", "AKIDSHORT", "AKIDWITH/ASLASH00", "AKIDWITHANÉ00000", SECRET] {
            check(key(wrong, SECRET, "111111111111"), id);
        }
        check(
            key("AKIDEXAMPLE00000", SECRET, "1111"),
            "access key \"AKIDEXAMPLE00000\" has the account id \"1111\", which is none; \
             write 12 digits in quotes",
        );
        check(
            key("AKIDEXAMPLE00000", "", "111111111111"),
            "access key \"AKIDEXAMPLE00000\" has an empty secret; \
             make one with: openssl rand -base64 30",
        );
        check(
            key("AKIDEXAMPLE00000", "swordfish", "111111111111"),
            "access key \"AKIDEXAMPLE00000\" has a secret of less than 16 characters; \
             make one with: openssl rand -base64 30",
        );
    }

    #[test]
    fn a_ring_has_each_id_once() {
        let mut ring = KeyRing::default();
        let mut add = || ring.add(key("AKIDEXAMPLE00000", SECRET, "111111111111").unwrap());
        add().unwrap();
        check(
            add(),
            "access key \"AKIDEXAMPLE00000\" is there twice; give each key an id of its own",
        );
    }

    #[test]
    fn what_is_printed_shows_no_secret() {
        let key = key("AKIDEXAMPLE00000", SECRET, "111111111111").unwrap();
        let mut ring = KeyRing::default();
        ring.add(key).unwrap();
        assert!(!format!("{ring:?}").contains(&SECRET[..8]), "{ring:?}");
    }
}
