//! Jobs of launchd, by `launchctl`.

use std::path::Path;

use super::text::{self, Before, Wanted};
use super::{Doing, say, tool};
use crate::service::{Places, ServiceError, System};

const LAUNCHCTL: &str = "launchctl";

/// Where launchd keeps the job: the machine's domain, or that of the user whose home directory it is.
fn domain(system: System, places: &Places) -> String {
    match system {
        System::LaunchdAgent => format!("gui/{}", owner(&places.file)),
        _ => "system".to_owned(),
    }
}

/// Who owns the nearest directory of the path that is there.
#[cfg(unix)]
fn owner(file: &str) -> u32 {
    use std::os::unix::fs::MetadataExt;
    let mut there = Path::new(file).ancestors().skip(1).filter_map(|path| path.metadata().ok());
    there.next().map_or(0, |found| found.uid())
}

#[cfg(not(unix))]
fn owner(_: &str) -> u32 {
    0
}

/// Whether launchd has the job.
fn loaded(target: &str) -> Result<bool, ServiceError> {
    Ok(tool::ask(LAUNCHCTL, &["print", target])?.status.success())
}

pub(super) fn install(
    wanted: &Wanted<'_>,
    system: System,
    start: bool,
    doing: Doing,
) -> Result<(), ServiceError> {
    let (file, domain) = (wanted.places.file.as_str(), domain(system, wanted.places));
    let target = format!("{domain}/{}", wanted.places.unit);
    let (before, running) = (wanted.before()?, loaded(&target)?);
    if before == Before::Same && (running || !start) {
        say(&format!("{} is installed already, unchanged", wanted.places.unit));
        return Ok(());
    }
    let state = &wanted.places.state;
    if !Path::new(state).is_dir() {
        doing.act(&format!("{state} made"), || text::make(state))?;
    }
    if before != Before::Same {
        doing.act(&format!("{file} written: it starts with the {}", session(system)), || {
            wanted.write(wanted.text.as_bytes())
        })?;
    }
    if running {
        doing.act("the job as it was stopped", || tool::run(LAUNCHCTL, &["bootout", &target]).map(drop))?;
    }
    if start {
        doing.act(&format!("{} started", wanted.places.unit), || {
            tool::run(LAUNCHCTL, &["bootstrap", &domain, file]).map(drop)
        })?;
        say(&format!("follow it: tail -f '{}'", wanted.places.log));
    }
    Ok(())
}

fn session(system: System) -> &'static str {
    if system == System::LaunchdAgent { "session" } else { "machine" }
}

pub(super) fn uninstall(
    system: System,
    places: &Places,
    purge: bool,
    doing: Doing,
) -> Result<(), ServiceError> {
    let target = format!("{}/{}", domain(system, places), places.unit);
    let (there, running) = (text::ours(places)?, loaded(&target)?);
    if !there && !running && !purge {
        say(&format!("{} is not installed", places.unit));
        return Ok(());
    }
    if running {
        doing.act(&format!("{} stopped; its containers are left as they are", places.unit), || {
            tool::run(LAUNCHCTL, &["bootout", &target]).map(drop)
        })?;
    }
    if there {
        doing.act(&format!("{} removed", places.file), || text::remove(&places.file))?;
    }
    if purge {
        if Path::new(&places.log).exists() {
            doing.act(&format!("{} removed", places.log), || text::remove(&places.log))?;
        }
        if Path::new(&places.state).exists() {
            doing.act(&format!("{} removed", places.state), || text::remove_all(&places.state))?;
        }
    } else if Path::new(&places.state).exists() {
        say(&format!("left: {}, its state and reports; `--purge` removes them", places.state));
    }
    Ok(())
}

/// Whether it is there, and what launchd calls its state.
pub(super) fn state(system: System, places: &Places) -> Result<Option<String>, ServiceError> {
    let target = format!("{}/{}", domain(system, places), places.unit);
    let output = tool::ask(LAUNCHCTL, &["print", &target])?;
    if !output.status.success() {
        return Ok(text::ours(places)?.then(|| "not loaded".to_owned()));
    }
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let state = text.lines().find_map(|line| line.trim().strip_prefix("state = "));
    Ok(Some(state.unwrap_or("unknown").to_owned()))
}
