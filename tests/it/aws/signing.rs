//! What AWS's signer signs is let in, and nothing else is: any change of it is refused.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use aws_sdk_backup::config::Credentials;
use aws_sigv4::http_request::{
    SignableBody, SignableRequest, SignatureLocation, SigningSettings, sign,
};
use aws_sigv4::sign::v4::SigningParams;
use hyper::Request;
use hyper::header::{AUTHORIZATION, HOST, HeaderValue};
use lookback::model::{FixedClock, Instant, MINUTE};
use lookback::serve::aws::AwsService;
use lookback::serve::http::{HttpRequest, Service};
use proptest::prelude::*;
use proptest::sample::Index;

use super::keys::{Key, READER, service_with_keys};
use super::{REGION, now};
use crate::warehouse::block_on;

/// How a request is signed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Signing {
    pub(crate) key: Key,
    pub(crate) at: Instant,
    pub(crate) region: &'static str,
    pub(crate) service: &'static str,
    pub(crate) token: Option<&'static str>,
    /// How long a presigned address is good for; a signature in the header has no such limit.
    pub(crate) expires_in: Option<Duration>,
}

impl Default for Signing {
    fn default() -> Self {
        let service = "backup";
        Self { key: READER, at: now(), region: REGION, service, token: None, expires_in: None }
    }
}

impl Signing {
    /// Signs `request` as AWS's clients do.
    pub(crate) fn sign(&self, mut request: Request<Vec<u8>>) -> Request<Vec<u8>> {
        let token = self.token.map(str::to_owned);
        let identity = Credentials::new(self.key.id, self.key.secret, token, None, "test").into();
        let mut settings = SigningSettings::default();
        if self.expires_in.is_some() {
            settings.signature_location = SignatureLocation::QueryParams;
            settings.expires_in = self.expires_in;
        }
        let since_1970 = Duration::from_micros(self.at.micros().try_into().unwrap());
        let parameters = SigningParams::builder()
            .identity(&identity)
            .region(self.region)
            .name(self.service)
            .time(SystemTime::UNIX_EPOCH + since_1970)
            .settings(settings)
            .build()
            .unwrap()
            .into();
        let headers = request.headers().iter();
        let headers = headers.map(|(name, value)| (name.as_str(), value.to_str().unwrap()));
        let body = SignableBody::Bytes(request.body());
        let uri = request.uri().to_string();
        let signable = SignableRequest::new(request.method().as_str(), uri, headers, body).unwrap();
        let (instructions, _) = sign(signable, &parameters).unwrap().into_parts();
        instructions.apply_to_request_http1x(&mut request);
        let host = HeaderValue::from_str(request.uri().authority().unwrap().as_str()).unwrap();
        request.headers_mut().insert(HOST, host);
        request
    }
}

/// A request that is not signed yet.
pub(crate) fn get(target: &str) -> Request<Vec<u8>> {
    Request::get(format!("http://localhost{target}")).body(Vec::new()).unwrap()
}

fn arrived(request: &Request<Vec<u8>>) -> HttpRequest {
    HttpRequest {
        method: request.method().clone(),
        target: request.uri().path_and_query().unwrap().as_str().to_owned(),
        headers: request.headers().clone(),
        body: request.body().clone().into(),
    }
}

fn service(at: Instant) -> AwsService {
    service_with_keys(Vec::new(), Arc::new(FixedClock(at)))
}

/// True if and only if the request is let in, whatever is answered then.
fn is_let_in(request: HttpRequest, at: Instant) -> bool {
    let reply = block_on(service(at).answer(request));
    assert!(!reply.status.is_server_error(), "{reply:?}");
    let is_refused = matches!(
        &*reply.log.code,
        "InvalidSignatureException"
            | "IncompleteSignatureException"
            | "UnrecognizedClientException"
            | "MissingAuthenticationTokenException"
    );
    assert_eq!(reply.log.key_id, if is_refused { "" } else { READER.id });
    !is_refused
}

const NAME: &str = "([a-zA-Z0-9._~*:/-]|%[2-7][0-9A-F]){1,6}";
const VALUE: &str = "([a-zA-Z0-9._~*:/=-]|%[2-7][0-9a-f]){0,6}";

prop_compose! {
    /// Any request that a client could send. A plus in a query is not one: clients of AWS write it
    /// `%2B`, and AWS's signer takes a bare one for a space.
    fn any_request()(
        method in "(GET|POST|PUT|DELETE)",
        path in "(/([a-zA-Z0-9._~:@!$&'()*,;=-]|%[0-9A-Fa-f]{2}){0,6}){1,4}",
        pairs in proptest::collection::vec((NAME, VALUE), 0..4),
        headers in proptest::collection::vec(
            ("(accept|my-header|x-amz-meta-[a-c])", "[ -~]{0,12}"),
            0..4,
        ),
        body in proptest::collection::vec(any::<u8>(), 0..20),
    ) -> Request<Vec<u8>> {
        let pairs: Vec<_> = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let question = if pairs.is_empty() { "" } else { "?" };
        let uri = format!("http://localhost:4560{path}{question}{}", pairs.join("&"));
        let mut request = Request::builder().method(&*method).uri(uri);
        for (name, value) in &headers {
            request = request.header(name, value);
        }
        request.body(body).unwrap()
    }
}

prop_compose! {
    fn any_signing()(
        region in prop_oneof![Just("eu-west-1"), Just("us-gov-west-1"), Just("x")],
        minutes in -14i64..=14,
        expires_in in proptest::option::of(900u64..=604_800),
    ) -> Signing {
        let at = now() + minutes * MINUTE;
        let expires_in = expires_in.map(Duration::from_secs);
        Signing { at, region, expires_in, ..Signing::default() }
    }
}

/// One change of one thing that is signed.
#[derive(Clone, Copy, Debug)]
enum Change {
    Method,
    Path,
    ParameterMore,
    ParameterLess(Index),
    Header(Index),
    HeaderLess(Index),
    Body,
    Date,
    Scope,
    Digit(Index),
}

fn any_change() -> impl Strategy<Value = Change> {
    prop_oneof![
        Just(Change::Method),
        Just(Change::Path),
        Just(Change::ParameterMore),
        any::<Index>().prop_map(Change::ParameterLess),
        any::<Index>().prop_map(Change::Header),
        any::<Index>().prop_map(Change::HeaderLess),
        Just(Change::Body),
        Just(Change::Date),
        Just(Change::Scope),
        any::<Index>().prop_map(Change::Digit),
    ]
}

impl Change {
    fn apply(self, request: &mut HttpRequest) {
        let (path, query) = match request.target.split_once('?') {
            Some((path, query)) => (path.to_owned(), query.to_owned()),
            None => (request.target.clone(), String::new()),
        };
        match self {
            Self::Method => request.method = "PATCH".parse().unwrap(),
            Self::Path => request.target = format!("{path}x?{query}"),
            Self::ParameterMore => request.target = format!("{path}?{query}&more=1"),
            Self::ParameterLess(which) => {
                let mut pairs: Vec<_> = query.split('&').collect();
                pairs.remove(which.index(pairs.len()));
                // Without any parameter there was none to take away.
                let less = if query.is_empty() { "more=1".to_owned() } else { pairs.join("&") };
                request.target = format!("{path}?{less}");
            }
            Self::Header(which) => {
                let value = signed_header(request, which);
                let changed = [value.as_bytes(), b"x"].concat();
                *value = HeaderValue::from_bytes(&changed).unwrap();
            }
            Self::HeaderLess(which) => {
                let name = signed_header_name(request, which);
                request.headers.remove(name);
            }
            Self::Body => request.body = [&request.body[..], b"x"].concat().into(),
            // Another second of the same minute.
            Self::Date => edit(request, "x-amz-date", |text| {
                let begin = text.find("X-Amz-Date=").map_or(0, |at| at + "X-Amz-Date=".len());
                swap_digit(text, begin + "20261122T10000".len())
            }),
            Self::Scope => edit(request, "authorization", |text| text.replace("backup", "backuq")),
            Self::Digit(which) => edit(request, "authorization", |text| {
                let begin = text.find("Signature=").unwrap() + "Signature=".len();
                swap_digit(text, begin + which.index(64))
            }),
        }
    }
}

fn signed_header_name(request: &HttpRequest, which: Index) -> hyper::header::HeaderName {
    let mut names: Vec<_> = request.headers.keys().filter(|name| *name != AUTHORIZATION).collect();
    names.sort_by_key(|name| name.as_str());
    names[which.index(names.len())].clone()
}

fn signed_header(request: &mut HttpRequest, which: Index) -> &mut HeaderValue {
    let name = signed_header_name(request, which);
    request.headers.get_mut(name).unwrap()
}

fn swap_digit(text: &str, at: usize) -> String {
    let other = if &text[at..=at] == "1" { "2" } else { "1" };
    format!("{}{other}{}", &text[..at], &text[at + 1..])
}

/// Changes the header, or the target if it is that which carries the signature.
fn edit(request: &mut HttpRequest, header: &str, change: impl Fn(&str) -> String) {
    if !request.headers.contains_key(AUTHORIZATION) {
        request.target = change(&request.target);
    } else if let Some(value) = request.headers.get_mut(header) {
        *value = HeaderValue::from_str(&change(value.to_str().unwrap())).unwrap();
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..<_>::default() })]

    #[test]
    fn what_is_signed_is_let_in_and_any_change_of_it_is_not(
        request in any_request(),
        signing in any_signing(),
        change in any_change(),
    ) {
        let mut request = arrived(&signing.sign(request));
        prop_assert!(is_let_in(request.clone(), now()), "{request:?}");
        change.apply(&mut request);
        prop_assert!(!is_let_in(request.clone(), now()), "{request:?}");
    }
}

#[test]
fn a_signature_is_good_for_a_quarter_of_an_hour_or_for_as_long_as_it_says() {
    let second = 1_000_000;
    for (expires_in, first, last) in [
        (None, -15 * MINUTE, 15 * MINUTE),
        (Some(60), -15 * MINUTE, MINUTE),
        (Some(604_800), -15 * MINUTE, 7 * 24 * 60 * MINUTE),
    ] {
        let expires_in = expires_in.map(Duration::from_secs);
        let request =
            arrived(&Signing { expires_in, ..Signing::default() }.sign(get("/copy-jobs")));
        for (after, is_good) in [
            (first - second, false),
            (first, true),
            (0, true),
            (last, true),
            (last + second, false),
        ] {
            assert_eq!(
                is_let_in(request.clone(), now() + after),
                is_good,
                "{expires_in:?} {after}"
            );
        }
    }
}
