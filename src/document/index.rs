//! One text: JSON pointer to byte span. A tree of everything that is written in it; [`reader`](super::reader) grows it.

use std::collections::HashMap;
use std::ops::Range;

/// Looks on the way through aliases and merge keys: more are a trap, not a playbook.
const MOST_LOOKS: usize = 1_000;

/// The root of every tree.
pub(super) const ROOT: usize = 0;

/// The spans of one text.
#[derive(Debug, Default)]
pub(super) struct Index {
    /// The first byte of the text in the space of all texts.
    pub(super) base: usize,
    /// Parents stand before what is in them.
    nodes: Vec<Node>,
    /// Keys by their number: most stand in many mappings.
    names: HashMap<Box<str>, usize>,
    /// Values of mappings, by the mapping and the number of the key.
    children: HashMap<(usize, usize), usize>,
}

/// A value, and its key if it has one.
#[derive(Debug, Default)]
struct Node {
    key: Option<Range<usize>>,
    value: Option<Range<usize>>,
    /// Where everything ends that belongs to it.
    end: usize,
    /// What an alias stands for.
    alias: Option<usize>,
    /// Of a list.
    items: Vec<usize>,
}

/// The way to a value.
struct Way {
    /// The last value on it, aliases not followed.
    at: usize,
    /// The first alias on it.
    via: Option<Range<usize>>,
    /// Whether it leads to the end of the pointer.
    whole: bool,
}

impl Index {
    /// Takes in a key of a mapping: its node, or the place of the same key before it.
    pub(super) fn add_key(
        &mut self,
        map: usize,
        name: &str,
        at: Range<usize>,
    ) -> Result<usize, Range<usize>> {
        let next = self.names.len();
        let number = match self.names.get(name) {
            Some(number) => *number,
            None => *self.names.entry(name.into()).or_insert(next),
        };
        if let Some(first) = self.children.get(&(map, number)) {
            return Err(self.nodes.get(*first).and_then(|first| first.key.clone()).unwrap_or_default());
        }
        let node = self.add(Node { end: at.end, key: Some(at), ..Node::default() });
        self.children.insert((map, number), node);
        Ok(node)
    }

    /// Takes in an item of a list.
    pub(super) fn add_item(&mut self, list: usize) -> usize {
        let node = self.add_loose();
        if let Some(list) = self.nodes.get_mut(list) {
            list.items.push(node);
        }
        node
    }

    /// Takes in a value that no pointer leads to, or the root.
    pub(super) fn add_loose(&mut self) -> usize {
        self.add(Node::default())
    }

    fn add(&mut self, node: Node) -> usize {
        self.nodes.push(node);
        self.nodes.len() - 1
    }

    /// Says where a value stands, and what it is an alias of.
    pub(super) fn set(&mut self, node: usize, value: Range<usize>, alias: Option<usize>) {
        self.stretch(node, value.end);
        if let Some(node) = self.nodes.get_mut(node) {
            node.value = Some(value);
            node.alias = alias;
        }
    }

    /// A value ends there at the earliest.
    pub(super) fn stretch(&mut self, node: usize, end: usize) {
        if let Some(node) = self.nodes.get_mut(node) {
            node.end = node.end.max(end);
        }
    }

    /// Where everything ends so far that belongs to a value.
    pub(super) fn end(&self, node: usize) -> usize {
        self.nodes.get(node).map_or(0, |node| node.end)
    }

    /// As far as a pointer leads.
    fn way(&self, pointer: &str) -> Way {
        let mut way = Way { at: ROOT, via: None, whole: true };
        let mut looks = 0;
        for part in pointer.split('/').skip(1) {
            let part = part.replace("~1", "/").replace("~0", "~");
            let mut via = way.via.clone();
            match self.child(way.at, &part, &mut via, &mut looks) {
                Some(at) => way = Way { at, via, whole: true },
                None => return Way { whole: false, ..way },
            }
        }
        way
    }

    fn child(
        &self,
        at: usize,
        part: &str,
        via: &mut Option<Range<usize>>,
        looks: &mut usize,
    ) -> Option<usize> {
        *looks += 1;
        if *looks > MOST_LOOKS {
            return None;
        }
        let at = self.followed(at, via);
        let items = &self.nodes.get(at)?.items;
        if !items.is_empty() {
            return items.get(part.parse::<usize>().ok()?).copied();
        }
        if let Some(own) = self.named(at, part) {
            return Some(own);
        }
        let merge = self.named(at, "<<")?;
        let mut through = via.clone();
        let merged = self.followed(merge, &mut through);
        let items = &self.nodes.get(merged)?.items;
        if items.is_empty() {
            let found = self.child(merged, part, &mut through, looks);
            return found.inspect(|_| *via = through);
        }
        items.iter().find_map(|item| {
            let mut through = via.clone();
            let found = self.child(*item, part, &mut through, looks);
            found.inspect(|_| *via = through)
        })
    }

    fn named(&self, map: usize, name: &str) -> Option<usize> {
        self.children.get(&(map, *self.names.get(name)?)).copied()
    }

    fn followed(&self, at: usize, via: &mut Option<Range<usize>>) -> usize {
        let Some(Node { alias: Some(target), value, .. }) = self.nodes.get(at) else { return at };
        *via = via.take().or_else(|| value.clone());
        *target
    }

    fn shifted(&self, span: &Range<usize>) -> Range<usize> {
        span.start + self.base..span.end + self.base
    }

    pub(super) fn find(&self, pointer: &str) -> Range<usize> {
        let at = self.followed(self.way(pointer).at, &mut None);
        let nothing = self.base..self.base;
        let Some(Node { key, value, .. }) = self.nodes.get(at) else { return nothing };
        let written = value.as_ref().filter(|value| !value.is_empty());
        written.or(key.as_ref()).or(value.as_ref()).map_or(nothing, |span| self.shifted(span))
    }

    /// The key stands at the alias, its value may not.
    pub(super) fn key(&self, pointer: &str) -> Range<usize> {
        let way = self.way(pointer);
        let key = self.nodes.get(way.at).filter(|_| way.whole).and_then(|node| node.key.as_ref());
        key.map_or_else(|| self.find(pointer), |span| self.shifted(span))
    }

    pub(super) fn alias(&self, pointer: &str) -> Option<Range<usize>> {
        let Way { at, mut via, .. } = self.way(pointer);
        self.followed(at, &mut via);
        via.map(|alias| self.shifted(&alias))
    }

    pub(super) fn value_at(&self, pointer: &str) -> Option<Range<usize>> {
        let Way { at, via: None, whole: true } = self.way(pointer) else { return None };
        self.nodes.get(at)?.value.as_ref().map(|span| self.shifted(span))
    }

    pub(super) fn written_at(&self, pointer: &str) -> Option<Range<usize>> {
        let way = self.way(pointer);
        let at = way.whole.then(|| self.followed(way.at, &mut None))?;
        self.nodes.get(at)?.value.as_ref().map(|span| self.shifted(span))
    }

    pub(super) fn end_of(&self, pointer: &str) -> usize {
        let way = self.way(pointer);
        if way.whole { self.end(way.at) + self.base } else { 0 }
    }
}
