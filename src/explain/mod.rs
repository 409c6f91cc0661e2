//! What every code means, told by what evidence, and what to do about it.
//!
//! Owns the catalogue and how it is printed. The sentence with the names of things in it is that of the error itself;
//! this is what lies behind it.

use serde::Serialize;

use crate::document;

mod areas;
mod page;
mod text;

pub use page::page;
pub use text::{list, text};

/// Codes that belong together.
#[derive(Clone, Copy, Debug)]
pub struct Area {
    /// Its heading.
    pub title: &'static str,
    /// What its codes have in common.
    pub about: &'static str,
    /// The codes, in the order in which one meets them.
    pub entries: &'static [Entry],
}

/// One code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// The stable code, such as `broker::refused`.
    pub code: &'static str,
    /// What it says about the world.
    pub meaning: &'static str,
    /// The evidence: how it is told apart from its neighbours.
    pub told_by: &'static str,
    /// What to do, first things first.
    pub remedy: &'static [Step],
    /// Where to read more.
    pub links: &'static [&'static str],
}

/// A step of a remedy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Step {
    /// What to do, in words.
    pub say: &'static str,
    /// The command that does it. Words in capitals, such as `GATEWAY`, stand for one's own names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run: Option<&'static str>,
}

impl Step {
    /// A step in words.
    pub(crate) const fn say(say: &'static str) -> Self {
        Self { say, run: None }
    }

    /// A step with its command.
    pub(crate) const fn run(say: &'static str, run: &'static str) -> Self {
        Self { say, run: Some(run) }
    }
}

impl Entry {
    /// The beginning of its meaning, for lists.
    pub fn in_short(&self) -> &'static str {
        self.meaning.split_once(". ").map_or(self.meaning, |(first, _)| first).trim_end_matches('.')
    }
}

/// The areas, in the order of the page.
pub fn areas() -> &'static [Area] {
    areas::AREAS
}

/// Every entry, in the order of the page.
pub fn all() -> impl Iterator<Item = &'static Entry> {
    areas().iter().flat_map(|area| area.entries)
}

/// The entry of a code.
pub fn find(code: &str) -> Option<&'static Entry> {
    all().find(|entry| entry.code == code)
}

/// The codes that were probably meant: that of another spelling, those of a name without its area, or else the nearest.
pub fn nearest(code: &str) -> Vec<&'static str> {
    let code = code.to_lowercase().replace('-', "_");
    let known: Vec<&'static str> = all().map(|entry| entry.code).collect();
    let name = |known: &str| known.rsplit("::").next() == Some(code.as_str());
    let meant: Vec<_> = known.iter().copied().filter(|known| *known == code || name(known)).collect();
    if meant.is_empty() { document::nearest(&code, &known).into_iter().collect() } else { meant }
}
