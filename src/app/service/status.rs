//! `openbell service status`: how the service does, joined with how its last run went.

use std::fmt::Write;
use std::path::Path;

use jiff::civil::DateTime;
use schemars::JsonSchema;
use serde::Serialize;

use super::systemd::Manager;
use super::{Surroundings, launchd, output, refused, tasks, tell, which};
use crate::cli::ServiceStatus;
use crate::event::Verdict;
use crate::exit::Exit;
use crate::report::{self, FirstFailure, Report, VariantReport};
use crate::service::{Places, ServiceError, System};
use crate::state::State;
use crate::visible;

/// What `status --json` prints.
#[derive(Debug, Serialize, JsonSchema)]
pub(in crate::app) struct Status {
    /// The service is active and its last report is green.
    healthy: bool,
    service: ServiceState,
    /// The newest report; of a matrix that of every variant. Empty before the first run is over.
    reports: Vec<LastReport>,
}

/// How the service does, in the words of the system.
#[derive(Debug, Default, Serialize, JsonSchema)]
struct ServiceState {
    /// What the system calls it.
    unit: String,
    installed: bool,
    /// Such as `active`, `activating`, `failed`.
    state: String,
    /// More exactly, such as `running`, `auto-restart`.
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
    /// It starts with the machine.
    #[serde(skip_serializing_if = "Option::is_none")]
    enabled: Option<bool>,
    /// What it says of itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    says: Option<String>,
    /// Since when it is active, or not active any more; RFC 3339, UTC.
    #[serde(skip_serializing_if = "Option::is_none")]
    since: Option<String>,
    /// How often it was started anew by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    restarts: Option<u32>,
    /// How it ended, such as `success`, `exit-code`, `watchdog`, `start-limit-hit`.
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<String>,
    /// Its exit code, once it has ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    exit_code: Option<i32>,
}

/// How a run went.
#[derive(Debug, Serialize, JsonSchema)]
struct LastReport {
    #[serde(skip_serializing_if = "Option::is_none")]
    variant: Option<String>,
    verdict: Verdict,
    started: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    first_failure: Option<FirstFailure>,
    /// The report's file.
    report: String,
}

pub(super) fn status(arguments: &ServiceStatus, around: &Surroundings) -> Result<Exit, Exit> {
    let (system, name, places) = which(&arguments.which, "status", around)?;
    let service = state(system, &places).map_err(|error| refused(&error, around))?;
    let reports = match report::newest(places.reports.as_ref(), &name) {
        Ok(reports) => reports.iter().map(|report| last(report, &places)).collect(),
        Err(source) => {
            // How the service does is worth telling even so.
            let directory = places.reports.clone();
            tell(&ServiceError::Reports { directory, source }, around);
            Vec::new()
        }
    };
    let green = |report: &LastReport| report.verdict == Verdict::Green;
    let up = match system {
        // The Task Scheduler says it in the language of the machine.
        System::Windows => service.installed && is_watched(&places),
        _ => ["active", "running"].contains(&service.state.as_str()),
    };
    let healthy = up && !reports.is_empty() && reports.iter().all(green);
    let status = Status { healthy, service, reports };
    let text = if arguments.json {
        serde_json::to_string_pretty(&status).map(|text| text + "\n").unwrap_or_default()
    } else {
        shown(&status, &places)
    };
    output(text.as_bytes());
    Ok(if status.healthy { Exit::Green } else { Exit::Failed })
}

/// Whether a `watch` has what the service remembers.
fn is_watched(places: &Places) -> bool {
    let has = |state: State| state.holder().is_some_and(|holder| holder.command == "watch");
    State::all(Path::new(&places.state)).is_ok_and(|all| all.into_iter().any(has))
}

fn last(report: &Report, places: &Places) -> LastReport {
    let separator = if places.reports.contains('\\') { '\\' } else { '/' };
    LastReport {
        variant: report.variant.clone(),
        verdict: report.verdict,
        started: report.started.clone(),
        first_failure: VariantReport::of(report, true).first_failure,
        report: format!("{}{separator}{}{separator}report.json", places.reports, report.run),
    }
}

fn state(system: System, places: &Places) -> Result<ServiceState, ServiceError> {
    let of = |state: Option<String>| ServiceState {
        unit: places.unit.clone(),
        installed: state.is_some(),
        state: state.unwrap_or_else(|| "not installed".to_owned()),
        ..ServiceState::default()
    };
    match system {
        System::Systemd | System::SystemdUser => of_systemd(&Manager::of(system)?, places),
        System::Windows => tasks::state(places).map(of),
        System::Launchd | System::LaunchdAgent => launchd::state(system, places).map(of),
    }
}

fn of_systemd(manager: &Manager, places: &Places) -> Result<ServiceState, ServiceError> {
    let shown = manager.show(&places.unit)?;
    let get = |name: &str| shown.get(name).map(String::as_str).filter(|value| !value.is_empty());
    let unit = places.unit.clone();
    if get("LoadState") == Some("not-found") {
        return Ok(ServiceState { unit, state: "not installed".to_owned(), ..ServiceState::default() });
    }
    let active = get("ActiveState").unwrap_or("unknown");
    let ended = get("MainPID") == Some("0");
    let began = if active == "active" { "ActiveEnterTimestamp" } else { "InactiveEnterTimestamp" };
    Ok(ServiceState {
        unit,
        installed: true,
        state: active.to_owned(),
        detail: get("SubState").map(str::to_owned),
        enabled: get("UnitFileState").map(|found| found.starts_with("enabled")),
        says: get("StatusText").map(str::to_owned),
        since: get(began).filter(|_| active != "activating").and_then(time),
        restarts: get("NRestarts").and_then(|count| count.parse().ok()),
        result: get("Result").map(str::to_owned),
        exit_code: get("ExecMainStatus").filter(|_| ended).and_then(|code| code.parse().ok()),
    })
}

/// A time as `systemctl show` prints it in UTC, `Mon 2026-11-23 14:33:21 UTC`.
fn time(text: &str) -> Option<String> {
    let at = text.split_once(' ')?.1.strip_suffix(" UTC")?.replace(' ', "T");
    at.parse::<DateTime>().ok().map(|at| format!("{at}Z"))
}

/// For people.
fn shown(status: &Status, places: &Places) -> String {
    let service = &status.service;
    let mut text = format!("{}: {}", service.unit, service.state);
    // Writing to a string cannot fail.
    if let Some(detail) = service.detail.as_ref().filter(|detail| **detail != service.state) {
        let _ = write!(text, " ({detail})");
    }
    if let Some(since) = &service.since {
        let _ = write!(text, " since {since}");
    }
    match service.enabled {
        Some(true) => text.push_str(", starts by itself"),
        Some(false) => text.push_str(", does NOT start by itself"),
        None => {}
    }
    if let Some(restarts) = service.restarts.filter(|restarts| *restarts > 0) {
        let _ = write!(text, ", started anew {restarts} times");
    }
    if let Some(result) = service.result.as_ref().filter(|result| *result != "success") {
        let code = service.exit_code.map_or_else(String::new, |code| format!(", exit code {code}"));
        let _ = write!(text, ", ended by {result}{code}");
    }
    if let Some(says) = &service.says {
        let _ = write!(text, "\n  says: {}", visible::line(says));
    }
    if status.reports.is_empty() {
        let _ = write!(text, "\n  no report in {} yet", places.reports);
    }
    for report in &status.reports {
        text.push_str(&line(report));
    }
    text.push('\n');
    visible::text(&text)
}

fn line(report: &LastReport) -> String {
    let verdict = serde_json::to_value(report.verdict).unwrap_or_default();
    let verdict = verdict.as_str().unwrap_or_default().to_uppercase();
    let variant = report.variant.as_ref().map_or_else(String::new, |variant| format!(" of {variant}"));
    let failure = report.first_failure.as_ref().map_or_else(String::new, |failure| {
        let step = failure.step.as_ref().map_or_else(String::new, |step| format!("{step}: "));
        format!("\n    {step}{} ({})", visible::line(&failure.message), failure.code)
    });
    format!("\n  last report{variant}: {verdict}, started {}{failure}\n    {}", report.started, report.report)
}
