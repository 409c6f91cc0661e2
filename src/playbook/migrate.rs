//! Playbooks of older versions: told apart, explained, and rewritten so that everything a person wrote around the
//! values stays.
//!
//! Owns the chain of steps from each version to the next, and the proof that a step did what it says. There is one
//! version so far, so the chain is empty; the tests pass one of their own. Writing the file is left to others.

use std::ops::Range;
use std::path::Path;

use miette::Diagnostic;
use serde_json::Value;
use thiserror::Error;

use super::Playbook;
use super::load::PLAYBOOK;
use crate::document::{self, Document, Kind, Problems};

/// The version that this openbell reads and writes.
pub const NEWEST: u64 = 1;

/// The steps from each older version to the next.
pub const CHAIN: &[Step] = &[];

/// From one version to the next.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    /// The version it begins with; it ends with the one above.
    pub from: u64,
    /// What changed in the format, in a sentence for the one whose file is rewritten.
    pub about: &'static str,
    /// What to write where, `version` itself excepted.
    pub edits: fn(&Document<Value>) -> Vec<Edit>,
    /// What the whole file then means, `version` itself excepted: the edits are held to it.
    pub meant: fn(Value) -> Value,
}

/// Another text in the place of some bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// The bytes it takes the place of.
    pub place: Range<usize>,
    /// What comes there.
    pub text: String,
}

/// What a playbook became.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Migration {
    /// Its version before.
    pub from: u64,
    /// What changed, step by step; empty when it is of the newest version already.
    pub about: Vec<&'static str>,
    /// Its text now.
    pub text: String,
}

/// Why a playbook is not rewritten.
#[derive(Debug, Error, Diagnostic)]
pub enum MigrateError {
    /// The text is no playbook at all, or not one when rewritten.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Invalid(#[from] Problems),
    /// There is no number under `version`.
    #[error("{file} does not say which version of the format it is")]
    #[diagnostic(
        code(migrate::no_version),
        help("begin it with `version: {newest}` and run `openbell validate`")
    )]
    NoVersion {
        /// The file.
        file: String,
        /// The newest version.
        newest: u64,
    },
    /// It is of a version that came after this program.
    #[error("{file} is of version {version}; this openbell reads up to version {newest}")]
    #[diagnostic(
        code(migrate::newer),
        help("update openbell; a playbook is never rewritten to an older version")
    )]
    Newer {
        /// The file.
        file: String,
        /// Its version.
        version: u64,
        /// The newest version.
        newest: u64,
    },
    /// It is of a version that no step begins with.
    #[error("{file} is of version {version}, from which no way leads to version {newest}")]
    #[diagnostic(
        code(migrate::no_way),
        help("correct `version` if it is a slip; else write the playbook anew: `openbell init`")
    )]
    NoWay {
        /// The file.
        file: String,
        /// The version.
        version: u64,
        /// The newest version.
        newest: u64,
    },
    /// The rewritten text would not mean what it must, or a comment would be lost.
    #[error("{file} cannot be rewritten from version {version} by itself: {because}")]
    #[diagnostic(
        code(migrate::unproven),
        help("nothing was written; make this change by hand, then raise `version`: {about}")
    )]
    Unproven {
        /// The file.
        file: String,
        /// The version the step begins with.
        version: u64,
        /// What the step would have changed.
        about: &'static str,
        /// Why not.
        because: &'static str,
    },
}

/// The text as a playbook of the newest version; `file` is what it is called in messages.
///
/// # Errors
/// See [`MigrateError`]. The text is never changed in part.
pub fn migrate(file: &Path, text: &str) -> Result<Migration, MigrateError> {
    let migration = with(CHAIN, NEWEST, file, text)?;
    // The form alone: what the values mean may depend on variables and on other files.
    document::parse::<Playbook>(&PLAYBOOK, file, without_mark(&migration.text).1.to_owned())
        .map_err(|problems| problems.undone("nothing was written"))?;
    Ok(migration)
}

/// As [`migrate`], with that chain of steps up to that version.
///
/// # Errors
/// See [`MigrateError`].
pub fn with(chain: &[Step], newest: u64, file: &Path, text: &str) -> Result<Migration, MigrateError> {
    let name = file.display().to_string();
    let (mark, body) = without_mark(text);
    let mut now = read(file, body)?;
    let version = |document: &Document<Value>| document.value.get("version").and_then(Value::as_u64);
    let from = version(&now).ok_or_else(|| MigrateError::NoVersion { file: name.clone(), newest })?;
    if from > newest {
        return Err(MigrateError::Newer { file: name, version: from, newest });
    }
    let mut about = Vec::new();
    for version in from..newest {
        let step = chain.iter().find(|step| step.from == version);
        let step = step.ok_or_else(|| MigrateError::NoWay { file: name.clone(), version, newest })?;
        now = taken(step, file, &now)?;
        about.push(step.about);
    }
    Ok(Migration { from, about, text: format!("{mark}{}", now.text) })
}

/// A byte order mark, and the text behind it: places are counted without it.
fn without_mark(text: &str) -> (&str, &str) {
    text.split_at(if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 })
}

/// The text as a mapping of whatever keys; only its YAML has to be right.
fn read(file: &Path, text: &str) -> Result<Document<Value>, Problems> {
    let any = Kind { schema: || Value::Bool(true), ..PLAYBOOK };
    document::parse(&any, file, text.to_owned()).map_err(|problems| problems.undone("nothing was written"))
}

/// One step, proven.
fn taken(step: &Step, file: &Path, before: &Document<Value>) -> Result<Document<Value>, MigrateError> {
    let unproven = |because| MigrateError::Unproven {
        file: file.display().to_string(),
        version: step.from,
        about: step.about,
        because,
    };
    let next = step.from + 1;
    let mut edits = (step.edits)(before);
    let version = before.places.value_at("/version").ok_or_else(|| unproven("its `version` has no place"))?;
    edits.push(Edit { place: version, text: next.to_string() });
    let text = applied(&before.text, edits).map_err(unproven)?;
    let mut meant = (step.meant)(before.value.clone());
    if let Some(version) = meant.get_mut("version") {
        *version = next.into();
    }
    let after = read(file, &text).map_err(|_| unproven("what would come out is not YAML"))?;
    if after.value == meant { Ok(after) } else { Err(unproven("a value would not mean what it must")) }
}

/// The text with every edit, or why one cannot be: two that overlap, a place outside the text, a comment that would go.
fn applied(text: &str, mut edits: Vec<Edit>) -> Result<String, &'static str> {
    edits.sort_by_key(|edit| std::cmp::Reverse(edit.place.start));
    let mut after = text.to_owned();
    let mut end = text.len();
    for Edit { place, text: new } in edits {
        if place.end > end || place.start > place.end {
            return Err("two changes meet in one place");
        }
        let old = text.get(place.clone()).ok_or("a change is outside of the text")?;
        let comments = |text: &str| -> Vec<String> {
            let of = |line: &str| line.find('#').map(|at| line[at..].trim_end().to_owned());
            text.lines().filter_map(of).collect()
        };
        if comments(old) != comments(&new) {
            return Err("a comment would be lost");
        }
        end = place.start;
        after.replace_range(place, &new);
    }
    Ok(after)
}
