//! A server whose answers are given beforehand.

use std::sync::Arc;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// Where a server listens that gives every request the same bytes.
pub(super) async fn serve(answer: String) -> String {
    serve_by(move |_| answer.clone()).await
}

/// Where a server listens that is told the target of each request.
pub(crate) async fn serve_by(answer: impl Fn(&str) -> String + Send + Sync + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let answer = Arc::new(answer);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let answer = Arc::clone(&answer);
            tokio::spawn(async move {
                let mut request = Vec::new();
                while !request.ends_with(b"\r\n\r\n") {
                    request.push(stream.read_u8().await.unwrap());
                }
                let request = String::from_utf8(request).unwrap();
                let target = request.split(' ').nth(1).unwrap();
                stream.write_all(answer(target).as_bytes()).await.unwrap();
            });
        }
    });
    format!("http://{address}")
}

/// An answer of AWS: `ErrorType` is its header of that name, if not empty.
pub(crate) fn answer(status: u16, error_type: &str, body: &str) -> String {
    let error = match error_type {
        "" => String::new(),
        _ => format!("x-amzn-ErrorType: {error_type}\r\n"),
    };
    let length = body.len();
    format!(
        "HTTP/1.1 {status} Canned\r\nContent-Type: application/json\r\n{error}\
         Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    )
}
