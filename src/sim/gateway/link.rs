//! The socket of one client: frames in, bytes out, everything with a bound.

use std::io;
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::sim::clock;
use crate::wire::MAX_FRAME;

/// The longest request that is taken in. The largest requests of a start-up have a few kilobytes; with a
/// limit on connections this one bounds the memory that clients can make the simulator use.
const MAX_REQUEST: usize = 1 << 20;

/// A client that takes nothing for this long is dropped.
const WRITE_PATIENCE: Duration = Duration::from_secs(5);

/// How long an answer before a close may take to be read. Closing on unread bytes makes the system send a
/// reset, which can destroy what the client has not read yet.
const LINGER: Duration = Duration::from_secs(2);

/// How a link came to its end.
#[derive(Debug, thiserror::Error)]
pub(super) enum LinkError {
    #[error("the client closed")]
    Closed,
    #[error("the client closed inside a frame")]
    Torn,
    #[error("the connection failed: {0}")]
    Failed(io::Error),
    #[error("the client announced a frame of {0} bytes")]
    TooLong(usize),
    #[error("the client did not read for {} s", WRITE_PATIENCE.as_secs())]
    SlowReader,
}

impl LinkError {
    /// Whether it was the client that ended it.
    pub(super) fn is_the_clients(&self) -> bool {
        matches!(self, Self::Closed | Self::Torn | Self::Failed(_))
    }
}

/// The socket of one client, and what has come of the next frame.
pub(super) struct Link {
    stream: TcpStream,
    received: Vec<u8>,
    /// The pause before every byte that is sent.
    pub(super) slow: Duration,
}

impl Link {
    pub(super) fn new(stream: TcpStream) -> Self {
        // Small answers must not wait for each other. Where this fails the socket is gone, and the first
        // read says so.
        let _ = stream.set_nodelay(true);
        Self { stream, received: Vec::new(), slow: Duration::ZERO }
    }

    /// What has come and was not taken as a frame.
    pub(super) fn received(&self) -> &[u8] {
        &self.received
    }

    /// Waits for bytes and keeps them. Cancel safe.
    pub(super) async fn more(&mut self) -> Result<(), LinkError> {
        if self.received.len() > 4 + MAX_REQUEST {
            return Err(LinkError::TooLong(self.received.len()));
        }
        loop {
            self.stream.readable().await.map_err(LinkError::Failed)?;
            let mut chunk = [0; 4096];
            match self.stream.try_read(&mut chunk) {
                Ok(0) if self.received.is_empty() => return Err(LinkError::Closed),
                Ok(0) => return Err(LinkError::Torn),
                Ok(count) => {
                    self.received.extend_from_slice(&chunk[..count]);
                    return Ok(());
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Err(LinkError::Failed(error)),
            }
        }
    }

    /// Forgets that many of the bytes that came first.
    pub(super) fn forget(&mut self, count: usize) {
        self.received.drain(..count.min(self.received.len()));
        if self.received.is_empty() {
            // Most clients idle most of the time; a large request should not cost memory for ever.
            self.received.shrink_to(4096);
        }
    }

    /// The payload of the next frame. Cancel safe.
    pub(super) async fn frame(&mut self) -> Result<Vec<u8>, LinkError> {
        loop {
            if let Some((prefix, rest)) = self.received.split_first_chunk::<4>() {
                let length = u32::from_be_bytes(*prefix) as usize;
                if length > MAX_REQUEST.min(MAX_FRAME) {
                    return Err(LinkError::TooLong(length));
                }
                if let Some(payload) = rest.get(..length) {
                    let payload = payload.to_vec();
                    self.forget(4 + length);
                    return Ok(payload);
                }
            }
            self.more().await?;
        }
    }

    pub(super) async fn send(&mut self, bytes: &[u8]) -> Result<(), LinkError> {
        if self.slow.is_zero() {
            return self.write(bytes).await;
        }
        for byte in bytes {
            clock::pause(self.slow).await;
            self.write(&[*byte]).await?;
        }
        Ok(())
    }

    async fn write(&mut self, bytes: &[u8]) -> Result<(), LinkError> {
        match timeout(WRITE_PATIENCE, self.stream.write_all(bytes)).await {
            Ok(written) => written.map_err(LinkError::Failed),
            Err(_) => Err(LinkError::SlowReader),
        }
    }

    /// Closes with a reset, as systems do when the program that had the connection is gone.
    pub(super) fn reset(self) {
        // Where this fails the socket is gone already.
        let _ = self.stream.set_zero_linger();
    }

    /// Closes so that the client can still read what was sent last.
    pub(super) async fn close_gently(mut self) {
        let _ = self.stream.shutdown().await;
        let draining = async {
            loop {
                self.received.clear();
                if self.more().await.is_err() {
                    return;
                }
            }
        };
        let _ = timeout(LINGER, draining).await;
    }

    /// Reads and forgets whatever comes, until the client is gone.
    pub(super) async fn ignore(&mut self) -> LinkError {
        loop {
            self.received.clear();
            if let Err(end) = self.more().await {
                return end;
            }
        }
    }
}
