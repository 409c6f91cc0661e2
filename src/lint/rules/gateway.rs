//! How a gateway is watched, stopped, restarted and logged in.

use std::sync::LazyLock;
use std::time::Duration;

use regex::Regex;

use super::super::finding::Hit;
use super::super::ground::{Ground, IniKind, hit, named};
use super::image::{Gateway, gateways};
use crate::compose::{Place, Service, Test};

/// What a gateway needs to log out.
const LOG_OUT: Duration = Duration::from_secs(90);

/// Programs that look at a port and no further.
static PORT_TEST: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(^|[\s/;|&(])(nc|ncat|netcat|netstat|ss|lsof|telnet)(\s|$)|/dev/tcp/|curl\b.*:(400[1-4]|8888)\b|/proc/net/tcp|socat\b.*TCP")
        .expect("a constant pattern is valid")
});

pub(super) fn port_only_health(ground: &Ground) -> Vec<Hit<'_>> {
    let mut hits = Vec::new();
    for (project, service, _) in gateways(ground) {
        let Some(health) = &service.healthcheck else { continue };
        let line = match &health.test {
            Some(Test::Command(words)) => words.join(" "),
            Some(Test::Shell(line)) => line.clone(),
            Some(Test::Disabled) | None => continue,
        };
        if PORT_TEST.is_match(&line) && !line.contains("openbell") {
            let message = format!("the health check of {} only tests that a port accepts", named(service));
            let help = "let it speak to the API: `openbell probe` is made to be a health check";
            hits.extend(hit(project, &health.test_place, message, help));
        }
    }
    hits
}

pub(super) fn stop_grace(ground: &Ground) -> Vec<Hit<'_>> {
    let mut hits = Vec::new();
    for (project, service, _) in gateways(ground) {
        let help = "write `stop_grace_period: 90s`";
        let (place, message) = match &service.stop_grace_period {
            None => (
                &service.place,
                format!("{} says no stop_grace_period: it is killed after 10 s", named(service)),
            ),
            Some(grace) if grace.value < LOG_OUT => (
                &grace.place,
                format!("{} is killed {} s after it is told to stop", named(service), grace.as_secs()),
            ),
            Some(_) => continue,
        };
        hits.extend(hit(project, place, message, help));
    }
    hits
}

/// Where a setting of a service stands: its variable, or its key.
fn place_of<'a>(service: &'a Service, name: &str) -> &'a Place {
    service.variable(name).map_or(&service.place, |variable| &variable.place)
}

pub(super) fn live(ground: &Ground) -> Vec<Hit<'_>> {
    let mut hits = Vec::new();
    for (project, service, kind) in gateways(ground) {
        let name = if kind == Gateway::Extrange { "IBC_TradingMode" } else { "TRADING_MODE" };
        let mode = service.env(name).map(str::trim);
        let message = match (kind, mode) {
            (Gateway::Extrange, None | Some("")) => {
                format!("{} says no {name}, and the default of its image is live", named(service))
            }
            (_, Some(mode)) if ["live", "both"].contains(&mode.to_ascii_lowercase().as_str()) => {
                format!("{} logs in to a live account: {name} is `{mode}`", named(service))
            }
            _ => continue,
        };
        hits.extend(hit(project, place_of(service, name), message, &format!("write {name}: paper")));
    }
    for ini in ground.inis.iter().filter(|ini| ini.kind == IniKind::Ibc) {
        let Some(mode) = ini.get("TradingMode") else { continue };
        if mode.value.is_empty() || mode.value.eq_ignore_ascii_case("live") {
            let message = match mode.value {
                "" => "TradingMode is blank, and IBC's default is live".to_owned(),
                _ => "TradingMode is live".to_owned(),
            };
            hits.push(ini.hit(mode.place, message, "write TradingMode=paper"));
        }
    }
    for ini in ground.inis.iter().filter(|ini| ini.kind == IniKind::Jts) {
        let mode =
            ini.get("tradingMode").filter(|mode| ["l", "live"].contains(&&*mode.value.to_ascii_lowercase()));
        if let Some(mode) = mode {
            let message = format!("tradingMode is `{}`, live", mode.value);
            hits.push(ini.hit(mode.place, message, "write tradingMode=p"));
        }
        let port = ini.get("LocalServerPort");
        if let Some(port) = port.filter(|port| ["4001", "7496"].contains(&port.value)) {
            let paper = if port.value == "4001" { "4002" } else { "7497" };
            let message = format!("LocalServerPort is {}, the port of live trading", port.value);
            hits.push(ini.hit(port.place, message, &format!("write LocalServerPort={paper}")));
        }
    }
    hits
}

pub(super) fn takes_orders(ground: &Ground) -> Vec<Hit<'_>> {
    let mut hits = Vec::new();
    for ini in ground.inis.iter().filter(|ini| ini.kind != IniKind::Env) {
        let Some(setting) = ini.get("ReadOnlyApi") else { continue };
        if ["false", "no"].contains(&&*setting.value.to_ascii_lowercase()) {
            let right = if ini.kind == IniKind::Jts { "true" } else { "yes" };
            let message = format!("ReadOnlyApi is `{}`: the API takes orders", setting.value);
            hits.push(ini.hit(
                setting.place,
                message,
                &format!("write ReadOnlyApi={right} where nothing is to be traded"),
            ));
        }
    }
    hits
}

pub(super) fn restart_with_2fa(ground: &Ground) -> Vec<Hit<'_>> {
    let mut hits = Vec::new();
    for (project, service, _) in gateways(ground) {
        let Some(restart) = &service.restart else { continue };
        let again =
            service.env("TWOFA_TIMEOUT_ACTION").is_some_and(|what| what.eq_ignore_ascii_case("restart"))
                || service
                    .env("RELOGIN_AFTER_TWOFA_TIMEOUT")
                    .is_some_and(|what| what.eq_ignore_ascii_case("yes"));
        if again && ["always", "unless-stopped"].contains(&restart.as_str()) {
            let message = format!(
                "{} is restarted by the engine and by IBC, each time with a second factor",
                named(service)
            );
            let help = "write `restart: on-failure:3` or `no`, and TWOFA_TIMEOUT_ACTION: exit; openbell counts log-ins";
            hits.extend(hit(project, &restart.place, message, help));
        }
    }
    hits
}

pub(super) fn existing_session(ground: &Ground) -> Vec<Hit<'_>> {
    let mut hits = Vec::new();
    let keeps = |action: &str| ["primary", "primaryoverride"].contains(&action.to_ascii_lowercase().as_str());
    for (project, service, kind) in gateways(ground) {
        let name = match kind {
            Gateway::Extrange => "IBC_ExistingSessionDetectedAction",
            Gateway::Gnzsnz | Gateway::Other => "EXISTING_SESSION_DETECTED_ACTION",
        };
        let message = match (kind, service.env(name).map(str::trim)) {
            (_, Some(action)) if !action.is_empty() && !keeps(action) => {
                format!("{name} of {} is `{action}`", named(service))
            }
            (Gateway::Extrange, None | Some("")) => {
                format!("{} says no {name}, and the default of its image is manual", named(service))
            }
            _ => continue,
        };
        hits.extend(hit(project, place_of(service, name), message, &format!("write {name}: primary")));
    }
    for ini in ground.inis.iter().filter(|ini| ini.kind == IniKind::Ibc) {
        let Some(action) = ini.get("ExistingSessionDetectedAction") else { continue };
        if !keeps(action.value) {
            let message = format!("ExistingSessionDetectedAction is `{}`", action.value);
            hits.push(ini.hit(action.place, message, "write ExistingSessionDetectedAction=primary"));
        }
    }
    hits
}
