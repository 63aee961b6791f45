//! Which headers a signature covers, and whether those are enough. Pure.

use hyper::header::HeaderMap;

use super::super::error::Exception;
use super::refusal;

/// Headers of AWS's clients that are not signed with a presigned address: whoever fetches it adds
/// them. They change no answer here.
const ADDED_BY_FETCHERS: [&str; 2] = ["x-amz-user-agent", "x-amz-checksum-mode"];

/// The headers that a signature covers: in lower case, in order, each once, all of them there.
#[derive(Debug)]
pub(super) struct SignedHeaders<'a>(Vec<&'a str>);

impl<'a> SignedHeaders<'a> {
    /// Reads the list `host;x-amz-date` of a request with these headers.
    ///
    /// # Errors
    /// `host` or a header of AWS's is not in it, or it is not in its canonical form: no client
    /// that follows the rules signs such a list.
    pub(super) fn read(
        list: &'a str,
        headers: &HeaderMap,
        is_presigned: bool,
    ) -> Result<Self, Exception> {
        let names: Vec<&str> = list.split(';').collect();
        if !names.iter().any(|name| name.eq_ignore_ascii_case("host")) {
            let problem =
                "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.";
            return Err(refusal::invalid(problem));
        }
        let is_lower = |name: &&str| !name.bytes().any(|byte| byte.is_ascii_uppercase());
        let is_canonical = names.is_sorted_by(|a, b| a < b) && names.iter().all(is_lower);
        if !is_canonical || !names.iter().all(|name| headers.contains_key(*name)) {
            return Err(refusal::mismatch());
        }
        let must_be_signed = |name: &str| {
            name.starts_with("x-amz-") && !(is_presigned && ADDED_BY_FETCHERS.contains(&name))
        };
        let mut unsigned = headers.keys().filter(|name| !names.contains(&name.as_str()));
        if let Some(name) = unsigned.find(|name| must_be_signed(name.as_str())) {
            return Err(refusal::invalid(format!(
                "There were headers present in the request which were not signed: {name}"
            )));
        }
        Ok(Self(names))
    }

    /// The names.
    pub(super) fn names(&self) -> &[&'a str] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hyper::header::{HeaderName, HeaderValue};

    /// Reads `list` of a request that has `sent`.
    #[track_caller]
    fn check(list: &str, sent: &[&'static str], is_presigned: bool, expected: Result<(), &str>) {
        let mut headers = HeaderMap::new();
        for name in sent {
            headers.insert(HeaderName::from_static(name), HeaderValue::from_static("x"));
        }
        let got = SignedHeaders::read(list, &headers, is_presigned).map(|_| ());
        let got = got.map_err(|exception| exception.message);
        assert_eq!(got, expected.map_err(str::to_owned), "{list}");
    }

    #[test]
    fn the_list_is_in_its_canonical_form() {
        let sent = &["accept", "host", "x-amz-date"];
        check("host;x-amz-date", sent, false, Ok(()));
        check("accept;host;x-amz-date", sent, false, Ok(()));
        let mismatch = refusal::mismatch().message;
        for list in [
            "x-amz-date;host",
            "Host;x-amz-date",
            "host;host;x-amz-date",
            "host;x-amz-date;",
            ";host;x-amz-date",
            "host;te;x-amz-date",
            "host; x-amz-date",
            "host;x-amz-dat\u{e9}",
        ] {
            check(list, sent, false, Err(&mismatch));
        }
    }

    #[test]
    fn host_and_the_headers_of_aws_are_signed() {
        let host = "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.";
        for list in ["", "x-amz-date", "hosts;x-amz-date"] {
            check(list, &["host", "hosts", "x-amz-date"], false, Err(host));
        }
        let told = "There were headers present in the request which were not signed: x-amz-date";
        check("host", &["host", "x-amz-date"], false, Err(told));
        check("host", &["host", "x-amzn-trace-id", "user-agent"], false, Ok(()));
        check("host", &["host", "x-amz-user-agent"], true, Ok(()));
        let told =
            "There were headers present in the request which were not signed: x-amz-user-agent";
        check("host", &["host", "x-amz-user-agent"], false, Err(told));
    }
}
