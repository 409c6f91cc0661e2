//! What is wrong with a file: every problem with its place, all at once.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use miette::{Diagnostic, LabeledSpan, NamedSource, Severity, SourceCode};

use super::Kind;

/// Problems that are told at once: nobody reads more, and a file can be made to have very many.
const MOST_TOLD: usize = 50;

/// Something is wrong with a file.
#[derive(Clone, Debug, PartialEq, Eq)]
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
}

/// All problems of one file.
#[derive(Debug)]
pub struct Problems {
    /// The file as named by the user.
    pub file: String,
    kind: &'static str,
    /// How many there are; the first ones are told.
    count: usize,
    /// The problems with the text they speak of, in order of their places.
    pub located: Vec<Located>,
}

/// A problem together with the text it points into.
#[derive(Debug)]
pub struct Located {
    problem: Problem,
    text: Option<NamedSource<Arc<str>>>,
}

impl Problems {
    /// The problems of a file whose text could be read.
    pub fn in_text(file: &Path, kind: &Kind, text: &str, mut problems: Vec<Problem>) -> Self {
        problems.sort_by_key(|problem| problem.place.as_ref().map_or(0, |place| place.start));
        let count = problems.len();
        problems.truncate(MOST_TOLD);
        let file = file.display().to_string();
        let text: Arc<str> = text.into();
        let located = problems
            .into_iter()
            .map(|problem| Located {
                text: problem
                    .place
                    .is_some()
                    .then(|| NamedSource::new(&file, Arc::clone(&text)).with_language("YAML")),
                problem,
            })
            .collect();
        Self { file, kind: kind.name, count, located }
    }

    /// The problem of a file that could not be read.
    pub(super) fn of_file(file: &Path, kind: &Kind, problem: Problem) -> Self {
        Self {
            file: file.display().to_string(),
            kind: kind.name,
            count: 1,
            located: vec![Located { problem, text: None }],
        }
    }

    /// Each problem in a line: `file:line:column: message; help`.
    pub fn lines(&self) -> impl Iterator<Item = String> {
        self.located.iter().map(|located| {
            let Problem { message, help, place, .. } = &located.problem;
            let help = help.as_ref().map(|help| format!("; {help}")).unwrap_or_default();
            let at = place.as_ref().zip(located.text.as_ref()).map(|(place, text)| {
                let before = &text.inner()[..place.start.min(text.inner().len())];
                let line = before.matches('\n').count() + 1;
                let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
                format!(":{line}:{column}")
            });
            format!("{}{}: {message}{help}", self.file, at.unwrap_or_default())
        })
    }

    /// The problems alone.
    pub fn iter(&self) -> impl Iterator<Item = &Problem> {
        self.located.iter().map(|located| &located.problem)
    }
}

impl std::fmt::Display for Problems {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { file, count, located, .. } = self;
        match (*count, located.len()) {
            (1, _) => write!(f, "{file} has a problem; nothing was started"),
            (_, told) if told < *count => {
                write!(
                    f,
                    "{file} has {count} problems, of which these are the first {told}; nothing was started"
                )
            }
            _ => write!(f, "{file} has {count} problems; nothing was started"),
        }
    }
}

impl std::error::Error for Problems {}

impl Diagnostic for Problems {
    fn code<'a>(&'a self) -> Option<Box<dyn std::fmt::Display + 'a>> {
        Some(Box::new(format!("{}::invalid", self.kind)))
    }

    fn related<'a>(&'a self) -> Option<Box<dyn Iterator<Item = &'a dyn Diagnostic> + 'a>> {
        Some(Box::new(self.located.iter().map(|located| located as &dyn Diagnostic)))
    }
}

impl std::fmt::Display for Located {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.problem.message)
    }
}

impl std::error::Error for Located {}

impl Diagnostic for Located {
    fn code<'a>(&'a self) -> Option<Box<dyn std::fmt::Display + 'a>> {
        Some(Box::new(&self.problem.code))
    }

    fn severity(&self) -> Option<Severity> {
        Some(Severity::Error)
    }

    fn help<'a>(&'a self) -> Option<Box<dyn std::fmt::Display + 'a>> {
        self.problem.help.as_ref().map(|help| Box::new(help) as Box<dyn std::fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.text.as_ref().map(|text| text as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let place = self.problem.place.clone()?;
        let label = LabeledSpan::new_primary_with_span(Some(self.problem.label.clone()), place);
        Some(Box::new(std::iter::once(label)))
    }
}
