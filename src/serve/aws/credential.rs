//! The credential of a signature: which key it names, and for which day, Region and service.

use hyper::header::{AUTHORIZATION, HeaderMap};

use super::error::Exception;
use super::route::decode;
use super::signature::refusal::{incomplete, invalid};

const ALGORITHM: &str = "AWS4-HMAC-SHA256";
/// AWS Backup's name in signatures.
const SERVICE: &str = "backup";
/// The end of every credential.
const TERMINATOR: &str = "aws4_request";

/// A credential, cut at its slashes: an access key id has none.
#[derive(Debug)]
pub(super) struct Credential<'a> {
    pub(super) key_id: &'a str,
    pub(super) date: &'a str,
    pub(super) region: &'a str,
    pub(super) service: &'a str,
    pub(super) terminator: &'a str,
}

impl<'a> Credential<'a> {
    /// Reads `AKID/20261122/eu-west-1/backup/aws4_request`.
    ///
    /// # Errors
    /// It has another number of pieces.
    pub(super) fn read(text: &'a str) -> Result<Self, Exception> {
        let pieces: Vec<&str> = text.split('/').collect();
        let [key_id, date, region, service, terminator] = pieces[..] else {
            return Err(incomplete(format!(
                "Credential must have exactly 5 slash-delimited elements, e.g. \
                 keyid/date/region/service/term, got '{text}'"
            )));
        };
        Ok(Self { key_id, date, region, service, terminator })
    }

    /// Whether it is for a request to this service that was signed at `signed_at`, the basic
    /// format of its instant.
    ///
    /// # Errors
    /// Everything that is not right, at once.
    pub(super) fn check(&self, signed_at: &str) -> Result<(), Exception> {
        let mut problems = Vec::new();
        if !is_region(self.region) {
            problems.push(wrong_region(self.region));
        }
        if self.service != SERVICE {
            problems.push(format!("Credential should be scoped to correct service: '{SERVICE}'."));
        }
        if self.terminator != TERMINATOR {
            problems.push(format!(
                "Credential should be scoped with a valid terminator: '{TERMINATOR}', not '{}'.",
                self.terminator
            ));
        }
        let day = signed_at.get(..8).unwrap_or_default();
        if self.date != day {
            problems.push(format!(
                "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date \
                 from HTTP: '{}' != '{day}', from '{signed_at}'.",
                self.date
            ));
        }
        if problems.is_empty() { Ok(()) } else { Err(invalid(problems.join(" "))) }
    }
}

/// The Region of a request whose signature nobody verifies, from the `Authorization` header or,
/// for a presigned address, from `X-Amz-Credential`; `None` for a request that is not signed.
///
/// # Errors
/// A credential that is there but cannot be read.
pub(super) fn region(headers: &HeaderMap, target: &str) -> Result<Option<String>, Exception> {
    let Some(credential) = credential(headers, target)? else { return Ok(None) };
    let region = Credential::read(&credential)?.region;
    if is_region(region) {
        return Ok(Some(region.to_owned()));
    }
    Err(invalid(wrong_region(region)))
}

fn credential(headers: &HeaderMap, target: &str) -> Result<Option<String>, Exception> {
    if let Some(header) = headers.get(AUTHORIZATION) {
        let text = header.to_str().unwrap_or_default();
        let fields = text.strip_prefix(ALGORITHM).unwrap_or_default();
        let credential = fields.split(',').find_map(|f| f.trim().strip_prefix("Credential="));
        return credential.map(|text| Some(text.to_owned())).ok_or_else(|| {
            incomplete("the Authorization header has no AWS4-HMAC-SHA256 Credential")
        });
    }
    let (_, query) = target.split_once('?').unwrap_or_default();
    let signed = query.split('&').find_map(|pair| pair.strip_prefix("X-Amz-Credential="));
    signed.map(decode).transpose()
}

fn wrong_region(region: &str) -> String {
    format!("Credential should be scoped to a valid region, not '{region}'.")
}

fn is_region(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    !text.is_empty() && text.len() <= 32 && text.bytes().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(authorization: &str, target: &str, expected: Result<Option<&str>, &str>) {
        let mut headers = HeaderMap::new();
        if !authorization.is_empty() {
            headers.insert(AUTHORIZATION, authorization.parse().unwrap());
        }
        let got = region(&headers, target).map_err(|exception| exception.message);
        assert_eq!(got, expected.map(|r| r.map(str::to_owned)).map_err(str::to_owned));
    }

    #[test]
    fn the_header_tells_the_region() {
        let header = "AWS4-HMAC-SHA256 Credential=AKID/20261122/eu-west-1/backup/aws4_request, \
                      SignedHeaders=host;x-amz-date, Signature=00";
        check(header, "/backup-jobs", Ok(Some("eu-west-1")));
        check("", "/backup-jobs", Ok(None));
    }

    #[test]
    fn a_presigned_address_tells_the_region() {
        let target =
            "/backup-jobs?a=b&X-Amz-Credential=AKID%2F20261122%2Fus-east-1%2Fbackup%2Faws4_request";
        check("", target, Ok(Some("us-east-1")));
    }

    #[test]
    fn a_credential_that_cannot_be_read_is_refused() {
        let none = "the Authorization header has no AWS4-HMAC-SHA256 Credential";
        check("Basic dXNlcjpwYXNz", "/", Err(none));
        check("AWS4-HMAC-SHA256 Signature=00", "/", Err(none));
        let short = "Credential must have exactly 5 slash-delimited elements, e.g. \
                     keyid/date/region/service/term, got 'AKID/eu-west-1'";
        check("AWS4-HMAC-SHA256 Credential=AKID/eu-west-1", "/", Err(short));
        let odd = "Credential should be scoped to a valid region, not '..'.";
        check("AWS4-HMAC-SHA256 Credential=A/1/../b/aws4_request", "/", Err(odd));
    }
    #[track_caller]
    fn check_scope(credential: &str, expected: Result<(), &str>) {
        let got = Credential::read(credential).and_then(|it| it.check("20261122T100000Z"));
        assert_eq!(got.map_err(|exception| exception.message), expected.map_err(str::to_owned));
    }

    #[test]
    fn a_scope_is_told_all_that_is_wrong_with_it() {
        check_scope("AKID/20261122/eu-west-1/backup/aws4_request", Ok(()));
        let all = "Credential should be scoped to a valid region, not 'Mars!'. \
                   Credential should be scoped to correct service: 'backup'. \
                   Credential should be scoped with a valid terminator: 'aws4_request', not \
                   'aws4'. Date in Credential scope does not match YYYYMMDD from ISO-8601 \
                   version of date from HTTP: '20261121' != '20261122', from '20261122T100000Z'.";
        check_scope("AKID/20261121/Mars!/s3/aws4", Err(all));
        let five = "Credential must have exactly 5 slash-delimited elements, e.g. \
                    keyid/date/region/service/term, got 'AKID/20261122/backup/aws4_request'";
        check_scope("AKID/20261122/backup/aws4_request", Err(five));
        let service = "Credential should be scoped to correct service: 'backup'.";
        check_scope("AKID/20261122/eu-west-1/BACKUP/aws4_request", Err(service));
    }
}
