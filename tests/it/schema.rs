//! One format: types, schema and parser agree, and what is checked in is what is generated.

use std::path::PathBuf;

use openbell::playbook;

use crate::support::command::{project, run};

/// Regenerate with `just schemas`.
fn is_current(of: &str) {
    let file = project().join(format!("schemas/{of}.schema.json"));
    let printed = run(&["schema", of]);
    assert_eq!(printed.code, 0);
    assert_eq!(
        std::fs::read_to_string(file).unwrap(),
        printed.stdout,
        "schemas/{of}.schema.json is out of date: just schemas"
    );
}

#[test]
fn the_schema_of_playbooks_is_current() {
    is_current("playbook");
}

#[test]
fn the_schema_of_examinations_is_current() {
    is_current("examination");
}

#[test]
fn the_schema_of_reports_is_current() {
    is_current("report");
}

#[test]
fn the_schema_of_rollups_is_current() {
    is_current("rollup");
}

#[test]
fn the_schema_of_events_is_current() {
    is_current("event");
}

#[test]
fn the_schema_of_calendars_is_current() {
    is_current("calendar");
}

#[test]
fn the_schema_of_plans_is_current() {
    is_current("plan");
}

#[test]
fn the_schemas_of_what_report_and_status_print_are_current() {
    for of in ["runs", "comparison", "boots", "status"] {
        is_current(of);
    }
}

#[test]
fn the_schema_of_notifications_is_current() {
    is_current("notification");
}

#[test]
fn the_schema_of_probes_is_current() {
    is_current("probe");
}

fn files(directory: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(project().join(directory)).unwrap();
    let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|end| end == "yaml"));
    files.sort();
    files
}

fn schema_accepts(file: &PathBuf) -> bool {
    let text = std::fs::read_to_string(file).unwrap();
    let value: serde_json::Value = serde_yaml::from_str(&text).unwrap();
    jsonschema::validator_for(&playbook::schema()).unwrap().is_valid(&value)
}

#[test]
fn every_shipped_playbook_is_valid_for_parser_and_schema() {
    let files = files("playbooks");
    assert!(files.len() >= 2);
    for file in files {
        playbook::load(&file, &playbook::Inputs::default()).unwrap_or_else(|problems| panic!("{problems}"));
        assert!(schema_accepts(&file), "{}", file.display());
        let text = std::fs::read_to_string(&file).unwrap();
        assert!(text.starts_with("# yaml-language-server: $schema=../schemas/playbook.schema.json\n"));
    }
}

#[test]
fn what_the_schema_refuses_the_parser_refuses_too() {
    let mut refused = 0;
    for file in files("tests/it/bad") {
        let Ok(text) = std::fs::read_to_string(&file) else { continue };
        let Ok(value) = serde_yaml::from_str::<serde_json::Value>(&text) else { continue };
        let valid = jsonschema::validator_for(&playbook::schema()).unwrap().is_valid(&value);
        refused += usize::from(!valid);
        assert!(
            playbook::load(&file, &playbook::Inputs::default()).is_err(),
            "{} is meant to be bad",
            file.display()
        );
    }
    assert!(refused >= 5, "only {refused} of the bad playbooks are bad for the schema");
}

#[test]
fn every_kind_of_step_is_in_the_schema() {
    let schema = playbook::schema();
    let kinds: Vec<&str> = schema["definitions"]["Action"]["oneOf"]
        .as_array()
        .unwrap()
        .iter()
        .map(|branch| branch["properties"].as_object().unwrap().keys().next().unwrap().as_str())
        .collect();
    assert_eq!(kinds, openbell::steps::Action::NAMES);
}
