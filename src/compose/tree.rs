//! The tree of a compose file: scalars understood, merge keys applied, every value with its place.

use std::collections::HashSet;
use std::path::Path;

use super::file::Place;
use super::problem::{self, ComposeProblems};
use super::scalar::Scalar;
use crate::document::{self, Form, Node};

/// A value of the tree.
#[derive(Clone, Debug)]
pub(super) struct Value {
    pub(super) is: Is,
    pub(super) place: Place,
    pub(super) rule: Rule,
}

/// What a value is.
#[derive(Clone, Debug)]
pub(super) enum Is {
    Scalar(Scalar),
    List(Vec<Value>),
    Map(Vec<Entry>),
}

/// A key of a mapping and what it has.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) key: String,
    pub(super) place: Place,
    pub(super) value: Value,
}

/// What a tag says of merging.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Rule {
    /// As Compose does without one.
    #[default]
    Merge,
    /// `!reset`: what was there goes.
    Reset,
    /// `!override`: this stands alone.
    Replace,
}

impl Value {
    pub(super) fn new(is: Is, place: Place) -> Self {
        Self { is, place, rule: Rule::Merge }
    }

    pub(super) fn text(&self) -> Option<String> {
        match &self.is {
            Is::Scalar(scalar) => scalar.text(),
            Is::List(_) | Is::Map(_) => None,
        }
    }

    /// The items of a list; of a scalar, itself.
    pub(super) fn items(&self) -> &[Self] {
        match &self.is {
            Is::List(items) => items,
            Is::Scalar(Scalar::Null) | Is::Map(_) => &[],
            Is::Scalar(_) => std::slice::from_ref(self),
        }
    }

    pub(super) fn entries(&self) -> &[Entry] {
        match &self.is {
            Is::Map(entries) => entries,
            Is::Scalar(_) | Is::List(_) => &[],
        }
    }

    pub(super) fn is_null(&self) -> bool {
        matches!(self.is, Is::Scalar(Scalar::Null))
    }

    pub(super) fn is_map(&self) -> bool {
        matches!(self.is, Is::Map(_))
    }

    pub(super) fn get(&self, key: &str) -> Option<&Self> {
        self.entry(key).map(|entry| &entry.value)
    }

    pub(super) fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries().iter().find(|entry| entry.key == key)
    }

    pub(super) fn get_mut(&mut self, key: &str) -> Option<&mut Self> {
        match &mut self.is {
            Is::Map(entries) => {
                entries.iter_mut().find(|entry| entry.key == key).map(|entry| &mut entry.value)
            }
            Is::Scalar(_) | Is::List(_) => None,
        }
    }

    pub(super) fn remove(&mut self, key: &str) -> Option<Entry> {
        match &mut self.is {
            Is::Map(entries) => {
                let at = entries.iter().position(|entry| entry.key == key)?;
                Some(entries.remove(at))
            }
            Is::Scalar(_) | Is::List(_) => None,
        }
    }

    /// A yes or no, also one written as a text.
    pub(super) fn yes(&self) -> bool {
        self.text().is_some_and(|text| matches!(text.to_lowercase().as_str(), "true" | "yes" | "y" | "on"))
    }
}

/// The documents of a compose file.
pub(super) fn trees(file: &Path, text: &str, source: usize) -> Result<Vec<Value>, ComposeProblems> {
    let nodes = document::nodes(text).map_err(|error| {
        let help = "is the indentation right, and every quote and bracket closed?";
        problem::at(
            file,
            text,
            "compose::syntax",
            format!("not YAML: {}", error.message),
            help,
            error.at..error.at,
        )
    })?;
    nodes.into_iter().map(|node| value(node, source).map_err(|bad| bad.told(file, text))).collect()
}

/// A mapping that cannot be one.
struct Bad {
    message: String,
    span: std::ops::Range<usize>,
}

impl Bad {
    fn told(self, file: &Path, text: &str) -> ComposeProblems {
        let help = "Compose does not take it either";
        problem::at(file, text, "compose::mapping", self.message, help, self.span)
    }
}

fn value(node: Node, source: usize) -> Result<Value, Bad> {
    let rule = match node.tag.as_str() {
        "reset" => Rule::Reset,
        "override" => Rule::Replace,
        _ => Rule::Merge,
    };
    let place = Place { source, span: node.span };
    let is = match node.form {
        Form::Scalar(text, plain) => Is::Scalar(Scalar::of(text, plain, &node.tag)),
        Form::List(items) => {
            Is::List(items.into_iter().map(|item| value(item, source)).collect::<Result<_, _>>()?)
        }
        Form::Map(pairs) => Is::Map(mapping(pairs, source)?),
    };
    Ok(Value { is, place, rule })
}

fn mapping(pairs: Vec<(Node, Node)>, source: usize) -> Result<Vec<Entry>, Bad> {
    let mut own: Vec<Entry> = Vec::with_capacity(pairs.len());
    let mut merged = Vec::new();
    let mut seen = HashSet::new();
    for (key, node) in pairs {
        let span = key.span.clone();
        let Form::Scalar(name, plain) = key.form else {
            return Err(Bad { message: "a key is a list or a mapping".to_owned(), span });
        };
        if name == "<<" && plain {
            let span = node.span.clone();
            let from = value(node, source)?;
            match from.is {
                Is::Map(entries) => merged.extend(entries),
                Is::List(items) => merged.extend(items.into_iter().flat_map(|item| match item.is {
                    Is::Map(entries) => entries,
                    Is::Scalar(_) | Is::List(_) => Vec::new(),
                })),
                Is::Scalar(_) => return Err(Bad { message: "`<<` takes a mapping".to_owned(), span }),
            }
            continue;
        }
        if !seen.insert(name.clone()) {
            return Err(Bad { message: format!("the key `{name}` stands twice in one mapping"), span });
        }
        let place = Place { source, span };
        own.push(Entry { key: name, place, value: value(node, source)? });
    }
    for entry in merged {
        if seen.insert(entry.key.clone()) {
            own.push(entry);
        }
    }
    Ok(own)
}
