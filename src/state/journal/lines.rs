//! The lines of a file from either end, one in memory at a time.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};

use crate::state::disk::LONGEST_LINE;

/// So much is read at a time from the end.
const BLOCK: u64 = 64 * 1024;

/// What stands for a line that is too long to be one of openbell's.
const TOO_LONG: &[u8] = b"?";

/// The lines of a file without their ends.
pub(super) enum Lines {
    /// The first line first.
    Forward(BufReader<File>),
    /// The last line first.
    Backward(Backward),
}

impl Lines {
    pub(super) fn forward(file: File) -> Self {
        Self::Forward(BufReader::new(file))
    }

    pub(super) fn backward(file: File) -> io::Result<Self> {
        Backward::new(file).map(Self::Backward)
    }

    /// The next line.
    pub(super) fn line(&mut self) -> io::Result<Option<Vec<u8>>> {
        match self {
            Self::Forward(reader) => next(reader),
            Self::Backward(lines) => lines.line(),
        }
    }
}

fn next(reader: &mut BufReader<File>) -> io::Result<Option<Vec<u8>>> {
    let mut line = Vec::new();
    if reader.take(LONGEST_LINE).read_until(b'\n', &mut line)? == 0 {
        return Ok(None);
    }
    if line.last() == Some(&b'\n') {
        line.pop();
    } else if line.len() as u64 == LONGEST_LINE {
        reader.skip_until(b'\n')?;
        line = TOO_LONG.to_vec();
    }
    Ok(Some(line))
}

/// Lines from the end.
pub(super) struct Backward {
    file: File,
    /// Where in the file what was read begins.
    begin: u64,
    /// What was read, and not given yet. It ends where a line ends.
    read: Vec<u8>,
    /// Whether some of the line at the end was thrown away.
    cut: bool,
    /// Nothing is left.
    done: bool,
}

impl Backward {
    fn new(mut file: File) -> io::Result<Self> {
        let begin = file.seek(SeekFrom::End(0))?;
        let mut lines = Self { file, begin, read: Vec::new(), cut: false, done: begin == 0 };
        lines.fill()?;
        // The newline at the very end begins no line of its own.
        if lines.read.last() == Some(&b'\n') {
            lines.read.pop();
        }
        Ok(lines)
    }

    fn line(&mut self) -> io::Result<Option<Vec<u8>>> {
        while !self.done {
            let newline = self.read.iter().rposition(|byte| *byte == b'\n');
            if newline.is_some() || self.begin == 0 {
                let line = self.read.split_off(newline.map_or(0, |place| place + 1));
                self.read.pop();
                self.done = newline.is_none();
                return Ok(Some(if std::mem::take(&mut self.cut) { TOO_LONG.to_vec() } else { line }));
            }
            if self.read.len() as u64 >= LONGEST_LINE {
                self.read.clear();
                self.cut = true;
            }
            self.fill()?;
        }
        Ok(None)
    }

    /// Reads the block before what was read.
    fn fill(&mut self) -> io::Result<()> {
        let length = self.begin.min(BLOCK);
        self.begin -= length;
        self.file.seek(SeekFrom::Start(self.begin))?;
        let mut block = Vec::new();
        (&self.file).take(length).read_to_end(&mut block)?;
        block.append(&mut self.read);
        self.read = block;
        Ok(())
    }
}
