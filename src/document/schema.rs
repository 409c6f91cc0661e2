//! The JSON Schema of a kind of file, generated from its types, and what it refuses.

use jsonschema::error::ValidationErrorKind;
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::Value;

use super::{Kind, Places, Problem};

/// The schema of a type. Draft 7: what editors' YAML language servers read best.
pub fn schema_of<T: JsonSchema>() -> Value {
    SchemaSettings::draft07().into_generator().into_root_schema_for::<T>().to_value()
}

/// What is wrong, without the value itself: that may be a secret.
fn message(error: &jsonschema::ValidationError<'_>) -> String {
    match error.kind() {
        ValidationErrorKind::Pattern { pattern } => format!("this value does not look as it must: {pattern}"),
        _ => error.masked_with("this value").to_string(),
    }
}

/// What the published schema refuses: parser and schema cannot disagree.
pub(super) fn refused(kind: &Kind, value: &Value, places: &Places) -> Vec<Problem> {
    let Ok(validator) = jsonschema::validator_for(&(kind.schema)()) else { return Vec::new() };
    let problem = |error: jsonschema::ValidationError<'_>| {
        let pointer = error.instance_path().to_string();
        Problem {
            code: kind.code("wrong_value"),
            message: message(&error),
            help: Some(format!("`openbell schema {}` prints what is valid", kind.name)),
            place: Some(places.find(&pointer)),
            label: "this value".to_owned(),
        }
    };
    validator.iter_errors(value).map(problem).collect()
}
