//! The programs that keep services: `systemctl`, `schtasks`, `launchctl`.

use std::io;
use std::process::{Command, Output, Stdio};

use crate::service::ServiceError;

/// Runs it to its end, whatever that is.
///
/// # Errors
/// It is not there.
pub(super) fn ask(tool: &str, arguments: &[&str]) -> Result<Output, ServiceError> {
    let mut command = Command::new(tool);
    // What it prints is read: in one language, without a pager, with times in UTC.
    command.args(arguments).env("LC_ALL", "C.UTF-8").env("TZ", "UTC").env("SYSTEMD_PAGER", "");
    command.stdin(Stdio::null()).output().map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => ServiceError::NoTool { tool: tool.to_owned() },
        _ => ServiceError::Command { command: line(tool, arguments), said: error.to_string() },
    })
}

/// Runs it, and wants it to end well.
///
/// # Errors
/// It is not there, or it refuses.
pub(super) fn run(tool: &str, arguments: &[&str]) -> Result<String, ServiceError> {
    let output = ask(tool, arguments)?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = [output.stderr, output.stdout].concat();
    let said = String::from_utf8_lossy(&said).split_whitespace().collect::<Vec<_>>().join(" ");
    let said = if said.is_empty() { output.status.to_string() } else { said };
    Err(ServiceError::Command { command: line(tool, arguments), said })
}

fn line(tool: &str, arguments: &[&str]) -> String {
    std::iter::once(tool).chain(arguments.iter().copied()).collect::<Vec<_>>().join(" ")
}
