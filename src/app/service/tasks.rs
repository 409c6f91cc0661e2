//! Tasks of the Windows Task Scheduler, by `schtasks`. The file that a task was made from is kept, to tell a change.

use std::path::Path;

use super::text::{self, Before, Wanted};
use super::{Doing, say, tool};
use crate::service::{Places, ServiceError, utf16};

const SCHTASKS: &str = "schtasks";

/// Whether the Task Scheduler has the task.
fn exists(task: &str) -> Result<bool, ServiceError> {
    Ok(tool::ask(SCHTASKS, &["/Query", "/TN", task])?.status.success())
}

pub(super) fn install(wanted: &Wanted<'_>, start: bool, doing: Doing) -> Result<(), ServiceError> {
    let (task, file) = (wanted.places.unit.as_str(), wanted.places.file.as_str());
    let before = wanted.before()?;
    if before == Before::Same && exists(task)? {
        say(&format!("the task {task} is installed already, unchanged"));
        return Ok(());
    }
    if before != Before::Same {
        doing.act(&format!("{file} written"), || wanted.write(&utf16(wanted.text)))?;
    }
    doing.act(&format!("the task {task} created"), || {
        tool::run(SCHTASKS, &["/Create", "/TN", task, "/XML", file, "/F"]).map(drop)
    })?;
    if start {
        doing.act(&format!("the task {task} started"), || {
            tool::run(SCHTASKS, &["/Run", "/TN", task]).map(drop)
        })?;
    }
    Ok(())
}

pub(super) fn uninstall(places: &Places, purge: bool, doing: Doing) -> Result<(), ServiceError> {
    let task = places.unit.as_str();
    let (there, kept) = (exists(task)?, text::ours(places)?);
    if !there && !kept && !purge {
        say(&format!("the task {task} is not installed"));
        return Ok(());
    }
    if there {
        if doing == Doing::Really {
            // One that does not run cannot be ended, and says so.
            tool::ask(SCHTASKS, &["/End", "/TN", task])?;
        }
        doing.act(&format!("the task {task} deleted; its containers are left as they are"), || {
            tool::run(SCHTASKS, &["/Delete", "/TN", task, "/F"]).map(drop)
        })?;
    }
    if kept {
        doing.act(&format!("{} removed", places.file), || text::remove(&places.file))?;
    }
    if purge && Path::new(&places.state).exists() {
        doing.act(&format!("{} removed", places.state), || text::remove_all(&places.state))?;
    } else if Path::new(&places.state).exists() {
        say(&format!("left: {}, its state and reports; `--purge` removes them", places.state));
    }
    Ok(())
}

/// Whether it is there, and what the Task Scheduler calls its state; in the language of the machine.
pub(super) fn state(places: &Places) -> Result<Option<String>, ServiceError> {
    if !exists(&places.unit)? {
        return Ok(None);
    }
    let row = tool::run(SCHTASKS, &["/Query", "/TN", &places.unit, "/FO", "CSV", "/NH"])?;
    // "name","next run","state"
    let state = row.trim().rsplit("\",\"").next().unwrap_or_default().trim_matches('"').to_owned();
    Ok(Some(state))
}
