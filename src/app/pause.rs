//! `openbell pause` and `openbell resume`: recovery and messages rest for a while.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use miette::Diagnostic;
use thiserror::Error;

use super::reading::inputs;
use super::remembered::{at, refused, root_of};
use super::{Surroundings, say, tell};
use crate::cli::{Pause, Reading, Resume, StateArgs};
use crate::event::{Entry, EntryKind};
use crate::exit::Exit;
use crate::playbook;
use crate::state::{LONGEST_PAUSE, State, StateError};

/// Why nothing is paused.
#[derive(Debug, Error, Diagnostic)]
enum PauseError {
    #[error("a pause of {length} {wrong}")]
    #[diagnostic(
        code(state::pause_length),
        help("from 1s to 168h, which is seven days: what is forgotten ends by itself")
    )]
    Length { length: String, wrong: &'static str },
    #[error("a pause needs a reason")]
    #[diagnostic(code(state::pause_reason), help("say why: --reason \"router is exchanged\""))]
    Reason,
}

pub(super) fn pause(arguments: &Pause, around: &Surroundings) -> Exit {
    let until = match until(arguments, around.now) {
        Ok(until) => until,
        Err(error) => {
            tell(&error, around);
            return Exit::Usage;
        }
    };
    let reason = arguments.reason.trim();
    each(&arguments.playbook, &arguments.state, &arguments.reading, around, |state| {
        state.pause(until, reason, around.now)?;
        let paused = EntryKind::Paused { until: at(until), reason: reason.to_owned() };
        add(state, paused, around);
        let shown = until.to_zoned(TimeZone::system());
        let name = state.name();
        say(&format!("{name}: paused until {}", shown.strftime("%a %Y-%m-%d %H:%M:%S %Z")));
        if !watched(state) {
            say(&format!("{name}: nobody watches it now; a watch that begins before then rests too"));
        }
        Ok(())
    })
}

pub(super) fn resume(arguments: &Resume, around: &Surroundings) -> Exit {
    each(&arguments.playbook, &arguments.state, &arguments.reading, around, |state| {
        let name = state.name();
        // One that cannot be made out is taken away as well.
        let paused = !matches!(state.paused(around.now), Ok(None));
        state.resume()?;
        let watched = watched(state);
        if watched {
            state.ask_again()?;
        }
        if !paused {
            say(&if watched {
                format!("{name}: another try was asked for; it was not paused")
            } else {
                format!("{name}: nothing was paused; nobody watches it now")
            });
            return Ok(());
        }
        add(state, EntryKind::Resumed { by_hand: true }, around);
        let watch = if watched { "" } else { "; nobody watches it now" };
        say(&format!("{name}: resumed{watch}"));
        Ok(())
    })
}

fn until(arguments: &Pause, now: Timestamp) -> Result<Timestamp, PauseError> {
    let length = arguments.length;
    let wrong = |wrong| PauseError::Length { length: length.to_string(), wrong };
    if arguments.reason.trim().is_empty() {
        return Err(PauseError::Reason);
    }
    let span = SignedDuration::try_from(length.get()).map_err(|_| wrong("is too long"))?;
    if span < SignedDuration::from_secs(1) {
        return Err(wrong("is none"));
    }
    if span > LONGEST_PAUSE {
        return Err(wrong("is longer than seven days"));
    }
    now.checked_add(span).map_err(|_| wrong("is too long"))
}

/// What is remembered of the playbook, or of each entry of its matrix.
fn each(
    file: &std::path::Path,
    place: &StateArgs,
    reading: &Reading,
    around: &Surroundings,
    act: impl Fn(&State) -> Result<(), StateError>,
) -> Exit {
    let loaded = match playbook::load(file, &inputs(reading, around)) {
        Ok(loaded) => loaded,
        Err(problems) => {
            tell(&problems, around);
            return Exit::Invalid;
        }
    };
    let all = loaded
        .plans
        .iter()
        .try_for_each(|plan| act(&State::open(&root_of(place, file, plan, around)?, file, &plan.name)?));
    match all {
        Ok(()) => Exit::Green,
        Err(error) => {
            tell(&error, around);
            refused(&error)
        }
    }
}

/// The pause holds without it: a journal that cannot be written is told.
fn add(state: &State, kind: EntryKind, around: &Surroundings) {
    let entry = Entry { at: at(around.now), playbook: state.name().to_owned(), kind };
    if let Err(error) = state.journal().append(&entry) {
        tell(&error, around);
    }
}

fn watched(state: &State) -> bool {
    state.holder().is_some_and(|holder| holder.command == "watch")
}
