//! The JSON Schema of the format, generated from the types. Draft 7: what editors' YAML language servers read best.

use schemars::generate::SchemaSettings;

use super::Playbook;

/// The schema as JSON.
pub fn schema() -> serde_json::Value {
    let generator = SchemaSettings::draft07().into_generator();
    generator.into_root_schema_for::<Playbook>().to_value()
}
