//! Frames: a big-endian 32-bit length, then that many bytes.
//!
//! Owns cutting a byte stream into frames and back. What is inside a frame is left to the other modules
//! of [`crate::wire`].

use std::io;

use tokio::io::{AsyncRead, AsyncReadExt};

/// The longest payload either side accepts, in bytes.
///
/// A larger number means that the other side does not speak this protocol.
pub const MAX_FRAME: usize = 0xFF_FFFF;

/// How much is read, and therefore allocated, at a time: a length is a claim, not yet data.
const CHUNK: usize = 16 * 1024;

/// Why no frame could be read.
#[derive(Debug, thiserror::Error)]
pub enum FrameError {
    /// The connection failed; `ConnectionReset` is the usual kind.
    #[error("the connection failed")]
    Io(#[from] io::Error),
    /// The declared length is beyond [`MAX_FRAME`].
    #[error("a frame of {length} bytes is announced, more than any TWS message has")]
    TooLong {
        /// What the first four bytes say when read as a length.
        length: u32,
        /// The same four bytes as they came: `HTTP` tells more than a number.
        first_bytes: [u8; 4],
    },
    /// The other side closed between two frames.
    #[error("the connection was closed")]
    Closed,
    /// The other side closed inside a frame.
    #[error("the connection was closed inside a frame, after {have} of its bytes")]
    Torn {
        /// How many bytes of the frame had come, its length prefix included.
        have: usize,
    },
}

/// Reads one frame and returns its payload, without the length prefix.
///
/// Has no deadline of its own, and is not cancel safe: what was read of a frame is lost with the future.
///
/// # Errors
/// See [`FrameError`]; after any of them the stream cannot be read on.
pub async fn read_frame<R: AsyncRead + Unpin>(reader: &mut R) -> Result<Vec<u8>, FrameError> {
    let mut prefix = [0; 4];
    let mut have = 0;
    while have < prefix.len() {
        match reader.read(&mut prefix[have..]).await? {
            0 if have == 0 => return Err(FrameError::Closed),
            0 => return Err(FrameError::Torn { have }),
            count => have += count,
        }
    }
    let length = u32::from_be_bytes(prefix);
    let wanted = length as usize;
    if wanted > MAX_FRAME {
        return Err(FrameError::TooLong { length, first_bytes: prefix });
    }
    read_payload(reader, wanted).await
}

async fn read_payload<R: AsyncRead + Unpin>(reader: &mut R, wanted: usize) -> Result<Vec<u8>, FrameError> {
    let mut payload = Vec::new();
    while payload.len() < wanted {
        let start = payload.len();
        payload.resize(start + CHUNK.min(wanted - start), 0);
        let count = reader.read(&mut payload[start..]).await?;
        if count == 0 {
            return Err(FrameError::Torn { have: 4 + start });
        }
        payload.truncate(start + count);
    }
    Ok(payload)
}

/// The payload with its length prefix in front.
///
/// # Panics
/// Never in practice: no message of this crate comes near [`MAX_FRAME`], let alone 4 GiB.
pub fn frame(payload: &[u8]) -> Vec<u8> {
    let length =
        u32::try_from(payload.len()).expect("no payload is built that is longer than a frame can be");
    let mut whole = Vec::with_capacity(4 + payload.len());
    whole.extend_from_slice(&length.to_be_bytes());
    whole.extend_from_slice(payload);
    whole
}
