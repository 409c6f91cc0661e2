//! Where what is remembered is kept: the directory above those of all playbooks.

use std::path::{Path, PathBuf};

use super::error::StateError;

/// The kinds of system, by where programs keep what they remember.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum System {
    /// Linux and other Unix systems.
    Unix,
    /// macOS.
    MacOs,
    /// Windows.
    Windows,
}

impl System {
    /// The one this program was built for.
    pub const fn own() -> Self {
        if cfg!(windows) {
            Self::Windows
        } else if cfg!(target_os = "macos") {
            Self::MacOs
        } else {
            Self::Unix
        }
    }
}

/// The directory: what is asked for, else what systemd gives a service (`STATE_DIRECTORY`, the first of several), else the
/// user's own place for state: `$XDG_STATE_HOME/openbell` or `~/.local/state/openbell`, on macOS `~/Library/Application
/// Support/openbell`, on Windows `%LOCALAPPDATA%\openbell`. Without a home it is `/var/lib/openbell`.
///
/// # Errors
/// On Windows, when `LOCALAPPDATA` is not set.
pub fn place(
    asked: Option<&Path>,
    environment: impl Fn(&str) -> Option<String>,
    system: System,
) -> Result<PathBuf, StateError> {
    if let Some(asked) = asked {
        return Ok(asked.to_owned());
    }
    // An empty variable is none, and a relative path in one is not to be trusted: so the XDG specification.
    let set = |name: &str| environment(name).filter(|value| !value.is_empty());
    if system == System::Windows {
        let local = set("LOCALAPPDATA").ok_or(StateError::NoPlace { missing: "LOCALAPPDATA" })?;
        return Ok(PathBuf::from(local).join("openbell"));
    }
    let absolute = |value: String| Some(PathBuf::from(value)).filter(|path| path.has_root());
    let service = set("STATE_DIRECTORY").and_then(|list| list.split(':').next().map(str::to_owned));
    if let Some(directory) = service.and_then(absolute) {
        return Ok(directory);
    }
    let home = set("HOME").and_then(absolute);
    Ok(match (system, set("XDG_STATE_HOME").and_then(absolute), home) {
        (System::MacOs, _, Some(home)) => home.join("Library/Application Support/openbell"),
        (System::Unix, Some(state), _) => state.join("openbell"),
        (_, _, Some(home)) => home.join(".local/state/openbell"),
        (_, _, None) => PathBuf::from("/var/lib/openbell"),
    })
}
