//! `openbell report list`.

use std::collections::HashSet;

use jiff::Timestamp;

use super::{json, meant, moment, print, unread};
use crate::adapters::machine;
use crate::app::remembered::{at, root};
use crate::app::{Surroundings, say};
use crate::cli::ReportList;
use crate::event::{Entry, EntryKind};
use crate::exit::Exit;
use crate::report::{RunRow, runs, stored};
use crate::state::{State, StateError};

pub(super) fn list(arguments: &ReportList, around: &Surroundings) -> Result<Exit, StateError> {
    let since = if arguments.boot { machine::boot().powered_on } else { None };
    if arguments.boot && since.is_none() {
        say("this system does not tell when it was started: all runs are listed");
    }
    let wanted = |row: &RunRow| {
        let began = row.began.parse::<Timestamp>().ok();
        (!arguments.failed || row.failed()) && since.is_none_or(|since| began.is_some_and(|at| at >= since))
    };
    let states = meant(arguments.playbook.as_deref(), &arguments.state, around)?;
    let mut rows = Vec::new();
    let mut known = HashSet::new();
    for state in &states {
        rows.extend(of_journal(state, arguments.last, &mut known, &wanted, around)?);
    }
    let reports = &arguments.reports.reports;
    let names: HashSet<&str> = states.iter().map(State::name).collect();
    let of_playbook = |row: &RunRow| {
        let asked = arguments.playbook.as_deref().and_then(std::path::Path::to_str);
        asked.is_none_or(|name| name == row.playbook || names.contains(row.playbook.as_str()))
    };
    let unknown = stored::names(reports).into_iter().rev().filter(|name| !known.contains(name));
    let of_reports = unknown.filter_map(|name| {
        let directory = reports.join(name);
        RunRow::of_report(&stored::read(&directory).ok()?, &directory)
    });
    rows.extend(of_reports.filter(|row| of_playbook(row) && wanted(row)).take(arguments.last));
    rows.sort_by(|one, other| (&other.began, &other.run).cmp(&(&one.began, &one.run)));
    rows.truncate(arguments.last);
    if arguments.json {
        json(&rows);
    } else if rows.is_empty() {
        let looked = root(&arguments.state, around)?;
        say(&format!("there are no such runs in {}, nor in {}", looked.display(), reports.display()));
    } else {
        print(&runs(&rows, moment));
    }
    Ok(Exit::Green)
}

/// The last runs that a journal tells of; `known` holds the names of all that were seen on the way.
fn of_journal(
    state: &State,
    last: usize,
    known: &mut HashSet<String>,
    wanted: &impl Fn(&RunRow) -> bool,
    around: &Surroundings,
) -> Result<Vec<RunRow>, StateError> {
    if let Ok(Some(pause)) = state.paused(around.now) {
        say(&format!("{}: paused until {}: {}", state.name(), at(pause.until), pause.reason));
    }
    let holder = state.holder();
    let mut entries = state.journal().newest_first()?;
    let mut rows = Vec::new();
    for entry in entries.by_ref() {
        let Some(mut row) = RunRow::of(&entry) else { continue };
        row.running = row.verdict.is_none() && pid(&entry) == holder.as_ref().map(|holder| holder.pid);
        // The end of a run comes before its begin, from this side.
        if known.insert(row.run.clone()) && wanted(&row) {
            rows.push(row);
        }
        if rows.len() >= last {
            break;
        }
    }
    unread(state, entries.unreadable(), entries.failure(), around);
    Ok(rows)
}

fn pid(entry: &Entry) -> Option<u32> {
    match entry.kind {
        EntryKind::RunBegan { pid, .. } => Some(pid),
        _ => None,
    }
}
