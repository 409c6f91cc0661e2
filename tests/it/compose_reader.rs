//! Our reader of compose files against Compose's own `config`: the same files, the same surroundings, the same project.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;
use std::time::Duration;

use openbell::compose::{self, Environment, Project, Service, Test};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::support::command::project;

/// What both see of the process's environment.
const VARIABLES: &[(&str, &str)] =
    &[("HOME", "/home/someone"), ("FROM_PROCESS", "process value"), ("EMPTY", ""), ("BOTH", "process")];

fn variable(name: &str) -> Option<String> {
    VARIABLES.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
}

fn surroundings() -> Environment {
    Environment { variable, profiles: vec!["*".to_owned()] }
}

fn directories(of: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(project().join("tests/it").join(of)).unwrap();
    let mut found: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    found.sort();
    found
}

/// The folder of the Compose that the tests use.
fn folder() -> &'static str {
    static FOLDER: OnceLock<String> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let output = Command::new("bash").arg(project().join("tests/parts/compose.sh")).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    })
}

fn config(directory: &Path) -> Output {
    Command::new(Path::new(folder()).join("cli-plugins/docker-compose"))
        .args(["--profile", "*", "config", "--format", "json"])
        .current_dir(directory)
        .env_clear()
        .envs(VARIABLES.iter().copied())
        .env("PATH", std::env::var("PATH").unwrap())
        .env("DOCKER_CONFIG", folder())
        .output()
        .unwrap()
}

/// A span of time as Go prints it, in nanoseconds.
fn nanoseconds(text: &str) -> u128 {
    let mut rest = text;
    let mut total = 0.0;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| c.is_alphabetic()).unwrap();
        let end = rest[digits..].find(|c: char| !c.is_alphabetic()).map_or(rest.len(), |at| digits + at);
        let unit = match &rest[digits..end] {
            "h" => 3600e9,
            "m" => 60e9,
            "s" => 1e9,
            "ms" => 1e6,
            other => panic!("{other}"),
        };
        total += rest[..digits].parse::<f64>().unwrap() * unit;
        rest = &rest[end..];
    }
    Duration::from_secs_f64(total / 1e9).as_nanos()
}

fn time(value: &Value) -> Value {
    value.as_str().map_or(Value::Null, |text| json!(nanoseconds(text).to_string()))
}

fn span(span: Option<Duration>) -> Value {
    span.map_or(Value::Null, |span| json!(span.as_nanos().to_string()))
}

/// What Compose says of a service, in the form that is compared.
fn theirs(service: &Value) -> Value {
    let list = |key: &str| service[key].as_array().cloned().unwrap_or_default();
    let ports: Vec<_> = list("ports")
        .iter()
        .map(|port| json!([port["host_ip"], port["published"], port["target"], port["protocol"]]))
        .collect();
    let volumes: Vec<_> = list("volumes")
        .iter()
        .map(|mount| {
            let read_only = mount["read_only"].as_bool().unwrap_or(false);
            json!([mount["type"], mount["source"], mount["target"], read_only])
        })
        .collect();
    let check = &service["healthcheck"];
    let off = check["disable"] == true || check["test"][0] == "NONE";
    let health = if check.is_null() {
        Value::Null
    } else {
        let test = if off { json!(["NONE"]) } else { check["test"].clone() };
        let times = ["interval", "timeout", "start_period"].map(|key| time(&check[key]));
        json!([test, times, check["retries"]])
    };
    let depends: BTreeMap<_, _> = service["depends_on"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, on)| (name.clone(), json!([on["condition"], on["required"]])))
        .collect();
    let networks: BTreeMap<_, _> = service["networks"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, join)| (name.clone(), join["aliases"].as_array().cloned().unwrap_or_default()))
        .collect();
    // The usual place is told as such, or not at all.
    let grants = |key: &str| -> Vec<_> {
        let usual = |grant: &Value| {
            let source = grant["source"].as_str().unwrap();
            [format!("/run/secrets/{source}"), format!("/{source}")]
                .contains(&grant["target"].to_string().replace('"', ""))
        };
        let one = |grant: &Value| {
            json!([grant["source"], if usual(grant) { &Value::Null } else { &grant["target"] }])
        };
        list(key).iter().map(one).collect()
    };
    let build = &service["build"];
    json!({
        "image": service["image"], "container_name": service["container_name"], "user": service["user"],
        "command": service["command"], "entrypoint": service["entrypoint"],
        "restart": service["restart"], "network_mode": service["network_mode"],
        "environment": service["environment"].as_object().cloned().unwrap_or_default(),
        "labels": service["labels"].as_object().cloned().unwrap_or_default(),
        "ports": ports, "volumes": volumes, "healthcheck": health, "depends_on": depends, "networks": networks,
        "profiles": list("profiles"), "secrets": grants("secrets"), "configs": grants("configs"),
        "stop_grace_period": time(&service["stop_grace_period"]),
        "build": if build.is_null() { Value::Null } else {
            json!([build["context"], build["target"], build["args"].as_object().cloned().unwrap_or_default()])
        },
    })
}

/// What our reader says of it.
fn ours(service: &Service) -> Value {
    let text = |value: &Option<compose::At<String>>| value.as_ref().map(|at| at.value.clone());
    let words = |value: &Option<compose::At<Vec<String>>>| value.as_ref().map(|at| at.value.clone());
    let ports: Vec<_> = service
        .ports
        .iter()
        .map(|port| json!([port.host_ip, port.published, port.target, port.protocol]))
        .collect();
    let volumes: Vec<_> = service
        .volumes
        .iter()
        .map(|mount| json!([mount.kind, mount.source, mount.target, mount.read_only]))
        .collect();
    let health = service.healthcheck.as_ref().map(|check| {
        let run = check.test.as_ref().map(|test| match test {
            Test::Disabled => vec!["NONE".to_owned()],
            Test::Shell(line) => vec!["CMD-SHELL".to_owned(), line.clone()],
            Test::Command(words) => ["CMD".to_owned()].iter().chain(words).cloned().collect(),
        });
        json!([run, [span(check.interval), span(check.timeout), span(check.start_period)], check.retries])
    });
    let map = |pairs: Vec<(String, Value)>| pairs.into_iter().collect::<Map<String, Value>>();
    let environment = service.environment.iter().map(|v| (v.name.clone(), json!(v.value))).collect();
    let labels = service.labels.iter().map(|(name, value)| (name.clone(), json!(value.value))).collect();
    let depends: BTreeMap<_, _> =
        service.depends_on.iter().map(|on| (&on.service, json!([on.condition, on.required]))).collect();
    let networks: BTreeMap<_, _> = service.networks.iter().map(|join| (&join.key, &join.aliases)).collect();
    let grants = |grants: &[compose::Grant]| -> Vec<_> {
        grants.iter().map(|g| json!([g.source, g.target])).collect()
    };
    json!({
        "image": text(&service.image), "container_name": text(&service.container_name), "user": text(&service.user),
        "command": words(&service.command), "entrypoint": words(&service.entrypoint),
        "restart": text(&service.restart), "network_mode": text(&service.network_mode),
        "environment": map(environment), "labels": map(labels),
        "ports": ports, "volumes": volumes, "healthcheck": health, "depends_on": depends, "networks": networks,
        "profiles": service.profiles.iter().map(|at| &at.value).collect::<Vec<_>>(),
        "secrets": grants(&service.secrets), "configs": grants(&service.configs),
        "stop_grace_period": span(service.stop_grace_period.as_ref().map(|at| at.value)),
        "build": service.build.as_ref().map(|build| {
            let args = build.args.iter().filter(|(_, value)| value.is_some());
            json!([build.context, text(&build.target), map(args.map(|(n, v)| (n.clone(), json!(v))).collect())])
        }),
    })
}

/// Where the two differ, a line each.
fn differences(name: &str, project: &Project, theirs_all: &Value) -> Vec<String> {
    let mut found = Vec::new();
    if theirs_all["name"] != project.name {
        found.push(format!("{name}: name: {} / {}", theirs_all["name"], project.name));
    }
    let services = theirs_all["services"].as_object().cloned().unwrap_or_default();
    let names: Vec<_> = project.services.iter().map(|service| service.name.as_str()).collect();
    let mut sorted = names.clone();
    sorted.sort_unstable();
    let mut known: Vec<_> = services.keys().map(String::as_str).collect();
    known.sort_unstable();
    if sorted != known {
        found.push(format!("{name}: services: {known:?} / {names:?}"));
    }
    for service in &project.services {
        let (theirs, ours) = (theirs(&services[&service.name]), ours(service));
        for (key, value) in theirs.as_object().unwrap() {
            if *value != ours[key] {
                found.push(format!(
                    "{name}: {}.{key}:\n  Compose {value}\n  ours    {}",
                    service.name, ours[key]
                ));
            }
        }
    }
    found
}

#[test]
fn the_reader_reads_what_compose_reads() {
    let corpus = directories("compose");
    assert!(corpus.len() >= 30, "{}", corpus.len());
    let mut wrong = Vec::new();
    for directory in corpus {
        let name = directory.file_name().unwrap().to_string_lossy().into_owned();
        let output = config(&directory);
        assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
        // `config` doubles every dollar, so that what it prints can be read again.
        let text = String::from_utf8(output.stdout).unwrap().replace("$$", "$");
        match compose::read(&directory.join("compose.yaml"), &surroundings()) {
            Ok(project) => wrong.extend(differences(&name, &project, &serde_json::from_str(&text).unwrap())),
            Err(problems) => wrong.push(format!("{name}: {problems:?}")),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_compose_refuses_is_refused_with_its_place() {
    let mut told = String::new();
    for directory in directories("compose_refused") {
        let name = directory.file_name().unwrap().to_string_lossy().into_owned();
        assert!(!config(&directory).status.success(), "{name}");
        let problems = compose::read(&directory.join("compose.yaml"), &surroundings()).unwrap_err();
        let lines = format!("{problems:?}");
        assert!(lines.contains("compose::"), "{name}: {lines}");
        let mut text = String::new();
        let handler = miette::GraphicalReportHandler::new_themed(miette::GraphicalTheme::unicode_nocolor());
        handler.with_wrap_lines(false).with_links(false).render_report(&mut text, &problems).unwrap();
        let here = project().join("tests/it/compose_refused").display().to_string();
        writeln!(told, "== {name}\n{}", text.replace(&here, "@").replace("was\n  │ started", "was started"))
            .unwrap();
    }
    insta::assert_snapshot!("compose_refused", told);
}

#[test]
fn values_know_where_they_stand() {
    let directory = project().join("tests/it/compose/gateway-settings");
    let read = compose::read(&directory.join("compose.yaml"), &surroundings()).unwrap();
    let service = read.service("tws").unwrap();
    let place = |name: &str| read.position(&service.variable(name).unwrap().place).to_string();
    assert!(place("USERNAME").ends_with("gateway.env:1:1"), "{}", place("USERNAME"));
    assert!(place("IBC_TradingMode").ends_with("compose.yaml:18:9"), "{}", place("IBC_TradingMode"));
    assert_eq!(service.env("IBC_TradingMode"), Some("paper"));
    assert!(!service.env_file[1].present);
    let unused: Vec<_> = service.unused.iter().map(|unused| unused.key.as_str()).collect();
    assert_eq!(unused, ["ulimits"]);
    let unset =
        compose::read(&project().join("tests/it/compose/interpolation/compose.yaml"), &surroundings());
    let unset = unset.unwrap();
    assert_eq!(unset.unset.iter().map(|u| u.name.as_str()).collect::<Vec<_>>(), ["UNSET"]);
}

#[test]
fn a_file_that_blows_itself_up_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..12 {
        let below = vec![format!("*a{}", level - 1); 10].join(", ");
        writeln!(text, "a{level}: &a{level} [{below}]").unwrap();
    }
    let file = directory.path().join("compose.yaml");
    std::fs::write(&file, text).unwrap();
    let problems = compose::read(&file, &surroundings()).unwrap_err();
    assert!(format!("{problems:?}").contains("blow the text up"), "{problems:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    /// No text makes the reader panic: pieces of the corpus cut and joined, with wild characters between.
    #[test]
    fn no_text_makes_the_reader_panic(which in 0_usize..30, from in 0_usize..3000, to in 0_usize..3000, wild in ".{0,12}") {
        let corpus = directories("compose");
        let text = std::fs::read_to_string(corpus[which].join("compose.yaml")).unwrap();
        let cut = |at: usize| {
            let mut at = at.min(text.len());
            while !text.is_char_boundary(at) { at -= 1; }
            at
        };
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("compose.yaml");
        std::fs::write(&file, format!("{}{wild}{}", &text[..cut(from)], &text[cut(to)..])).unwrap();
        let _ = compose::read(&file, &surroundings());
        std::fs::write(directory.path().join(".env"), &wild).unwrap();
        let _ = compose::read(&file, &surroundings());
    }
}
