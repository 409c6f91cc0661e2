//! A playbook that is edited while it is watched: nothing is changed by that, and it is told.

use std::path::{Path, PathBuf};
use std::time::Duration;

use miette::Diagnostic;
use thiserror::Error;

use super::kept::Kept;
use crate::diagnosis::Diagnosis;
use crate::engine::{self, Keeping};
use crate::event::EntryKind;
use crate::ports::files::sha256;

/// The file is not what is watched any more.
#[derive(Debug, Error, Diagnostic)]
#[error("{file} was edited; what is watched is as the playbook was when the watch began")]
#[diagnostic(
    code(watch::playbook_changed),
    help(
        "`openbell plan` shows what it would change; restart the watch, or its service, to have it carried out"
    )
)]
struct PlaybookChanged {
    file: String,
}

/// The playbook's file as it was when it was read.
pub(super) struct Edited {
    file: PathBuf,
    read: Option<String>,
}

impl Edited {
    /// To be asked for right before the playbook is read: what is edited in between is told, though it was read.
    pub(super) fn of(file: &Path) -> Self {
        Self { file: file.to_owned(), read: digest(file) }
    }

    /// Looks every so often, and tells of each change once. Never ends.
    pub(super) async fn tell(&self, kept: &Kept<'_>, every: Duration) {
        let mut known = self.read.clone();
        loop {
            engine::rest(every).await;
            let now = digest(&self.file);
            // An editor may put a new file in place of the old one: there is none for a moment.
            if now.is_none() || now == known {
                continue;
            }
            // As it was at the beginning: there is nothing to be done any more.
            if now != self.read {
                let why = Diagnosis::of(&PlaybookChanged { file: self.file.display().to_string() });
                kept.tell(EntryKind::Notice { why });
            }
            known = now;
        }
    }
}

fn digest(file: &Path) -> Option<String> {
    std::fs::read(file).ok().map(|content| sha256(&content))
}
