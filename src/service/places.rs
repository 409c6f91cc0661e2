//! Where a service's text, its state and its reports are, by system.

use super::ServiceError;

/// What keeps services on a machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum System {
    /// systemd, for the whole machine.
    Systemd,
    /// systemd, of one user.
    SystemdUser,
    /// The Task Scheduler of Windows.
    Windows,
    /// launchd of macOS, for the whole machine.
    Launchd,
    /// launchd of macOS, of one user.
    LaunchdAgent,
}

impl System {
    /// This machine's own; `user`: one's own services instead of the machine's. Windows has one kind.
    pub fn own(user: bool) -> Self {
        match (std::env::consts::OS, user) {
            ("windows", _) => Self::Windows,
            ("macos", false) => Self::Launchd,
            ("macos", true) => Self::LaunchdAgent,
            (_, false) => Self::Systemd,
            (_, true) => Self::SystemdUser,
        }
    }

    /// Whether it is systemd.
    pub fn is_systemd(self) -> bool {
        matches!(self, Self::Systemd | Self::SystemdUser)
    }

    /// Whether it is none of this machine: its paths are of another form.
    pub fn is_elsewhere(self) -> bool {
        (self == Self::Windows) != cfg!(windows)
    }

    /// Whether the path is an absolute one there.
    pub fn is_absolute(self, path: &str) -> bool {
        let drive = path.starts_with(|c: char| c.is_ascii_alphabetic()) && path.get(1..2) == Some(":");
        match self {
            Self::Windows => {
                drive && path.get(2..3).is_some_and(|c| "\\/".contains(c)) || path.starts_with("\\\\")
            }
            _ => path.starts_with('/'),
        }
    }

    /// Where openbell's program usually is there.
    pub fn usual_program(self) -> &'static str {
        match self {
            Self::Windows => r"C:\Program Files\openbell\openbell.exe",
            _ => "/usr/local/bin/openbell",
        }
    }

    /// Whether a text of this system can hold the path.
    pub(super) fn fits(self, path: &str) -> Result<(), ServiceError> {
        let wrong = if path.contains(char::is_control) {
            "it has a control character"
        } else if path.trim() != path {
            "it begins or ends with a blank"
        } else if self.is_systemd() && path.ends_with('\\') {
            "it ends with a backslash, which joins lines in a unit"
        } else if self == Self::Windows && path.matches('%').count() > 1 && !path.starts_with(LOCAL) {
            "the Task Scheduler would take what is between two % for a variable"
        } else {
            return Ok(());
        };
        Err(ServiceError::Path { path: path.escape_debug().to_string(), how: wrong })
    }
}

/// What Windows calls the place for a user's local data, where nobody said what it is.
const LOCAL: &str = "%LOCALAPPDATA%";

/// Where the things of one service are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Places {
    /// What the system calls it.
    pub unit: String,
    /// The file with its text; of a Windows task the file that it was made from.
    pub file: String,
    /// What has to survive a restart.
    pub state: String,
    /// The reports, one directory for each run.
    pub reports: String,
    /// What it printed; empty where the system keeps it otherwise.
    pub log: String,
}

impl Places {
    /// Of the service for the playbook of that name. `environment` says where the home directory is.
    ///
    /// # Errors
    /// A user's service, and no home directory.
    pub fn of(
        system: System,
        name: &str,
        environment: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, ServiceError> {
        let set = |variable: &str| environment(variable).filter(|value| !value.is_empty());
        // What is no absolute path is ignored (XDG Base Directory Specification).
        let set_path = |variable: &str| set(variable).filter(|path| path.starts_with('/'));
        let home = || set_path("HOME").ok_or(ServiceError::NoHome);
        let places = |unit: String, directory: String, file: String, state: String| Self {
            file: format!("{directory}{file}"),
            reports: format!("{state}{}reports", if system == System::Windows { '\\' } else { '/' }),
            unit,
            state,
            log: String::new(),
        };
        let unit = format!("openbell-{name}.service");
        let label = format!("openbell.{name}");
        Ok(match system {
            System::Systemd => places(
                unit.clone(),
                "/etc/systemd/system/".to_owned(),
                unit,
                format!("/var/lib/openbell/{name}"),
            ),
            System::SystemdUser => {
                let in_home = |variable: &str, usual: &str| match set_path(variable) {
                    Some(path) => Ok(path.trim_end_matches('/').to_owned()),
                    None => home().map(|home| format!("{}{usual}", home.trim_end_matches('/'))),
                };
                let config = in_home("XDG_CONFIG_HOME", "/.config")?;
                let state = in_home("XDG_STATE_HOME", "/.local/state")?;
                let directory = format!("{config}/systemd/user/");
                places(unit.clone(), directory, unit, format!("{state}/openbell/{name}"))
            }
            System::Windows => {
                let state =
                    format!("{}\\openbell\\{name}", set("LOCALAPPDATA").unwrap_or_else(|| LOCAL.to_owned()));
                places(
                    format!("{}{name}", super::TASK_FOLDER),
                    format!("{state}\\"),
                    "task.xml".to_owned(),
                    state,
                )
            }
            System::Launchd | System::LaunchdAgent => {
                let (library, jobs) = match system {
                    System::Launchd => ("/Library".to_owned(), "LaunchDaemons"),
                    _ => (format!("{}/Library", home()?.trim_end_matches('/')), "LaunchAgents"),
                };
                let state = format!("{library}/Application Support/openbell/{name}");
                let directory = format!("{library}/{jobs}/");
                let log = format!("{library}/Logs/openbell-{name}.log");
                Self { log, ..places(label.clone(), directory, format!("{label}.plist"), state) }
            }
        })
    }
}
