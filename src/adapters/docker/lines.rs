//! The lines of a log out of the entries that an engine tells.
//!
//! An engine writes a line of more than 16 KB down in several entries, each with its own time; only the last ends the line
//! (`defaultBufSize` in moby's `daemon/logger/copier.go`). Who takes each for a line does not see a word that was cut in two.

use bollard::container::LogOutput;
use jiff::Timestamp;

use super::logs;

/// Bytes of an entry whose line goes on in the next.
const PART: usize = 16 * 1024;
/// The longest line that is put together; of a longer one, so much of the end is kept before what follows.
const LONGEST: usize = 256 * 1024;
const OVERLAP: usize = 4 * 1024;

/// A line whose end has not come.
struct Open {
    at: Timestamp,
    text: Vec<u8>,
}

/// Puts lines together.
#[derive(Default)]
pub(super) struct Lines {
    /// Of stdout and of stderr: one may write while the other has not ended its line.
    open: [Option<Open>; 2],
    /// Of a terminal, which has no entries: what came behind the last line end.
    terminal: Vec<u8>,
    last: Option<Timestamp>,
}

impl Lines {
    /// Takes what was told next, and tells the lines that end with it.
    pub(super) fn take(&mut self, chunk: &LogOutput, each: &mut impl FnMut(Timestamp, &str)) {
        match chunk {
            LogOutput::Console { message } => {
                self.terminal.extend_from_slice(message);
                while let Some(end) = self.terminal.iter().position(|byte| *byte == b'\n') {
                    let line: Vec<u8> = self.terminal.drain(..=end).collect();
                    self.of_terminal(&line[..end], each);
                }
            }
            LogOutput::StdErr { message } => self.entries(1, message, each),
            LogOutput::StdOut { message } | LogOutput::StdIn { message } => self.entries(0, message, each),
        }
    }

    /// Tells the lines that have no end, and the moment up to which nothing is missing.
    pub(super) fn end(mut self, each: &mut impl FnMut(Timestamp, &str)) -> Option<Timestamp> {
        let rest = std::mem::take(&mut self.terminal);
        if !rest.is_empty() {
            self.of_terminal(&rest, each);
        }
        let open = self.open.iter().flatten();
        let until = open.map(|open| open.at).chain(self.last).min();
        for open in self.open.into_iter().flatten() {
            tell(open.at, &open.text, each);
        }
        until
    }

    fn entries(&mut self, stream: usize, message: &[u8], each: &mut impl FnMut(Timestamp, &str)) {
        for entry in message.split_inclusive(|byte| *byte == b'\n') {
            let (text, ends) = entry.strip_suffix(b"\n").map_or((entry, false), |text| (text, true));
            let stamped = stamped(text);
            if let Some((at, _)) = stamped {
                self.last = self.last.max(Some(at));
            }
            let mut line = match (self.open[stream].take(), stamped) {
                (Some(mut open), stamped) => {
                    open.text.extend_from_slice(stamped.map_or(text, |(_, text)| text));
                    open
                }
                (None, Some((at, text))) => Open { at, text: text.to_vec() },
                // Nothing says when it was written.
                (None, None) => continue,
            };
            if ends {
                tell(line.at, &line.text, each);
                continue;
            }
            if line.text.len() > LONGEST {
                tell(line.at, &line.text, each);
                line.text.drain(..line.text.len() - OVERLAP);
            }
            self.open[stream] = Some(line);
        }
    }

    /// A line of a terminal: the times of its parts stand between them.
    fn of_terminal(&mut self, line: &[u8], each: &mut impl FnMut(Timestamp, &str)) {
        let Some((at, mut rest)) = stamped(line) else { return };
        self.last = self.last.max(Some(at));
        let mut text = Vec::with_capacity(rest.len());
        while let Some((_, next)) = rest.get(PART..).and_then(stamped) {
            text.extend_from_slice(&rest[..PART]);
            rest = next;
        }
        text.extend_from_slice(rest);
        tell(at, &text, each);
    }
}

fn tell(at: Timestamp, text: &[u8], each: &mut impl FnMut(Timestamp, &str)) {
    each(at, &String::from_utf8_lossy(text));
}

/// An entry's time, and its text.
fn stamped(entry: &[u8]) -> Option<(Timestamp, &[u8])> {
    /// `2026-11-22T22:13:48.123456789+00:00` is the longest.
    const LONGEST_TIME: usize = 40;
    let end = entry.iter().take(LONGEST_TIME).position(|byte| *byte == b' ').unwrap_or(entry.len());
    let (at, _) = logs::line(std::str::from_utf8(entry.get(..end)?).ok()?)?;
    Some((at, entry.get(end + 1..).unwrap_or_default()))
}
