//! A change of a playbook, proposed and never written: a unified diff in which comments, order and line ends survive.

use std::path::Path;

use miette::Diagnostic;
use thiserror::Error;

use super::change::{Change, changed};
use super::diff::diff;
use super::error::EditError;
use crate::document::{Problems, meaning};
use crate::playbook::{self, Inputs, Playbook};

/// Why a change cannot be proposed.
#[derive(Debug, Error, Diagnostic)]
pub enum ProposalError {
    /// The playbook has problems, before the change or by it.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Invalid(#[from] Problems),
    /// The file cannot be read as text.
    #[error("{file} cannot be read")]
    #[diagnostic(code(playbook::unreadable), help("name a playbook that can be read, as UTF-8 text"))]
    Unreadable {
        /// The file.
        file: String,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The way the value is written does not let it be changed by itself.
    #[error("{at} in {file} cannot be changed by itself")]
    #[diagnostic(
        code(remedy::no_proposal),
        help(
            "change it by hand: the value or what it stands in is shared through an anchor, an alias or a merge key"
        )
    )]
    Shared {
        /// The file.
        file: String,
        /// JSON pointer to the value.
        at: String,
        /// Why not.
        #[source]
        source: EditError,
    },
}

/// The change of a playbook's text that gives the values at these JSON pointers these texts of YAML: a unified diff,
/// proven to be valid and to mean that and nothing else. `None` when they mean so already.
///
/// # Errors
/// A playbook that is not valid, or would not be, and a value that cannot be changed by itself.
pub fn propose(
    file: &Path,
    edits: &[(&str, &str)],
    inputs: &Inputs,
) -> Result<Option<String>, ProposalError> {
    let shown = file.display().to_string();
    let written = std::fs::read_to_string(file)
        .map_err(|source| ProposalError::Unreadable { file: shown.clone(), source })?;
    // Windows editors begin UTF-8 files with a byte order mark; places are counted without it.
    let text = written.trim_start_matches('\u{feff}');
    let mark = &written[..written.len() - text.len()];
    playbook::load_text(file, text, inputs)?;
    let mut after = text.to_owned();
    for (at, value) in edits {
        let change = Change::Set { path: (*at).to_owned(), value: (*value).to_owned() };
        after = changed(&after, &playbook::schema(), &[change]).map_err(|source| ProposalError::Shared {
            file: shown.clone(),
            at: (*at).to_owned(),
            source,
        })?;
    }
    playbook::load_text(file, &after, inputs)?;
    Ok((means(text) != means(&after)).then(|| diff(file, &written, &format!("{mark}{after}"))))
}

/// What a playbook means once its spans of time are read: `60s` is `1m`.
fn means(text: &str) -> Option<serde_json::Value> {
    let value = meaning(text)?;
    let typed = serde_json::from_value::<Playbook>(value.clone()).ok();
    Some(typed.and_then(|playbook| serde_json::to_value(playbook).ok()).unwrap_or(value))
}
