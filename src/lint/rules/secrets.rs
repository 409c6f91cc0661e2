//! Log-ins: missing ones, and those that everyone can see.

use std::sync::LazyLock;

use regex::Regex;

use super::super::finding::Hit;
use super::super::ground::{Ground, IniKind, hit, named};
use super::image::{Gateway, gateway, gateways};
use crate::compose::Unset;
use crate::secret_name::secret_argument;

/// `--pw=…`, `--password …`, and the like, with something behind it.
static PASSWORD: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)(^|\s)--?(pw|passw(or)?d|tws-password)[= ]\S").expect("a constant pattern is valid")
});

pub(super) fn blank(ground: &Ground) -> Vec<Hit<'_>> {
    let mut hits = Vec::new();
    // Names of log-ins that a file gives, or that were told where they are used.
    let mut known: Vec<&str> = Vec::new();
    for (project, service, kind) in gateways(ground) {
        let needed: &[&str] = match kind {
            Gateway::Extrange => &["USERNAME", "PASSWORD"],
            Gateway::Gnzsnz | Gateway::Other => &["TWS_USERID", "TWS_PASSWORD"],
        };
        for name in needed {
            let by_file = service.env(&format!("{name}_FILE")).is_some_and(|file| !file.trim().is_empty());
            if by_file {
                known.push(name);
                continue;
            }
            let Some(variable) = service.variable(name) else { continue };
            if variable.value.as_deref().unwrap_or_default().trim().is_empty() {
                let written = project.written(&variable.place);
                let from = if written.contains('$') { ": the variable in it is set nowhere" } else { "" };
                let message = format!("{name} of {} is blank{from}", named(service));
                let help = "set it in `.env` or give a file; `openbell lint` never shows its value";
                hits.extend(hit(project, &variable.place, message, help));
                known.push(name);
            }
        }
    }
    for ini in &ground.inis {
        let names: &[&str] = match ini.kind {
            IniKind::Jts => continue,
            IniKind::Ibc => &["IbLoginId", "IbPassword"],
            IniKind::Env => &["TWS_USERID", "TWS_PASSWORD"],
        };
        for name in names.iter().filter(|name| !known.contains(*name)) {
            let by_file = ini.get(&format!("{name}_FILE")).is_some_and(|file| !file.value.is_empty());
            let Some(setting) = ini.get(name).filter(|setting| !by_file && blank_text(setting.value)) else {
                continue;
            };
            let help = "set it, or leave the line out where it comes from elsewhere; `openbell lint` never shows its value";
            hits.push(ini.hit(setting.place, format!("{name} is blank"), help));
        }
    }
    hits
}

/// Nothing, or nothing between quotes.
fn blank_text(value: &str) -> bool {
    ["", "\"\"", "''"].contains(&value)
}

pub(super) fn unset(ground: &Ground) -> Vec<Hit<'_>> {
    let mut hits = Vec::new();
    for project in &ground.projects {
        // What a gateway needs has a rule of its own, and so has DRY_RUN.
        for service in project.services.iter().filter(|service| gateway(service).is_none()) {
            for variable in service.environment.iter().filter(|variable| variable.name != "DRY_RUN") {
                let blank = variable.value.as_deref() == Some("");
                let unset = |one: &&Unset| {
                    let (used, whole) = (&one.place, &variable.place);
                    used.source == whole.source
                        && used.span.start < whole.span.end
                        && whole.span.start < used.span.end
                };
                let Some(unset) = project.unset.iter().find(unset).filter(|_| blank) else { continue };
                let message = format!(
                    "{} of {} is blank: {} is set nowhere",
                    variable.name,
                    named(service),
                    unset.name
                );
                let help =
                    format!("set {0} in `.env`, or write ${{{0}:-}} where it may be blank", unset.name);
                hits.extend(hit(project, &variable.place, message, &help));
            }
        }
    }
    hits
}

pub(super) fn in_arguments(ground: &Ground) -> Vec<Hit<'_>> {
    let mut hits = Vec::new();
    for project in &ground.projects {
        for service in &project.services {
            for words in [&service.command, &service.entrypoint].into_iter().flatten() {
                if PASSWORD.is_match(&words.join(" ")) || secret_argument(words).is_some() {
                    let message = format!("the arguments of {} hold a password", named(service));
                    let help = "give it as a file: a secret of Compose, and TWS_PASSWORD_FILE or the like";
                    hits.extend(hit(project, &words.place, message, help));
                }
            }
        }
    }
    hits
}
