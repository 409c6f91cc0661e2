//! `openbell report`: runs that are over, from the journals and the directory of reports.

use std::io::{self, Write};
use std::path::Path;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;

use super::remembered::roots;
use super::{Surroundings, say, tell};
use crate::cli::{Report, ReportBoot, ReportCommand, ReportDiff, ReportShow, ReportVerify, StateArgs};
use crate::event::Verdict;
use crate::exit::Exit;
use crate::report::{self, BootReport, Comparison, StoredError, stored};
use crate::state::{State, StateError};
use crate::visible;

mod list;

pub(super) fn report(arguments: &Report, around: &Surroundings) -> Exit {
    let told = match &arguments.command {
        ReportCommand::List(arguments) => list::list(arguments, around).map_err(Told::State),
        ReportCommand::Show(arguments) => show(arguments).map_err(Told::Stored),
        ReportCommand::Diff(arguments) => diff(arguments).map_err(Told::Stored),
        ReportCommand::Verify(arguments) => verify(arguments, around).map_err(Told::Stored),
        ReportCommand::Boot(arguments) => boot(arguments, around).map_err(Told::State),
    };
    match told {
        Ok(exit) => exit,
        Err(Told::State(error)) => {
            tell(&error, around);
            Exit::Failed
        }
        Err(Told::Stored(error)) => {
            tell(&error, around);
            Exit::Failed
        }
    }
}

/// What is in the way of telling.
enum Told {
    State(StateError),
    Stored(StoredError),
}

/// A text for people.
fn print(text: &str) {
    put(&visible::text(text));
}

fn put(text: &str) {
    // A reader that went away does not change what is there.
    let _ = io::stdout().lock().write_all(text.as_bytes());
}

fn json<T: Serialize>(value: &T) {
    put(&(serde_json::to_string_pretty(value).unwrap_or_default() + "\n"));
}

/// A time of day where the reader is.
fn moment(text: &str) -> String {
    match text.parse::<Timestamp>() {
        Ok(at) => at.to_zoned(TimeZone::system()).strftime("%a %Y-%m-%d %H:%M:%S").to_string(),
        Err(_) => text.to_owned(),
    }
}

/// What is remembered of every playbook, or of those that are meant: by file, or by name.
fn meant(
    playbook: Option<&Path>,
    arguments: &StateArgs,
    around: &Surroundings,
) -> Result<Vec<State>, StateError> {
    let mut all = Vec::new();
    for (place, root) in roots(arguments, around)?.into_iter().enumerate() {
        match State::all(&root) {
            Ok(states) => all.extend(states),
            // What a service of somebody else remembers is theirs; one's own is told all the same.
            Err(error) if place > 0 => tell(&error, around),
            Err(error) => return Err(error),
        }
    }
    if let Some(playbook) = playbook {
        let file = dunce::canonicalize(playbook).ok();
        let name = playbook.to_str();
        all.retain(|state| file.as_deref() == Some(state.playbook()) || name == Some(state.name()));
    }
    Ok(all)
}

fn show(arguments: &ReportShow) -> Result<Exit, StoredError> {
    let directory = stored::find(&arguments.reports.reports, &arguments.run)?;
    if let Some(rollup) = stored::rollup(&directory)? {
        if arguments.json { json(&rollup) } else { print(&rollup.table()) }
    } else if arguments.json {
        json(&stored::read(&directory)?);
    } else {
        print(&stored::page(&directory)?);
    }
    Ok(Exit::Green)
}

fn diff(arguments: &ReportDiff) -> Result<Exit, StoredError> {
    let reports = &arguments.reports.reports;
    let now = stored::read(&stored::find(reports, arguments.now.as_deref().unwrap_or("last"))?)?;
    let before = match &arguments.before {
        Some(before) => stored::read(&stored::find(reports, before)?)?,
        None => last_green(reports, &now)?,
    };
    let comparison = Comparison::of(&before, &now);
    if arguments.json {
        json(&comparison);
    } else {
        print(&comparison.words());
    }
    Ok(Exit::Green)
}

/// The last green run of the same playbook before this one.
fn last_green(reports: &Path, now: &report::Report) -> Result<report::Report, StoredError> {
    let earlier = stored::names(reports).into_iter().rev().filter(|name| *name < now.run);
    let mut earlier = earlier.filter_map(|name| stored::read(&reports.join(name)).ok());
    let green = |report: &report::Report| report.verdict == Verdict::Green && report.playbook == now.playbook;
    earlier.find(green).ok_or_else(|| StoredError::NoRun {
        wanted: format!("the last green run of {} before {}", now.playbook, now.run),
        place: reports.to_owned(),
    })
}

fn verify(arguments: &ReportVerify, around: &Surroundings) -> Result<Exit, StoredError> {
    let reports = &arguments.reports.reports;
    let asked = arguments.runs.iter().map(|run| stored::find(reports, run));
    let directories = if arguments.runs.is_empty() {
        stored::directories(reports)?
    } else {
        asked.collect::<Result<Vec<_>, _>>()?
    };
    let mut wrong = 0;
    for directory in &directories {
        match stored::verify(directory) {
            Ok(()) => print(&format!("whole  {}\n", directory.display())),
            Err(error) => {
                print(&format!("WRONG  {}\n", directory.display()));
                tell(&error, around);
                wrong += 1;
            }
        }
    }
    if directories.is_empty() {
        say(&format!("there are no reports in {}", reports.display()));
    }
    Ok(if wrong == 0 { Exit::Green } else { Exit::Failed })
}

fn boot(arguments: &ReportBoot, around: &Surroundings) -> Result<Exit, StateError> {
    let mut told: Vec<BootReport> = Vec::new();
    for state in meant(arguments.playbook.as_deref(), &arguments.state, around)? {
        let mut entries = state.journal().oldest_first()?;
        let boots = report::boots(entries.by_ref());
        unread(&state, entries.unreadable(), entries.failure(), around);
        told.extend(boots.into_iter().rev().take(arguments.last));
    }
    if arguments.json {
        json(&told);
    } else if told.is_empty() {
        say("no journal tells of a boot: `openbell watch` writes them");
    } else {
        let words: Vec<String> = told.iter().map(|boot| boot.words(moment)).collect();
        print(&words.join("\n"));
    }
    Ok(if told.is_empty() { Exit::Failed } else { Exit::Green })
}

/// Says what of a journal could not be read.
fn unread(state: &State, lines: usize, failure: Option<&StateError>, around: &Surroundings) {
    if lines > 0 {
        let where_ = state.directory().display();
        say(&format!(
            "{}: not all of the journal in {where_} can be read (lines left out: {lines})",
            state.name()
        ));
    }
    if let Some(error) = failure {
        tell(error, around);
    }
}
