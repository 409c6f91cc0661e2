//! From the parser's events to a value without a type and the places of all that is in it, in one pass.

use std::collections::HashMap;
use std::ops::Range;

use granit_parser::{Event, Parser, ScalarStyle, Tag};
use serde_json::{Map, Value};

use super::index::Index;
use super::mask::Mask;
use super::problem::MOST_TOLD;
use super::refused::{MOST_COPIES, Refused, blown_up, merged, no_key, refused, tagged};
use super::scalar;

/// Levels that values may be nested in.
const DEEPEST: usize = 128;

/// What is written in a text.
#[derive(Debug)]
pub(super) struct Read {
    pub(super) value: Value,
    pub(super) index: Index,
    /// Documents in the text; one is wanted, and only the first is read.
    pub(super) documents: usize,
    /// Keys that stand twice; the value has the first of each.
    pub(super) duplicates: Vec<Duplicate>,
}

/// A key that stands twice in one mapping.
#[derive(Debug)]
pub(super) struct Duplicate {
    pub(super) key: String,
    pub(super) first: Range<usize>,
    pub(super) again: Range<usize>,
}

/// An open collection while the events pass by.
struct Open {
    node: usize,
    anchor: usize,
    /// Values in it so far, with itself.
    size: usize,
    form: Form,
}

enum Form {
    Map {
        entries: Map<String, Value>,
        /// The key that waits for its value, and its node; none when it stands there for the second time.
        key: Option<(String, Option<usize>, Range<usize>)>,
        merge: Option<(Value, Range<usize>)>,
    },
    List(Vec<Value>),
}

/// An anchored value that is whole.
struct Anchored {
    value: Value,
    size: usize,
    /// None for a key.
    node: Option<usize>,
}

struct Reader<'a> {
    read: Read,
    open: Vec<Open>,
    anchors: HashMap<usize, Anchored>,
    copies: usize,
    mask: &'a Mask,
}

/// Reads a text. What cannot be read ends it.
pub(super) fn read(text: &str, mask: &Mask) -> Result<Read, Refused> {
    let read = Read { value: Value::Null, index: Index::default(), documents: 0, duplicates: Vec::new() };
    let mut reader = Reader { read, open: Vec::new(), anchors: HashMap::new(), copies: 0, mask };
    for next in Parser::new_from_str(text) {
        let (event, span) = next.map_err(|error| {
            let at = error.marker().byte_offset().unwrap_or(0).min(text.len());
            Refused {
                code: "syntax",
                message: format!("not YAML: {}", error.kind()),
                help: "is the indentation right, and every quote and bracket closed?",
                place: at..at,
            }
        })?;
        reader.event(event, span.byte_range().unwrap_or(0..0), text)?;
    }
    Ok(reader.read)
}

impl Reader<'_> {
    fn event(&mut self, event: Event<'_>, range: Range<usize>, text: &str) -> Result<(), Refused> {
        match event {
            Event::DocumentStart(..) => self.read.documents += 1,
            _ if self.read.documents > 1 => {}
            Event::Scalar(value, style, anchor, tag) => {
                let plain = style == ScalarStyle::Plain;
                if self.wants_key() {
                    return self.key(&value, plain, anchor, range);
                }
                let value = self.scalar(&value, plain, tag.as_deref(), &range)?;
                let node = self.begin();
                self.read.index.set(node, range, None);
                return self.whole(node, anchor, value, 1);
            }
            Event::Alias(anchor) => return self.alias(anchor, range),
            Event::MappingStart(_, anchor, tag) => {
                let form = Form::Map { entries: Map::new(), key: None, merge: None };
                return self.collection(form, anchor, tag.as_deref(), range);
            }
            Event::SequenceStart(_, anchor, tag) => {
                return self.collection(Form::List(Vec::new()), anchor, tag.as_deref(), range);
            }
            Event::MappingEnd | Event::SequenceEnd => {
                if let Some(open) = self.open.pop() {
                    // That of a block ends where something else begins.
                    if text.get(range.clone()).is_some_and(|token| matches!(token, "}" | "]")) {
                        self.read.index.stretch(open.node, range.end);
                    }
                    return self.close(open);
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn wants_key(&self) -> bool {
        matches!(self.open.last(), Some(Open { form: Form::Map { key: None, .. }, .. }))
    }

    fn scalar(
        &self,
        value: &str,
        plain: bool,
        tag: Option<&Tag>,
        at: &Range<usize>,
    ) -> Result<Value, Refused> {
        let text = || Value::String(self.mask.lifted(value).into_owned());
        match tag.map(|tag| (tag, tag.core_suffix())) {
            None if plain => Ok(match scalar::plain(value) {
                Value::String(_) => text(),
                other => other,
            }),
            None | Some((_, Some("str"))) => Ok(text()),
            Some((_, Some("int" | "float" | "bool" | "null"))) => Ok(scalar::plain(value)),
            Some((tag, _)) => Err(tagged(tag, at)),
        }
    }

    fn key(&mut self, name: &str, plain: bool, anchor: usize, at: Range<usize>) -> Result<(), Refused> {
        if plain && scalar::plain(name).is_null() {
            return Err(no_key(at));
        }
        let name = self.mask.lifted(name).into_owned();
        if anchor > 0 {
            let value = Value::String(name.clone());
            self.anchors.insert(anchor, Anchored { value, size: 1, node: None });
        }
        let Some(Open { node, form: Form::Map { key, .. }, .. }) = self.open.last_mut() else {
            return Ok(());
        };
        let added = self.read.index.add_key(*node, &name, at.clone());
        if let Err(first) = &added
            && self.read.duplicates.len() <= MOST_TOLD
        {
            let (key, first, again) = (name.clone(), first.clone(), at.clone());
            self.read.duplicates.push(Duplicate { key, first, again });
        }
        *key = Some((name, added.ok(), at));
        Ok(())
    }

    fn alias(&mut self, anchor: usize, range: Range<usize>) -> Result<(), Refused> {
        let Some(Anchored { value, size, node: target }) = self.anchors.get(&anchor) else {
            let message = "an alias stands within what it is an alias of".to_owned();
            return Err(refused(message, "write out what is meant", range));
        };
        let (size, target) = (*size, *target);
        self.copies += size;
        if self.copies > MOST_COPIES {
            return Err(blown_up(range));
        }
        let value = value.clone();
        if self.wants_key() {
            return match value {
                Value::String(name) => self.key(&name, false, 0, range),
                _ => Err(no_key(range)),
            };
        }
        let node = self.begin();
        self.read.index.set(node, range, target);
        self.place(value, size, self.read.index.end(node));
        Ok(())
    }

    fn collection(
        &mut self,
        form: Form,
        anchor: usize,
        tag: Option<&Tag>,
        range: Range<usize>,
    ) -> Result<(), Refused> {
        if let Some(tag) = tag.filter(|tag| !matches!(tag.core_suffix(), Some("map" | "seq"))) {
            return Err(tagged(tag, &range));
        }
        if self.wants_key() {
            return Err(no_key(range));
        }
        if self.open.len() >= DEEPEST {
            let message = format!("values are nested more than {DEEPEST} levels deep");
            return Err(refused(message, "is every bracket closed?", range));
        }
        let node = self.begin();
        self.read.index.set(node, range, None);
        self.open.push(Open { node, anchor, size: 1, form });
        Ok(())
    }

    /// The node of the value that begins here.
    fn begin(&mut self) -> usize {
        let index = &mut self.read.index;
        match self.open.last() {
            None => index.add_loose(),
            Some(Open { form: Form::Map { key, .. }, .. }) => {
                let node = key.as_ref().and_then(|(_, node, _)| *node);
                node.unwrap_or_else(|| index.add_loose())
            }
            Some(Open { node, form: Form::List(_), .. }) => index.add_item(*node),
        }
    }

    fn close(&mut self, open: Open) -> Result<(), Refused> {
        let value = match open.form {
            Form::List(items) => Value::Array(items),
            Form::Map { mut entries, merge, .. } => {
                if let Some((merge, at)) = merge {
                    merged(&mut entries, merge, at)?;
                }
                Value::Object(entries)
            }
        };
        self.whole(open.node, open.anchor, value, open.size)
    }

    fn whole(&mut self, node: usize, anchor: usize, value: Value, size: usize) -> Result<(), Refused> {
        let end = self.read.index.end(node);
        if anchor > 0 {
            self.copies += size;
            if self.copies > MOST_COPIES {
                return Err(blown_up(end..end));
            }
            self.anchors.insert(anchor, Anchored { value: value.clone(), size, node: Some(node) });
        }
        self.place(value, size, end);
        Ok(())
    }

    /// Puts a value where it belongs.
    fn place(&mut self, value: Value, size: usize, end: usize) {
        let Some(parent) = self.open.last_mut() else {
            self.read.value = value;
            return;
        };
        parent.size += size;
        self.read.index.stretch(parent.node, end);
        match &mut parent.form {
            Form::List(items) => items.push(value),
            Form::Map { entries, key, merge } => match key.take() {
                Some((name, Some(_), at)) if name == "<<" => *merge = Some((value, at)),
                Some((name, Some(_), _)) => drop(entries.insert(name, value)),
                Some((_, None, _)) | None => {}
            },
        }
    }
}
