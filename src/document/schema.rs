//! The JSON Schema of a kind of file, generated from its types, and what it refuses.

use jsonschema::error::ValidationErrorKind;
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use super::problem::MOST_TOLD;
use super::{Kind, Places, Problem};

/// The schema of a type. Draft 7: what editors' YAML language servers read best.
pub fn schema_of<T: JsonSchema>() -> Value {
    SchemaSettings::draft07().into_generator().into_root_schema_for::<T>().to_value()
}

/// What is wrong, without the value itself: that may be a secret; and what is valid there.
fn words(error: &jsonschema::ValidationError<'_>) -> (String, Option<String>) {
    match error.kind() {
        ValidationErrorKind::Pattern { pattern } => form_of(pattern),
        ValidationErrorKind::Type { kind } => {
            let types = format!("{kind:?}").to_lowercase();
            let known = [
                ("object", "a mapping"),
                ("array", "a list"),
                ("string", "a text"),
                ("integer", "a whole number"),
                ("number", "a number"),
                ("boolean", "true or false"),
            ];
            let named: Vec<&str> =
                known.iter().filter(|(name, _)| types.contains(name)).map(|(_, words)| *words).collect();
            let named = if named.is_empty() { "something else".to_owned() } else { named.join(" or ") };
            (format!("this value is not {named}"), Some(format!("write {named}")))
        }
        ValidationErrorKind::Minimum { limit } => {
            ("this number is too small".to_owned(), Some(format!("it is at least {limit}")))
        }
        ValidationErrorKind::Maximum { limit } => {
            ("this number is too large".to_owned(), Some(format!("it is at most {limit}")))
        }
        ValidationErrorKind::MinItems { limit } => {
            ("this list is too short".to_owned(), Some(format!("entries it has at least: {limit}")))
        }
        ValidationErrorKind::MinLength { limit } => {
            ("this text is too short".to_owned(), Some(format!("characters it has at least: {limit}")))
        }
        _ => (error.masked_with("this value").to_string(), None),
    }
}

/// What a pattern asks for, by a part that only it has.
fn form_of(pattern: &str) -> (String, Option<String>) {
    const FORMS: &[(&str, &str, &str)] = &[
        ("]+:[0-9]{1,5}$", "this value is not host:port", "such as 127.0.0.1:4002"),
        (
            "[0-9]+ms",
            "this value is not a span of time",
            "write it in h, m, s or ms, such as 36h, 90s or 500ms",
        ),
        (
            "^[A-Za-z0-9][A-Za-z0-9_-]*$",
            "this value cannot be an id",
            "use letters, digits, - and _, and begin with a letter or a digit, such as bot-image",
        ),
        ("]:[0-5][0-9]$", "this value is not a time of day", "such as 23:30"),
        (
            "^[a-z0-9][a-z0-9_-]*$",
            "this value cannot be a name",
            "use lower-case letters, digits, - and _, and begin with a letter or a digit, such as paper",
        ),
    ];
    let known = FORMS.iter().find(|(part, ..)| pattern.contains(part));
    match known {
        Some((_, message, help)) => ((*message).to_owned(), Some((*help).to_owned())),
        None => ("this value does not look as it must".to_owned(), None),
    }
}

/// Where a value is one of several mappings with one key each, the key says which: a schema that knows this looks at
/// one of them, not at all. The types have seen to it that there is exactly one key.
fn picked(schema: &mut Value) {
    match schema {
        Value::Object(object) => {
            object.values_mut().for_each(picked);
            let branches = object.get("oneOf").and_then(Value::as_array);
            let properties: Option<Map<String, Value>> =
                branches.and_then(|branches| branches.iter().map(only_property).collect());
            if let Some(properties) = properties.filter(|properties| !properties.is_empty()) {
                object.remove("oneOf");
                object.insert("type".to_owned(), json!("object"));
                object.insert("properties".to_owned(), Value::Object(properties));
                object.insert("additionalProperties".to_owned(), json!(false));
                object.insert("minProperties".to_owned(), json!(1));
                object.insert("maxProperties".to_owned(), json!(1));
            }
        }
        Value::Array(parts) => parts.iter_mut().for_each(picked),
        _ => {}
    }
}

/// The property of a mapping that has one and nothing else.
fn only_property(schema: &Value) -> Option<(String, Value)> {
    let properties = schema.get("properties")?.as_object()?;
    let (name, property) = properties.iter().next()?;
    let closed = schema.get("additionalProperties") == Some(&Value::Bool(false));
    let required = schema.get("required")?.as_array()?;
    let alone = properties.len() == 1 && required.len() == 1 && required[0] == name.as_str();
    (closed && alone).then(|| (name.clone(), property.clone()))
}

/// What the published schema refuses: parser and schema cannot disagree.
pub(super) fn refused(kind: &Kind, value: &Value, places: &Places) -> Vec<Problem> {
    let mut schema = (kind.schema)();
    picked(&mut schema);
    let Ok(validator) = jsonschema::validator_for(&schema) else { return Vec::new() };
    if validator.is_valid(value) {
        return Vec::new();
    }
    let problem = |error: jsonschema::ValidationError<'_>| {
        let pointer = error.instance_path().to_string();
        let (message, help) = words(&error);
        Problem {
            code: kind.code("wrong_value"),
            message,
            help: help.or_else(|| Some(format!("`openbell schema {}` prints what is valid", kind.name))),
            place: Some(places.find(&pointer)),
            label: "this value".to_owned(),
            also: places.also(&pointer),
            ..Problem::default()
        }
    };
    validator.iter_errors(value).take(MOST_TOLD + 1).map(problem).collect()
}
