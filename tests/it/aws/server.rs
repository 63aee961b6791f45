//! The server's own behaviour, over plain sockets: bounds, time, panics, faults, stopping.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use hyper::StatusCode;
use lookback::serve::aws::{Caller, Exception, Faults, Interference, RequestInfo, Scope};
use lookback::serve::http::{Failure, HttpRequest, Limits, Service, serve};
use lookback::serve::{BodyFault, Reply};
use lookback::tables::Absent;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::jobs::jobs;
use super::sdk::Endpoint;
use super::{REGION, service};

/// An answer that the system's buffers between two sockets cannot hold.
const BIG: usize = 32 << 20;

/// Does what the path says.
struct Moody;

impl Service for Moody {
    async fn answer(&self, request: HttpRequest) -> Reply {
        match request.target.as_str() {
            "/panic" => panic!("as asked"),
            "/slow" => tokio::time::sleep(Duration::from_mins(1)).await,
            "/late" => tokio::time::sleep(Duration::from_millis(300)).await,
            "/big" => return Reply::new(StatusCode::OK, vec![b'x'; BIG]),
            _ => {}
        }
        Reply::new(StatusCode::OK, format!("{} {}", request.target, request.body.len()))
    }

    fn failure(&self, failure: Failure) -> Reply {
        Reply::new(StatusCode::INTERNAL_SERVER_ERROR, format!("{failure:?}"))
    }
}

struct Running {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    done: JoinHandle<()>,
}

async fn start(limits: Limits) -> Running {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let shutdown = async { stopped.await.unwrap_or_default() };
    let done =
        tokio::spawn(async move { serve(listener, shutdown, Arc::new(Moody), limits).await });
    Running { address, stop, done }
}

/// Sends bytes, and reads until the server closes.
async fn exchange(address: SocketAddr, request: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    // A connection that is cut off is an error here, and no surprise.
    stream.read_to_end(&mut answer).await.unwrap_or_default();
    String::from_utf8_lossy(&answer).into_owned()
}

fn get(target: &str) -> String {
    format!("GET {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
}

/// The status line's number and the body.
#[track_caller]
fn check(answer: &str, expected: &str) {
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((answer, ""));
    let status = head.split(' ').nth(1).unwrap_or("none");
    assert_eq!(format!("{status} {body}").trim_end(), expected, "{answer}");
}

#[tokio::test]
async fn a_panic_is_an_answer_and_the_server_lives_on() {
    let server = start(Limits::default()).await;
    check(&exchange(server.address, &get("/panic")).await, "500 Panicked");
    check(&exchange(server.address, &get("/next")).await, "200 /next 0");
}

#[tokio::test]
async fn every_bound_is_kept() {
    let limits = Limits {
        header_bytes: 8192,
        headers: 8,
        target_bytes: 100,
        body_bytes: 10,
        request_timeout: Duration::from_millis(200),
        header_timeout: Duration::from_millis(200),
        ..Limits::default()
    };
    let server = start(limits).await;
    let address = server.address;
    check(&exchange(address, &get("/slow")).await, "500 TimedOut");
    let long = format!("/{}", "x".repeat(100));
    check(&exchange(address, &get(&long)).await, "500 TargetTooLong");
    let post = |body: &str| {
        let length = body.len();
        format!("POST / HTTP/1.1\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}")
    };
    check(&exchange(address, &post("0123456789")).await, "200 / 10");
    check(&exchange(address, &post("0123456789X")).await, "500 BadBody");
    let many = "a: b\r\n".repeat(20);
    check(&exchange(address, &format!("GET / HTTP/1.1\r\n{many}\r\n")).await, "431");
    let big = "b".repeat(10_000);
    check(&exchange(address, &format!("GET / HTTP/1.1\r\na: {big}\r\n\r\n")).await, "431");
    check(&exchange(address, "GET / HT").await, "none");
    check(&exchange(address, "\0\u{1}\u{2}\r\n\r\n").await, "400");
}

#[tokio::test]
async fn connections_beyond_the_bound_wait_for_their_turn() {
    let limits = Limits { connections: 1, ..Limits::default() };
    let server = start(limits).await;
    let first = TcpStream::connect(server.address).await.unwrap();
    // Lets the server take the first connection.
    tokio::time::sleep(Duration::from_millis(50)).await;
    let waiting = tokio::spawn(async move { exchange(server.address, &get("/second")).await });
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(!waiting.is_finished());
    drop(first);
    check(&waiting.await.unwrap(), "200 /second 0");
}

#[tokio::test]
async fn a_client_that_reads_nothing_loses_its_connection() {
    let write_timeout = Duration::from_millis(300);
    let server = start(Limits { connections: 1, write_timeout, ..Limits::default() }).await;
    let mut deaf = TcpStream::connect(server.address).await.unwrap();
    deaf.write_all(get("/big").as_bytes()).await.unwrap();
    let request = get("/second");
    let second = exchange(server.address, &request);
    let second = tokio::time::timeout(Duration::from_secs(20), second).await;
    check(&second.expect("a connection is free again"), "200 /second 0");
    drop(deaf);
}

#[tokio::test]
async fn stopping_lets_requests_end_and_takes_no_more() {
    let server = start(Limits::default()).await;
    let address = server.address;
    let idle = TcpStream::connect(address).await.unwrap();
    let late = tokio::spawn(async move { exchange(address, &get("/late")).await });
    tokio::time::sleep(Duration::from_millis(100)).await;
    server.stop.send(()).unwrap();
    check(&late.await.unwrap(), "200 /late 0");
    server.done.await.unwrap();
    assert!(TcpStream::connect(address).await.is_err());
    drop(idle);
}

#[tokio::test]
async fn stopping_cuts_off_what_does_not_end() {
    let server = start(Limits { drain: Duration::from_millis(100), ..Limits::default() }).await;
    let address = server.address;
    let slow = tokio::spawn(async move { exchange(address, &get("/slow")).await });
    tokio::time::sleep(Duration::from_millis(50)).await;
    server.stop.send(()).unwrap();
    server.done.await.unwrap();
    check(&slow.await.unwrap(), "none");
}

#[tokio::test]
async fn an_old_connection_is_closed_after_its_answer() {
    let limits = Limits { connection_age: Duration::from_millis(100), ..Limits::default() };
    let server = start(limits).await;
    let address = server.address;
    let keep = "GET /late HTTP/1.1\r\nHost: localhost\r\n\r\n";
    check(&exchange(address, keep).await, "200 /late 0");
}

#[tokio::test]
async fn every_answer_has_a_request_id() {
    let server = start(Limits::default()).await;
    let address = server.address;
    for target in ["/", "/panic"] {
        let answer = exchange(address, &get(target)).await.to_lowercase();
        let id = answer.split_once("x-amzn-requestid: ").unwrap().1.lines().next().unwrap();
        assert_eq!(uuid::Uuid::parse_str(id).unwrap().get_version_num(), 4);
    }
}

/// Where a test's log lines go.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn every_request_is_one_line_without_its_query() {
    let log = Log::default();
    let writer = log.clone();
    let format = tracing_subscriber::fmt().json().flatten_event(true).without_time();
    let subscriber = format.with_writer(move || writer.clone()).finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let endpoint = Endpoint::start(service(jobs(1, 12), Scope::Organization), Limits::default());
    let endpoint = endpoint.await;
    for target in ["/backup-jobs?accountId=*&maxResults=2", "/copy-jobs?state=X", "/nothing"] {
        exchange(endpoint.address, &get(target)).await;
    }
    endpoint.stop().await;
    let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    let lines = text.lines().map(|line| {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        assert!(line["micros"].is_u64() && line["request_id"].is_string());
        assert_eq!(line["key_id"], "", "nobody signed");
        let fields = ["level", "message", "method", "path", "operation", "status", "code", "rows"];
        assert_eq!(line.as_object().unwrap().len(), fields.len() + 4, "{line}");
        fields.map(|field| line[field].to_string().replace('"', "")).join(" ")
    });
    let expected = [
        "INFO request GET /backup-jobs ListBackupJobs 200  2",
        "INFO request GET /copy-jobs ListCopyJobs 400 InvalidParameterValueException 0",
        "INFO request GET /nothing  404 UnknownOperationException 0",
    ];
    assert_eq!(lines.collect::<Vec<_>>(), expected);
}

/// The same fault for every request.
#[derive(Debug)]
struct Always(Interference);

impl Faults for Always {
    fn interfere(&self, request: &RequestInfo<'_>) -> Interference {
        let Caller { region, .. } = request.caller;
        assert_eq!((request.operation, region.as_str()), ("ListBackupJobs", REGION));
        self.0.clone()
    }
}

/// What was read of an answer, and how the connection ended.
async fn read_with(fault: Interference) -> (String, io::Result<usize>) {
    let service = service(jobs(1, 12), Scope::Organization).with_faults(Arc::new(Always(fault)));
    let endpoint = Endpoint::start(service, Limits::default()).await;
    let mut stream = TcpStream::connect(endpoint.address).await.unwrap();
    stream.write_all(get("/backup-jobs?accountId=*").as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    let ended = stream.read_to_end(&mut answer).await;
    endpoint.stop().await;
    (String::from_utf8(answer).unwrap(), ended)
}

async fn answer_with(fault: Interference) -> String {
    let (answer, ended) = read_with(fault).await;
    ended.unwrap();
    answer
}

fn promised(answer: &str) -> usize {
    let head = answer.to_lowercase();
    head.split_once("content-length: ").unwrap().1.lines().next().unwrap().parse().unwrap()
}

#[tokio::test]
async fn a_dropped_body_is_shorter_than_promised_and_its_connection_reset() {
    let body = Some(BodyFault::Drop { percent: 50 });
    let fault = Interference { body, ..Interference::default() };
    let (answer, ended) = read_with(fault).await;
    assert_eq!(ended.unwrap_err().kind(), io::ErrorKind::ConnectionReset);
    let (_, body) = answer.split_once("\r\n\r\n").unwrap();
    assert_eq!(body.len(), promised(&answer) / 2);
}

#[tokio::test]
async fn a_slow_body_is_whole() {
    let pause = Duration::from_millis(5);
    let body = Some(BodyFault::Slow { pieces: 4, pause });
    let slow = answer_with(Interference { body, ..Interference::default() }).await;
    let (_, body) = slow.split_once("\r\n\r\n").unwrap();
    assert_eq!(body.len(), promised(&slow));
    let plain = answer_with(Interference::default()).await;
    assert_eq!(body, plain.split_once("\r\n\r\n").unwrap().1);
}

#[tokio::test]
async fn an_injected_exception_is_answered() {
    let exception = Exception::new(429, "ThrottlingException", "slow");
    let fault = Interference { exception: Some(exception), ..Interference::default() };
    let body = r#"{"Code":"ThrottlingException","Message":"slow","Type":null,"Context":null}"#;
    check(&answer_with(fault).await, &format!("429 {body}"));
}

#[tokio::test]
async fn unknown_and_null_members_can_be_added() {
    let fault =
        Interference { absent: Absent::Null, has_unknown_members: true, ..Interference::default() };
    let answer = answer_with(fault).await;
    let body = answer.split_once("\r\n\r\n").unwrap().1;
    let body: serde_json::Value = serde_json::from_str(body).unwrap();
    assert_eq!(body["NextToken"], serde_json::Value::Null);
    assert!(body.as_object().unwrap().contains_key("NextToken"));
    let job = body["BackupJobs"][0].as_object().unwrap();
    assert_eq!(job["LookbackUnknownMember"], serde_json::json!({"Is": ["new"]}));
    // Every member of the shape, and the unknown one.
    assert_eq!(job.len(), 31);
}
