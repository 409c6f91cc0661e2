//! The JSON Schema of the format.

use super::Playbook;
use crate::document::schema_of;

/// The schema as JSON.
pub fn schema() -> serde_json::Value {
    schema_of::<Playbook>()
}
