//! What a command remembers of each playbook it acts on: the lock it holds meanwhile, and the journal it writes to.

use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::{Surroundings, say, tell};
use crate::cli::StateArgs;
use crate::event::{Entry, EntryKind};
use crate::exit::Exit;
use crate::playbook::{JournalFormat, Plan};
use crate::state::{Journal, Ledger, Lock, Retention, State, StateError, System, place};

/// Where the services of the machine keep their state, one directory each: systemd's `StateDirectory=`, and launchd's. A
/// Windows task is a user's, and so is its state.
const SERVICES: Option<&str> = match System::own() {
    System::Unix => Some("/var/lib/openbell"),
    System::MacOs => Some("/Library/Application Support/openbell"),
    System::Windows => None,
};
/// The directory beside the reports that stands in for a place that cannot be written to.
const BESIDE_REPORTS: &str = ".state";

/// One playbook, or one entry of a matrix, for as long as nobody else may act on it.
pub(super) struct Remembered {
    state: State,
    journal: Journal,
    retention: Retention,
    lock: Lock,
}

impl Remembered {
    /// Adds to the journal. A disk that is full is told, and ends nothing.
    pub(super) fn add(&self, at: String, kind: EntryKind, around: &Surroundings) {
        self.append(&Entry { at, playbook: self.state.name().to_owned(), kind }, around);
    }

    /// The same of an entry that is whole.
    pub(super) fn append(&self, entry: &Entry, around: &Surroundings) {
        if let Err(error) = self.journal.append(entry) {
            tell(&error, around);
        }
    }

    /// What is remembered.
    pub(super) fn state(&self) -> &State {
        &self.state
    }

    /// The ledger of what there are budgets for.
    pub(super) fn ledger(&self) -> Ledger {
        self.state.ledger(&self.lock)
    }

    /// Removes what is too old from the journal.
    pub(super) fn settle(&self, now: Timestamp, around: &Surroundings) {
        if let Err(error) = self.state.journal().settle(&self.retention, now) {
            tell(&error, around);
        }
    }
}

/// The directory above those of all playbooks.
pub(super) fn root(arguments: &StateArgs, around: &Surroundings) -> Result<PathBuf, StateError> {
    place(arguments.state.as_deref(), around.environment, System::own())
}

/// Somebody, or systemd, said where.
fn is_named(arguments: &StateArgs, around: &Surroundings) -> bool {
    arguments.state.is_some() || (around.environment)("STATE_DIRECTORY").is_some()
}

/// Where one playbook is remembered. A service that supervises it has a directory of its own, which `run`, `pause` and
/// `down` by hand have to find.
pub(super) fn root_of(
    arguments: &StateArgs,
    playbook: &Path,
    plan: &Plan,
    around: &Surroundings,
) -> Result<PathBuf, StateError> {
    let usual = root(arguments, around)?;
    if is_named(arguments, around) {
        return Ok(usual);
    }
    let suffix = plan.variant.as_ref().map(|variant| format!("-{variant}")).unwrap_or_default();
    let service = plan.name.strip_suffix(&suffix).unwrap_or(&plan.name);
    let of_services = SERVICES.map(|above| Path::new(above).join(service));
    for root in of_services.iter().cloned().chain([usual.join(service)]) {
        if matches!(State::known(&root, playbook, &plan.name), Ok(Some(_))) {
            return Ok(root);
        }
    }
    // Who may not look cannot tell that no service has it: a pause would be one of nothing, and a lock hold nobody off.
    if let Some(path) = of_services.filter(|path| path.exists())
        && let Err(source) = std::fs::read_dir(&path)
        && source.kind() == std::io::ErrorKind::PermissionDenied
    {
        return Err(StateError::Unreadable { path, source });
    }
    Ok(usual)
}

/// Everywhere that playbooks are remembered: the usual place, and those of services.
pub(super) fn roots(arguments: &StateArgs, around: &Surroundings) -> Result<Vec<PathBuf>, StateError> {
    let usual = root(arguments, around)?;
    let mut roots = vec![usual.clone()];
    if !is_named(arguments, around) {
        let above = [usual].into_iter().chain(SERVICES.map(PathBuf::from));
        let below = above.filter_map(|root| std::fs::read_dir(root).ok());
        roots.extend(
            below.flatten().filter_map(|entry| Some(entry.ok()?.path())).filter(|path| path.is_dir()),
        );
    }
    Ok(roots)
}

/// How long a playbook's journal is kept.
pub(super) fn retention(journal: &JournalFormat) -> Retention {
    Retention { keep: journal.keep.get(), at_most: journal.at_most.bytes() }
}

/// Takes every plan of a playbook for a command, all or none. Where the usual place cannot be written to and nobody named
/// one, it is `instead`; without that either, nothing is remembered.
///
/// # Errors
/// Told already; the exit code.
pub(super) fn take(
    plans: &[Plan],
    (playbook, command): (&Path, &str),
    arguments: &StateArgs,
    instead: Option<&Path>,
    around: &Surroundings,
) -> Result<Vec<Remembered>, Exit> {
    let all = |root: &Path| -> Result<Vec<Remembered>, StateError> {
        plans.iter().map(|plan| one(root, playbook, plan, command, around)).collect()
    };
    let usual: Result<Vec<Remembered>, StateError> = plans
        .iter()
        .map(|plan| one(&root_of(arguments, playbook, plan, around)?, playbook, plan, command, around))
        .collect();
    let named = is_named(arguments, around);
    let taken = match usual {
        Err(StateError::NotWritten { path, source }) if !named => {
            elsewhere(&format!("{}: {source}", path.display()), instead, all)
        }
        Err(error @ StateError::NoPlace { .. }) => elsewhere(&error.to_string(), instead, all),
        other => other,
    };
    taken.map_err(|error| {
        tell(&error, around);
        refused(&error)
    })
}

fn elsewhere(
    why: &str,
    instead: Option<&Path>,
    all: impl Fn(&Path) -> Result<Vec<Remembered>, StateError>,
) -> Result<Vec<Remembered>, StateError> {
    let Some(reports) = instead else {
        say(&format!("nothing is locked, nor remembered ({why}); name a place with --state"));
        return Ok(Vec::new());
    };
    let root = reports.join(BESIDE_REPORTS);
    say(&format!("remembered in {} ({why}); name another place with --state", root.display()));
    all(&root)
}

/// What an error means for the exit code.
pub(super) fn refused(error: &StateError) -> Exit {
    match error {
        StateError::Held { .. } => Exit::Busy,
        _ => Exit::Report,
    }
}

fn one(
    root: &Path,
    playbook: &Path,
    plan: &Plan,
    command: &str,
    around: &Surroundings,
) -> Result<Remembered, StateError> {
    let state = State::open(root, playbook, &plan.name)?;
    let lock = state.lock(command, around.now)?;
    let mut journal = state.journal();
    let retention = retention(&plan.journal);
    match journal.settle(&retention, around.now) {
        Ok(settled) => {
            if let Some(torn) = settled.torn {
                say(&format!("{}: {}", torn.code, torn.message));
            }
        }
        // The lock is what matters; whether entries can be written is told with each of them.
        Err(error) => tell(&error, around),
    }
    Ok(Remembered { state, journal, retention, lock })
}

/// A time of day as entries have it.
pub(super) fn at(time: Timestamp) -> String {
    format!("{time:.3}")
}
