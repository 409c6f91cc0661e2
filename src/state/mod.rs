//! What openbell remembers between runs, on the disk, in files that a person can read.
//!
//! Owns the directory of each playbook and what is in it: who has the playbook, the journal, the ledger of what there are
//! budgets for, and a pause. Whoever writes says what time it is. What follows from any of it is not decided here.

use std::fs;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use sha2::{Digest, Sha256};

use crate::diagnosis::Diagnosis;

mod disk;
mod error;
mod journal;
mod lock;
mod pause;
mod place;
mod uses;

pub use error::StateError;
pub use journal::{Entries, Journal, Retention, Settled};
pub use lock::{Holder, Lock};
pub use pause::{LONGEST_PAUSE, Pause};
pub use place::{System, place};
pub use uses::{Ledger, USES_REACH, Use};

/// The file that says whose directory it is.
const BELONGS: &str = "playbook";

/// The file of a breach of the safe state.
const LATCH: &str = "unsafe.json";
/// The file of a request for another try.
const AGAIN: &str = "again";

/// What is remembered of one playbook, or of one variant of a matrix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    directory: PathBuf,
    playbook: PathBuf,
    name: String,
}

impl State {
    /// Opens what is remembered of a playbook, and makes a place for it where there is none: `NAME-HASH` under `root`, by
    /// the file's path with links followed. Nobody else can look into it.
    ///
    /// # Errors
    /// There is no such playbook, or the place cannot be made.
    pub fn open(root: &Path, playbook_file: &Path, name: &str) -> Result<Self, StateError> {
        let state = Self::of(root, playbook_file, name)?;
        disk::directory(root)?;
        disk::directory(&state.directory)?;
        let belongs = state.directory.join(BELONGS);
        if !belongs.exists() {
            disk::put(&belongs, &format!("{}\n{name}\n", state.playbook.display()))?;
        }
        Ok(state)
    }

    /// What is remembered of a playbook; none when nothing is. Makes nothing.
    ///
    /// # Errors
    /// There is no such playbook.
    pub fn known(root: &Path, playbook_file: &Path, name: &str) -> Result<Option<Self>, StateError> {
        let state = Self::of(root, playbook_file, name)?;
        Ok(state.directory.is_dir().then_some(state))
    }

    /// What is remembered of every playbook, by name. Makes nothing.
    ///
    /// # Errors
    /// The directory cannot be read.
    pub fn all(root: &Path) -> Result<Vec<Self>, StateError> {
        let failed = StateError::unreadable(root);
        let found = match fs::read_dir(root) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            found => found.map_err(&failed)?,
        };
        let mut all = Vec::new();
        for entry in found {
            let directory = entry.map_err(&failed)?.path();
            let belongs = disk::text(&directory.join(BELONGS)).ok().flatten();
            if let Some((playbook, name)) = belongs.as_deref().and_then(|text| text.split_once('\n')) {
                all.push(Self { directory, playbook: playbook.into(), name: name.trim_end().to_owned() });
            }
        }
        all.sort_by(|one, other| (&one.name, &one.playbook).cmp(&(&other.name, &other.playbook)));
        Ok(all)
    }

    fn of(root: &Path, playbook_file: &Path, name: &str) -> Result<Self, StateError> {
        let playbook = dunce::canonicalize(playbook_file).map_err(StateError::unreadable(playbook_file))?;
        let hash = Sha256::digest(playbook.as_os_str().as_encoded_bytes());
        let hash = u32::from_be_bytes([hash[0], hash[1], hash[2], hash[3]]);
        let readable = |c: char| if c.is_ascii_alphanumeric() || "-_".contains(c) { c } else { '_' };
        let directory = root.join(format!("{}-{hash:08x}", name.chars().map(readable).collect::<String>()));
        Ok(Self { directory, playbook, name: name.to_owned() })
    }

    /// Its directory.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// The playbook's file, links followed.
    pub fn playbook(&self) -> &Path {
        &self.playbook
    }

    /// The playbook's name, with the matrix's entry where there is one.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Takes the playbook for a command such as `watch`, until what is returned is dropped or the process ends.
    ///
    /// # Errors
    /// Another instance has it, which is named, or the lock's file cannot be made.
    pub fn lock(&self, command: &str, now: Timestamp) -> Result<Lock, StateError> {
        lock::lock(&self.directory, &self.name, command, now)
    }

    /// Who has the playbook now.
    pub fn holder(&self) -> Option<Holder> {
        lock::holder(&self.directory)
    }

    /// The journal.
    pub fn journal(&self) -> Journal {
        Journal::of(self.directory.clone())
    }

    /// The ledger of what there are budgets for, for who has the playbook.
    pub fn ledger(&self, _held: &Lock) -> Ledger {
        Ledger::of(&self.directory)
    }

    /// Pauses recovery and messages until then. A pause that goes on is replaced.
    ///
    /// # Errors
    /// It cannot be written: nothing is paused.
    pub fn pause(&self, until: Timestamp, reason: &str, now: Timestamp) -> Result<(), StateError> {
        pause::write(&self.directory, &Pause { until, reason: reason.to_owned(), since: now })
    }

    /// Ends a pause; whether there was a file of one, though its time may have been over.
    ///
    /// # Errors
    /// It cannot be removed.
    pub fn resume(&self) -> Result<bool, StateError> {
        disk::remove(&pause::file(&self.directory))
    }

    /// Asks who watches the playbook for another try.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn ask_again(&self) -> Result<(), StateError> {
        disk::put(&self.directory.join(AGAIN), "")
    }

    /// Whether somebody asked for another try since this was asked last.
    pub fn was_asked_again(&self) -> bool {
        disk::remove(&self.directory.join(AGAIN)).unwrap_or_default()
    }

    /// The breach of the safe state that nobody has taken back yet. One that cannot be made out is one all the same.
    pub fn latched(&self) -> Option<Diagnosis> {
        let path = self.directory.join(LATCH);
        let unclear = |why: String| Diagnosis::of(&StateError::Latch { path: path.clone(), why });
        match disk::text(&path) {
            Ok(None) => None,
            Ok(Some(text)) => {
                Some(serde_json::from_str(&text).unwrap_or_else(|error| unclear(error.to_string())))
            }
            Err(error) => Some(unclear(error.to_string())),
        }
    }

    /// Remembers a breach of the safe state, or that somebody took it back.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn latch(&self, breach: Option<&Diagnosis>) -> Result<(), StateError> {
        let path = self.directory.join(LATCH);
        match breach {
            Some(why) => {
                let text = serde_json::to_string(why)
                    .map_err(|error| StateError::not_written(&path)(error.into()))?;
                disk::put(&path, &text)
            }
            None => disk::remove(&path).map(drop),
        }
    }

    /// Whether the file of a pause is there, though its time may be over.
    pub fn has_pause(&self) -> bool {
        pause::file(&self.directory).exists()
    }

    /// The pause that goes on now. It ends by itself.
    ///
    /// # Errors
    /// There is one that cannot be made out, or that ends more than seven days ahead: then nothing is paused, and that is
    /// to be told.
    pub fn paused(&self, now: Timestamp) -> Result<Option<Pause>, StateError> {
        pause::read(&self.directory, now)
    }
}
