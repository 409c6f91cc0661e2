//! The log of a stand-in: one line per event on stdout, as a container would log.

use std::fmt::Display;
use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use super::clock;

/// Where the lines go, and how each begins. Clones write to the same place.
#[derive(Clone)]
pub struct Log {
    sink: Arc<Mutex<Box<dyn Write + Send>>>,
}

impl Log {
    /// The log of the commands: stdout, which is this program's output when it is a stand-in.
    pub fn stdout() -> Self {
        Self::to(io::stdout())
    }

    /// A log that goes anywhere else; a test reads it back.
    pub fn to(sink: impl Write + Send + 'static) -> Self {
        Self { sink: Arc::new(Mutex::new(Box::new(sink))) }
    }

    /// Writes one line behind the time in UTC, in the format of the logs of IBC.
    ///
    /// A log that cannot be written does not end a stand-in: what it is for is the socket.
    pub fn line(&self, text: impl Display) {
        let time = clock::utc("%Y-%m-%d %H:%M:%S:%3f");
        let mut sink = self.sink.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = writeln!(sink, "{time} {text}");
        let _ = sink.flush();
    }
}

impl std::fmt::Debug for Log {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Log")
    }
}
