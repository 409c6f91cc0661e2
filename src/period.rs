//! Durations as people write them in a playbook.

use std::borrow::Cow;
use std::time::Duration;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

/// Longer spans are slips, and would overflow the clock.
const LONGEST: Duration = Duration::from_hours(30 * 24);

/// A span of time with its unit: `500ms`, `90s`, `5m`, `1h30m`. A number without a unit is an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Period(Duration);

impl JsonSchema for Period {
    fn schema_name() -> Cow<'static, str> {
        "Period".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A span of time with its unit: `500ms`, `90s`, `5m`, `1h30m`.",
            "type": "string",
            "pattern": r"^[0-9]+(ms|s( ?[0-9]+ms)?|m( ?[0-9]+s)?( ?[0-9]+ms)?|h( ?[0-9]+m)?( ?[0-9]+s)?( ?[0-9]+ms)?)$",
        })
    }
}

impl Period {
    /// The span.
    pub const fn get(self) -> Duration {
        self.0
    }
}

impl From<Duration> for Period {
    fn from(span: Duration) -> Self {
        Self(span)
    }
}

impl TryFrom<String> for Period {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let advice = || {
            format!("`{text}` is not a span of time; write it in h, m, s or ms, such as 36h, 90s or 500ms")
        };
        // jiff also takes calendar words, signs and fractions, which would only be slips here.
        if !text.chars().all(|c| c.is_ascii_digit() || "hms ".contains(c)) {
            return Err(advice());
        }
        let span: jiff::SignedDuration = text.parse().map_err(|_| advice())?;
        let span = Duration::try_from(span).map_err(|_| advice())?;
        if span > LONGEST {
            return Err(format!("`{text}` is longer than 30 days, which no part of a start-up is"));
        }
        Ok(Self(span))
    }
}

impl std::str::FromStr for Period {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::try_from(text.to_owned())
    }
}

impl From<Period> for String {
    fn from(period: Period) -> Self {
        let span = jiff::SignedDuration::try_from(period.0).unwrap_or(jiff::SignedDuration::MAX);
        format!("{span:#}").replace(' ', "")
    }
}

impl std::fmt::Display for Period {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&String::from(*self))
    }
}
