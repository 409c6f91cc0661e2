//! What differs between the kinds of file: names, and where to learn what is valid.

/// A kind of file.
#[derive(Clone, Copy, Debug)]
pub struct Kind {
    /// Its name in codes (`playbook::syntax`) and in sentences (`a playbook is one`).
    pub name: &'static str,
    /// How such a file begins, for one that is something else.
    pub begins: &'static str,
    /// A file to begin with.
    pub example: &'static str,
    /// What of it is written as a mapping with one key.
    pub choice: Option<Choice>,
    /// Its published schema.
    pub schema: fn() -> serde_json::Value,
}

/// Something written as a mapping whose one key says what it is.
#[derive(Clone, Copy, Debug)]
pub struct Choice {
    /// What the key names, such as `kind of step`.
    pub what: &'static str,
    /// Said when there is none, or more than one.
    pub exactly_one: &'static str,
    /// The keys.
    pub names: &'static [&'static str],
}

impl Kind {
    /// The stable code of a problem with this kind of file.
    pub(super) fn code(&self, problem: &str) -> String {
        format!("{}::{problem}", self.name)
    }
}
