//! The signature as the request presents it: in its header, or in its query. Pure.

use hyper::header::{AUTHORIZATION, DATE, HeaderMap, HeaderName, HeaderValue};
use percent_encoding::percent_decode_str;

use crate::model::{Instant, MINUTE, SECOND};

use super::super::error::Exception;
use super::{date, refusal};

/// How far the clocks of client and server may be apart.
const SKEW_MINUTES: i64 = 15;
/// The longest life of a presigned address: a week.
const LIFETIME_SECONDS_MAX: i64 = 604_800;
const X_AMZ_DATE: HeaderName = HeaderName::from_static("x-amz-date");
const TOKEN_HEADER: HeaderName = HeaderName::from_static("x-amz-security-token");
const TOKEN_PARAMETER: &str = "X-Amz-Security-Token";
const ALGORITHM: &str = "X-Amz-Algorithm";
/// What a presigned address must have, in the order in which AWS names what is missing.
const REQUIRED: [&str; 6] = [
    ALGORITHM,
    "X-Amz-Credential",
    "X-Amz-Signature",
    "X-Amz-SignedHeaders",
    "X-Amz-Date",
    "X-Amz-Expires",
];

/// A signature, read and not yet checked.
#[derive(Debug)]
pub(super) struct Presented {
    pub(super) algorithm: String,
    pub(super) credential: String,
    pub(super) signed_headers: String,
    pub(super) signature: String,
    /// The instant of signing in the basic format, as it was signed.
    pub(super) date: String,
    pub(super) at: Instant,
    /// How many seconds a presigned address is good for; `None` for a signature in the header.
    pub(super) lifetime: Option<i64>,
    /// A session token came with it.
    pub(super) has_token: bool,
}

impl Presented {
    /// Reads the one signature of a request.
    ///
    /// # Errors
    /// There is none, or more than one, or it lacks something.
    pub(super) fn read(headers: &HeaderMap, query: &str) -> Result<Self, Exception> {
        let parameters = parameters(query);
        let has_token = headers.contains_key(TOKEN_HEADER) || parameters.has(TOKEN_PARAMETER);
        let mut authorizations = headers.get_all(AUTHORIZATION).iter();
        let header = authorizations.next();
        if authorizations.next().is_some() {
            return Err(refusal::incomplete("More than one Authorization header."));
        }
        match (header, parameters.has(ALGORITHM)) {
            (None, false) => Err(refusal::missing()),
            (Some(_), true) => Err(refusal::invalid(
                "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP \
                 header.",
            )),
            (Some(header), false) => Self::in_header(header, headers, has_token),
            (None, true) => Self::in_query(&parameters, has_token),
        }
    }

    /// `AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…`
    fn in_header(
        header: &HeaderValue,
        headers: &HeaderMap,
        has_token: bool,
    ) -> Result<Self, Exception> {
        let text = String::from_utf8_lossy(header.as_bytes());
        let (algorithm, rest) = text.trim().split_once(' ').unwrap_or((text.trim(), ""));
        let fields = fields(rest, header)?;
        let date = date_header(headers);
        check_fields(&fields, date.is_some(), header)?;
        let (date, at) = date.unwrap_or_else(|| (String::new(), None));
        Ok(Self {
            algorithm: algorithm.to_owned(),
            credential: fields.value("Credential"),
            signed_headers: fields.value("SignedHeaders"),
            signature: fields.value("Signature"),
            at: at.ok_or_else(|| wrong_date(&date))?,
            date,
            lifetime: None,
            has_token,
        })
    }

    /// The parameters of a presigned address.
    fn in_query(parameters: &Named, has_token: bool) -> Result<Self, Exception> {
        check_parameters(parameters)?;
        let date = parameters.value("X-Amz-Date");
        Ok(Self {
            algorithm: parameters.value(ALGORITHM),
            credential: parameters.value("X-Amz-Credential"),
            signed_headers: parameters.value("X-Amz-SignedHeaders"),
            signature: parameters.value("X-Amz-Signature"),
            at: date::parse(&date).ok_or_else(|| wrong_date(&date))?,
            date,
            lifetime: Some(lifetime(&parameters.value("X-Amz-Expires"))?),
            has_token,
        })
    }

    /// Whether the signature is good at `now`.
    ///
    /// # Errors
    /// It has expired, or is dated later than clocks may be apart.
    pub(super) fn check_time(&self, now: Instant) -> Result<(), Exception> {
        let skew = SKEW_MINUTES * MINUTE;
        let told = date::basic;
        let (date, now_told) = (&self.date, told(now));
        if self.at > now + skew {
            let latest = told(now + skew);
            return Err(refusal::invalid(format!(
                "Signature not yet current: {date} is still later than {latest} ({now_told} + \
                 {SKEW_MINUTES} min.)"
            )));
        }
        match self.lifetime {
            None if self.at < now - skew => Err(refusal::invalid(format!(
                "Signature expired: {date} is now earlier than {} ({now_told} - {SKEW_MINUTES} \
                 min.)",
                told(now - skew)
            ))),
            Some(seconds) if self.at + seconds * SECOND < now => {
                let end = told(self.at + seconds * SECOND);
                Err(refusal::invalid(format!(
                    "Signature expired: {end} is now earlier than {now_told}"
                )))
            }
            None | Some(_) => Ok(()),
        }
    }
}

/// Texts with names, in the order in which they came.
#[derive(Debug)]
struct Named(Vec<(String, String)>);

impl Named {
    fn count(&self, name: &str) -> usize {
        self.0.iter().filter(|(other, _)| other == name).count()
    }

    fn has(&self, name: &str) -> bool {
        self.count(name) > 0
    }

    /// The first text with that name; empty if there is none.
    fn value(&self, name: &str) -> String {
        let found = self.0.iter().find(|(other, _)| other == name);
        found.map(|(_, text)| text.clone()).unwrap_or_default()
    }
}

/// The parameters of a query, decoded; bytes that are no text match nothing.
fn parameters(query: &str) -> Named {
    let decode = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let named = |pair: &str| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        (decode(name), decode(value))
    };
    Named(query.split('&').map(named).collect())
}

/// Every parameter of a presigned address is there, once.
fn check_parameters(parameters: &Named) -> Result<(), Exception> {
    let missing = REQUIRED.iter().filter(|name| parameters.value(name).is_empty());
    let must = |name: &&str| format!("AWS query-string parameters must include '{name}'. ");
    let missing: Vec<_> = missing.map(must).collect();
    if !missing.is_empty() {
        let problem = format!("{}Re-examine the query-string parameters.", missing.concat());
        return Err(refusal::incomplete(problem));
    }
    match REQUIRED.iter().find(|name| parameters.count(name) > 1) {
        Some(name) => Err(refusal::incomplete(format!(
            "AWS query-string parameters must include '{name}' once. Re-examine the query-string \
             parameters."
        ))),
        None => Ok(()),
    }
}

/// `name=value` between commas.
fn fields(text: &str, header: &HeaderValue) -> Result<Named, Exception> {
    let fields = text.split(',').map(str::trim).filter(|field| !field.is_empty());
    let named = fields.map(|field| {
        let (name, value) = field.split_once('=').ok_or_else(|| {
            refusal::incomplete(format!(
                "Invalid key=value pair (missing equal-sign) in Authorization header (hashed with \
                 SHA-256 and encoded with Base64): '{}'.",
                refusal::hashed(header.as_bytes())
            ))
        })?;
        Ok((name.to_owned(), value.to_owned()))
    });
    named.collect::<Result<_, _>>().map(Named)
}

/// Every field of the header is there, once, and a date.
fn check_fields(fields: &Named, has_date: bool, header: &HeaderValue) -> Result<(), Exception> {
    let required = ["Credential", "Signature", "SignedHeaders"];
    let missing = required.iter().filter(|name| fields.count(name) != 1);
    let told = |name: &&str| format!("Authorization header requires '{name}' parameter. ");
    let mut problems: Vec<_> = missing.map(told).collect();
    if !has_date {
        let either = "a 'X-Amz-Date' or a 'Date' header. ";
        problems.push(format!("Authorization header requires existence of either {either}"));
    }
    if problems.is_empty() {
        return Ok(());
    }
    let problems = problems.concat();
    let hash = refusal::hashed(header.as_bytes());
    Err(refusal::incomplete(format!(
        "{problems}(Hashed with SHA-256 and encoded with Base64) Authorization={hash}"
    )))
}

/// The instant of signing, as it was signed and as it is; `x-amz-date` goes before `Date`.
fn date_header(headers: &HeaderMap) -> Option<(String, Option<Instant>)> {
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let all = |name| headers.get_all(name).iter().map(text).collect::<Vec<_>>().join(",");
    if headers.contains_key(&X_AMZ_DATE) {
        let date = all(&X_AMZ_DATE);
        let at = date::parse(&date);
        return Some((date, at));
    }
    headers.contains_key(DATE).then(|| {
        let date = all(&DATE);
        match date::parse_header(&date) {
            Some(at) => (date::basic(at), Some(at)),
            None => (date, None),
        }
    })
}

fn wrong_date(date: &str) -> Exception {
    refusal::incomplete(format!(
        "Date must be in ISO-8601 'basic format'. Got '{date}'. See \
         http://en.wikipedia.org/wiki/ISO_8601"
    ))
}

/// The seconds of `X-Amz-Expires`.
fn lifetime(text: &str) -> Result<i64, Exception> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let seconds = text.parse().ok().filter(|_| digits);
    seconds.filter(|seconds| (1..=LIFETIME_SECONDS_MAX).contains(seconds)).ok_or_else(|| {
        refusal::incomplete(
            "X-Amz-Expires must be a number of seconds from 1 to a week (604800 seconds).",
        )
    })
}
