//! The Region a request is for: that of its credential scope.
//!
//! Signatures are not verified here; whoever can reach the address is the configured caller.

use hyper::header::{AUTHORIZATION, HeaderMap};

use super::error::Exception;
use super::route::decode;

const ALGORITHM: &str = "AWS4-HMAC-SHA256";

/// The Region of the credential scope, from the `Authorization` header or, for a presigned
/// address, from `X-Amz-Credential`; `None` for a request that is not signed.
///
/// # Errors
/// A credential that is there but cannot be read.
pub(super) fn region(headers: &HeaderMap, target: &str) -> Result<Option<String>, Exception> {
    let Some(credential) = credential(headers, target)? else { return Ok(None) };
    let parts: Vec<&str> = credential.split('/').collect();
    // An access key id has no slash: AKID/20261122/eu-west-1/backup/aws4_request.
    match parts[..] {
        [_key, _date, region, _service, "aws4_request"] if is_region(region) => {
            Ok(Some(region.to_owned()))
        }
        _ => Err(Exception::incomplete_signature(&format!(
            "the credential \"{credential}\" is not key/date/region/service/aws4_request"
        ))),
    }
}

fn credential(headers: &HeaderMap, target: &str) -> Result<Option<String>, Exception> {
    if let Some(header) = headers.get(AUTHORIZATION) {
        let text = header.to_str().unwrap_or_default();
        let fields = text.strip_prefix(ALGORITHM).unwrap_or_default();
        let credential = fields.split(',').find_map(|f| f.trim().strip_prefix("Credential="));
        return credential.map(|text| Some(text.to_owned())).ok_or_else(|| {
            let problem = "the Authorization header has no AWS4-HMAC-SHA256 Credential";
            Exception::incomplete_signature(problem)
        });
    }
    let (_, query) = target.split_once('?').unwrap_or_default();
    let signed = query.split('&').find_map(|pair| pair.strip_prefix("X-Amz-Credential="));
    signed.map(decode).transpose()
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
        let short = "the credential \"AKID/eu-west-1\" is not key/date/region/service/aws4_request";
        check("AWS4-HMAC-SHA256 Credential=AKID/eu-west-1", "/", Err(short));
        let odd = "the credential \"A/1/../b/aws4_request\" is not \
                   key/date/region/service/aws4_request";
        check("AWS4-HMAC-SHA256 Credential=A/1/../b/aws4_request", "/", Err(odd));
    }
}
