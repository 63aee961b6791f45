//! Signature Version 4, verified: who signed a request. Pure.
//!
//! Promises: a request passes only if a holder of a key signed all of it that the answer depends
//! on, within the last 15 minutes or the lifetime that a presigned address states. Refuses: session
//! tokens (keys here are long-term), payloads that are not signed, signatures that leave out `host`
//! or a header named `x-amz-…`.
//!
//! The checks come in the order in which AWS makes them. The arithmetic of signing is AWS's own
//! crate's; what the client signed is worked out anew in [`canonical`]. A request is good for as
//! long as its signature is: like AWS, this remembers no request that it has seen.

mod canonical;
mod date;
mod presented;
pub(super) mod refusal;
mod signed;

use std::time::{Duration, SystemTime};

use aws_sigv4::sign::v4::{calculate_signature, generate_signing_key};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::model::Instant;
use crate::serve::http::HttpRequest;

use super::callers::{AccessKey, KeyRing};
use super::credential::Credential;
use super::error::Exception;

use canonical::Canonical;
use presented::Presented;
use signed::SignedHeaders;

/// The one algorithm: AWS's other one needs keys that are not secrets.
const ALGORITHM: &str = "AWS4-HMAC-SHA256";
/// The header that states the hash of the body.
const CONTENT_SHA256: &str = "x-amz-content-sha256";
/// What a key that is not there is checked against, so that it takes the same work.
const DECOY: &str = "a secret of forty characters, of no use.";

/// Who signed a request, and for which Region.
#[derive(Debug)]
pub(super) struct Signer<'k> {
    pub(super) key: &'k AccessKey,
    pub(super) region: String,
}

/// Finds who signed `request`, as of `now`.
///
/// # Errors
/// AWS's exception for what is wrong with the signature; see [`refusal`].
pub(super) fn authenticate<'k>(
    request: &HttpRequest,
    keys: &'k KeyRing,
    now: Instant,
) -> Result<Signer<'k>, Exception> {
    let (path, query) = request.target.split_once('?').unwrap_or((&request.target, ""));
    let presented = Presented::read(&request.headers, query)?;
    presented.check_time(now)?;
    let is_presigned = presented.lifetime.is_some();
    let signed = SignedHeaders::read(&presented.signed_headers, &request.headers, is_presigned)?;
    if presented.algorithm != ALGORITHM {
        return Err(refusal::unsupported_algorithm(&presented.algorithm));
    }
    let credential = Credential::read(&presented.credential)?;
    credential.check(&presented.date)?;
    let body_hash = hex(&Sha256::digest(&request.body));
    let canonical = Canonical { method: request.method.as_str(), path, query, is_presigned };
    let canonical = canonical.text(&signed, &request.headers, &body_hash);
    let key = keys.get(credential.key_id);
    let secret = key.map_or(DECOY, |key| key.secret().reveal());
    let expected = signature(secret, &credential, &presented, &canonical);
    let is_right = expected.as_bytes().ct_eq(presented.signature.as_bytes());
    let Some(key) = key else { return Err(refusal::unrecognized()) };
    let mut stated = request.headers.get_all(CONTENT_SHA256).iter();
    if !bool::from(is_right) || !stated.all(|hash| hash == body_hash.as_str()) {
        return Err(refusal::mismatch());
    }
    if presented.has_token {
        return Err(refusal::unrecognized());
    }
    Ok(Signer { key, region: credential.region.to_owned() })
}

/// The signature that the holder of `secret` gives a canonical request.
fn signature(
    secret: &str,
    credential: &Credential<'_>,
    presented: &Presented,
    canonical: &[u8],
) -> String {
    let Credential { date, region, service, terminator, .. } = credential;
    let string_to_sign = format!(
        "{ALGORITHM}\n{}\n{date}/{region}/{service}/{terminator}\n{}",
        presented.date,
        hex(&Sha256::digest(canonical)),
    );
    // The credential's own date has been found to be that of this time.
    let since_1970 = Duration::from_micros(u64::try_from(presented.at.micros()).unwrap_or(0));
    let time = SystemTime::UNIX_EPOCH + since_1970;
    let key = generate_signing_key(secret, time, region, service);
    calculate_signature(key, string_to_sign.as_bytes())
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        // Writing to a string cannot fail.
        write!(text, "{byte:02x}").unwrap_or_default();
        text
    })
}

#[cfg(test)]
mod tests;
