//! From method and target to an operation and its decoded parameters.

use hyper::Method;
use percent_encoding::percent_decode_str;

use super::error::Exception;
use super::operation::{ALL, Operation, Parameter, Segment};

/// A request that some operation takes: its parameters, decoded, of which nothing is checked yet.
#[derive(Debug)]
pub(super) struct Routed {
    pub(super) operation: &'static Operation,
    /// Those of path and query that the operation knows, in its order; none is empty.
    pub(super) given: Vec<(&'static Parameter, String)>,
}

/// Finds the operation and reads its parameters.
///
/// The path is cut at its slashes before anything is decoded: an encoded slash belongs to its
/// label. One slash at the end changes nothing. Any other method or path is no operation, as with
/// AWS's own services (`PUT /backup-jobs` is `StartBackupJob` there, which is not offered here).
pub(super) fn route(method: &Method, target: &str) -> Result<Routed, Exception> {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let (operation, labels) = find(method, path).ok_or_else(Exception::unknown_operation)?;
    let mut given = Vec::with_capacity(4);
    for (parameter, text) in labels {
        let value = decode(text)?;
        if value.is_empty() {
            return Err(Exception::missing(parameter.member));
        }
        given.push((parameter, value));
    }
    let mut asked = read_query(operation, query)?;
    asked.sort_by_key(|(place, _)| *place);
    for (place, value) in asked {
        let parameter = &operation.parameters[place];
        if given.last().is_some_and(|(last, _)| last.member == parameter.member) {
            return Err(Exception::parameter(parameter.member, "given more than once"));
        }
        given.push((parameter, value));
    }
    Ok(Routed { operation, given })
}

type Labels<'a> = Vec<(&'static Parameter, &'a str)>;

fn find<'a>(method: &Method, path: &'a str) -> Option<(&'static Operation, Labels<'a>)> {
    if method != Method::GET {
        return None;
    }
    let path = path.strip_prefix('/')?;
    let path = path.strip_suffix('/').unwrap_or(path);
    let pieces: Vec<&str> = path.split('/').collect();
    ALL.into_iter().find_map(|operation| Some((operation, labels(operation, &pieces)?)))
}

fn labels<'a>(operation: &'static Operation, pieces: &[&'a str]) -> Option<Labels<'a>> {
    if operation.path.len() != pieces.len() {
        return None;
    }
    let mut labels = Vec::new();
    for (segment, piece) in operation.path.iter().zip(pieces) {
        match segment {
            Segment::Is(text) if text == piece => {}
            Segment::Is(_) => return None,
            // A signature covers the path without them: as labels they could be slipped in.
            Segment::Label(_) if matches!(*piece, "." | "..") => return None,
            Segment::Label(parameter) => labels.push((parameter, *piece)),
        }
    }
    Some(labels)
}

/// The known parameters of a query by their place in the operation. Names count in any case;
/// unknown ones are ignored, as AWS does. An empty value is refused by who reads it.
fn read_query(operation: &Operation, query: &str) -> Result<Vec<(usize, String)>, Exception> {
    let mut found = Vec::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (name, value) = (decode(name)?, decode(value)?);
        let known = |parameter: &Parameter| parameter.wire.eq_ignore_ascii_case(&name);
        if let Some(place) = operation.parameters.iter().position(known) {
            found.push((place, value));
        }
    }
    Ok(found)
}

/// Percent-decoding that refuses what is none. A plus is a plus: AWS's clients write `%20`.
pub(super) fn decode(text: &str) -> Result<String, Exception> {
    let bytes = text.as_bytes();
    for (at, _) in bytes.iter().enumerate().filter(|(_, byte)| **byte == b'%') {
        let digits = bytes.get(at + 1..at + 3);
        if !digits.is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit)) {
            return Err(Exception::malformed("the request has a broken percent-encoding"));
        }
    }
    let decoded = percent_decode_str(text).decode_utf8();
    decoded.map(std::borrow::Cow::into_owned).map_err(|_| {
        Exception::malformed("the request has a percent-encoding that is no UTF-8 text")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `Operation member=value …`, or the exception.
    #[track_caller]
    fn check(target: &str, expected: &str) {
        let got = match route(&Method::GET, target) {
            Ok(routed) => routed
                .given
                .iter()
                .fold(routed.operation.name.to_owned(), |text, (parameter, value)| {
                    format!("{text} {}={value}", parameter.member)
                }),
            Err(exception) => format!("{}: {}", exception.code, exception.message),
        };
        assert_eq!(got, expected, "{target}");
    }

    fn unknown() -> String {
        format!("UnknownOperationException: {}", Exception::unknown_operation().message)
    }

    #[test]
    fn a_slash_at_the_end_changes_nothing() {
        check("/backup-jobs", "ListBackupJobs");
        check("/backup-jobs/", "ListBackupJobs");
        check("/scan/jobs/", "ListScanJobs");
        check("/scan/jobs/x/", "DescribeScanJob ScanJobId=x");
        check("/audit/backup-job-summaries/", "ListBackupJobSummaries");
    }

    #[test]
    fn names_count_in_any_case_and_unknown_ones_not_at_all() {
        check("/backup-jobs/?STATE=FAILED&x=1&x=2&&=", "ListBackupJobs ByState=FAILED");
        check(
            "/audit/backup-job-summaries/?accountId=ANY&state=FAILED&aggregationPeriod=ONE_DAY",
            "ListBackupJobSummaries AccountId=ANY State=FAILED AggregationPeriod=ONE_DAY",
        );
        check("/scan/jobs?bystate=FAILED&state=RUNNING", "ListScanJobs ByState=FAILED");
    }

    #[test]
    fn an_encoded_slash_belongs_to_its_label() {
        check("/copy-jobs/x%2Fy", "DescribeCopyJob CopyJobId=x/y");
        check(
            "/resources/arn%3Aaws%3Aec2%3A%3A%3Avolume%2Fvol-1/restore-jobs/",
            "ListRestoreJobsByProtectedResource ResourceArn=arn:aws:ec2:::volume/vol-1",
        );
        check("/backup%2Djobs", &unknown());
    }

    #[test]
    fn an_empty_label_is_missing() {
        let missing = "MissingParameterValueException: ResourceArn: a value is required";
        check("/resources//restore-jobs/", missing);
    }

    #[test]
    fn a_broken_encoding_is_refused_wherever_it_stands() {
        let broken = "ValidationException: the request has a broken percent-encoding";
        for target in ["/copy-jobs/x%2", "/copy-jobs/%zz", "/copy-jobs?a=%", "/copy-jobs?%+1=b"] {
            check(target, broken);
        }
        let no_text =
            "ValidationException: the request has a percent-encoding that is no UTF-8 text";
        check("/copy-jobs/%FF", no_text);
    }

    #[test]
    fn a_parameter_given_twice_is_refused() {
        let twice = "InvalidParameterValueException: ByState: given more than once";
        check("/copy-jobs?state=FAILED&maxResults=1&State=FAILED", twice);
    }

    #[test]
    fn other_methods_and_paths_are_no_operation() {
        let unknown = &unknown();
        for target in ["/", "", "*", "//backup-jobs", "/backup-jobs/a/b", "/Backup-Jobs", "/scan"] {
            check(target, unknown);
        }
        for target in
            ["/copy-jobs/..", "/copy-jobs/.", "/resources/../restore-jobs", "/./scan/jobs"]
        {
            check(target, unknown);
        }
        for method in [Method::PUT, Method::POST, Method::HEAD, Method::DELETE, Method::OPTIONS] {
            assert!(route(&method, "/backup-jobs").is_err());
        }
    }
}
