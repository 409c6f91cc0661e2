//! A build context on its way to the engine: packed on a thread of its own, sent piece by piece, and never whole in memory.

use std::io::{self, BufWriter, Write};

use bytes::Bytes;
use futures_util::Stream;
use futures_util::stream::unfold;
use tokio::sync::mpsc::{Sender, channel};
use tokio::task::JoinHandle;

use crate::ports::files::BuildContext;

/// The size of a piece, in bytes.
const PIECE: usize = 64 * 1024;
/// So many pieces may wait for the engine.
const AHEAD: usize = 4;

/// The archive as pieces, and how its packing went: an engine that is told of an archive that breaks off does not know why.
pub(super) fn pieces(
    context: BuildContext,
) -> (impl Stream<Item = io::Result<Bytes>> + Send + 'static, JoinHandle<io::Result<()>>) {
    let (sender, receiver) = channel(AHEAD);
    let packing = tokio::task::spawn_blocking(move || {
        let mut writer = BufWriter::with_capacity(PIECE, Pieces(sender.clone()));
        let packed = context.pack(&mut writer).and_then(|()| writer.flush());
        if packed.is_err() {
            // The end of an archive that is not whole must not look like its end.
            let _ = sender.blocking_send(Err(io::ErrorKind::UnexpectedEof.into()));
        }
        packed
    });
    let pieces = unfold(receiver, async |mut receiver| Some((receiver.recv().await?, receiver)));
    (pieces, packing)
}

/// Hands each piece over.
struct Pieces(Sender<io::Result<Bytes>>);

impl Write for Pieces {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        let sent = self.0.blocking_send(Ok(Bytes::copy_from_slice(piece)));
        // The engine has gone, or refused it: that is told by its answer.
        sent.map_err(|_| io::Error::from(io::ErrorKind::BrokenPipe))?;
        Ok(piece.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
