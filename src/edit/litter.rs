//! Files that stand beside a playbook while it is edited, and what a killed editor leaves of them.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile};

use super::file::Opened;
use super::history::History;

/// So many characters make a name unique.
const UNIQUE: usize = 6;

fn directory(playbook: &Path) -> &Path {
    playbook.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn text(name: Option<&std::ffi::OsStr>) -> String {
    name.unwrap_or_default().to_string_lossy().into_owned()
}

/// How the names of a playbook's temporary files begin and end.
fn temporary_name(playbook: &Path) -> (String, &'static str) {
    (format!(".{}.openbell-", text(playbook.file_name())), ".tmp")
}

/// As [`temporary_name`], of drafts.
fn draft_name(playbook: &Path) -> (String, &'static str) {
    (format!("{}.draft-", text(playbook.file_stem())), ".yaml")
}

fn made(playbook: &Path, (begin, end): (String, &str)) -> io::Result<NamedTempFile> {
    Builder::new().prefix(&begin).suffix(end).rand_bytes(UNIQUE).tempfile_in(directory(playbook))
}

/// A new file that is to take the place of a playbook, or of a file beside it.
pub(super) fn temporary(playbook: &Path) -> io::Result<NamedTempFile> {
    made(playbook, temporary_name(playbook))
}

/// A new file for an editor, in the playbook's own directory: there what it refers to is found, its schema too.
///
/// # Errors
/// What the system says when it cannot be made.
pub fn draft(opened: &Opened) -> io::Result<NamedTempFile> {
    made(&opened.target, draft_name(&opened.target))
}

/// Removes what editors that were killed have left, for whoever holds the lock: a file of a living one is never there
/// then. A draft in which somebody wrote something stays: it is theirs.
pub(super) fn clear(playbook: &Path, playbook_text: &str) {
    let (temporary, draft) = (temporary_name(playbook), draft_name(playbook));
    let mut known: Option<Vec<String>> = None;
    for path in fs::read_dir(directory(playbook)).into_iter().flatten().flatten().map(|entry| entry.path()) {
        let name = text(path.file_name());
        let is = |(begin, end): &(String, &str)| {
            let unique = name.strip_prefix(begin.as_str()).and_then(|rest| rest.strip_suffix(end));
            unique.is_some_and(|unique| unique.len() == UNIQUE) && is_file(&path)
        };
        // What cannot be removed is only in the way.
        if is(&temporary) {
            let _ = fs::remove_file(&path);
        } else if is(&draft) {
            let known = known.get_or_insert_with(|| {
                let mut texts = History::of(playbook).texts();
                texts.push(playbook_text.to_owned());
                texts.iter().map(|text| text.trim_start_matches('\u{feff}').to_owned()).collect()
            });
            if fs::read_to_string(&path).is_ok_and(|draft| draft.is_empty() || known.contains(&draft)) {
                let _ = fs::remove_file(&path);
            }
        }
    }
}

fn is_file(path: &PathBuf) -> bool {
    fs::symlink_metadata(path).is_ok_and(|about| about.is_file())
}
