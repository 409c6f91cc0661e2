//! Entries out of the lines of all segments.

use std::collections::VecDeque;
use std::path::PathBuf;

use super::lines::Lines;
use super::segment::Segment;
use crate::event::Entry;
use crate::state::disk;
use crate::state::error::StateError;

/// Entries of a journal. What cannot be read is passed over: ask for it at the end.
pub struct Entries {
    segments: VecDeque<Segment>,
    backward: bool,
    /// Those of the segment that is being read, and where it is.
    lines: Option<(PathBuf, Lines)>,
    unreadable: usize,
    failure: Option<StateError>,
}

impl Entries {
    pub(super) fn forward(segments: Vec<Segment>) -> Self {
        let segments = segments.into();
        Self { segments, backward: false, lines: None, unreadable: 0, failure: None }
    }

    pub(super) fn backward(segments: Vec<Segment>) -> Self {
        let segments = segments.into_iter().rev().collect();
        Self { segments, backward: true, lines: None, unreadable: 0, failure: None }
    }

    /// How many lines were passed over so far because they are no entries: damaged, or written by a later version. Those
    /// that are known to be torn are not counted.
    pub fn unreadable(&self) -> usize {
        self.unreadable
    }

    /// Why a segment, or the rest of one, was passed over; the last such reason.
    pub fn failure(&self) -> Option<&StateError> {
        self.failure.as_ref()
    }

    /// The next line; none at the end.
    fn line(&mut self) -> Option<Vec<u8>> {
        loop {
            if let Some((path, lines)) = &mut self.lines {
                match lines.line() {
                    Ok(Some(line)) => return Some(line),
                    Ok(None) => {}
                    Err(source) => self.failure = Some(StateError::unreadable(path)(source)),
                }
            }
            self.lines = None;
            let segment = self.segments.pop_front()?;
            match self.open(&segment) {
                // One that is not there any more was too old to be kept.
                Ok(lines) => self.lines = lines.map(|lines| (segment.path, lines)),
                Err(error) => self.failure = Some(error),
            }
        }
    }

    fn open(&self, segment: &Segment) -> Result<Option<Lines>, StateError> {
        let Some(file) = disk::open(&segment.path)? else { return Ok(None) };
        Ok(Some(if self.backward {
            Lines::backward(file).map_err(StateError::unreadable(&segment.path))?
        } else {
            Lines::forward(file)
        }))
    }
}

impl Iterator for Entries {
    type Item = Entry;

    fn next(&mut self) -> Option<Entry> {
        loop {
            let line = self.line()?;
            // A blank line says nothing, and nothing is lost with it.
            if line.is_empty() || disk::is_torn(&line) {
                continue;
            }
            match serde_json::from_slice(&line) {
                Ok(entry) => return Some(entry),
                Err(_) => self.unreadable += 1,
            }
        }
    }
}
