//! Page tokens: opaque, stateless, and good for one request only.
//!
//! A token is base64url of a tag and a payload. The payload says where the next page
//! begins; the tag is a keyed hash over it and over everything that the next request must share
//! with the first: operation, caller, Region and every parameter but the page's size and token.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// The first bytes of SHA-256 that a token carries.
const TAG_BYTES: usize = 16;
/// Stands for a dash at the beginning: the AWS CLI takes `--next-token -…` for a flag.
const FOR_DASH: char = '.';
/// Changes with the payload's form, so that an older server's tokens are refused and not misread.
const VERSION: &str = "lookback page token 1";

/// The key of a server's tokens. Tokens live as long as their key.
#[derive(Clone)]
pub struct TokenKey(Vec<u8>);

impl TokenKey {
    /// A key of any bytes; 32 random ones are right.
    pub fn new(bytes: impl Into<Vec<u8>>) -> Self {
        Self(bytes.into())
    }

    /// A token for `fields`, good with `binding`.
    pub(super) fn seal(&self, binding: &Binding, fields: &[Option<String>]) -> String {
        // Texts and nulls always serialise.
        let payload = serde_json::to_vec(fields).unwrap_or_default();
        let mut bytes = self.mac(binding, &payload).finalize().into_bytes()[..TAG_BYTES].to_vec();
        bytes.extend_from_slice(&payload);
        let token = URL_SAFE_NO_PAD.encode(bytes);
        match token.strip_prefix('-') {
            Some(rest) => format!("{FOR_DASH}{rest}"),
            None => token,
        }
    }

    /// The fields of a token made with this key and `binding`; `None` for any other text.
    pub(super) fn open(&self, binding: &Binding, token: &str) -> Option<Vec<Option<String>>> {
        let dashed = token.strip_prefix(FOR_DASH).map(|rest| format!("-{rest}"));
        let bytes = URL_SAFE_NO_PAD.decode(dashed.as_deref().unwrap_or(token)).ok()?;
        let (tag, payload) = bytes.split_at_checked(TAG_BYTES)?;
        self.mac(binding, payload).verify_truncated_left(tag).ok()?;
        serde_json::from_slice(payload).ok()
    }

    fn mac(&self, binding: &Binding, payload: &[u8]) -> Hmac<Sha256> {
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&self.0) else {
            unreachable!("HMAC takes keys of any length")
        };
        mac.update(&binding.0);
        mac.update(payload);
        mac
    }
}

/// The key is not for logs.
impl fmt::Debug for TokenKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenKey")
    }
}

/// What the requests of one listing have in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Binding(Vec<u8>);

impl Binding {
    /// Of these texts; the order counts, and where one ends and the next begins.
    pub(super) fn of<'a>(texts: impl IntoIterator<Item = &'a str>) -> Self {
        let mut bytes = Vec::new();
        for text in [VERSION].into_iter().chain(texts) {
            bytes.extend_from_slice(&text.len().to_le_bytes());
            bytes.extend_from_slice(text.as_bytes());
        }
        // No text is that long: the payload that follows cannot be taken for another text.
        bytes.extend_from_slice(&usize::MAX.to_le_bytes());
        Self(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn key() -> TokenKey {
        TokenKey::new(*b"0123456789abcdef0123456789abcdef")
    }

    fn sealed() -> (Binding, String) {
        let binding = Binding::of(["ListBackupJobs", "111122223333", "state", "FAILED"]);
        let token = key().seal(&binding, &[Some("1".into()), None]);
        (binding, token)
    }

    #[test]
    fn a_token_opens_for_its_own_request_only() {
        let (binding, token) = sealed();
        assert_eq!(key().open(&binding, &token), Some(vec![Some("1".into()), None]));
        let other = Binding::of(["ListBackupJobs", "111122223333", "state", "FAILE", "D"]);
        assert_eq!(key().open(&other, &token), None);
        assert_eq!(TokenKey::new([0; 32]).open(&binding, &token), None);
        assert_eq!(format!("{:?}", key()), "TokenKey");
    }

    #[test]
    fn no_token_looks_like_a_flag() {
        let (binding, fields) = (sealed().0, [None]);
        let mut dashes = 0;
        for seed in 0..=u8::MAX {
            let key = TokenKey::new([seed; 32]);
            let token = key.seal(&binding, &fields);
            assert!(!token.starts_with('-'), "{token}");
            dashes += u32::from(token.starts_with(FOR_DASH));
            assert_eq!(key.open(&binding, &token), Some(fields.to_vec()));
        }
        assert!(dashes > 0);
    }

    proptest! {
        #[test]
        fn a_tampered_token_does_not_open(at in 0usize..60, with in "[A-Za-z0-9_-]") {
            let (binding, token) = sealed();
            let mut bytes = token.clone().into_bytes();
            let at = at % bytes.len();
            bytes[at] = with.as_bytes()[0];
            let tampered = String::from_utf8(bytes).unwrap();
            prop_assume!(tampered != token);
            prop_assert_eq!(key().open(&binding, &tampered), None);
        }

        #[test]
        fn any_other_text_does_not_open(text in ".*") {
            prop_assert_eq!(key().open(&sealed().0, &text), None);
        }
    }
}
