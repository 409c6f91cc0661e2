//! A connection that knows how many bytes came since it was last asked: silence in the middle of a message is another
//! thing than silence.

use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, ReadBuf};
use tokio::net::TcpStream;

pub(super) struct Heard {
    pub(super) stream: TcpStream,
    pub(super) bytes: usize,
}

impl AsyncRead for Heard {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        let before = buffer.filled().len();
        let result = Pin::new(&mut self.stream).poll_read(context, buffer);
        self.bytes += buffer.filled().len() - before;
        result
    }
}
