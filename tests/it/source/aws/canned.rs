//! A server that gives every request the same bytes.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// Where it listens.
pub(super) async fn serve(answer: String) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut request = Vec::new();
            while !request.ends_with(b"\r\n\r\n") {
                request.push(stream.read_u8().await.unwrap());
            }
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
    });
    format!("http://{address}")
}

/// An answer of AWS: `ErrorType` is its header of that name, if not empty.
pub(super) fn answer(status: u16, error_type: &str, body: &str) -> String {
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
