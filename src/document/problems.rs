//! All problems of a file at once, each with the text it points into.

use std::collections::HashMap;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use miette::{Diagnostic, LabeledSpan, SourceCode};

use super::problem::MOST_TOLD;
use super::shown::{Shown, harmless, sentence};
use super::{Kind, Problem, Severity, Sources};

/// All problems of one file, and of those it includes.
#[derive(Debug)]
pub struct Problems {
    /// The file as named by the user.
    pub file: String,
    kind: &'static str,
    /// How many there are; with more than are told, nobody counts them.
    count: usize,
    /// What did not happen because of them.
    undone: &'static str,
    /// The problems with the text they speak of, in order of their places.
    pub located: Vec<Located>,
}

/// A problem together with the text it points into.
#[derive(Debug)]
pub struct Located {
    /// What is wrong; its places are those of [`Sources`].
    pub problem: Problem,
    /// The file it is in.
    pub file: String,
    /// Where it begins and ends in that file; nothing for problems of a whole file.
    pub from: Option<(Position, Position)>,
    shown: Option<Shown>,
    /// Places in other files.
    elsewhere: Vec<Self>,
}

/// A place for people: both count from 1; columns are characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
}

impl Problems {
    /// The problems of a file whose text could be read.
    pub fn in_text(file: &Path, kind: &Kind, text: &str, problems: Vec<Problem>) -> Self {
        let mut sources = Sources::default();
        sources.add(&file.display().to_string(), text);
        Self::in_sources(file, kind, &sources, problems)
    }

    /// The problems of a file that is made of several texts.
    pub fn in_sources(file: &Path, kind: &Kind, sources: &Sources, mut problems: Vec<Problem>) -> Self {
        problems.sort_by_key(|problem| problem.place.as_ref().map_or(0, |place| place.start));
        let count = problems.len().min(MOST_TOLD + 1);
        problems.truncate(MOST_TOLD);
        let file = file.display().to_string();
        let mut texts = HashMap::new();
        let located = problems.into_iter().map(|problem| located(&file, sources, &mut texts, problem));
        Self { kind: kind.name, count, undone: "nothing was started", located: located.collect(), file }
    }

    /// The problem of a file that could not be read.
    pub(super) fn of_file(file: &Path, kind: &Kind, problem: Problem) -> Self {
        Self::in_sources(file, kind, &Sources::default(), vec![problem])
    }

    /// The same, for a command other than one that starts something: what did not happen, such as `nothing was written`;
    /// empty for one that only looks.
    #[must_use]
    pub fn undone(self, what: &'static str) -> Self {
        Self { undone: what, ..self }
    }

    /// Each problem in a line: `file:line:column: message; help`.
    pub fn lines(&self) -> impl Iterator<Item = String> {
        self.located.iter().map(|located| {
            let Problem { message, help, .. } = &located.problem;
            let help = help.as_ref().map(|help| format!("; {help}")).unwrap_or_default();
            let at = located.from.map(|(from, _)| format!(":{}:{}", from.line, from.column));
            format!("{}{}: {message}{help}", located.file, at.unwrap_or_default())
        })
    }

    /// The problems alone.
    pub fn iter(&self) -> impl Iterator<Item = &Problem> {
        self.located.iter().map(|located| &located.problem)
    }

    /// How many there are; one more than are told when nobody counted on.
    pub const fn count(&self) -> usize {
        self.count
    }
}

type Texts<'a> = HashMap<usize, Arc<str>>;

fn located(file: &str, sources: &Sources, texts: &mut Texts<'_>, mut problem: Problem) -> Located {
    problem.message = sentence(&problem.message);
    problem.help = problem.help.as_deref().map(sentence);
    let source = problem.place.as_ref().and_then(|place| Some((sources.at(place.start)?, place)));
    let Some((source, place)) = source else {
        return Located { problem, file: file.to_owned(), from: None, shown: None, elsewhere: Vec::new() };
    };
    let text = Arc::clone(texts.entry(source.base).or_insert_with(|| harmless(&source.shown()).into()));
    let own = |place: &Range<usize>| {
        let end = place.end.saturating_sub(source.base).min(text.len());
        place.start.saturating_sub(source.base).min(end)..end
    };
    let place = own(place);
    let from = (position(&text, place.start), position(&text, place.end));
    let here = |at: &Range<usize>| sources.at(at.start).is_some_and(|other| other.base == source.base);
    let (near, far): (Vec<_>, Vec<_>) = problem.also.iter().cloned().partition(|(at, _)| here(at));
    let also = near.into_iter().map(|(at, label)| (own(&at), label)).collect();
    let elsewhere = far.into_iter().map(|(at, label)| {
        let also = Problem { message: label.clone(), place: Some(at), label, ..Problem::default() };
        located(file, sources, texts, also)
    });
    let elsewhere = elsewhere.collect();
    let name = source.name.clone();
    let shown = Some(Shown::of(&name, &text, from.0, place, also));
    Located { problem, file: name, from: Some(from), shown, elsewhere }
}

fn position(text: &str, byte: usize) -> Position {
    let before = text.get(..byte).unwrap_or(text);
    let line = before.rfind('\n').map_or(before, |newline| &before[newline + 1..]);
    Position { line: before.matches('\n').count() + 1, column: line.chars().count() + 1 }
}

impl std::fmt::Display for Problems {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { file, count, located, undone, .. } = self;
        let serious = located.iter().any(|located| located.problem.severity == Severity::Error);
        let end = if serious && !undone.is_empty() { format!("; {undone}") } else { String::new() };
        match (*count, located.len()) {
            (1, _) => write!(f, "{file} has a problem{end}"),
            (_, told) if told < *count => {
                write!(f, "{file} has more than {told} problems, of which these are some of the first{end}")
            }
            _ => write!(f, "{file} has {count} problems{end}"),
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
        let code = &self.problem.code;
        (!code.is_empty()).then(|| Box::new(code) as Box<dyn std::fmt::Display>)
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.problem.severity {
            _ if self.problem.code.is_empty() => miette::Severity::Advice,
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn std::fmt::Display + 'a>> {
        self.problem.help.as_ref().map(|help| Box::new(help) as Box<dyn std::fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.shown.as_ref().map(|shown| shown as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let shown = self.shown.as_ref()?;
        let label = Some(self.problem.label.clone());
        let main = LabeledSpan::new_primary_with_span(label, shown.place.clone());
        let also =
            shown.also.iter().map(|(at, label)| LabeledSpan::new_with_span(Some(label.clone()), at.clone()));
        Some(Box::new(std::iter::once(main).chain(also)))
    }

    fn related<'a>(&'a self) -> Option<Box<dyn Iterator<Item = &'a dyn Diagnostic> + 'a>> {
        Some(Box::new(self.elsewhere.iter().map(|other| other as &dyn Diagnostic)))
    }
}
