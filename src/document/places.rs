//! Where in the text a value stands: JSON pointer to byte span, out of the parser's events.

use std::collections::HashMap;
use std::ops::Range;

use granit_parser::{Event, Parser, ScanError};

/// The spans of a document.
#[derive(Debug, Default)]
pub struct Places {
    keys: HashMap<String, Range<usize>>,
    values: HashMap<String, Range<usize>>,
    /// Documents in the text; one is wanted.
    pub(super) documents: usize,
}

/// A key that stands twice in one mapping.
#[derive(Debug)]
pub(super) struct Duplicate {
    pub(super) key: String,
    pub(super) first: Range<usize>,
    pub(super) again: Range<usize>,
}

/// An open collection while the events pass by.
enum Open {
    Map { pointer: String, key: Option<String> },
    List { pointer: String, next: usize },
}

impl Places {
    /// Reads the whole text. The first syntax error ends it.
    pub(super) fn of(text: &str) -> Result<(Self, Vec<Duplicate>), ScanError> {
        let mut places = Self::default();
        let mut duplicates = Vec::new();
        let mut open: Vec<Open> = Vec::new();
        for next in Parser::new_from_str(text) {
            let (event, span) = next?;
            let range = span.byte_range().unwrap_or(0..0);
            match event {
                Event::DocumentStart(..) => places.documents += 1,
                Event::Scalar(value, ..) => {
                    if let Some(Open::Map { pointer, key: key @ None }) = open.last_mut() {
                        let child = format!("{pointer}/{}", escaped(&value));
                        if let Some(first) = places.keys.get(&child) {
                            duplicates.push(Duplicate {
                                key: value.into_owned(),
                                first: first.clone(),
                                again: range.clone(),
                            });
                        }
                        places.keys.insert(child.clone(), range);
                        *key = Some(child);
                    } else {
                        places.value(&mut open, range);
                    }
                }
                Event::Alias(_) => drop(places.value(&mut open, range)),
                Event::MappingStart(..) => {
                    let pointer = places.value(&mut open, range);
                    open.push(Open::Map { pointer, key: None });
                }
                Event::SequenceStart(..) => {
                    let pointer = places.value(&mut open, range);
                    open.push(Open::List { pointer, next: 0 });
                }
                Event::MappingEnd | Event::SequenceEnd => {
                    open.pop();
                }
                _ => {}
            }
        }
        Ok((places, duplicates))
    }

    /// Takes down the value that begins here; its pointer.
    fn value(&mut self, open: &mut [Open], range: Range<usize>) -> String {
        let pointer = match open.last_mut() {
            None => String::new(),
            Some(Open::Map { pointer, key }) => key.take().unwrap_or_else(|| format!("{pointer}/?")),
            Some(Open::List { pointer, next }) => {
                *next += 1;
                format!("{pointer}/{}", *next - 1)
            }
        };
        self.values.insert(pointer.clone(), range);
        pointer
    }

    /// The span to point at: the scalar itself, or the key of a collection; of the nearest parent when the pointer
    /// leads nowhere.
    pub fn find(&self, pointer: &str) -> Range<usize> {
        let mut pointer = pointer;
        loop {
            let value = self.values.get(pointer);
            match (value, self.keys.get(pointer)) {
                (Some(value), _) if !value.is_empty() => return value.clone(),
                (_, Some(key)) => return key.clone(),
                (Some(value), None) => return value.clone(),
                (None, None) => {}
            }
            match pointer.rfind('/') {
                Some(end) => pointer = &pointer[..end],
                None => return 0..0,
            }
        }
    }

    /// The span of a key, when the key itself is the problem.
    pub fn key(&self, pointer: &str) -> Range<usize> {
        self.keys.get(pointer).cloned().unwrap_or_else(|| self.find(pointer))
    }
}

/// A key as a part of a JSON pointer (RFC 6901).
pub fn escaped(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}
