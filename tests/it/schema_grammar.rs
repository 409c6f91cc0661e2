//! Playbooks made from the schema itself, every section and every kind of step: what it allows has a form that the parser
//! takes.

use std::collections::BTreeSet;

use openbell::playbook::{self, Inputs};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Map, Value, json};

/// Makes values that a schema allows.
struct Maker<'a> {
    schema: &'a Value,
    runner: TestRunner,
}

impl Maker<'_> {
    fn one<S: Strategy>(&mut self, strategy: S) -> S::Value {
        strategy.new_tree(&mut self.runner).unwrap().current()
    }

    fn make(&mut self, schema: &Value, depth: usize) -> Value {
        if let Some(reference) = schema["$ref"].as_str() {
            let found = self.schema.pointer(&reference[1..]).unwrap().clone();
            return self.make(&found, depth);
        }
        if let Some(examples) = schema["examples"].as_array() {
            return self.one(prop::sample::select(examples.clone()));
        }
        for word in ["oneOf", "anyOf"] {
            if let Some(ways) = schema[word].as_array() {
                // The way of a variable stands last, and none of these is set.
                let real = |way: &&Value| way["pattern"] != "\\$\\{";
                let ways: Vec<Value> = ways.iter().filter(real).cloned().collect();
                let way = self.one(prop::sample::select(ways));
                return self.make(&way, depth);
            }
        }
        if let Some(all) = schema["allOf"].as_array() {
            return self.make(&all[0], depth);
        }
        if !schema["const"].is_null() {
            return schema["const"].clone();
        }
        if let Some(values) = schema["enum"].as_array() {
            return self.one(prop::sample::select(values.clone()));
        }
        let kind = match &schema["type"] {
            Value::Array(kinds) => kinds[0].clone(),
            kind => kind.clone(),
        };
        match kind.as_str() {
            Some("object") => self.object(schema, depth),
            Some("array") => {
                let least = schema["minItems"].as_u64().unwrap_or(0);
                let count = least + self.one(0..2_u64);
                (0..count).map(|_| self.make(&schema["items"], depth + 1)).collect()
            }
            Some("integer" | "number") => {
                let (least, most) = (schema["minimum"].as_i64().unwrap_or(0), schema["maximum"].as_i64());
                json!(self.one(least.max(-3)..=most.unwrap_or(9).min(least.max(-3) + 5000)))
            }
            Some("boolean") => json!(self.one(any::<bool>())),
            Some("null") => Value::Null,
            _ => self.text(schema),
        }
    }

    fn object(&mut self, schema: &Value, depth: usize) -> Value {
        let required: BTreeSet<&str> =
            schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let mut made = Map::new();
        for (name, part) in schema["properties"].as_object().into_iter().flatten() {
            if required.contains(name.as_str()) || (depth < 6 && self.one(any::<bool>())) {
                made.insert(name.clone(), self.make(part, depth + 1));
            }
        }
        if made.is_empty() && schema["additionalProperties"].is_object() {
            made.insert("bot".to_owned(), self.make(&schema["additionalProperties"], depth + 1));
        }
        Value::Object(made)
    }

    fn text(&mut self, schema: &Value) -> Value {
        let Some(pattern) = schema["pattern"].as_str() else {
            return json!(self.one("[a-z][a-z0-9]{0,8}"));
        };
        // A span of time as people write it: the pattern allows far longer ones.
        if pattern.contains("ms)?") {
            return json!(self.one("[1-9][0-9]?(s|m|ms)"));
        }
        let made = self.one(proptest::string::string_regex(pattern.trim_matches(['^', '$'])).unwrap());
        json!(made.chars().filter(char::is_ascii_graphic).collect::<String>())
    }
}

#[test]
fn what_the_schema_allows_the_parser_reads() {
    let schema = playbook::schema();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let runner = TestRunner::new_with_rng(
        Config::default(),
        prop::test_runner::TestRng::deterministic_rng(prop::test_runner::RngAlgorithm::ChaCha),
    );
    let mut maker = Maker { schema: &schema, runner };
    let (mut allowed, mut kinds) = (0, BTreeSet::new());
    let directory = tempfile::tempdir().unwrap();
    for _ in 0..600 {
        let mut value = maker.make(&schema, 0);
        value.as_object_mut().unwrap().remove("include");
        value.as_object_mut().unwrap().remove("env_file");
        if !validator.is_valid(&value) {
            continue;
        }
        allowed += 1;
        let steps = value["steps"].as_array().into_iter().flatten();
        kinds.extend(steps.filter_map(|step| step["do"].as_object()?.keys().next().cloned()));
        let text = serde_yaml::to_string(&value).unwrap();
        let file = directory.path().join("playbook.yaml");
        let Err(problems) = playbook::load_text(&file, &text, &Inputs::default()) else { continue };
        let form = problems.iter().find(|problem| {
            ["unknown_key", "missing_key", "one_kind", "syntax", "wrong_value"]
                .iter()
                .any(|code| problem.code == format!("playbook::{code}"))
        });
        assert!(form.is_none(), "{form:?}\n{text}");
    }
    assert!(allowed > 100, "only {allowed} were valid");
    assert!(kinds.len() * 2 > openbell::steps::Action::NAMES.len(), "{kinds:?}");
}
