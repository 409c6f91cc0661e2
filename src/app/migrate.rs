//! `openbell migrate`.

use std::io::{self, Write};

use super::{Surroundings, say, tell};
use crate::cli::Migrate;
use crate::edit::{self, EditError, Opened, Terms, Written, coloured};
use crate::exit::Exit;
use crate::playbook::Inputs;
use crate::playbook::migrate::{self, MigrateError, Migration, NEWEST};

pub(super) fn migrate(arguments: &Migrate, around: &Surroundings) -> Exit {
    let file = &arguments.playbook;
    let opened = match Opened::open(file, !arguments.dry_run) {
        Ok(opened) => opened,
        Err(error) => {
            tell(&error, around);
            return if matches!(error, EditError::Unreadable { .. }) { Exit::Invalid } else { Exit::Failed };
        }
    };
    let migration = match migrate::migrate(file, opened.text()) {
        Ok(migration) => migration,
        Err(error) => {
            tell(&error, around);
            // A newer playbook is not wrong; the program is too old for it.
            return if matches!(error, MigrateError::Newer { .. }) { Exit::Failed } else { Exit::Invalid };
        }
    };
    if migration.about.is_empty() {
        say(&format!("{} is of version {NEWEST}, the newest; nothing to do", file.display()));
        return Exit::Green;
    }
    for about in &migration.about {
        say(&format!("- {about}"));
    }
    let inputs = Inputs::default();
    let terms = Terms { approval: None, dry_run: arguments.dry_run, now: around.now, inputs: &inputs };
    match edit::rewrite(&opened, &migration.text, &terms) {
        Ok(written) => told(arguments, &migration, &written, around),
        Err(error) => {
            tell(&error, around);
            Exit::Failed
        }
    }
}

fn told(arguments: &Migrate, migration: &Migration, written: &Written, around: &Surroundings) -> Exit {
    if arguments.dry_run {
        let diff = if around.output_colours { coloured(&written.diff) } else { written.diff.clone() };
        return io::stdout().lock().write_all(diff.as_bytes()).map_or(Exit::Failed, |()| Exit::Green);
    }
    let file = arguments.playbook.display();
    let from = migration.from;
    say(&format!("{file}: version {from} became version {NEWEST}; `openbell undo {file}` takes it back"));
    Exit::Green
}
