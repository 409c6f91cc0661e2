//! `openbell service`: a playbook as a service of the system.

mod definition;
mod launchd;
mod status;
mod systemd;
mod tasks;
mod text;
mod tool;
#[cfg(unix)]
mod user;

pub(super) use status::Status;

use std::io::{self, IsTerminal, Write};
use std::path::Path;

use miette::Diagnostic;

use super::reading::inputs;
use super::{Surroundings, say, tell};
use crate::cli::{For, Install, Print, ServiceArgs, ServiceCommand, Uninstall, Which};
use crate::exit::Exit;
use crate::playbook;
use crate::service::{Places, ServiceError, System, utf16};

/// What is done to a service, or only said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Doing {
    Really,
    /// Said as it would be done.
    Dry,
}

impl Doing {
    fn of(dry: bool) -> Self {
        if dry { Self::Dry } else { Self::Really }
    }

    /// Does it and says so, or says that it would be done.
    fn act(self, what: &str, action: impl FnOnce() -> Result<(), ServiceError>) -> Result<(), ServiceError> {
        if self == Self::Really {
            action()?;
            say(what);
        } else {
            say(&format!("would be done: {what}"));
        }
        Ok(())
    }
}

pub(super) fn service(arguments: &ServiceArgs, around: &Surroundings) -> Exit {
    let done = match &arguments.command {
        ServiceCommand::Install(arguments) => install(arguments, around),
        ServiceCommand::Uninstall(arguments) => uninstall(arguments, around),
        ServiceCommand::Status(arguments) => status::status(arguments, around),
        ServiceCommand::Print(arguments) => print(arguments, around),
    };
    done.unwrap_or_else(|exit| exit)
}

fn install(arguments: &Install, around: &Surroundings) -> Result<Exit, Exit> {
    let system = System::own(arguments.user);
    let (service, places) = definition::of(&arguments.definition, system, around)?;
    let told = |error| refused(&error, around);
    definition::lasting(&service, system).map_err(told)?;
    let text = service.text(system, &places).map_err(told)?;
    #[cfg(unix)]
    if let Some(user) = service.user.as_deref().filter(|_| system == System::Systemd) {
        user::may_carry_it_out(user, service.local_engine).map_err(told)?;
    }
    let doing = Doing::of(arguments.dry_run);
    if doing == Doing::Dry {
        output(text.as_bytes());
    }
    let wanted = text::Wanted { service: &service, places: &places, text: &text, force: arguments.force };
    let start = !arguments.no_start;
    match system {
        System::Systemd | System::SystemdUser => systemd::install(&wanted, system, start, doing),
        System::Windows => tasks::install(&wanted, start, doing),
        System::Launchd | System::LaunchdAgent => launchd::install(&wanted, system, start, doing),
    }
    .map_err(told)?;
    Ok(Exit::Green)
}

fn uninstall(arguments: &Uninstall, around: &Surroundings) -> Result<Exit, Exit> {
    let (system, _, places) = which(&arguments.which, "uninstall", around)?;
    let (purge, doing) = (arguments.purge, Doing::of(arguments.dry_run));
    match system {
        System::Systemd | System::SystemdUser => systemd::uninstall(system, &places, purge, doing),
        System::Windows => tasks::uninstall(&places, purge, doing),
        System::Launchd | System::LaunchdAgent => launchd::uninstall(system, &places, purge, doing),
    }
    .map_err(|error| refused(&error, around))?;
    Ok(Exit::Green)
}

fn print(arguments: &Print, around: &Surroundings) -> Result<Exit, Exit> {
    let system = match arguments.system {
        None => System::own(false),
        Some(For::Systemd) => System::Systemd,
        Some(For::SystemdUser) => System::SystemdUser,
        Some(For::Windows) => System::Windows,
        Some(For::Launchd) => System::Launchd,
        Some(For::LaunchdAgent) => System::LaunchdAgent,
    };
    let (service, places) = definition::of(&arguments.definition, system, around)?;
    let text = service.text(system, &places).map_err(|error| refused(&error, around))?;
    if system.is_elsewhere() {
        let (program, playbook) = (&service.program, &service.playbook);
        say(&format!(
            "for another machine: have the program at {program} there, and put its path of the playbook for {playbook}"
        ));
    } else if let Err(error) = definition::lasting(&service, system) {
        say(&format!("before it is installed: {error}"));
    }
    // On a terminal a person reads it; a file is for schtasks, which reads no other encoding.
    let encoded = system == System::Windows && !io::stdout().is_terminal();
    output(&if encoded { utf16(&text) } else { text.into_bytes() });
    Ok(Exit::Green)
}

/// Which service is meant: its system, the playbook's name, its places. Also of a playbook that is no longer valid.
fn which(
    which: &Which,
    command: &'static str,
    around: &Surroundings,
) -> Result<(System, String, Places), Exit> {
    let system = System::own(which.user);
    let name = match (&which.name, &which.playbook) {
        (Some(name), _) if is_name(name) => Ok(name.clone()),
        (Some(name), _) => {
            let how = "a name has lower-case letters, digits, - and _".to_owned();
            Err(ServiceError::NoName { playbook: format!("--name {}", name.escape_debug()), how, command })
        }
        (None, playbook) => name_of(playbook.as_deref().unwrap_or(Path::new("")), command, around),
    };
    let found = name.and_then(|name| {
        let places = Places::of(system, &name, around.environment)?;
        Ok((system, name, places))
    });
    found.map_err(|error| refused(&error, around))
}

fn name_of(file: &Path, command: &'static str, around: &Surroundings) -> Result<String, ServiceError> {
    if let Ok(loaded) = playbook::load(file, &inputs(&crate::cli::Reading::default(), around)) {
        return Ok(loaded.name);
    }
    let unknown = |how: &str| {
        let (playbook, how) = (file.display().to_string(), how.to_owned());
        ServiceError::NoName { playbook, how, command }
    };
    let text = std::fs::read_to_string(file).map_err(|error| unknown(&error.to_string()))?;
    let value = playbook::whole(file, &text).ok_or_else(|| unknown("it is no YAML"))?.value;
    let name = value.get("name").and_then(|name| name.as_str()).unwrap_or_default();
    if is_name(name) { Ok(name.to_owned()) } else { Err(unknown("it has no `name` that could be one")) }
}

/// Whether a playbook could have the name. It becomes a part of paths.
fn is_name(name: &str) -> bool {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_".contains(c);
    !name.is_empty() && name.chars().all(allowed)
}

/// Tells why not, and with which exit code.
fn refused(error: &ServiceError, around: &Surroundings) -> Exit {
    tell(error as &dyn Diagnostic, around);
    match error {
        ServiceError::NoSystemd
        | ServiceError::NoTool { .. }
        | ServiceError::NotRoot { .. }
        | ServiceError::Command { .. }
        | ServiceError::Unwritable { .. }
        | ServiceError::Reports { .. } => Exit::Failed,
        _ => Exit::Usage,
    }
}

fn output(bytes: &[u8]) {
    // Without a reader on stdout there is nobody to tell that.
    let _ = io::stdout().lock().write_all(bytes);
}
