//! Log-ins: missing ones, and those that everyone can see.

use std::sync::LazyLock;

use regex::Regex;

use super::super::finding::Hit;
use super::super::ground::{Ground, hit};
use super::image::{Gateway, gateways};

/// `--pw=…`, `--password …`, and the like, with something behind it.
static PASSWORD: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)(^|\s)--?(pw|passw(or)?d|tws-password)[= ]\S").expect("a constant pattern is valid")
});

pub(super) fn blank(ground: &Ground) -> Vec<Hit<'_>> {
    let mut hits = Vec::new();
    for (project, service, kind) in gateways(ground) {
        let needed: &[&str] = match kind {
            Gateway::Extrange => &["USERNAME", "PASSWORD"],
            Gateway::Gnzsnz | Gateway::Other => &["TWS_USERID", "TWS_PASSWORD"],
        };
        for name in needed {
            let by_file = service.env(&format!("{name}_FILE")).is_some_and(|file| !file.trim().is_empty());
            let Some(variable) = service.variable(name).filter(|_| !by_file) else { continue };
            if variable.value.as_deref().unwrap_or_default().trim().is_empty() {
                let written = project.written(&variable.place);
                let from = if written.contains('$') { ": the variable in it is set nowhere" } else { "" };
                let message = format!("{name} of {} is blank{from}", service.name);
                let help = "set it in `.env` or give a file; `openbell lint` never shows its value";
                hits.extend(hit(project, &variable.place, message, help));
            }
        }
    }
    hits
}

pub(super) fn in_arguments(ground: &Ground) -> Vec<Hit<'_>> {
    let mut hits = Vec::new();
    for project in &ground.projects {
        for service in project.enabled() {
            for words in [&service.command, &service.entrypoint].into_iter().flatten() {
                if PASSWORD.is_match(&words.join(" ")) {
                    let message = format!("the arguments of {} hold a password", service.name);
                    let help = "give it as a file: a secret of Compose, and TWS_PASSWORD_FILE or the like";
                    hits.extend(hit(project, &words.place, message, help));
                }
            }
        }
    }
    hits
}
