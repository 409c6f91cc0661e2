//! The JSON Schema of the format: as editors are given it, and as a text is held to it.
//!
//! Owns what the types alone do not say: examples, defaults of what may be left out, bounds of numbers, and that a
//! variable may stand for any value. The rest comes from the types.

use schemars::Schema;
use schemars::transform::{Transform, transform_subschemas};
use serde_json::{Map, Value, json};

use super::Playbook;
use super::examples::EXAMPLES;
use crate::document::schema_of;

/// Where the published schema is at home, in the form that the public store of schemas asks for.
const ID: &str = "https://json.schemastore.org/openbell-playbook.json";

/// What a value with a variable in it looks like.
const VARIABLE: &str = r"\$\{";

/// Places whose texts are never searched for variables.
const LITERAL: &[&str] = &["/properties/version", "/definitions/VariantFormat/properties/id"];

/// The published schema, for editors: a text with `${` in it may stand for every value.
pub fn schema() -> Value {
    let mut schema = strict();
    let kept: Vec<_> = LITERAL.iter().filter_map(|at| Some((at, schema.pointer(at)?.clone()))).collect();
    let version = schema.pointer("/definitions/Version").cloned();
    with_variables(&mut schema);
    for (at, literal) in kept {
        replace(&mut schema, at, literal);
    }
    if let Some(version) = version {
        replace(&mut schema, "/definitions/Version", version);
    }
    for (at, examples) in EXAMPLES {
        let examples = examples.iter().filter_map(|example| serde_json::from_str::<Value>(example).ok());
        if let Some(Value::Object(property)) = schema.pointer_mut(at) {
            property.insert("examples".to_owned(), examples.collect());
        }
    }
    titled(schema)
}

/// The schema of a playbook whose variables have their values: what the text of one is held to.
pub(super) fn strict() -> Value {
    let mut schema = schema_of::<Playbook>();
    if let Ok(schema) = <&mut Schema>::try_from(&mut schema) {
        Bounds.transform(schema);
    }
    with_defaults(&mut schema);
    schema
}

fn replace(schema: &mut Value, at: &str, with: Value) {
    if let Some(there) = schema.pointer_mut(at) {
        *there = with;
    }
}

/// Name and home stand first.
fn titled(schema: Value) -> Value {
    let mut head = Map::new();
    head.insert("$schema".to_owned(), json!("http://json-schema.org/draft-07/schema#"));
    head.insert("$id".to_owned(), json!(ID));
    head.insert("title".to_owned(), json!("openbell playbook"));
    if let Value::Object(rest) = schema {
        for (name, value) in rest {
            head.entry(name).or_insert(value);
        }
    }
    Value::Object(head)
}

/// Numbers end where their types do: most validators know nothing of `format: int32`.
struct Bounds;

impl Transform for Bounds {
    fn transform(&mut self, schema: &mut Schema) {
        let ends = match schema.get("format").and_then(Value::as_str) {
            Some("int32") => Some((i64::from(i32::MIN), i64::from(i32::MAX))),
            Some("uint16") => Some((0, i64::from(u16::MAX))),
            Some("uint32") => Some((0, i64::from(u32::MAX))),
            Some("int64") => Some((i64::MIN, i64::MAX)),
            _ => None,
        };
        if let (Some((least, most)), Some(schema)) = (ends, schema.as_object_mut()) {
            schema.entry("minimum").or_insert(least.into());
            schema.entry("maximum").or_insert(most.into());
        }
        transform_subschemas(self, schema);
    }
}

/// A list or a mapping that may be left out is empty then.
fn with_defaults(schema: &mut Value) {
    let definitions = schema.get_mut("definitions").and_then(Value::as_object_mut);
    let definitions = definitions.into_iter().flat_map(Map::values_mut);
    definitions.for_each(defaults_of);
    defaults_of(schema);
}

fn defaults_of(object: &mut Value) {
    let required: Vec<String> = object["required"]
        .as_array()
        .map(|names| names.iter().filter_map(|name| name.as_str().map(str::to_owned)).collect())
        .unwrap_or_default();
    let Some(Value::Object(properties)) = object.get_mut("properties") else { return };
    for (name, property) in properties {
        let empty = match property["type"].as_str() {
            Some("array") => json!([]),
            Some("object") => json!({}),
            _ => continue,
        };
        if let (false, Some(property)) = (required.contains(name), property.as_object_mut()) {
            property.entry("default").or_insert(empty);
        }
    }
}

/// Lets a text with a variable stand for every scalar, in the whole schema.
fn with_variables(schema: &mut Value) {
    match schema {
        Value::Object(object) if is_scalar(object) => accept_variable(object),
        Value::Object(object) => {
            for name in ["properties", "definitions"] {
                if let Some(Value::Object(parts)) = object.get_mut(name) {
                    parts.values_mut().for_each(with_variables);
                }
            }
            for name in ["items", "additionalProperties", "anyOf", "oneOf", "allOf"] {
                if let Some(part) = object.get_mut(name) {
                    with_variables(part);
                }
            }
        }
        Value::Array(parts) => parts.iter_mut().for_each(with_variables),
        _ => {}
    }
}

/// Whether only a text, a number or a truth value can stand there.
fn is_scalar(schema: &Map<String, Value>) -> bool {
    let scalar =
        |name: &Value| matches!(name.as_str(), Some("string" | "integer" | "number" | "boolean" | "null"));
    let none = |name: &Value| name.as_str() == Some("null");
    let all = |parts: &Vec<Value>| parts.iter().all(|part| part.as_object().is_some_and(is_scalar));
    match (schema.get("type"), schema.get("oneOf").or(schema.get("anyOf"))) {
        (Some(Value::Array(types)), _) => types.iter().all(scalar),
        (Some(one), _) => scalar(one) && !none(one),
        (None, Some(Value::Array(parts))) => all(parts),
        _ => schema.contains_key("const") || schema.contains_key("enum"),
    }
}

/// What is said about a value stays where it is; what it has to be becomes one of two ways.
fn accept_variable(schema: &mut Map<String, Value>) {
    const ABOUT: &[&str] = &["description", "title", "default", "examples"];
    let (about, form): (Map<_, _>, Map<_, _>) =
        std::mem::take(schema).into_iter().partition(|(name, _)| ABOUT.contains(&name.as_str()));
    *schema = about;
    let any_text = form.len() == 1 && form.get("type").and_then(Value::as_str) == Some("string");
    if any_text {
        schema.extend(form);
    } else {
        schema.insert("anyOf".to_owned(), json!([form, { "type": "string", "pattern": VARIABLE }]));
    }
}
