//! Endpoints that are no AWS: one where nobody listens, one that answers from a script.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

use tokio::net::TcpSocket;

/// The URL of a port where nobody listens, nor will while this process lives: it is taken.
pub(super) fn closed() -> String {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let url = format!("http://{}", socket.local_addr().unwrap());
    std::mem::forget(socket);
    url
}

/// The URL of a server that gives each request the answer of `script`.
pub(super) fn scripted(script: impl Fn(&str) -> String + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let answer = script(&request(&stream));
            stream.write_all(answer.as_bytes()).unwrap();
        }
    });
    url
}

/// The first line, the headers and the body, in lower case.
fn request(stream: &TcpStream) -> String {
    let (mut reader, mut text, mut length) = (BufReader::new(stream), String::new(), 0);
    loop {
        let start = text.len();
        reader.read_line(&mut text).unwrap();
        let line = text[start..].trim_end().to_lowercase();
        if let Some(number) = line.strip_prefix("content-length: ") {
            length = number.parse().unwrap();
        }
        if line.is_empty() {
            break;
        }
    }
    // All of it, or the answer may be lost when the connection is closed.
    reader.take(length).read_to_string(&mut text).unwrap();
    text.to_lowercase().replace('\r', "")
}

/// An answer with these headers, a line each.
pub(super) fn answer(status: u16, headers: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 {status} Scripted\r\nContent-Type: application/json\r\n{headers}\
         Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    )
}

/// An error as AWS gives it: its name and its message.
pub(super) fn error(status: u16, headers: &str, name: &str, message: &str) -> String {
    let headers = format!("x-amzn-ErrorType: {name}\r\n{headers}");
    answer(status, &headers, &format!("{{\"Message\": {message:?}}}"))
}
