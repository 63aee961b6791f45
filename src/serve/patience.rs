//! A stream whose peer must go on reading: who reads nothing does not hold a connection for long.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

/// The stream. A write fails once not a byte could be written for as long as is allowed.
#[derive(Debug)]
pub(super) struct Patience<S> {
    stream: S,
    allowed: Duration,
    /// When the write that waits fails; absent while none waits.
    end: Option<Pin<Box<Sleep>>>,
}

impl<S> Patience<S> {
    pub(super) fn new(stream: S, allowed: Duration) -> Self {
        Self { stream, allowed, end: None }
    }

    pub(super) fn into_stream(self) -> S {
        self.stream
    }

    /// What the stream said, or the failure if it has said for too long that it must wait.
    fn judge(
        &mut self,
        ctx: &mut Context<'_>,
        said: Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        if said.is_ready() {
            self.end = None;
            return said;
        }
        let end = self.end.get_or_insert_with(|| Box::pin(sleep(self.allowed)));
        end.as_mut().poll(ctx).map(|()| {
            let reason = "the client has not read for too long";
            Err(io::Error::new(io::ErrorKind::TimedOut, reason))
        })
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Patience<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        ctx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(ctx, buffer)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Patience<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        ctx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let said = Pin::new(&mut self.stream).poll_write(ctx, bytes);
        self.judge(ctx, said)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        ctx: &mut Context<'_>,
        pieces: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let said = Pin::new(&mut self.stream).poll_write_vectored(ctx, pieces);
        self.judge(ctx, said)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    // A socket keeps nothing back that a flush would wait for.
    fn poll_flush(mut self: Pin<&mut Self>, ctx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(ctx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, ctx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(ctx)
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
    use tokio::time::Instant;

    use super::*;

    /// Tries to write, in vain, and tells when that would fail.
    async fn waits_until(stream: &mut Patience<DuplexStream>) -> Instant {
        let tried = poll_fn(|ctx| Poll::Ready(Pin::new(&mut *stream).poll_write(ctx, b"more")));
        assert!(tried.await.is_pending());
        stream.end.as_ref().unwrap().deadline()
    }

    #[tokio::test]
    async fn waiting_begins_anew_with_each_byte_that_is_read() {
        let (mut peer, stream) = duplex(1);
        let mut stream = Patience::new(stream, Duration::from_hours(1));
        stream.write_all(b"a").await.unwrap();
        let first = waits_until(&mut stream).await;
        tokio::time::sleep(Duration::from_millis(2)).await;
        assert_eq!(waits_until(&mut stream).await, first);
        peer.read_u8().await.unwrap();
        stream.write_all(b"b").await.unwrap();
        assert!(waits_until(&mut stream).await > first);
    }

    #[tokio::test]
    async fn a_write_that_waits_too_long_fails() {
        let (_peer, stream) = duplex(1);
        let mut stream = Patience::new(stream, Duration::from_millis(1));
        let err = stream.write_all(b"more than one").await.unwrap_err();
        assert_eq!(err.to_string(), "the client has not read for too long");
    }
}
