//! Why a compose file cannot be read.

use std::ops::Range;
use std::path::Path;

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

/// A problem of a whole file.
pub(super) fn of(file: &Path, code: &str, message: String, help: &str) -> Problems {
    let problem =
        Problem { code: code.to_owned(), message, help: Some(help.to_owned()), ..Problem::default() };
    Problems::in_text(file, &KIND, "", vec![problem])
}
