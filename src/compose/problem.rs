//! Why a compose file cannot be read.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;

use super::file::{Place, Source};
use super::veil::veiled;
use crate::document::{Kind, Problem, Problems, Sources};

/// The code of all problems of a compose file together.
pub const INVALID: &str = "compose::invalid";

/// What a compose file is among the files that people write.
pub const KIND: Kind = kind();

const fn kind() -> Kind {
    // The one kind that is read by rules of its own, so that only the name counts.
    Kind {
        name: "compose",
        begins: "`services:`",
        example: "compose.yaml",
        choice: None,
        schema: || serde_json::Value::Bool(true),
    }
}

/// The problems of the first file that has any.
pub type ComposeProblems = Problems;

/// A problem at a place of a file's text.
pub(super) fn at(
    file: &Path,
    text: &str,
    code: &str,
    message: String,
    help: &str,
    span: Range<usize>,
) -> Problems {
    let problem = Problem {
        code: code.to_owned(),
        message,
        help: Some(help.to_owned()),
        place: Some(span),
        label: "here".to_owned(),
        ..Problem::default()
    };
    let mut sources = Sources::default();
    sources.add_veiled(&file.display().to_string(), text, veiled(text));
    Problems::in_sources(file, &KIND, &sources, vec![problem])
}

/// One of several problems that are told together.
pub(super) struct Found {
    pub(super) code: &'static str,
    pub(super) message: String,
    pub(super) help: String,
    pub(super) place: Place,
}

/// All problems of a file and of what it is made of, if there are any.
pub(super) fn all(file: &Path, texts: &[Source], found: Vec<Found>) -> Result<(), Problems> {
    if found.is_empty() {
        return Ok(());
    }
    let mut sources = Sources::default();
    // Places are told in the common space of the texts that anything is told of.
    let mut bases: BTreeMap<usize, usize> = BTreeMap::new();
    for (number, source) in texts.iter().enumerate() {
        if found.iter().any(|found| found.place.source == number) {
            let shown = veiled(&source.text);
            bases.insert(number, sources.add_veiled(&source.path.display().to_string(), &source.text, shown));
        }
    }
    let problem = |found: Found| {
        let Place { source, span } = found.place;
        let place = bases.get(&source).map(|base| base + span.start..base + span.end);
        Problem {
            code: found.code.to_owned(),
            message: found.message,
            help: Some(found.help),
            // Nothing is shown where nothing stands.
            place: place.filter(|place| !place.is_empty()),
            label: "here".to_owned(),
            ..Problem::default()
        }
    };
    Err(Problems::in_sources(file, &KIND, &sources, found.into_iter().map(problem).collect()))
}

/// A problem of a whole file.
pub(super) fn of(file: &Path, code: &str, message: String, help: &str) -> Problems {
    let problem =
        Problem { code: code.to_owned(), message, help: Some(help.to_owned()), ..Problem::default() };
    Problems::in_text(file, &KIND, "", vec![problem])
}
