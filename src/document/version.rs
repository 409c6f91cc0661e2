//! The version that every file begins with.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

/// Version of a file's format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct Version(u32);

impl JsonSchema for Version {
    fn schema_name() -> Cow<'static, str> {
        "Version".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "description": "Version of a file's format.", "type": "integer", "const": 1 })
    }
}

impl Version {
    /// The only one so far.
    pub const ONE: Self = Self(1);
}

impl TryFrom<u32> for Version {
    type Error = String;

    fn try_from(version: u32) -> Result<Self, String> {
        if version == 1 {
            Ok(Self(version))
        } else {
            let way =
                if version > 1 { "update openbell" } else { "there was none before it; write `version: 1`" };
            Err(format!("this openbell reads version 1, not {version}: {way}"))
        }
    }
}

impl From<Version> for u32 {
    fn from(version: Version) -> Self {
        version.0
    }
}
