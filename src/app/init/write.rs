//! The playbook onto the disk: whole or not at all, valid or not at all, and over nothing that is there unless asked.

use std::io::Write;
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::app::{Surroundings, tell};
use crate::edit;
use crate::exit::Exit;
use crate::playbook::{self, Inputs};
use crate::replacement;
use crate::scaffold::{InitError, SCHEMA_FILE};

/// Where the playbook is to be.
pub(super) struct Destination {
    /// The file; `None` for stdout.
    pub(super) file: Option<PathBuf>,
    /// The directory from which its relative paths start, absolute.
    pub(super) directory: PathBuf,
}

impl Destination {
    pub(super) fn of(file: &Path) -> Self {
        let standard = file == Path::new("-");
        let shown = if standard { Path::new("playbook.yaml") } else { file };
        let absolute = std::path::absolute(shown).unwrap_or_else(|_| shown.to_owned());
        let directory = absolute.parent().unwrap_or(Path::new(".")).to_owned();
        Self { file: (!standard).then(|| file.to_owned()), directory }
    }

    /// Refuses a file that is there, one whose changes are on record (a new text would not be approved), and one whose
    /// directory is not.
    pub(super) fn check(&self, force: bool) -> Result<(), InitError> {
        match &self.file {
            Some(file) if !force && file.symlink_metadata().is_ok() => {
                Err(InitError::Exists { file: file.clone() })
            }
            Some(file) if edit::recorded(file) => Err(InitError::Recorded { file: file.clone() }),
            Some(file) => {
                // A file asked for its entries says that it is no directory.
                let asked = std::fs::read_dir(&self.directory).map(drop);
                let gone = [std::io::ErrorKind::NotFound, std::io::ErrorKind::NotADirectory];
                // One that may be written to and not listed is found out about when it is written to.
                asked
                    .or_else(|error| if gone.contains(&error.kind()) { Err(error) } else { Ok(()) })
                    .map_err(|source| InitError::Unwritable { file: file.clone(), source })
            }
            None => Ok(()),
        }
    }

    /// Validates the text where it will be, and puts it there.
    pub(super) fn write(&self, text: &str, force: bool, around: &Surroundings) -> Result<(), Exit> {
        let shown = self.file.clone().unwrap_or_else(|| self.directory.clone());
        let unwritable = |source| {
            tell(&InitError::Unwritable { file: shown.clone(), source }, around);
            Exit::Usage
        };
        let named = self.file.clone().unwrap_or_else(|| self.directory.join("playbook.yaml"));
        let inputs = Inputs { environment: around.environment, ..Inputs::default() };
        if let Err(problems) = playbook::load_text(&named, text, &inputs) {
            tell(&problems, around);
            let safety = problems.iter().any(|problem| problem.code.starts_with("safety::"));
            return Err(if safety { Exit::Safety } else { Exit::Invalid });
        }
        let Some(file) = &self.file else { return Ok(()) };
        let temporary = temporary(&self.directory, text).map_err(unwritable)?;
        self.schema().map_err(unwritable)?;
        if force {
            // What a link leads to is replaced, not the link.
            let target = dunce::canonicalize(file).unwrap_or_else(|_| file.clone());
            replacement::put(temporary, &target).map_err(unwritable)
        } else {
            temporary.persist_noclobber(file).map(drop).map_err(|error| unwritable(error.error))
        }
    }

    /// The schema beside the playbook, for editors. One that is there and current stays.
    fn schema(&self) -> std::io::Result<()> {
        let file = self.directory.join(SCHEMA_FILE);
        let mut text = serde_json::to_string_pretty(&playbook::schema())?;
        text.push('\n');
        if std::fs::read_to_string(&file).is_ok_and(|known| known == text) {
            return Ok(());
        }
        replacement::put(temporary(&self.directory, &text)?, &file)
    }
}

fn temporary(directory: &Path, text: &str) -> std::io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".openbell-init-").suffix(".yaml");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // As any file that one writes: the umask still counts.
        builder.permissions(std::fs::Permissions::from_mode(0o644));
    }
    let mut file = builder.tempfile_in(directory)?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    Ok(file)
}
