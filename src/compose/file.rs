//! The files a project is read from, and places in them.

use std::ops::Range;
use std::path::PathBuf;

/// A file that was read.
#[derive(Clone, Debug)]
pub struct Source {
    /// Where it is: as given, or beside the file that names it.
    pub path: PathBuf,
    /// Its whole text, without a byte order mark. That of an env file holds secrets: never show it.
    pub text: String,
}

/// Where a value stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// Which of [`super::Project::sources`].
    pub source: usize,
    /// Its bytes there.
    pub span: Range<usize>,
}

/// A place as people name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Position {
    /// The file.
    pub path: PathBuf,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

impl std::fmt::Display for Position {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}:{}", self.path.display(), self.line, self.column)
    }
}

impl Source {
    /// Line and column of a byte.
    pub fn position(&self, byte: usize) -> Position {
        let before = self.text.get(..byte).unwrap_or(&self.text);
        let line = before.rfind('\n').map_or(0, |end| end + 1);
        Position {
            path: self.path.clone(),
            line: before.matches('\n').count() + 1,
            column: before[line..].chars().count() + 1,
        }
    }
}
