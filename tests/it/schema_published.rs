//! The schema as editors are given it: every field explained, examples that are valid, and one opinion with the parser.

use std::path::PathBuf;
use std::process::Command;

use openbell::document::Problem;
use openbell::playbook::{self, Inputs};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Value, json};

use crate::support::command::{project, run};

/// Every property of the schema with the place it stands at.
fn properties(schema: &Value) -> Vec<(String, Value, bool)> {
    fn walk(at: &str, schema: &Value, found: &mut Vec<(String, Value, bool)>) {
        let required = |name: &String| {
            schema["required"].as_array().is_some_and(|names| names.iter().any(|one| one == name))
        };
        for (name, property) in schema["properties"].as_object().into_iter().flatten() {
            found.push((format!("{at}/properties/{name}"), property.clone(), required(name)));
        }
        for word in ["definitions", "properties"] {
            for (name, part) in schema[word].as_object().into_iter().flatten() {
                walk(&format!("{at}/{word}/{name}"), part, found);
            }
        }
        for word in ["oneOf", "anyOf", "allOf"] {
            for (place, part) in schema[word].as_array().into_iter().flatten().enumerate() {
                walk(&format!("{at}/{word}/{place}"), part, found);
            }
        }
    }
    let mut found = Vec::new();
    walk("", schema, &mut found);
    found
}

#[test]
fn every_property_is_described_and_says_its_default() {
    let schema = playbook::schema();
    let all = properties(&schema);
    assert!(all.len() > 80, "{}", all.len());
    for (at, property, required) in all {
        // A kind of step, or a rung, is chosen, not defaulted; its description stands at the choice.
        if at.contains("/Action/oneOf/") || at.contains("/RungFormat/oneOf/") {
            continue;
        }
        let description = property["description"].as_str().unwrap_or_default();
        assert!(description.len() > 8, "{at} is not described: {property}");
        let default = property.get("default").is_some() || description.contains("Default");
        assert!(required || default, "{at} says neither a default nor that it is required: {description}");
    }
}

#[test]
fn every_example_is_valid_where_it_stands() {
    let schema = playbook::schema();
    let mut count = 0;
    for (at, property, _) in properties(&schema) {
        for example in property["examples"].as_array().into_iter().flatten() {
            let mut here = property.clone();
            here["definitions"] = schema["definitions"].clone();
            let valid = jsonschema::validator_for(&here).unwrap().is_valid(example);
            assert!(valid, "{at}: {example}");
            count += 1;
        }
    }
    // A place that no longer exists would lose its examples in silence.
    assert!(count >= 37, "only {count} examples are shown");
}

#[test]
fn it_has_a_name_and_a_home_and_is_there_under_the_name_for_the_store() {
    let schema = playbook::schema();
    assert_eq!(schema["$schema"], "http://json-schema.org/draft-07/schema#");
    assert_eq!(schema["title"], "openbell playbook");
    let id = schema["$id"].as_str().unwrap();
    let stored = std::fs::read_to_string(project().join("schemas/openbell-playbook.schema.json")).unwrap();
    assert_eq!(stored, run(&["schema", "playbook"]).stdout, "out of date: just schemas");
    let catalog = std::fs::read_to_string(project().join("schemas/catalog.json")).unwrap();
    let catalog: Value = serde_json::from_str(&catalog).unwrap();
    assert_eq!(catalog["url"], id);
    assert!(catalog["fileMatch"].as_array().unwrap().iter().any(|name| name == "*.openbell.yaml"));
}

const GOOD: &str = include_str!("../../playbooks/paper.yaml");

fn good() -> Value {
    serde_yaml::from_str(GOOD).unwrap()
}

fn accepts(value: &Value) -> bool {
    static VALIDATOR: std::sync::LazyLock<jsonschema::Validator> =
        std::sync::LazyLock::new(|| jsonschema::validator_for(&playbook::schema()).unwrap());
    VALIDATOR.is_valid(value)
}

#[test]
fn a_variable_may_stand_for_every_value_but_where_it_would_be_text() {
    for (at, value, fine) in [
        ("/connection/address", json!("${HOST:-127.0.0.1}:4002"), true),
        ("/connection/client_id/0", json!("${BOT_ID}"), true),
        ("/connection/timeout", json!("${TIMEOUT}"), true),
        ("/within", json!("soon"), false),
        ("/version", json!("${VERSION}"), false),
    ] {
        let mut playbook = good();
        *playbook.pointer_mut(at).unwrap() = value.clone();
        assert_eq!(accepts(&playbook), fine, "{at}: {value}");
    }
}

/// Codes of problems with what a playbook means: a schema knows nothing of that.
fn of_form(problem: &Problem) -> bool {
    const FORM: &[&str] =
        &["unknown_key", "missing_key", "wrong_value", "one_kind", "syntax", "duplicate_key"];
    let long = problem.message.contains("longer than 30 days");
    !long && FORM.iter().any(|code| problem.code == format!("playbook::{code}"))
}

/// What the parser has against a playbook: against its form, which the schema must see too, or anything at all.
fn parsed(value: &Value) -> (Option<String>, bool) {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("playbook.yaml");
    std::fs::write(&file, serde_yaml::to_string(value).unwrap()).unwrap();
    match playbook::load(&file, &Inputs::default()) {
        Ok(_) => (None, false),
        Err(problems) => {
            let form = problems.iter().find(|problem| of_form(problem));
            (form.map(|problem| format!("{}: {}", problem.code, problem.message)), true)
        }
    }
}

/// Every place of a value.
fn places(value: &Value) -> Vec<String> {
    fn walk(at: &str, value: &Value, found: &mut Vec<String>) {
        found.push(at.to_owned());
        match value {
            Value::Object(map) => map.iter().for_each(|(key, value)| {
                walk(&format!("{at}/{}", openbell::document::escaped(key)), value, found);
            }),
            Value::Array(list) => list.iter().enumerate().for_each(|(place, value)| {
                walk(&format!("{at}/{place}"), value, found);
            }),
            _ => {}
        }
    }
    let mut found = Vec::new();
    walk("", value, &mut found);
    found.remove(0);
    found
}

fn mutated(mut value: Value, place: Index, kind: usize, with: &Value) -> Value {
    let places = places(&value);
    let at = place.get(&places);
    let (parent, name) = at.rsplit_once('/').unwrap();
    let name = name.replace("~1", "/").replace("~0", "~");
    match (kind, value.pointer_mut(parent).unwrap()) {
        (0, Value::Object(map)) => drop(map.remove(&name)),
        (1, Value::Object(map)) => drop(map.insert(format!("{name}x"), with.clone())),
        (_, Value::Object(map)) => drop(map.insert(name, with.clone())),
        (_, Value::Array(list)) => list[name.parse::<usize>().unwrap()] = with.clone(),
        _ => {}
    }
    value
}

fn other_value() -> impl Strategy<Value = Value> {
    let odd = vec![
        json!(null),
        json!(true),
        json!(0),
        json!(-1),
        json!(1),
        json!(1.5),
        json!(65_536),
        json!(4_294_967_296_i64),
        json!(""),
        json!("paper"),
        json!("live"),
        json!("5m"),
        json!("5"),
        json!("1h30m"),
        json!(" 5m"),
        json!("ms"),
        json!("127.0.0.1:4002"),
        json!("127.0.0.1:4002:4004"),
        json!("256.0.0.1:1:1"),
        json!("0:1"),
        json!("99999:1"),
        json!("localhost:4002:4002"),
        json!("[::1]:4002:4004"),
        json!("./a:/b"),
        json!("a:b"),
        json!("DU*"),
        json!("du1"),
        json!("DUQ*1"),
        json!("always"),
        json!("Always"),
        json!([]),
        json!([1]),
        json!(["a"]),
        json!({}),
        json!({"a": 1}),
        json!({"file": "x"}),
        json!({"engine": {}}),
        json!([{"id": "a", "do": {"engine": {}}}]),
    ];
    prop_oneof![4 => select(odd), 1 => "[a-zA-Z0-9:./*-]{0,12}".prop_map(Value::from), 1 => any::<i64>().prop_map(Value::from)]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn schema_and_parser_agree_on_what_playbooks_are_turned_into(
        changes in prop::collection::vec((any::<Index>(), 0_usize..4, other_value()), 1..3),
    ) {
        let mut value = good();
        for (place, kind, with) in &changes {
            if value.as_object().is_some_and(|map| !map.is_empty()) {
                value = mutated(value, *place, *kind, with);
            }
        }
        let (form, refused) = parsed(&value);
        if accepts(&value) {
            prop_assert_eq!(form, None, "{:?}", changes);
        } else {
            prop_assert!(refused, "only the schema refuses {:?}", changes);
        }
    }
}

fn files(directory: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(project().join(directory)).unwrap();
    let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|end| end == "yaml"));
    files.sort();
    files
}

/// `check-jsonschema` from the Python package index: nobody here wrote it.
fn independent(files: &[&PathBuf]) -> Value {
    let script = project().join("tests/parts/check-jsonschema.sh");
    let ran = Command::new("bash").arg(script).output().unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    let folder = String::from_utf8(ran.stdout).unwrap();
    let ran = Command::new(std::env::var("PYTHON").unwrap_or_else(|_| "python3".into()))
        .args(["-m", "check_jsonschema", "-o", "JSON", "--color", "never", "--schemafile"])
        .arg(project().join("schemas/playbook.schema.json"))
        .args(files)
        .env("PYTHONPATH", folder.trim())
        .output()
        .unwrap();
    serde_json::from_slice(&ran.stdout).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&ran.stderr)))
}

#[test]
fn an_independent_validator_agrees_on_every_good_and_every_bad_playbook() {
    let good = files("playbooks");
    assert_eq!(independent(&good.iter().collect::<Vec<_>>())["status"], "ok");
    // What is no YAML, or twice in one mapping, is nothing for a schema.
    let bad = files("tests/it/bad");
    let read = |file: &&PathBuf| {
        let text = std::fs::read_to_string(file).ok()?;
        serde_json::to_value(serde_yaml::from_str::<serde_yaml::Value>(&text).ok()?).ok()
    };
    let bad: Vec<&PathBuf> = bad.iter().filter(|file| read(file).is_some()).collect();
    assert!(bad.len() > 30, "{}", bad.len());
    let said = independent(&bad);
    let failed: Vec<&str> = ["errors", "parse_errors"]
        .iter()
        .flat_map(|word| said[*word].as_array().into_iter().flatten())
        .filter_map(|error| error["filename"].as_str())
        .collect();
    for file in &bad {
        let theirs =
            failed.iter().any(|name| file.ends_with(name) || name.ends_with(&*file.to_string_lossy()));
        let ours = !accepts(&read(file).unwrap());
        assert_eq!(theirs, ours, "{}: {said:#}", file.display());
        // What the schema refuses is refused, if in better words; what it takes has no problem of form.
        let refused = playbook::load(file, &Inputs::default()).err();
        let form = refused.as_ref().is_some_and(|problems| problems.iter().any(of_form));
        // A schema does not look into the files that one includes.
        let includes = read(file).unwrap().get("include").is_some();
        let agree = if theirs { refused.is_some() } else { !form || includes };
        assert!(agree, "{}: schema {theirs}, parser {form}", file.display());
    }
    assert!(failed.len() >= 5);
}
