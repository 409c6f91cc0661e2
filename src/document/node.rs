//! A YAML text as a tree in which every value knows where it stands, aliases followed. What the scalars mean is left to
//! those who read it: Compose, for one, reads other numbers than a playbook does.

use std::collections::HashMap;
use std::ops::Range;

use granit_parser::{Event, Parser, ScalarStyle};

/// Values that a text may be blown up to by its aliases.
const MOST_NODES: usize = 100_000;

/// Levels that values may be nested in.
const DEEPEST: usize = 200;

/// A value with its place.
#[derive(Clone, Debug)]
pub struct Node {
    /// What it is.
    pub form: Form,
    /// Where it stands, in bytes; behind an alias, where the value itself stands.
    pub span: Range<usize>,
    /// Its tag without the prefix, such as `str` or `reset`; empty for none.
    pub tag: String,
}

/// What a value is.
#[derive(Clone, Debug)]
pub enum Form {
    /// A scalar as written, and whether it is plain: neither quoted nor a block.
    Scalar(String, bool),
    /// A list.
    List(Vec<Node>),
    /// A mapping in the order of the text; keys may stand twice, and `<<` is a key.
    Map(Vec<(Node, Node)>),
}

/// Why a text has no tree.
#[derive(Debug)]
pub struct Unreadable {
    /// In words.
    pub message: String,
    /// The byte it was noticed at.
    pub at: usize,
}

/// An open collection while the events pass by.
struct Open {
    node: Node,
    /// The key that waits for its value.
    key: Option<Node>,
    anchor: usize,
}

/// The documents of a text.
///
/// # Errors
/// A text that is not YAML, one nested too deeply, and one whose aliases blow it up.
pub fn nodes(text: &str) -> Result<Vec<Node>, Unreadable> {
    let mut forest = Forest::default();
    for next in Parser::new_from_str(text) {
        let (event, span) = next.map_err(|error| Unreadable {
            message: error.kind().to_string(),
            at: error.marker().byte_offset().unwrap_or(0).min(text.len()),
        })?;
        let span = span.byte_range().unwrap_or(0..0);
        forest.take(event, span)?;
    }
    Ok(forest.documents)
}

#[derive(Default)]
struct Forest {
    documents: Vec<Node>,
    open: Vec<Open>,
    /// The anchored values that are whole, with the number of values in each.
    anchors: HashMap<usize, (Node, usize)>,
    count: usize,
}

impl Forest {
    fn take(&mut self, event: Event<'_>, span: Range<usize>) -> Result<(), Unreadable> {
        match event {
            Event::Scalar(value, style, anchor, tag) => {
                let plain = style == ScalarStyle::Plain;
                let tag = tag.map(|tag| tag.suffix().to_owned()).unwrap_or_default();
                let node = Node { form: Form::Scalar(value.into_owned(), plain), span, tag };
                self.whole(node, anchor)
            }
            Event::SequenceStart(_, anchor, tag) => {
                let tag = tag.map(|tag| tag.suffix().to_owned()).unwrap_or_default();
                self.begin(Node { form: Form::List(Vec::new()), span, tag }, anchor)
            }
            Event::MappingStart(_, anchor, tag) => {
                let tag = tag.map(|tag| tag.suffix().to_owned()).unwrap_or_default();
                self.begin(Node { form: Form::Map(Vec::new()), span, tag }, anchor)
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let Some(open) = self.open.pop() else { return Ok(()) };
                self.whole(open.node, open.anchor)
            }
            Event::Alias(anchor) => {
                let Some(size) = self.anchors.get(&anchor).map(|(_, size)| *size) else {
                    return Err(Unreadable {
                        message: "an alias stands within what it is an alias of".to_owned(),
                        at: span.start,
                    });
                };
                self.grow(size, span.start)?;
                if let Some((node, _)) = self.anchors.get(&anchor) {
                    let node = node.clone();
                    self.place(node);
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn begin(&mut self, node: Node, anchor: usize) -> Result<(), Unreadable> {
        if self.open.len() >= DEEPEST {
            return Err(Unreadable {
                message: format!("values are nested more than {DEEPEST} levels deep"),
                at: node.span.start,
            });
        }
        self.open.push(Open { node, key: None, anchor });
        Ok(())
    }

    fn grow(&mut self, by: usize, at: usize) -> Result<(), Unreadable> {
        self.count += by;
        if self.count > MOST_NODES {
            let message = format!("the aliases blow the text up to more than {MOST_NODES} values");
            return Err(Unreadable { message, at });
        }
        Ok(())
    }

    fn whole(&mut self, node: Node, anchor: usize) -> Result<(), Unreadable> {
        self.grow(1, node.span.start)?;
        if anchor != 0 {
            let size = size(&node);
            self.anchors.insert(anchor, (node.clone(), size));
        }
        self.place(node);
        Ok(())
    }

    fn place(&mut self, node: Node) {
        let Some(parent) = self.open.last_mut() else {
            self.documents.push(node);
            return;
        };
        match &mut parent.node.form {
            Form::List(items) => items.push(node),
            Form::Map(pairs) => match parent.key.take() {
                None => parent.key = Some(node),
                Some(key) => pairs.push((key, node)),
            },
            Form::Scalar(..) => {}
        }
    }
}

fn size(node: &Node) -> usize {
    match &node.form {
        Form::Scalar(..) => 1,
        Form::List(items) => 1 + items.iter().map(size).sum::<usize>(),
        Form::Map(pairs) => 1 + pairs.iter().map(|(key, value)| size(key) + size(value)).sum::<usize>(),
    }
}
