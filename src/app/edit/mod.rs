//! `openbell get`, `set`, `unset`, `edit`, `undo`, `audit`.

use std::io::{self, Write};
use std::path::Path;

use super::reading::inputs;
use super::{Surroundings, say, say_coloured, tell};
use crate::cli::{Accept, Audit, AuditCommand, Edit, Get, Set, Undo, Unset, Writing};
use crate::edit::{self, Approval, Change, EditError, Opened, Record, Terms, Written, coloured};
use crate::exit::Exit;

mod assignment;
mod editor;

pub(super) fn get(arguments: &Get, around: &Surroundings) -> Exit {
    let seen =
        Opened::open(&arguments.playbook, false).and_then(|opened| edit::look(&opened, &arguments.path));
    let seen = match seen {
        Ok(seen) => seen,
        Err(error) => return refused(&error, around),
    };
    if seen.default {
        say("(default)");
    }
    let text = match &seen.value {
        value if arguments.json => serde_json::to_string_pretty(value).unwrap_or_default(),
        serde_json::Value::String(text) => text.clone(),
        value => serde_yaml::to_string(value).unwrap_or_default(),
    };
    print(text.trim_end_matches('\n'))
}

/// A text for machines.
fn print(text: &str) -> Exit {
    match writeln!(io::stdout().lock(), "{text}") {
        Ok(()) => Exit::Green,
        Err(_) => Exit::Failed,
    }
}

pub(super) fn set(arguments: &Set, around: &Surroundings) -> Exit {
    match assignment::changes(&arguments.changes) {
        Ok(changes) => change(&arguments.playbook, &changes, &arguments.writing, around),
        Err(why) => {
            say(&why);
            Exit::Usage
        }
    }
}

pub(super) fn unset(arguments: &Unset, around: &Surroundings) -> Exit {
    let changes: Vec<_> = arguments.paths.iter().map(|path| Change::Unset { path: path.clone() }).collect();
    change(&arguments.playbook, &changes, &arguments.writing, around)
}

fn change(file: &Path, changes: &[Change], writing: &Writing, around: &Surroundings) -> Exit {
    match done(file, writing, around, |opened, terms| edit::change(opened, changes, terms)) {
        Ok(written) => told(file, &written, writing, around, Deed::Written),
        Err(error) => refused(&error, around),
    }
}

pub(super) fn undo(arguments: &Undo, around: &Surroundings) -> Exit {
    let (file, writing) = (&arguments.playbook, &arguments.writing);
    match done(file, writing, around, edit::undo) {
        Ok(written) => told(file, &written, writing, around, Deed::Undone),
        Err(error) => refused(&error, around),
    }
}

pub(super) fn edit(arguments: &Edit, around: &Surroundings) -> Exit {
    editor::edit(arguments, around)
}

/// Opens a playbook and changes it.
fn done(
    file: &Path,
    writing: &Writing,
    around: &Surroundings,
    work: impl FnOnce(&Opened, &Terms<'_>) -> Result<Written, EditError>,
) -> Result<Written, EditError> {
    let inputs = inputs(&writing.reading, around);
    let terms = terms(writing, &inputs, around)?;
    work(&Opened::open(file, !writing.dry_run)?, &terms)
}

fn terms<'a>(
    writing: &Writing,
    inputs: &'a crate::playbook::Inputs,
    around: &Surroundings,
) -> Result<Terms<'a>, EditError> {
    let approval = writing.approve.as_deref().map(Approval::read).transpose()?;
    Ok(Terms { approval, dry_run: writing.dry_run, now: around.now, inputs })
}

/// What was done to a playbook.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Deed {
    Written,
    Undone,
}

/// The diff, and what became of it.
fn told(file: &Path, written: &Written, writing: &Writing, around: &Surroundings, deed: Deed) -> Exit {
    let shown = file.display();
    if written.part {
        say(&format!(
            "{shown} has no `name`: its form was checked as a part of a playbook; check the whole with \
             `openbell validate` on the playbook that includes it"
        ));
    }
    if written.diff.is_empty() {
        say(&format!("{shown}: nothing to change, it says so already"));
        return Exit::Green;
    }
    if writing.dry_run {
        let exit = print(diff(&written.diff, around.output_colours).trim_end_matches('\n'));
        if written.unapproved {
            say("this change touches safety: writing it needs --approve \"who: why\"");
            written.safety.iter().for_each(|line| say(&format!("  {line}")));
        }
        return exit;
    }
    say_coloured(diff(&written.diff, around.colours).trim_end_matches('\n'));
    let again = format!("`openbell undo {shown}`");
    say(&match (deed, written.undoable) {
        (Deed::Written, _) => format!("{shown}: written; {again} takes it back"),
        (Deed::Undone, true) => {
            format!("{shown}: the last change is taken back; {again} takes the one before back")
        }
        (Deed::Undone, false) => {
            format!("{shown}: the last change is taken back; there is no earlier one to take back")
        }
    });
    if !written.safety.is_empty() {
        say(&format!("recorded in {shown}.audit.jsonl:"));
        written.safety.iter().for_each(|line| say(&format!("  {line}")));
    }
    Exit::Green
}

fn diff(diff: &str, colours: bool) -> String {
    if colours { coloured(diff) } else { diff.to_owned() }
}

/// Tells why nothing was written.
fn refused(error: &EditError, around: &Surroundings) -> Exit {
    tell(error, around);
    match error {
        EditError::Path { .. }
        | EditError::Value { .. }
        | EditError::Approval { .. }
        | EditError::Twice { .. } => Exit::Usage,
        EditError::Invalid(_) => Exit::Invalid,
        EditError::NeedsApproval { .. } | EditError::ChangedOutside { .. } => Exit::Safety,
        _ => Exit::Failed,
    }
}

pub(super) fn audit(arguments: &Audit, around: &Surroundings) -> Exit {
    let read = |playbook: &Path| Opened::open(playbook, false);
    let text = match &arguments.command {
        AuditCommand::Verify { playbook } => read(playbook).and_then(|opened| edit::verify(&opened)),
        AuditCommand::Show { playbook } => {
            read(playbook).and_then(|opened| edit::records(&opened)).map(|records| shown(&records))
        }
        AuditCommand::Accept(arguments) => {
            return match accepted(arguments, around) {
                Ok(text) => print(&text),
                Err(error) => refused(&error, around),
            };
        }
    };
    match text {
        Ok(text) => print(&text),
        Err(error) => {
            tell(&error, around);
            Exit::Failed
        }
    }
}

fn accepted(arguments: &Accept, around: &Surroundings) -> Result<String, EditError> {
    let approval = Approval::read(&arguments.approve)?;
    let inputs = inputs(&arguments.reading, around);
    let terms = Terms { approval: None, dry_run: false, now: around.now, inputs: &inputs };
    edit::accept(&Opened::open(&arguments.playbook, true)?, &approval, &terms)
}

/// Records for people.
fn shown(records: &[Record]) -> String {
    if records.is_empty() {
        return "no change of safety is on record".to_owned();
    }
    let record = |record: &Record| {
        let who = match (&record.who, &record.why) {
            (Some(who), Some(why)) => format!("{who}: {why}"),
            _ => "no approval needed: it made nothing less safe".to_owned(),
        };
        let found = record.found.then(|| "  accepted as it was found, changed outside openbell".to_owned());
        let changes = record.changes.iter().map(|change| format!("  {}", edit::line(change)));
        let changes: Vec<_> = found.into_iter().chain(changes).collect();
        format!("{}  {who}\n{}", record.at, changes.join("\n"))
    };
    records.iter().map(record).collect::<Vec<_>>().join("\n")
}
