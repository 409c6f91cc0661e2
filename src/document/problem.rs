//! One thing that is wrong with a file.

use std::ops::Range;

/// Problems that are told at once: nobody reads more, and a file can be made to have very many.
pub const MOST_TOLD: usize = 50;

/// How much a problem matters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Severity {
    /// The file cannot be used.
    #[default]
    Error,
    /// It can, and somebody will regret it.
    Warning,
}

impl Severity {
    /// The word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

/// Something is wrong with a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Problem {
    /// Stable code, such as `playbook::unknown_key`.
    pub code: String,
    /// What is wrong.
    pub message: String,
    /// What to write instead.
    pub help: Option<String>,
    /// Where, in bytes; nothing for problems of the whole file.
    pub place: Option<Range<usize>>,
    /// What to say at the place.
    pub label: String,
    /// Other places that have to do with it, and what to say there.
    pub also: Vec<(Range<usize>, String)>,
    /// How much it matters.
    pub severity: Severity,
}

impl Problem {
    /// An error at a place.
    pub fn error(code: String, message: String, help: String, place: Range<usize>, label: &str) -> Self {
        let (help, place, label) = (Some(help), Some(place), label.to_owned());
        Self { code, message, help, place, label, ..Self::default() }
    }

    /// And this place has to do with it.
    #[must_use]
    pub fn beside(mut self, place: Range<usize>, label: &str) -> Self {
        self.also.push((place, label.to_owned()));
        self
    }
}
