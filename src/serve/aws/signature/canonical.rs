//! The canonical request: what a client signed, worked out from what arrived. Pure.
//!
//! As AWS specifies it for every service but S3 ("Create a signed AWS API request"): the path
//! normalised and encoded once more, the query decoded, encoded and sorted, the signed headers with
//! their values trimmed and joined.

use hyper::header::HeaderMap;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, percent_encode};

use super::signed::SignedHeaders;

/// What `UriEncode` encodes: everything but RFC 3986's unreserved characters.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// The parameter that cannot be part of what it signs.
const SIGNATURE: &[u8] = b"X-Amz-Signature";

/// What arrived, as it came.
#[derive(Clone, Copy, Debug)]
pub(super) struct Canonical<'a> {
    pub(super) method: &'a str,
    pub(super) path: &'a str,
    pub(super) query: &'a str,
    /// The signature stands in the query.
    pub(super) is_presigned: bool,
}

impl Canonical<'_> {
    /// The canonical request. Values of headers can have any bytes, and so can this.
    pub(super) fn text(
        self,
        signed: &SignedHeaders<'_>,
        headers: &HeaderMap,
        body_hash: &str,
    ) -> Vec<u8> {
        let query = query(self.query, self.is_presigned);
        let mut text = format!("{}\n{}\n{query}\n", self.method, path(self.path)).into_bytes();
        for name in signed.names() {
            text.extend_from_slice(name.as_bytes());
            text.push(b':');
            for (place, value) in headers.get_all(*name).iter().enumerate() {
                if place > 0 {
                    text.push(b',');
                }
                push_folded(&mut text, value.as_bytes());
            }
            text.push(b'\n');
        }
        text.push(b'\n');
        text.extend_from_slice(signed.names().join(";").as_bytes());
        text.push(b'\n');
        text.extend_from_slice(body_hash.as_bytes());
        text
    }
}

/// The path without empty and dotted pieces (RFC 3986, 5.2.4), encoded. It arrived encoded, so
/// that a percent sign becomes `%25`.
fn path(raw: &str) -> String {
    let mut pieces: Vec<&str> = Vec::new();
    for piece in raw.split('/') {
        match piece {
            "" | "." => {}
            ".." => {
                pieces.pop();
            }
            piece => pieces.push(piece),
        }
    }
    let mut text = String::new();
    for piece in &pieces {
        text.push('/');
        text.extend(percent_encode(piece.as_bytes(), RESERVED));
    }
    if pieces.is_empty() || ["/", "/.", "/.."].iter().any(|end| raw.ends_with(end)) {
        text.push('/');
    }
    text
}

/// The parameters, sorted as they are encoded, by name and then by value.
///
/// A plus is a plus, as it is to the router: who signs it as a space is refused, not misread.
fn query(raw: &str, is_presigned: bool) -> String {
    let encode = |text: &str| {
        let bytes: Vec<u8> = percent_decode_str(text).collect();
        percent_encode(&bytes, RESERVED).to_string()
    };
    let pair = |pair: &str| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (encode(name), encode(value))
    };
    let mut pairs: Vec<_> = raw.split('&').filter(|text| !text.is_empty()).map(pair).collect();
    pairs.retain(|(name, _)| !is_presigned || name.as_bytes() != SIGNATURE);
    pairs.sort();
    let pairs: Vec<_> = pairs.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
    pairs.join("&")
}

/// Adds a header's value without spaces around it, and with one for each run of them inside.
fn push_folded(text: &mut Vec<u8>, value: &[u8]) {
    let words = value.split(|byte| *byte == b' ').filter(|word| !word.is_empty());
    for (place, word) in words.enumerate() {
        if place > 0 {
            text.push(b' ');
        }
        text.extend_from_slice(word);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_normalised_and_encoded_once_more() {
        for (raw, expected) in [
            ("", "/"),
            ("/", "/"),
            ("//", "/"),
            ("/backup-jobs", "/backup-jobs"),
            ("/backup-jobs/", "/backup-jobs/"),
            ("//backup-jobs//x", "/backup-jobs/x"),
            ("/./backup-jobs/.", "/backup-jobs/"),
            ("/a/../backup-jobs", "/backup-jobs"),
            ("/../../backup-jobs", "/backup-jobs"),
            ("/a/b/..", "/a/"),
            ("/a/..", "/"),
            ("/a/%2e%2e/b", "/a/%252e%252e/b"),
            (
                "/resources/arn%3Aaws%2Fx/restore-jobs/",
                "/resources/arn%253Aaws%252Fx/restore-jobs/",
            ),
            ("/a b:é~", "/a%20b%3A%C3%A9~"),
        ] {
            assert_eq!(path(raw), expected, "{raw}");
        }
    }

    #[test]
    fn a_query_is_decoded_encoded_and_sorted() {
        for (raw, expected) in [
            ("", ""),
            ("&&", ""),
            ("b=2&a=1", "a=1&b=2"),
            ("a=2&a=10&a=1", "a=1&a=10&a=2"),
            ("a", "a="),
            ("a=b=c", "a=b%3Dc"),
            ("%61=%7e&B=%2a", "B=%2A&a=~"),
            // By the encoded name: the percent sign comes before letters and digits.
            ("a=1&%E1%88%B4=1&-=1", "%E1%88%B4=1&-=1&a=1"),
            ("a=x+y", "a=x%2By"),
            ("a=%zz&b=%2", "a=%25zz&b=%252"),
            ("a=%FF", "a=%FF"),
            ("a=é", "a=%C3%A9"),
            ("X-Amz-Signature=s&a=1", "X-Amz-Signature=s&a=1"),
        ] {
            assert_eq!(query(raw, false), expected, "{raw}");
        }
        assert_eq!(query("X-Amz-Signature=s&a=1&X%2DAmz-Signature=t", true), "a=1");
    }

    #[test]
    fn a_value_has_no_spaces_to_spare() {
        for (value, expected) in
            [("", ""), ("  a   b  ", "a b"), ("\"a  b\"", "\"a b\""), ("a\t b", "a\t b")]
        {
            let mut text = Vec::new();
            push_folded(&mut text, value.as_bytes());
            assert_eq!(text, expected.as_bytes(), "{value:?}");
        }
    }
}
