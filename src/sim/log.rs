//! The log of a stand-in: one line per event on stdout, as a container would log.
//!
//! A reader who stops reading must not stop the stand-in: what does not fit into the queue is counted, not waited for.

use std::fmt::Display;
use std::io::{self, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::clock;

/// Lines that may wait for the reader.
const QUEUE: usize = 4096;

/// How long the last lines may take to be written when the program ends.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// Where the lines go, and how each begins. Clones write to the same place.
#[derive(Clone)]
pub struct Log {
    sink: Arc<Sink>,
    /// Which of several stand-ins in one process speaks.
    name: Option<Arc<str>>,
}

enum Sink {
    /// The writer itself.
    Direct(Mutex<Box<dyn Write + Send>>),
    /// A thread that writes.
    Queue { lines: SyncSender<Queued>, lost: AtomicU64 },
}

enum Queued {
    Line(String),
    /// All before it is to be written; then whoever waits is told.
    End(SyncSender<()>),
}

impl Log {
    /// The log of the commands: stdout, which is this program's output when it is a stand-in.
    pub fn stdout() -> Self {
        let (lines, queued) = sync_channel(QUEUE);
        let writer = std::thread::Builder::new().name("log".to_owned());
        if writer.spawn(move || write(&queued, &mut io::stdout())).is_err() {
            return Self::to(io::stdout());
        }
        Self { sink: Arc::new(Sink::Queue { lines, lost: AtomicU64::new(0) }), name: None }
    }

    /// A log that goes anywhere else; a test reads it back.
    pub fn to(sink: impl Write + Send + 'static) -> Self {
        Self { sink: Arc::new(Sink::Direct(Mutex::new(Box::new(sink)))), name: None }
    }

    /// The same log, where each line says who speaks.
    #[must_use]
    pub fn named(&self, name: &str) -> Self {
        Self { sink: Arc::clone(&self.sink), name: Some(name.into()) }
    }

    /// Writes one line behind the time in UTC, in the format of the logs of IBC.
    ///
    /// A log that cannot be written does not end a stand-in: what it is for is the socket.
    pub fn line(&self, text: impl Display) {
        let time = clock::utc("%Y-%m-%d %H:%M:%S:%3f");
        let line = match &self.name {
            Some(name) => format!("{time} [{name}] {text}\n"),
            None => format!("{time} {text}\n"),
        };
        match &*self.sink {
            Sink::Direct(sink) => {
                let mut sink = sink.lock().unwrap_or_else(PoisonError::into_inner);
                let _ = sink.write_all(line.as_bytes());
                let _ = sink.flush();
            }
            Sink::Queue { lines, lost } => queue(lines, lost, line),
        }
    }

    /// Waits until all lines are written, a second at most: a reader may have stopped reading.
    pub fn finish(&self) {
        if let Sink::Queue { lines, .. } = &*self.sink {
            let (done, told) = sync_channel(1);
            if lines.try_send(Queued::End(done)).is_ok() {
                let _ = told.recv_timeout(LAST_WORDS);
            }
        }
    }
}

/// Queues a line. The first one that fits again is preceded by how many did not.
fn queue(lines: &SyncSender<Queued>, lost: &AtomicU64, line: String) {
    let missing = lost.swap(0, Ordering::Relaxed);
    if missing > 0 {
        let told = format!("sim: {missing} lines of this log are lost: nobody read them\n");
        if lines.try_send(Queued::Line(told)).is_err() {
            lost.fetch_add(missing, Ordering::Relaxed);
        }
    }
    if let Err(TrySendError::Full(_)) = lines.try_send(Queued::Line(line)) {
        lost.fetch_add(1, Ordering::Relaxed);
    }
}

fn write(queued: &Receiver<Queued>, out: &mut impl Write) {
    while let Ok(next) = queued.recv() {
        match next {
            Queued::Line(line) => {
                let _ = out.write_all(line.as_bytes());
                let _ = out.flush();
            }
            Queued::End(done) => drop(done.send(())),
        }
    }
}

impl std::fmt::Debug for Log {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Log")
    }
}
