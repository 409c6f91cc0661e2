//! The texts that problems point into.

use std::ops::Range;

use super::veil::{veiled, veiled_lines};

/// The texts of everything that makes one value. They lie one behind the other in one space of bytes, so that a span
/// says by itself which text it is in.
#[derive(Debug, Default)]
pub struct Sources {
    all: Vec<Source>,
}

/// A text and where it lies.
#[derive(Debug)]
pub(super) struct Source {
    /// The file as named in messages.
    pub(super) name: String,
    text: String,
    /// Its first byte in the common space.
    pub(super) base: usize,
    /// As it may be shown; nothing for YAML, of which that is told when it is asked for.
    shown: Option<String>,
}

impl Sources {
    /// Takes in a YAML text; its first byte in the common space.
    pub fn add(&mut self, name: &str, text: &str) -> usize {
        self.push(name, text, None)
    }

    /// Takes in a text of `NAME=value` lines: no value of it is ever shown.
    pub fn add_lines(&mut self, name: &str, text: &str) -> usize {
        self.push(name, text, Some(veiled_lines(text)))
    }

    /// Takes in a text of which only this may be shown; it is as long byte for byte.
    pub fn add_veiled(&mut self, name: &str, text: &str, shown: String) -> usize {
        self.push(name, text, Some(shown))
    }

    fn push(&mut self, name: &str, text: &str, shown: Option<String>) -> usize {
        // Each has a byte more than its text, for places at its very end.
        let base = self.all.last().map_or(0, |last| last.base + last.text.len() + 1);
        self.all.push(Source { name: name.to_owned(), text: text.to_owned(), base, shown });
        base
    }

    /// The text at a place.
    pub fn slice(&self, place: &Range<usize>) -> Option<&str> {
        let source = self.at(place.start)?;
        source.text.get(place.start - source.base..place.end.checked_sub(source.base)?)
    }

    pub(super) fn at(&self, byte: usize) -> Option<&Source> {
        let place = self.all.partition_point(|source| source.base <= byte);
        self.all.get(place.checked_sub(1)?)
    }
}

impl Source {
    /// The text as it may be shown.
    pub(super) fn shown(&self) -> String {
        self.shown.clone().unwrap_or_else(|| veiled(&self.text))
    }
}
