//! Which connections, counted from the first: `1`, `1..3`, `4..`.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Error, Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A stretch of the connections of a gateway, counted from 1; both ends belong to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ordinals {
    first: u64,
    last: u64,
}

/// How they are written.
const FORMS: &str = "`1`, `1..3` or `4..`, counted from 1";

impl Ordinals {
    /// Whether the connection with that number belongs to it.
    pub fn contains(self, number: u64) -> bool {
        (self.first..=self.last).contains(&number)
    }

    fn parse(text: &str) -> Option<Self> {
        let (first, last) = match text.split_once("..") {
            None => (text.parse().ok()?, text.parse().ok()?),
            Some((first, "")) => (first.parse().ok()?, u64::MAX),
            Some((first, last)) => (first.parse().ok()?, last.parse().ok()?),
        };
        (first >= 1 && first <= last).then_some(Self { first, last })
    }
}

impl<'de> Deserialize<'de> for Ordinals {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read;
        impl Visitor<'_> for Read {
            type Value = Ordinals;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(FORMS)
            }

            fn visit_u64<E: Error>(self, number: u64) -> Result<Ordinals, E> {
                let wrong = || E::invalid_value(Unexpected::Unsigned(number), &self);
                Ordinals::parse(&number.to_string()).ok_or_else(wrong)
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Ordinals, E> {
                Ordinals::parse(text).ok_or_else(|| E::invalid_value(Unexpected::Str(text), &self))
            }
        }
        deserializer.deserialize_any(Read)
    }
}

impl Serialize for Ordinals {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { first, last } = self;
        if first == last {
            serializer.serialize_u64(*first)
        } else if *last == u64::MAX {
            serializer.collect_str(&format_args!("{first}.."))
        } else {
            serializer.collect_str(&format_args!("{first}..{last}"))
        }
    }
}

impl JsonSchema for Ordinals {
    fn schema_name() -> Cow<'static, str> {
        "Ordinals".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A stretch of the connections of a gateway, counted from 1; both ends belong to it.",
            "anyOf": [
                { "type": "integer", "minimum": 1 },
                { "type": "string", "pattern": r"^[1-9][0-9]*(\.\.([1-9][0-9]*)?)?$" },
            ],
        })
    }
}
