//! What may be in the accounts, as written: `none`, or a list of symbols.

use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::SeqAccessDeserializer;
use serde::de::{Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What may be open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OpenOrdersText {
    /// Nothing.
    None,
}

/// The symbols that may be held, and nothing else; written `none` where there are none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PositionsText(pub Vec<String>);

impl Serialize for PositionsText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0.is_empty() { serializer.serialize_str("none") } else { self.0.serialize(serializer) }
    }
}

impl<'de> Deserialize<'de> for PositionsText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Positions)
    }
}

struct Positions;

impl<'de> Visitor<'de> for Positions {
    type Value = PositionsText;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("`none` or a list of symbols, such as [SPY, QQQ]")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<PositionsText, E> {
        if text == "none" {
            return Ok(PositionsText::default());
        }
        Err(E::custom(format!("`{text}` is neither `none` nor a list of symbols, such as [SPY, QQQ]")))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<PositionsText, A::Error> {
        Vec::deserialize(SeqAccessDeserializer::new(list)).map(PositionsText)
    }
}

impl JsonSchema for PositionsText {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "PositionsText".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "`none`, or the symbols that may be held, and nothing else.",
            "anyOf": [
                { "type": "string", "enum": ["none"] },
                { "type": "array", "items": { "type": "string", "minLength": 1 } }
            ]
        })
    }
}
