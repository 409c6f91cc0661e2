//! The import rules, held by a test: facts flow right, the world comes in through ports, only `app` knows both ends.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use regex::Regex;

use crate::support::command::project;

/// Who may import whom.
const RULES: &[(&str, &[&str])] = &[
    (
        "app",
        &[
            "adapters",
            "arming",
            "calendar",
            "cli",
            "compose",
            "diagnose",
            "diagnosis",
            "document",
            "edit",
            "engine",
            "event",
            "evidence",
            "exit",
            "explain",
            "ladder",
            "lint",
            "notify",
            "period",
            "playbook",
            "ports",
            "redact",
            "replacement",
            "report",
            "scaffold",
            "secret_name",
            "service",
            "sim",
            "state",
            "steps",
            "visible",
        ],
    ),
    ("arming", &["playbook", "ports"]),
    ("calendar", &["document", "evidence"]),
    ("cli", &["period", "sim"]),
    (
        "engine",
        &[
            "arming",
            "diagnose",
            "diagnosis",
            "event",
            "evidence",
            "ladder",
            "period",
            "playbook",
            "ports",
            "steps",
        ],
    ),
    ("evidence", &["diagnosis", "ladder", "period", "ports"]),
    ("diagnose", &["diagnosis", "evidence", "ladder", "ports", "steps", "visible"]),
    ("compose", &["document", "period", "secret_name"]),
    ("edit", &["document", "lock_file", "playbook", "redact", "replacement", "secret_name"]),
    ("lint", &["compose", "document", "evidence", "period", "playbook", "secret_name"]),
    ("scaffold", &["compose", "document", "evidence", "period", "playbook", "ports", "secret_name"]),
    (
        "playbook",
        &[
            "compose",
            "diagnosis",
            "document",
            "evidence",
            "explain",
            "notify",
            "period",
            "ports",
            "secret_name",
            "steps",
        ],
    ),
    ("notify", &["diagnosis", "event", "ports", "redact", "replacement", "visible"]),
    ("steps", &["diagnosis", "event", "evidence", "ladder", "period", "ports", "secret_name"]),
    ("adapters", &["ladder", "ports", "wire"]),
    ("report", &["diagnosis", "document", "event", "ladder", "visible"]),
    ("event", &["diagnosis", "ladder", "redact"]),
    ("ports", &["diagnosis", "ladder", "redact"]),
    ("state", &["diagnosis", "event", "lock_file", "replacement"]),
    ("sim", &["document", "period", "wire"]),
    ("diagnosis", &["ladder"]),
    ("ladder", &[]),
    ("document", &["secret_name", "visible"]),
    ("crash", &[]),
    ("exit", &[]),
    ("explain", &["document"]),
    ("lock_file", &[]),
    ("period", &[]),
    ("redact", &["secret_name"]),
    ("replacement", &[]),
    ("secret_name", &[]),
    ("service", &["ports"]),
    ("visible", &[]),
    ("wire", &[]),
];

/// Crates that one place alone may name.
const OWNED: &[(&str, &[&str])] = &[
    ("bollard", &["src/adapters/docker/"]),
    ("ibapi", &["src/adapters/api_client/", "src/sim/bot/"]),
    ("reqwest", &["src/adapters/http.rs"]),
    ("granit_parser", &["src/document/"]),
    (
        "minijinja",
        &[
            "src/report/",
            "src/scaffold/",
            "src/service/",
            "src/playbook/condition.rs",
            "src/playbook/condition/",
        ],
    ),
    ("indicatif", &["src/report/screen.rs"]),
    ("clap_complete", &["src/cli/shell.rs"]),
    ("clap_mangen", &["src/cli/shell.rs"]),
    ("clap", &["src/cli/", "src/sim/cli.rs", "src/sim/script/", "src/main.rs"]),
];

pub fn sources() -> Vec<(String, String)> {
    fn walk(directory: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|end| end == "rs") {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    walk(&project().join("src"), &mut found);
    let name = |path: &Path| path.strip_prefix(project()).unwrap().to_string_lossy().replace('\\', "/");
    found.iter().map(|path| (name(path), std::fs::read_to_string(path).unwrap())).collect()
}

/// The code without comments.
pub fn code(text: &str) -> String {
    text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

#[test]
fn every_module_imports_only_what_the_map_allows() {
    let import = Regex::new(r"\bcrate::(?:\{([^}]*)\}|(\w+))").unwrap();
    let rules: BTreeMap<_, _> = RULES.iter().copied().collect();
    let mut broken = BTreeSet::new();
    for (file, text) in sources() {
        let module = file.strip_prefix("src/").unwrap().split(['/', '.']).next().unwrap().to_owned();
        if ["lib", "main"].contains(&module.as_str()) {
            continue;
        }
        let allowed = rules.get(module.as_str()).unwrap_or_else(|| panic!("{module} is not on the map"));
        for found in import.captures_iter(&code(&text)) {
            let list = found.get(1).or(found.get(2)).unwrap().as_str();
            for name in list.split(',').map(|name| name.trim().split("::").next().unwrap()) {
                if name != module && !name.is_empty() && !allowed.contains(&name) {
                    broken.insert(format!("{file} imports {name}"));
                }
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn crates_of_the_outside_are_named_in_one_place() {
    let mut broken = BTreeSet::new();
    for (file, text) in sources() {
        for (name, owners) in OWNED {
            let named = Regex::new(&format!(r"\b{name}::")).unwrap();
            let own = owners.iter().any(|owner| file.starts_with(owner));
            let text = code(&text).replace(&format!("\"{name}::"), "");
            if !own && named.is_match(&text) {
                broken.insert(format!("{file} names {name}"));
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn only_the_engine_waits() {
    let sleep = Regex::new(r"\b(sleep|sleep_until|interval)\(").unwrap();
    let waits: Vec<_> = sources()
        .into_iter()
        .filter(|(file, text)| {
            !file.starts_with("src/engine/") && !file.starts_with("src/sim/") && sleep.is_match(&code(text))
        })
        .map(|(file, _)| file)
        .collect();
    assert!(waits.is_empty(), "{waits:?}");
}

#[test]
fn files_fit_in_a_head() {
    let long: Vec<_> = sources()
        .into_iter()
        .map(|(file, text)| (file, text.lines().count()))
        .filter(|(_, lines)| *lines > 300)
        .collect();
    assert!(long.is_empty(), "{long:?}");
}

#[test]
fn every_module_says_what_it_is() {
    let silent: Vec<_> =
        sources().into_iter().filter(|(_, text)| !text.starts_with("//!")).map(|(file, _)| file).collect();
    assert!(silent.is_empty(), "{silent:?}");
}

#[test]
fn no_order_message_can_leave() {
    // The only requests the wire module can write, and no call of the API client that trades.
    let written: BTreeSet<String> = sources()
        .into_iter()
        .filter(|(file, _)| file == "src/wire/client.rs")
        .flat_map(|(_, text)| {
            let name = Regex::new(r"pub fn (\w+)").unwrap();
            name.captures_iter(&text).map(|found| found[1].to_owned()).collect::<Vec<_>>()
        })
        .collect();
    let known: BTreeSet<String> = [
        "handshake",
        "start_api",
        "request_ids",
        "request_current_time",
        "request_open_orders",
        "request_all_open_orders",
        "request_positions",
        "cancel_positions",
    ]
    .map(str::to_owned)
    .into();
    assert_eq!(written, known);
    let trading =
        Regex::new(r"\b(place_order|submit_order|cancel_order|order\(|global_cancel|exercise_options)")
            .unwrap();
    for (file, text) in sources() {
        let text = code(&text);
        if text.contains("ibapi::") {
            assert!(!trading.is_match(&text), "{file} can trade");
        }
    }
}
