//! Values as people read them, the same on the terminal and in Markdown.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value;

use crate::event::Verdict;

/// A content digest; its first twelve digits identify it well enough for a person.
static DIGEST: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\b(sha256:[0-9a-f]{12})[0-9a-f]{52}\b").expect("a constant pattern is valid")
});

/// Milliseconds with a unit that fits.
pub(super) fn span(milliseconds: f64) -> String {
    match milliseconds {
        short if short < 1000.0 => format!("{short:.0} ms"),
        medium if medium < 120_000.0 => format!("{:.1} s", medium / 1000.0),
        long => format!("{:.1} min", long / 60_000.0),
    }
}

/// Whole milliseconds with a unit that fits.
pub(super) fn limit(milliseconds: u64) -> String {
    span(std::time::Duration::from_millis(milliseconds).as_secs_f64() * 1000.0)
}

/// A fact's value in one line, digests shortened.
pub(super) fn fact(value: &Value) -> String {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(fact).collect::<Vec<_>>().join(", "),
        Value::Object(map) => {
            map.iter().map(|(name, value)| format!("{name} {}", fact(value))).collect::<Vec<_>>().join(", ")
        }
        other => other.to_string(),
    };
    DIGEST.replace_all(&text, "$1").into_owned()
}

/// A verdict, loud.
pub(super) fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Green => "GREEN",
        Verdict::Failed => "FAILED",
        Verdict::Safety => "NOT SAFE",
        Verdict::Engine => "NO DOCKER ENGINE",
        Verdict::Deadline => "DEADLINE",
        Verdict::Interrupted => "INTERRUPTED",
    }
}
