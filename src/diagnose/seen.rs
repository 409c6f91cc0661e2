//! What was looked at, in a line each: so that a reader can judge what the causes rest on, and what was not seen.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::containers;
use crate::evidence::markers;
use crate::evidence::{Asked, ContainerEvidence, Evidence};
use crate::ports::broker::{ApiSettings, Climb};
use crate::ports::docker::{Container, MOST_LOG_LINES, Status};

/// Something that was looked at.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Seen {
    /// What.
    pub what: String,
    /// What it showed, or why it could not be seen.
    pub saw: String,
}

/// A line for everything that was looked at.
pub(super) fn seen(evidence: &Evidence) -> Vec<Seen> {
    let mut lines = vec![line(
        "engine",
        told(&evidence.engine, |engine| {
            format!("Docker {}, API {}, at {}", engine.version, engine.api, engine.host)
        }),
    )];
    for item in evidence.gateway.iter().chain(&evidence.others) {
        container(&mut lines, item);
    }
    if evidence.gateway.is_none() && evidence.engine.is().is_some() {
        lines.push(line("container", "no container publishes this port".to_owned()));
    }
    if let Some(climb) = &evidence.climb {
        lines.push(line("wire", wire(climb)));
    }
    for trial in &evidence.trials {
        let saw = trial.why.as_ref().map_or_else(|| "works".to_owned(), |why| why.message.clone());
        lines.push(line(&format!("client id {}", trial.client_id), saw));
    }
    if !matches!(evidence.data, Asked::Not(_)) {
        lines.push(line("data", told(&evidence.data, |bars| format!("{bars} bars"))));
    }
    let settings =
        |found: &Option<ApiSettings>| found.as_ref().map_or_else(|| NO_SETTINGS.to_owned(), settings);
    lines.push(line("settings", told(&evidence.settings, settings)));
    if evidence.gateway.is_some() {
        let found = |text: &Option<String>| match text {
            Some(text) => format!("{} lines", text.lines().count()),
            None => "not found in the gateway's container".to_owned(),
        };
        lines.push(line("jts.ini", told(&evidence.jts_ini, found)));
    }
    lines
}

const NO_SETTINGS: &str = "the server is too old to tell them (219 and newer do)";

fn line(what: &str, saw: String) -> Seen {
    Seen { what: what.to_owned(), saw }
}

fn told<T>(asked: &Asked<T>, is: impl FnOnce(&T) -> String) -> String {
    match asked {
        Asked::Is(answer) => is(answer),
        Asked::Not(why) => format!("not looked at: {why}"),
        Asked::Failed(failure) => format!("could not be seen: {}", failure.why.message),
    }
}

fn container(lines: &mut Vec<Seen>, item: &ContainerEvidence) {
    let found = |found: &Option<Container>| found.as_ref().map_or_else(|| "there is none".to_owned(), state);
    lines.push(line(&format!("container {}", item.name), told(&item.container, found)));
    if containers::container(item).is_some() || item.log.is().is_some() {
        lines.push(line(&format!("log of {}", item.name), log(item)));
    }
    if let Asked::Is(text) = &item.sockets {
        lines.push(line(&format!("sockets of {}", item.name), format!("{} of TCP", sockets(text))));
    } else if let Asked::Failed(failure) = &item.sockets {
        let saw = format!("could not be seen: {}", failure.why.message);
        lines.push(line(&format!("sockets of {}", item.name), saw));
    }
}

fn log(item: &ContainerEvidence) -> String {
    told(&item.log, |lines| {
        let log_in = markers::read(lines);
        let read = match lines.len() {
            all if all < MOST_LOG_LINES => format!("{all} lines since its start"),
            most => format!("the last {most} lines"),
        };
        match log_in.line {
            Some(last) => format!("{read}; about the log-in, last: {last}"),
            None => format!("{read}, none about a log-in"),
        }
    })
}

fn sockets(text: &str) -> usize {
    text.lines().filter(|line| line.trim_start().starts_with(|c: char| c.is_ascii_digit())).count()
}

fn state(container: &Container) -> String {
    let status = match container.status {
        Status::Created => "created, never started".to_owned(),
        Status::Running => format!("running since {}", container.started_at),
        Status::Paused => "paused".to_owned(),
        Status::Restarting => format!("restarting, {} times so far", container.restarts),
        Status::Exited | Status::Dead => format!("exited with code {}", container.exit_code),
    };
    let ports: Vec<String> = container.ports.iter().map(ToString::to_string).collect();
    let ports = if ports.is_empty() { "publishes no port".to_owned() } else { ports.join(", ") };
    format!("{status}; image {}; {ports}", container.image)
}

fn wire(climb: &Climb) -> String {
    let seen = &climb.seen;
    let mut parts: Vec<String> =
        seen.rungs.iter().map(|(rung, after)| format!("{rung} after {} ms", after.as_millis())).collect();
    parts.extend(seen.server_version.map(|version| format!("server version {version}")));
    if !seen.accounts.is_empty() {
        let accounts: Vec<String> = seen.accounts.iter().map(ToString::to_string).collect();
        parts.push(format!("accounts {}", accounts.join(", ")));
    }
    parts.extend(seen.read_only.map(|yes| format!("the API is {}read-only", if yes { "" } else { "not " })));
    if seen.notices_in_all > 0 {
        let mut codes: Vec<i32> = seen.notices.iter().map(|notice| notice.code).collect();
        codes.dedup();
        let codes: Vec<String> = codes.iter().map(ToString::to_string).collect();
        parts.push(format!("{} notices: {}", seen.notices_in_all, codes.join(", ")));
    }
    if let Err(error) = &climb.end {
        parts.push(error.to_string());
    }
    parts.join("; ")
}

fn settings(found: &ApiSettings) -> String {
    let yes = |flag: bool| if flag { "yes" } else { "no" };
    let mut parts = Vec::new();
    parts.extend(found.read_only.map(|flag| format!("read-only {}", yes(flag))));
    parts.extend(found.localhost_only.map(|flag| format!("localhost only {}", yes(flag))));
    parts.extend(found.port.map(|port| format!("port {port}")));
    parts.extend(found.master_client_id.map(|id| format!("master client id {id}")));
    if !found.trusted_ips.is_empty() {
        parts.push(format!("trusted IPs {}", found.trusted_ips.join(", ")));
    }
    parts.extend(found.auto_logoff_time.as_ref().map(|time| format!("logs off or restarts at {time}")));
    if parts.is_empty() { "told none".to_owned() } else { parts.join("; ") }
}
