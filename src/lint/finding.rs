//! A finding: what hurts, where, and what to do; then the problem that the file has.

use std::ops::Range;

use super::rules::Rule;
use crate::document::Problem;

/// What a rule says of a place in a text.
#[derive(Clone, Debug)]
pub(super) struct Hit<'a> {
    /// The file's name.
    pub(super) file: String,
    /// Its text, secrets and all.
    pub(super) text: &'a str,
    /// The bytes.
    pub(super) place: Range<usize>,
    /// What hurts.
    pub(super) message: String,
    /// What to write instead.
    pub(super) help: String,
    /// It is an env file: none of its values is shown.
    pub(super) env_file: bool,
}

impl Hit<'_> {
    /// As a problem of its file. A caret under one line is enough.
    pub(super) fn problem(&self, rule: &Rule) -> Problem {
        let start = self.place.start.min(self.text.len());
        let end = self.place.end.clamp(start, self.text.len());
        let line = self.text.get(start..end).and_then(|part| part.lines().next()).unwrap_or_default();
        Problem {
            code: rule.code.to_owned(),
            message: self.message.clone(),
            help: Some(format!("{}\nwhy: {}", self.help, rule.why)),
            place: Some(start..start + line.len()),
            label: "here".to_owned(),
            also: Vec::new(),
            severity: rule.severity,
        }
    }
}
