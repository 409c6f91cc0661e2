//! Settings of IBC and of the gateway itself, in their own files and as variables.

use std::sync::LazyLock;

use regex::Regex;

use super::super::finding::Hit;
use super::super::ground::{Ground, IniKind, hit, named};
use super::image::gateways;
use crate::evidence::jts::JtsIni;

/// `hh:mm AM` or `hh:mm PM`.
static TIME: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^(0[1-9]|1[0-2]):[0-5][0-9] [AP]M$").expect("a constant pattern is valid"));

/// Variables that become settings of IBC word for word.
const SETTINGS: &[&str] =
    &["AUTO_RESTART_TIME", "AUTO_LOGOFF_TIME", "TWS_COLD_RESTART", "TWOFA_TIMEOUT_ACTION", "TRADING_MODE"];

fn quoted_text(value: &str) -> bool {
    value.len() > 1 && ['"', '\''].iter().any(|quote| value.starts_with(*quote) && value.ends_with(*quote))
}

pub(super) fn quoted(ground: &Ground) -> Vec<Hit<'_>> {
    let mut hits = Vec::new();
    for (project, service, _) in gateways(ground) {
        for variable in &service.environment {
            let setting = SETTINGS.contains(&variable.name.as_str()) || variable.name.starts_with("IBC_");
            if setting && variable.value.as_deref().is_some_and(quoted_text) {
                let message = format!("the quotes are part of {} of {}", variable.name, named(service));
                let help = format!("in the list form quote the whole entry: \"{}=…\"", variable.name);
                hits.extend(hit(project, &variable.place, message, &help));
            }
        }
    }
    for ini in ground.inis.iter().filter(|ini| ini.kind == IniKind::Ibc) {
        for setting in ini.settings().filter(|setting| quoted_text(setting.value)) {
            let message = format!("the quotes are part of {}", setting.name);
            hits.push(ini.hit(setting.place, message, "write the value without quotes"));
        }
    }
    hits
}

pub(super) fn restart_time(ground: &Ground) -> Vec<Hit<'_>> {
    const HELP: &str = "write two digits for hour and minute, a blank, and AM or PM: 11:45 PM";
    let wrong = |value: &str| !value.is_empty() && !quoted_text(value) && !TIME.is_match(value);
    let mut hits = Vec::new();
    for (project, service, _) in gateways(ground) {
        for name in ["AUTO_RESTART_TIME", "IBC_AutoRestartTime"] {
            let Some(variable) = service.variable(name) else { continue };
            let value = variable.value.as_deref().unwrap_or_default();
            if wrong(value) {
                let message = format!("{name} of {} is `{value}`", named(service));
                hits.extend(hit(project, &variable.place, message, HELP));
            }
        }
    }
    for ini in ground.inis.iter().filter(|ini| ini.kind == IniKind::Ibc) {
        if let Some(time) = ini.get("AutoRestartTime").filter(|time| wrong(time.value)) {
            let message = format!("AutoRestartTime is `{}`", time.value);
            hits.push(ini.hit(time.place, message, HELP));
        }
    }
    hits
}

pub(super) fn trusted_ips(ground: &Ground) -> Vec<Hit<'_>> {
    let mut hits = Vec::new();
    for ini in ground.inis.iter().filter(|ini| ini.kind == IniKind::Jts) {
        if JtsIni::read(&ini.text).trusted_ips.is_none_or(|trusted| !trusted.is_empty()) {
            continue;
        }
        let Some(setting) = ini.get("TrustedIPs") else { continue };
        let help = "write TrustedIPs=127.0.0.1: the port forward connects from there";
        hits.push(ini.hit(setting.place, "TrustedIPs is empty".to_owned(), help));
    }
    hits
}
