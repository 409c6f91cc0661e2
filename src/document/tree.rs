//! A text as its writer laid it out: every node with its place and style, every comment. What edits are made by.

use std::ops::Range;

use granit_parser::{Event, Parser, ScalarStyle, Span, StructureStyle};

use super::mask::Mask;

/// The only document of a text.
#[derive(Debug)]
pub struct Tree {
    /// The whole.
    pub root: TreeNode,
    /// Where the comments stand, from their `#` to the end of the line.
    pub comments: Vec<Range<usize>>,
}

/// One node.
#[derive(Clone, Debug)]
pub struct TreeNode {
    /// Where it stands, without its anchor and tag. That of a block collection ends with its last value, that of a block
    /// of text is without its last line ends. An empty value has an empty place.
    pub span: Range<usize>,
    /// The number of its anchor; 0 for none.
    pub anchor: usize,
    /// What it is.
    pub shape: Shape,
}

/// What a node is.
#[derive(Clone, Debug)]
pub enum Shape {
    /// A scalar and what it says.
    Scalar(Style, String),
    /// What the anchor of that number names.
    Alias(usize),
    /// A mapping: whether it is written in braces, and its entries.
    Map(bool, Vec<(TreeNode, TreeNode)>),
    /// A list: whether it is written in brackets, and its items.
    List(bool, Vec<TreeNode>),
}

/// How a scalar is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Without quotes.
    Plain,
    /// In single quotes.
    Single,
    /// In double quotes.
    Double,
    /// As a block of lines, `|` or `>`.
    Block,
}

enum Open {
    Map(TreeNode, Option<TreeNode>),
    List(TreeNode),
}

impl Tree {
    /// The tree of a text. `None` when it is not exactly one document of YAML, or an empty one.
    pub fn of(text: &str) -> Option<Self> {
        let (masked, mask) = Mask::of(text);
        let mut builder = Builder { text, mask, last: 0, scalars: Vec::new(), open: Vec::new(), root: None };
        let mut documents = 0;
        for next in Parser::new_from_str(&masked) {
            let (event, span) = next.ok()?;
            documents += usize::from(matches!(event, Event::DocumentStart(..)));
            builder.take(event, &span)?;
        }
        let comments = comments(text, &builder.scalars);
        (documents == 1).then_some(())?;
        Some(Self { root: builder.root?, comments })
    }
}

struct Builder<'a> {
    text: &'a str,
    mask: Mask,
    /// Where the last token ended.
    last: usize,
    scalars: Vec<Range<usize>>,
    open: Vec<Open>,
    root: Option<TreeNode>,
}

impl Builder<'_> {
    fn take(&mut self, event: Event<'_>, span: &Span) -> Option<()> {
        let place = span.byte_range().unwrap_or(self.last..self.last);
        self.text.get(place.clone())?;
        match event {
            Event::Scalar(value, style, anchor, _) => {
                let (style, place) = self.scalar(style, place)?;
                self.scalars.push(place.clone());
                self.last = place.end.max(self.last);
                let value = self.mask.lifted(&value).into_owned();
                self.put(TreeNode { span: place, anchor, shape: Shape::Scalar(style, value) })
            }
            Event::Alias(anchor) => {
                self.last = place.end;
                self.put(TreeNode { span: place, anchor: 0, shape: Shape::Alias(anchor) })
            }
            Event::MappingStart(style, anchor, _) => {
                let shape = Shape::Map(style == StructureStyle::Flow, Vec::new());
                self.last = place.end;
                self.open.push(Open::Map(TreeNode { span: place, anchor, shape }, None));
                Some(())
            }
            Event::SequenceStart(style, anchor, _) => {
                let shape = Shape::List(style == StructureStyle::Flow, Vec::new());
                self.last = place.end;
                self.open.push(Open::List(TreeNode { span: place, anchor, shape }));
                Some(())
            }
            Event::MappingEnd | Event::SequenceEnd => {
                let (Open::Map(mut node, _) | Open::List(mut node)) = self.open.pop()?;
                node.span.end = if node.is_flow() { place.end } else { self.last.max(node.span.start) };
                self.last = node.span.end;
                self.put(node)
            }
            _ => Some(()),
        }
    }

    /// The style of a scalar and its whole place.
    fn scalar(&self, style: ScalarStyle, place: Range<usize>) -> Option<(Style, Range<usize>)> {
        let style = match style {
            ScalarStyle::Plain => Style::Plain,
            ScalarStyle::SingleQuoted => Style::Single,
            ScalarStyle::DoubleQuoted => Style::Double,
            _ => {
                // The parser's place begins after the line of `|`.
                let start = self.last + self.text.get(self.last..place.start)?.find(['|', '>'])?;
                let end = start + self.text.get(start..place.end)?.trim_end().len();
                return Some((Style::Block, start..end));
            }
        };
        Some((style, place))
    }

    fn put(&mut self, node: TreeNode) -> Option<()> {
        match self.open.last_mut() {
            None => self.root = Some(node),
            Some(Open::Map(map, key)) => match (key.take(), &mut map.shape) {
                (None, _) => *key = Some(node),
                (Some(key), Shape::Map(_, entries)) => entries.push((key, node)),
                _ => return None,
            },
            Some(Open::List(list)) => match &mut list.shape {
                Shape::List(_, items) => items.push(node),
                _ => return None,
            },
        }
        Some(())
    }
}

impl TreeNode {
    /// Whether it is a collection in brackets or braces.
    pub fn is_flow(&self) -> bool {
        matches!(self.shape, Shape::Map(true, _) | Shape::List(true, _))
    }

    /// Whether it is a collection without them.
    pub fn is_block(&self) -> bool {
        matches!(self.shape, Shape::Map(false, _) | Shape::List(false, _))
    }

    /// The entry of a mapping with that key.
    pub fn entry(&self, name: &str) -> Option<&(TreeNode, TreeNode)> {
        let Shape::Map(_, entries) = &self.shape else { return None };
        entries.iter().find(|(key, _)| matches!(&key.shape, Shape::Scalar(_, text) if text == name))
    }

    /// The item of a list at that index.
    pub fn item(&self, index: usize) -> Option<&TreeNode> {
        let Shape::List(_, items) = &self.shape else { return None };
        items.get(index)
    }
}

/// Every `#` that begins a comment: outside of scalars, at the beginning of a line or after white space.
fn comments(text: &str, scalars: &[Range<usize>]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut scalars = scalars.iter().filter(|place| !place.is_empty()).peekable();
    let mut at = 0;
    while at < text.len() {
        while scalars.next_if(|place| place.end <= at).is_some() {}
        let inside = scalars.peek().filter(|place| place.contains(&at));
        if let Some(place) = inside {
            // The line of a block of text that says `|` may end with a comment.
            let header = text[place.start..place.end].lines().next().unwrap_or_default();
            let block = text[place.start..].starts_with(['|', '>']);
            if let (true, Some(hash)) = (block, header.find(" #").or_else(|| header.find("\t#"))) {
                found.push(place.start + hash + 1..place.start + header.trim_end().len());
            }
            at = place.end;
            continue;
        }
        let begins = text.as_bytes()[at] == b'#'
            && (at == 0
                || matches!(text.as_bytes()[at - 1], b' ' | b'\t' | b'\n' | b'\r' | b',' | b'[' | b'{'));
        if begins {
            let end = text[at..].find('\n').map_or(text.len(), |length| at + length);
            let end = at + text[at..end].trim_end().len();
            found.push(at..end);
            at = end.max(at + 1);
        } else {
            at += 1;
        }
    }
    found
}
