//! How long the journal of a playbook is kept, as written.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

/// What is kept of the journal that runs and supervision write.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct JournalFormat {
    /// What is older goes, a month's file at a time. From 1d to 3650d. Default: 90d.
    #[serde(default)]
    pub keep: Days,
    /// The oldest goes while all takes more. From 1MB to 10GB. Default: 32MB.
    #[serde(default)]
    pub at_most: Size,
}

/// A span of whole days: `90d`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Days(u32);

impl Days {
    /// The span.
    pub const fn get(self) -> Duration {
        Duration::from_hours(self.0 as u64 * 24)
    }
}

impl Default for Days {
    fn default() -> Self {
        Self(90)
    }
}

impl fmt::Display for Days {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}d", self.0)
    }
}

impl From<Days> for String {
    fn from(days: Days) -> Self {
        days.to_string()
    }
}

impl TryFrom<String> for Days {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let number = text.strip_suffix('d').and_then(|number| short(number, 4));
        number.map(Self).ok_or_else(|| format!("`{text}` is not a number of days, such as 90d"))
    }
}

impl JsonSchema for Days {
    fn schema_name() -> Cow<'static, str> {
        "Days".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A span of whole days: `90d`.",
            "type": "string",
            "pattern": r"^[0-9]{1,4}d$",
        })
    }
}

/// An amount of data: `32MB`. 1 MB is 1024 kB, 1 GB is 1024 MB.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Size {
    number: u32,
    unit: Unit,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unit {
    Kilo,
    Mega,
    Giga,
}

impl Unit {
    const ALL: [(Self, &'static str, u64); 3] =
        [(Self::Kilo, "kB", 1 << 10), (Self::Mega, "MB", 1 << 20), (Self::Giga, "GB", 1 << 30)];

    fn words(self) -> (&'static str, u64) {
        let known = Self::ALL.into_iter().find(|(unit, ..)| *unit == self);
        known.map_or(("MB", 1 << 20), |(_, name, bytes)| (name, bytes))
    }
}

impl Size {
    /// In bytes.
    pub fn bytes(self) -> u64 {
        u64::from(self.number) * self.unit.words().1
    }
}

impl Default for Size {
    fn default() -> Self {
        Self { number: 32, unit: Unit::Mega }
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.number, self.unit.words().0)
    }
}

impl From<Size> for String {
    fn from(size: Size) -> Self {
        size.to_string()
    }
}

impl TryFrom<String> for Size {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let sizes = Unit::ALL.into_iter().find_map(|(unit, name, _)| {
            let number = short(text.strip_suffix(name)?, 7)?;
            Some(Self { number, unit })
        });
        sizes.ok_or_else(|| {
            format!("`{text}` is not an amount of data; write it in kB, MB or GB, such as 32MB")
        })
    }
}

impl JsonSchema for Size {
    fn schema_name() -> Cow<'static, str> {
        "Size".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "An amount of data with its unit: `500kB`, `32MB`, `1GB`.",
            "type": "string",
            "pattern": r"^[0-9]{1,7}(kB|MB|GB)$",
        })
    }
}

/// A number of no more than so many digits.
fn short(text: &str, digits: usize) -> Option<u32> {
    let plain = text.len() <= digits && text.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten()
}
