//! `openbell edit`: a draft in an editor, and what becomes of it.

use std::io::{self, BufRead, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use super::super::reading::inputs;
use super::super::{Surroundings, say, say_coloured, tell};
use super::{Deed, refused, terms, told};
use crate::cli::Edit;
use crate::edit::{self, EditError, Opened};
use crate::exit::Exit;

pub(super) fn edit(arguments: &Edit, around: &Surroundings) -> Exit {
    match edited(arguments, around) {
        Ok(exit) => exit,
        Err(error) => refused(&error, around),
    }
}

fn edited(arguments: &Edit, around: &Surroundings) -> Result<Exit, EditError> {
    let writing = &arguments.writing;
    let inputs = inputs(&writing.reading, around);
    let terms = terms(writing, &inputs, around)?;
    let opened = Opened::open(&arguments.playbook, !writing.dry_run)?;
    let editor = command(arguments, around)?;
    let draft = Draft::of(&opened)?;
    loop {
        run(&editor, &draft.path)?;
        let text = draft.read()?;
        let text = text.trim_start_matches('\u{feff}');
        if text == opened.text() {
            say(&format!("{}: unchanged", arguments.playbook.display()));
            return Ok(Exit::Green);
        }
        let error = match edit::write(&opened, text, &terms) {
            Ok(written) => return Ok(told(&arguments.playbook, &written, writing, around, Deed::Written)),
            Err(error) => error,
        };
        match asked(&error, &opened, text, around) {
            Answer::Again => {}
            Answer::Quit => return Ok(Exit::from(&error)),
            Answer::Nobody => {
                let kept = draft.keep();
                say(&format!("the draft is kept: {}", kept.display()));
                return Err(error);
            }
        }
    }
}

impl From<&EditError> for Exit {
    fn from(error: &EditError) -> Self {
        match error {
            EditError::Invalid(_) => Self::Invalid,
            EditError::NeedsApproval { .. } | EditError::ChangedOutside { .. } => Self::Safety,
            _ => Self::Failed,
        }
    }
}

/// What is to become of a draft that cannot be written.
enum Answer {
    Again,
    Quit,
    /// There is nobody to ask.
    Nobody,
}

fn asked(error: &EditError, opened: &Opened, text: &str, around: &Surroundings) -> Answer {
    if !(io::stdin().is_terminal() && around.terminal) {
        return Answer::Nobody;
    }
    tell(error, around);
    loop {
        // Without a reader on stderr there is nobody who could answer.
        let _ = write!(io::stderr(), "(e)dit again, (q)uit without writing, show (d)iff? ");
        let _ = io::stderr().flush();
        let mut line = String::new();
        if !io::stdin().lock().read_line(&mut line).is_ok_and(|length| length > 0) {
            return Answer::Nobody;
        }
        match line.trim() {
            "e" => return Answer::Again,
            "q" => return Answer::Quit,
            "d" => say_coloured(edit::difference(opened, text, around.colours).trim_end_matches('\n')),
            _ => {}
        }
    }
}

/// The editor's program and arguments.
fn command(arguments: &Edit, around: &Surroundings) -> Result<Vec<String>, EditError> {
    let from = |name: &str| (around.environment)(name).filter(|command| !command.trim().is_empty());
    let usual = if cfg!(windows) { "notepad" } else { "vi" };
    let named = arguments.editor.clone().or_else(|| from("VISUAL")).or_else(|| from("EDITOR"));
    let editor = named.unwrap_or_else(|| usual.to_owned());
    // On Windows a backslash is part of a path, not an escape.
    let words = if cfg!(windows) { editor.replace('\\', "\\\\") } else { editor.clone() };
    match shlex::split(&words).filter(|words| !words.is_empty()) {
        Some(words) => Ok(words),
        None => Err(EditError::Editor { editor, what: "is no command: a quote is not closed".to_owned() }),
    }
}

fn run(editor: &[String], draft: &Path) -> Result<(), EditError> {
    let failed = |what: String| EditError::Editor { editor: editor.join(" "), what };
    let (program, arguments) = editor.split_first().ok_or_else(|| failed("is no command".to_owned()))?;
    let ended = Command::new(program).args(arguments).arg(draft).status();
    let ended = ended.map_err(|error| failed(format!("cannot be started: {error}")))?;
    if ended.success() { Ok(()) } else { Err(failed(format!("ended with {ended}"))) }
}

/// A copy of a playbook for an editor.
struct Draft {
    file: tempfile::TempPath,
    path: PathBuf,
}

impl Draft {
    fn of(opened: &Opened) -> Result<Self, EditError> {
        let directory = opened.directory();
        let failed = |source| EditError::NotWritten { file: directory.display().to_string(), source };
        let mut file = edit::draft(opened).map_err(failed)?;
        file.write_all(opened.text().as_bytes()).and_then(|()| file.flush()).map_err(failed)?;
        let file = file.into_temp_path();
        Ok(Self { path: file.to_path_buf(), file })
    }

    fn read(&self) -> Result<String, EditError> {
        std::fs::read_to_string(&self.path)
            .map_err(|source| EditError::Unreadable { file: self.path.display().to_string(), source })
    }

    /// Leaves it for its writer to go on with.
    fn keep(self) -> PathBuf {
        self.file.keep().unwrap_or(self.path)
    }
}
