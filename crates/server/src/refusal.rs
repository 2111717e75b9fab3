//! The HTTP library refuses what it cannot parse by itself, before any route sees it. Such an answer is seen here on
//! its way out and given the headers that every answer carries.

use std::{
    io::{self, IoSlice},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// A header that every answer of our own has, and none of the library's.
const MARK: &[u8] = b"x-content-type-options:";

/// A connection whose bare refusals are completed.
pub struct Completed<S> {
    stream: S,
    /// Lines of headers, each with its line end.
    headers: Arc<str>,
    /// Nothing was written since the last flush, so what comes next is the beginning of an answer: the library
    /// flushes before it reads another request, and our bodies are written whole.
    between_answers: bool,
    /// A completed refusal and how much of it went out.
    refusal: Option<(Vec<u8>, usize)>,
}

impl<S> Completed<S> {
    pub fn new(stream: S, headers: Arc<str>) -> Completed<S> {
        Completed { stream, headers, between_answers: true, refusal: None }
    }

    fn is_refusal(&self, written: &[u8]) -> bool {
        self.between_answers
            && written.starts_with(b"HTTP/1.")
            && written.get(8..10) == Some(b" 4")
            && written.ends_with(b"\r\n\r\n")
            && !written.windows(MARK.len()).any(|part| part == MARK)
    }
}

impl<S: AsyncWrite + Unpin> Completed<S> {
    /// Writes on at the refusal; its `length` as the library knows it when it is out.
    fn poll_refusal(&mut self, context: &mut Context<'_>, length: usize) -> Poll<io::Result<usize>> {
        while let Some((text, sent)) = &mut self.refusal {
            match ready!(Pin::new(&mut self.stream).poll_write(context, &text[*sent..]))? {
                0 => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                more => *sent += more,
            }
            if *sent == text.len() {
                self.refusal = None;
            }
        }
        Poll::Ready(Ok(length))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Completed<S> {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, into)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Completed<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        if self.is_refusal(bytes) {
            let text = [&bytes[..bytes.len() - 2], self.headers.as_bytes(), b"\r\n"].concat();
            self.refusal = Some((text, 0));
        }
        self.between_answers = false;
        match self.refusal {
            Some(_) => self.poll_refusal(context, bytes.len()),
            None => Pin::new(&mut self.stream).poll_write(context, bytes),
        }
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let first: &[u8] = parts.first().map_or(&[], |part| part);
        if self.refusal.is_some() || self.is_refusal(first) {
            return self.poll_write(context, first);
        }
        self.between_answers = false;
        Pin::new(&mut self.stream).poll_write_vectored(context, parts)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(Pin::new(&mut self.stream).poll_flush(context))?;
        self.between_answers = true;
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::Completed;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    const BARE: &[u8] = b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n";

    /// What the other end reads of these writes, through a pipe that takes three bytes at a time.
    async fn read(writes: &[&[u8]], flush: bool) -> String {
        let (ours, mut theirs) = tokio::io::duplex(3);
        let mut ours = Completed::new(ours, "x-content-type-options: nosniff\r\n".into());
        let write = async {
            for bytes in writes {
                ours.write_all(bytes).await.unwrap();
                if flush {
                    ours.flush().await.unwrap();
                }
            }
            ours.shutdown().await.unwrap();
        };
        let mut text = String::new();
        let (_, read) = tokio::join!(write, theirs.read_to_string(&mut text));
        read.unwrap();
        text
    }

    #[tokio::test]
    async fn bare_refusals_are_completed_and_nothing_else_is_touched() {
        let whole = "HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\nx-content-type-options: nosniff\r\n\r\n";
        assert_eq!(read(&[BARE], true).await, whole);
        let own = b"HTTP/1.1 404 Not Found\r\nx-content-type-options: nosniff\r\n\r\n";
        assert_eq!(read(&[own], true).await.as_bytes(), own);
        let fine = b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nabc";
        assert_eq!(read(&[fine, BARE], true).await, format!("{}{whole}", String::from_utf8_lossy(fine)));
        // Inside an answer the same bytes are somebody's text.
        let head = b"HTTP/1.1 200 OK\r\ncontent-length: 47\r\n\r\n";
        assert_eq!(read(&[head, BARE], false).await.as_bytes(), [head.as_slice(), BARE].concat());
    }
}
