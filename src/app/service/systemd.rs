//! Services of systemd, by `systemctl`: every step is taken only where it is needed, and said.

use std::collections::BTreeMap;
use std::path::Path;

use super::text::{self, Before, Wanted};
use super::{Doing, say, tool};
use crate::service::{Places, ServiceError, System};

/// The `systemctl` of one manager.
pub(super) struct Manager {
    user: bool,
}

impl Manager {
    /// The one of the machine, or of the user.
    ///
    /// # Errors
    /// There is no systemd that runs (`sd_booted(3)`).
    pub(super) fn of(system: System) -> Result<Self, ServiceError> {
        if !Path::new("/run/systemd/system").is_dir() {
            return Err(ServiceError::NoSystemd);
        }
        Ok(Self { user: system == System::SystemdUser })
    }

    fn arguments<'a>(&self, arguments: &[&'a str]) -> Vec<&'a str> {
        let which = self.user.then_some("--user");
        which.into_iter().chain(arguments.iter().copied()).collect()
    }

    fn run(&self, arguments: &[&str]) -> Result<String, ServiceError> {
        tool::run("systemctl", &self.arguments(arguments))
    }

    /// What systemd knows of a unit, also of one that is not there.
    pub(super) fn show(&self, unit: &str) -> Result<BTreeMap<String, String>, ServiceError> {
        const PROPERTIES: &str = "--property=LoadState,UnitFileState,ActiveState,SubState,StatusText,\
            ActiveEnterTimestamp,InactiveEnterTimestamp,NRestarts,Result,ExecMainStatus,MainPID,NeedDaemonReload";
        let shown = self.run(&["show", PROPERTIES, "--", unit])?;
        let pairs = shown.lines().filter_map(|line| line.split_once('='));
        Ok(pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
    }

    /// Takes a step, and says so.
    fn act(&self, doing: Doing, what: &str, arguments: &[&str]) -> Result<(), ServiceError> {
        doing.act(what, || self.run(arguments).map(drop))
    }
}

pub(super) fn install(
    wanted: &Wanted<'_>,
    system: System,
    start: bool,
    doing: Doing,
) -> Result<(), ServiceError> {
    let manager = Manager::of(system)?;
    let (unit, file) = (wanted.places.unit.as_str(), &wanted.places.file);
    let before = wanted.before()?;
    let as_root = || is_root().then_some(()).ok_or(ServiceError::NotRoot { doing: "install" });
    let state = manager.show(unit)?;
    let is = |name: &str, value: &str| state.get(name).is_some_and(|found| found == value);
    let up = is("ActiveState", "active") || is("ActiveState", "activating");
    let enabled = is("UnitFileState", "enabled");
    if before == Before::Same && enabled && (up || !start) && is("NeedDaemonReload", "no") {
        say(&format!("{unit} is installed already, unchanged"));
        return Ok(());
    }
    if system == System::Systemd && doing == Doing::Really {
        as_root()?;
    }
    if system == System::SystemdUser && !Path::new(&wanted.places.state).is_dir() {
        let state = &wanted.places.state;
        doing.act(&format!("{state} made"), || text::make(state))?;
    }
    if before != Before::Same {
        let what = if before == Before::Absent { "written" } else { "written anew" };
        doing.act(&format!("{file} {what}"), || wanted.write(wanted.text.as_bytes()))?;
    }
    if before != Before::Same || !is("NeedDaemonReload", "no") {
        manager.act(doing, "systemd has read it", &["daemon-reload"])?;
    }
    if !enabled {
        manager.act(
            doing,
            &format!("{unit} enabled: it starts {}", when(system)),
            &["enable", "--quiet", "--", unit],
        )?;
    }
    if start {
        begin(&manager, unit, before, &state, doing)?;
        say(&format!("follow it: journalctl {}-fu {unit}", if manager.user { "--user " } else { "" }));
    }
    Ok(())
}

fn when(system: System) -> &'static str {
    match system {
        System::SystemdUser => "with your first session; `loginctl enable-linger` starts it with the machine",
        _ => "with the machine",
    }
}

/// Starts it, or starts it anew when its text is another one. A start lasts until the stack is green: it is not waited for.
fn begin(
    manager: &Manager,
    unit: &str,
    before: Before,
    state: &BTreeMap<String, String>,
    doing: Doing,
) -> Result<(), ServiceError> {
    let active = state.get("ActiveState").map(String::as_str);
    match active {
        Some("active" | "activating" | "reloading") if before == Before::Same => Ok(()),
        Some("active" | "activating" | "reloading") => manager.act(
            doing,
            &format!("{unit} started anew; containers that run as declared are left as they are"),
            &["restart", "--no-block", "--", unit],
        ),
        _ => {
            // One that failed too often is not started again before that is forgotten.
            if active == Some("failed") && doing == Doing::Really {
                manager.run(&["reset-failed", "--", unit])?;
            }
            manager.act(doing, &format!("{unit} started"), &["start", "--no-block", "--", unit])
        }
    }
}

pub(super) fn uninstall(
    system: System,
    places: &Places,
    purge: bool,
    doing: Doing,
) -> Result<(), ServiceError> {
    let manager = Manager::of(system)?;
    let unit = places.unit.as_str();
    let there = text::ours(places)?;
    let has_state = purge && Path::new(&places.state).exists();
    let state = manager.show(unit)?;
    let ends = |active: &String| active == "inactive" || active == "failed";
    // Also one whose unit somebody removed while it ran.
    let runs = state.get("ActiveState").is_some_and(|active| !ends(active));
    if !there && !runs && !has_state {
        say(&format!("{unit} is not installed"));
        return Ok(());
    }
    if system == System::Systemd && doing == Doing::Really && !is_root() {
        return Err(ServiceError::NotRoot { doing: "uninstall" });
    }
    if runs {
        manager.act(
            doing,
            &format!("{unit} stopped; its containers are left as they are"),
            &["stop", "--", unit],
        )?;
    }
    if there {
        if state.get("UnitFileState").is_some_and(|found| found == "enabled") {
            manager.act(doing, &format!("{unit} disabled"), &["disable", "--quiet", "--", unit])?;
        }
        doing.act(&format!("{} removed", places.file), || text::remove(&places.file))?;
        manager.act(doing, "systemd has forgotten it", &["daemon-reload"])?;
    }
    if doing == Doing::Really {
        // Nothing to forget of one that never failed.
        let _ = manager.run(&["reset-failed", "--", unit]);
    }
    leave(places, has_state, doing)
}

/// What stays, or goes with `--purge`.
fn leave(places: &Places, purge: bool, doing: Doing) -> Result<(), ServiceError> {
    let drop_ins = format!("{}.d", places.file);
    if Path::new(&drop_ins).is_dir() {
        if purge {
            doing.act(&format!("{drop_ins} removed"), || {
                std::fs::remove_dir_all(&drop_ins).map_err(|source| text::unwritable(&drop_ins, source))
            })?;
        } else {
            say(&format!("left: {drop_ins}, which is not openbell's"));
        }
    }
    if purge {
        doing.act(&format!("{} removed", places.state), || text::remove_all(&places.state))?;
    } else if Path::new(&places.state).exists() {
        say(&format!("left: {}, its state and reports; `--purge` removes them", places.state));
    }
    Ok(())
}

/// Whether this process is root's: who owns a process's own directory is who it runs as (proc(5)).
#[cfg(unix)]
fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata("/proc/self").is_ok_and(|found| found.uid() == 0)
}

#[cfg(not(unix))]
fn is_root() -> bool {
    false
}
